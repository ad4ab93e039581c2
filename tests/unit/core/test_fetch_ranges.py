"""fetch: which rows a range brings: late ones, those before the start, backfills, a crowd in one millisecond."""

from dataclasses import replace
from datetime import timedelta

from paysync.core import fetch, intake
from paysync.core.codes import Code
from paysync.core.states import State
from unit.core.fetching import MINUTE, NOW, SECOND, World, at, paid
from unit.core.paged_list import T0, PagedList

DAY = timedelta(days=1)


def test_nothing_paid_before_fetch_since_is_queued_but_by_a_backfill() -> None:
    """Not the row of the millisecond before either, which asking a millisecond early brings along."""
    world = World(paid("OLD", -10 * MINUTE), paid("EDGE", -1), paid("FIRST", 0), paid("BAD", -1, payableAmount=""))
    assert world.run().skipped == 1
    for _ in range(2):
        world.later()
        world.run()
        world.deep_scan()
    assert {code for code, row in world.rows.items() if row.state is State.NEW} == {"FIRST"}
    report = world.backfill(-20 * MINUTE, 0)
    assert (report.new, report.complete, report.reached) == (2, True, at(0))
    assert sorted(world.sent) == ["EDGE", "FIRST", "OLD"]


def test_a_row_is_not_dropped_for_a_time_that_the_list_does_not_filter_by() -> None:
    """Listed since FetchSince, audited long before: which time means "paid" is unconfirmed, so it is taken."""
    world = World(paid("P1", SECOND, auditTimeStamp=T0 - 60 * MINUTE), paid("P2", SECOND, auditTimeStamp=T0 - 2))
    assert world.run().new == 2


def test_a_fetch_since_that_was_moved_ahead_holds_for_the_new_rows_too() -> None:
    """The watermark does not lead back behind it."""
    world = World()
    world.run()
    world.source.rows = [paid("P1", NOW), paid("P2", NOW + 10 * MINUTE)]
    world.later(timedelta(minutes=20))
    ports = replace(world.ports(), since=at(NOW + 5 * MINUTE))
    fetch.run(ports, deadline=world.clock.now() + DAY)
    assert world.sent == ["P2"]


def test_a_row_that_appears_behind_the_watermark_is_found_by_the_overlap_or_at_night() -> None:
    """The next run reads two hours again, the nightly scan three days."""
    world = World()
    world.clock.set(at(0) + 4 * DAY)
    world.run()
    mark = world.watermark or 0
    world.source.rows = [paid("NEAR", mark - 60 * MINUTE), paid("FAR", mark - 180 * MINUTE)]
    world.later()
    assert world.run().new == 1
    assert world.sent == ["NEAR"]
    moved = world.watermark
    assert world.deep_scan().new == 1
    assert world.sent == ["NEAR", "FAR"]
    assert world.watermark == moved


def test_a_backfill_that_is_cut_says_how_far_it_came_and_moves_no_cursor() -> None:
    """Who asked goes on from there."""
    world = World(*[paid(f"P{n}", n * MINUTE) for n in range(18)])
    world.source.before_call = lambda _: world.clock.advance(timedelta(seconds=5))
    start, times = 0, 0
    while start < NOW:
        report = world.backfill(start, NOW, left=timedelta(minutes=2))
        assert report.reached
        assert report.reached > at(start)
        assert report.complete is (report.reached == at(NOW))
        start, times = (report.reached - at(0)) // timedelta(milliseconds=1), times + 1
    assert times > 2
    assert len(world.sent) == 18
    assert world.ledger.writes["advance"] == 0


def test_a_millisecond_that_fills_a_page_holds_the_watermark_and_nothing_else() -> None:
    """All its rows and all later ones are queued, the alarm is raised, and a larger page lets the watermark go on."""
    crowd = [paid(f"P{n:02}", 5 * MINUTE) for n in range(12)]
    world = World(paid("BEFORE", MINUTE), *crowd, paid("AFTER", 9 * MINUTE))
    report = world.run()
    assert [one.code for one in report.stuck] == [
        Code.PAGE_STUCK
    ] * 2  # and the next one, which is asked from 1 ms early
    assert (report.new, len(set(world.sent))) == (14, 14)
    assert world.watermark == 5 * MINUTE
    assert world.journal.counts["PageStuck"] == 2
    assert {line.what for line in world.journal.lines} == {"the watermark waits"}
    for _ in range(2):
        writes = world.writes
        world.later()
        world.source.rows.append(paid(f"LATER{writes}", NOW + len(world.sent) * SECOND))
        world.run()
        assert (world.watermark, world.writes) == (5 * MINUTE, writes + 1)
    assert len(world.sent) == 16
    world.change(page_size=50)
    world.source.page_size = 50
    world.later()
    assert world.run().stuck == []
    assert world.watermark == NOW + 28 * MINUTE


def test_a_crowded_millisecond_is_read_twice_until_equal() -> None:
    """Three pages, two walks, and at last the one that finds nothing new."""
    world = World(*[paid(f"P{n:02}", 5 * MINUTE) for n in range(12)])
    world.source = PagedList(world.source.rows, page_size=5, bounds="()")
    world.run()
    asked = [number for start, end, number in world.source.asked if (start, end) == (5 * MINUTE, 5 * MINUTE + 1)]
    assert asked == [1, 0, 0, 1, 2, 3, 4, 0, 0, 1, 2, 3, 4]


def test_reconcile_and_replay_of_a_range_use_the_same_door() -> None:
    """`take_in` takes payments that somebody else has read; a second time it does nothing."""
    world, other = World(), World(paid("P1", SECOND))
    other.run()
    for new in (1, 0):
        report = fetch.Report()
        intake.take_in(world.ports(), report, [row.payment for row in other.rows.values()])
        assert (report.seen, report.new) == (1, new)
    intake.take_in(world.ports(), fetch.Report(), [])
    assert world.sent == ["P1"]
