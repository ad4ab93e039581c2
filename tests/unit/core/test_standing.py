"""What sweep tells for the alarms on payments that do not go away."""

from datetime import timedelta
from typing import Any

from fakes import builders as b
from fakes.journal import MemoryJournal
from fakes.ledger import MemoryLedger
from fakes.queue import MemoryOutbox, MemoryQueue
from fakes.system import FakeClock, SeededIds
from paysync.core.records import Row
from paysync.core.standing import oldest_open, tell_standing
from paysync.core.states import Event
from paysync.core.sweep import SweepPorts
from simulation.pair import scheme


def ports_on(ledger: MemoryLedger, clock: FakeClock, journal: MemoryJournal) -> SweepPorts:
    part: Any = scheme()
    queue = MemoryQueue(clock, SeededIds())
    return SweepPorts(part, ledger, MemoryOutbox(queue, queue), clock, journal, {}, "1")


def seen(ledger: MemoryLedger, code: str, clock: FakeClock) -> Row:
    row = b.row(b.payment(code, scheme=scheme().name), clock.now())
    ledger.create([row], b.entry(row, Event.SEEN))
    return row


def test_what_stands_is_told_as_long_as_it_does() -> None:
    """In every run, not only when it got there; and zero when nobody waits any more. The journal adds up."""
    ledger, journal, clock = MemoryLedger(), MemoryJournal(), FakeClock()
    ports = ports_on(ledger, clock, journal)
    parked = b.change(seen(ledger, "P1", clock), Event.PARKED)
    ledger.commit(parked)
    ledger.commit(b.change(seen(ledger, "P2", clock), Event.REFUSED))

    told = []
    for _ in range(2):
        tell_standing(ports)
        clock.advance(timedelta(hours=1))
        told.append(dict(journal.counts))
    ledger.commit(b.change(parked.after, Event.CLOSED))
    tell_standing(ports)

    still: dict[str, float] = {"PaymentsInDoubt": 0, "OldestOpenSeconds": 0}
    assert told == [{**still, "PaymentsInReview": n, "PaymentsRejected": n} for n in (1, 2)]
    assert journal.counts == {**still, "PaymentsInReview": 2, "PaymentsRejected": 3}


def test_the_oldest_open_payment_is_told_whether_it_is_due_or_not() -> None:
    """One that comes again by its own message is never due to sweep, and is old all the same."""
    ledger, journal, clock = MemoryLedger(), MemoryJournal(), FakeClock()
    ports = ports_on(ledger, clock, journal)
    assert oldest_open(ledger, [ports.scheme.name], clock.now()) is None
    old = seen(ledger, "P1", clock)
    clock.advance(timedelta(hours=5))
    ledger.commit(b.change(old, Event.CLAIMED, fence=1, wake_at=clock.now() + timedelta(hours=4)))
    seen(ledger, "P2", clock)

    tell_standing(ports)

    assert journal.counts["OldestOpenSeconds"] == 5 * 3600
