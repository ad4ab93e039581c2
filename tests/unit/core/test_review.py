"""A person's decisions: each is refused where it could open the way to a second bill, or overlook one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final, cast

import pytest

from fakes import builders as b
from fakes.system import START
from paysync.core.bills import Bill, BillEntry, BillHead, BillStatus, SourceDocument
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.keys import BillKey, PaymentKey, SourceKey
from paysync.core.outcomes import Done, Outcome, Unknown
from paysync.core.records import BillRef, Change, Doubt, Message, Refused, Row, Sighting
from paysync.core.review import (
    Decided,
    Decision,
    Look,
    NotDecided,
    ReviewPorts,
    accept,
    adopt,
    close,
    confirm_none,
    look,
)
from paysync.core.states import Event, State
from simulation.pair import FORM, SOURCE_FORM
from unit.core.desks import Target, desk_of, ledger_of, payment, taken

SOURCE: Final = SourceKey(SOURCE_FORM, "FK-1")
DOCUMENT: Final = SourceDocument(SOURCE, "id-1", BillStatus.AUDITED, False, "PRE001", Decimal("100.00"))  # noqa: FBT003
HEAD: Final = BillHead("7", "FKD7", BillStatus.CREATED, voided=False, reference="")
BILL: Final = Bill(HEAD, {}, (BillEntry("1", {}),))
REF: Final = BillRef(BillKey(FORM, "7"), "FKD7")
OTHER: Final = BillRef(BillKey(FORM, "8"), "FKD8")
TIMEOUT: Final = Unknown(Diagnosis.of(Code.ERP_TIMEOUT))


class Desk:
    """A person at the tools, and a payment in REVIEW."""

    def __init__(self, **changes: Any) -> None:
        self.target = Target(
            sources=Done({SOURCE: (DOCUMENT,)}),
            existing=lambda asked: Done({asked[0].payment: (HEAD,)}),
            bills=Done({"7": BILL}),
        )
        push = desk_of(self.target)
        self.ledger = ledger_of(push)
        self.row = taken(push, (Event.PARKED, {"lease": None, **changes})).row
        self.outbox: Any = push.ports.outbox
        self.ports = ReviewPorts(
            push.scheme, self.ledger, cast("Any", self.target), self.outbox, push.ports.clock, "zhang"
        )

    def look(self) -> Outcome[Look]:
        """As K3Cloud shows it now."""
        return look(self.ports, self.row)

    def seen(self, row: Row | None = None, *, owner: PaymentKey | None = None) -> Look:
        """One bill, free unless somebody owns it."""
        return Look(row or self.row, (DOCUMENT,), (HEAD,), (BILL,), {"7": owner} if owner else {})

    def overtake(self) -> None:
        """Push, or another person, changes the row after it was looked at."""
        moved = b.change(self.row, Event.RESUMED, fence=self.row.fence + 1)
        self.ledger.commit(moved)

    @property
    def stands(self) -> Row:
        """The payment's row now."""
        return self.ledger.table[self.row.key]


def reason_of(decision: Decision) -> str:
    """Why nothing was decided."""
    assert isinstance(decision, NotDecided)
    return decision.reason


def test_a_look_shows_the_source_the_bills_and_whose_they_are() -> None:
    """Three reads; a bill of another payment, or a voided one, is not free."""
    desk = Desk()
    seen = desk.look()
    assert isinstance(seen, Done)
    assert (seen.value.documents, seen.value.heads, seen.value.bills) == ((DOCUMENT,), (HEAD,), [BILL])
    assert desk.target.calls == ["sources", "existing", "bills"]
    assert list(desk.seen().free()) == [HEAD]
    assert list(desk.seen(owner=payment("P2").key).free()) == []
    assert list(replace(desk.seen(), heads=(replace(HEAD, voided=True),)).free()) == []


@pytest.mark.parametrize("read", ["sources", "existing", "bills"])
def test_a_look_that_fails_shows_nothing(read: str) -> None:
    """A person must not take a missing answer for "no bill"."""
    desk = Desk()
    desk.target.script = {**desk.target.script, read: TIMEOUT}
    assert desk.look() == TIMEOUT


