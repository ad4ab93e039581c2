"""review: a person's decision about a payment in REVIEW. Recorded with who and why; push carries it out, not this.

The ERP is asked afresh before every decision, and only what it shows now can be adopted or declared not ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from paysync.core.bills import Bill, BillHead, Inquiry, SourceDocument
from paysync.core.claim import resume_event
from paysync.core.keys import BillKey, PaymentKey
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown
from paysync.core.ports import Clock, Ledger, Outbox, Target
from paysync.core.records import BillRef, Change, Committed, Entry, LockStep, Message, Payment, Row
from paysync.core.scheme import Scheme
from paysync.core.states import Event, State
from paysync.core.times import NEVER


@dataclass(frozen=True, slots=True)
class ReviewPorts:
    """All that a decision needs. `target` is only read."""

    scheme: Scheme
    ledger: Ledger
    target: Target
    outbox: Outbox
    clock: Clock
    operator: str


@dataclass(frozen=True, slots=True)
class Look:
    """What the ERP shows now of one payment, and who owns which of the bills."""

    row: Row
    documents: Sequence[SourceDocument]
    heads: Sequence[BillHead]
    bills: Sequence[Bill]
    owners: dict[str, PaymentKey]

    def free(self) -> Sequence[BillHead]:
        """Bills that are neither voided nor another payment's."""
        return [h for h in self.heads if not h.voided and self.owners.get(h.id) in {None, self.row.key}]


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision stands in the ledger; `sent`: its message was confirmed (else sweep sends it)."""

    row: Row
    sent: bool


@dataclass(frozen=True, slots=True)
class NotDecided:
    """Nothing was changed; `reason` names what stands in the way, one of a closed list."""

    reason: str


Decision = Decided | NotDecided


def look(ports: ReviewPorts, row: Row) -> Outcome[Look]:
    """Ask the ERP for the source document and every bill of it: at most three reads."""
    facts = row.payment.facts
    documents: Sequence[SourceDocument] = ()
    if facts and ports.scheme.target.source_form:
        match ports.target.sources([facts.source]):
            case Done(found):
                documents = found.get(facts.source, ())
            case DefinitelyNot() | Unknown() as failure:
                return failure
    source = facts.source if facts and ports.scheme.target.source_form else None
    remembered = row.intent.source_id if row.intent else ""
    asked = Inquiry(row.key, row.key.code, source, documents[0].id if len(documents) == 1 else remembered)
    if not ports.scheme.target.finds:
        return Done(Look(row, documents, (), (), {}))
    match ports.target.existing([asked], creators=True):
        case Done(existing):
            return _in_full(ports, row, documents, existing.get(row.key, ()))
        case DefinitelyNot() | Unknown() as failure:
            return failure


def _in_full(
    ports: ReviewPorts, row: Row, documents: Sequence[SourceDocument], heads: Sequence[BillHead]
) -> Outcome[Look]:
    owned = ports.ledger.bill_owners({BillKey(ports.scheme.target.form, h.id) for h in heads})
    owners = {key.id: owner for key, owner in owned.items()}
    if not heads:
        return Done(Look(row, documents, heads, (), owners))
    match ports.target.bills([h.id for h in heads]):
        case Done(bills):
            return Done(Look(row, documents, heads, list(bills.values()), owners))
        case DefinitelyNot() | Unknown() as failure:
            return failure


def adopt(ports: ReviewPorts, seen: Look, bill: str, reason: str) -> Decision:
    """This bill (by number or internal id) is the payment's: push completes it, with the content that is recorded.

    Where Maycur has shown other content since, `accept` comes first: a bill that a person has corrected would be
    overwritten with what is not true any more. Content of another document cannot be accepted for the bill that there
    is: to adopt that bill says that it is finished as it is recorded, and what Maycur shows is raised anew.
    """
    if seen.row.state is not State.REVIEW:
        return NotDecided("not_in_review")
    matching = [h for h in seen.free() if bill in {h.id, h.number}]
    if len(matching) != 1:
        return NotDecided("bill_not_shown")
    head, row = matching[0], seen.row
    if row.bill and row.bill.key.id != head.id:
        return NotDecided("has_another_bill")
    if head.reference and head.reference != row.key.code:
        return NotDecided("carries_another_reference")
    if _wants_accept(row):
        return NotDecided("changed_content")
    key = BillKey(ports.scheme.target.form, head.id)
    now = ports.clock.now()
    after = row.moved(
        Event.RESUMED if row.bill else Event.BILL_ADOPTED,
        now,
        fence=row.fence + 1,
        bill=BillRef(key, head.number),
        diagnosis=None,
        doubt=None,
        waits_for=None,
        retries=0,
        wake_at=now + timedelta(minutes=1),
        changed=row.changed if row.doubt else None,
    )
    note = f"adopt {head.number or head.id}: {reason}"
    return _decide(ports, Change(row, after, _entry(ports, after, note), lock=LockStep.TAKE, claim=key))


def confirm_none(ports: ReviewPorts, seen: Look, reason: str) -> Decision:
    """None of the bills that the ERP shows is this payment's: it may be pushed (again); they are kept as not ours."""
    row = seen.row
    if row.state is not State.REVIEW:
        return NotDecided("not_in_review")
    if row.bill:
        return NotDecided("has_a_bill")
    if any(h.reference == row.key.code for h in seen.free()):
        return NotDecided("carries_our_reference")
    if row.payment.facts is None or (row.other is not None and row.doubt is None):
        return NotDecided("changed_content")
    strangers = [h.id for h in seen.heads if not h.voided and (h in seen.free() or h.reference == row.key.code)]
    not_ours = tuple(dict.fromkeys([*row.not_ours, *strangers]))
    note = f"confirm none ({', '.join(strangers) or 'no bill shown'}): {reason}"
    again = row.repushed or row.doubt is not None
    return _reopen(ports, replace(row, not_ours=not_ours, repushed=again), row, note)


