"""The core's own judgements, asked about the model's worlds: what decides here is what decides in production."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Final

from fakes import builders
from fakes.system import START
from model.world import BILLS, BY_HAND
from paysync.core.bills import BillHead, BillStatus
from paysync.core.claim import decide, lock_is_free, lock_is_parked, resume_event
from paysync.core.judge import Clear, NothingYet, Ours, baseline_of, doubt_of
from paysync.core.keys import BillKey, PaymentKey
from paysync.core.records import BillRef, Doubt, Intent, Row
from paysync.core.states import OPEN, TRANSITIONS, State

MOVES: Final = {(str(s), str(e)): str(to) for s, moves in TRANSITIONS.items() for e, to in moves.items()}
"""The core's table, in plain text: an exploration looks into it millions of times."""
OPEN_STATES: Final = frozenset(map(str, OPEN))

_ME, _SIBLING = builders.payment("PAY-A"), builders.payment("PAY-B")
_INTEGRATION_USER: Final = "integration"
_FENCE: Final = 7


@cache
def decision(state: str, *, redriven: bool) -> str:
    """What a delivered message may do with a row in `state` when no lease and no quiet period stands in the way."""
    row = replace(_row(state), fence=_FENCE)
    return type(decide(row, _FENCE if redriven else None, START + timedelta(days=1))).__name__


@cache
def lock_holder(state: str, *, has_bill: bool) -> str:
    """What the lock of a holder in `state` means for another payment: `free`, `parked` or `busy`."""
    row = replace(_row(state), bill=_bill_ref("1") if has_bill else None)
    return "free" if lock_is_free(row) else "parked" if lock_is_parked(row) else "busy"


@cache
def resumed(*, has_bill: bool) -> str:
    """The event by which a replay opens a rejected row."""
    return str(resume_event(replace(_row("REJECTED"), bill=_bill_ref("1") if has_bill else None)))


@cache
def baseline(seen: int, mine: int, siblings: int, not_ours: int) -> int | None:
    """0: a Push may be made; a bill: it is ours already; None: a person must look."""
    row = replace(_row("NEW"), not_ours=_names(not_ours))
    return _verdict(baseline_of(row, _heads(seen), _owners(mine, siblings)))


@cache
def doubt(seen: int, before: int, siblings: int, not_ours: int) -> int | None:
    """0: there is no bill of this Push; a bill: it is the one; None: a person must look."""
    intent = Intent("token", 1, _names(before), None, "source", START)
    row = replace(_row("IN_DOUBT"), not_ours=_names(not_ours), intent=intent, doubt=Doubt(START))
    return _verdict(doubt_of(row, _heads(seen), _owners(0, siblings), _INTEGRATION_USER))


# ----------------------------------------------------------------------------------------------------------------------


def _row(state: str) -> Row:
    return replace(builders.row(_ME), state=State(state))


def _verdict(verdict: object) -> int | None:
    if isinstance(verdict, Ours):
        return int(verdict.bill.id)
    return 0 if isinstance(verdict, Clear | NothingYet) else None


def _heads(seen: int) -> list[BillHead]:
    """Bills as the query shows them. None carries our reference: that is written only once the bill is claimed."""
    return [_head(bill) for bill in BILLS if seen & bill]


def _head(bill: int) -> BillHead:
    creator = "accountant" if bill == BY_HAND else _INTEGRATION_USER
    return BillHead(str(bill), number="", status=BillStatus.CREATED, voided=False, reference="", creator=(creator,))


def _names(bills: int) -> tuple[str, ...]:
    return tuple(str(bill) for bill in BILLS if bills & bill)


def _owners(mine: int, siblings: int) -> dict[str, PaymentKey]:
    owners = {str(siblings): _SIBLING.key} if siblings else {}
    return {**owners, str(mine): _ME.key} if mine else owners


def _bill_ref(name: str) -> BillRef:
    return BillRef(BillKey("AP_PAYBILL", name))
