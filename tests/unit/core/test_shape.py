"""The shape of a source's rows: learnt without a word, told once when it changes, and never with a value."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fakes.journal import MemoryJournal
from fakes.shapes import MemoryShapes
from paysync.core import fetch
from paysync.core.codes import Code
from paysync.core.fetch import Report
from paysync.core.shape import MANY, Drift, Field, Seen, Shape, compared, watch
from unit.core.fetching import LONG, MINUTE, SECOND, World, paid

ROW: Mapping[str, object] = {
    "id": "PT-1",
    "sum": Decimal("1.50"),
    "at": 1_700_000_000_000,
    "ok": True,
    "memo": None,
    "payer": {"account": "6222000011112222", "org": {"code": "100"}},
    "details": [{"line": 1, "tax": None}, {"line": 2, "tax": "0.13"}],
    "tags": ["a", 1],
}


def seen(*rows: Mapping[str, object]) -> Seen:
    """What a run of these rows has seen."""
    found = Seen()
    found.add(rows)
    return found


def known(*rows: Mapping[str, object]) -> Shape:
    """What is known after a run of these rows."""
    return compared(None, seen(*rows)).shape


def drift(before: Mapping[str, object], *after: Mapping[str, object]) -> Drift:
    """What a run of `after` tells where many rows like `before` are known."""
    return compared(known(*[before] * MANY), seen(*after))


def told(found: Drift) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """New, gone, of another type."""
    return list(found.appeared), list(found.vanished), list(found.retyped)


def test_a_shape_is_names_and_types_by_path_and_no_value() -> None:
    """Null is no type; numbers are numbers, with or without a point."""
    fields = known(ROW).fields
    assert {path: "/".join(sorted(one.types)) for path, one in fields.items()} == {
        "id": "string",
        "sum": "number",
        "at": "number",
        "ok": "boolean",
        "memo": "",
        "payer": "object",
        "payer.account": "string",
        "payer.org": "object",
        "payer.org.code": "string",
        "details": "array",
        "details[]": "object",
        "details[].line": "number",
        "details[].tax": "string",
        "tags": "array",
        "tags[]": "number/string",
    }
    assert not {"PT-1", "6222000011112222", "1.50"} & set(repr(fields).replace("'", " ").split())


def test_the_same_rows_tell_nothing_and_change_nothing() -> None:
    """So that nothing is written either, whatever order rows and fields come in."""
    many = known(*[ROW] * MANY)
    again = compared(many, seen(*[dict(reversed(list(ROW.items())))] * 3))
    assert not again
    assert again.shape == many


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({**ROW, "currency": "CNY"}, (["currency"], [], [])),
        ({**ROW, "payer": {"account": "1", "org": {"code": "1", "name": "x"}}}, (["payer.org.name"], [], [])),
        ({**ROW, "payee": {"account": "1"}}, (["payee"], [], [])),  # the group, not all that is in it
        ({**ROW, "details": [{"line": 1, "tax": None, "fee": 1}]}, (["details[].fee"], [], [])),
        ({name: value for name, value in ROW.items() if name != "sum"}, ([], ["sum"], [])),
        ({name: value for name, value in ROW.items() if name != "payer"}, ([], ["payer"], [])),
        ({**ROW, "payer": {"account": "1"}}, ([], ["payer.org"], [])),
        ({**ROW, "sum": "1.50"}, ([], [], ["sum (number → string)"])),
        ({**ROW, "payer": "6222"}, ([], [], ["payer (object → string)"])),
        ({**ROW, "memo": "now with text"}, ([], [], [])),  # it was only null so far
        ({**ROW, "sum": None}, ([], [], [])),
        ({**ROW, "details": []}, ([], [], [])),  # no lines tell nothing of lines
    ],
)
def test_a_field_that_appears_vanishes_or_changes_its_type_is_told_once(
    row: Mapping[str, object], says: tuple[list[str], list[str], list[str]]
) -> None:
    """In the run that meets it, and not again in the next."""
    found = drift(ROW, *[row] * MANY)
    assert told(found) == says
    assert told(compared(found.shape, seen(*[row] * MANY))) == ([], [], [])


def test_few_rows_do_not_tell_that_a_field_has_vanished() -> None:
    """One row less than many, or none; and a field that some rows of a run lack is optional and never vanishes."""
    without = {name: value for name, value in ROW.items() if name != "sum"}
    assert told(drift(ROW, *[without] * (MANY - 1))) == ([], [], [])
    assert told(drift(ROW)) == ([], [], [])
    mixed = compared(known(*[ROW] * MANY), seen(ROW, *[without] * MANY))
    assert mixed.shape.fields["sum"] == Field(frozenset({"number"}), optional=True)
    assert told(compared(mixed.shape, seen(*[without] * MANY))) == ([], [], [])


def test_the_first_rows_are_learnt_without_a_word() -> None:
    """A field that is rare is not news before so many rows are known; a type that differs is."""
    shape, words = known({"id": "1"}), []
    for number in range(MANY):
        found = compared(shape, seen({"id": "1", f"f{number}": 1}))
        words += [*found.appeared, *found.vanished]
        shape = found.shape
    assert words == ["f19"]
    assert told(compared(known({"id": "1"}), seen({"id": 1})))[2] == ["id (string → number)"]


def test_a_table_by_some_key_is_not_taken_for_fields() -> None:
    """Its names are values, such as employees; they are neither kept nor told."""
    table = {f"E-{number}": {"sum": 1} for number in range(150)}
    shape = known(*[{"id": "1", "by_employee": table}] * MANY)
    assert set(shape.fields) == {"id", "by_employee"}
    other = {f"F-{number}": {"sum": 1} for number in range(150)}
    assert not compared(shape, seen(*[{"id": "1", "by_employee": other}] * MANY))


def test_rows_without_end_do_not_make_a_shape_without_end() -> None:
    """It stays small enough for one item; what is deeper, longer or beyond the limit is not looked at."""
    deep: Any = 1
    for _ in range(50):
        deep = {"down": deep}
    wide = {f"group{group}": {f"field{number}": 1 for number in range(90)} for group in range(90)}
    shape = known({"deep": deep, "n" * 5_000: 1, "bad\x00\ud800name": 1, **wide})
    assert len(json.dumps([*shape.fields], ensure_ascii=False).encode()) < 100_000
    assert "bad??name" in shape.fields
    assert max(path.count("down") for path in shape.fields) < 10
    assert not compared(shape, seen({"id": 1, **wide}))


# ---- in fetch


def ran(world: World, shapes: MemoryShapes, *, deep: bool = False) -> Report:
    """A run that looks at the shape."""
    ports = replace(world.ports(), shapes=shapes)
    return (fetch.deep_scan if deep else fetch.run)(ports, deadline=world.clock.now() + LONG)


def test_a_run_tells_a_drift_once_with_diagnosis_metric_and_line() -> None:
    """In both languages, and the payments go on; afterwards nothing is written while nothing changes."""
    world, shapes = World(*(paid(f"P{number}", number * SECOND) for number in range(1, 26))), MemoryShapes()
    assert ran(world, shapes).drift is None
    assert shapes.writes == 1
    world.source.rows.append(paid("Q1", 19 * MINUTE, payableAmount=Decimal("12.50"), channel="bank"))
    world.later()
    report = ran(world, shapes)
    assert (report.new, report.drift and report.drift.code) == (1, Code.PAGE_SHAPE)
    assert report.drift is not None
    assert "channel" in report.drift.problem("en")
    assert "payableAmount (string → number)" in report.drift.problem("zh")
    assert world.journal.counts["ShapeChanged"] == 1
    world.later()
    assert ran(world, shapes).drift is None
    assert ran(world, shapes, deep=True).drift is None
    assert (shapes.writes, world.journal.counts["ShapeChanged"]) == (2, 1)


def test_a_run_without_rows_reads_and_writes_nothing_of_the_shape() -> None:
    """A quiet night costs nothing and tells nothing."""
    world, shapes = World(), MemoryShapes()
    assert ran(world, shapes).drift is None
    assert (shapes.writes, shapes.shape(world.scheme.name)) == (0, None)


def test_what_could_not_be_kept_is_told_again() -> None:
    """Twice rather than never: it is told before it is kept."""
    shapes, journal = MemoryShapes(), MemoryJournal()
    shapes.keep("s", None, known(*[{"id": "1"}] * MANY))

    def lost(_operation: str, moment: str) -> None:
        if moment == "before":
            raise TimeoutError

    shapes.io = lost
    with pytest.raises(TimeoutError):
        watch(shapes, journal, "s", seen({"id": 1}))
    shapes.io = None
    assert watch(shapes, journal, "s", seen({"id": 1})) is not None
    assert watch(shapes, journal, "s", seen({"id": 1})) is None
    assert journal.counts["ShapeChanged"] == 2
