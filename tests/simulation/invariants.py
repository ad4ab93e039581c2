"""The checker of I1 to I10: it watches every commit, Push and deletion from outside, and knows the true books.

It shares no judgement with the system: a violation is said in words, with the payment it concerns.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NoReturn

from paysync.core.bills import BillHead, BillStatus, Made
from paysync.core.codes import Code
from paysync.core.diagnosis import Kind
from paysync.core.fetch import PAID
from paysync.core.keys import PaymentKey
from paysync.core.outcomes import DefinitelyNot, Outcome
from paysync.core.records import Change, Entry, Letter, Message, Received, Row, Watermark
from paysync.core.states import FINAL, SETTLED, WITH_BILL, Event, State
from paysync.core.times import NEVER, Instant, local_date
from paysync.core.turn import HANDOVER_AT
from simulation.books import BookedBill
from simulation.doubts import Doubts
from simulation.hub import Actor
from simulation.maycur import PaidRow
from simulation.pair import AFTER, FORMS, NAME
from simulation.target import CALL_SPAN
from simulation.told import check_told

if TYPE_CHECKING:
    from simulation.world import World

_NO_BILL_YET: Final = frozenset({State.NEW, State.INTENT, State.IN_DOUBT})
_LOCKED: Final = frozenset({State.INTENT, State.IN_DOUBT, *WITH_BILL})
_BY_HAND: Final = timedelta(minutes=30)
"""So long after a person changed a bill, what the system says of it may be of before."""
_SLACK: Final = timedelta(seconds=2)
_WINDOW: Final = timedelta(minutes=9)
_MOST_REFUSED: Final = 12


class ViolationError(AssertionError):
    """A promise is broken."""


@contextmanager
def said_with(call: str) -> Iterator[None]:
    """Whatever goes wrong within is raised with the call that shows it again."""
    try:
        yield
    except Exception as error:
        error.add_note(call)
        raise


@dataclass(slots=True)
class Aim:
    """What an actor's last INTENT allows: one Push."""

    key: PaymentKey
    row: Row
    used: bool = False
    refused: bool = False
    """Whether K3Cloud has answered that it made nothing."""


