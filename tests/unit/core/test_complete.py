"""From a pushed bill to a finished one: the bill judges each write, and nothing begins that time will cut."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final, cast

import pytest

from fakes import builders as b
from fakes.system import FakeClock
from paysync.core.bills import Bill, BillEntry, BillHead, BillStatus, Cell
from paysync.core.codes import Code
from paysync.core.complete import complete
from paysync.core.diagnosis import Diagnosis
from paysync.core.errors import DefectError
from paysync.core.keys import BillKey
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown
from paysync.core.records import BillRef
from paysync.core.states import Event, State
from paysync.core.turn import Desk, GiveBack, Turn
from simulation.pair import FORM, scheme
from unit.core.desks import ACCOUNT, ORGANISATION, Target, desk_of, ledger_of, row_of, taken

REF: Final = BillRef(BillKey(FORM, "7"), "FKD7")
TIMEOUT: Final = Unknown(Diagnosis.of(Code.ERP_TIMEOUT))
RULE: Final = DefinitelyNot(Diagnosis.of(Code.ERP_FIELD, vendor="x"))
LOCKED: Final = DefinitelyNot(Diagnosis.of(Code.ERP_LOCKED), transient=True)


class Books:
    """One bill, and answers of writes that may differ from what they do."""

    def __init__(self, *, amount: str = "40.00", status: BillStatus = BillStatus.CREATED) -> None:
        self.status = status
        self.amount = Decimal(amount)
        self.gone = False
        self.target = Target(bills=self.read, save=self.saved, submit=self.moved, audit=self.moved)
        self.answers: dict[str, Outcome[None] | None] = {}
        """By operation, instead of Done; None: the bill is not in the answer at all."""
        self.ignores: set[str] = set()
        """These operations change nothing, whatever they answer."""

    @property
    def calls(self) -> list[str]:
        return self.target.calls

    def read(self, ids: Iterable[str]) -> Outcome[dict[str, Bill]]:
        head = BillHead("7", "" if self.status is BillStatus.DRAFT else "FKD7", self.status, False, "P1")  # noqa: FBT003
        cells: dict[str, Cell] = {
            "FDATE": "2025-03-03",
            "FTHIRDBILLNO": "P1",
            "FCURRENCYID.FNumber": "PRE001",
            "FPAYORGID": ORGANISATION,
        }
        entry: dict[str, Cell] = {
            "FACCOUNTID.FNumber": ACCOUNT,
            "FPAYTOTALAMOUNTFOR": self.amount,
            "FPAYAMOUNTFOR_E": self.amount,
        }
        return Done({} if self.gone else {one: Bill(head, cells, (BillEntry("9", entry),)) for one in ids})

    def saved(self, edits: Iterable[Any]) -> dict[str, Outcome[None]]:
        for edit in edits:
            for change in edit.model.get("FPAYBILLENTRY", ()):
                if "save" not in self.ignores:
                    self.amount = change.get("FPAYAMOUNTFOR_E", self.amount)
        if self.status is BillStatus.DRAFT and "save" not in self.ignores:
            self.status = BillStatus.CREATED
        return self._answer("save")

    def moved(self, ids: Iterable[str]) -> dict[str, Outcome[None]]:
        del ids
        operation = self.calls[-1]
        if operation not in self.ignores:
            self.status = {"submit": BillStatus.SUBMITTED, "audit": BillStatus.AUDITED}[operation]
        return self._answer(operation)

    def _answer(self, operation: str) -> dict[str, Outcome[None]]:
        answer = self.answers.get(operation, Done(None))
        return {} if answer is None else {"7": answer}


def pushed(books: Books, *, retries: int = 0, bill: BillRef = REF, **changes: Any) -> tuple[Desk, Turn]:
    """A payment whose bill was made; `changes`: of the scheme's target."""
    desk = desk_of(books.target, replace(scheme(), target=replace(scheme().target, **changes)))
    turn = taken(desk, (Event.BILL_FOUND, {"bill": bill, "retries": retries}))
    turn.lookups = {"org": ORGANISATION}
    return desk, turn


def completed(books: Books, **changes: Any) -> tuple[Desk, Turn]:
    desk, turn = pushed(books, **changes)
    complete(desk, [turn])
    return desk, turn


def stands(desk: Desk, turn: Turn) -> tuple[State, Diagnosis | None]:
    row = row_of(desk, turn)
    return row.state, row.diagnosis


