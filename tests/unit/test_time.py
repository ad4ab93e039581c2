"""Only the clock port knows the real time, only the ids port draws chance: else a simulation would prove nothing."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = ROOT / "layers" / "paysync" / "python" / "paysync"
TESTS: Final = ROOT / "tests"
OVER_REAL_SOCKETS: Final = tuple(TESTS / name for name in ("simulators", "wire", "cloud"))
"""Real servers, real sockets, real processes: there time is nobody's to command."""
MAY: Final[Mapping[str, frozenset[str]]] = {
    "layers/paysync/python/paysync/adapters/system.py": frozenset(
        {"datetime.datetime.now", "time.sleep", "os.urandom", "random.SystemRandom"}
    ),
    "layers/paysync/python/paysync/local/aws.py": frozenset({"time.monotonic", "time.sleep"}),
    "layers/paysync/python/paysync/local/launcher.py": frozenset({"asyncio.sleep", "time.time", "uuid.uuid4"}),
    "layers/paysync/python/paysync/local/stack.py": frozenset({"datetime.datetime.now"}),
    "layers/paysync/python/paysync/bootstrap/connectors.py": frozenset({"importlib.import_module"}),
    "tests/simulation/soaking.py": frozenset({"time.process_time"}),
    "tests/unit/adapters/test_reading.py": frozenset({"threading.Event"}),
    "tests/unit/bootstrap/test_connectors.py": frozenset({"importlib.import_module"}),
    "tests/unit/tools/test_kept.py": frozenset({"importlib.import_module"}),
}
"""Who may reach for what, and does: the port's one implementation; what drives real processes on a developer's machine;
how long a soak took; a real server that stalls; modules that a setting or a file names."""
SEEDED: Final = "random.Random"
DRAWS_FROM_SEED: Final = (TESTS / "simulation", TESTS / "fakes" / "system.py")
"""Chance from a seed is drawn from such a one, and here only."""

WHOLE: Final = frozenset({"time", "random", "secrets", "sched"})
"""Nothing of these modules …"""
HARMLESS: Final = frozenset({"secrets.compare_digest", "time.struct_time"})
"""… but this."""
FORBIDDEN: Final = frozenset(
    {
        *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
        *(
            "asyncio.sleep",
            "asyncio.wait",
            "asyncio.wait_for",
            "asyncio.timeout",
            "asyncio.timeout_at",
            "asyncio.Event",
        ),
        *("threading.Event", "threading.Condition", "threading.Timer", "multiprocessing.Event", "select.select"),
        *("os.urandom", "os.getrandom", "os.times", "uuid.uuid1", "uuid.uuid4", f"{SEEDED}()"),
        *("email.utils.formatdate", "email.utils.localtime", "importlib.import_module", "__import__"),
    }
)
"""And of others only this: the present, waiting, chance without a seed, and the ways to get any module by its name."""


def files() -> list[Path]:
    """All that is deployed, the command line, and the tests that say what they promise of it."""
    found = [*(ROOT / "layers" / "paysync").rglob("*.py"), *(ROOT / "functions").rglob("*.py"), *TESTS.rglob("*.py")]
    return [file for file in found if not any(folder in file.parents for folder in OVER_REAL_SOCKETS)]


def uses(source: str) -> set[str]:
    """Every forbidden thing that a module reaches for, however it was imported or is called there."""
    tree = ast.parse(source)
    names = _imported(tree)
    _follow_assignments(tree, names)
    return {*_stars(tree), *filter(None, map(_forbidden, _reached(tree, names)))}


def _forbidden(chain: str) -> str:
    """What of a chain is forbidden, or nothing; a member's members are no other matter."""
    parts = chain.split(".")
    begins = [".".join(parts[:many]) for many in range(1, len(parts) + 1)]
    if parts[0] in WHOLE:
        member = begins[:2][-1]
        return "" if member in HARMLESS else member
    return next((begin for begin in begins if begin in FORBIDDEN), "")


def _imported(tree: ast.Module) -> dict[str, str]:
    """What each name of an import stands for, with all its modules."""
    names = {"__import__": "__import__"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                names |= {alias.asname: alias.name} if alias.asname else {first: first}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _stars(tree: ast.Module) -> Iterator[str]:
    """With a star come names that nobody can see."""
    modules = WHOLE | {chain.partition(".")[0] for chain in FORBIDDEN}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in modules and node.names[0].name == "*":
            yield f"{node.module}.*"


def _follow_assignments(tree: ast.Module, names: dict[str, str]) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and (chain := _chain(node.value, names)):
            names |= {target.id: chain for target in node.targets if isinstance(target, ast.Name)}


def _reached(tree: ast.Module, names: Mapping[str, str]) -> Iterator[str]:
    """The whole chain of every name and attribute; of a module that goes from hand to hand its own name."""
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _chain(node.func, names) == SEEDED and _is_without_seed(node):
            yield f"{SEEDED}()"
        if id(node) not in inner:
            yield _chain(node, names)


def _is_without_seed(call: ast.Call) -> bool:
    return all(isinstance(value, ast.Constant) and value.value is None for value in call.args) and not call.keywords


def _chain(node: ast.AST, names: Mapping[str, str]) -> str:
    match node:
        case ast.Name(id=name):
            return names.get(name, "")
        case ast.Attribute(value=before, attr=name):
            return _joined(_chain(before, names), name)
        case ast.Call(func=ast.Name(id="getattr"), args=[before, ast.Constant(value=str(name)), *_]):
            return _joined(_chain(before, names), name)
        case _:
            return ""


def _joined(before: str, name: str) -> str:
    return f"{before}.{name}" if before else ""


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(ROOT)))
def test_no_module_asks_the_real_clock_or_real_chance(file: Path) -> None:
    """Time and chance come from the ports; in the simulation chance comes from the seed."""
    draws = any(file == place or place in file.parents for place in DRAWS_FROM_SEED)
    found = uses(file.read_text(encoding="utf-8")) - ({SEEDED} if draws else set())
    assert found == MAY.get(str(file.relative_to(ROOT)), frozenset())


