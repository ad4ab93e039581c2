"""fetch: in which order it writes, how far its watermark goes, and what a run does that cannot go on."""

from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paysync.core import fetch
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.errors import RunError
from paysync.core.outcomes import DefinitelyNot, Failure, Unknown
from paysync.core.records import Watermark
from paysync.core.states import State
from paysync.core.times import epoch_ms
from simulation.pair import NAME
from unit.core.fetching import DELAY, MINUTE, NOW, SECOND, World, at, key, paid
from unit.core.paged_list import T0

END = NOW - DELAY // timedelta(milliseconds=1)
"""Where a first run's window ends."""


class KilledError(Exception):
    """The process dies here."""


def crash(world: World, operation: str, moment: str) -> None:
    """Let the next `operation` be the last thing that a run does."""

    def die(now: str, when: str) -> None:
        if (now, when) == (operation, moment):
            world.step = lambda _operation, _moment: None
            raise KilledError

    world.step = die


def test_the_ledger_comes_first_the_queue_second_the_watermark_last() -> None:
    """A message without a row, or a watermark beyond a row, never exists, not even for a moment."""
    world = World(paid("P1", SECOND), paid("P2", 2 * SECOND))
    report = world.run()
    assert [step for step in world.trail if step in {"create", "send", "advance"}] == ["create", "send", "advance"]
    assert (report.seen, report.new, report.complete, report.reached) == (2, 2, True, at(END))
    assert sorted(world.sent) == ["P1", "P2"]
    assert world.watermark == END


@pytest.mark.parametrize(
    ("operation", "moment", "rows", "sent"),
    [
        ("create", "before", 0, 0),
        ("create", "after", 1, 0),
        ("send", "before", 1, 0),
        ("send", "after", 1, 1),
        ("advance", "before", 1, 1),
    ],
)
def test_a_run_that_dies_leaves_nothing_that_the_next_one_and_sweep_do_not_finish(
    operation: str, moment: str, rows: int, sent: int
) -> None:
    """The row is there or comes with the next run; a row whose message is missing is due for sweep."""
    world = World(paid("P1", SECOND))
    crash(world, operation, moment)
    with pytest.raises(KilledError):
        world.run()
    assert (len(world.rows), len(world.sent), world.watermark) == (rows, sent, None)
    world.later()
    world.run()
    assert world.state("P1") is State.NEW
    assert world.watermark == END + 10 * MINUTE
    due = world.ledger.unsettled(NAME, State.NEW, due=world.clock.now() + timedelta(minutes=10), limit=9, taken=False)
    assert due == [key("P1")]


def test_an_advance_that_was_made_although_its_answer_was_lost_stands() -> None:
    """The next run starts there."""
    world = World(paid("P1", SECOND))
    crash(world, "advance", "after")
    with pytest.raises(KilledError):
        world.run()
    assert world.watermark == END


FAILURES: Final[list[Failure]] = [
    DefinitelyNot(Diagnosis.of(Code.MAYCUR_NACK, vendor="无权限")),
    DefinitelyNot(Diagnosis.of(Code.MAYCUR_THROTTLED), transient=True),
    DefinitelyNot(Diagnosis.of(Code.MAYCUR_LOGIN, vendor="fail to login")),
    Unknown(Diagnosis.of(Code.MAYCUR_NULL)),
    Unknown(Diagnosis.of(Code.MAYCUR_SHAPE, what="no list at data")),
    Unknown(Diagnosis.of(Code.MAYCUR_SERVER, status=502)),
    Unknown(Diagnosis.of(Code.PAGE_SHRUNK, window="x")),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.diagnosis.code)
def test_a_call_that_fails_fails_the_run_and_the_watermark_stays(failure: Failure) -> None:
    """Not one row of the window is taken for all; the exception says why, and for which scheme."""
    world = World(paid("P1", SECOND), paid("P2", END - SECOND))
    world.source.faults[4] = failure
    with pytest.raises(RunError) as caught:
        world.run()
    assert (caught.value.diagnosis, caught.value.key) == (failure.diagnosis, NAME)
    assert (world.watermark, world.rows, world.sent) == (None, {}, [])
    world.later()
    world.source.faults.clear()
    assert world.run().new == 2


def test_what_was_read_before_a_failure_is_kept() -> None:
    """Windows before it are whole, in the ledger, on the queue, and behind the watermark."""
    world = World(*[paid(f"P{n}", n * MINUTE) for n in range(18)])

    def fail_from_there_on(call: int) -> None:
        if (world.watermark or 0) >= 9 * MINUTE:
            world.source.faults[call] = FAILURES[0]

    world.source.before_call = fail_from_there_on
    with pytest.raises(RunError):
        world.run()
    assert world.watermark == 9 * MINUTE
    assert set(world.rows) == set(world.sent) == {f"P{n}" for n in range(9)}
    world.source.faults.clear()
    world.source.before_call = lambda _: None
    world.later()
    assert world.run().new == 9
    assert sorted(world.sent) == sorted(f"P{n}" for n in range(18))


