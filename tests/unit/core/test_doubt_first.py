"""Ways to a wrong bill that must not open: an old bill as an answer, content before the doubt or after a bill."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest

from fakes import builders as b
from fakes.journal import MemoryJournal
from fakes.ledger import MemoryLedger
from fakes.queue import MemoryInbox, MemoryOutbox, MemoryQueue
from fakes.system import START, FakeClock, SeededIds
from paysync.core import make, review
from paysync.core.bills import Made
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.keys import SourceKey
from paysync.core.money import Amount
from paysync.core.records import Committed, Doubt, Intent, LockStep, Received, Row, RowChanges, Sighting
from paysync.core.review import Decided, Look, NotDecided, ReviewPorts
from paysync.core.states import Event, State
from paysync.core.turn import Acknowledge, Desk, PushPorts, Turn
from paysync.schemes.load import load

if TYPE_CHECKING:
    from paysync.core.scheme import Scheme

INTENT = Intent("token", 1, baseline=("old",), open_amount=None, source_id="source", sender_dead_at=START)


class Bench:
    """One payment in a ledger in memory, and what push and review need around it. No ERP is asked."""

    def __init__(self) -> None:
        self.ledger, self.clock = MemoryLedger(), FakeClock()
        self.queue = MemoryQueue(self.clock, SeededIds())
        self.outbox = MemoryOutbox(self.queue, MemoryQueue(self.clock, SeededIds(prefix="d")))
        self.scheme: Scheme = load("paid-to-paybill", {"rule_id": "R"})
        new = b.row()
        self.row = self.ledger.create([new], b.entry(new, Event.SEEN))[0]

    def move(self, event: Event, **changes: Any) -> None:
        """Take the row one step further."""
        fields = cast("RowChanges", changes)
        assert isinstance(self.ledger.commit(b.change(self.row, event, lock=LockStep.TAKE, **fields)), Committed)
        self.row = self.ledger.table[self.row.key]

    def turn(self) -> Turn:
        """The row in the hands of push."""
        return Turn(Received("m", "r", 1, None), self.row)

    def desk(self) -> Desk:
        """The hand of an invocation that has time."""
        ids = SeededIds()
        ports = PushPorts(
            *(self.scheme, self.ledger, cast("Any", None), self.outbox, MemoryInbox(self.queue), self.clock, ids),
            journal=MemoryJournal(),
            integration_user="integration",
            call_span=timedelta(seconds=30),
            code_version="1",
        )
        return Desk(ports, deadline=START + timedelta(minutes=3))

    def review(self) -> ReviewPorts:
        """What a decision needs."""
        return ReviewPorts(self.scheme, self.ledger, cast("Any", None), self.outbox, self.clock, "somebody")

    def see_other_content(self) -> None:
        """Maycur shows another amount."""
        seen = b.sighting(self.row)
        assert self.ledger.sighted(self.row.key, seen, b.entry(self.row, Event.CHANGED))
        self.row = self.ledger.table[self.row.key]

    def look(self) -> Look:
        """K3Cloud shows nothing."""
        return Look(self.row, (), (), (), {})


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def in_doubt(bench: Bench) -> Bench:
    """In REVIEW, because it is not known what came of the last Push; meanwhile Maycur shows other content."""
    bench.move(Event.INTENT_WRITTEN, intent=INTENT)
    bench.move(Event.ANSWER_LOST, doubt=Doubt(START))
    bench.move(Event.UNRESOLVED, diagnosis=Diagnosis.of(Code.DOUBT_NONE, looks=2))
    bench.see_other_content()
    return bench


def decided(decision: review.Decision) -> Row:
    assert isinstance(decision, Decided), decision
    return decision.row


@pytest.mark.parametrize(("answer", "not_ours"), [("old", ()), ("declared", ("declared",))])
def test_an_answer_that_names_an_old_bill_is_not_believed(bench: Bench, answer: str, not_ours: tuple[str, ...]) -> None:
    """A bill of the baseline, or one declared not ours, cannot be what the Push has made: REVIEW, and no claim."""
    bench.move(Event.INTENT_WRITTEN, intent=INTENT, not_ours=not_ours)
    turn = bench.turn()
    make._made(bench.desk(), turn, Made(answer, "FKD-1"))
    after = bench.ledger.table[bench.row.key]
    assert (after.state, after.bill, turn.verdict) == (State.REVIEW, None, Acknowledge())
    assert after.diagnosis == Diagnosis.of(Code.BILL_NOT_NEW, bill="FKD-1", bill_id=answer)
    assert not bench.ledger.claims
    bench.row = after
    bench.see_other_content()
    assert review.accept(bench.review(), bench.row, "looks right") == NotDecided("push_in_doubt")


def test_an_answer_that_names_a_new_bill_is_recorded(bench: Bench) -> None:
    """The counterpart: what was not there before is the payment's, and claimed for it."""
    bench.move(Event.INTENT_WRITTEN, intent=INTENT)
    make._made(bench.desk(), bench.turn(), Made("new", "FKD-2"))
    after = bench.ledger.table[bench.row.key]
    assert after.state is State.PUSHED
    assert [(bill.id, owner) for bill, owner in bench.ledger.claims.items()] == [("new", bench.row.key)]


