"""The call-back: a booked payment's row for another scheme. Whatever goes wrong with it, the payment stays booked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, cast

import pytest

from fakes import builders as b
from fakes.faults import AnswerLost, Moment
from fakes.journal import MemoryJournal
from fakes.ledger import MemoryLedger
from fakes.queue import MemoryInbox, MemoryOutbox, MemoryQueue
from fakes.system import START, FakeClock, SeededIds
from paysync.core.bills import Made
from paysync.core.call_back import CallBackPorts, call_back, fault_of
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.errors import DefectError
from paysync.core.fetch import FetchPorts, Report
from paysync.core.intake import take_in
from paysync.core.keys import BillKey, PaymentKey
from paysync.core.reading import payments
from paysync.core.records import BillRef, Change, Committed, LockStep, Received, Row
from paysync.core.scheme import CallBack, Scheme, Template
from paysync.core.states import Event, State
from paysync.core.sweep import SweepPorts, SweepReport, sweep
from paysync.core.times import NEVER, epoch_ms
from paysync.core.turn import Desk, PushPorts, Turn
from paysync.schemes.load import load
from paysync.schemes.trial import run_tests

TAKER: Final = Path(__file__).parent / "handed-on.yaml"
INVOCATION: Final = timedelta(minutes=3)
"""How long the invocation lives that books the payment; sweep leaves the debt to it until then."""
FIRST: Final = PaymentKey("paid-to-paybill", "PT-1")
SECOND: Final = PaymentKey("handed-on", "PT-1")
FIELDS: Final = {
    "id": "paymentBizCode",
    "billNumber": "pushed.Number",
    "sum": "payableAmount",
    "paid": "auditTimeStamp",
}


class KilledError(Exception):
    """The sandbox is gone."""


class BrokenError(DefectError):
    """A rule of ours that somebody broke."""

    def __init__(self) -> None:
        super().__init__(Diagnosis.of(Code.DEFECT, what="a test"))


class World:
    """One payment of paid-to-paybill whose bill is complete but for the last commit, and a stack around it."""

    def __init__(self, amount: str = "12.50", *, calls_back: bool = True, later: timedelta = INVOCATION) -> None:
        self.clock = FakeClock()
        self.io_of: list[tuple[str, Moment]] = []
        self.strike: tuple[int, type[Exception]] | None = None
        self.ledger = MemoryLedger(io=self._io)
        queue = MemoryQueue(self.clock, SeededIds())
        self.outbox = MemoryOutbox(queue, MemoryQueue(self.clock, SeededIds(prefix="d")), io=self._io)
        self.journal = MemoryJournal()
        self.scheme = _calling_back(load("paid-to-paybill", {"rule_id": "R"}), calls_back=calls_back)
        self.taker = load(TAKER)
        self.takers = {scheme.name: scheme for scheme in (self.scheme, self.taker)}
        self._book(amount)
        self.clock.advance(later)

    def row(self, key: PaymentKey = FIRST) -> Row:
        """A row as it stands."""
        return self.ledger.table[key]

    @property
    def call_back(self) -> CallBack:
        """What the scheme hands on, and to whom."""
        assert self.scheme.call_back
        return self.scheme.call_back

    def events(self, key: PaymentKey = FIRST) -> list[Event]:
        """What has happened to a payment."""
        return [entry.event for entry in self.ledger.history(key)]

    def ports(self) -> CallBackPorts:
        """The hand of whoever pays the debt."""
        return CallBackPorts(self.scheme, self.takers, self.ledger, self.outbox, self.clock, self.journal, "1")

    def sweep(self) -> SweepReport:
        """One run for the scheme that hands on."""
        ports = SweepPorts(self.scheme, self.ledger, self.outbox, self.clock, self.journal, self.takers, "1")
        return sweep(ports)

    def sent(self) -> list[PaymentKey]:
        """Whose messages are on the queue."""
        return [held.message.key for held in self.outbox.queue.held.values() if held.message]

    def _io(self, name: str, moment: Moment) -> None:
        self.io_of.append((name, moment))
        if self.strike and len(self.io_of) == self.strike[0]:
            error = self.strike[1]
            self.strike = None
            raise error

    def _book(self, amount: str) -> None:
        raw = {
            "paymentBizCode": "PT-1",
            "payeeTargetBusinessCode": "FK-1",
            "payerAccountNumber": "6222",
            "payableAmount": amount,
            "auditTimeStamp": epoch_ms(START) - 60_000,
        }
        fetch = FetchPorts(
            *(self.scheme, cast("Any", None), self.ledger, self.outbox, self.clock, self.journal),
            since=START - timedelta(days=1),
            code_version="1",
        )
        take_in(fetch, Report(), payments(self.scheme, raw, now=START))
        made = Made("100", "FKD-1")
        bill = BillRef(BillKey("AP_PAYBILL", made.id), made.number)
        row = self.row()
        for event in (Event.BILL_FOUND, Event.SAVED, Event.SUBMITTED):
            after = row.moved(event, self.clock.now(), bill=bill)
            entry = self._desk().entry(after, event)
            lock = LockStep.TAKE if event is Event.BILL_FOUND else LockStep.KEEP
            assert isinstance(self.ledger.commit(Change(row, after, entry, lock=lock)), Committed)
            row = after
        self._desk().done(Turn(Received("m", "r", 1, None), row))
        self.outbox.queue.held.clear()
        self.io_of.clear()

    def _desk(self) -> Desk:
        ports = PushPorts(
            *(self.scheme, self.ledger, cast("Any", None), self.outbox, MemoryInbox(self.outbox.queue), self.clock),
            ids=SeededIds(),
            journal=self.journal,
            integration_user="integration",
            call_span=timedelta(seconds=30),
            code_version="1",
        )
        return Desk(ports, deadline=START + INVOCATION)


def _calling_back(scheme: Scheme, *, calls_back: bool) -> Scheme:
    fields = tuple((name, _template(field)) for name, field in FIELDS.items())
    return replace(scheme, call_back=CallBack("handed-on", fields) if calls_back else None)


def _template(field: str) -> Template:
    from paysync.schemes.trees import tree_of

    template = tree_of(f"{{{{{field}}}}}")
    assert isinstance(template, Template)
    return template


@pytest.fixture
def world() -> World:
    return World()


def test_the_scheme_of_these_tests_is_a_sound_one() -> None:
    """It passes the checks that every scheme passes, and its own tests."""
    assert all(trial.passed for trial in run_tests(TAKER))


def test_a_booked_payment_is_handed_on(world: World) -> None:
    """The other scheme gets a typed row of its own with the bill's number, and its message; the debt is paid."""
    assert (world.row().state, world.row().owes_call_back) == (State.DONE, True)
    assert world.sweep().call_backs == 1
    second = world.row(SECOND)
    assert (second.state, second.payment.record["billNumber"], world.sent()) == (State.NEW, "FKD-1", [SECOND])
    assert second.payment.facts
    assert (second.payment.facts.amount.value, second.payment.facts.source.number) == (Decimal("12.50"), "FKD-1")
    assert (world.row().state, world.row().owes_call_back) == (State.DONE, False)
    last = world.ledger.history(FIRST)[-1]
    assert (last.event, last.note, last.actor) == (Event.CALLED_BACK, "handed-on: PT-1", "sweep")
    assert world.ledger.history(SECOND)[0].actor == "sweep for paid-to-paybill"


