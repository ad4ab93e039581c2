"""Taking a payment in hand: whoever comes second, too late or without a row changes nothing and deletes nothing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from fakes import builders as b
from fakes.system import START
from paysync.core.claim import claim, hold_back, reopened
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.keys import BillKey
from paysync.core.records import BillRef, Committed, Intent, Lease, LockStep, Message, Received, Row, Sighting
from paysync.core.states import Event, State
from paysync.core.turn import HANDOVER_AT, Acknowledge, Desk, GiveBack, Turn
from simulation.pair import FORM
from unit.core.desks import Target, desk_of, ledger_of, payment

REFUSED: Final = Diagnosis.of(Code.SOURCE_NOT_AUDITED, number="FK-1", status="B")
INTENT: Final = Intent("t", 1, baseline=(), open_amount=None, source_id="id-1", sender_dead_at=START)
BILL: Final = BillRef(BillKey(FORM, "7"), "FKD7")
MINUTE: Final = timedelta(minutes=1)


def seen(desk: Desk, *moves: tuple[Event, dict[str, Any]], code: str = "P1", lock: LockStep = LockStep.TAKE) -> Row:
    """A payment of FK-1 after these moves, in nobody's hand."""
    new = b.row(payment(code))
    row = ledger_of(desk).create([new], b.entry(new, Event.SEEN))[0]
    for event, changes in moves:
        moved = ledger_of(desk).commit(b.change(row, event, after=timedelta(), lock=lock, **changes))
        assert isinstance(moved, Committed)
        row = moved.row
    return row


def message(row: Row, attempt: int | None = None, receives: int = 1) -> Received:
    """Its message, delivered."""
    return Received("m", "r", receives, Message(row.key, row.payment.digest, attempt))


def overtaken(desk: Desk, row: Row) -> None:
    """Somebody else claims it after this invocation has read it."""
    stands = ledger_of(desk).table[row.key]
    moved = b.change(stands, Event.NOTED, after=timedelta(), fence=stands.fence + 1)
    assert isinstance(ledger_of(desk).commit(moved), Committed)


def test_a_message_without_a_row_is_kept() -> None:
    """Its row may be on its way; a message is never deleted without one that says why."""
    desk = desk_of(Target())
    row = b.row(payment())
    assert isinstance(claim(desk, message(row), None), GiveBack)
    assert hold_back(desk, message(row), None, timedelta(minutes=3)) == GiveBack(timedelta(minutes=3))
    assert ledger_of(desk).table == {}


def test_a_claim_is_the_next_fence_with_the_source_locked() -> None:
    """Lease, fence and lock in one commit."""
    desk = desk_of(Target())
    row = seen(desk)
    turn = claim(desk, message(row), row)
    assert isinstance(turn, Turn)
    assert (turn.row.fence, turn.row.lease is not None) == (1, True)
    assert list(ledger_of(desk).locks.values()) == [row.key]


@pytest.mark.parametrize(
    ("moves", "attempt"),
    [
        ((), None),
        (((Event.CLAIMED, {"fence": 1}), (Event.REFUSED, {"diagnosis": REFUSED})), 1),
        (((Event.CLAIMED, {"fence": 1}), (Event.INTENT_WRITTEN, {"intent": INTENT})), None),
    ],
)
def test_whoever_comes_second_gives_the_message_back(
    moves: tuple[tuple[Event, dict[str, Any]], ...], attempt: int | None
) -> None:
    """Claiming, re-opening and finding a lost sender are conditional on the row as it was read."""
    desk = desk_of(Target())
    row = seen(desk, *moves)
    overtaken(desk, row)
    before = ledger_of(desk).table[row.key]
    assert isinstance(claim(desk, message(row, attempt), row), GiveBack)
    assert ledger_of(desk).table[row.key] == before


def parked_holder(desk: Desk) -> Row:
    """Another payment of the same source waits for a person, with the lock."""
    return seen(desk, (Event.CLAIMED, {"fence": 1}), (Event.PARKED, {}), code="P0")


