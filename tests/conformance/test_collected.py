"""What is kept of a collection: one generation, whole, its rows found by an exact key."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from fakes.system import START
from paysync.core.collection import Cells, Generation

if TYPE_CHECKING:
    from conformance.conftest import Bench

NAME: Final = "bank-accounts"
FIRST: Final = Generation(1, START, 3, "1+abc")
SECOND: Final = replace(FIRST, number=2, began=START + timedelta(minutes=5), rows=2)
ROWS: Final[Mapping[str, Sequence[Cells]]] = {
    "a": [{"FNumber": "6222", "FUseOrgId": 100_001, "FIsCancel": False, "FLimit": Decimal("1.20"), "FName": None}],
    "b": [{"FNumber": "7000", "FUseOrgId": 1}, {"FNumber": "7000 ", "FUseOrgId": 2}],
}


def test_what_was_stored_is_found_by_its_key(bench: "Bench") -> None:
    """Every kind of value comes back as it was; a key that there is not is not named."""
    assert bench.collected.replace(NAME, None, FIRST, ROWS)
    found = bench.collected.find(NAME, ["a", "b", "c"])
    assert found is not None
    assert found.generation == FIRST
    assert {key: list(rows) for key, rows in found.rows.items()} == ROWS
    assert bench.collected.current(NAME) == FIRST


def test_nothing_was_collected_yet(bench: "Bench") -> None:
    """Before the first generation there is none, nor of another collection."""
    assert bench.collected.current(NAME) is None
    assert bench.collected.find(NAME, ["a"]) is None
    assert bench.collected.replace(NAME, None, FIRST, ROWS)
    assert bench.collected.find("other", ["a"]) is None


def test_a_generation_replaces_the_one_before_it_wholly(bench: "Bench") -> None:
    """What is gone from the form is not found any more; what has changed is found as it is now."""
    changed: Mapping[str, Sequence[Cells]] = {
        "a": [{"FNumber": "6222", "FUseOrgId": 2}],
        "d": [{"FNumber": "8000", "FUseOrgId": 3}],
    }
    assert bench.collected.replace(NAME, None, FIRST, ROWS)
    assert bench.collected.replace(NAME, FIRST, SECOND, changed)
    found = bench.collected.find(NAME, ["a", "b", "d"])
    assert found is not None
    assert found.generation == SECOND
    assert {key: list(rows) for key, rows in found.rows.items()} == changed


def test_of_two_runs_one_makes_the_generation(bench: "Bench") -> None:
    """The slower one learns it, and nothing of its rows is found."""
    assert bench.collected.replace(NAME, None, FIRST, ROWS)
    late: Mapping[str, Sequence[Cells]] = {"b": [{"FNumber": "7000", "FUseOrgId": 9}]}
    assert not bench.collected.replace(NAME, None, replace(FIRST, began=SECOND.began), late)
    assert not bench.collected.replace(NAME, replace(FIRST, number=7), replace(FIRST, number=8), late)
    found = bench.collected.find(NAME, ["b"])
    assert found is not None
    assert [row["FUseOrgId"] for row in found.rows["b"]] == [1, 2]


def test_a_switch_whose_answer_was_lost_was_made(bench: "Bench") -> None:
    """boto3 asks again, and the condition fails by our own hand: it is ours all the same."""
    assert bench.collected.replace(NAME, None, FIRST, ROWS)
    bench.lose_the_next_answer()
    assert bench.collected.replace(NAME, FIRST, SECOND, ROWS)
    assert bench.collected.current(NAME) == SECOND


def test_an_empty_form_is_a_generation_too(bench: "Bench") -> None:
    """No row is another thing than nothing collected."""
    assert bench.collected.replace(NAME, None, replace(FIRST, rows=0), {})
    found = bench.collected.find(NAME, ["a"])
    assert found is not None
    assert not found.rows


def test_many_rows_are_found_each(bench: "Bench") -> None:
    """Wherever a row lies, its key leads to it, also after the collection has grown."""
    few = {f"k{n}": [{"FNumber": str(n)}] for n in range(40)}
    many = {f"k{n}": [{"FNumber": str(n)}] for n in range(1, 700)}
    assert bench.collected.replace(NAME, None, FIRST, few)
    assert bench.collected.replace(NAME, FIRST, SECOND, many)
    found = bench.collected.find(NAME, ["k0", *many])
    assert found is not None
    assert {key: list(rows) for key, rows in found.rows.items()} == many
