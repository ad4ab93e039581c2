"""What the ledger keeps: a row per payment, its history, claims and locks, watermarks. Frozen; changed by copying."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias, TypedDict, Unpack

from paysync.core.diagnosis import Diagnosis
from paysync.core.keys import BillKey, PaymentKey, SourceKey
from paysync.core.money import Amount
from paysync.core.states import SETTLED, Event, State, after
from paysync.core.times import NEVER, Instant

Scalar: TypeAlias = str | int | Decimal | bool | None
Record: TypeAlias = Mapping[str, Scalar]
"""The declared fields of a source row, as they came (numbers as Decimal or int, never float)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the core itself must know of a payment, taken from its record by the scheme."""

    source: SourceKey
    amount: Amount
    paid_at: Instant


@dataclass(frozen=True, slots=True)
class Payment:
    """One sighting of a row at the source. `facts` is None where the row does not fit the scheme; `fault` says why."""

    key: PaymentKey
    record: Record
    digest: str
    facts: Facts | None
    fault: Diagnosis | None = None
    raw: str = ""
    """The whole row as JSON text when it has more than the declared fields; kept once, never logged."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Until `until` nobody else may claim the row; `token` is new with each claim."""

    token: str
    until: Instant


@dataclass(frozen=True, slots=True)
class Intent:
    """What was true just before the Push. Kept until the payment is settled: a doubt is resolved against it."""

    token: str
    fence: int
    baseline: tuple[str, ...]
    """Ids of the bills of this source that existed already."""
    open_amount: Decimal | None
    """What the source still owed, where the tenant's fields tell it."""
    source_id: str
    sender_dead_at: Instant
    """When the invocation that pushes must have ended."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A Push whose answer is missing: not before `quiet_until` may the ERP be asked what came of it."""

    quiet_until: Instant
    empty_looks: int = 0
    """How often, minutes apart, the ERP was asked and showed no bill."""


@dataclass(frozen=True, slots=True)
class BillRef:
    """A bill as the ledger names it; a draft has no number yet."""

    key: BillKey
    number: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """The content that was seen last at the source, if ever another than the row's: never taken over by itself."""

    digest: str
    seen_at: Instant
    payment: Payment


class RowChanges(TypedDict, total=False):
    """The fields of a row that a step may change, beside state and time."""

    payment: Payment
    wake_at: Instant
    scheme_version: str
    code_version: str
    fence: int
    lease: Lease | None
    intent: Intent | None
    doubt: Doubt | None
    bill: BillRef | None
    not_ours: tuple[str, ...]
    diagnosis: Diagnosis | None
    waits_for: PaymentKey | None
    retries: int
    owes_letter: bool
    owes_call_back: bool
    repushed: bool
    changed: Sighting | None


@dataclass(frozen=True, slots=True)
class Row:
    """One payment in the ledger. Only the owner of the fence changes it; `changed` and `wake_at` alone are others'."""

    payment: Payment
    state: State
    first_seen: Instant
    updated: Instant
    wake_at: Instant
    scheme_version: str
    code_version: str
    """With the scheme's: what has booked it, or begun to; what has seen it first, while no Push was sent."""
    fence: int = 0
    """Grows with every claim and every change by another hand; also the attempt's number in a dead letter."""
    lease: Lease | None = None
    intent: Intent | None = None
    doubt: Doubt | None = None
    bill: BillRef | None = None
    not_ours: tuple[str, ...] = ()
    """Bills that a person has declared to be none of this payment's."""
    diagnosis: Diagnosis | None = None
    waits_for: PaymentKey | None = None
    """The payment in REVIEW whose source lock this one needs."""
    retries: int = 0
    """Transient troubles in a row; the pace of waking grows with it."""
    owes_letter: bool = False
    """A dead letter for this rejection has not been confirmed yet."""
    owes_call_back: bool = False
    """Booked, but the row that its scheme hands on to another one is not in the ledger yet."""
    repushed: bool = False
    """There was a Push of our own before whose end is not known, and it was allowed once more: by the tenant's
    attestation, which allows one, or by a person."""
    changed: Sighting | None = None

    @property
    def key(self) -> PaymentKey:
        """The payment's key."""
        return self.payment.key

    @property
    def other(self) -> Payment | None:
        """What Maycur shows instead of the recorded content; None where it shows the same (again)."""
        return self.changed.payment if self.changed and self.changed.digest != self.payment.digest else None

    @property
    def is_listed(self) -> bool:
        """Whether `Ledger.unsettled` shows it: something is still to be done about it."""
        return self.state not in SETTLED or self.owes_call_back

    def moved(self, event: Event, at: Instant, **changes: Unpack[RowChanges]) -> "Row":
        """This row after `event`: the state by the table, `updated` by the clock, the rest as given."""
        return replace(self, state=after(self.state, event), updated=at, **changes)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a payment's life: what happened, when, by whom, and why. Append-only."""

    at: Instant
    event: Event
    state: State
    fence: int
    actor: str
    """`push`, `fetch`, `sweep`, … or the operator's name."""
    diagnosis: Diagnosis | None = None
    note: str = ""
    bill: str = ""