def test_without_a_bill_none_is_asked_for_in_full() -> None:
    """Two reads are enough to see that there is none."""
    desk = Desk()
    desk.target.script = {**desk.target.script, "existing": Done({})}
    seen = desk.look()
    assert isinstance(seen, Done)
    assert (seen.value.heads, desk.target.calls) == ((), ["sources", "existing"])


@pytest.mark.parametrize("name", ["7", "FKD7"])
def test_an_adopted_bill_is_the_payment_s_own_and_push_is_woken(name: str) -> None:
    """By its number or its id; state, claim and source lock in one commit, then the message."""
    desk = Desk()
    decision = adopt(desk.ports, desk.seen(), name, "it is this one")
    assert isinstance(decision, Decided)
    assert decision.sent
    assert (desk.stands.state, desk.stands.bill) == (State.PUSHED, REF)
    assert desk.ledger.claims == {REF.key: desk.row.key}
    assert desk.ledger.locks[str(SOURCE)] == desk.row.key
    told = desk.ledger.history(desk.row.key)[-1]
    assert (told.actor, told.note) == ("zhang", "adopt FKD7: it is this one")
    assert [held.message for held in desk.outbox.queue.held.values()] == [
        Message(desk.row.key, desk.row.payment.digest)
    ]


def test_a_decision_whose_message_is_not_confirmed_stands_all_the_same() -> None:
    """It is in the ledger, and sweep wakes the row: the person is told that it was not sent."""
    desk = Desk()
    desk.ports = replace(desk.ports, outbox=cast("Any", Target(send=lambda messages: frozenset({messages[0].key}))))
    decision = adopt(desk.ports, desk.seen(), "7", "it is this one")
    assert (isinstance(decision, Decided) and decision.sent, desk.stands.state) == (False, State.PUSHED)


@pytest.mark.parametrize(
    ("changes", "decide", "reason"),
    [
        ({"bill": OTHER}, lambda d: adopt(d.ports, d.seen(), "7", "x"), "has_another_bill"),
        ({}, lambda d: adopt(d.ports, d.seen(), "9", "x"), "bill_not_shown"),
        ({}, lambda d: adopt(d.ports, d.seen(owner=payment("P2").key), "7", "x"), "bill_not_shown"),
        ({}, lambda d: adopt(d.ports, ours(d, "P2"), "7", "x"), "carries_another_reference"),
        ({"bill": REF}, lambda d: confirm_none(d.ports, d.seen(), "x"), "has_a_bill"),
        ({}, lambda d: confirm_none(d.ports, ours(d), "x"), "carries_our_reference"),
        ({}, lambda d: confirm_none(d.ports, d.seen(changed(d)), "x"), "changed_content"),
        ({}, lambda d: confirm_none(d.ports, d.seen(unreadable(d)), "x"), "changed_content"),
        ({}, lambda d: adopt(d.ports, d.seen(changed(d)), "7", "x"), "changed_content"),
        ({"bill": REF}, lambda d: adopt(d.ports, d.seen(changed(d)), "7", "x"), "changed_content"),
        ({}, lambda d: accept(d.ports, d.row, "x"), "no_other_content"),
        ({}, lambda d: accept(d.ports, unreadable(d, now=True), "x"), "no_other_content"),
    ],
)
def test_a_decision_that_could_double_or_lose_money_is_refused(
    changes: dict[str, Any], decide: Callable[[Desk], Decision], reason: str
) -> None:
    """Nothing is written, no message is sent, and the reason is one of a closed list."""
    desk = Desk(**changes)
    before = desk.stands
    assert reason_of(decide(desk)) == reason
    assert desk.stands == before
    assert not desk.outbox.queue.held


def ours(desk: Desk, code: str = "P1") -> Look:
    """The bill carries the payment's key, or another's."""
    return replace(desk.seen(), heads=(replace(HEAD, reference=code),))


