"""Before the Push: look up what the request needs, read the source documents, ask which bills exist. Reads only.

Three calls for the whole batch (one more where earlier bills of a source must be added up). What they show decides per
payment: go on with a bill that is ours, refuse, park, or leave it ready for one Push with its intent prepared.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from paysync.core.bills import Bill, BillHead, Cell, Inquiry, SourceDocument
from paysync.core.collected import found_first
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import DefectError
from paysync.core.judge import Clear, Doubtful, Ours, Refusal, amount_of, baseline_of, claimed, document_of, open_amount
from paysync.core.keys import BillKey, PaymentKey
from paysync.core.outcomes import DefinitelyNot, Done, Failure, Unknown
from paysync.core.records import BillRef, Facts, Intent, Refused
from paysync.core.scheme import Lookup, OnMiss, Scheme
from paysync.core.scope import scope_of
from paysync.core.states import Event
from paysync.core.templates import TemplateFault, render
from paysync.core.turn import Desk, Turn, unfinished
from paysync.core.wanted import amount_in


def prepare(desk: Desk, turns: Sequence[Turn]) -> None:
    """Leave each turn with an intent, with a bill that is ours, or with a verdict."""
    park_changed(desk, turns)
    documents = _documents(desk, unfinished(turns))
    heads = _existing(desk, unfinished(turns), documents)
    owners = _owners(desk, heads)
    clear = [t for t in unfinished(turns) if _baseline_is_clear(desk, t, heads.get(t.row.key, ()), owners)]
    look_up(desk, clear)
    earlier = _earlier_amounts(desk, unfinished(clear), heads)
    for turn in unfinished(clear):
        _ready(desk, turn, documents, heads.get(turn.row.key, ()), earlier)


def park_changed(desk: Desk, turns: Sequence[Turn]) -> None:
    """Nothing goes on with content that Maycur does not show any more: a person says which is right."""
    for turn in turns:
        if turn.row.other:
            desk.park(turn, Diagnosis.of(Code.PAYMENT_CHANGED, number=_facts(turn).source.number))


def look_up(desk: Desk, turns: Sequence[Turn]) -> None:
    """Fill each turn's lookups; none or several results do what the scheme says (park by default)."""
    for lookup in desk.scheme.lookups:
        asked = {t.row.key: key for t in unfinished(turns) if (key := _lookup_key(desk, t, lookup)) is not None}
        waiting = [t for t in unfinished(turns) if t.row.key in asked]
        if not waiting:
            continue
        if not desk.time_for_a_call():
            _out_of_time(desk, waiting)
            return
        ports, keys = desk.ports, sorted(set(asked.values()))
        match found_first(ports.collected, ports.target, lookup, keys, ports.clock.now()):
            case Done(found):
                for turn in waiting:
                    _settle_lookup(desk, turn, lookup, found.get(asked[turn.row.key], ()))
            case DefinitelyNot() | Unknown() as failure:
                desk.failed_call(waiting, failure)


def currency_number(scheme: Scheme, facts: Facts) -> str:
    """The ERP's number of the payment's currency; the ISO code itself where the scheme names none."""
    return scheme.target.currencies.get(facts.amount.currency, facts.amount.currency)


def _lookup_key(desk: Desk, turn: Turn, lookup: Lookup) -> tuple[str, ...] | None:
    try:
        return tuple(str(render(value, scope_of(desk.scheme, turn.row))) for _, value in lookup.where)
    except TemplateFault as fault:
        desk.reject(turn, fault.diagnosis)
        return None


def _settle_lookup(desk: Desk, turn: Turn, lookup: Lookup, results: Sequence[Cell]) -> None:
    if len(results) == 1:
        turn.lookups = {**turn.lookups, lookup.name: results[0]}
        return
    policy, code = (lookup.on_many, Code.LOOKUP_MANY) if results else (lookup.on_none, Code.LOOKUP_NONE)
    why = Diagnosis.of(
        code, lookup=lookup.name, form=lookup.within, number=_facts(turn).source.number, results=len(results)
    )
    match policy:
        case OnMiss.PARK:
            desk.park(turn, why)
        case OnMiss.REJECT:
            desk.reject(turn, why)
        case OnMiss.DEFAULT:
            turn.lookups = {**turn.lookups, lookup.name: lookup.default}


def _documents(desk: Desk, turns: Sequence[Turn]) -> Mapping[PaymentKey, Sequence[SourceDocument]]:
    if not turns or not desk.scheme.target.source_form:
        return {}
    if not desk.time_for_a_call():
        _out_of_time(desk, turns)
        return {}
    match desk.ports.target.sources([_facts(t).source for t in turns]):
        case Done(found):
            return {t.row.key: found.get(_facts(t).source, ()) for t in turns}
        case DefinitelyNot() | Unknown() as failure:
            desk.failed_call(turns, failure)
            return {}


def _existing(
    desk: Desk, turns: Sequence[Turn], documents: Mapping[PaymentKey, Sequence[SourceDocument]]
) -> Mapping[PaymentKey, Sequence[BillHead]]:
    if not turns or not desk.scheme.target.finds:
        return {}
    if not desk.time_for_a_call():
        _out_of_time(desk, turns)
        return {}
    match desk.ports.target.existing([inquiry(desk.scheme, t, documents.get(t.row.key, ())) for t in turns]):
        case Done(found):
            return found
        case DefinitelyNot() | Unknown() as failure if is_untrusted(failure) and len(turns) > 1:
            one_by_one = [_existing(desk, [turn], documents) for turn in turns]
            return {key: heads for found in one_by_one for key, heads in found.items()}
        case DefinitelyNot() | Unknown() as failure:
            untrusted(desk, turns, failure)
            return {}


