"""The cursors of fetch: the main one only goes forward; those that read a range again and again start over."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from fakes.journal import MemoryJournal
from fakes.ledger import MemoryLedger
from fakes.queue import MemoryOutbox, MemoryQueue
from fakes.system import START, FakeClock, SeededIds
from paysync.core import fetch
from paysync.core.fetch import DEEP, OVERLAP, PAID, FetchPorts
from paysync.core.outcomes import Done, Outcome
from paysync.core.ports import SourcePage
from paysync.core.records import Watermark
from paysync.core.times import Instant, Window
from simulation.pair import scheme as simulated

SINCE = START - timedelta(days=30)
DAY = timedelta(days=1)
HEADROOM = timedelta(minutes=2)


@dataclass(frozen=True)
class Page:
    """No rows."""

    rows: Sequence[Any] = ()
    total: int | None = 0


@dataclass
class EmptySource:
    """Has no rows, remembers what it was asked for, and takes a minute for each page."""

    clock: FakeClock
    asked: list[Window] = field(default_factory=list)

    def page(self, window: Window, number: int) -> Outcome[SourcePage]:  # noqa: ARG002 - all pages are empty
        if window not in self.asked:
            self.asked.append(window)
            self.clock.advance(timedelta(minutes=1))
        return Done(Page())


class Ledger(MemoryLedger):
    """Remembers every move that was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.moves: list[Watermark] = []

    def advance(self, before: Watermark | None, after: Watermark) -> bool:
        self.moves.append(after)
        return super().advance(before, after)


class World:
    """A scheme that reads three days again on each run and ten at night, a day at a time."""

    def __init__(self, *, overlap: timedelta = 3 * DAY, deep_scan: timedelta = 10 * DAY) -> None:
        plain = simulated()
        part = replace(plain.source, overlap=overlap, deep_scan=deep_scan, max_window=DAY, safety_delay=timedelta())
        self.clock, ids = FakeClock(), SeededIds()
        self.source, self.ledger = EmptySource(self.clock), Ledger()
        queue = MemoryQueue(self.clock, ids)
        self.ports = FetchPorts(
            scheme=replace(plain, source=part),
            source=self.source,
            ledger=self.ledger,
            outbox=MemoryOutbox(queue, queue),
            clock=self.clock,
            journal=MemoryJournal(),
            since=SINCE,
            code_version="0.1.0",
        )

    def run(self, minutes: float = 600) -> list[Window]:
        """A run that may read for so long; the windows that it asked for."""
        return self._asked(lambda deadline: fetch.run(self.ports, deadline=deadline), minutes)

    def deep_scan(self, minutes: float = 600) -> list[Window]:
        """The nightly run."""
        return self._asked(lambda deadline: fetch.deep_scan(self.ports, deadline=deadline), minutes)

    def at(self, cursor: str) -> Instant:
        """Where a cursor stands."""
        mark = self.ledger.watermark(self.ports.scheme.name, cursor)
        assert mark
        return mark.at

    def _asked(self, work: Any, minutes: float) -> list[Window]:
        self.source.asked = []
        work(self.clock.now() + timedelta(minutes=minutes))
        return self.source.asked


def test_only_the_main_cursor_asks_to_go_forward_only() -> None:
    """Both others may go back, or a finished pass could never start over."""
    world = World()
    world.run()
    world.run()
    world.deep_scan()
    asked = {(mark.cursor, mark.only_forward) for mark in world.ledger.moves}
    assert asked == {(PAID, True), (OVERLAP, False), (DEEP, False)}


def test_the_main_cursor_never_goes_back() -> None:
    """Through runs that are cut, runs without time, clocks that stand still."""
    world = World()
    for minutes in (5, 0, 600, 0.5, 600):
        world.run(minutes)
    main = [mark.at for mark in world.ledger.moves if mark.cursor == PAID]
    assert main == sorted(main)
    assert world.at(PAID) >= START


def test_a_pass_that_was_cut_goes_on_and_then_starts_over() -> None:
    """Two of three days, then the third, then all three again: the cursor has gone back for it."""
    world = World()
    world.run()
    main = world.at(PAID)
    cut = world.run(minutes=3.5)
    middle = world.at(OVERLAP)
    assert main - 3 * DAY < middle < main
    assert cut[1].start == main - 3 * DAY
    rest = world.run()
    assert middle in {window.start for window in rest}
    assert min(window.start for window in rest) == middle
    assert world.at(OVERLAP) < middle
    again = world.run()
    assert min(window.start for window in again) == world.at(OVERLAP)


def test_the_nightly_pass_starts_over_too() -> None:
    """It reaches the main cursor in two nights, and begins anew in the third."""
    world = World()
    world.run()
    main = world.at(PAID)
    first = world.deep_scan(minutes=5.5)
    assert (first[0].start, first[-1].end < main) == (main - 10 * DAY, True)
    second = world.deep_scan()
    assert (second[0].start, second[-1].end) == (first[-1].end, main)
    assert world.deep_scan()[0].start == main - 10 * DAY


def test_nothing_before_the_first_start_is_read_again() -> None:
    """FetchSince is a border for every pass."""
    world = World(overlap=90 * DAY, deep_scan=90 * DAY)
    world.run()
    assert min(window.start for window in world.run()) == SINCE
    assert world.deep_scan()[0].start == SINCE


@pytest.mark.parametrize("runs", [1, 3])
def test_a_scheme_may_do_without_reading_again(runs: int) -> None:
    """A span of nothing: the new rows are read, and nothing else."""
    world = World(overlap=timedelta(), deep_scan=timedelta())
    for _ in range(runs):
        world.run()
    assert world.deep_scan() == []
    assert {mark.cursor for mark in world.ledger.moves} == {PAID}
