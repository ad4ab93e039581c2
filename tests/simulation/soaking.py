"""The work of `make soak`, in pieces that a process can take: each piece gives its counts and what it found."""

from __future__ import annotations

import gc
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final

import pytest

from simulation.chance import play_seed
from simulation.crowd import CrowdWorld, happened, play_crowd
from simulation.guards import GUARDS, Saw
from simulation.invariants import ViolationError
from simulation.sabotage import all_runs, noticed
from simulation.strikes import (
    BY_HAND,
    HARMLESS,
    Plan,
    acted_at,
    assert_act_breaks_nothing,
    assert_ends_well,
    by_chance,
    singles,
    strikes_after,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulation.world import World

DOUBLED, LOST, STUCK, OTHER = "doubled", "lost", "stuck", "other"
_WHAT: Final = {
    "I1": DOUBLED,
    "I4": DOUBLED,
    "I6": DOUBLED,
    "I7": DOUBLED,
    "I2": LOST,
    "I3": LOST,
    "I5": LOST,
    "I10": STUCK,
}


@dataclass
class Tally:
    """What some runs have come to."""

    name: str
    runs: int = 0
    calls: int = 0
    seconds: float = 0.0
    struck: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    """What these runs are there for, and how often it came about."""

    def add(self, part: Tally) -> None:
        """Take in the counts of a part."""
        self.runs += part.runs
        self.calls += part.calls
        self.seconds += part.seconds
        self.struck += part.struck
        self.ends += part.ends
        self.broken += part.broken
        self.failures += part.failures
        self.seen += part.seen

    def take(self, run: Callable[[], World]) -> None:
        """Run one, and count it."""
        self.runs += 1
        begin = time.process_time()
        try:
            world = run()
        except Exception as error:  # noqa: BLE001 - everything that goes wrong is wanted, with what shows it again
            invariant = str(error).partition(":")[0] if isinstance(error, ViolationError) else ""
            self.broken[_WHAT.get(invariant, OTHER)] += 1
            self.failures.append(f"{' '.join(getattr(error, '__notes__', ()))}: {type(error).__name__}: {error}")
        else:
            self.calls += world.points
            self.struck.update({kind.name: times for kind, times in world.struck.items()})
            self.ends.update(str(row.state) for row in world.ledger.table.values())
            vars(world).clear()  # its parts point at it: freed at once, while they are in the processor's cache
        self.seconds += time.process_time() - begin


def begins() -> None:
    """A process of many runs: what is loaded stays, and each run leaves little behind."""
    gc.freeze()
    gc.set_threshold(50_000)


def of_seeds(chosen: Iterable[int]) -> Tally:
    """Whole runs by their seeds."""
    tally = Tally("seeds")
    for seed in chosen:
        tally.take(partial(play_seed, seed))
    return tally


def of_crowds(chosen: Iterable[int]) -> Tally:
    """Whole runs of many payments by their seeds."""
    tally = Tally("crowds")

    def counted(seed: int) -> CrowdWorld:
        world = play_crowd(seed)
        tally.seen.update(happened(world))
        return world

    for seed in chosen:
        tally.take(partial(counted, seed))
    return tally


def of_singles(name: str, part: int, parts: int) -> Tally:
    """Every single fault of a scenario, or the share of one process."""
    tally = Tally(f"one fault, {name}")
    for plan in islice(singles(name), part, None, parts):
        tally.take(partial(assert_ends_well, name, plan))
    return tally


def of_pairs(name: str, first: Plan) -> Tally:
    """Every second fault after a first one, in the run that the first one has changed, until all is at rest."""
    tally = Tally(f"two faults, {name}")
    for plan in strikes_after(name, first, rereads=False):
        tally.take(partial(assert_ends_well, name, plan, rereads=False))
    return tally


def of_triples(name: str, runs: int, seed: int) -> Tally:
    """Three faults, drawn from a seed."""
    tally = Tally(f"three faults, {name}")
    for plan in by_chance(name, 3, runs, seed):
        tally.take(partial(assert_ends_well, name, plan))
    return tally


def of_acts(name: str, act: str) -> Tally:
    """Somebody acts, just before every call."""
    tally = Tally(f"people and schedules, {name}")
    for point in acted_at(name, act):
        tally.take(partial(assert_act_breaks_nothing, name, act, point))
    return tally


def of_guards(number: int) -> tuple[str, str, str]:
    """A guard is taken out: its name, what it does, and how its loss was noticed, or nothing."""
    runs = all_runs()
    guard: Saw = list(GUARDS)[number]
    with pytest.MonkeyPatch.context() as patch:
        guard(patch)
        found = noticed(GUARDS[guard], iter(runs))
    return guard.__name__, guard.__doc__ or "", f"{found.words} (run {found.runs})" if found else ""


def acts() -> tuple[str, ...]:
    """Every act by name."""
    return (*HARMLESS, *BY_HAND)
