"""Every port that the core asks for, and nothing else. Adapters implement them; tests bring fakes that behave."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Protocol

from paysync.core.bills import Bill, BillHead, BillTotal, Cell, Edit, Inquiry, Json, Made, SourceDocument
from paysync.core.collection import LookupKey
from paysync.core.keys import BillKey, PaymentKey, SourceKey
from paysync.core.outcomes import Outcome
from paysync.core.records import (
    Change,
    Commit,
    Counts,
    Entry,
    Letter,
    LoginRefusal,
    Message,
    Pause,
    Payment,
    Received,
    Row,
    Sighting,
    Token,
    Watermark,
)
from paysync.core.states import State
from paysync.core.times import Instant, Window


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> Instant:
        """The present, to the millisecond."""
        ...

    def pause(self, span: timedelta) -> None:
        """Let `span` pass (rate limits, back-off between reads)."""
        ...


class Ids(Protocol):
    """The only source of randomness."""

    def token(self) -> str:
        """A fresh identifier that nobody else has: for claims and writes."""
        ...

    def fraction(self) -> float:
        """A number in [0, 1) for jitter."""
        ...


class Ledger(Protocol):
    """The truth. Reads of rows, locks and claims are strongly consistent; the lists come from indexes and may lag."""

    def rows(self, keys: Iterable[PaymentKey]) -> Mapping[PaymentKey, Row]:
        """The rows that exist among `keys`."""
        ...

    def create(self, rows: Sequence[Row], entry: Entry) -> Sequence[Row]:
        """Write each row unless its key is there already; the answer has, per row, what stands there now.

        `entry` is the first line of each new row's history (its state is taken from the row).
        """
        ...

    def commit(self, change: Change) -> Commit:
        """Make one change with all that belongs to it, or nothing of it."""
        ...

    def note(self, key: PaymentKey, entry: Entry) -> None:
        """Append to the history only: evidence that must not be lost although it changes nothing."""
        ...

    def sighted(self, key: PaymentKey, sighting: Sighting, entry: Entry) -> bool:
        """Record other content of a known row without touching anything else; False when it stands there already."""
        ...

    def wake_later(self, row: Row, at: Instant) -> bool:
        """Move only `wake_at`, while fence and state are still the row's; False when they are not."""
        ...

    def history(self, key: PaymentKey) -> Sequence[Entry]:
        """The life of a payment, oldest first."""
        ...

    def raw(self, key: PaymentKey) -> str:
        """The whole row as it came from the source, or nothing where the record holds it all."""
        ...

    def lock_owner(self, source: SourceKey) -> PaymentKey | None:
        """Who holds the source document."""
        ...

    def bill_owners(self, bills: Iterable[BillKey]) -> Mapping[BillKey, PaymentKey]:
        """Who owns each of the bills that have an owner."""
        ...

    def unsettled(
        self, scheme: str, state: State, *, due: Instant, limit: int, taken: bool = True
    ) -> Sequence[PaymentKey]:
        """Payments in `state` (of the DONE ones those that owe a call-back) whose `wake_at` is not after `due`.

        Longest due first.

        `taken`: those that somebody has had in hand (fence above 0); else those that nobody has claimed yet, which the
        index keeps apart, so that a backlog never hides them.
        """
        ...

    def paid_on(self, scheme: str, day: date) -> Iterable[PaymentKey]:
        """Payments whose paid date (Asia/Shanghai) is `day`, whatever their state."""
        ...

    def counts(self, scheme: str) -> Counts:
        """How many payments stand in each state, at a cost that does not grow with them."""
        ...

    def watermark(self, scheme: str, cursor: str) -> Watermark | None:
        """Where a cursor stands; None before its first move."""
        ...

    def advance(self, before: Watermark | None, after: Watermark) -> bool:
        """Move a cursor forward if it still is what was read; False when another run moved it."""
        ...

    def pause(self, scheme: str) -> Pause | None:
        """Whether consumption stands still, and until when."""
        ...

    def set_pause(self, scheme: str, pause: Pause | None) -> None:
        """Let consumption stand still, or go on."""
        ...


class Outbox(Protocol):
    """The sending side of the queue and of its dead-letter queue."""

    def send(self, messages: Sequence[Message]) -> frozenset[PaymentKey]:
        """Send in batches; the keys whose message was not confirmed."""
        ...

    def bury(self, letter: Letter) -> bool:
        """Send one dead letter; False when it was not confirmed."""
        ...

    def waiting(self) -> int:
        """About how many messages of the queue could be received now: none that is in flight or put off."""
        ...


class Inbox(Protocol):
    """The receiving side, for a message that goes back."""

    def postpone(self, received: Received, span: timedelta) -> None:
        """Let the message be delivered again only after `span` (at most 12 hours). Losing this call loses nothing."""
        ...


