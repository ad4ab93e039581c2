"""IN_DOUBT: ask the ERP what came of a Push whose answer is missing, after the quiet period. Never push on a guess."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from paysync.core.bills import Bill, BillHead
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.judge import Doubtful, NothingYet, Ours, adoptable, doubt_of
from paysync.core.keys import PaymentKey
from paysync.core.outcomes import DefinitelyNot, Done, Unknown
from paysync.core.prepare import inquiry, is_untrusted, owners_of, take_bill, untrusted
from paysync.core.records import Doubt
from paysync.core.scope import scope_of
from paysync.core.states import Event
from paysync.core.turn import Desk, Turn
from paysync.core.wanted import amount_in, same

LOOKS: Final = 2
"""So many looks, minutes apart, before a doubt is called "none"."""
_BETWEEN_LOOKS: Final = timedelta(minutes=2)
LONGEST_INVOCATION: Final = timedelta(minutes=15)
"""Lambda ends every one by then."""


def resolve(desk: Desk, turns: Sequence[Turn]) -> None:
    """Leave each doubtful turn with its bill adopted (PUSHED), open again for one repush (NEW), or with a verdict."""
    if not turns:
        return
    if not desk.scheme.target.finds:
        for turn in turns:
            _unaskable(desk, turn)
        return
    if not desk.time_for_a_call():
        for turn in turns:
            desk.out_of_time(turn)
        return
    match desk.ports.target.existing([inquiry(desk.scheme, t, ()) for t in turns], creators=True):
        case Done(found):
            _adopt(desk, _candidates(desk, turns, found))
        case DefinitelyNot() | Unknown() as failure if is_untrusted(failure) and len(turns) > 1:
            for turn in turns:
                resolve(desk, [turn])
        case DefinitelyNot() | Unknown() as failure:
            untrusted(desk, turns, failure, Event.UNRESOLVED)


def _candidates(
    desk: Desk, turns: Sequence[Turn], found: Mapping[PaymentKey, Sequence[BillHead]]
) -> Sequence[tuple[Turn, BillHead]]:
    """The turns that one new bill may belong to; the others get their verdict here."""
    owners = owners_of(desk, [h.id for heads in found.values() for h in heads])
    candidates: list[tuple[Turn, BillHead]] = []
    for turn in turns:
        match doubt_of(turn.row, found.get(turn.row.key, ()), owners, desk.ports.integration_user):
            case Ours(bill):
                candidates.append((turn, bill))
            case NothingYet():
                _nothing_yet(desk, turn)
            case Doubtful(why):
                desk.park(turn, why, Event.UNRESOLVED)
    return candidates


def _adopt(desk: Desk, candidates: Sequence[tuple[Turn, BillHead]]) -> None:
    """Look at the candidates in full: only a bill that this Push could have made is adopted."""
    if not candidates:
        return
    turns = [turn for turn, _ in candidates]
    if not desk.time_for_a_call():
        for turn in turns:
            desk.out_of_time(turn)
        return
    match desk.ports.target.bills([head.id for _, head in candidates]):
        case Done(bills):
            for turn, head in candidates:
                _judge(desk, turn, head, bills.get(head.id))
        case DefinitelyNot() | Unknown() as failure:
            desk.failed_call(turns, failure)


def _judge(desk: Desk, turn: Turn, head: BillHead, bill: Bill | None) -> None:
    if bill is None:
        desk.park(turn, Diagnosis.of(Code.BILL_GONE, bill=head.number or head.id, bill_id=head.id), Event.UNRESOLVED)
        return
    why = adoptable(
        turn.row, bill, amount_in(bill, desk.scheme.target.save), currency_matches=_currency_matches(desk, turn, bill)
    )
    if why:
        desk.park(turn, why, Event.UNRESOLVED)
    else:
        take_bill(desk, turn, bill.head, Event.BILL_ADOPTED)


def _currency_matches(desk: Desk, turn: Turn, bill: Bill) -> bool:
    """Whether the bill's currency is the payment's, where the scheme has the currency among what it expects."""
    scope = scope_of(desk.scheme, turn.row)
    currency = dict(scope["payment"]).get("currency") if isinstance(scope["payment"], dict) else None
    cells = [cell for key, cell in bill.cells.items() if key.upper().startswith("FCURRENCYID")]
    return all(same(cell, currency) for cell in cells)


def _nothing_yet(desk: Desk, turn: Turn) -> None:
    doubt = turn.row.doubt or Doubt(desk.ports.clock.now())
    looks = doubt.empty_looks + 1
    if looks < LOOKS:
        gap = min(desk.scheme.policies.quiet_period, _BETWEEN_LOOKS)
        again = Doubt(desk.ports.clock.now() + gap, looks)
        desk.come_back(turn, gap, because=turn.row.diagnosis, doubt=again)
    elif _may_repush(desk, turn):
        _allow_repush(desk, turn, f"no bill after {looks} looks")
    else:
        desk.park(turn, Diagnosis.of(Code.DOUBT_NONE, looks=looks), Event.UNRESOLVED)


def _unaskable(desk: Desk, turn: Turn) -> None:
    """Nobody can be asked: only the vendor's promise to carry out one key once makes a second call harmless."""
    if _may_repush(desk, turn) and _is_promised(desk, turn):
        _allow_repush(desk, turn, "the vendor carries out one key once")
    else:
        desk.park(turn, Diagnosis.of(Code.DOUBT_UNASKABLE), Event.UNRESOLVED)


def _may_repush(desk: Desk, turn: Turn) -> bool:
    policies = desk.scheme.policies
    return policies.on_unresolved == "repush_once" and bool(policies.attestation) and not turn.row.repushed


def _is_promised(desk: Desk, turn: Turn) -> bool:
    """Whether the vendor still remembers the key: the first call was sent at the latest when its sender's time ended.

    Counted from before the sender's whole invocation began, and up to the end of this one.
    """
    promise, intent = desk.scheme.target.promise, turn.row.intent
    if promise is None or intent is None:
        return False
    return desk.deadline < intent.sender_dead_at - LONGEST_INVOCATION + promise.kept


def _allow_repush(desk: Desk, turn: Turn, why: str) -> None:
    note = f"{why}; attested by {desk.scheme.policies.attestation}"
    desk.step(turn, Event.REPUSH_ALLOWED, note=note, repushed=True, doubt=None)
