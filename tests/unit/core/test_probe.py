"""Deciding what the page number means: the table of maycur-openapi.md 7.4, and everything that leaves it undecided."""

import itertools

import pytest

from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.outcomes import DefinitelyNot, Done, Unknown
from paysync.core.probe import Verdict, Why, probe
from paysync.core.scheme import Paging
from unit.core.paged_list import Page, PagedList, key_of, row, window

TRUTH = {"A": Paging.PAGE_FROM_1, "B": Paging.OFFSET_FROM_0, "C": Paging.PAGE_FROM_0, "D": Paging.OFFSET_FROM_1}


def verdict(source: PagedList) -> Verdict:
    return probe(lambda number: source.page(window(0, 100), number), key_of=key_of)


def a_source(rows: int = 6, **more: object) -> PagedList:
    return PagedList([(at, row(f"P{at}")) for at in range(rows)], page_size=2, **more)  # type: ignore[arg-type]  # drawn


@pytest.mark.parametrize(
    ("reading", "zero", "order"),
    list(itertools.product("ABCD", ["refused", "empty", "clamped"], ["newest", "oldest"])),
)
def test_six_rows_tell_the_four_readings_apart(reading: str, zero: str, order: str) -> None:
    """Whatever page "0" does where there is none, and in either order."""
    found = verdict(a_source(reading=reading, zero=zero, order=order))
    assert (found.paging, found.why) == (TRUTH[reading], Why.DECIDED)


@pytest.mark.parametrize("reading", "ABCD")
def test_a_shuffling_server_decides_nothing(reading: str) -> None:
    """Each page is asked twice; two answers that differ leave the union in place."""
    found = verdict(a_source(rows=40, reading=reading, order="unstable"))
    assert (found.paging, found.why) == (Paging.UNION, Why.UNSTABLE)


@pytest.mark.parametrize("reading", "ABCD")
@pytest.mark.parametrize("rows", [0, 1, 2, 3])
def test_too_few_rows_decide_nothing_wrong(reading: str, rows: int) -> None:
    """With a short window the pages do not suffice: undecided, or right, never another reading."""
    found = verdict(a_source(rows=rows, reading=reading))
    assert found.paging in {Paging.UNION, TRUTH[reading]}


def test_a_server_that_ignores_the_page_size_decides_nothing() -> None:
    """Two rows were asked for; more say that the size does not count, and then nothing follows from the pages."""
    source = PagedList([(at, row(f"P{at}")) for at in range(9)], page_size=5)
    assert verdict(source).why is Why.WRONG_SIZE


def test_pages_that_fit_no_reading_decide_nothing() -> None:
    """Page "0" and "1" disjoint, "1" and "2" overlapping: none of the four."""
    pages = {0: ["P0", "P1"], 1: ["P2", "P3"], 2: ["P3", "P4"]}
    found = probe(lambda number: Done(Page([row(key) for key in pages[number]])), key_of=key_of)
    assert found == Verdict(Paging.UNION, Why.NO_MATCH, (("P0", "P1"), ("P2", "P3"), ("P3", "P4")))


def test_rows_without_a_key_decide_nothing() -> None:
    """Rows are compared by their keys."""
    assert probe(lambda _: Done(Page([row(None)])), key_of=key_of).why is Why.NO_KEY


@pytest.mark.parametrize("call", range(1, 7))
def test_a_failed_call_ends_the_probe_with_its_failure(call: int) -> None:
    """A failure is no answer; it is shown as it is."""
    source = a_source()
    source.faults[call] = Unknown(Diagnosis.of(Code.MAYCUR_SERVER))
    found = verdict(source)
    assert (found.paging, found.why, found.failure) == (Paging.UNION, Why.FAILED, source.faults[call])
    assert len(source.asked) == call


def test_a_refusal_counts_only_for_page_zero_and_only_when_it_lasts() -> None:
    """A NACK on "0" once and rows the other time is unstable; on "1" it is a failure."""
    nack = DefinitelyNot(Diagnosis.of(Code.MAYCUR_NACK))
    assert verdict(a_source(reading="B", faults={1: nack})).why is Why.UNSTABLE
    assert verdict(a_source(reading="B", faults={3: nack})).why is Why.FAILED
