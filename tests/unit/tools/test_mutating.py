"""The mutation tool: it makes the changes it says, tells noticed from unnoticed, and lets none pass unexplained."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from mutating.mutants import mutants_of
from mutating.page import explained, faults, with_row

TOOLS: Final = Path(__file__).parents[3] / "tools"

EVERY_KIND: Final = '''"""A module with one thing of each kind."""

from enum import Enum


class Light(Enum):
    """Red or green."""

    RED = "red"
    GREEN = "green"


NEXT: dict[Light, Light] = {Light.RED: Light.GREEN, **{}}
KNOWN = frozenset({1, 2})


class Crossing:
    def pass_by(self, light: Light, *, count: int = 0) -> bool:
        """Whether to go."""
        if light is Light.RED and count < 3:
            raise ValueError(f"wait for {count}")
        self.seen = count + 1
        return count in KNOWN


def shortened(text: str, *more: str) -> str:
    if not more:
        return text.strip()[:9]
    return max(more, key=len, default="x")
'''


def names_in(folder: Path, source: str) -> set[str]:
    """Of all mutants of a module."""
    file = folder / "every_kind.py"
    file.write_text(source, encoding="utf-8")
    return {one.name for one in mutants_of(file)}


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Of all mutants of a module with one thing of each kind."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "every_kind", raising=False)
    return names_in(tmp_path, EVERY_KIND)


@pytest.mark.parametrize(
    "name",
    [
        "Light.RED: `'red'` → `'red~'`",
        "NEXT: without `Light.RED: Light.GREEN`",
        "NEXT: `Light.GREEN` → `Light.RED`",
        "KNOWN: without `2`",
        "KNOWN: `2` → `3`",
        "Crossing.pass_by: `0` → `1`",
        "Crossing.pass_by: `light is Light.RED and count < 3` → `light is Light.RED or count < 3`",
        "Crossing.pass_by: `light is Light.RED and count < 3` → `count < 3`",
        "Crossing.pass_by: `light is Light.RED and count < 3` → `False`",
        "Crossing.pass_by: `light is Light.RED` → `light is not Light.RED`",
        "Crossing.pass_by: `count < 3` → `count <= 3`",
        "Crossing.pass_by: `count < 3` → `count >= 3`",
        "Crossing.pass_by: without `raise ValueError(f'wait for {count}')`",
        "Crossing.pass_by: `count + 1` → `count - 1`",
        "Crossing.pass_by: without `self.seen = count + 1`",
        "Crossing.pass_by: `return count in KNOWN` → `return True`",
        "Crossing.pass_by: `count in KNOWN` → `count not in KNOWN`",
        "shortened: `not more` → `more`",
        "shortened: `text.strip()` → `text`",
        "shortened: `:9` → `:`",
        "shortened: `return text.strip()[:9]` → `return None`",
        "shortened: `max(more, key=len, default='x')` → `min(more, key=len, default='x')`",
        "shortened: without `key=len` in `max(…)`",
    ],
)
def test_each_kind_of_change_is_made(names: set[str], name: str) -> None:
    """Conditions, sums, constants, answers, statements, members of an enum, entries of a table, arguments."""
    assert name in names


def test_what_only_a_reader_reads_is_not_changed(names: set[str]) -> None:
    """Docstrings, types and the words of an error: no test should pin them."""
    assert not [name for name in names if "Whether to go" in name or "A module with" in name or "`'wait for" in name]
    assert not [name for name in names if "dict[" in name or "int" in name.replace("print", "")]


def test_the_same_change_twice_in_one_place_has_two_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The explanation of the one does not excuse the other."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "every_kind", raising=False)
    found = names_in(tmp_path, "def same(a, b):\n    return (a < 1, b < 1)\n")
    assert {"same: `1` → `2`", "same: `1` → `2` (2)"} <= found


# ----------------------------------------------------------------------------------------------------------- the fates

TOY: Final = "LIMITS = {'high': 3}\n\n\ndef high(number: int) -> bool:\n    return number > LIMITS['high']\n"
FATES: Final = """
import sys
from pathlib import Path
from mutating.children import Target, UnusableError, anew, patience, prepared, swapped_in

