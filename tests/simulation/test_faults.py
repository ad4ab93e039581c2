"""Every call of every scenario, struck by every kind of fault that can happen there: the books agree all the same."""

import random
from collections.abc import Iterator
from itertools import combinations
from typing import Final

import pytest

from paysync.core.states import State
from simulation.faults import KINDS, Fault
from simulation.scenarios import NEVER_BOOKED, SCENARIOS, play, play_one_bill_for_all, play_slow_erp, states

pytestmark = pytest.mark.simulation

POINTS: Final = {
    "one_payment": 108,
    "two_of_one": 127,
    "batch_with_faulty": 616,
    "a_draft": 108,
    "by_hand_meanwhile": 108,
    "rows_that_come_late": 429,
}
"""Calls to the outside in each scenario without a fault. A new call changes a number here: say in the commit why."""
_PAIRS: Final = 2_500
_TRIPLES: Final = 1_000
_SEED: Final = 20250131


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_points_of_a_scenario_are_counted(name: str) -> None:
    """A call that nobody listed fails here, before it can be forgotten below."""
    world = play(name)
    assert world.points == POINTS[name]
    assert set(world.ops or ()) <= KINDS.keys()


@pytest.mark.parametrize("name", SCENARIOS)
def test_one_fault_at_every_point(name: str) -> None:
    """Every kind at every point: nothing doubled, lost or stuck, and every payment that can be booked is booked."""
    for plan in single_faults(name):
        assert_ends_well(name, plan)


@pytest.mark.parametrize("name", ["one_payment", "two_of_one"])
def test_two_faults(name: str) -> None:
    """Pairs of points and kinds, sampled here; all of them in `make soak`."""
    singles = list(single_faults(name))
    rng = random.Random(_SEED)
    for _ in range(_PAIRS):
        first, second = rng.sample(singles, 2)
        assert_ends_well(name, {**first, **second})


def test_three_faults() -> None:
    """Triples, sampled."""
    singles = list(single_faults("two_of_one"))
    rng = random.Random(_SEED)
    for _ in range(_TRIPLES):
        plan = {point: fault for one in rng.sample(singles, 3) for point, fault in one.items()}
        assert_ends_well("two_of_one", plan)


def test_a_slow_erp_is_cut_at_a_safe_place() -> None:
    """More work than one invocation has time for: nothing begins that cannot be recorded, and all is booked."""
    assert set(states(play_slow_erp()).values()) == {State.DONE}


def test_a_bill_has_one_owner_even_if_the_erp_names_it_twice() -> None:
    """The unique claim refuses the second payment, which waits for a person."""
    world = play_one_bill_for_all()
    assert max(map(str, states(world).values())) == State.REVIEW


def single_faults(name: str) -> Iterator[dict[int, Fault]]:
    """A plan for each point of a scenario and each kind that can happen there."""
    ops = play(name).ops or []
    return ({point: kind} for point, op in enumerate(ops, 1) for kind in KINDS[op])


def all_pairs(name: str) -> Iterator[dict[int, Fault]]:
    """A plan for every two points and kinds."""
    singles = list(single_faults(name))
    return ({**first, **second} for first, second in combinations(singles, 2) if first.keys() != second.keys())


def assert_ends_well(name: str, plan: dict[int, Fault]) -> None:
    """Play it; what is wrong is said with the plan that shows it again."""
    try:
        ended = states(play(name, plan))
    except Exception as error:
        error.add_note(f"play({name!r}, {plan!r})")
        raise
    unbooked = {code: str(state) for code, state in ended.items() if state is not State.DONE}
    assert unbooked.keys() <= NEVER_BOOKED, f"{unbooked} after play({name!r}, {plan!r})"