def test_a_watermark_that_another_run_has_moved_ends_this_one() -> None:
    """It says so, reads nothing more, and the rows it has found are in the ledger all the same."""
    world = World()
    world.run()
    world.source.rows = [paid(f"P{n}", NOW + n * MINUTE) for n in range(18)]
    world.later(timedelta(minutes=20))
    theirs = Watermark(NAME, fetch.PAID, at(END + 20 * MINUTE), 2)

    def another(operation: str, moment: str) -> None:
        if (operation, moment) == ("advance", "before"):
            world.step = lambda _operation, _moment: None
            assert world.ledger.advance(world.ledger.watermark(NAME, fetch.PAID), theirs)

    world.step = another
    report = world.run()
    assert (report.complete, report.windows, world.watermark) == (False, 1, END + 20 * MINUTE)
    assert [line.what for line in world.journal.lines] == ["another run has moved the watermark"]
    assert world.overlap is None
    assert set(world.sent) == set(world.rows) != set()


def test_a_long_backlog_stops_before_the_deadline_at_a_windows_end() -> None:
    """It leaves a minute; the next runs go on from there, and the overlap waits until the backlog is done."""
    world = World(*[paid(f"P{n}", n * MINUTE) for n in range(18)])
    world.source.before_call = lambda _: world.clock.advance(timedelta(seconds=5))
    reached = [0]
    while True:
        begun = world.clock.now()
        report = world.run(left=timedelta(minutes=2))
        assert world.clock.now() - begun < timedelta(minutes=2)
        reached.append(world.watermark or 0)
        assert report.reached == at(reached[-1])
        if report.reached == begun - DELAY:
            break
        assert (report.complete, world.overlap) == (False, None)
    assert len(reached) > 3
    assert all(before < after for before, after in pairwise(reached))
    assert sorted(world.sent) == sorted(f"P{n}" for n in range(18))


def test_the_overlap_is_not_begun_without_time_for_it() -> None:
    """New rows took the run's time: reading again is left to the next one, which is told by `complete`."""
    world = World(paid("P1", SECOND))
    world.run()
    world.later()
    world.source.before_call = lambda _: world.clock.advance(timedelta(seconds=30))
    report = world.run(left=timedelta(minutes=2))
    assert not report.complete
    assert world.overlap is None
    assert {start for start, _, _ in world.source.asked} == {END}


def test_a_run_that_reads_its_last_window_in_its_last_minute_is_complete() -> None:
    """Nothing was cut."""
    world = World(paid("P1", SECOND))
    world.source.before_call = lambda _: world.clock.advance(timedelta(seconds=15))
    report = world.run(left=timedelta(minutes=2))
    assert (report.complete, report.reached) == (True, at(END))


def test_the_lag_is_told() -> None:
    """How far the watermark is behind now: the safety delay, and what a backlog adds."""
    world = World()
    world.run()
    assert world.journal.counts["WatermarkLagSeconds"] == DELAY.total_seconds()


def test_a_run_right_after_the_start_has_nothing_to_read() -> None:
    """Before the safety delay is over there is no window, and no mark."""
    world = World(paid("P1", 0))
    world.clock.set(at(DELAY // timedelta(milliseconds=1)))
    assert (world.run().windows, world.watermark, world.source.asked) == (0, None, [])
    assert world.journal.counts["WatermarkLagSeconds"] == 0
    assert world.deep_scan().windows == 0


PLANS = st.lists(
    st.tuples(
        st.integers(1, 40),  # the call that fails, if the run gets so far
        st.sampled_from(FAILURES),
        st.integers(0, 200),  # how many seconds the run has
        st.sampled_from(["create", "send", "advance", "rows", ""]),  # where it dies
        st.sampled_from(["before", "after"]),
    ),
    max_size=6,
)
ROWS = st.lists(st.integers(0, END - 1).map(lambda ms: ms // MINUTE * MINUTE), max_size=25)


@given(ROWS, PLANS)
@settings(max_examples=150, deadline=None)
def test_the_watermark_never_passes_a_row_that_is_not_in_the_ledger(
    moments: list[int], plan: list[tuple[int, Failure, int, str, str]]
) -> None:
    """Through any failures, deaths and deadlines: I5 holds after each run, and one quiet run completes all."""
    world = World(*[paid(f"P{n}", ms) for n, ms in enumerate(moments)], page_size=6)
    world.source.before_call = lambda _: world.clock.advance(timedelta(seconds=1))
    before = 0
    for call, failure, seconds, operation, moment in plan:
        world.later(timedelta(seconds=1))
        world.source.faults = {call: failure}
        crash(world, operation, moment)
        with suppress(RunError, KilledError):
            world.run(left=timedelta(seconds=seconds))
        passed = world.watermark or 0
        assert passed >= before
        before = passed
        assert {f"P{n}" for n, ms in enumerate(moments) if ms < passed} <= set(world.rows)
        assert set(world.sent) <= set(world.rows)
    world.step = lambda _operation, _moment: None
    world.source.faults = {}
    report = world.run()
    if not report.stuck:
        assert (world.watermark or 0) >= END
    assert set(world.rows) == {f"P{n}" for n in range(len(moments))}
    assert {row.payment.facts.paid_at for row in world.rows.values() if row.payment.facts} == {at(ms) for ms in moments}
    assert all(epoch_ms(row.first_seen) >= T0 + NOW for row in world.rows.values())


def test_a_run_without_time_asks_for_nothing() -> None:
    """Another scheme has used up the deadline: the run says that it is not complete, and the next tick goes on."""
    world = World(paid("P1", SECOND))
    report = fetch.run(world.ports(), deadline=world.clock.now() + timedelta(seconds=59))
    assert (report.complete, report.seen, world.source.asked) == (False, 0, [])