def inquiry(scheme: Scheme, turn: Turn, documents: Sequence[SourceDocument]) -> Inquiry:
    """What to ask about a payment: by the document just read, else by the source id that its intent remembers."""
    remembered = turn.row.intent.source_id if turn.row.intent else ""
    source_id = documents[0].id if len(documents) == 1 else remembered
    source = _facts(turn).source if scheme.target.source_form else None
    return Inquiry(turn.row.key, turn.row.key.code, source, source_id)


def untrusted(desk: Desk, turns: Sequence[Turn], failure: Failure, event: Event = Event.PARKED) -> None:
    """A question about bills that failed: answers that contradict each other go to REVIEW, the rest is asked again."""
    if not is_untrusted(failure):
        desk.failed_call(turns, failure)
        return
    for turn in turns:
        desk.park(turn, failure.diagnosis, event)


def is_untrusted(failure: Failure) -> bool:
    """The answer contradicts itself. Then each of a batch is asked for alone: one must not park its neighbours."""
    return failure.diagnosis.code is Code.DOUBT_UNTRUSTED


def _owners(desk: Desk, heads: Mapping[PaymentKey, Sequence[BillHead]]) -> Mapping[str, PaymentKey]:
    return owners_of(desk, [h.id for found in heads.values() for h in found])


def owners_of(desk: Desk, bills: Sequence[str]) -> Mapping[str, PaymentKey]:
    """Bill id → the payment that has claimed it, for those that are claimed."""
    if not bills:
        return {}
    form = desk.scheme.target.form
    return {key.id: owner for key, owner in desk.ports.ledger.bill_owners({BillKey(form, b) for b in bills}).items()}


def _baseline_is_clear(desk: Desk, turn: Turn, heads: Sequence[BillHead], owners: Mapping[str, PaymentKey]) -> bool:
    match baseline_of(turn.row, heads, owners):
        case Clear():
            return True
        case Ours(bill):
            take_bill(desk, turn, bill, Event.BILL_FOUND)
        case Doubtful(diagnosis):
            desk.park(turn, diagnosis)
    return False


def take_bill(desk: Desk, turn: Turn, bill: BillHead, event: Event) -> None:
    """Record a bill that exists already as this payment's, with the unique claim on it."""
    key = BillKey(desk.scheme.target.form, bill.id)
    refused = desk.step(turn, event, claim=key, bill=BillRef(key, bill.number), diagnosis=None, doubt=None, retries=0)
    if isinstance(refused, Refused) and refused.bill_owner and turn.verdict is None:
        why = claimed(turn.row, bill, refused.bill_owner)
        desk.park(turn, why, Event.UNRESOLVED if event is Event.BILL_ADOPTED else Event.PARKED)


def _earlier_amounts(
    desk: Desk, turns: Sequence[Turn], heads: Mapping[PaymentKey, Sequence[BillHead]]
) -> Mapping[str, Bill]:
    ids = sorted({h.id for t in turns for h in heads.get(t.row.key, ()) if not h.voided})
    if not ids or not desk.scheme.target.source_form:
        return {}
    if not desk.time_for_a_call():
        _out_of_time(desk, turns)
        return {}
    match desk.ports.target.bills(ids):
        case Done(found):
            return found
        case DefinitelyNot() | Unknown() as failure:
            desk.failed_call([t for t in turns if heads.get(t.row.key)], failure)
            return {}


def _ready(
    desk: Desk,
    turn: Turn,
    documents: Mapping[PaymentKey, Sequence[SourceDocument]],
    heads: Sequence[BillHead],
    earlier: Mapping[str, Bill],
) -> None:
    if not desk.scheme.target.source_form:
        turn.intent = _intent(desk, turn, heads, None, "")
        return
    facts = _facts(turn)
    match document_of(facts, documents.get(turn.row.key, ()), currency_number(desk.scheme, facts)):
        case Doubtful(why):
            desk.park(turn, why)
        case Refusal(why):
            desk.reject(turn, why)
        case SourceDocument() as document:
            amounts = [amount_in(earlier[h.id], desk.scheme.target.save) for h in heads if h.id in earlier]
            known = [a for a in amounts if a is not None]
            left = open_amount(document, known) if len(known) == len(amounts) else None
            too_much = amount_of(facts, left)
            if too_much:
                desk.park(turn, too_much)
            else:
                turn.document, turn.intent = document, _intent(desk, turn, heads, left, document.id)


def _intent(desk: Desk, turn: Turn, heads: Sequence[BillHead], left: Decimal | None, source_id: str) -> Intent:
    return Intent(
        token="",
        fence=turn.row.fence,
        baseline=tuple(h.id for h in heads),
        open_amount=left,
        source_id=source_id,
        sender_dead_at=desk.deadline,
    )


def _facts(turn: Turn) -> Facts:
    facts = turn.row.payment.facts
    if facts is None:
        raise DefectError.of("a row without facts is born REJECTED and is never claimed", key=turn.row.key.code)
    return facts


def _out_of_time(desk: Desk, turns: Sequence[Turn]) -> None:
    for turn in turns:
        desk.out_of_time(turn)
