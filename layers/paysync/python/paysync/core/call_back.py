"""The call-back: once a payment is booked, a row of it for another scheme of the stack (qeasy-scheme.md 4.2).

The debt stands on the booked row, written by the very commit that made it DONE; sweep pays it. The other scheme gets
the row as if it had fetched it: typed, keyed, in the ledger first and on the queue second. Whatever fails here leaves
the payment booked and the debt standing, with the reason on the row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.intake import Intake, take_in
from paysync.core.pace import wake_pause
from paysync.core.ports import Clock, Journal, Ledger, Outbox
from paysync.core.reading import payments
from paysync.core.records import Change, Committed, Entry, Payment, Row
from paysync.core.scheme import HANDED_OVER, CallBack, Scheme
from paysync.core.scope import scope_of
from paysync.core.states import Event
from paysync.core.templates import TemplateFault, render
from paysync.core.times import NEVER

_SHORTEST_WAIT: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class CallBackPorts:
    """All that handing rows on needs. `takers`: the schemes of the stack, by name."""

    scheme: Scheme
    takers: Mapping[str, Scheme]
    ledger: Ledger
    outbox: Outbox
    clock: Clock
    journal: Journal
    code_version: str
    actor: str = "sweep"


def call_back(ports: CallBackPorts, row: Row) -> bool:
    """Hand the row on and take the debt from it; False while that was not possible."""
    wanted = ports.scheme.call_back
    if wanted is None:
        return _settled(ports, row, "the scheme has no call-back any more")
    found = _payments(ports, row, wanted)
    if isinstance(found, Diagnosis):
        _still_owed(ports, row, found)
        return False
    taker = ports.takers[wanted.scheme]
    taken = Intake()
    take_in(_for(ports, taker), taken, found)
    codes = ", ".join(payment.key.code for payment in found)
    return _settled(ports, row, f"{taker.name}: {codes or 'its conditions keep the row out'}")


def misfit(scheme: Scheme, taker: Scheme) -> str:
    """Why rows of `scheme` cannot be handed to `taker`, or nothing.

    A bill carries its payment's key, and both payments have the same one: on one form the bill of the first would be
    taken for that of the second.
    """
    if taker.source.is_fetched:
        return f"its source is {taker.source.connector}, not {HANDED_OVER}"
    if (taker.target.connector, taker.target.form) == (scheme.target.connector, scheme.target.form):
        return f"both make bills of the form {taker.target.form}"
    return ""


# ----------------------------------------------------------------------------------------------------------------------


def _payments(ports: CallBackPorts, row: Row, wanted: CallBack) -> Sequence[Payment] | Diagnosis:
    taker = ports.takers.get(wanted.scheme)
    if taker is None:
        return Diagnosis.of(Code.CALL_BACK_NO_TAKER, scheme=wanted.scheme)
    why = misfit(ports.scheme, taker)
    if why:
        return Diagnosis.of(Code.CALL_BACK_MISFIT, scheme=wanted.scheme, what=why)
    try:
        raw = {name: render(tree, scope_of(ports.scheme, row)) for name, tree in wanted.fields}
    except TemplateFault as fault:
        return fault.diagnosis
    return payments(taker, raw, now=ports.clock.now())


def _for(ports: CallBackPorts, taker: Scheme) -> CallBackPorts:
    return CallBackPorts(
        scheme=taker,
        takers=ports.takers,
        ledger=ports.ledger,
        outbox=ports.outbox,
        clock=ports.clock,
        journal=ports.journal,
        code_version=ports.code_version,
        actor=f"{ports.actor} for {ports.scheme.name}",
    )


def _settled(ports: CallBackPorts, row: Row, note: str) -> bool:
    now = ports.clock.now()
    after = row.moved(Event.CALLED_BACK, now, owes_call_back=False, diagnosis=None, wake_at=NEVER)
    return _committed(ports, row, after, _entry(ports, after, Event.CALLED_BACK, note=note))


def _still_owed(ports: CallBackPorts, row: Row, why: Diagnosis) -> None:
    """The reason goes into the history once; after that only the next look moves away, at a growing pace."""
    now = ports.clock.now()
    ports.journal.count("CallBackOwed")
    ports.journal.tell("a call-back is still owed", key=row.key, diagnosis=why)
    if row.diagnosis == why:
        ports.ledger.wake_later(row, now + wake_pause(now - row.updated, _SHORTEST_WAIT))
        return
    after = row.moved(Event.NOTED, now, diagnosis=why, wake_at=now + _SHORTEST_WAIT)
    _committed(ports, row, after, _entry(ports, after, Event.NOTED, because=why))


def _entry(
    ports: CallBackPorts, after: Row, event: Event, *, because: Diagnosis | None = None, note: str = ""
) -> Entry:
    bill = after.bill.key.id if after.bill else ""
    return Entry(after.updated, event, after.state, after.fence, ports.actor, because, note, bill)


def _committed(ports: CallBackPorts, row: Row, after: Row, entry: Entry) -> bool:
    return isinstance(ports.ledger.commit(Change(row, after, entry)), Committed)