def test_a_pushed_bill_is_saved_read_submitted_audited_and_looked_at_again() -> None:
    """Each once; DONE only after the last look."""
    books = Books(amount="100.00", status=BillStatus.DRAFT)
    desk, turn = completed(books)
    assert books.calls == ["bills", "save", "bills", "submit", "audit", "bills"]
    assert stands(desk, turn) == (State.DONE, None)
    assert ledger_of(desk).locks == {}


def test_the_row_names_the_scheme_and_the_code_that_finish_it() -> None:
    """A bill that was made before an update is compared by what stands there now."""
    desk, turn = completed(Books(amount="100.00", status=BillStatus.DRAFT))
    row = row_of(desk, turn)
    assert (row.scheme_version, row.code_version) == (desk.scheme.version, desk.ports.code_version)


@pytest.mark.parametrize("status", [BillStatus.SUBMITTED, BillStatus.AUDITED])
def test_what_was_done_before_is_not_done_again(status: BillStatus) -> None:
    """The bill says how far it is."""
    books = Books(status=status)
    desk, turn = completed(books)
    assert books.calls == (["bills", "audit", "bills"] if status is BillStatus.SUBMITTED else ["bills"])
    assert stands(desk, turn)[0] is State.DONE


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"audit": False}, BillStatus.AUDITED),
        ({"submit": False, "audit": False}, BillStatus.SUBMITTED),
        ({"submit": False, "audit": False}, BillStatus.AUDITED),
        ({"submit": False, "audit": False}, BillStatus.REAUDIT),
    ],
)
def test_a_bill_that_another_hand_has_taken_further_is_finished_too(
    changes: dict[str, bool], status: BillStatus
) -> None:
    """An accountant may audit what the scheme only submits: nothing more is waited for."""
    books = Books(status=status)
    desk, turn = completed(books, **changes)
    assert (stands(desk, turn)[0], books.calls) == (State.DONE, ["bills"])


@pytest.mark.parametrize(
    ("changes", "calls"),
    [
        ({"audit": False}, ["bills", "submit", "bills"]),
        ({"submit": False, "audit": False}, ["bills"]),
    ],
)
def test_a_scheme_may_end_earlier(changes: dict[str, bool], calls: list[str]) -> None:
    """Submitted, or saved, is then all that is wanted."""
    books = Books()
    desk, turn = completed(books, **changes)
    assert (books.calls, stands(desk, turn)[0]) == (calls, State.DONE)


# ---- an answer that proves nothing


@pytest.mark.parametrize("answer", [TIMEOUT, None], ids=["unknown", "not in the answer"])
@pytest.mark.parametrize("operation", ["save", "submit", "audit"])
def test_an_unsure_write_that_did_its_work_ends_well(operation: str, answer: Outcome[None] | None) -> None:
    """Reading decides, now or in the next turn: the bill is finished, and no write is made twice in one turn."""
    books = Books(amount="99.00")
    books.answers[operation] = answer
    desk, turn = pushed(books)
    complete(desk, [turn])
    assert len(set(books.calls) - {"bills"}) == sum(call != "bills" for call in books.calls)
    if turn.verdict and row_of(desk, turn).state is not State.DONE:
        assert row_of(desk, turn).retries == 1
        again = Turn(turn.received, row_of(desk, turn), lookups=turn.lookups)
        complete(desk, [again])
        turn = again
    assert stands(desk, turn)[0] is State.DONE
    assert books.amount == Decimal("40.00")


@pytest.mark.parametrize("answer", [TIMEOUT, None], ids=["unknown", "not in the answer"])
def test_an_unsure_save_that_did_nothing_is_tried_again_later(answer: Outcome[None] | None) -> None:
    """The bill is not as wanted: nothing is submitted, nobody is asked, and the row says why it waits."""
    books = Books(amount="99.00")
    books.answers["save"], books.ignores = answer, {"save"}
    desk, turn = completed(books)
    assert "submit" not in books.calls
    why = TIMEOUT.diagnosis if answer else Diagnosis.of(Code.ERP_UNCONFIRMED, bill="FKD7")
    assert stands(desk, turn) == (State.PUSHED, why)
    assert isinstance(turn.verdict, GiveBack)


