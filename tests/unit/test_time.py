"""Only the clock port knows the real time, only the ids port draws chance: else a simulation would prove nothing."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = ROOT / "layers" / "paysync" / "python" / "paysync"
TESTS: Final = ROOT / "tests"
MAY: Final = (PACKAGE / "adapters" / "system.py", PACKAGE / "local")
"""The port's one implementation, and what drives real processes on a developer's machine."""
TESTS_MAY: Final = tuple(TESTS / name for name in ("simulators", "wire", "cloud"))
"""Real servers, real sockets, real processes: there time is nobody's to command."""
SEEDED: Final = frozenset({"random.Random"})
"""Chance from a seed is drawn from such a one."""
DRAWS_FROM_SEED: Final = (TESTS / "simulation", TESTS / "fakes" / "system.py")
FORBIDDEN: Final = frozenset(
    {
        *("time.time", "time.sleep", "time.monotonic", "time.perf_counter", "datetime.now", "datetime.utcnow"),
        *("date.today", "random.random", "random.Random", "uuid.uuid4", "os.urandom", "secrets.token_hex"),
    }
)


def files() -> list[Path]:
    """All that is deployed, the command line, and the tests that say what they promise of it."""
    found = [*(ROOT / "layers" / "paysync").rglob("*.py"), *(ROOT / "functions").rglob("*.py"), *TESTS.rglob("*.py")]
    return [file for file in found if not any(file == may or may in file.parents for may in (*MAY, *TESTS_MAY))]


def uses(source: str) -> Iterator[str]:
    """Every attribute of the forbidden list that a module reaches for, however it was imported."""
    tree = ast.parse(source)
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            called = f"{names.get(node.value.id, node.value.id)}.{node.attr}"
            yield from {called, called.split(".", 1)[-1]} & FORBIDDEN
        elif isinstance(node, ast.Name) and names.get(node.id) in FORBIDDEN:
            yield names[node.id]


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(ROOT)))
def test_no_module_asks_the_real_clock_or_real_chance(file: Path) -> None:
    """Time and chance come from the ports; in the simulation chance comes from the seed."""
    may = SEEDED if any(file == draws or draws in file.parents for draws in DRAWS_FROM_SEED) else frozenset()
    assert not set(uses(file.read_text(encoding="utf-8"))) - may


def test_all_that_runs_in_simulated_time_is_looked_at() -> None:
    """Every handler, the core, the adapters, and every test but those over real sockets and processes."""
    looked_at = {str(file.relative_to(ROOT)) for file in files()}
    for name in ("fetch", "push", "sweep", "reconcile"):
        assert f"functions/{name}/app.py" in looked_at
    for path in ("tests/simulation/hub.py", "tests/unit/test_time.py", "tests/fakes/system.py", "tests/model/world.py"):
        assert path in looked_at
    assert len([path for path in looked_at if path.startswith("layers/")]) > 150


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.sleep(1)",
        "from time import sleep as nap\nnap(1)",
        "from datetime import datetime\ndatetime.now()",
        "import uuid as u\nu.uuid4()",
    ],
)
def test_the_check_sees_through_imports(source: str) -> None:
    """Else it would be a check in name only."""
    assert list(uses(source))