class TokenStore(Protocol):
    """The one login token that all runs share: logging in often gets the account disabled (maycur-openapi.md 3).

    Use: `current()`; where it gives nothing, or the vendor said that token is gone, `acquire_right_to_login()`; who
    gets the right logs in **once** and then calls exactly one of `store`, `refuse`, `give_back`. Who does not get it
    reads `current()` again after a pause, as often as its time allows, and else fails the run (MAYCUR_LOGIN_TOO_SOON).
    """

    def current(self) -> Token | None:
        """The token that was stored last, unless it has expired; strongly consistent."""
        ...

    def acquire_right_to_login(self, now: Instant, lease: timedelta, *, instead_of: Token | None = None) -> bool:
        """Whether the caller, and nobody else until `now + lease`, may log in once.

        False while another run has the right; within the floor after the last right that was used; and while a token
        is stored that is still valid and not `instead_of` (the one that the vendor refused): then `current()` has it.
        """
        ...

    def store(self, token: Token) -> None:
        """The login succeeded: from now on this is the token; an earlier refusal is forgotten."""
        ...

    def refuse(self, refusal: LoginRefusal) -> None:
        """The vendor refused the login: recorded for the circuit, so that a wrong secret does not become a ban."""
        ...

    def give_back(self) -> None:
        """The login was certainly not sent: the right is free again at once, without the floor."""
        ...

    def refusal(self) -> LoginRefusal | None:
        """The refusal of the last login; None when it was not refused, or one has succeeded since."""
        ...


class Source(Protocol):
    """A system that payments come from. Every call is a read."""

    def page(self, window: Window, number: int) -> Outcome["SourcePage"]:
        """One page of the rows of `window`; what `number` counts is the scheme's paging."""
        ...


class SourcePage(Protocol):
    """Rows in the order they came; `total` where the source says one."""

    @property
    def rows(self) -> Sequence[Mapping[str, object]]:
        """Each row as the source sent it (Decimals for numbers with a point)."""
        ...

    @property
    def total(self) -> int | None:
        """How many rows the window has in all, by the source's own word."""
        ...


class Target(Protocol):
    """A system that bills are made in, bound to one scheme's forms. A write may have happened without an answer.

    Reads may be repeated inside the adapter; writes are sent once, except after a lost session (nothing executed).
    """

    def sources(self, wanted: Sequence[SourceKey]) -> Outcome[Mapping[SourceKey, Sequence[SourceDocument]]]:
        """The documents of each number, compared again exactly; one call."""
        ...

    def existing(
        self, asked: Sequence[Inquiry], *, creators: bool = False
    ) -> Outcome[Mapping[PaymentKey, Sequence[BillHead]]]:
        """Every bill made from each source or carrying our reference: drafts, voided and claimed ones too; one call.

        DefinitelyNot(DOUBT_UNTRUSTED) where the ways of asking disagree.
        """
        ...

    def bills(self, ids: Sequence[str]) -> Outcome[Mapping[str, Bill]]:
        """Those bills that exist among `ids`, in full; one call."""
        ...

    def lookup(self, name: str, asked: Sequence[LookupKey]) -> Outcome[Mapping[LookupKey, Sequence[Cell]]]:
        """For each asked tuple (one value per `where` field) the distinct usable results of lookup `name`; one call."""
        ...

    def bills_by_reference(self, references: Sequence[str]) -> Outcome[Mapping[str, Sequence[BillTotal]]]:
        """For each of our references every bill that carries it, voided ones too."""
        ...

    def bills_between(self, first: date, last: date) -> Outcome[Sequence[BillTotal]]:
        """Every bill dated from `first` to `last`, both included."""
        ...

    def make(self, request: Mapping[str, Json]) -> Outcome[Made]:
        """Make one bill (Push of one source, or Save of a new one). One call; Unknown unless proved otherwise."""
        ...

    def save(self, edits: Sequence[Edit]) -> Mapping[str, Outcome[None]]:
        """Change bills; one call, each bill judged by itself."""
        ...

    def submit(self, ids: Sequence[str]) -> Mapping[str, Outcome[None]]:
        """Submit bills; one call, each judged by itself."""
        ...

    def audit(self, ids: Sequence[str]) -> Mapping[str, Outcome[None]]:
        """Audit bills; one call, each judged by itself."""
        ...


class Journal(Protocol):
    """Where a run tells what it did: structured logs and metrics. Never a secret or a full account number."""

    def tell(self, what: str, *, key: PaymentKey | None = None, **details: object) -> None:
        """One line of what happened."""
        ...

    def count(self, metric: str, value: float = 1) -> None:
        """One number for the dashboard and the alarms."""
        ...


__all__ = [
    "Clock",
    "Ids",
    "Inbox",
    "Journal",
    "Ledger",
    "LookupKey",
    "Outbox",
    "Payment",
    "Source",
    "SourcePage",
    "Target",
    "TokenStore",
]