class LockStep(StrEnum):
    """What a change does to the lock of the payment's source document."""

    KEEP = "keep"
    TAKE = "take"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Change:
    """A step of one row, with everything that must be true and must happen together with it (one transaction).

    Holds only while the row's fence and state are those of `before`. `unchanged_content`: also only while no other
    content has been sighted. `claim`: the bill must belong to nobody or to this payment, and belongs to it afterwards.
    """

    before: Row
    after: Row
    entry: Entry
    lock: LockStep = LockStep.KEEP
    lock_from: PaymentKey | None = None
    """With TAKE: a former owner, found to be settled without a claim on the lock, from whom it may be taken."""
    claim: BillKey | None = None
    unchanged_content: bool = False


@dataclass(frozen=True, slots=True)
class Committed:
    """The change is in the ledger (also when only its answer had been lost)."""

    row: Row


@dataclass(frozen=True, slots=True)
class Refused:
    """The change is not in the ledger, because of what stands there now."""

    row: Row | None = None
    """The row as it is, where the row was the reason."""
    lock_owner: PaymentKey | None = None
    bill_owner: PaymentKey | None = None


Commit: TypeAlias = Committed | Refused


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far a cursor has come; `version` grows with every move, so that two runs cannot both move it."""

    scheme: str
    cursor: str
    at: Instant
    version: int
    only_forward: bool = True
    """Asked of the move that ends here, and not kept: a cursor that reads a range again and again may go back."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Consumption stands still until `until` because no call can succeed (credentials); `strikes` in a row."""

    until: Instant
    strikes: int
    diagnosis: Diagnosis


@dataclass(frozen=True, slots=True)
class Token:
    """What a login gave: the session that every later call names. Shared by all runs, so it is kept, never logged."""

    value: str = field(repr=False)
    """The session itself (Maycur: tokenId)."""
    tenant: str
    """Whose session it is, where later calls must say so (Maycur: entCode)."""
    expires_at: Instant


@dataclass(frozen=True, slots=True)
class LoginRefusal:
    """A login that the vendor refused: when, and a mark of the credentials, by which corrected ones are told apart."""

    at: Instant
    mark: str


@dataclass(frozen=True, slots=True)
class Message:
    """What travels on the queue: ids and a digest, no personal data. `attempt` only in a dead letter or its redrive."""

    key: PaymentKey
    digest: str
    attempt: int | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """A delivery of a message. `message` is None when the body cannot be read; the receipt is the queue's handle."""

    id: str
    receipt: str
    receives: int
    message: Message | None


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter: the payment, the attempt that was refused, and why."""

    message: Message
    diagnosis: Diagnosis


@dataclass(frozen=True, slots=True)
class Counts:
    """How many payments stand in each state."""

    states: Mapping[State, int] = field(default_factory=dict)


def new_row(payment: Payment, at: Instant, *, wake_after: timedelta, versions: tuple[str, str]) -> Row:
    """The first row of a payment: NEW, or REJECTED with a dead letter owed where it does not fit the scheme."""
    bad = payment.facts is None
    return Row(
        payment=payment,
        state=State.REJECTED if bad else State.NEW,
        first_seen=at,
        updated=at,
        wake_at=at if bad else at + wake_after,
        scheme_version=versions[0],
        code_version=versions[1],
        diagnosis=payment.fault,
        owes_letter=bad,
    )


def parked_at(row: Row) -> Instant:
    """When sweep should look at a parked row: at once while something is owed or awaited, else never."""
    return row.updated if row.owes_letter or row.waits_for else NEVER