def test_a_payment_whose_source_waits_for_a_person_waits_without_a_call() -> None:
    """In REVIEW, naming whom it waits for; its message has done its work."""
    desk = desk_of(target := Target())
    parked_holder(desk)
    row = seen(desk, lock=LockStep.KEEP)
    assert isinstance(claim(desk, message(row), row), Acknowledge)
    stands = ledger_of(desk).table[row.key]
    assert (stands.state, stands.waits_for and stands.waits_for.code, target.calls) == (State.REVIEW, "P0", [])


@pytest.mark.parametrize(
    ("holder", "least", "most"),
    [
        ({"lease": Lease("t", START + 3 * MINUTE), "wake_at": START + 3 * MINUTE}, timedelta(), MINUTE),
        ({"lease": Lease("t", START), "wake_at": START + 9 * MINUTE}, 9 * MINUTE, 9 * MINUTE),
        ({"lease": None, "wake_at": START + 9 * MINUTE}, 9 * MINUTE, 9 * MINUTE),
        ({"lease": None, "wake_at": START + 240 * MINUTE}, 60 * MINUTE, 60 * MINUTE),
        ({"lease": None, "wake_at": START - 240 * MINUTE}, timedelta(seconds=1), MINUTE),
    ],
)
def test_a_payment_waits_as_long_as_the_holder_of_its_source_rests(
    holder: dict[str, Any], least: timedelta, most: timedelta
) -> None:
    """Not every few seconds for hours, while K3Cloud is away; and a moment only where the holder is in work."""
    desk = desk_of(Target())
    seen(desk, (Event.CLAIMED, {"fence": 1, **holder}), code="P0")
    row = seen(desk, lock=LockStep.KEEP)
    verdict = claim(desk, message(row), row)
    assert isinstance(verdict, GiveBack)
    assert least <= verdict.span <= most


def test_whoever_was_overtaken_while_it_would_wait_leaves_the_row() -> None:
    """As it stands now is another's to decide; so is a redriven one that was opened meanwhile."""
    desk = desk_of(Target())
    parked_holder(desk)
    row = seen(desk, lock=LockStep.KEEP)
    overtaken(desk, row)
    assert isinstance(claim(desk, message(row), row), GiveBack)
    assert ledger_of(desk).table[row.key].state is State.NEW


def test_a_redriven_payment_whose_source_waits_is_opened_and_waits() -> None:
    """Not lost as REJECTED behind the other's decision."""
    desk = desk_of(Target())
    row = seen(desk, (Event.REFUSED, {"diagnosis": REFUSED, "fence": 1}), lock=LockStep.KEEP)
    parked_holder(desk)
    assert isinstance(claim(desk, message(row, 1), row), Acknowledge)
    stands = ledger_of(desk).table[row.key]
    assert (stands.state, stands.waits_for and stands.waits_for.code) == (State.REVIEW, "P0")
    events = [entry.event for entry in ledger_of(desk)._lines[row.key]]
    assert events[-2:] == [Event.REOPENED, Event.PARKED]


def test_a_payment_in_doubt_never_waits_as_if_nothing_had_been_pushed() -> None:
    """Its lock was taken from it: it comes again, and its doubt stays."""
    desk = desk_of(Target())
    row = seen(desk, (Event.INTENT_WRITTEN, {"intent": INTENT}), (Event.ANSWER_LOST, {}), lock=LockStep.KEEP)
    parked_holder(desk)
    assert isinstance(claim(desk, message(row), row), GiveBack)
    assert ledger_of(desk).table[row.key].state is State.IN_DOUBT


