"""What the target's answers mean for a payment: pure judgements on baseline, source document and doubt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from paysync.core.bills import Bill, BillHead, BillStatus, Made, SourceDocument
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.keys import PaymentKey
from paysync.core.money import plain
from paysync.core.records import Facts, Row


@dataclass(frozen=True, slots=True)
class Ours:
    """A bill of this payment exists already: go on with it."""

    bill: BillHead


@dataclass(frozen=True, slots=True)
class Clear:
    """Nothing stands in the way of one Push; `baseline` are the bills that exist before it."""

    baseline: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Doubtful:
    """It is not clear to a program; a person must look."""

    diagnosis: Diagnosis


@dataclass(frozen=True, slots=True)
class Refusal:
    """It cannot be booked as things stand."""

    diagnosis: Diagnosis


@dataclass(frozen=True, slots=True)
class NothingYet:
    """The ERP shows no bill of this Push."""


BaselineVerdict: TypeAlias = Ours | Clear | Doubtful
DocumentVerdict: TypeAlias = Clear | Doubtful | Refusal
DoubtVerdict: TypeAlias = Ours | NothingYet | Doubtful
Owners: TypeAlias = Mapping[str, PaymentKey]
"""Bill id → the payment that has claimed it."""


def baseline_of(row: Row, heads: Sequence[BillHead], owners: Owners) -> BaselineVerdict:
    """May a Push be made, given the bills that exist for its source?

    An unclaimed bill that carries our reference is ours. Any other unclaimed one was made by hand or has an unknown
    past: a person decides. So it is with one that carries our reference and is claimed by another payment: the same
    payment in a scheme under another name, say. Voided bills neither block nor are adopted; those declared not ours
    are skipped.
    """
    ours = [h for h in heads if _is_marked(row, h, owners)]
    if len(ours) > 1:
        return Doubtful(_several(ours))
    if ours:
        return Ours(ours[0])
    theirs = [h for h in heads if not h.voided and h.id not in row.not_ours and h.reference == row.key.code]
    if theirs:
        return Doubtful(claimed(row, theirs[0], owners[theirs[0].id]))
    foreign = [h for h in heads if not h.voided and h.id not in owners and h.id not in row.not_ours]
    if foreign:
        found = foreign[0]
        return Doubtful(
            Diagnosis.of(Code.BILL_FOREIGN, bill=found.number or found.id, bill_id=found.id, bills=len(foreign))
        )
    return Clear(tuple(h.id for h in heads))


def document_of(
    facts: Facts, documents: Sequence[SourceDocument], currency: str
) -> SourceDocument | Doubtful | Refusal:
    """The one source document that can be paid, or why there is none. `currency`: the ERP's number of the payment's."""
    number = facts.source.number
    if not documents:
        return Refusal(Diagnosis.of(Code.SOURCE_NOT_FOUND, number=number))
    if len(documents) > 1:
        return Doubtful(Diagnosis.of(Code.SOURCE_AMBIGUOUS, number=number, documents=len(documents)))
    document = documents[0]
    if document.voided:
        return Refusal(Diagnosis.of(Code.SOURCE_VOIDED, number=number))
    if document.status != BillStatus.AUDITED:
        return Refusal(Diagnosis.of(Code.SOURCE_NOT_AUDITED, number=number, status=document.status))
    if document.currency != currency:
        return Doubtful(
            Diagnosis.of(Code.PAYMENT_CURRENCY, number=number, ours=facts.amount.currency, theirs=document.currency)
        )
    return document


def open_amount(document: SourceDocument, amounts: Sequence[Decimal]) -> Decimal | None:
    """What the source still owes: applied minus its unvoided bills; None where the tenant does not say."""
    return None if document.applied is None else document.applied - sum(amounts, Decimal(0))


def amount_of(facts: Facts, left: Decimal | None) -> Diagnosis | None:
    """Why the payment's amount cannot be right for a source with `left` open, or None. Part payments are right."""
    amount = facts.amount.value
    if left is None or amount <= left:
        return None
    particulars = {"number": facts.source.number, "amount": plain(amount), "open": plain(left)}
    code = Code.PAYMENT_CENTS if amount == left * 100 else Code.PAYMENT_TOO_LARGE
    return Diagnosis.of(code, **particulars)


def doubt_of(row: Row, heads: Sequence[BillHead], owners: Owners, integration_user: str) -> DoubtVerdict:
    """What came of a Push whose answer is missing, by the bills that exist now against the baseline of its intent."""
    marked = [h for h in heads if _is_marked(row, h, owners)]
    if len(marked) == 1:
        return Ours(marked[0])
    before = row.intent.baseline if row.intent else ()
    ignored = {*before, *row.not_ours}
    new = marked or [h for h in heads if not h.voided and h.id not in ignored and h.id not in owners]
    if not new:
        return NothingYet()
    if len(new) > 1:
        return Doubtful(_several(new))
    if new[0].reference:
        return Doubtful(_mismatch(new[0], "reference", new[0].reference))
    if not _made_by(new[0], integration_user):
        return Doubtful(_mismatch(new[0], "creator", "/".join(new[0].creator) or "?"))
    return Ours(new[0])


def adoptable(row: Row, bill: Bill, amount: Decimal | None, *, currency_matches: bool) -> Diagnosis | None:
    """Why a bill that looks like this Push's cannot have been made by it, or None (amount and currency)."""
    if bill.head.reference == row.key.code:
        return None
    if not currency_matches:
        return _mismatch(bill.head, "currency", "?")
    facts, left = row.payment.facts, row.intent.open_amount if row.intent else None
    if amount is None or amount not in {left, facts.amount.value if facts else None}:
        return _mismatch(bill.head, "amount", plain(amount) if amount is not None else "?")
    return None


def claimed(row: Row, bill: BillHead | Made, owner: PaymentKey) -> Diagnosis:
    """The bill belongs to another payment, which is named with its scheme where that is another one."""
    named = owner.code if owner.scheme == row.key.scheme else f"{owner.code} --scheme {owner.scheme}"
    return Diagnosis.of(Code.BILL_CLAIMED, bill=bill.number or bill.id, bill_id=bill.id, owner=named)


def _is_marked(row: Row, head: BillHead, owners: Owners) -> bool:
    owner = owners.get(head.id)
    if head.voided or head.id in row.not_ours or owner not in {None, row.key}:
        return False
    return owner == row.key or head.reference == row.key.code


def _made_by(head: BillHead, user: str) -> bool:
    return any(name.casefold() == user.casefold() for name in head.creator)


def _several(heads: Sequence[BillHead]) -> Diagnosis:
    names = ", ".join(h.number or h.id for h in heads)
    return Diagnosis.of(Code.DOUBT_SEVERAL, bills=names)


def _mismatch(head: BillHead, what: str, found: str) -> Diagnosis:
    return Diagnosis.of(Code.DOUBT_MISMATCH, bill=head.number or head.id, bill_id=head.id, what=what, found=found)
