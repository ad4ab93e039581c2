"""What a source promises. Each function is one promise; it runs on a bench as new and fails where it is broken."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from contract.bench import WINDOW, Paid, SourceBench, keys
from contract.faults import AMBIGUOUS, MOST_TRIES, PASSING, THROTTLED
from paysync.core.diagnosis import Kind
from paysync.core.outcomes import DefinitelyNot, Done, Outcome
from paysync.core.paging import Failed, leaves
from paysync.core.ports import SourcePage
from paysync.core.scheme import Paging
from paysync.core.times import Window, from_epoch_ms

SourcePromise = Callable[[SourceBench], None]
_SIZE: Final = 5


def the_window_ends_where_it_is_said_to(bench: SourceBench) -> None:
    """What was paid within is listed; what was paid a second before or after is not."""
    bench.put(Paid("before", -1000), Paid("first", 0), Paid("last", 3_599_999), Paid("after", 3_601_000))
    seen = set(keys(bench, _done(bench.source().page(WINDOW, 1))))
    assert {"first", "last"} <= seen
    assert not {"before", "after"} & seen


def two_windows_side_by_side_lose_nothing(bench: SourceBench) -> None:
    """A payment of just the millisecond between them is in one of the two, whichever way the bounds are read."""
    bench.put(Paid("between", 1_800_000))
    middle = from_epoch_ms(1_675_152_000_000 + 1_800_000)
    halves = (Window(WINDOW.start, middle), Window(middle, WINDOW.end))
    assert any("between" in keys(bench, _done(bench.source().page(half, 1))) for half in halves)


def every_row_is_read_once_under_every_reading(bench: SourceBench) -> None:
    """Whatever the page number counts, and also where nobody knows: all rows, none twice."""
    wanted = [f"P{number:02d}" for number in range(12)]
    bench.put(*(Paid(key, 290_000 * at) for at, key in enumerate(wanted)))
    for reading in bench.readings:
        bench.reads_as(reading)
        for paging in {reading, Paging.UNION}:
            assert sorted(_read(bench, paging)) == wanted, (reading, paging)


def rows_that_move_the_pages_lose_nothing(bench: SourceBench) -> None:
    """Payments that appear while one reads shift the pages; what was there is seen all the same."""
    wanted = {f"P{number:02d}" for number in range(12)}
    bench.put(*(Paid(key, 290_000 * at) for at, key in enumerate(sorted(wanted))))
    bench.reads_as(Paging.PAGE_FROM_1)
    late = iter(range(3, 20))

    def one_more() -> None:
        at = next(late)
        bench.put(Paid(f"late{at}", 200_000 * at))

    seen = _read(bench, Paging.PAGE_FROM_1, between=one_more)
    assert wanted <= set(seen)


def an_empty_window_is_an_empty_page(bench: SourceBench) -> None:
    """No rows is an answer like any other."""
    assert keys(bench, _done(bench.source().page(WINDOW, 1))) == []


def an_answer_that_is_none_is_never_no_rows(bench: SourceBench) -> None:
    """With rows waiting: every fault fails the page, asked for at most three times, and it is good again afterwards."""
    bench.put(Paid("P1", 5))
    for fault in AMBIGUOUS:
        bench.breaks(fault)
        before = bench.calls()
        outcome = bench.source().page(WINDOW, 1)
        assert not isinstance(outcome, Done), fault
        assert 1 <= bench.calls() - before <= MOST_TRIES, fault
        bench.breaks()
    assert keys(bench, _done(bench.source().page(WINDOW, 1))) == ["P1"]


def null_is_told_from_an_empty_list(bench: SourceBench) -> None:
    """`null` where the list should be fails, unless the scheme says that this tenant means none by it."""
    bench.says_null()
    assert not isinstance(bench.source().page(WINDOW, 1), Done)
    assert keys(bench, _done(bench.source(null_means_empty=True).page(WINDOW, 1))) == []


def amounts_stay_what_was_written(bench: SourceBench) -> None:
    """No binary float on the way, also for more digits than one holds."""
    amounts = [Decimal("0.10"), Decimal("1234.50"), Decimal("12345678901234567.89"), Decimal(7)]
    bench.put(*(Paid(f"P{at}", at, amount) for at, amount in enumerate(amounts)))
    page = _done(bench.source().page(WINDOW, 1))
    found = [bench.amount_of(row) for row in sorted(page.rows, key=lambda row: str(bench.key_of(row)))]
    assert not any(isinstance(amount, float) for amount in found)
    assert [Decimal(str(amount)) for amount in found] == amounts


def trouble_that_passes_is_got_over(bench: SourceBench) -> None:
    """Two faults in a row cost two more calls, no more."""
    bench.put(Paid("P1", 5))
    for fault in PASSING:
        bench.breaks({**fault, "first": 2})
        before = bench.calls()
        assert keys(bench, _done(bench.source().page(WINDOW, 1))) == ["P1"], fault
        assert bench.calls() - before == MOST_TRIES, fault


def throttling_is_transient(bench: SourceBench) -> None:
    """“Too many calls” is a no that passes by itself."""
    bench.breaks(THROTTLED)
    outcome = bench.source().page(WINDOW, 1)
    assert isinstance(outcome, DefinitelyNot)
    assert outcome.transient
    assert outcome.diagnosis.kind is Kind.TRANSIENT


def wrong_credentials_are_told_as_such(bench: SourceBench) -> None:
    """Whoever must act learns that it is the secret; it is not tried over and over."""
    bench.put(Paid("P1", 5))
    before = bench.calls()
    outcome = bench.stranger().page(WINDOW, 1)
    assert isinstance(outcome, DefinitelyNot)
    assert outcome.diagnosis.kind is Kind.CREDENTIAL
    assert bench.calls() - before <= 1


def no_secret_is_told(bench: SourceBench) -> None:
    """Neither in what a source looks like, nor in any outcome, line of the log or text for a person."""
    told: list[object] = [bench.source(), bench.stranger().page(WINDOW, 1)]
    for fault in (*AMBIGUOUS, {"kind": "lost_session", "text": f"token {bench.secrets[0]} is not known"}):
        bench.breaks(fault)
        source = bench.source()
        told += [source, vars(source), source.page(WINDOW, 1)]
    said = "\n".join([*map(repr, told), *map(_spoken, told), repr(bench.journal.lines)])
    assert not [secret for secret in bench.secrets if secret in said]


SOURCE_PROMISES: Final[tuple[SourcePromise, ...]] = (
    the_window_ends_where_it_is_said_to,
    two_windows_side_by_side_lose_nothing,
    every_row_is_read_once_under_every_reading,
    rows_that_move_the_pages_lose_nothing,
    an_empty_window_is_an_empty_page,
    an_answer_that_is_none_is_never_no_rows,
    null_is_told_from_an_empty_list,
    amounts_stay_what_was_written,
    trouble_that_passes_is_got_over,
    throttling_is_transient,
    wrong_credentials_are_told_as_such,
    no_secret_is_told,
)


# ----------------------------------------------------------------------------------------------------------------------


def _done(outcome: Outcome[SourcePage]) -> SourcePage:
    assert isinstance(outcome, Done), outcome
    return outcome.value


def _read(bench: SourceBench, paging: Paging, between: Callable[[], None] | None = None) -> list[str]:
    """All keys of the window as fetch reads them; `between` two calls something may happen."""
    source = bench.source(page_size=_SIZE)
    count: Iterator[int] = iter(range(10_000))

    def ask(window: Window, number: int) -> Outcome[SourcePage]:
        if between is not None and next(count) in range(1, 8):
            between()
        return source.page(window, number)

    seen: list[str] = []
    for piece in leaves(WINDOW, ask, paging=paging, page_size=_SIZE, key_of=bench.key_of):
        assert not isinstance(piece, Failed), piece
        seen += [str(bench.key_of(row)) for row in piece.rows]
    return list(seen)


def _spoken(value: object) -> str:
    if isinstance(value, Done) or not hasattr(value, "diagnosis"):
        return str(value)
    diagnosis = value.diagnosis
    return str([diagnosis.as_json(), str(value)])
