"""The one call that cannot be taken back: when it is made, how often, and what is kept of a late answer."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, cast

import pytest

from fakes import builders as b
from fakes.system import START, FakeClock
from paysync.core.bills import Made
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.errors import DefectError
from paysync.core.keys import BillKey
from paysync.core.make import make
from paysync.core.outcomes import DefinitelyNot, Done, Unknown
from paysync.core.records import Intent, Sighting
from paysync.core.states import Event, State
from paysync.core.turn import Acknowledge, Desk, GiveBack, Turn
from simulation.pair import FORM, scheme
from unit.core.desks import ORGANISATION, Target, desk_of, events_of, ledger_of, overtaken, payment, row_of, taken

LOST: Final = DefinitelyNot(Diagnosis.of(Code.ERP_CREDENTIALS), transient=True)
INTENT: Final = Intent("", 1, baseline=("6",), open_amount=None, source_id="id-1", sender_dead_at=START)


def ready(desk: Desk) -> Turn:
    """As `prepare` leaves it."""
    turn = taken(desk)
    turn.lookups, turn.intent = {"org": ORGANISATION}, INTENT
    return turn


def answers(*outcomes: object) -> Any:
    """One after the other."""
    left = list(outcomes)
    return lambda _: left.pop(0)


def test_a_push_is_made_once_under_its_intent() -> None:
    """The bill is recorded with its claim; the intent was there first."""
    desk = desk_of(target := Target(make=Done(Made("7", "FKD7"))))
    make(desk, turn := ready(desk))
    assert (target.calls, events_of(desk, turn)) == (["make"], [Event.INTENT_WRITTEN, Event.BILL_MADE])
    assert row_of(desk, turn).state is State.PUSHED
    assert ledger_of(desk).claims == {BillKey(FORM, "7"): turn.row.key}


def test_the_row_names_the_scheme_and_the_code_that_push_it() -> None:
    """Not those that have seen it first, under which nothing was sent."""
    desk = desk_of(Target(make=Done(Made("7", "FKD7"))))
    make(desk, turn := ready(desk))
    row = row_of(desk, turn)
    assert (row.scheme_version, row.code_version) == (desk.scheme.version, desk.ports.code_version)


def test_after_a_lost_session_one_more_push_has_an_intent_of_its_own() -> None:
    """Nothing was executed, so it may be sent again: under a new token."""
    desk = desk_of(target := Target())
    turn, outcome, tokens = ready(desk), answers(LOST, Done(Made("7", ""))), list[str]()

    def answer(request: object) -> object:
        intent = row_of(desk, turn).intent
        tokens.append(intent.token if intent else "")
        return outcome(request)

    target.script = {"make": answer}
    make(desk, turn)
    assert target.calls == ["make", "make"]
    assert all(tokens)
    assert tokens[0] != tokens[1]
    assert events_of(desk, turn) == [Event.INTENT_WRITTEN, Event.TURNED_AWAY, Event.INTENT_WRITTEN, Event.BILL_MADE]
    last = ledger_of(desk)._lines[turn.row.key][-1]
    assert (last.bill, last.note) == ("7", "draft")


def test_a_session_lost_twice_is_left_for_later() -> None:
    """Two calls and no third; the payment is NEW again, and consumption stands still."""
    desk = desk_of(target := Target(make=LOST))
    make(desk, turn := ready(desk))
    assert target.calls == ["make", "make"]
    assert (row_of(desk, turn).state, row_of(desk, turn).retries) == (State.NEW, 1)
    assert isinstance(turn.verdict, GiveBack)
    assert ledger_of(desk).pause(desk.scheme.name) is not None


def test_whoever_was_overtaken_at_a_lost_session_does_not_push_again() -> None:
    """The row is another's by now, and so is the decision."""
    desk = desk_of(target := Target())
    turn = ready(desk)
    target.script = {"make": overtaken(desk, turn, LOST)}
    make(desk, turn)
    assert target.calls == ["make"]
    assert isinstance(turn.verdict, GiveBack)
    assert row_of(desk, turn).fence == 2