def test_the_list_of_who_may_names_only_what_is_looked_at() -> None:
    """A file that has gone must not leave its leave behind; every handler, the core, adapters and fakes are there."""
    looked_at = {str(file.relative_to(ROOT)) for file in files()}
    assert set(MAY) <= looked_at
    assert {f"functions/{name}/app.py" for name in ("fetch", "push", "sweep", "reconcile")} <= looked_at
    assert {"tests/unit/test_time.py", "tests/fakes/ledger.py", "tests/model/world.py"} <= looked_at
    assert len([path for path in looked_at if path.startswith("layers/")]) > 150


CAUGHT: Final = {
    "import time\ntime.sleep(1)": "time.sleep",
    "import time\ntime.time_ns()": "time.time_ns",
    "import time\ntime.monotonic_ns()": "time.monotonic_ns",
    "import time\ntime.gmtime()": "time.gmtime",
    "import time as t\nnap = t.sleep\nnap(1)": "time.sleep",
    "import time\nclock = time": "time",
    "import time\nf(clock=time)": "time",
    "import time\ngetattr(time, 'sleep')(1)": "time.sleep",
    "import time\nnap = getattr(time, how)": "time",
    "from time import sleep as s\ns(1)": "time.sleep",
    "from time import *\nsleep(1)": "time.*",
    "def f():\n    from time import monotonic\n    return monotonic()": "time.monotonic",
    "__import__('time').sleep(1)": "__import__",
    "import importlib\nimportlib.import_module('time')": "importlib.import_module",
    "import datetime\ndatetime.datetime.now()": "datetime.datetime.now",
    "import datetime\ndatetime.date.today()": "datetime.date.today",
    "import datetime as dt\ndt.datetime.utcnow()": "datetime.datetime.utcnow",
    "from datetime import datetime\ndatetime.now(tz=UTC)": "datetime.datetime.now",
    "from datetime import datetime\ndatetime.today()": "datetime.datetime.today",
    "from datetime import datetime\nfield(default_factory=datetime.now)": "datetime.datetime.now",
    "from datetime import datetime\ndatetime.now().date()": "datetime.datetime.now",
    "from datetime import datetime\nDay = datetime\nDay.now()": "datetime.datetime.now",
    "from datetime import *\ndate.today()": "datetime.*",
    "from datetime import date\ndate.today.__call__()": "datetime.date.today",
    "import asyncio\nasyncio.sleep(1)": "asyncio.sleep",
    "import asyncio.tasks\nasyncio.wait_for(it, 1)": "asyncio.wait_for",
    "import threading\nthreading.Event().wait(1)": "threading.Event",
    "from threading import Event\nEvent().wait(1)": "threading.Event",
    "from asyncio import Event\nEvent().wait()": "asyncio.Event",
    "import random\nrandom.choice(all_of_them)": "random.choice",
    "from random import randint\nrandint(1, 6)": "random.randint",
    "from random import SystemRandom\nSystemRandom().random()": "random.SystemRandom",
    "import secrets\nsecrets.token_bytes()": "secrets.token_bytes",
    "import uuid as u\nu.uuid4().hex": "uuid.uuid4",
    "import os\nos.urandom(16)": "os.urandom",
    "import os.path\nos.urandom(16)": "os.urandom",
    "import random\nrandom.Random()": "random.Random()",
    "from random import Random\nRandom(None)": "random.Random()",
}
INNOCENT: Final = (
    "import time\n'time.sleep(1)'",
    "import datetime\ndatetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)",
    "from datetime import datetime\ndatetime.fromisoformat(text)",
    "from datetime import datetime, timedelta\ndef f(at: datetime) -> datetime: return at + timedelta(1)",
    "self.clock.now()",
    "clock.sleep(1)\nworld.time.sleep(1)",
    "today = date.today\ntoday()",
    "import os\nos.environ['TZ']\nos.path.join(a, b)",
    "import uuid\nuuid.UUID(text)\nuuid.uuid5(space, name)",
    "import secrets\nsecrets.compare_digest(a, b)",
    "from threading import Thread\nThread(target=serve).start()",
    "from fakes.system import time\ntime.sleep(1)",
    "from .time import sleep\nsleep(1)",
    "from paysync.core import times as time\ntime.instant(0)",
    "import asyncio\nasyncio.run(main())",
)


@pytest.mark.parametrize(("source", "what"), CAUGHT.items())
def test_what_must_be_caught_is_caught(source: str, what: str) -> None:
    """By whichever name it goes; else it would be a check in name only."""
    assert what in uses(source)


def test_chance_with_a_seed_is_told_from_chance_without() -> None:
    """Who may draw from a seed may not do so without one."""
    assert uses("import random\nrandom.Random(7).choice(them)") == {"random.Random"}
    assert uses("import random\nrandom.Random(x=None)") == {"random.Random"}


@pytest.mark.parametrize("source", INNOCENT)
def test_what_is_innocent_is_let_pass(source: str) -> None:
    """Words, ports, pure parts of the same modules, and other things of the same names."""
    assert uses(source) == set()
