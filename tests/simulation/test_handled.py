"""The handlers themselves under faults: what they take from an event and answer to it keeps every promise."""

import pytest

from paysync.adapters.aws import events
from simulation import chance, scenarios
from simulation.chance import play_seed
from simulation.handled import HandledWorld
from simulation.invariants import ViolationError
from simulation.scenarios import SCENARIOS, booked, play
from simulation.strikes import assert_ends_well, singles


@pytest.fixture(autouse=True)
def handled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every world of these tests is one that is entered by the handlers."""
    for module in (chance, scenarios):
        monkeypatch.setattr(module, "World", HandledWorld)


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_every_scenario_runs_through_the_handlers(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They book what the core books that is called without them."""
    through = play(name)
    assert isinstance(through, HandledWorld)
    with monkeypatch.context() as patch:
        patch.setattr(scenarios, "World", HandledWorld.__base__)
        assert booked(through) == booked(play(name))


@pytest.mark.parametrize("name", ["one_payment", "two_of_one", "called_back"])
def test_no_single_fault_breaks_a_promise(name: str) -> None:
    """At any call that a handler makes, also where it tells how many payments stand."""
    for plan in singles(name):
        assert_ends_well(name, plan)


def test_no_seed_breaks_a_promise() -> None:
    """Whole runs by chance."""
    for seed in range(150):
        play_seed(seed)


def test_an_answer_that_names_no_failure_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lambda deletes what is not named: a payment would be forgotten."""
    monkeypatch.setattr(events, "answer", lambda *_: {"batchItemFailures": []})
    with pytest.raises(ViolationError, match="I3"):
        test_no_seed_breaks_a_promise()


def test_an_event_of_which_half_is_read_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not taken from the event is not named as a failure either."""
    whole = events.received
    monkeypatch.setattr(events, "received", lambda event: whole(event)[::2])
    with pytest.raises(ViolationError, match="I3"):
        test_no_seed_breaks_a_promise()


def test_reconcile_keeps_its_report() -> None:
    """As the handler hands it over."""
    world = play("reconcile_beside_push")
    assert isinstance(world, HandledWorld)
    assert world.documents