def test_an_answer_that_comes_too_late_is_kept_as_evidence() -> None:
    """The row is another's: it stays as it is, but its history names the bill that was made."""
    desk = desk_of(target := Target())
    turn = ready(desk)
    target.script = {"make": overtaken(desk, turn, Done(Made("7", "FKD7")))}
    make(desk, turn)
    assert (row_of(desk, turn).fence, row_of(desk, turn).bill) == (2, None)
    assert ledger_of(desk).claims == {}
    (note,) = [e for e in ledger_of(desk).history(turn.row.key) if e.event is Event.NOTED]
    assert note.diagnosis == Diagnosis.of(Code.FENCED, bill="FKD7", bill_id="7")
    assert "FKD7 (7)" in note.note


def test_a_push_that_names_an_old_bill_is_a_doubt_for_a_person() -> None:
    """No Push makes what stood there before: what it did make is unknown, and the source stays locked."""
    desk = desk_of(Target(make=Done(Made("6", ""))))
    make(desk, turn := ready(desk))
    row = row_of(desk, turn)
    assert (row.state, row.bill) == (State.REVIEW, None)
    assert row.doubt is not None
    assert row.diagnosis == Diagnosis.of(Code.BILL_NOT_NEW, bill="6", bill_id="6")
    assert turn.row.key in ledger_of(desk).locks.values()


def test_a_bill_that_is_anothers_is_a_doubt_for_a_person() -> None:
    """One bill has one owner; which bill this Push has made is unknown."""
    desk = desk_of(Target(make=Done(Made("7", "FKD7"))))
    other = taken(desk, of=payment("P2", number="FK-2"))
    ledger_of(desk).claims[BillKey(FORM, "7")] = other.row.key
    make(desk, turn := ready(desk))
    row = row_of(desk, turn)
    assert (row.state, row.bill) == (State.REVIEW, None)
    assert row.doubt is not None
    assert row.diagnosis == Diagnosis.of(Code.BILL_CLAIMED, bill="FKD7", bill_id="7", owner="P2")


@pytest.mark.parametrize("seconds", [156, 179])
def test_without_time_for_answer_and_record_nothing_begins(seconds: int) -> None:
    """No intent, no call: the next delivery goes on from here."""
    desk = desk_of(target := Target(make=Done(Made("7", ""))))
    turn = ready(desk)
    cast("FakeClock", desk.ports.clock).advance(timedelta(seconds=seconds))
    make(desk, turn)
    assert (target.calls, row_of(desk, turn).state) == ([], State.NEW)
    assert turn.verdict == GiveBack(timedelta(seconds=1))


def test_with_just_enough_time_it_begins() -> None:
    """The limit itself is enough."""
    desk = desk_of(target := Target(make=Done(Made("7", ""))))
    turn = ready(desk)
    cast("FakeClock", desk.ports.clock).advance(timedelta(seconds=155))
    make(desk, turn)
    assert target.calls == ["make"]


@pytest.mark.parametrize("refusal", [Code.ERP_CALL_LIMIT, Code.ERP_LOCKED])
def test_what_passes_by_itself_is_tried_later(refusal: Code) -> None:
    """NEW again, without a pause for the others, at a growing pace."""
    desk = desk_of(Target(make=DefinitelyNot(Diagnosis.of(refusal), transient=True)))
    make(desk, turn := ready(desk))
    assert (row_of(desk, turn).state, row_of(desk, turn).retries) == (State.NEW, 1)
    assert ledger_of(desk).pause(desk.scheme.name) is None