def test_it_is_handed_on_once(world: World) -> None:
    """Later runs of sweep have nothing to do with it, whatever has become of the other row."""
    world.sweep()
    world.clock.advance(timedelta(days=2))
    assert world.sweep().call_backs == 0
    assert world.events().count(Event.CALLED_BACK) == 1


def test_two_hands_pay_one_debt_once(world: World) -> None:
    """Both push and sweep at the same moment, on what they read before: one row there, one line of history here."""
    read = world.row()
    assert call_back(world.ports(), [read]) == 1
    assert call_back(world.ports(), [read]) == 0
    assert world.events().count(Event.CALLED_BACK) == 1
    assert world.events(SECOND) == [Event.SEEN]


def test_who_found_no_taker_takes_nothing_back(world: World) -> None:
    """A hand that read the stack before the other scheme was deployed cannot make a paid debt owed again."""
    read = world.row()
    call_back(world.ports(), [read])
    del world.takers["handed-on"]
    assert call_back(world.ports(), [read]) == 0
    assert (world.row().owes_call_back, world.row().diagnosis, world.row().wake_at) == (False, None, NEVER)


def test_sweep_leaves_the_debt_to_the_invocation_that_books() -> None:
    """While push may still be at it, sweep does not do the same work."""
    world = World(later=timedelta(0))
    assert world.sweep().call_backs == 0
    world.clock.advance(INVOCATION)
    assert world.sweep().call_backs == 1


def test_a_defect_in_handing_on_keeps_sweep_from_nothing_else(world: World) -> None:
    """Everything that concerns payments on their way has been done by then; the debt stands, and the row is DONE."""
    first = next(at for at, (op, _) in enumerate(_moments(), 1) if op == "create")
    world.strike = (first, BrokenError)
    with pytest.raises(DefectError):
        world.sweep()
    assert {op for op, moment in _moments() if op == "unsettled"}  # every list was read before
    assert (world.row().state, world.row().owes_call_back) == (State.DONE, True)


