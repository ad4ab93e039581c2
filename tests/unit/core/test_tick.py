"""A tick of the stack's schedule: which runs of a scheme it starts, and what the ledger keeps of that."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from paysync.core.due import schedule_of
from paysync.core.errors import RunError
from paysync.core.fetch import PAID, Report
from paysync.core.scheme import Remedy
from paysync.core.states import State
from paysync.core.tick import REMEDY_STARTED, RUN_STARTED, tick
from paysync.core.times import Instant
from simulation.pair import NAME
from unit.core.fetching import LONG, MINUTE, NOW, SECOND, World, paid
from unit.core.paged_list import T0, PagedList, Raw, refused

HOURLY = schedule_of("rate(1 hour)")
TEN = timedelta(minutes=10)
DAY = timedelta(days=1)
BRIEF = timedelta(seconds=1)


def ticked(world: World, left: timedelta = LONG, **ports: Any) -> Report:
    """One tick, and what it did."""
    return tick(replace(world.ports(), **ports), deadline=world.clock.now() + left)


def starts(world: World, cursor: str) -> Instant | None:
    """The start that the ledger keeps."""
    mark = world.ledger.watermark(NAME, cursor)
    return mark.at if mark else None


def remedied(world: World, *rows: tuple[int, Raw], span: timedelta = DAY) -> dict[str, Any]:
    """The world's scheme with an hourly remedy, whose request brings `rows`."""
    world.change(remedy=Remedy(HOURLY, span, {}))
    return {"remedy": PagedList(list(rows))}


def crowd() -> World:
    """More than a page, so that a run with little time is cut between two windows."""
    return World(*(paid(f"P{number}", number * SECOND) for number in range(1, 13)))


def test_a_scheme_without_a_schedule_runs_at_every_tick_and_writes_nothing_more() -> None:
    """The first scheme's pace is the stack's own."""
    world = World(paid("P1", SECOND))
    assert [ticked(world).due for _ in range(2)] == [True, True]
    assert starts(world, RUN_STARTED) is None


def test_a_tick_between_two_moments_asks_the_source_nothing() -> None:
    """Six ticks an hour, one run; a tick that comes twice is as harmless."""
    world, ran = World(), 0
    for _ in range(12):
        ran += ticked(world, schedule=HOURLY).due
        assert not ticked(world, schedule=HOURLY).due
        world.later(TEN)
    assert ran == 3  # 06:33, 07:03 and 08:03 in China


def test_a_run_that_failed_is_due_again_at_the_next_tick() -> None:
    """A nightly scheme does not lose a day to an hour in which Maycur was away."""
    world = World(paid("P1", SECOND))
    world.source.faults = {1: refused()}
    with pytest.raises(RunError):
        ticked(world, schedule=HOURLY)
    assert starts(world, RUN_STARTED) is None
    world.source.faults.clear()
    assert ticked(world, schedule=HOURLY).new == 1
    assert starts(world, RUN_STARTED) == world.clock.now()


def test_a_run_that_was_cut_is_due_again_at_the_next_tick() -> None:
    """A long backlog is read tick by tick, not hour by hour."""
    world = crowd()
    assert not ticked(world, BRIEF, schedule=HOURLY).complete
    again = ticked(world, schedule=HOURLY)
    assert (again.due, again.complete) == (True, True)
    assert not ticked(world, schedule=HOURLY).due


def test_a_remedy_finds_what_the_regular_request_does_not_show() -> None:
    """On its own schedule, by its own request, over its span; the ledger decides what is new."""
    world = World(paid("P1", SECOND))
    ports = remedied(world, paid("P1", SECOND), paid("P2", 2 * SECOND))
    assert ticked(world, **ports).new == 2
    assert (ticked(world, **ports).new, ticked(world, **ports).seen) == (0, 1)
    world.later(timedelta(hours=1))
    assert (ticked(world, **ports).new, sorted(world.sent)) == (0, ["P1", "P2"])
    assert starts(world, REMEDY_STARTED) == world.clock.now()


def test_a_remedy_reads_its_span_and_not_before_the_start() -> None:
    """From now less the safety delay so far back; what was paid before the start is not booked, whatever shows it."""
    world = World()
    ports = remedied(world, paid("OLD", NOW - 15 * MINUTE), paid("NEW", NOW - 5 * MINUTE), span=TEN)
    assert ticked(world, **ports).new == 1
    assert set(world.rows) == {"NEW"}
    world = World()
    early = paid("EARLY", SECOND, auditTimeStamp=T0 - 60 * MINUTE)
    assert ticked(world, **remedied(world, early)).skipped == 1
    assert not [row for row in world.rows.values() if row.state is State.NEW]


def test_a_remedy_waits_for_a_run_that_was_cut() -> None:
    """What is new goes first."""
    world = crowd()
    ports = remedied(world, paid("R1", 2 * SECOND))
    assert not ticked(world, BRIEF, **ports).complete
    assert "R1" not in world.rows
    assert starts(world, REMEDY_STARTED) is None


def test_a_remedys_request_replaces_by_name_and_leaves_the_rest() -> None:
    """As the platform's take-over fields do (qeasy-scheme.md 9)."""
    source = replace(World().scheme.source, request={"status": "PAID", "size": "50"})
    asking = replace(source, remedy=Remedy(HOURLY, DAY, {"status": "ALL"})).asking_for_remedy()
    assert asking.request == {"status": "ALL", "size": "50"}
    assert source.asking_for_remedy() == source


def test_a_remedy_that_came_through_is_noted_though_the_run_was_not_complete() -> None:
    """Another run had moved the watermark meanwhile: that is no reason to read the remedy's span at every tick."""
    world = World(paid("P1", SECOND))
    ports = remedied(world, paid("R1", 2 * SECOND))
    world.ledger.advance = lambda before, after: (  # type: ignore[method-assign]
        after.cursor != PAID and type(world.ledger).advance(world.ledger, before, after)
    )
    report = ticked(world, **ports)
    assert (report.complete, "R1" in world.rows) == (False, True)
    assert starts(world, REMEDY_STARTED) == world.clock.now()
