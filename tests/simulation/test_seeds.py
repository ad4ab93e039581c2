"""Whole runs from a seed: several payments per application, part payments, drafts, hand-made bills, edits, faults."""

from collections import Counter
from typing import Final

import pytest

from paysync.core.states import State
from simulation.chance import play_seed
from simulation.faults import KINDS, Fault
from simulation.regressions import PLANS, SEEDS
from simulation.strikes import assert_ends_well

pytestmark = pytest.mark.simulation

_SEEDS: Final = 2_000
_AT_ONCE: Final = 100


@pytest.mark.parametrize("first", range(0, _SEEDS, _AT_ONCE))
def test_no_seed_breaks_a_promise(first: int) -> None:
    """Nothing doubled, lost, stuck or told; every payment ends, and what can be booked is booked."""
    for seed in range(first, first + _AT_ONCE):
        play_seed(seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_found_once_stays_mended(seed: int) -> None:
    """A seed that failed before."""
    play_seed(seed)


@pytest.mark.parametrize(("name", "plan"), [(name, plan) for name, plan, _ in PLANS])
def test_a_plan_that_was_found_once_stays_mended(name: str, plan: dict[int, Fault]) -> None:
    """Faults in a scenario that failed before; each at a call where it can happen, or it has lost its place."""
    ops = assert_ends_well(name, plan).ops or []
    assert all(fault in KINDS[ops[point - 1]] for point, fault in plan.items())


def test_a_seed_gives_the_same_run_again() -> None:
    """Else a failure could not be looked at."""
    first, second = (play_seed(4, trace=True) for _ in range(2))
    assert list(first.trace or ()) == list(second.trace or ())
    assert first.points == second.points > 0


def test_the_seeds_are_no_idle_ones() -> None:
    """They strike every kind of fault, and payments go every way that there is."""
    struck, ends = Counter[Fault](), Counter[State]()
    for seed in range(400):
        world = play_seed(seed)
        struck.update(world.struck)
        for key in world.ledger.table:
            ends.update(entry.state for entry in world.ledger.history(key))
    assert set(Fault) - struck.keys() == set()
    assert set(State) - ends.keys() == set()