@pytest.mark.parametrize("operation", ["submit", "audit"])
def test_a_write_that_says_done_and_did_nothing_is_not_believed(operation: str) -> None:
    """The last look shows the status that it has; it is tried again later."""
    books = Books()
    books.ignores = {operation, "audit"}
    desk, turn = completed(books)
    state, why = stands(desk, turn)
    assert state is State.SUBMITTED
    assert why is not None
    assert (why.code, isinstance(turn.verdict, GiveBack)) == (Code.ERP_UNCONFIRMED, True)


def test_a_save_that_says_done_and_ignored_the_amount_is_left_to_a_person() -> None:
    """It would be ignored again: the fields are named, and nothing is submitted."""
    books = Books(amount="99.00")
    books.ignores = {"save"}
    desk, turn = completed(books)
    why = Diagnosis.of(Code.BILL_READBACK, bill="FKD7", bill_id="7", fields="FPAYAMOUNTFOR_E")
    assert stands(desk, turn) == (State.REVIEW, why)
    assert "submit" not in books.calls


def test_a_bill_that_was_changed_after_its_submission_is_not_done() -> None:
    """Once more, every cent: somebody has edited it meanwhile."""
    books = Books(amount="40.01", status=BillStatus.AUDITED)
    desk, turn = completed(books)
    why = Diagnosis.of(Code.BILL_READBACK, bill="FKD7", bill_id="7", fields="FPAYAMOUNTFOR_E")
    assert stands(desk, turn) == (State.REVIEW, why)


# ---- a no


@pytest.mark.parametrize("operation", ["save", "submit", "audit"])
def test_a_refusal_of_a_bill_that_stands_where_it_stood_is_a_rejection(operation: str) -> None:
    """With the bill on the row: a replay goes on from it."""
    books = Books(amount="99.00")
    books.answers[operation], books.ignores = RULE, {operation}
    desk, turn = completed(books)
    assert stands(desk, turn) == (State.REJECTED, RULE.diagnosis)
    assert row_of(desk, turn).bill == REF
    assert turn.row.key in ledger_of(desk).locks.values()


@pytest.mark.parametrize("operation", ["submit", "audit"])
def test_a_refusal_of_what_has_been_done_meanwhile_is_none(operation: str) -> None:
    """A late request of ours, or another hand: the bill has gone on, so it is looked at again later."""
    books = Books()
    books.answers[operation] = RULE
    desk, turn = completed(books)
    assert stands(desk, turn)[0] in {State.SAVED, State.SUBMITTED}
    assert isinstance(turn.verdict, GiveBack)


def test_what_passes_by_itself_is_tried_later() -> None:
    """Locked by another user: no look, no rejection."""
    books = Books()
    books.answers["submit"], books.ignores = LOCKED, {"submit"}
    desk, turn = completed(books)
    assert (stands(desk, turn), books.calls[-1]) == ((State.SAVED, LOCKED.diagnosis), "submit")


def test_refused_credentials_stop_the_batch_and_reject_nobody() -> None:
    """No further call is made with them."""
    books = Books()
    books.answers["submit"] = DefinitelyNot(Diagnosis.of(Code.ERP_CREDENTIALS))
    books.ignores = {"submit"}
    desk, turn = completed(books)
    assert (stands(desk, turn)[0], books.calls[-1]) == (State.SAVED, "submit")
    assert ledger_of(desk).pause(desk.scheme.name) is not None


# ---- a bill that is not there, or cannot be asked for


GONE: Final = Diagnosis.of(Code.BILL_GONE, bill="FKD7", bill_id="7", system="K3Cloud")


def test_a_bill_that_is_not_shown_yet_is_looked_at_again() -> None:
    """A query may lag behind the Push: a person who hears "gone" would book the payment by hand."""
    books = Books()
    books.gone = True
    desk, turn = completed(books)
    assert (stands(desk, turn), row_of(desk, turn).retries) == ((State.PUSHED, GONE), 1)
    assert isinstance(turn.verdict, GiveBack)


def test_a_bill_of_content_that_maycur_has_corrected_is_left_to_a_person() -> None:
    """It would be finished with an amount that is not true any more. No call before that."""
    books = Books()
    desk, turn = pushed(books)
    turn.row = replace(turn.row, changed=b.sighting(turn.row))
    assert ledger_of(desk).sighted(turn.row.key, b.sighting(turn.row), b.entry(turn.row, Event.CHANGED))
    complete(desk, [turn])
    state, why = stands(desk, turn)
    assert (state, why and why.code, books.calls) == (State.REVIEW, Code.PAYMENT_CHANGED, [])