def changed(desk: Desk) -> Row:
    """Maycur shows another amount by now."""
    return replace(desk.row, changed=b.sighting(desk.row))


def unreadable(desk: Desk, *, now: bool = False) -> Row:
    """The recorded content, or what Maycur shows now, cannot be read."""
    nothing = replace(desk.row.payment, facts=None)
    seen = b.sighting(desk.row)
    return replace(desk.row, changed=replace(seen, payment=nothing)) if now else replace(desk.row, payment=nothing)


DECISIONS: Final[tuple[Callable[[Desk, Row], Decision], ...]] = (
    lambda d, row: adopt(d.ports, d.seen(row), "7", "x"),
    lambda d, row: confirm_none(d.ports, d.seen(row), "x"),
    lambda d, row: accept(d.ports, replace(row, changed=b.sighting(row)), "x"),
    lambda d, row: close(d.ports, row, "x"),
)


@pytest.mark.parametrize("decide", DECISIONS)
def test_only_what_is_in_review_is_decided(decide: Callable[[Desk, Row], Decision]) -> None:
    """What push has in hand, or what is done, is nobody's to decide."""
    desk = Desk()
    assert reason_of(decide(desk, replace(desk.row, state=State.PUSHED))) == "not_in_review"
    assert desk.stands.state is State.REVIEW


@pytest.mark.parametrize("decide", DECISIONS)
def test_who_looked_before_the_row_changed_decides_nothing(decide: Callable[[Desk, Row], Decision]) -> None:
    """Push has gone on with it meanwhile: look again."""
    desk = Desk(bill=REF)
    desk.overtake()
    assert reason_of(decide(desk, replace(desk.row, bill=None))) == "changed_meanwhile"
    assert desk.stands.state is State.PUSHED


def test_confirming_none_keeps_what_was_seen_as_not_ours() -> None:
    """The next baseline skips it, and the payment may be pushed."""
    desk = Desk()
    assert isinstance(confirm_none(desk.ports, desk.seen(), "for another invoice"), Decided)
    assert (desk.stands.state, desk.stands.not_ours) == (State.NEW, ("7",))


def test_a_bill_has_one_owner_also_by_hand() -> None:
    """Another payment has claimed it since the look: the decision is refused, the row stays."""
    desk = Desk()
    desk.ledger.claims[REF.key] = payment("P2").key
    assert reason_of(adopt(desk.ports, desk.seen(), "7", "x")) == "bill_has_owner"
    assert desk.stands.state is State.REVIEW


def test_a_source_in_other_hands_is_not_taken_by_a_decision() -> None:
    """The sibling that holds the lock is decided first."""
    desk = Desk()
    desk.ledger.locks[str(SOURCE)] = payment("P2").key
    assert reason_of(adopt(desk.ports, desk.seen(), "7", "x")) == "locked"
    assert (desk.stands.state, desk.ledger.claims) == (State.REVIEW, {})


def test_a_closed_case_lets_go_of_its_source() -> None:
    """Whoever waits for it may go on; a case is closed only by somebody who holds it."""
    desk = Desk()
    assert isinstance(close(desk.ports, desk.row, "booked by hand"), Decided)
    assert (desk.stands.state, str(SOURCE) in desk.ledger.locks) == (State.CLOSED, False)


def test_a_case_whose_lock_cannot_be_freed_stays_open() -> None:
    """The ledger says that the lock is another's: nothing is written."""
    desk = Desk()

    def refuse(change: Change) -> Refused:
        del change
        return Refused(lock_owner=payment("P2").key)

    desk.ports = replace(desk.ports, ledger=cast("Any", Target(commit=refuse)))
    assert reason_of(close(desk.ports, desk.row, "x")) == "locked"


def test_accepted_content_replaces_the_recorded_one() -> None:
    """The payment is pushed with what Maycur shows now."""
    desk = Desk()
    assert desk.ledger.sighted(desk.row.key, b.sighting(desk.row), b.entry(desk.row, Event.CHANGED))
    assert isinstance(accept(desk.ports, desk.stands, "corrected"), Decided)
    facts = desk.stands.payment.facts
    assert (desk.stands.state, facts and facts.amount.value, desk.stands.changed) == (
        State.NEW,
        Decimal("999.00"),
        None,
    )


