"""Payments into the ledger first, then their messages onto the queue: whoever has read them.

A payment that is known and unchanged costs no write; other content of a known one is raised, never taken over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.ports import Clock, Journal, Ledger, Outbox
from paysync.core.reading import same_content
from paysync.core.records import Entry, Message, Payment, Row, Sighting, new_row
from paysync.core.scheme import Scheme
from paysync.core.states import SETTLED, Event, State


class IntakePorts(Protocol):
    """What taking payments in needs, for one scheme. `actor`: who the history says has seen them."""

    @property
    def scheme(self) -> Scheme:
        """Whose payments they are."""
        ...

    @property
    def ledger(self) -> Ledger:
        """Where they are kept."""
        ...

    @property
    def outbox(self) -> Outbox:
        """Where their messages go."""
        ...

    @property
    def clock(self) -> Clock:
        """When."""
        ...

    @property
    def journal(self) -> Journal:
        """Where it is told."""
        ...

    @property
    def code_version(self) -> str:
        """By which code."""
        ...

    @property
    def actor(self) -> str:
        """By whom."""
        ...


@dataclass(slots=True)
class Intake:
    """What became of the payments that were taken in. `unsent`: sweep will send their messages."""

    seen: int = 0
    new: int = 0
    rejected: int = 0
    changed: int = 0
    unsent: int = 0


def take_in(ports: IntakePorts, report: Intake, found: Sequence[Payment]) -> None:
    """Every payment into the ledger, then a message for each that is new; other content of a known one is raised."""
    known = dict(ports.ledger.rows({p.key for p in found}))
    fresh: dict[str, Payment] = {}
    for payment in found:
        if payment.key not in known:
            fresh.setdefault(str(payment.key), payment)
    created = _create(ports, list(fresh.values()))
    known.update({row.key: row for row in created})
    new = [row for row, mine in zip(created, fresh.values(), strict=True) if _is_mine(row, mine)]
    _send(ports, report, [row for row in new if row.state is State.NEW])
    report.seen += len(found)
    report.new += len(new)
    report.rejected += sum(row.state is State.REJECTED for row in new)
    for payment in found:
        report.changed += _raise_change(ports, known[payment.key], payment)


def _create(ports: IntakePorts, found: Sequence[Payment]) -> Sequence[Row]:
    if not found:
        return ()
    now = ports.clock.now()
    versions = (ports.scheme.version, ports.code_version)
    rows = [new_row(p, now, wake_after=ports.scheme.policies.wake_after, versions=versions) for p in found]
    return ports.ledger.create(rows, Entry(now, Event.SEEN, State.NEW, 0, ports.actor))


def _is_mine(row: Row, payment: Payment) -> bool:
    return row.fence == 0 and row.payment.digest == payment.digest


def _send(ports: IntakePorts, report: Intake, rows: Sequence[Row]) -> None:
    unsent = ports.outbox.send([Message(row.key, row.payment.digest) for row in rows]) if rows else frozenset()
    report.unsent += len(unsent)
    for key in sorted(unsent):
        ports.journal.tell("message not confirmed; sweep will send it", key=key)


def _raise_change(ports: IntakePorts, row: Row, payment: Payment) -> bool:
    """The content that was seen last counts, also where it is the recorded one again."""
    if not _is_news(ports.scheme, row, payment):
        return False
    now = ports.clock.now()
    why = Diagnosis.of(Code.PAYMENT_CHANGED, number=payment.facts.source.number if payment.facts else "")
    entry = Entry(now, Event.CHANGED, row.state, row.fence, ports.actor, diagnosis=why)
    if not ports.ledger.sighted(row.key, Sighting(_mark(ports.scheme, row, payment), now, payment), entry):
        return False
    ports.journal.tell("a payment shows other content", key=row.key)
    ports.journal.count("Changed")
    return True


def _is_news(scheme: Scheme, row: Row, seen: Payment) -> bool:
    """Other content; or the same, of which a corrected scheme now makes something else, while it can still matter."""
    last = row.changed.payment if row.changed else row.payment
    if not same_content(scheme, last, seen):
        return True
    if row.state in SETTLED:
        return False
    return last.facts != seen.facts or (row.state is State.REJECTED and last.digest != seen.digest)


def _mark(scheme: Scheme, row: Row, seen: Payment) -> str:
    """What tells the sighting from the recorded content: the scheme's version where only the reading differs."""
    if seen.digest != row.payment.digest or seen.facts == row.payment.facts:
        return seen.digest
    return f"{seen.digest}@{scheme.version}"