def test_a_bill_that_is_gone_is_left_to_a_person() -> None:
    """At the fourth look: whoever deleted it knows why."""
    books = Books()
    books.gone = True
    desk, turn = pushed(books, retries=3)
    complete(desk, [turn])
    assert stands(desk, turn) == (State.REVIEW, GONE)
    assert books.calls == ["bills"]


def test_a_bill_under_our_id_with_another_number_is_a_stranger_s() -> None:
    """K3Cloud said which number the Push has made: no other bill is overwritten with this payment's account."""
    books = Books(amount="999.00")
    desk, turn = pushed(books, bill=BillRef(REF.key, "FKD8"))
    complete(desk, [turn])
    state, why = stands(desk, turn)
    assert (state, why and why.code, books.calls) == (State.REVIEW, Code.DOUBT_MISMATCH, ["bills"])


def test_a_bill_that_goes_meanwhile_is_left_to_a_person() -> None:
    """Between the write and the look at what it did."""
    books = Books(amount="99.00")
    desk, turn = pushed(books, retries=3)

    def save(edits: Any) -> Any:
        books.gone = True
        return books.saved(edits)

    books.target.script = {**books.target.script, "save": save}
    complete(desk, [turn])
    assert stands(desk, turn) == (State.REVIEW, GONE)


@pytest.mark.parametrize("failure", [TIMEOUT, LOCKED], ids=["unknown", "not now"])
def test_a_bill_that_cannot_be_read_is_looked_at_later(failure: Outcome[Any]) -> None:
    """Nothing is written without having read it."""
    books = Books()
    books.target.script = {**books.target.script, "bills": failure}
    desk, turn = completed(books)
    assert (books.calls, stands(desk, turn)[0], row_of(desk, turn).retries) == (["bills"], State.PUSHED, 1)


def test_a_row_that_cannot_say_what_its_bill_must_be_is_rejected() -> None:
    """The template has no value for it: nothing is written."""
    books = Books()
    desk, turn = pushed(books)
    record = {name: value for name, value in turn.row.payment.record.items() if name != "auditTimeStamp"}
    turn.row = replace(turn.row, payment=replace(turn.row.payment, record=record))
    complete(desk, [turn])
    assert (books.calls, stands(desk, turn)[0]) == (["bills"], State.REJECTED)


def test_a_row_without_a_bill_is_never_completed() -> None:
    """A defect of ours, before any call."""
    books = Books()
    desk = desk_of(books.target)
    turn = taken(desk)
    turn.lookups = {"org": ORGANISATION}
    with pytest.raises(DefectError, match="P1"):
        complete(desk, [turn])
    assert books.calls == []


# ---- time


def _then(work: Callable[[Any], Any], clock: FakeClock) -> Callable[[Any], Any]:
    def call(asked: Any) -> Any:
        answer = work(asked)
        clock.advance(timedelta(seconds=160))
        return answer

    return call


@pytest.mark.parametrize(
    ("slow", "calls", "state"),
    [
        ("bills", ["bills"], State.PUSHED),
        ("save", ["bills", "save"], State.PUSHED),
        ("submit", ["bills", "save", "bills", "submit"], State.SUBMITTED),
        ("audit", ["bills", "save", "bills", "submit", "audit"], State.SUBMITTED),
    ],
)
def test_after_a_call_that_took_the_time_no_other_begins(slow: str, calls: list[str], state: State) -> None:
    """What was done is recorded; the next delivery goes on from there, and finishes."""
    books = Books(amount="99.00")
    desk, turn = pushed(books)
    usual = dict(books.target.script)
    books.target.script = {**usual, slow: _then(usual[slow], cast("FakeClock", desk.ports.clock))}
    complete(desk, [turn])
    assert (books.calls, stands(desk, turn)[0]) == (calls, state)
    assert turn.verdict == GiveBack(timedelta(seconds=1))
    books.target.script = usual
    later = Desk(desk.ports, deadline=desk.ports.clock.now() + timedelta(minutes=3))
    again = Turn(turn.received, row_of(desk, turn), lookups=turn.lookups)
    complete(later, [again])
    assert stands(later, again)[0] is State.DONE
    assert [books.calls.count(write) for write in ("save", "submit", "audit")] == [1, 1, 1]