def test_refused_credentials_pause_and_refuse_no_payment() -> None:
    """Not the payment is wrong."""
    desk = desk_of(Target(make=DefinitelyNot(Diagnosis.of(Code.ERP_CREDENTIALS))))
    make(desk, turn := ready(desk))
    assert row_of(desk, turn).state is State.NEW
    assert ledger_of(desk).pause(desk.scheme.name) is not None


@pytest.mark.parametrize("code", [Code.SOURCE_USED_UP, Code.SOURCE_OVER_LIMIT])
@pytest.mark.parametrize("repushed", [False, True])
def test_a_source_that_is_used_up_after_a_doubt_was_used_up_by_us(code: Code, *, repushed: bool) -> None:
    """The first Push, of which nobody knew, has most likely made its bill: its lock is kept, a person looks."""
    desk = desk_of(target := Target(make=DefinitelyNot(Diagnosis.of(code))))
    turn = ready(desk)
    turn.row = replace(turn.row, repushed=repushed)
    ledger_of(desk).table[turn.row.key] = turn.row
    make(desk, turn)
    stands = row_of(desk, turn)
    assert (stands.state, stands.doubt is not None) == ((State.REVIEW, True) if repushed else (State.REJECTED, False))
    assert bool(ledger_of(desk).locks) is repushed
    assert target.calls == ["make"]


@pytest.mark.parametrize(("back", "state"), [(False, State.REVIEW), (True, State.NEW)])
def test_content_that_is_shown_just_before_the_push_stops_it(*, back: bool, state: State) -> None:
    """Other content is for a person; one that has come back by then only means that the claim begins again."""
    desk = desk_of(target := Target())
    turn = ready(desk)
    payment = turn.row.payment
    for seen in [b.sighting(turn.row), *([Sighting(payment.digest, START, payment)] if back else [])]:
        assert ledger_of(desk).sighted(turn.row.key, seen, b.entry(turn.row, Event.CHANGED))
    make(desk, turn)
    assert (row_of(desk, turn).state, target.calls) == (state, [])


def test_a_definite_no_is_a_rejection_with_its_letter() -> None:
    """And frees the source."""
    desk = desk_of(Target(make=DefinitelyNot(Diagnosis.of(Code.ERP_RULE))))
    make(desk, turn := ready(desk))
    assert (row_of(desk, turn).state, row_of(desk, turn).owes_letter) == (State.REJECTED, False)
    assert ledger_of(desk).locks == {}
    assert turn.verdict == Acknowledge()


def test_no_answer_is_a_doubt_and_keeps_the_source() -> None:
    """Nobody pushes this source again before K3Cloud has been asked, after the quiet period."""
    desk = desk_of(Target(make=Unknown(Diagnosis.of(Code.ERP_TIMEOUT))))
    make(desk, turn := ready(desk))
    row = row_of(desk, turn)
    assert row.state is State.IN_DOUBT
    assert row.doubt is not None
    assert row.doubt.quiet_until == START + desk.scheme.policies.quiet_period
    assert turn.row.key in ledger_of(desk).locks.values()


def test_a_request_that_cannot_be_rendered_refuses_its_payment_without_a_call() -> None:
    """The row lacks what the template needs: no intent, no Push."""
    desk = desk_of(target := Target())
    turn = ready(desk)
    turn.lookups = {}
    make(desk, turn)
    assert (target.calls, row_of(desk, turn).state) == ([], State.REJECTED)
    assert Event.INTENT_WRITTEN not in events_of(desk, turn)


def test_what_prepare_must_have_done_is_not_taken_on_trust() -> None:
    """A Push without a prepared intent, or of no request at all, is a defect of ours: it stops before the call."""
    desk = desk_of(target := Target())
    turn = ready(desk)
    turn.intent = None
    with pytest.raises(DefectError, match="P1"):
        make(desk, turn)
    of_text = replace(scheme(), target=replace(scheme().target, make_request="text"))
    desk = desk_of(target, of_text)
    with pytest.raises(DefectError, match="P1"):
        make(desk, ready(desk))
    assert target.calls == []
