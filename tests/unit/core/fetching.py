"""A world for fetch: a paged list that changes by a script, the ledger, queue, clock and journal in memory."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from fakes.journal import MemoryJournal
from fakes.ledger import MemoryLedger
from fakes.queue import MemoryOutbox, MemoryQueue
from fakes.system import FakeClock, SeededIds
from paysync.core import fetch
from paysync.core.fetch import OVERLAP, PAID, FetchPorts, Report
from paysync.core.keys import PaymentKey
from paysync.core.records import Row
from paysync.core.scheme import Scheme
from paysync.core.states import State
from paysync.core.times import Instant, Window, epoch_ms, from_epoch_ms
from simulation.pair import NAME, scheme
from unit.core.paged_list import T0, PagedList, Raw

if TYPE_CHECKING:
    from collections.abc import Callable

DELAY: Final = timedelta(minutes=2)
"""The scheme's safety delay."""
SECOND: Final = 1_000
MINUTE: Final = 60_000
NOW: Final = 20 * MINUTE
"""When the first run begins, in milliseconds after FetchSince."""
LONG: Final = timedelta(hours=5)


def paid(code: str | None, at: int, **more: Any) -> tuple[int, Raw]:
    """A row of the list: when it is listed as paid, in milliseconds after FetchSince, and what it says."""
    raw = {
        "paymentBizCode": code,
        "payeeTargetBusinessCode": f"FK-{code}",
        "payerAccountNumber": "6222000011112222",
        "payableAmount": "12.50",
        "auditTimeStamp": T0 + at,
    }
    return at, raw | more


def key(code: str) -> PaymentKey:
    """A payment's key in the ledger."""
    return PaymentKey(NAME, code)


def at(milliseconds: int) -> Instant:
    """So long after FetchSince."""
    return from_epoch_ms(T0 + milliseconds)


class World:
    """One scheme, its rows, and all that fetch stands on. `trail`: the operations on ledger and queue, in order."""

    def __init__(self, *rows: tuple[int, Raw], page_size: int = 5) -> None:
        self.trail: list[str] = []
        self.step: Callable[[str, str], None] = lambda _operation, _moment: None
        self.clock, ids = FakeClock(at(NOW)), SeededIds()
        self.source = PagedList([*rows], page_size=page_size)
        self.ledger = MemoryLedger(io=self._io)
        self.queue = MemoryQueue(self.clock, ids)
        self.letters = MemoryQueue(self.clock, ids)
        self.outbox = MemoryOutbox(self.queue, self.letters, io=self._io)
        self.journal = MemoryJournal()
        self.scheme = scheme(page_size=page_size)

    def ports(self, of: Scheme | None = None) -> FetchPorts:
        """What a run stands on."""
        return FetchPorts(
            scheme=of or self.scheme,
            source=self.source,
            ledger=self.ledger,
            outbox=self.outbox,
            clock=self.clock,
            journal=self.journal,
            since=at(0),
            code_version="0.1.0",
        )

    def run(self, *, left: timedelta = LONG) -> Report:
        """A scheduled run with so much time."""
        return fetch.run(self.ports(), deadline=self.clock.now() + left)

    def deep_scan(self, *, left: timedelta = LONG) -> Report:
        """The nightly scan."""
        return fetch.deep_scan(self.ports(), deadline=self.clock.now() + left)

    def backfill(self, start: int, end: int, *, left: timedelta = LONG) -> Report:
        """Reading a range again by hand."""
        return fetch.backfill(self.ports(), Window(at(start), at(end)), deadline=self.clock.now() + left)

    def later(self, span: timedelta = timedelta(minutes=10)) -> None:
        """Time passes; what fetch did before is forgotten by the trail and the list."""
        self.clock.advance(span)
        self.trail.clear()
        self.source.asked.clear()

    def change(self, **source: Any) -> None:
        """Other settings of the scheme's source."""
        self.scheme = replace(self.scheme, source=replace(self.scheme.source, **source))

    @property
    def watermark(self) -> int | None:
        """Where the main cursor stands, in milliseconds after FetchSince."""
        return self._cursor(PAID)

    @property
    def overlap(self) -> int | None:
        """Where the overlap's cursor stands."""
        return self._cursor(OVERLAP)

    @property
    def rows(self) -> dict[str, Row]:
        """The ledger by the payments' codes."""
        return {each.code: row for each, row in self.ledger.table.items()}

    @property
    def sent(self) -> list[str]:
        """The codes of all messages, in the order of sending."""
        return [held.message.key.code for held in self.queue.held.values() if held.message]

    def state(self, code: str) -> State:
        """Where a payment stands."""
        return self.rows[code].state

    @property
    def writes(self) -> int:
        """Write requests that concern rows."""
        return sum(many for operation, many in self.ledger.writes.items() if operation != "advance")

    def _cursor(self, name: str) -> int | None:
        mark = self.ledger._marks.get((NAME, name))
        return epoch_ms(mark.at) - T0 if mark else None

    def _io(self, operation: str, moment: str) -> None:
        if moment == "before":
            self.trail.append(operation)
        self.step(operation, moment)
