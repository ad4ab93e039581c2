"""What is run against a world without one of its guards, cheapest and most telling first, until its promise breaks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from simulation.chance import play_seed
from simulation.faults import Fault
from simulation.invariants import ViolationError
from simulation.regressions import PLANS
from simulation.scenarios import play, play_one_bill_for_all, play_slow_erp
from simulation.strikes import BY_HAND, Plan, assert_act_breaks_nothing, assert_ends_well, singles

_SCENARIOS: Final = ("one_payment", "attested", "two_of_one", "decided_meanwhile")
_BATCH: Final = "ten_with_two_faulty"
_CHAIN: Final = "called_back"
_ACTED_IN: Final = "by_hand_meanwhile"
_SEEDS: Final = 500

Run = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Noticed:
    """After how many runs a promise broke, and in which words; `others` broke before."""

    runs: int
    words: str
    others: frozenset[str] = frozenset()


def all_runs() -> list[Run]:
    """To be listed while all guards are there: what is kept, single faults, acts by hand during slow calls, seeds."""
    points = range(1, play(_ACTED_IN).points + 1)
    of_a_chain = [plan for plan in singles(_CHAIN) if set(plan.values()) == {Fault.CRASH_BEFORE}]
    of_a_batch = [plan for plan in singles(_BATCH) if {Fault.NOT_SENT, Fault.ROTATED} & set(plan.values())]
    plans: list[tuple[str, Plan]] = [(_BATCH, plan) for plan in of_a_batch]
    plans += [(name, plan) for name in _SCENARIOS for plan in singles(name)]
    acts = [(_ACTED_IN, act, point, {point: Fault.SLOW}) for act in BY_HAND for point in points]
    return [
        *(partial(assert_ends_well, name, plan) for name, plan, _ in PLANS),
        play_slow_erp,
        play_one_bill_for_all,
        *(partial(assert_ends_well, _CHAIN, plan) for plan in of_a_chain),
        *(partial(assert_act_breaks_nothing, *act) for act in acts),
        *(partial(assert_ends_well, *plan) for plan in plans),
        *(partial(play_seed, seed) for seed in range(_SEEDS)),
    ]


def noticed(promise: str, runs: Iterator[Run]) -> Noticed | None:
    """The first run in which this promise breaks; only a violation counts, no other error."""
    others = set[str]()
    for number, run in enumerate(runs, 1):
        try:
            run()
        except ViolationError as violation:
            broken = str(violation).partition(":")[0]
            if broken == promise:
                return Noticed(number, str(violation), frozenset(others))
            others.add(broken)
    return None
