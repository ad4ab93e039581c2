"""The call-back: once a payment is booked, a row of it for another scheme of the stack (qeasy-scheme.md 4.2).

The debt stands on the booked row, written by the very commit that made it DONE. push pays it at the end of the same
invocation, and sweep what is left. The other scheme gets the row as if it had fetched it: typed, keyed, in the ledger
first and on the queue second. Whatever fails here leaves the payment booked and the debt standing, with its reason.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import PaysyncError
from paysync.core.intake import Intake, take_in
from paysync.core.pace import wake_pause
from paysync.core.ports import Clock, Journal, Ledger, Outbox
from paysync.core.reading import payments
from paysync.core.records import Change, Committed, Entry, Payment, Row
from paysync.core.scheme import HANDED_OVER, CallBack, Scheme, Template, Tree
from paysync.core.scope import scope_of
from paysync.core.states import Event
from paysync.core.templates import render
from paysync.core.times import NEVER

_SHORTEST_WAIT: Final = timedelta(minutes=5)
_LONGEST_WAIT: Final = timedelta(hours=1)
"""So soon after the other scheme was deployed or mended is everything handed on; the alarm counts on it."""


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


def call_back(ports: CallBackPorts, rows: Sequence[Row]) -> int:
    """Hand booked rows on and take the debt from each; how many owe nothing any more.

    A row that cannot be handed on does not keep the others.
    """
    owing = [row for row in rows if row.owes_call_back]
    wanted = ports.scheme.call_back
    if wanted is None:
        return sum(_settled(ports, row, "the scheme has no call-back any more") for row in owing)
    found = {row.key: _payments(ports, row, wanted) for row in owing}
    ready = {key: these for key, these in found.items() if not isinstance(these, Diagnosis)}
    if any(ready.values()):
        take_in(_for(ports, ports.takers[wanted.scheme]), Intake(), [one for these in ready.values() for one in these])
    paid = 0
    for row in owing:
        these = found[row.key]
        if isinstance(these, Diagnosis):
            _still_owed(ports, row, these)
        else:
            codes = ", ".join(payment.key.code for payment in these)
            paid += _settled(ports, row, f"{wanted.scheme}: {codes or 'its conditions keep the row out'}")
    return paid


def misfit(scheme: Scheme, taker: Scheme, schemes: Mapping[str, Scheme]) -> str:
    """Why rows of `scheme` cannot be handed to `taker`, or nothing.

    A bill carries its payment's key, and a payment keeps its key along the whole chain of call-backs: on one form the
    bill of the first would be taken for that of the second.
    """
    if taker.source.is_fetched:
        return f"its source is {taker.source.connector}, not {HANDED_OVER}"
    form = (taker.target.connector, taker.target.form)
    for former in _chain_to(scheme, schemes):
        if (former.target.connector, former.target.form) == form:
            return f"it makes bills of the form {taker.target.form}, as {former.name} does for the same payment"
    for other in _givers_of(taker, schemes):
        if other.name != scheme.name:
            return f"{other.name} hands rows to it, too, and two payments with one key would become one row there"
    return ""


def fault_of(scheme: Scheme, schemes: Mapping[str, Scheme]) -> str:
    """Why no row of `scheme` can ever be handed on in this stack, or nothing: known before the first is booked."""
    wanted = scheme.call_back
    if wanted is None:
        return ""
    taker = schemes.get(wanted.scheme)
    if taker is None:
        return f"it hands rows on to {wanted.scheme}, which the stack does not run: add it to Scheme, or name none"
    why = misfit(scheme, taker, schemes) or _ill_filled(scheme, taker, dict(wanted.fields))
    return f"its rows cannot be handed on to {taker.name}: {why}" if why else ""


# ----------------------------------------------------------------------------------------------------------------------


def _ill_filled(scheme: Scheme, taker: Scheme, fields: Mapping[str, Tree]) -> str:
    lacking = [one.name for one in taker.source.fields if one.required and one.name not in fields]
    if lacking:
        return f"call_back.fields lacks {', '.join(lacking)}, which it requires"
    key = taker.source.key
    if key in fields and not _is_own_key(scheme, fields[key]):
        return f"its key {key} does not get the payment's own key"
    return ""


def _is_own_key(scheme: Scheme, tree: Tree) -> bool:
    own = [("payment", "key"), *([] if scheme.source.flatten else [tuple(scheme.source.key.split("."))])]
    return isinstance(tree, Template) and [getattr(part, "path", None) for part in tree.parts] in [
        [path] for path in own
    ]


def _payments(ports: CallBackPorts, row: Row, wanted: CallBack) -> Sequence[Payment] | Diagnosis:
    taker = ports.takers.get(wanted.scheme)
    if taker is None:
        return Diagnosis.of(Code.CALL_BACK_NO_TAKER, scheme=wanted.scheme)
    why = misfit(ports.scheme, taker, ports.takers)
    if why:
        return Diagnosis.of(Code.CALL_BACK_MISFIT, scheme=wanted.scheme, what=why)
    try:
        raw = {name: render(tree, scope_of(ports.scheme, row)) for name, tree in wanted.fields}
        found = payments(taker, raw, now=ports.clock.now())
    except PaysyncError as error:
        return error.diagnosis
    if all(_keeps_its_key(row, taker, payment) for payment in found):
        return found
    what = f"its key {taker.source.key} does not get the payment's own key"
    return Diagnosis.of(Code.CALL_BACK_MISFIT, scheme=wanted.scheme, what=what)


def _keeps_its_key(row: Row, taker: Scheme, payment: Payment) -> bool:
    """Two payments must never become one row there."""
    code, own = payment.key.code, row.key.code
    return code == own or bool(taker.source.flatten and code.startswith(f"{own}-"))


def _chain_to(scheme: Scheme, schemes: Mapping[str, Scheme]) -> Iterator[Scheme]:
    """The scheme and every one whose rows may have come to it, from call-back to call-back."""
    chain = [scheme]
    for last in chain:
        yield last
        known = {one.name for one in chain}
        chain += [one for one in _givers_of(last, schemes) if one.name not in known]


def _givers_of(taker: Scheme, schemes: Mapping[str, Scheme]) -> Iterator[Scheme]:
    return (one for one in schemes.values() if one.call_back and one.call_back.scheme == taker.name)


def _for(ports: CallBackPorts, taker: Scheme) -> CallBackPorts:
    return replace(ports, scheme=taker, actor=f"{ports.actor} for {ports.scheme.name}")


def _settled(ports: CallBackPorts, row: Row, note: str) -> bool:
    after = _changed(ports, row, Event.CALLED_BACK, owes=False, because=None)
    return _committed(ports, row, after, _entry(ports, after, Event.CALLED_BACK, note=note))


def _still_owed(ports: CallBackPorts, row: Row, why: Diagnosis) -> None:
    """The reason goes into the history once; after that only the next look moves away, at a growing pace."""
    ports.journal.count("CallBackOwed")
    ports.journal.tell("a call-back is still owed", key=row.key, diagnosis=why)
    if row.diagnosis == why:
        now = ports.clock.now()
        pause = wake_pause(now - row.updated, _SHORTEST_WAIT, _LONGEST_WAIT)
        ports.ledger.wake_later(row, now + pause)
        return
    after = _changed(ports, row, Event.NOTED, owes=True, because=why)
    _committed(ports, row, after, _entry(ports, after, Event.NOTED, because=why))


def _changed(ports: CallBackPorts, row: Row, event: Event, *, owes: bool, because: Diagnosis | None) -> Row:
    """The row after `event`, under a fence of its own: of two hands that pay one debt only one is in the history."""
    now = ports.clock.now()
    wake_at = now + _SHORTEST_WAIT if owes else NEVER
    fence = row.fence + 1
    return row.moved(event, now, fence=fence, owes_call_back=owes, diagnosis=because, wake_at=wake_at)


def _entry(
    ports: CallBackPorts, after: Row, event: Event, *, because: Diagnosis | None = None, note: str = ""
) -> Entry:
    bill = after.bill.key.id if after.bill else ""
    return Entry(after.updated, event, after.state, after.fence, ports.actor, because, note, bill)


def _committed(ports: CallBackPorts, row: Row, after: Row, entry: Entry) -> bool:
    return isinstance(ports.ledger.commit(Change(row, after, entry)), Committed)
