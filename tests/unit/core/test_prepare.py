"""Before the Push: what the reads show decides; whatever cannot be read, or not in time, leads to no Push."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from paysync.core.bills import Bill, BillEntry, BillHead, BillStatus, SourceDocument
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.errors import DefectError
from paysync.core.keys import BillKey, SourceKey
from paysync.core.outcomes import DefinitelyNot, Done, Unknown
from paysync.core.prepare import look_up, prepare
from paysync.core.scheme import Lookup, OnMiss, Scheme
from paysync.core.states import State
from paysync.core.turn import Acknowledge, GiveBack
from simulation.pair import FORM, SOURCE_FORM, scheme
from unit.core.desks import ORGANISATION, Target, desk_of, ledger_of, overtaken, payment, row_of, taken

if TYPE_CHECKING:
    from fakes.system import FakeClock

SOURCE: Final = SourceKey(SOURCE_FORM, "FK-1")
DOCUMENT: Final = SourceDocument(SOURCE, "id-1", BillStatus.AUDITED, False, "PRE001", Decimal("100.00"))  # noqa: FBT003
TIMEOUT: Final = Unknown(Diagnosis.of(Code.ERP_TIMEOUT))
FORMER: Final = BillHead("6", "FKD6", BillStatus.AUDITED, False, "P0")  # noqa: FBT003
READS: Final = ("sources", "existing", "lookup", "bills")


def bill(amount: str) -> Bill:
    """The former bill, of this amount."""
    return Bill(FORMER, {}, (BillEntry("1", {"FPAYAMOUNTFOR_E": amount}),))


def target_of(**script: Any) -> Target:
    """One audited application, another payment's bill of 60 from it, one organisation."""
    good: dict[str, Any] = {
        "sources": Done({SOURCE: (DOCUMENT,)}),
        "existing": lambda asked: Done({one.payment: (FORMER,) for one in asked}),
        "bills": Done({"6": bill("60.00")}),
    }
    return Target(**{**good, **script})


def prepared(target: Target, *, amount: str = "40.00", of: Scheme | None = None) -> Any:
    """A payment of this amount after the reads, beside another's bill."""
    desk = desk_of(target, of)
    turn = taken(desk, of=payment(amount=amount))
    ledger_of(desk).claims[BillKey(FORM, "6")] = payment("P0").key
    prepare(desk, [turn])
    return desk, turn


def with_lookup(**changes: Any) -> Scheme:
    """The scheme with another policy of its lookup."""
    mine = scheme()
    (lookup,) = mine.lookups
    changed: Lookup = replace(lookup, **changes)
    return replace(mine, lookups=(changed,))


def test_what_is_left_of_the_source_is_in_the_intent() -> None:
    """Its applied amount without its earlier bills, and those bills as the baseline."""
    _, turn = prepared(target_of())
    assert turn.verdict is None
    assert (turn.intent.baseline, turn.intent.open_amount, turn.intent.source_id) == (("6",), Decimal("40.00"), "id-1")
    assert turn.lookups == {"org": ORGANISATION}


def test_more_than_is_left_waits_for_a_person() -> None:
    """Money of another payment is never taken."""
    desk, turn = prepared(target_of(), amount="40.01")
    row = row_of(desk, turn)
    assert (row.state, row.diagnosis and row.diagnosis.code) == (State.REVIEW, Code.PAYMENT_TOO_LARGE)


def test_an_earlier_bill_that_says_no_amount_leaves_the_open_amount_unknown() -> None:
    """It is not taken for nothing: what is left is then no number at all."""
    _, turn = prepared(target_of(bills=Done({"6": bill("?")})))
    assert turn.intent.open_amount is None


@pytest.mark.parametrize("read", READS)
def test_a_read_that_fails_prepares_nothing(read: str) -> None:
    """The payment comes again; without its baseline, source, lookup or earlier bills there is no intent."""
    desk, turn = prepared(target_of(**{read: TIMEOUT}))
    assert turn.intent is None
    assert isinstance(turn.verdict, GiveBack)
    assert (row_of(desk, turn).state, row_of(desk, turn).retries) == (State.NEW, 1)


@pytest.mark.parametrize("read", range(len(READS)))
def test_no_read_begins_that_the_deadline_would_cut(read: int) -> None:
    """After each of the reads the time may be over: then the next does not begin, and the row is returned in order."""
    target = target_of()
    desk = desk_of(target)
    turn = taken(desk)
    ledger_of(desk).claims[BillKey(FORM, "6")] = payment("P0").key
    script, clock = dict(target.script), cast("FakeClock", desk.ports.clock)

    def slow(name: str) -> Any:
        def call(*asked: Any) -> Any:
            if len(target.calls) == read:
                clock.advance(timedelta(minutes=2, seconds=50))
            return script[name](*asked) if callable(script[name]) else script[name]

        return call

    target.script = {name: slow(name) for name in READS}
    if read == 0:
        clock.advance(timedelta(minutes=2, seconds=50))
    prepare(desk, [turn])
    assert target.calls == list(READS[:read])
    assert turn.intent is None
    assert isinstance(turn.verdict, GiveBack)
    assert row_of(desk, turn).lease is None