def test_an_unreadable_payment_that_is_redriven_owes_a_new_letter() -> None:
    """Nothing was mended, so nothing is pushed; the letter names the new attempt, unless somebody was faster."""
    desk = desk_of(Target())
    row = seen(desk, (Event.REFUSED, {"diagnosis": REFUSED, "fence": 1}), lock=LockStep.KEEP)
    unreadable = replace(row, payment=replace(row.payment, facts=None))
    ledger_of(desk).table[row.key] = unreadable
    assert isinstance(claim(desk, message(row, 1), unreadable), Acknowledge)
    stands = ledger_of(desk).table[row.key]
    assert (stands.state, stands.fence, stands.owes_letter) == (State.REJECTED, 2, False)
    assert isinstance(claim(desk, message(row, 1), unreadable), GiveBack)
    assert ledger_of(desk).table[row.key] == stands


def test_a_message_that_came_too_often_is_left_to_sweep() -> None:
    """The row says when it can go on; only then may the message go."""
    desk = desk_of(Target())
    row = seen(desk, (Event.CLAIMED, {"fence": 1}), (Event.INTENT_WRITTEN, {"intent": INTENT}))
    verdict = claim(desk, message(row, receives=HANDOVER_AT), row)
    assert isinstance(verdict, Acknowledge)
    stands = ledger_of(desk).table[row.key]
    assert (stands.state, stands.doubt is not None, stands.wake_at > START) == (State.IN_DOUBT, True, True)


@pytest.mark.parametrize(
    ("end", "attempt", "goes"),
    [
        ((Event.PARKED, {"fence": 1}), None, True),
        ((Event.REFUSED, {"fence": 1}), None, True),
        ((Event.REFUSED, {"fence": 1}), 1, False),
        ((Event.WAITED, {"fence": 1}), None, False),
    ],
)
def test_while_consumption_stands_still_only_what_needs_nothing_more_goes(
    end: tuple[Event, dict[str, Any]], attempt: int | None, *, goes: bool
) -> None:
    """Given back eight times, a copy of what is settled would be a dead letter of it; what opens a row again stays."""
    desk = desk_of(Target())
    row = seen(desk, (Event.CLAIMED, {"fence": 1}), end)
    verdict = hold_back(desk, message(row, attempt), row, timedelta(minutes=3))
    assert verdict == (Acknowledge() if goes else GiveBack(timedelta(minutes=3)))


@pytest.mark.parametrize("back", [False, True])
def test_a_claim_begins_with_what_maycur_shows_now(*, back: bool) -> None:
    """Other content stays raised until a person has accepted it; one that has come back is none."""
    desk = desk_of(Target())
    row = seen(desk)
    for sighting in [b.sighting(row), *([Sighting(row.payment.digest, START, row.payment)] if back else [])]:
        assert ledger_of(desk).sighted(row.key, sighting, b.entry(row, Event.CHANGED))
    stands = ledger_of(desk).table[row.key]
    turn = claim(desk, message(stands), stands)
    assert isinstance(turn, Turn)
    assert (turn.row.changed is None, ledger_of(desk).table[row.key].changed is None) == (back, back)


@pytest.mark.parametrize("billed", [False, True])
def test_a_replay_takes_what_maycur_shows_now_but_never_for_a_bill_that_exists(*, billed: bool) -> None:
    """A corrected payment needs no second step; a bill that was made from the old content is for a person."""
    row = replace(b.row(payment()), bill=BILL if billed else None)
    shown = replace(row, changed=b.sighting(row))
    opened = reopened(shown)
    assert (opened.payment == shown.other, opened.changed is None) == (not billed, not billed)


def test_a_rejected_row_with_a_bill_resumes_behind_it() -> None:
    """Whatever opens it again: a row with a bill never goes back before PUSHED."""
    desk = desk_of(Target())
    moves = (
        (Event.INTENT_WRITTEN, {"intent": INTENT}),
        (Event.BILL_MADE, {"bill": BILL}),
        (Event.REFUSED, {"fence": 1}),
    )
    row = seen(desk, *moves)
    turn = claim(desk, message(row, 1), row)
    assert isinstance(turn, Turn)
    assert (turn.row.state, turn.row.bill) == (State.PUSHED, BILL)