def _moments() -> list[tuple[str, Moment]]:
    """The calls of one sweep, in order."""
    plain = World()
    plain.sweep()
    return plain.io_of


def test_one_that_cannot_be_handed_on_does_not_keep_the_others(world: World) -> None:
    """Two are due, and the first one's row lacks what the template needs."""
    other = PaymentKey("paid-to-paybill", "PT-2")
    first = world.row()
    payment = replace(
        first.payment, key=other, record={k: v for k, v in first.payment.record.items() if k != "payableAmount"}
    )
    world.ledger.create([replace(first, payment=payment)], b.entry(first, Event.SEEN))
    assert call_back(world.ports(), [world.row(other), first]) == 1
    assert (world.row(other).owes_call_back, world.row().owes_call_back) == (True, False)
    assert world.sent() == [SECOND]


def test_without_a_call_back_nothing_is_owed() -> None:
    """A booked payment is then settled, and sweep never reads it again."""
    world = World(calls_back=False)
    assert (world.row().state, world.row().owes_call_back, world.row().is_listed) == (State.DONE, False, False)
    assert world.sweep().call_backs == 0


@pytest.mark.parametrize("error", [KilledError, AnswerLost])
def test_whatever_moment_it_is_killed_at_the_row_is_handed_on_once(error: type[Exception]) -> None:
    """Before or after each call, with the answer lost or the sandbox gone: one row, one debt paid, nothing doubled."""
    plain = World()
    plain.sweep()
    moments = _moments()
    assert ("create", "after") in moments
    for number, (_, moment) in enumerate(moments, start=1):
        if error is AnswerLost and moment == "before":
            continue
        world = World()
        world.strike = (number, error)
        for _ in range(3):
            _run(world)
            world.clock.advance(timedelta(hours=1))
        assert world.row(SECOND).state is State.NEW
        assert world.row(SECOND).payment == plain.row(SECOND).payment
        assert (world.row().state, world.row().owes_call_back) == (State.DONE, False)
        assert world.events().count(Event.CALLED_BACK) == 1
        assert Event.CHANGED not in world.events(SECOND)


def _run(world: World) -> None:
    try:
        world.sweep()
    except KilledError:
        return


def test_a_row_that_does_not_fit_the_other_scheme_is_rejected_there() -> None:
    """With its reason and a dead letter owed; the booked payment has done its part."""
    world = World()
    broken = replace(world.taker.source, fields=tuple(replace(f, required=True) for f in world.taker.source.fields))
    missing = replace(world.scheme, call_back=CallBack("handed-on", (("id", _template("paymentBizCode")),)))
    world.scheme = missing
    world.takers["handed-on"] = replace(world.taker, source=replace(broken, where=()))
    world.sweep()
    second = world.row(SECOND)
    assert (second.state, second.owes_letter) == (State.REJECTED, True)
    assert second.diagnosis
    assert second.diagnosis.code is Code.PAYMENT_BAD_FIELD
    assert world.row().owes_call_back is False


def test_a_row_that_the_other_scheme_does_not_want_leaves_a_trace() -> None:
    """Its conditions keep it out: nothing is owed any more, and the history says why there is no row."""
    world = World(amount="0.50")
    world.sweep()
    assert SECOND not in world.ledger.table
    assert world.ledger.history(FIRST)[-1].note == "handed-on: its conditions keep the row out"


def _without_taker(world: World) -> None:
    del world.takers["handed-on"]


def _a_fetched_one(world: World) -> None:
    world.takers["handed-on"] = replace(world.taker, source=world.scheme.source)


def _on_the_same_form(world: World) -> None:
    world.takers["handed-on"] = replace(world.taker, target=world.scheme.target)


def _on_the_form_of_one_before(world: World) -> None:
    """handed-on makes the bills of a scheme whose rows have come to paid-to-paybill by a call-back."""
    first = replace(world.taker, name="first", call_back=CallBack(world.scheme.name, ()))
    world.takers["first"] = first


def _back_to_the_first(world: World) -> None:
    """A circle: the row would come to the scheme that it began with."""
    world.takers["handed-on"] = replace(world.taker, call_back=CallBack("paid-to-paybill", ()))
    world.takers["paid-to-paybill"] = replace(world.scheme, source=world.taker.source)
    world.scheme = replace(world.scheme, call_back=CallBack("paid-to-paybill", ()))


def _with_another_giver(world: World) -> None:
    """A second scheme's payments may have the first one's keys."""
    first = replace(world.scheme, name="another", target=replace(world.scheme.target, form="AP_OTHER"))
    world.takers["another"] = first


