"""Only the clock port knows the real time, only the ids port draws chance: else a simulation would prove nothing."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = ROOT / "layers" / "paysync" / "python" / "paysync"
MAY: Final = (PACKAGE / "adapters" / "system.py", PACKAGE / "local")
"""The port's one implementation, and what drives real processes on a developer's machine."""
FORBIDDEN: Final = frozenset(
    {
        *("time.time", "time.sleep", "time.monotonic", "time.perf_counter", "datetime.now", "datetime.utcnow"),
        *("date.today", "random.random", "random.Random", "uuid.uuid4", "os.urandom", "secrets.token_hex"),
    }
)


def files() -> list[Path]:
    """All that is deployed, and the command line."""
    found = [*PACKAGE.rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    return [file for file in found if not any(file == may or may in file.parents for may in MAY)]


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
    """Time and chance come from the ports."""
    assert not list(uses(file.read_text(encoding="utf-8")))


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
