"""What sweep tells for the alarms on payments that do not go away."""

from datetime import timedelta
from typing import Any

from fakes import builders as b
from fakes.journal import MemoryJournal
from fakes.ledger import MemoryLedger
from fakes.queue import MemoryOutbox, MemoryQueue
from fakes.system import FakeClock, SeededIds
from paysync.core.states import Event
from paysync.core.sweep import SweepPorts, tell_standing
from simulation.pair import scheme


def test_payments_in_review_are_told_as_long_as_they_wait() -> None:
    """In every run, not only when they got there; and zero when nobody waits any more. The journal adds up."""
    ledger, journal, clock = MemoryLedger(), MemoryJournal(), FakeClock()
    queue = MemoryQueue(clock, SeededIds())
    part: Any = scheme()
    row = b.row(b.payment(scheme=part.name))
    ledger.create([row], b.entry(row, Event.SEEN))
    parked = b.change(row, Event.PARKED)
    ledger.commit(parked)
    ports = SweepPorts(part, ledger, MemoryOutbox(queue, queue), clock, journal, {}, "1")

    told = []
    for _ in range(2):
        tell_standing(ports)
        clock.advance(timedelta(hours=1))
        told.append(dict(journal.counts))
    ledger.commit(b.change(parked.after, Event.CLOSED))
    tell_standing(ports)

    assert told == [{"PaymentsInReview": n, "PaymentsInDoubt": 0} for n in (1, 2)]
    assert journal.counts == {"PaymentsInReview": 2, "PaymentsInDoubt": 0}
