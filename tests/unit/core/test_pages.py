"""One window of a paged list: which pages are asked for, and what proves that they show all of it."""

import pytest

from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.outcomes import DefinitelyNot, Done, Failure, Outcome, Unknown
from paysync.core.paging import Leaf, leaves
from paysync.core.ports import SourcePage
from paysync.core.scheme import Paging
from paysync.core.times import Window
from unit.core.paged_list import (
    CONFIRMED,
    SPAN,
    Page,
    PagedList,
    at,
    failure_of,
    key_of,
    keys,
    read,
    refused,
    row,
    window,
)


def test_an_empty_window_is_one_leaf_without_rows() -> None:
    """An empty list is an answer: three calls under the union, two under a confirmed reading."""
    for paging, numbers in ((Paging.UNION, [1, 0, 2]), (Paging.PAGE_FROM_1, [1, 2]), (Paging.OFFSET_FROM_0, [0, 1])):
        source = PagedList([], reading="B")
        assert read(source, paging=paging) == [Leaf(window(0, SPAN), ())]
        assert [number for _, _, number in source.asked] == numbers


def test_a_window_that_fits_is_read_with_the_fewest_calls() -> None:
    """Under A with a refused "0": "1", "0" twice, "2" to close, "0" still refused, and "1" still the same."""
    source = PagedList(at(3, 9, 9))
    (leaf,) = read(source)
    assert [number for _, _, number in source.asked] == [1, 0, 0, 2, 0, 0, 1]
    assert [key_of(each) for each in leaf.rows] == ["P2", "P1", "P0"]  # type: ignore[union-attr]  # a Leaf has rows


@pytest.mark.parametrize(
    ("reading", "numbers"), [("A", [1, 2, 1]), ("B", [0, 3, 0]), ("C", [0, 1, 0]), ("D", [1, 4, 1])]
)
def test_a_confirmed_reading_asks_its_own_first_and_next_page(reading: str, numbers: list[int]) -> None:
    """The closing look uses the right next number: a page further, or as many rows further as were received."""
    source = PagedList(at(3, 9, 9), reading=reading)
    assert len(read(source, paging=CONFIRMED[reading])) == 1
    assert [number for _, _, number in source.asked] == numbers


def test_a_refusal_of_page_zero_that_does_not_last_is_no_refusal() -> None:
    """One NACK on "0" may be chance: asked again, its answer counts, and under B it holds a row that "1" lacks."""
    source = PagedList(at(1, 2, 3), reading="B", faults={2: refused()})
    assert keys(read(source)) == {"P0", "P1", "P2"}


def test_two_refusals_of_page_zero_by_chance_hide_no_row() -> None:
    """Under B a single row stands on "0" alone: the window is not taken for an empty one when "0" was refused twice."""
    failure = failure_of(read(PagedList(at(1), reading="B", faults={2: refused(), 3: refused()})))
    assert isinstance(failure, Unknown)
    assert failure.diagnosis.code is Code.PAGE_UNSTABLE


@pytest.mark.parametrize(
    "failure",
    [
        DefinitelyNot(Diagnosis.of(Code.MAYCUR_THROTTLED), transient=True),
        DefinitelyNot(Diagnosis.of(Code.MAYCUR_TOKEN)),
        DefinitelyNot(Diagnosis.of(Code.MAYCUR_DISABLED)),
        Unknown(Diagnosis.of(Code.MAYCUR_SERVER)),
        Unknown(Diagnosis.of(Code.MAYCUR_NULL)),
    ],
    ids=lambda failure: failure.diagnosis.code,
)
def test_trouble_on_page_zero_is_no_refusal(failure: Failure) -> None:
    """Only a NACK of the request itself counts as `"0" refused`; anything else on either page fails the run."""
    assert failure_of(read(PagedList(at(1), faults={2: failure}))) is failure
    assert failure_of(read(PagedList(at(1), faults={2: refused(), 3: failure}))) is failure


@pytest.mark.parametrize("call", [1, 4])
def test_a_refusal_of_page_one_or_of_the_closing_look_fails(call: int) -> None:
    """A NACK on "1" is no reading of "0", and one on "2" leaves open whether rows follow."""
    assert failure_of(read(PagedList(at(1), faults={call: refused()}))) == refused()


