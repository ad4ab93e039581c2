"""What stands still, as it stands: for alarms on what does not go away by itself. Reads the ledger, writes nothing."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Protocol

from paysync.core.ports import Clock, Journal, Ledger
from paysync.core.scheme import Scheme
from paysync.core.states import OPEN, State
from paysync.core.times import NEVER, Instant

_STANDING: Final = {
    State.REVIEW: "PaymentsInReview",
    State.IN_DOUBT: "PaymentsInDoubt",
    State.REJECTED: "PaymentsRejected",
}
_LOOKED_AT: Final = 100
"""Open rows of one state whose age is compared, those that wake first: all of them but in a backlog."""


class StandingPorts(Protocol):
    """What is read, and where it is told, for one scheme."""

    @property
    def scheme(self) -> Scheme:
        """Whose payments they are."""
        ...

    @property
    def ledger(self) -> Ledger:
        """Where they stand."""
        ...

    @property
    def clock(self) -> Clock:
        """When."""
        ...

    @property
    def journal(self) -> Journal:
        """Where it is told."""
        ...


def tell_standing(ports: StandingPorts) -> None:
    """How many payments wait for a person, are in doubt or rejected, and how old the oldest open one is."""
    name, journal = ports.scheme.name, ports.journal
    states = ports.ledger.counts(name).states
    for state, metric in _STANDING.items():
        journal.count(metric, states.get(state, 0))
    oldest = oldest_open(ports.ledger, [name], ports.clock.now())
    journal.count("OldestOpenSeconds", oldest.total_seconds() if oldest else 0)


def oldest_open(ledger: Ledger, schemes: Sequence[str], now: Instant) -> timedelta | None:
    """The age of the oldest payment that is neither settled nor waits for a person; None when there is none."""
    keys = [
        key
        for name in schemes
        for state in OPEN
        for taken in (True, False)
        for key in ledger.unsettled(name, state, due=NEVER, limit=_LOOKED_AT, taken=taken)
    ]
    seen = [row.first_seen for row in ledger.rows(keys).values() if row.state in OPEN]
    return now - min(seen) if seen else None