@pytest.mark.parametrize(("number", "kept"), [("FK-1", True), ("fk-1 ", True), ("FK-2", False)])
def test_who_is_for_another_document_by_now_lets_go_of_the_former(number: str, *, kept: bool) -> None:
    """Two payments that have exchanged their documents would wait for each other for ever."""
    desk = Desk()
    seen = Sighting("d2", START, replace(payment(number=number), digest="d2"))
    assert desk.ledger.sighted(desk.row.key, seen, b.entry(desk.row, Event.CHANGED))
    assert isinstance(accept(desk.ports, desk.stands, "corrected"), Decided)
    assert (str(SOURCE) in desk.ledger.locks) is kept


def test_content_of_another_document_is_told_again_after_its_bill_was_adopted() -> None:
    """The person finishes the bill that there is; what Maycur shows is no reason to stop it a second time."""
    desk = Desk(bill=REF)
    seen = Sighting("d2", START, replace(payment(number="FK-2"), digest="d2"))
    assert desk.ledger.sighted(desk.row.key, seen, b.entry(desk.row, Event.CHANGED))
    assert reason_of(accept(desk.ports, desk.stands, "x")) == "other_document"
    assert isinstance(adopt(desk.ports, desk.seen(desk.stands), "7", "booked as it was"), Decided)
    assert (desk.stands.state, desk.stands.changed) == (State.PUSHED, None)


@pytest.mark.parametrize(
    "decide",
    [
        lambda d: adopt(d.ports, d.seen(d.stands), "7", "x"),
        lambda d: confirm_none(d.ports, d.seen(d.stands), "x"),
    ],
)
def test_a_doubt_is_answered_before_other_content_is(decide: Callable[[Desk], Decision]) -> None:
    """While it is not known what came of the Push, its bill may be adopted; content is accepted after that."""
    desk = Desk(doubt=Doubt(START))
    assert desk.ledger.sighted(desk.row.key, b.sighting(desk.row), b.entry(desk.row, Event.CHANGED))
    assert isinstance(decide(desk), Decided)
    assert desk.stands.other


def test_content_that_came_back_is_no_other_content() -> None:
    """A person need not say again what the ledger has; who accepts it changes nothing."""
    desk = Desk()
    back = Sighting(desk.row.payment.digest, START, desk.row.payment)
    for sighting in (b.sighting(desk.row), back):
        assert desk.ledger.sighted(desk.row.key, sighting, b.entry(desk.row, Event.CHANGED))
    recorded = desk.stands.payment
    assert isinstance(confirm_none(desk.ports, desk.seen(desk.stands), "x"), Decided)
    assert desk.stands.payment == recorded


def test_a_bill_of_another_payment_with_our_key_is_kept_as_not_ours() -> None:
    """The person has seen it and says that it is none of this payment's: the next baseline passes it."""
    desk = Desk()
    theirs = replace(ours(desk), owners={"7": payment("P2").key})
    assert isinstance(confirm_none(desk.ports, theirs, "another scheme's"), Decided)
    assert desk.stands.not_ours == ("7",)


@pytest.mark.parametrize(("doubt", "again"), [(None, False), (Doubt(START), True)])
def test_a_push_after_a_doubt_is_remembered_as_a_second_one(doubt: Doubt | None, *, again: bool) -> None:
    """What K3Cloud then says of the source is judged with the first one in mind."""
    desk = Desk(doubt=doubt)
    confirm_none(desk.ports, desk.seen(), "x")
    assert desk.stands.repushed is again


def test_a_row_is_looked_at_only_after_a_minute_by_sweep() -> None:
    """The message wakes it first."""
    desk = Desk()
    confirm_none(desk.ports, desk.seen(), "x")
    assert desk.stands.wake_at == START + timedelta(minutes=1)