def test_a_silent_cap_is_found_by_the_closing_look() -> None:
    """A server that serves three rows where five were asked for: the short page looks complete, and is halved."""
    for reading, paging in CONFIRMED.items():
        for each in (paging, Paging.UNION):
            source = PagedList(at(1, 9, 20, 33, 50, 63), reading=reading, cap=2)
            assert len(keys(read(source, paging=each))) == 6, (reading, each)


def test_a_total_that_promises_more_rows_than_came_is_believed() -> None:
    """`total` is a cross-check that, where present, finds even a cap that counts pages by the asked size."""
    source = PagedList(at(1, 20, 33, 63), cap=3, says_total=True)
    far = {0: 0, 1: 1, 2: 99}
    pieces = leaves(
        window(0, SPAN),
        lambda where, number: source.page(where, far[number]),
        paging=Paging.UNION,
        page_size=5,
        key_of=key_of,
    )
    assert keys(list(pieces)) == {"P0", "P1", "P2", "P3"}


def test_a_total_that_is_said_once_is_remembered() -> None:
    """The answer to "1" says four and shows two, the others say nothing: two more are looked for."""
    source = PagedList(at(1, 20, 33, 63), cap=2)

    def ask(where: Window, number: int) -> Outcome[SourcePage]:
        answer = source.page(where, {0: 0, 1: 1}.get(number, 99))
        return Done(Page(answer.value.rows, 4)) if isinstance(answer, Done) and len(source.asked) == 1 else answer

    pieces = list(leaves(window(0, SPAN), ask, paging=Paging.UNION, page_size=5, key_of=key_of))
    assert keys(pieces) == {"P0", "P1", "P2", "P3"}


def test_a_page_that_repeats_a_row_is_full_all_the_same() -> None:
    """Three rows were asked for and came, one of them twice: others may stand behind it."""
    source = PagedList([(1, row("P0")), (1, row("P0")), (9, row("P1"))], page_size=3)
    pieces = read(source)
    assert len(pieces) > 1
    assert keys(pieces) == {"P0", "P1"}


def test_a_page_longer_than_asked_for_fails() -> None:
    """A server that ignores the page size tells nothing about where its pages end."""
    source = PagedList(at(1, 2, 3, 4), page_size=9)
    pieces = list(leaves(window(0, 9), source.page, paging=Paging.UNION, page_size=3, key_of=key_of))
    assert failure_of(pieces).diagnosis.code is Code.PAGE_TOO_LONG


def test_a_total_that_shrinks_between_two_calls_fails() -> None:
    """A row has left the window while it was read: pages may have skipped one."""
    source = PagedList(at(1, 2, 3), says_total=True, zero="clamped")
    source.before_call = lambda call: source.rows.__delitem__(0) if call == 2 else None
    assert failure_of(read(source)).diagnosis.code is Code.PAGE_SHRUNK


def test_a_wrong_confirmed_page_reading_is_found_by_its_repeats() -> None:
    """Read as pages from 1, a row offset from 0 loses the first row; its next page repeats rows and gives it away."""
    source = PagedList(at(1, 2, 3), reading="B")
    assert failure_of(read(source, paging=Paging.PAGE_FROM_1)).diagnosis.code is Code.PAGE_UNSTABLE


def test_rows_after_an_empty_first_page_fail() -> None:
    """Read as pages from 0 where "0" gives nothing: the rows of "1" contradict the setting."""
    source = PagedList(at(1, 2, 3), reading="A", zero="empty")
    assert failure_of(read(source, paging=Paging.PAGE_FROM_0)).diagnosis.code is Code.PAGE_UNSTABLE


def test_the_same_key_with_other_content_is_reported_with_both() -> None:
    """A row that changes between two pages is not smoothed over: fetch raises it as CHANGED."""
    source = PagedList([(1, row("P0", amount=1))], reading="A", zero="clamped")
    source.before_call = lambda call: source.rows.__setitem__(0, (1, row("P0", amount=2))) if call == 2 else None
    assert read(source) == [Leaf(window(0, SPAN), (row("P0", amount=1), row("P0", amount=2)))]


def test_rows_without_a_key_are_told_apart_by_their_content() -> None:
    """They are kept, once each, and do not make a page look new for ever."""
    source = PagedList([(1, row(None, n=1)), (2, row(None, n=2)), (3, row(None, n=2))], zero="clamped")
    (leaf,) = read(source)
    assert isinstance(leaf, Leaf)
    assert leaf.rows == (row(None, n=2), row(None, n=1))