def test_other_content_is_not_accepted_while_a_push_is_in_doubt(in_doubt: Bench) -> None:
    """Accepting opens the row for a Push: not before a person has said what came of the last one."""
    assert review.accept(in_doubt.review(), in_doubt.row, "looks right") == NotDecided("push_in_doubt")
    assert in_doubt.ledger.table[in_doubt.row.key].state is State.REVIEW


def test_the_doubt_can_be_decided_although_the_content_has_changed(in_doubt: Bench) -> None:
    """Else nothing could be decided at all; the content then waits for its own decision, with nothing in doubt."""
    row = decided(review.confirm_none(in_doubt.review(), in_doubt.look(), "nothing there"))
    assert (row.state, row.doubt, bool(row.changed)) == (State.NEW, None, True)


def test_without_a_doubt_the_content_comes_first(bench: Bench) -> None:
    """A payment whose content has changed is not opened for a Push of the old content; accepting opens the new one."""
    bench.see_other_content()
    bench.move(Event.PARKED, diagnosis=Diagnosis.of(Code.PAYMENT_CHANGED, number="FKSQ-1"))
    assert review.confirm_none(bench.review(), bench.look(), "nothing there") == NotDecided("changed_content")
    row = decided(review.accept(bench.review(), bench.row, "corrected"))
    assert (row.state, row.changed, row.payment.digest) == (State.NEW, None, "d2")


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({"source": SourceKey("CN_PAYAPPLY", "FKSQ-2")}, "other_document"),
        ({"amount": Amount(Decimal("1234.50"), "USD")}, "other_document"),
        ({"amount": Amount(Decimal("999.00"), "CNY")}, None),
    ],
)
def test_a_bill_is_not_taken_over_to_another_document(bench: Bench, facts: Any, answer: str | None) -> None:
    """Once a bill is made, only what can still be set on that very bill may change; the rest is booked by hand."""
    bench.move(Event.INTENT_WRITTEN, intent=INTENT)
    make._made(bench.desk(), bench.turn(), Made("new", "FKD-2"))
    bench.row = bench.ledger.table[bench.row.key]
    known = bench.row.payment
    assert known.facts
    seen = replace(known, digest="d2", facts=replace(known.facts, **facts))
    assert bench.ledger.sighted(known.key, Sighting("d2", bench.row.updated, seen), b.entry(bench.row, Event.CHANGED))
    bench.row = bench.ledger.table[bench.row.key]
    bench.move(Event.PARKED, diagnosis=Diagnosis.of(Code.PAYMENT_CHANGED, number="FKSQ-1"))
    result = review.accept(bench.review(), bench.row, "corrected")
    if answer:
        assert result == NotDecided(answer)
    else:
        assert decided(result).state is State.PUSHED