class Checker:
    """Watches one world."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.aims: dict[Actor, Aim] = {}
        self.looked_at: dict[tuple[Actor | None, PaymentKey], Instant] = {}
        """When an actor asked last for the bills of a payment's source."""
        self.doubts = Doubts(world)
        self.flying: dict[PaymentKey, int] = {}
        """Pushes that may still be carried out."""
        self.pushes: list[PaymentKey] = []
        self.refused_at: list[Instant] = []
        self.messages: set[Message] = set()
        """Those that were sent, also if they were lost."""
        self.buried: dict[tuple[PaymentKey, int | None], Letter] = {}
        """Dead letters that were sent, by payment and attempt."""

    # ---- while it runs

    def committed(self, change: Change, stood: Row | None, stands: Row) -> None:
        """I8, the way of a bill, the lock in review, and what DONE means, at every commit."""
        before, key = change.before, change.before.key
        if stood is not None:
            self.overwritten(stood, before)
        if stands.fence < before.fence:
            self.fail("I8", key, f"its fence fell from {before.fence} to {stands.fence}")
        if stands.bill is None and stood is not None and stood.bill is not None:
            self.fail("I1", key, "the row lost its bill")
        if stands.bill is not None and stands.state in _NO_BILL_YET:
            self.fail("I1", key, f"a row with a bill went back to {stands.state}")
        if stands.state in WITH_BILL and stands.bill is None:
            self.fail("I2", key, f"{stands.state} without a bill")
        if stands.bill is not None and self.world.ledger.claims.get(stands.bill.key) != key:
            self.fail("I4", key, f"its bill {stands.bill.key.id} is claimed by {self._owner(stands.bill.key.id)}")
        self._watch_lock(change, stands)
        self._watch_doubt(change, stands)
        if change.entry.event is Event.INTENT_WRITTEN and self.world.current is not None:
            self.aims[self.world.current] = Aim(key, stands)
            self._watch_baseline(stands)
        self._watch_end(change.entry, stands)
        if change.entry.event is Event.DELIVERED and (key, stands.fence) not in self.buried:
            self.fail("I3", key, "its dead letter counts as sent, but was not")

    def overwritten(self, stood: Row, known: Row) -> None:
        """I8: whoever writes knows the row as it stands."""
        if stood.fence != known.fence or stood.state is not known.state:
            what = f"a write for {known.state}/{known.fence} was made to {stood.state}/{stood.fence}"
            self.fail("I8", known.key, what)

    def push_begins(self, actor: Actor | None, numbers: Sequence[str]) -> None:
        """I6, I7, the source lock, one source per Push, and enough time for the answer."""
        aim = self.aims.get(actor) if actor else None
        if aim is None or aim.used:
            self.fail("I6", PaymentKey("?", ",".join(numbers)), "a Push without an INTENT of its own")
        aim.used = True
        self.pushes.append(aim.key)
        facts = aim.row.payment.facts
        if facts is None or list(numbers) != [facts.source.number]:
            self.fail("I1", aim.key, f"a Push of {list(numbers)}, not of the payment's own source alone")
        holder = self.world.ledger.locks.get(str(facts.source))
        if holder != aim.key:
            self.fail("I7", aim.key, f"a Push while the source is locked by {holder}")
        if self.flying.get(aim.key):
            self.fail("I7", aim.key, "a second Push while the first may still be carried out")
        ours = self.bills_of(aim.key)
        if ours:
            self.fail("I7", aim.key, f"a second Push although bill {ours[0].id} exists")
        self.flying[aim.key] = self.flying.get(aim.key, 0) + 1
        self.write_begins(actor, "make")

    def pushing(self, actor: Actor | None) -> PaymentKey | None:
        """For whom this actor pushes."""
        return self.aims[actor].key if actor in self.aims else None

    def answered(self, actor: Actor | None, outcome: Outcome[Made]) -> None:
        """A Push has its answer."""
        if actor in self.aims:
            self.aims[actor].refused = isinstance(outcome, DefinitelyNot)

    def looked(self, actor: Actor | None, key: PaymentKey, shown: Sequence[BillHead]) -> None:
        """An actor was shown the bills of a payment's source."""
        self.looked_at[actor, key] = self.world.now
        self.doubts.looked(key, shown)

    def pushed(self, made: BookedBill | Code) -> None:
        """I1 at the moment that a bill comes into the books."""
        key = made.pushed_for if isinstance(made, BookedBill) else None
        if key is None:
            return
        ours = self.bills_of(key)
        if len(ours) > 1:
            self.fail("I1", key, f"{len(ours)} bills: {', '.join(b.id for b in ours)}")

    def push_is_over(self, key: PaymentKey | None) -> None:
        """The Push of a payment has been carried out, or never will be."""
        if key is not None:
            self.flying[key] = self.flying.get(key, 1) - 1

    def write_begins(self, actor: Actor | None, op: str) -> None:
        """No write to the ERP may begin that cannot be recorded before the deadline."""
        if actor is None or actor.dies_at is None or actor.jumped:
            return
        left = actor.dies_at - self.world.now
        if left < CALL_SPAN - _SLACK:
            name = self.pushing(actor) or PaymentKey("?", op)
            self.fail("time", name, f"{op} begins {left.total_seconds():.1f} s before the deadline")

    def refused_for_credentials(self) -> None:
        """Calls that cannot succeed are not made again and again: consumption stands still."""
        now = self.world.now
        self.refused_at = [at for at in self.refused_at if now - at < _WINDOW] + [now]
        if len(self.refused_at) > _MOST_REFUSED:
            self.fail("pause", PaymentKey("?", "?"), f"{len(self.refused_at)} calls with refused credentials in a row")

    def submit_begins(self, ids: Sequence[str]) -> None:
        """Only a bill that says what it must is submitted."""
        for bill_id in ids:
            bill = self.world.books.bills.get(bill_id)
            owner = self._owner(bill_id)
            row = self.world.ledger.table.get(owner) if owner else None
            if bill is None or row is None or row.bill is None or row.bill.key.id != bill_id or self._by_hand(bill):
                continue
            wrong = self.wrong_with(bill, row)
            if wrong:
                self.fail("I2", row.key, f"bill {bill_id} is submitted although its {wrong} is wrong")

    def sent(self, messages: Sequence[Message]) -> None:
        """The row comes first: a message without one explains nothing to nobody."""
        self.messages.update(messages)
        for message in messages:
            if message.key not in self.world.ledger.table:
                self.fail("I5", message.key, "its message was sent before its row was written")

    def deleted(self, received: Received, batch: Sequence[Received]) -> None:
        """I3: the row must say why its message may go. A message shares the fate of its copies in one batch."""
        if received.message is None:
            self.fail("I3", PaymentKey("?", received.id), "an unreadable message was deleted")
        row = self.world.ledger.table.get(received.message.key)
        if row is None:
            self.fail("I3", received.message.key, "its message was deleted, but there is no row")
        receives = max(r.receives for r in batch if r.message and r.message.key == received.message.key)
        if row.state in FINAL or (receives >= HANDOVER_AT and row.wake_at < NEVER):
            return
        if row.fence == 0 or row.wake_at - self.world.now > timedelta(days=1):
            self.fail("I3", row.key, f"its message was deleted while the row is {row.state}")
        if receives < HANDOVER_AT and row.lease is None and row.updated <= self.world.now - timedelta(hours=1):
            self.fail("I3", row.key, f"its message was deleted while the row is {row.state} and nobody has it in hand")

    def advanced(self, before: Watermark | None, mark: Watermark) -> None:
        """I5: what the list has shown since before this run began is in the ledger where the watermark moves over."""
        if mark.cursor != PAID:
            return
        world = self.world
        began = world.current.started if world.current else world.now
        start = before.at if before else world.load.since
        for row in world.maycur.rows:
            seen = start <= row.paid_at < mark.at and row.appears_at <= began and row.listed(world.now)
            if seen and not self._recorded(row.raw):
                code = PaymentKey("?", str(row.raw["paymentBizCode"]))
                self.fail("I5", code, f"the watermark passed it: {mark.at:%H:%M:%S}")

    # ---- at the end

    def check(self) -> None:
        """I1, I2, I4 and the rest over all books, when everything has come to rest."""
        world = self.world
        for key, row in world.ledger.table.items():
            ours = self.bills_of(key)
            if len(ours) > 1:
                self.fail("I1", key, f"{len(ours)} bills: {', '.join(b.id for b in ours)}")
            if ours and row.bill is None and row.state in {State.REJECTED, State.NEW}:
                self.fail("I2", key, f"bill {ours[0].id} exists, but the row is {row.state} and knows none")
            if row.state is State.DONE and not ours and not self._was_by_hand(row):
                self.fail("I2", key, "DONE without a bill")
            if row.state is State.DONE and world.load.after and key.scheme == NAME:
                self._check_handed_on(row)
        for raw in self._unrecorded():
            self.fail("I2", PaymentKey("?", str(raw["paymentBizCode"])), "a paid row has no ledger row")
        for shown, since in world.maycur.edited:
            if since < world.read_again_at:
                self._check_what_is_shown(shown)
        if world.checks_secrets:
            check_told(world)

    def _check_what_is_shown(self, paid: PaidRow) -> None:
        """What the ledger has seen last is what Maycur shows: a person accepts, and a replay takes, nothing else."""
        world = self.world
        row = world.ledger.table.get(PaymentKey(NAME, str(paid.raw["paymentBizCode"])))
        if row is None or not paid.listed(world.now) or paid.paid_at < world.load.since:
            return
        last = (row.changed.payment if row.changed else row.payment).record["payableAmount"]
        if str(last) != str(paid.raw["payableAmount"]):
            self.fail("I2", row.key, f"the ledger goes by {last}, but Maycur shows {paid.raw['payableAmount']}")

    def has_all(self) -> bool:
        """Whether every payment that is listed now has a row."""
        return not any(self._unrecorded())

    def _unrecorded(self) -> Iterator[dict[str, object]]:
        world = self.world
        for paid in world.maycur.rows:
            if paid.paid_at >= world.load.since and paid.listed(world.now) and not self._recorded(paid.raw):
                yield paid.raw

    def _check_handed_on(self, row: Row) -> None:
        """A booked payment's row is in the other scheme: once, with its content, and nothing is owed any more."""
        second = self.world.ledger.table.get(PaymentKey(AFTER, row.key.code))
        if second is None or row.owes_call_back:
            self.fail("I11", row.key, "DONE, but not handed on")
        if (second.payment.facts, second.changed) != (row.payment.facts, None):
            self.fail("I11", row.key, "handed on with other content")
        events = [entry.event for entry in self.world.ledger.history(row.key)]
        if events.count(Event.CALLED_BACK) != 1:
            self.fail("I11", row.key, f"handed on {events.count(Event.CALLED_BACK)} times")

    def bills_of(self, key: PaymentKey) -> list[BookedBill]:
        """Every bill that moves money for a payment: pushed for it, or claimed by it."""
        claims, bills = self.world.ledger.claims, self.world.books.bills.values()
        return [b for b in bills if b.counts and (b.pushed_for == key or claims.get(b.key) == key)]

    def wrong_with(self, bill: BookedBill, row: Row) -> str:
        """Which part of a finished bill is not the payment's, or nothing."""
        facts, record = row.payment.facts, row.payment.record
        if facts is None:
            return "payment"
        wanted = {
            "amount": (bill.amount, facts.amount.value),
            "date": (bill.day, local_date(facts.paid_at).isoformat()),
            "account": ({e.account for e in bill.entries}, {record["payerAccountNumber"]}),
            "reference": (bill.reference, row.key.code),
            "source": ([a.number for a in bill.sources][:1], [facts.source.number]),
        }
        return next((name for name, (found, right) in wanted.items() if found != right), "")

    def fail(self, invariant: str, key: PaymentKey, what: str) -> NoReturn:
        """Say what is broken."""
        self.world.tell(f"VIOLATION {invariant}: {key.code}: {what}")
        raise ViolationError(f"{invariant}: {key.code}: {what}")

    # --------------------------------------------------------------------------------------------------------------

    def _watch_lock(self, change: Change, stands: Row) -> None:
        facts = stands.payment.facts
        if change.entry.actor != "push" or facts is None or change.before.payment.facts != facts:
            return
        if self.world.ledger.locks.get(str(facts.source)) == stands.key:
            return
        may_lack = stands.state in SETTLED or (stands.state is State.REJECTED and stands.bill is None)
        if stands.state in _LOCKED:
            self.fail("I7", stands.key, f"{stands.state} while its source is locked by another, or by none")
        if change.before.state in _LOCKED and not may_lack:
            self.fail("I7", stands.key, f"{stands.state} without the lock that it had as {change.before.state}")

    def _watch_doubt(self, change: Change, stands: Row) -> None:
        actor = self.world.current
        aim = self.aims.get(actor) if actor else None
        self.doubts.committed(change, stands, refused=aim is not None and aim.key == stands.key and aim.refused)

    def _watch_baseline(self, row: Row) -> None:
        """What stood in the books for anybody to see when the baseline was read must be in it, and be another's."""
        facts, intent, world = row.payment.facts, row.intent, self.world
        asked_at = self.looked_at.get((world.current, row.key), world.now)
        if row.changed is not None:
            self.fail("I2", row.key, "an intent although Maycur has shown other content")
        application = world.books.applications.get(facts.source.number) if facts else None
        if application is None or intent is None:
            return
        for bill in world.books.of_source(application, FORMS[row.key.scheme]):
            if bill.visible_at >= asked_at or (bill.touched_at is not None and bill.touched_at >= asked_at):
                continue
            if bill.id not in intent.baseline:
                self.fail("I1", row.key, f"bill {bill.id} stood there, but is not in the baseline")
            if bill.counts and self._owner(bill.id) is None and bill.id not in row.not_ours:
                self.fail("I1", row.key, f"an intent although bill {bill.id} stood there and belongs to nobody")

    def _watch_end(self, entry: Entry, row: Row) -> None:
        if row.state is State.DONE:
            self._watch_done(row)
        elif row.state is State.CLOSED and not entry.actor.startswith("op-"):
            self.fail("I2", row.key, f"closed by {entry.actor}, who is no person")
        elif row.state is State.REJECTED and entry.event is Event.REFUSED:
            self._watch_rejection(row)

    def _watch_done(self, row: Row) -> None:
        ours = self.bills_of(row.key)
        own = next((b for b in ours if row.bill and b.id == row.bill.key.id), None)
        if own is not None and own.form != FORMS[row.key.scheme]:
            self.fail("I4", row.key, f"DONE with bill {own.id} of another form, {own.form}")
        if own is None:
            known = self.world.books.bills.get(row.bill.key.id) if row.bill else None
            if known is None or not self._by_hand(known):
                self.fail("I2", row.key, "DONE without its bill")
            return
        if len(ours) > 1:
            self.fail("I1", row.key, f"DONE with {len(ours)} bills")
        if self._by_hand(own):
            return
        if own.status is not BillStatus.AUDITED:
            self.fail("I2", row.key, f"DONE, but bill {own.id} is {own.status}")
        wrong = self.wrong_with(own, row)
        if wrong:
            self.fail("I2", row.key, f"DONE, but the {wrong} of bill {own.id} is wrong")

    def _watch_rejection(self, row: Row) -> None:
        """A finished bill is no reason to reject: that would ask a person to book it again."""
        if not row.owes_letter:
            self.fail("I3", row.key, "REJECTED without owing a dead letter")
        if row.diagnosis is None or row.diagnosis.kind is Kind.CREDENTIAL:
            self.fail("I2", row.key, "REJECTED because of credentials, or for no reason")
        bill = self.world.books.bills.get(row.bill.key.id) if row.bill else None
        if bill is None or not bill.counts or bill.status is not BillStatus.AUDITED or self._by_hand(bill):
            return
        if not self.wrong_with(bill, row):
            self.fail("I2", row.key, f"REJECTED although bill {bill.id} is complete")

    def _owner(self, bill_id: str) -> PaymentKey | None:
        bill = self.world.books.bills.get(bill_id)
        return self.world.ledger.claims.get(bill.key) if bill else None

    def _by_hand(self, bill: BookedBill) -> bool:
        return bill.touched_at is not None and bill.touched_at >= self.world.now - _BY_HAND

    def _was_by_hand(self, row: Row) -> bool:
        bill = self.world.books.bills.get(row.bill.key.id) if row.bill else None
        return bill is not None and bill.touched_at is not None

    def _recorded(self, raw: dict[str, object]) -> bool:
        return PaymentKey("sim", str(raw["paymentBizCode"])) in self.world.ledger.table
