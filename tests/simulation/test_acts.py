"""What people and schedules do, just before every call of a run: the same promises hold whatever the moment."""

from typing import Final

import pytest

from simulation.faults import Fault
from simulation.scenarios import play
from simulation.strikes import BY_HAND, HARMLESS, acted_at, assert_act_breaks_nothing

pytestmark = pytest.mark.simulation

SCENARIOS: Final = ("one_payment", "two_of_one", "a_draft", "three_with_two_faulty", "decided_meanwhile")


@pytest.mark.parametrize("act", [act for act in HARMLESS if act != "redrive"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_command_or_a_schedule_at_every_call_harms_nothing(name: str, act: str) -> None:
    """Fetch, sweep, backfill, reconcile, replay, a decision: every payment is booked all the same."""
    for point in acted_at(name, act):
        assert_act_breaks_nothing(name, act, point)


def test_a_redrive_at_every_call_harms_nothing() -> None:
    """Whenever there is a dead letter, somebody moves it back by the console, and all is booked all the same."""
    name = "three_with_two_faulty"
    struck = [assert_act_breaks_nothing(name, "redrive", point).struck for point in acted_at(name, "redrive")]
    assert len(struck) > 20
    assert all(each[Fault.REDRIVE] == 1 for each in struck)


@pytest.mark.parametrize("act", BY_HAND)
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_change_by_hand_at_every_call_breaks_no_promise(name: str, act: str) -> None:
    """A bill made, edited, voided, deleted or finished by hand, a case closed: nothing is doubled, and all ends."""
    for point in acted_at(name, act):
        assert_act_breaks_nothing(name, act, point)


def test_operators_replay_adopt_and_confirm_while_push_works() -> None:
    """The scenario is what its name says: all three happen in it, and both payments are booked."""
    world = play("decided_meanwhile", trace=True)
    notes = [entry.note for key in world.ledger.table for entry in world.ledger.history(key)]
    assert any(note.startswith("adopt ") for note in notes)
    assert any(note.startswith("confirm none ") for note in notes)
    assert any(" replay-" in line for line in world.trace or ())
