"""Taking a payment in hand: what a delivered message may do with its row, and the claim that fences all others out."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, TypeAlias

from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.keys import PaymentKey
from paysync.core.records import Change, Committed, Doubt, Lease, LockStep, Received, Refused, Row
from paysync.core.states import FINAL, SETTLED, Event, State
from paysync.core.times import NEVER, Instant
from paysync.core.turn import HANDOVER_AT, Acknowledge, Desk, GiveBack, Turn, Verdict, deliver_letter

LEASE_MARGIN: Final = timedelta(seconds=60)
WAITING_LOOK: Final = timedelta(minutes=1)
"""How long after it was parked sweep first looks whether the lock that a payment waits for has changed hands."""
_BUSY: Final = timedelta(seconds=20)
_IN_HAND: Final = timedelta(seconds=30)
"""A payment in hand is usually done with long before its lease ends; then its other messages need not wait for that."""
_HELD_AT_MOST: Final = timedelta(hours=1)
"""So long does a payment wait at once for another of its document: a person may make that one go on earlier."""
_NO_ROW: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Take:
    """The row may be claimed."""


@dataclass(frozen=True, slots=True)
class Reopen:
    """A redriven dead letter of just this rejection: the row is opened again, and claimed with it."""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """The row was left in INTENT by somebody who is gone: whether a bill was made must be asked."""


Decision: TypeAlias = Take | Reopen | Doubtful | Verdict


def decide(row: Row, attempt: int | None, now: Instant) -> Decision:
    """What a message may do with its row as it stands. Pure; the claim itself is conditional on the same row."""
    if row.state is State.REJECTED and attempt is not None and attempt == row.fence:
        return Reopen()
    if row.state in FINAL:
        return Acknowledge()
    if row.lease and row.lease.until > now:
        return GiveBack(min(row.lease.until - now, _IN_HAND))
    if row.state is State.INTENT:
        return Doubtful()
    if row.doubt and row.state is State.IN_DOUBT and row.doubt.quiet_until > now:
        return GiveBack(row.doubt.quiet_until - now)
    return Take()


def claim(desk: Desk, received: Received, row: Row | None) -> Turn | Verdict:
    """Claim the row of a delivered message together with its source lock, or say what becomes of the message."""
    if row is None or received.message is None:
        desk.ports.journal.tell("message without a row in the ledger", message=received.id)
        return GiveBack(_NO_ROW)
    match decide(row, received.message.attempt, desk.ports.clock.now()):
        case Acknowledge() as verdict:
            return verdict
        case GiveBack() as verdict:
            return _patient(desk, received, row, verdict)
        case Doubtful():
            return _orphaned(desk, received, row)
        case Reopen():
            return _reopened(desk, received, row)
        case Take():
            gone = row.changed is not None and row.other is None
            return _take(desk, received, row, Event.CLAIMED, replace(row, changed=None) if gone else row)


def reopened(row: Row) -> Row:
    """A rejected row as a replay opens it: with the corrected content where Maycur has shown one, without a reason."""
    if row.bill is None:
        row = replace(row, payment=row.other or row.payment, changed=None)
    return replace(row, diagnosis=row.payment.fault, retries=0, owes_letter=False, waits_for=None)


def resume_event(row: Row) -> Event:
    """A row with a bill never goes back before PUSHED, whatever opens it again."""
    return Event.REOPENED if row.bill is None else Event.RESUMED


def _take(desk: Desk, received: Received, before: Row, event: Event, opened: Row) -> Turn | Verdict:
    refused = _commit_claim(desk, before, event, opened, lock_from=None)
    if isinstance(refused, Refused) and refused.lock_owner is not None:
        return _locked(desk, received, before, event, opened, refused.lock_owner)
    return _turn_or_back(desk, received, refused)


def _turn_or_back(desk: Desk, received: Received, result: Committed | Refused) -> Turn | Verdict:
    match result:
        case Committed(row):
            return Turn(received, row)
        case Refused():
            return GiveBack(_jittered(desk, _BUSY))


def _commit_claim(
    desk: Desk, before: Row, event: Event, opened: Row, *, lock_from: PaymentKey | None
) -> Committed | Refused:
    now, until = desk.ports.clock.now(), desk.deadline + LEASE_MARGIN
    row = opened.moved(
        event,
        now,
        fence=before.fence + 1,
        lease=Lease(desk.ports.ids.token(), until),
        wake_at=until,
    )
    change = Change(
        before,
        row,
        desk.entry(row, event),
        lock=LockStep.TAKE if row.payment.facts else LockStep.KEEP,
        lock_from=lock_from,
    )
    match desk.ports.ledger.commit(change):
        case Committed():
            return Committed(row)
        case Refused() as refused:
            return refused


def _locked(  # noqa: PLR0913, PLR0917 - the claim that was refused, and by whom
    desk: Desk, received: Received, before: Row, event: Event, opened: Row, owner: PaymentKey
) -> Turn | Verdict:
    holder = desk.ports.ledger.rows([owner]).get(owner)
    if lock_is_free(holder):
        return _turn_or_back(desk, received, _commit_claim(desk, before, event, opened, lock_from=owner))
    if lock_is_parked(holder) and opened.bill is None:
        return _wait_in_review(desk, before, event, opened, owner)
    return _patient(desk, received, before, GiveBack(_while_held(desk, holder)))


def _while_held(desk: Desk, holder: Row | None) -> timedelta:
    """A moment while the holder is in work; where it rests itself, as long as that, for nothing can change before."""
    now, moment = desk.ports.clock.now(), _jittered(desk, _BUSY)
    if holder is None or (holder.lease and holder.lease.until > now):
        return moment
    return max(moment, min(holder.wake_at - now, _HELD_AT_MOST))


def lock_is_free(holder: Row | None) -> bool:
    """A lock whose owner is final without a claim on it counts as free."""
    return holder is None or holder.state in SETTLED or (holder.state is State.REJECTED and holder.bill is None)


def lock_is_parked(holder: Row | None) -> bool:
    """The owner waits for a person, and keeps its lock meanwhile."""
    return holder is not None and holder.state in {State.REVIEW, State.REJECTED} and not lock_is_free(holder)


def _wait_in_review(desk: Desk, before: Row, event: Event, opened: Row, owner: PaymentKey) -> Verdict:
    """Wait for the owner's decision without a call; sweep opens the row again when the lock has changed hands."""
    now = desk.ports.clock.now()
    row = before
    if event is not Event.CLAIMED:
        row = opened.moved(event, now, fence=before.fence + 1, wake_at=now)
        if isinstance(desk.ports.ledger.commit(Change(before, row, desk.entry(row, event))), Refused):
            return GiveBack(_BUSY)
    if row.state is not State.NEW:
        return GiveBack(_BUSY)
    why = Diagnosis.of(Code.SOURCE_WAITS, waits_for=owner.code)
    look_at = now + WAITING_LOOK
    after = row.moved(
        Event.PARKED, now, fence=row.fence + 1, lease=None, waits_for=owner, diagnosis=why, wake_at=look_at
    )
    committed = desk.ports.ledger.commit(Change(row, after, desk.entry(after, Event.PARKED, because=why)))
    return Acknowledge() if isinstance(committed, Committed) else GiveBack(_BUSY)