def accept(ports: ReviewPorts, row: Row, reason: str) -> Decision:
    """The content that Maycur shows now is right: it replaces the recorded one.

    Not while it is unknown what came of the last Push: other content must not open the way to a second one. `adopt` or
    `confirm_none` comes first; a row that is then NEW waits here again until its content is accepted.
    """
    if row.state is not State.REVIEW:
        return NotDecided("not_in_review")
    if row.doubt is not None:
        return NotDecided("push_in_doubt")
    other = row.changed.payment if row.changed else None
    if other is None or other.facts is None:
        return NotDecided("no_other_content")
    if row.bill and _other_document(row, other):
        return NotDecided("other_document")
    opened = replace(row, payment=other, changed=None)
    return _reopen(ports, opened, row, f"accept changed content: {reason}", lock=_lock_of_other(row, other))


def _lock_of_other(row: Row, other: Payment) -> LockStep:
    """The lock of a document that the payment is no longer for: kept, two that have exchanged theirs wait for ever."""
    was, now = row.payment.facts, other.facts
    same = was is None or now is None or was.source.document == now.source.document
    return LockStep.KEEP if same else LockStep.FREE


def _wants_accept(row: Row) -> bool:
    """Whether a person must first say which content is right: not in doubt, where accept would have to wait."""
    return row.other is not None and row.doubt is None and not (row.bill and _other_document(row, row.other))


def _other_document(row: Row, now_shown: Payment) -> bool:
    """Whether the bill was made from another document, or in another currency, than Maycur shows now."""
    was, shown = row.payment.facts, now_shown.facts
    return (
        was is not None
        and shown is not None
        and (was.source, was.amount.currency) != (shown.source, shown.amount.currency)
    )


def close(ports: ReviewPorts, row: Row, reason: str) -> Decision:
    """The case is closed by hand: nothing will be booked by this payment any more."""
    if row.state not in {State.REVIEW, State.REJECTED}:
        return NotDecided("not_in_review")
    now = ports.clock.now()
    after = row.moved(
        Event.CLOSED, now, fence=row.fence + 1, lease=None, owes_letter=False, waits_for=None, wake_at=NEVER
    )
    lock = LockStep.FREE if row.payment.facts else LockStep.KEEP
    match ports.ledger.commit(Change(row, after, _entry(ports, after, f"close: {reason}"), lock=lock)):
        case Committed():
            return Decided(after, sent=False)
        case refused:
            return NotDecided("changed_meanwhile" if refused.row else "locked")


def _reopen(ports: ReviewPorts, opened: Row, before: Row, note: str, *, lock: LockStep = LockStep.KEEP) -> Decision:
    now = ports.clock.now()
    after = opened.moved(
        resume_event(opened),
        now,
        fence=before.fence + 1,
        diagnosis=None,
        doubt=None,
        waits_for=None,
        retries=0,
        wake_at=now + timedelta(minutes=1),
    )
    return _decide(ports, Change(before, after, _entry(ports, after, note), lock=lock))


def _decide(ports: ReviewPorts, change: Change) -> Decision:
    match ports.ledger.commit(change):
        case Committed():
            unsent = ports.outbox.send([Message(change.after.key, change.after.payment.digest)])
            return Decided(change.after, sent=not unsent)
        case refused:
            if refused.bill_owner:
                return NotDecided("bill_has_owner")
            return NotDecided("locked" if refused.lock_owner else "changed_meanwhile")


def _entry(ports: ReviewPorts, after: Row, note: str) -> Entry:
    event = {State.NEW: Event.REOPENED, State.PUSHED: Event.BILL_ADOPTED, State.CLOSED: Event.CLOSED}[after.state]
    bill = after.bill.key.id if after.bill else ""
    return Entry(after.updated, event, after.state, after.fence, ports.operator, note=note, bill=bill)