prepared()
target = Target(Path("toy.py").resolve(), ("test_toy.py",))
true = target.file.read_text()
others = [true.replace("> L", ">= L"), true.replace("3", "4"), true.replace("return", "while True: pass\\n    return")]
limit = patience(target)
print([fate and fate.value for fate in swapped_in(target, others[:2], limit)])
print([anew(target, source, 1).value for source in [true, *others, "1 / 0"]])
Path("test_toy.py").write_text("def test_high(): assert False")
try:
    patience(target)
except UnusableError as error:
    print(error)
"""


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A folder with a module and settings of its own."""
    (tmp_path / "toy.py").write_text(TOY, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return tmp_path


def with_test(folder: Path, line: str) -> None:
    """One test of the toy."""
    text = f"from toy import high\n\n\ndef test_high():\n    {line}\n"
    (folder / "test_toy.py").write_text(text, encoding="utf-8")


def output(folder: Path, *command: str) -> tuple[int, list[str]]:
    """Of a run in a process of its own."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={"PYTHONPATH": str(TOOLS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    return done.returncode, done.stdout.splitlines()


def test_a_mutant_dies_of_a_failing_test_or_of_its_limit(toy: Path) -> None:
    """The true module survives; a table is never swapped in, but imported anew; what runs for ever is told apart."""
    with_test(toy, "assert [high(n) for n in (2, 3, 4)] == [False, False, True]")
    code, lines = output(toy, "-c", FATES)
    assert code == 0
    assert lines == [
        "['killed', None]",
        "['survived', 'killed', 'killed', 'timeout', 'killed']",
        "its tests fail without any change",
    ]


def test_a_weak_test_leaves_survivors(toy: Path) -> None:
    """Each is named with its line, and the run fails."""
    with_test(toy, "assert high(9)")
    code, lines = output(toy, str(TOOLS / "mutate.py"), "toy.py", "--tests", "test_toy.py")
    assert code == 1
    assert "  toy.py:5: high: `number > LIMITS['high']` → `number >= LIMITS['high']`" in lines
    assert "  toy.py:5: high: `number > LIMITS['high']` → `number <= LIMITS['high']`" not in lines


# ------------------------------------------------------------------------------------------------------------ the page

PAGE: Final = """# Mutants

## a.py

- f: `x` → `y`
- g: `a long one`
  → `another`

The same for every input.

- h: `1` → `2`

- i: `1` → `2`

## b.py

- f: `z` → `y`

So.

| module | |
| --- | ---: |
| a.py | 3 |
"""


def test_only_what_a_paragraph_follows_is_explained() -> None:
    """And only in the section of its module."""
    assert explained(PAGE, "a.py") == {"f: `x` → `y`", "g: `a long one` → `another`"}
    assert explained(PAGE, "c.py") == set()


def test_the_page_owes_every_survivor_and_no_other() -> None:
    """What is not explained fails, and so does an explanation of what is noticed by now."""
    assert faults(PAGE, "b.py", ["f: `z` → `y`"]) == []
    assert faults(PAGE, "b.py", ["new"]) == ["not explained: new", "explained, but noticed: f: `z` → `y`"]


def test_a_run_fills_in_its_line_of_the_table() -> None:
    """The line is written anew, or added at the end of the page."""
    first = with_row(PAGE, "a.py", 10, 2, 1)
    assert first.endswith("| --- | ---: |\n| a.py | 10 | 9 | 2 | 1 | 90.0% |\n")
    assert with_row(first, "c.py", 4, 0, 0) == f"{first}| c.py | 4 | 4 | 0 | 0 | 100.0% |\n"