def _orphaned(desk: Desk, received: Received, row: Row) -> Verdict:
    now = desk.ports.clock.now()
    dead_at = row.intent.sender_dead_at if row.intent else now
    quiet_until = max(dead_at, row.updated) + desk.scheme.policies.quiet_period
    why = Diagnosis.of(Code.ORPHANED)
    after = row.moved(
        Event.ANSWER_LOST,
        now,
        fence=row.fence + 1,
        lease=None,
        doubt=Doubt(quiet_until),
        diagnosis=why,
        wake_at=quiet_until,
    )
    committed = desk.ports.ledger.commit(Change(row, after, desk.entry(after, Event.ANSWER_LOST, because=why)))
    if isinstance(committed, Refused):
        return GiveBack(_BUSY)
    desk.ports.journal.count("InDoubt")
    return _patient(desk, received, after, GiveBack(max(quiet_until - now, timedelta(seconds=1))))


def _reopened(desk: Desk, received: Received, row: Row) -> Turn | Verdict:
    opened = reopened(row)
    if opened.payment.facts is None:
        return _still_unreadable(desk, row)
    return _take(desk, received, row, resume_event(row), opened)


def _still_unreadable(desk: Desk, row: Row) -> Verdict:
    """Nothing was mended: a new attempt ends as the old one, in a new dead letter."""
    now = desk.ports.clock.now()
    after = row.moved(Event.NOTED, now, fence=row.fence + 1, owes_letter=True, wake_at=now)
    entry = desk.entry(after, Event.NOTED, because=row.diagnosis)
    if isinstance(desk.ports.ledger.commit(Change(row, after, entry)), Refused):
        return GiveBack(_BUSY)
    deliver_letter(desk.ports.ledger, desk.ports.outbox, after, now, "push")
    return Acknowledge()


def _patient(desk: Desk, received: Received, row: Row, verdict: GiveBack) -> Verdict:
    """Give the message back; after many deliveries leave the row to sweep instead, at the time it can go on."""
    if received.receives < HANDOVER_AT or row.state in FINAL:
        return verdict
    woken = desk.ports.ledger.wake_later(row, min(desk.ports.clock.now() + verdict.span, NEVER))
    return Acknowledge() if woken else verdict


def hold_back(desk: Desk, received: Received, row: Row | None, span: timedelta) -> Verdict:
    """Consumption stands still: the message comes again after `span`, without burning its receive count.

    One whose payment needs nothing more goes: given back, it would end as a dead letter of what is booked.
    """
    if row is None:
        return GiveBack(span)
    attempt = received.message.attempt if received.message else None
    decision = decide(row, attempt, desk.ports.clock.now())
    return decision if isinstance(decision, Acknowledge) else _patient(desk, received, row, GiveBack(span))


def _jittered(desk: Desk, span: timedelta) -> timedelta:
    return span * (0.5 + desk.ports.ids.fraction())
