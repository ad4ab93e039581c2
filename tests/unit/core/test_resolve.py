"""A Push whose answer is missing: asked about after the quiet period, adopted only when it can be nothing else."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final, cast

import pytest

from fakes.system import START, FakeClock
from paysync.core.bills import Bill, BillEntry, BillHead, BillStatus, Cell
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.keys import BillKey
from paysync.core.outcomes import DefinitelyNot, Done, Unknown
from paysync.core.records import Doubt, Intent
from paysync.core.resolve import LOOKS, resolve
from paysync.core.scheme import Scheme
from paysync.core.states import Event, State
from paysync.core.turn import Desk, GiveBack, Turn
from simulation.pair import FORM, scheme
from unit.core.desks import MINE, Target, desk_of, ledger_of, overtaken, payment, row_of, taken

INTENT: Final = Intent("t", 1, baseline=("6",), open_amount=Decimal("100.00"), source_id="id-1", sender_dead_at=START)
TIMEOUT: Final = Unknown(Diagnosis.of(Code.ERP_TIMEOUT))
HEAD: Final = BillHead("7", "FKD7", BillStatus.CREATED, voided=False, reference="", creator=(MINE,))
OLD: Final = BillHead("6", "FKD6", BillStatus.AUDITED, voided=False, reference="P0", creator=(MINE,))


def bill(amount: str = "100.00", **cells: Cell) -> Bill:
    """The new bill as it is read in full."""
    return Bill(HEAD, cells, (BillEntry("1", {"FPAYAMOUNTFOR_E": amount}),))


def in_doubt(desk: Desk, code: str = "P1", number: str = "FK-1", looks: int = 0) -> Turn:
    """A payment whose Push was not answered, in hand again."""
    moves: list[tuple[Event, dict[str, Any]]] = [
        (Event.INTENT_WRITTEN, {"intent": INTENT}),
        (Event.ANSWER_LOST, {"doubt": Doubt(START, looks)}),
    ]
    return taken(desk, *moves, of=payment(code, number=number))


def resolved(target: Target, *, of: Scheme | None = None, looks: int = 0) -> tuple[Desk, Turn]:
    """One payment in doubt, after it was asked for."""
    desk = desk_of(target, of)
    turn = in_doubt(desk, looks=looks)
    resolve(desk, [turn])
    return desk, turn


def shows(*heads: BillHead) -> Any:
    """These bills exist for each payment."""
    return lambda asked: Done({one.payment: heads for one in asked})


@pytest.mark.parametrize("amount", ["100.00", "40.00"])
def test_the_one_new_bill_of_this_push_is_adopted(amount: str) -> None:
    """Its amount is the source's open one or the payment's own; the claim comes with it."""
    desk, turn = resolved(Target(existing=shows(OLD, HEAD), bills=Done({"7": bill(amount)})))
    assert row_of(desk, turn).state is State.PUSHED
    assert ledger_of(desk).claims == {BillKey(FORM, "7"): turn.row.key}


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ({"7": bill("99.99")}, Code.DOUBT_MISMATCH),
        ({"7": bill("?")}, Code.DOUBT_MISMATCH),
        ({"7": bill(**{"FCURRENCYID.FNumber": "PRE007"})}, Code.DOUBT_MISMATCH),
        ({}, Code.BILL_GONE),
    ],
)
def test_a_bill_that_this_push_cannot_have_made_is_not_adopted(found: dict[str, Bill], code: Code) -> None:
    """Another amount, none, another currency, or gone when looked at: a person decides, nothing is claimed."""
    desk, turn = resolved(Target(existing=shows(HEAD), bills=Done(found)))
    row = row_of(desk, turn)
    assert (row.state, row.diagnosis and row.diagnosis.code) == (State.REVIEW, code)
    assert ledger_of(desk).claims == {}


@pytest.mark.parametrize("read", ["existing", "bills"])
def test_a_question_without_an_answer_is_asked_again(read: str) -> None:
    """The doubt stays; nobody concludes anything from silence."""
    desk, turn = resolved(Target(**{"existing": shows(HEAD), "bills": Done({"7": bill()}), read: TIMEOUT}))
    assert (row_of(desk, turn).state, row_of(desk, turn).retries) == (State.IN_DOUBT, 1)
    assert isinstance(turn.verdict, GiveBack)


@pytest.mark.parametrize("calls", [0, 1])
def test_no_question_begins_that_the_deadline_would_cut(calls: int) -> None:
    """Neither the first nor the second; the doubt stays as it is."""
    desk = desk_of(target := Target(bills=Done({"7": bill()})))
    turn, clock = in_doubt(desk), cast("FakeClock", desk.ports.clock)

    def slow(asked: Any) -> Any:
        clock.advance(timedelta(minutes=2, seconds=50))
        return shows(HEAD)(asked)

    target.script = {**target.script, "existing": slow}
    if not calls:
        clock.advance(timedelta(minutes=2, seconds=50))
    resolve(desk, [turn])
    assert len(target.calls) == calls
    assert (row_of(desk, turn).state, row_of(desk, turn).lease) == (State.IN_DOUBT, None)
    assert isinstance(turn.verdict, GiveBack)


def test_nothing_is_called_none_at_the_first_look() -> None:
    """A query may lag: the second look, minutes later, decides; and then a person, not the program."""
    desk, turn = resolved(Target(existing=shows(OLD)))
    row = row_of(desk, turn)
    assert (row.state, row.doubt and row.doubt.empty_looks) == (State.IN_DOUBT, 1)
    desk, turn = resolved(Target(existing=shows(OLD)), looks=LOOKS - 1)
    row = row_of(desk, turn)
    assert (row.state, row.diagnosis and row.diagnosis.code) == (State.REVIEW, Code.DOUBT_NONE)


def test_a_tenant_that_has_attested_may_push_once_more_and_only_once() -> None:
    """After both looks; who has pushed twice waits for a person."""
    attested = scheme(repush=True)
    desk, turn = resolved(Target(existing=shows()), of=attested, looks=LOOKS - 1)
    assert (row_of(desk, turn).state, row_of(desk, turn).repushed, turn.verdict) == (State.NEW, True, None)
    desk = desk_of(Target(existing=shows()), attested)
    turn = in_doubt(desk, looks=LOOKS - 1)
    turn.row = ledger_of(desk).table[turn.row.key] = replace(turn.row, repushed=True)
    resolve(desk, [turn])
    assert row_of(desk, turn).state is State.REVIEW


def test_two_new_bills_are_for_a_person() -> None:
    """Which of them this Push has made cannot be known."""
    desk, turn = resolved(Target(existing=shows(HEAD, replace(HEAD, id="8", number="FKD8"))))
    row = row_of(desk, turn)
    assert (row.state, row.diagnosis and row.diagnosis.code) == (State.REVIEW, Code.DOUBT_SEVERAL)


def test_a_bill_that_another_payment_has_claimed_meanwhile_is_for_a_person() -> None:
    """The unique claim is the last word."""
    desk = desk_of(target := Target(existing=shows(HEAD)))
    turn = in_doubt(desk)

    def read(_: Any) -> Any:
        ledger_of(desk).claims[BillKey(FORM, "7")] = payment("P0").key
        return Done({"7": bill()})

    target.script = {**target.script, "bills": read}
    resolve(desk, [turn])
    row = row_of(desk, turn)
    assert (row.state, row.diagnosis and row.diagnosis.code) == (State.REVIEW, Code.BILL_CLAIMED)


def test_whoever_was_overtaken_while_asking_decides_nothing() -> None:
    """The row belongs to another invocation: neither adopted nor parked by this one."""
    desk = desk_of(target := Target())
    turn = in_doubt(desk)
    target.script = {**target.script, "existing": overtaken(desk, turn, Done({turn.row.key: ()}))}
    resolve(desk, [turn])
    assert isinstance(turn.verdict, GiveBack)
    assert row_of(desk, turn).state is State.IN_DOUBT


def test_a_batch_is_resolved_each_by_its_own_bills() -> None:
    """One adopted, one still to be seen; no call is made for nobody."""
    desk = desk_of(target := Target(bills=Done({"7": bill()})))
    first, second = in_doubt(desk), in_doubt(desk, "P2", "FK-2")
    target.script = {**target.script, "existing": Done({first.row.key: (HEAD,), second.row.key: ()})}
    resolve(desk, [first, second])
    assert [row_of(desk, turn).state for turn in (first, second)] == [State.PUSHED, State.IN_DOUBT]
    resolve(desk, [])
    assert target.calls == ["existing", "bills"]


def test_refused_credentials_leave_every_doubt_open() -> None:
    """Consumption stands still; nothing is called unresolved because nobody may ask."""
    refused = DefinitelyNot(Diagnosis.of(Code.ERP_CREDENTIALS), transient=False)
    desk, turn = resolved(Target(existing=refused))
    assert row_of(desk, turn).state is State.IN_DOUBT
    assert desk.is_paused