def _under_another_key(world: World) -> None:
    """Two payments of one document would be one row there."""
    fields = (("id", _template("payeeTargetBusinessCode")), *(world.call_back.fields[1:]))
    world.scheme = replace(world.scheme, call_back=CallBack("handed-on", fields))


def _without_what_is_required(world: World) -> None:
    """Every row would be rejected there."""
    world.scheme = replace(world.scheme, call_back=CallBack("handed-on", world.call_back.fields[:-1]))


def _without_a_field(world: World) -> None:
    """A template needs what the booked row does not have."""
    fields = (*world.call_back.fields[:-1], ("paid", _template("lookup.org")))
    world.scheme = replace(world.scheme, call_back=CallBack("handed-on", fields))


@pytest.mark.parametrize(
    ("break_it", "code"),
    [
        (_without_taker, Code.CALL_BACK_NO_TAKER),
        (_a_fetched_one, Code.CALL_BACK_MISFIT),
        (_on_the_same_form, Code.CALL_BACK_MISFIT),
        (_on_the_form_of_one_before, Code.CALL_BACK_MISFIT),
        (_back_to_the_first, Code.CALL_BACK_MISFIT),
        (_with_another_giver, Code.CALL_BACK_MISFIT),
        (_under_another_key, Code.CALL_BACK_MISFIT),
        (_without_a_field, Code.PAYMENT_BAD_FIELD),
    ],
)
def test_what_cannot_be_handed_on_stays_owed_and_is_told_once(world: World, break_it: Any, code: Code) -> None:
    """The payment stays DONE, its reason is on the row and once in the history, and sweep tries at a growing pace."""
    takers, scheme = dict(world.takers), world.scheme
    break_it(world)
    runs = 0
    for _ in range(48):
        runs += bool(world.ledger.unsettled("paid-to-paybill", State.DONE, due=world.clock.now(), limit=1))
        world.sweep()
        world.clock.advance(timedelta(minutes=30))
    row = world.row()
    assert (row.state, row.owes_call_back, SECOND in world.ledger.table) == (State.DONE, True, False)
    assert row.diagnosis
    assert row.diagnosis.code is code
    assert world.events().count(Event.NOTED) == 1
    assert 20 <= runs <= 30
    assert row.wake_at - world.clock.now() <= timedelta(hours=1)
    assert world.journal.counts["CallBackOwed"] == runs
    world.takers, world.scheme = takers, scheme
    world.clock.advance(timedelta(days=1))
    assert world.sweep().call_backs == 1
    assert world.row().diagnosis is None


@pytest.mark.parametrize(
    ("break_it", "why"),
    [
        (_without_taker, "hands rows on to handed-on, which the stack does not run"),
        (_a_fetched_one, "its source is maycur, not paysync"),
        (_on_the_same_form, "it makes bills of the form AP_PAYBILL, as paid-to-paybill does"),
        (_back_to_the_first, "it makes bills of the form"),
        (_with_another_giver, "another hands rows to it, too"),
        (_under_another_key, "its key id does not get the payment's own key"),
        (_without_what_is_required, "call_back.fields lacks paid, which it requires"),
    ],
)
def test_a_call_back_that_can_never_be_paid_is_told_before_one_is_owed(break_it: Any, why: str) -> None:
    """In each run of sweep, by scheme and reason, for the alarm; of one that is right nothing is told."""
    world = World(calls_back=False)
    world.scheme = _calling_back(world.scheme, calls_back=True)
    world.takers[world.scheme.name] = world.scheme
    assert fault_of(world.scheme, world.takers) == ""
    world.sweep()
    assert world.journal.counts["SchemeFailed"] == 0
    break_it(world)
    world.sweep()
    assert world.journal.counts["SchemeFailed"] == 1
    assert why in str(world.journal.lines[-1].details["reason"])


def test_a_scheme_that_has_lost_its_call_back_owes_nothing_any_more(world: World) -> None:
    """Whoever takes it out of the file does not want it."""
    world.scheme = replace(world.scheme, call_back=None)
    assert world.sweep().call_backs == 1
    assert (world.row().owes_call_back, SECOND in world.ledger.table) == (False, False)


@pytest.fixture
def lagging() -> Iterator[World]:
    world = World()
    world.ledger.lag = 3
    yield world
    world.ledger.lag = 0


def test_a_lagging_index_hands_nothing_on_twice(lagging: World) -> None:
    """The row is read by its key before anything is done about it."""
    assert lagging.sweep().call_backs == 1
    assert lagging.sweep().call_backs == 0
    assert lagging.sent() == [SECOND]
