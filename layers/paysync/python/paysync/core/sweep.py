"""sweep: wakes what stands still, by sending its message again. Calls no vendor and decides nothing about a bill."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from paysync.core.call_back import CallBackPorts, call_back, fault_of
from paysync.core.claim import lock_is_free
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import SchemeError
from paysync.core.pace import wake_pause
from paysync.core.ports import Clock, Journal, Ledger, Outbox
from paysync.core.records import Change, Committed, Entry, Message, Row
from paysync.core.runs import tell_failed
from paysync.core.scheme import Scheme
from paysync.core.states import OPEN, Event, State
from paysync.core.times import Instant
from paysync.core.turn import deliver_letter

_AT_ONCE: Final = 500
"""Rows of one state that one run looks at: the cost of a run is bounded, the next one goes on."""
_STALE_BACKLOG: Final = timedelta(days=1)
"""A row that was never taken in hand is mere backlog while the queue holds messages, but not for longer than this."""
_SHORTEST_WAIT: Final = timedelta(minutes=5)
_LONGEST_WAIT: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SweepPorts:
    """All that sweep needs for one scheme."""

    scheme: Scheme
    ledger: Ledger
    outbox: Outbox
    clock: Clock
    journal: Journal
    takers: Mapping[str, Scheme]
    """The schemes of the stack: to one of them a booked payment's row may be handed on."""
    code_version: str


@dataclass(slots=True)
class SweepReport:
    """What one run did."""

    woken: int = 0
    letters: int = 0
    call_backs: int = 0
    released: int = 0


def sweep(ports: SweepPorts) -> SweepReport:
    """Wake rows without progress, send dead letters, let go on who waited for a decision; last of all, call back."""
    report = SweepReport()
    _tell_fault(ports)
    backlog = ports.outbox.waiting() > 0
    for state in OPEN:
        _wake(ports, report, _due(ports, state, backlog=backlog))
    for row in _due(ports, State.REJECTED):
        report.letters += _deliver(ports, row)
    for row in _due(ports, State.REVIEW):
        _let_go_on(ports, report, row)
    report.call_backs += _call_back(ports, _due(ports, State.DONE))
    return report


def _tell_fault(ports: SweepPorts) -> None:
    """A call-back that can never be paid is told while nobody is owed anything yet."""
    fault = fault_of(ports.scheme, ports.takers)
    if fault:
        tell_failed(ports.scheme.name, SchemeError(Diagnosis.of(Code.SCHEME, what=fault)), ports.journal)


def _due(ports: SweepPorts, state: State, *, backlog: bool = False) -> Sequence[Row]:
    now = ports.clock.now()
    keys = ports.ledger.unsettled(ports.scheme.name, state, due=now, limit=_AT_ONCE, taken=True)
    if state is State.NEW:
        fresh_due = now - _STALE_BACKLOG if backlog else now
        keys = [*keys, *ports.ledger.unsettled(ports.scheme.name, state, due=fresh_due, limit=_AT_ONCE, taken=False)]
    rows = ports.ledger.rows(keys)
    return [rows[k] for k in keys if k in rows and rows[k].state is state and rows[k].wake_at <= now]


def _wake(ports: SweepPorts, report: SweepReport, rows: Sequence[Row]) -> None:
    if not rows:
        return
    unsent = ports.outbox.send([Message(row.key, row.payment.digest) for row in rows])
    now = ports.clock.now()
    for row in rows:
        if row.key not in unsent:
            report.woken += 1
            ports.ledger.wake_later(row, _next_wake(ports, row, now))


def _next_wake(ports: SweepPorts, row: Row, now: Instant) -> Instant:
    return now + wake_pause(now - row.updated, ports.scheme.policies.wake_after)


def _deliver(ports: SweepPorts, row: Row) -> bool:
    return row.owes_letter and deliver_letter(ports.ledger, ports.outbox, row, ports.clock.now(), "sweep") is not None


def _call_back(ports: SweepPorts, rows: Sequence[Row]) -> int:
    return call_back(
        CallBackPorts(
            ports.scheme, ports.takers, ports.ledger, ports.outbox, ports.clock, ports.journal, ports.code_version
        ),
        rows,
    )


def _let_go_on(ports: SweepPorts, report: SweepReport, row: Row) -> None:
    """A payment in REVIEW that only waits for another's decision is NEW again once the lock has changed hands."""
    if row.waits_for is None or row.payment.facts is None:
        return
    now = ports.clock.now()
    owner = ports.ledger.lock_owner(row.payment.facts.source)
    holder = ports.ledger.rows([owner]).get(owner) if owner else None
    if owner == row.waits_for and not lock_is_free(holder):
        ports.ledger.wake_later(row, now + wake_pause(now - row.updated, _SHORTEST_WAIT, _LONGEST_WAIT))
        return
    after = row.moved(
        Event.REOPENED,
        now,
        fence=row.fence + 1,
        waits_for=None,
        diagnosis=None,
        wake_at=now + ports.scheme.policies.wake_after,
    )
    entry = Entry(
        now, Event.REOPENED, after.state, after.fence, "sweep", note=f"the source is free of {row.waits_for.code}"
    )
    if isinstance(ports.ledger.commit(Change(row, after, entry)), Committed):
        report.released += 1
        ports.outbox.send([Message(after.key, after.payment.digest)])
