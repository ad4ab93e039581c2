"""Reading a window completely: what is promised whatever the page number means, and what stops loudly instead."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.outcomes import DefinitelyNot, Done, Failure, Outcome, Unknown
from paysync.core.paging import Failed, Leaf, Piece, Stuck, leaves
from paysync.core.ports import SourcePage
from paysync.core.scheme import Paging
from paysync.core.times import Window
from unit.core.paged_list import (
    CONFIRMED,
    HOUR,
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

ROWS = st.lists(st.integers(-3, SPAN + 3), max_size=40).map(lambda times: at(*times))


def sources(readings: str = "ABCD", most_cap: int = 8) -> st.SearchStrategy[PagedList]:
    return st.builds(
        PagedList,
        rows=ROWS,
        reading=st.sampled_from(readings),
        page_size=st.integers(3, 8),
        cap=st.integers(0, most_cap),
        zero=st.sampled_from(["refused", "empty", "clamped"]),
        order=st.sampled_from(["newest", "oldest"]),
        bounds=st.sampled_from(["[)", "[]", "()", "(]"]),
        says_total=st.booleans(),
    )


SOURCES = sources()


def assert_complete_or_loud(source: PagedList, pieces: Sequence[Piece], *, end: int = SPAN) -> None:
    """Pieces without a gap; every row of every whole piece is there; nothing from far outside; no key twice in one.

    A stuck piece that has settled has all its rows too, unless their order changes with each call: it is loud anyway.
    """
    reached = 0
    for piece in pieces:
        assert not isinstance(piece, Failed), piece
        start, reached = reached, reached + piece.window.milliseconds
        assert piece.window == window(start, reached)
        there = {key_of(each) for when, each in source.rows if start <= when < reached}
        near = {key_of(each) for when, each in source.rows if start - 1 <= when <= reached}
        found = [key_of(each) for each in piece.rows]
        assert len(found) == len(set(found))
        assert set(found) <= near
        if isinstance(piece, Leaf) or (piece.settled and source.order != "unstable"):
            assert there <= set(found)
        assert piece.strays == 0
    assert reached == end


@given(SOURCES, st.booleans())
@settings(max_examples=400, deadline=None)
def test_every_row_of_the_window_is_read_under_every_reading(source: PagedList, confirmed: bool) -> None:  # noqa: FBT001 - drawn
    """Whatever pageNum means, a silent cap, bounds and order: a whole piece has all its rows, a stuck one says so."""
    paging = CONFIRMED[source.reading] if confirmed else Paging.UNION
    assert_complete_or_loud(source, read(source, paging=paging))


HIDDEN = PagedList(at(0, 0, 33, 35, 35, 34), page_size=3, bounds="[]")
"""Two walks through one millisecond show the same three of its four rows."""


@given(sources(most_cap=0), st.booleans(), st.integers(0, 99))
@example(source=HIDDEN, confirmed=False, seed=3)
@settings(max_examples=200, deadline=None)
def test_an_order_that_changes_with_each_call_loses_nothing(source: PagedList, confirmed: bool, seed: int) -> None:  # noqa: FBT001 - drawn
    """Only what stands on one page counts as whole, so its order does not matter; what is stuck holds the watermark."""
    source.order = "unstable"
    source.seed = seed
    assert_complete_or_loud(source, read(source, paging=CONFIRMED[source.reading] if confirmed else Paging.UNION))


@given(sources(readings="AC"), st.booleans())
@settings(max_examples=200, deadline=None)
def test_a_server_that_answers_its_last_page_instead_of_none_is_read_all_the_same(
    source: PagedList,
    confirmed: bool,  # noqa: FBT001 - drawn
) -> None:
    """A page number that is too large may be cut down to the last page (a common habit of Java services)."""
    source.beyond = "clamped"
    assert_complete_or_loud(source, read(source, paging=CONFIRMED[source.reading] if confirmed else Paging.UNION))


LATE = st.lists(st.tuples(st.integers(1, 60), st.integers(-40, SPAN + 40)), max_size=12)
LEAVING = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 39)), max_size=12)


def restless(source: PagedList, late: list[tuple[int, int]], leaving: list[tuple[int, int]]) -> set[str | None]:
    """Let rows come and go just before the calls that are drawn; the keys of those that stand there all the time."""
    source.says_total = False
    gone = {f"P{number}" for _, number in leaving}

    def before_call(call: int) -> None:
        source.rows += [(when, row(f"L{number}")) for number, (at_call, when) in enumerate(late) if at_call == call]
        now_gone = {f"P{number}" for at_call, number in leaving if at_call == call}
        source.rows = [each for each in source.rows if key_of(each[1]) not in now_gone]

    source.before_call = before_call
    return {key_of(each) for when, each in source.rows if 0 <= when < SPAN} - gone


@given(SOURCES, st.booleans(), LATE, LEAVING)
@example(
    source=PagedList(at(0, 0), reading="B", page_size=3, cap=1, order="oldest"),
    confirmed=False,
    late=[(2, 0)],
    leaving=[],
)
@example(source=PagedList(at(0, 0, 0), reading="A", page_size=5, cap=2), confirmed=False, late=[], leaving=[(4, 0)])
@example(source=PagedList(at(0, 1), reading="C", page_size=5, cap=2), confirmed=False, late=[(2, 2)], leaving=[])
@example(
    source=PagedList(at(9, 8, 7, 1), reading="B", page_size=5, cap=2),
    confirmed=False,
    late=[(2, 10), (2, 11)],
    leaving=[(2, 0)],
)
@settings(max_examples=600, deadline=None)
def test_rows_that_come_and_go_while_others_are_read_take_none_with_them(
    source: PagedList,
    confirmed: bool,  # noqa: FBT001 - drawn
    late: list[tuple[int, int]],
    leaving: list[tuple[int, int]],
) -> None:
    """Whatever is inserted or voided between two calls, under a silent cap too: what stands there all the time is read.

    Or the reading says that it is not whole.
    """
    wanted = restless(source, late, leaving)
    pieces = read(source, paging=CONFIRMED[source.reading] if confirmed else Paging.UNION)
    if all(isinstance(piece, Leaf) for piece in pieces):
        assert wanted <= keys(pieces)


@given(SOURCES, st.integers(1, 30), st.sampled_from([Code.MAYCUR_SERVER, Code.MAYCUR_NULL, Code.MAYCUR_THROTTLED]))
@settings(max_examples=200, deadline=None)
def test_a_failed_call_ends_the_run_and_all_before_it_is_whole(source: PagedList, call: int, code: Code) -> None:
    """No answer is read as `no rows`: the pieces before the failure are whole, and after it comes nothing."""
    source.faults[call] = Unknown(Diagnosis.of(code))
    pieces = read(source)
    if len(source.asked) < call:
        return
    assert failure_of(pieces).diagnosis.code is code
    before = pieces[:-1]
    if before:
        assert_complete_or_loud(
            replace(source, asked=[], faults={}), before, end=sum(p.window.milliseconds for p in before)
        )


def test_a_refused_span_is_halved_only_where_the_setting_says_so() -> None:
    """A tenant with a limit on the span: windows down to an hour are tried, and then the refusal is final."""
    day = 24 * HOUR
    assert failure_of(read(PagedList([], faults={1: refused()}), end=day)) == refused()
    source = PagedList(at(5, day - 5), faults={1: refused(), 2: refused()})
    pieces = read(source, end=day, halve_refused=True)
    assert keys(pieces) == {"P0", "P1"}
    assert [piece.window.milliseconds for piece in pieces] == [day // 4, day // 4, day // 2]
    source = PagedList([], faults=dict.fromkeys(range(1, 99), refused()))
    assert failure_of(read(source, end=day, halve_refused=True)) == refused()
    assert len(source.asked) == 6


@pytest.mark.parametrize(
    ("length", "call", "failure"),
    [
        (HOUR, 1, refused()),
        (24 * HOUR, 4, refused()),
        (24 * HOUR, 1, Unknown(Diagnosis.of(Code.MAYCUR_SERVER))),
        (24 * HOUR, 1, DefinitelyNot(Diagnosis.of(Code.MAYCUR_TOKEN))),
    ],
    ids=["an hour", "after rows came", "no refusal", "no refusal of the request"],
)
def test_what_no_limit_on_the_span_explains_is_not_halved(length: int, call: int, failure: Failure) -> None:
    """An hour is short enough, a window that has shown rows is not too long, and trouble is not a limit."""
    source = PagedList(at(5), zero="empty", faults={call: failure})
    assert failure_of(read(source, end=length, halve_refused=True)) == failure
    assert len(source.asked) == call


def test_pieces_come_oldest_first_and_can_be_left_at_any_boundary() -> None:
    """A run stops before its deadline between two pieces: what it has not taken, it has not asked for."""
    source = PagedList(at(*range(0, SPAN, 2)), page_size=5)
    pieces = leaves(window(0, SPAN), source.page, paging=Paging.UNION, page_size=5, key_of=key_of)
    first = next(pieces)
    assert first.window.start == window(0, SPAN).start
    assert max(end for _, end, _ in source.asked[-4:]) == first.window.milliseconds
    assert next(pieces).window.start == first.window.end


def test_a_millisecond_that_fills_a_page_is_stuck_and_later_windows_go_on() -> None:
    """It says so, hands over all that it could see, and does not keep later rows from being read."""
    source = PagedList(at(*[7] * 12, 40), page_size=5)
    pieces = read(source)
    stuck = [piece for piece in pieces if isinstance(piece, Stuck)]
    assert [piece.window for piece in stuck] == [window(7, 8), window(8, 9)]  # the second sees it by `start - 1 ms`
    assert all(piece.settled and piece.diagnosis.code is Code.PAGE_STUCK for piece in stuck)
    assert len(stuck[0].rows) == 12
    assert "P12" in keys(pieces[-3:])


@pytest.mark.parametrize("reading", "ABCD")
@pytest.mark.parametrize("union", [True, False])
def test_a_stuck_millisecond_is_walked_to_its_end_under_every_reading(reading: str, union: bool) -> None:  # noqa: FBT001 - drawn
    """A batch paid at one moment: all its pages are read, twice until equal."""
    source = PagedList(at(*[7] * 23), page_size=5, reading=reading, bounds="()")
    pieces = read(source, paging=Paging.UNION if union else CONFIRMED[reading])
    (stuck,) = [piece for piece in pieces if isinstance(piece, Stuck)]
    assert len(stuck.rows) == 23
    assert stuck.settled


def walks_of(source: PagedList) -> int:
    """How often the pages of millisecond 7 were walked through, after the looks that found it too full."""
    return [number for start, _, number in source.asked if start == 7].count(2)


@pytest.mark.parametrize(("changes", "walks", "settled"), [(0, 2, True), (1, 3, True), (2, 3, False)])
def test_a_stuck_millisecond_is_walked_until_two_walks_agree_and_thrice_at_most(
    changes: int,
    walks: int,
    settled: bool,  # noqa: FBT001 - a column
) -> None:
    """Two that agree are enough; where each shows another row the third is the last, so that a run comes to its end."""
    source = PagedList(at(*[7] * 6), page_size=5, bounds="()")

    def before_call(call: int) -> None:
        done = walks_of(source)
        if 1 <= done <= changes and call and source.asked[-1] == (7, 8, 2):
            source.rows.append((7, row(f"L{done}")))

    source.before_call = before_call
    (stuck,) = [piece for piece in read(source, paging=Paging.PAGE_FROM_1) if isinstance(piece, Stuck)]
    assert stuck.settled is settled
    assert walks_of(source) == walks
    assert len(stuck.rows) == 6 + min(changes, walks - 1)


def test_what_is_stuck_says_when_and_how_many() -> None:
    """Whoever is paged learns the millisecond, how many rows were seen, and the page size that is to be raised."""
    (stuck,) = [piece for piece in read(PagedList(at(*[7] * 6), page_size=5, bounds="()")) if isinstance(piece, Stuck)]
    told = dict(stuck.diagnosis.details)
    assert (told["rows"], told["size"]) == ("6", "5")
    assert told["window"] == "2023-11-14T22:13:20.007Z – 2023-11-14T22:13:20.008Z"


def test_a_stuck_millisecond_that_never_looks_the_same_twice_is_not_settled() -> None:
    """An order that changes with each call: what was seen is handed over, and nothing is claimed about the rest."""
    source = PagedList(at(*[7] * 60), page_size=3, order="unstable", bounds="()")
    (stuck,) = [piece for piece in read(source, paging=Paging.PAGE_FROM_1) if isinstance(piece, Stuck)]
    assert not stuck.settled
    assert len(stuck.rows) > 30


def test_a_millisecond_with_too_many_pages_is_left_to_a_person() -> None:
    """The walk is bounded."""
    source = PagedList(at(*[7] * 300), page_size=3, bounds="()")
    (stuck,) = [piece for piece in read(source) if isinstance(piece, Stuck)]
    assert not stuck.settled
    assert len(stuck.rows) == 120


@pytest.mark.parametrize("beyond", ["a refusal", "a total of more"])
def test_a_stuck_millisecond_whose_end_is_in_doubt_is_not_settled(beyond: str) -> None:
    """Pages that end by a refusal, or short of the total that the source says, prove nothing, however often read."""
    source = PagedList(at(*[7] * 12), page_size=5, bounds="()")

    def ask(where: Window, number: int) -> Outcome[SourcePage]:
        answer = source.page(where, number)
        if not isinstance(answer, Done) or where != window(7, 8):
            return answer
        if beyond == "a refusal":
            return answer if number <= 3 else refused()
        return Done(Page(answer.value.rows, 13))

    pieces = leaves(window(0, SPAN), ask, paging=Paging.PAGE_FROM_1, page_size=5, key_of=key_of)
    (stuck,) = [piece for piece in pieces if isinstance(piece, Stuck)]
    assert len(stuck.rows) == 12
    assert not stuck.settled


def test_a_failure_inside_a_stuck_millisecond_fails_the_run() -> None:
    """Only refusals end a walk quietly."""
    source = PagedList(at(*[7] * 12), page_size=5, bounds="()")
    source.before_call = lambda call: (
        source.faults.update({call: Unknown(Diagnosis.of(Code.MAYCUR_SERVER))})
        if source.asked and source.asked[-1] == (7, 8, 2)
        else None
    )
    assert failure_of(read(source)).diagnosis.code is Code.MAYCUR_SERVER


def test_a_row_that_only_the_larger_window_showed_is_handed_over() -> None:
    """Seen on a full page, gone from its halves: it was paid, so it is not dropped; the last piece carries it."""
    source = PagedList(at(1, 9, 20, 33, 50), page_size=5)
    source.before_call = lambda call: source.rows.__delitem__(0) if call == 2 else None
    pieces = read(source)
    assert keys(pieces) == {"P0", "P1", "P2", "P3", "P4"}
    assert [piece.strays for piece in pieces if isinstance(piece, Leaf)] == [0, 1]