@pytest.mark.parametrize(
    ("results", "changes", "state", "lookups"),
    [
        ((), {"on_none": OnMiss.PARK}, State.REVIEW, {}),
        ((), {"on_none": OnMiss.REJECT}, State.REJECTED, {}),
        ((), {"on_none": OnMiss.DEFAULT, "default": 7}, State.NEW, {"org": 7}),
        ((1, 2), {"on_many": OnMiss.PARK}, State.REVIEW, {}),
        ((1, 2), {"on_many": OnMiss.REJECT}, State.REJECTED, {}),
        ((1, 2), {"on_many": OnMiss.DEFAULT, "default": 7}, State.NEW, {"org": 7}),
    ],
)
def test_a_lookup_without_one_result_does_what_the_scheme_says(
    results: tuple[int, ...], changes: dict[str, Any], state: State, lookups: dict[str, int]
) -> None:
    """None and several each have their policy; no result is ever picked."""
    target = target_of(lookup=lambda _name, asked: Done(dict.fromkeys(asked, results)))
    desk, turn = prepared(target, of=with_lookup(**changes))
    assert (row_of(desk, turn).state, turn.lookups) == (state, lookups)


def test_a_lookup_that_cannot_be_asked_refuses_its_payment_alone() -> None:
    """A field that its question needs is missing: the neighbour is looked up all the same."""
    target = target_of()
    desk = desk_of(target)
    broken = payment("P2", number="FK-2")
    record = {name: value for name, value in broken.record.items() if name != "payerAccountNumber"}
    first, second = taken(desk), taken(desk, of=replace(broken, record=record))
    look_up(desk, [first, second])
    assert row_of(desk, second).state is State.REJECTED
    assert first.lookups == {"org": ORGANISATION}


def test_a_bill_that_somebody_claims_meanwhile_is_not_taken() -> None:
    """It carries our key, but another payment has it by the time that we record it: a person decides."""
    marked = replace(FORMER, reference="P1")
    target = target_of(existing=lambda asked: Done({one.payment: (marked,) for one in asked}))
    desk = desk_of(target)
    turn = taken(desk)
    original = ledger_of(desk).bill_owners

    def none_yet(keys: Any) -> Any:
        found = original(keys)
        ledger_of(desk).claims[BillKey(FORM, "6")] = payment("P0").key
        return found

    cast("Any", ledger_of(desk)).bill_owners = none_yet
    prepare(desk, [turn])
    row = row_of(desk, turn)
    assert (row.state, row.diagnosis and row.diagnosis.code, row.bill) == (State.REVIEW, Code.BILL_CLAIMED, None)
    assert isinstance(turn.verdict, Acknowledge)


def test_a_turn_that_was_overtaken_takes_no_bill() -> None:
    """Somebody else has the row by now: the bill is theirs to find."""
    marked = replace(FORMER, reference="P1")
    target = target_of()
    desk = desk_of(target)
    turn = taken(desk)
    target.script = {**target.script, "existing": overtaken(desk, turn, Done({turn.row.key: (marked,)}))}
    prepare(desk, [turn])
    assert isinstance(turn.verdict, GiveBack)
    assert ledger_of(desk).claims == {}
    assert row_of(desk, turn).bill is None


def test_the_source_may_not_be_paid_in_another_currency() -> None:
    """A refusal of what is plainly wrong, a person's look at what may be."""
    wrong = replace(DOCUMENT, currency="PRE007")
    desk, turn = prepared(target_of(sources=Done({SOURCE: (wrong,)})))
    assert row_of(desk, turn).state is State.REVIEW
    desk, turn = prepared(target_of(sources=Done({})))
    assert row_of(desk, turn).state is State.REJECTED


def test_a_row_that_could_not_be_read_is_never_prepared() -> None:
    """It is born REJECTED; whoever hands one over has a defect, which is said instead of guessed around."""
    desk = desk_of(target_of())
    turn = taken(desk)
    turn.row = replace(turn.row, payment=replace(turn.row.payment, facts=None))
    with pytest.raises(DefectError):
        prepare(desk, [turn])


def test_a_refused_question_is_asked_again_later() -> None:
    """Too many calls: the whole batch comes again, nobody is refused."""
    busy = DefinitelyNot(Diagnosis.of(Code.ERP_LOCKED), transient=True)
    desk, turn = prepared(target_of(existing=busy))
    assert (row_of(desk, turn).state, row_of(desk, turn).diagnosis) == (State.NEW, busy.diagnosis)
