"""Which faults strike where: every single one, every pair, triples by chance, and acts of people at every call."""

import random
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Final

from paysync.core.states import Event, State
from simulation import people
from simulation.faults import KINDS, READS, Fault
from simulation.invariants import ViolationError, said_with
from simulation.scenarios import play, states
from simulation.world import World

Plan = dict[int, Fault]
Act = Callable[[World], None]

UNNOTICED: Final = frozenset(
    {
        Fault.ANSWER_LOST,
        Fault.DUPLICATE,
        Fault.EXPIRY,
        Fault.LOST,
        Fault.NOT_SENT,
        Fault.SENT_UNCONFIRMED,
        Fault.STALE,
        Fault.TWICE,
        Fault.THROTTLED,
        Fault.SESSION,
        Fault.NACK,
        Fault.MALFORMED,
    }
)
"""One of these alone never makes a payment wait for a person."""
_PLAIN: Final = frozenset({"one_payment", "attested", "two_of_one", "a_draft"})
_OF_READS: Final = frozenset(
    {
        Fault.CRASH_BEFORE,
        Fault.SLOW,
        Fault.TIMEOUT_NOT,
        Fault.SERVER_NOT,
        Fault.THROTTLED,
        Fault.SESSION,
        Fault.ROTATED,
        Fault.STALE,
        Fault.NACK,
        Fault.MALFORMED,
    }
)
"""A read that failed thus harms nobody."""
_TIMED: Final = frozenset({"by_hand_meanwhile"})
"""Here somebody acts at a given second: a read that only takes longer changes what they find, and who waits."""
_FOR_A_PERSON: Final = frozenset({Event.PARKED, Event.UNRESOLVED, Event.REFUSED, Event.ANSWER_LOST})


def strikes_after(name: str, plan: Plan, *, rereads: bool = True) -> Iterator[Plan]:
    """Every single fault after those of `plan`, in the run that they have changed.

    Without `rereads` none of those calls that only read once more when everything else has ended.
    """
    world = play(name, plan, rereads=rereads)
    last, left_out = max(plan, default=0), set() if rereads else world.last_ones
    points = ((point, op) for point, op in enumerate(world.ops or (), 1) if point > last and point not in left_out)
    return ({**plan, point: kind} for point, op in points for kind in KINDS[op] if (point, kind) not in world.idle)


def singles(name: str) -> Iterator[Plan]:
    """A plan for each call of a scenario and each kind that can happen there."""
    return strikes_after(name, {})


def pairs(name: str, *, last_point: int | None = None) -> Iterator[Plan]:
    """Every two: the second one at every call of the run that the first one has changed, the readings at rest too."""
    for first in singles(name):
        if last_point is None or max(first) <= last_point:
            yield from (plan for plan in strikes_after(name, first) if last_point is None or max(plan) <= last_point)


def by_chance(name: str, faults: int, runs: int, seed: int) -> Iterator[Plan]:
    """So many plans of so many faults each, every one drawn from the calls of the run that the former ones left."""
    rng = random.Random(seed)
    for _ in range(runs):
        plan: Plan = {}
        for _ in range(faults):
            ops = play(name, plan).ops or []
            point = rng.randint(max(plan, default=0) + 1, max(len(ops), max(plan, default=0) + 1))
            if point <= len(ops):
                plan[point] = rng.choice(KINDS[ops[point - 1]])
        yield plan


def assert_ends_well(name: str, plan: Plan, *, rereads: bool = True) -> World:
    """Play it: every payment is booked in the end. What is wrong is said with the plan that shows it again."""
    with said_with(f"assert_ends_well({name!r}, {plan!r}, rereads={rereads})"):
        world = play(name, plan, rereads=rereads)
        _assert_booked(world)
        if len(plan) == 1 and (
            _only_a_read_fails(name, world, plan) or (set(plan.values()) <= UNNOTICED and name in _PLAIN)
        ):
            assert_nobody_waited(name, world)
    return world


def assert_nobody_waited(name: str, world: World) -> None:
    """No payment was parked, refused or in doubt on its way that would not have been without a fault."""
    more = _waited(world) - _waits_anyway(name)
    if more:
        raise ViolationError(f"I10: {sorted(more)} for a fault that harms nobody")


def _only_a_read_fails(name: str, world: World, plan: Plan) -> bool:
    return name not in _TIMED and all(
        (world.ops or ())[point - 1] in READS and kind in _OF_READS for point, kind in plan.items()
    )


@cache
def _waits_anyway(name: str) -> frozenset[tuple[str, str]]:
    return _waited(play(name))


def _waited(world: World) -> frozenset[tuple[str, str]]:
    """Which payments have waited for a person, and why."""
    told = ((key.code, entry) for key in world.ledger.table for entry in world.ledger.history(key))
    return frozenset((code, str(entry.event)) for code, entry in told if entry.event in _FOR_A_PERSON)


# ---- what people and schedules do


def _redrive(world: World) -> None:
    """Somebody moves the dead letters back by the console."""
    world.befall(Fault.REDRIVE)


HARMLESS: Final[Mapping[str, Act]] = {
    "fetch": World.fetch,
    "deep_scan": World.deep_scan,
    "backfill": World.backfill,
    "reconcile": World.reconcile,
    "sweep": World.sweep,
    "replay": people.replay_all,
    "redrive": _redrive,
    "adopt": people.adopt_the_right_one,
    "decide": people.decide_all,
}
"""Whatever the moment, every payment is booked all the same."""
BY_HAND: Final[Mapping[str, Act]] = {
    "confirm_none": people.confirm_none_of_all,
    "close": people.close_all,
    "book": people.book_by_hand,
    "book_part": people.book_part_by_hand,
    "void": people.void_the_bills,
    "delete": people.delete_the_bills,
    "edit": people.edit_the_bills,
    "finish": people.finish_the_bills,
    "correct": people.correct_the_payments,
}
"""After these a payment may rightly end elsewhere; no promise may break."""


def acted_at(name: str, act: str) -> list[int]:
    """The calls before which somebody may act: the dead letters are moved only where there are any."""
    world = play(name)
    idle = {point for point, kind in world.idle if kind is Fault.REDRIVE} if act == "redrive" else set()
    return [point for point in range(1, world.points + 1) if point not in idle]


def assert_act_breaks_nothing(name: str, act: str, point: int, plan: Plan | None = None) -> World:
    """Play a scenario in which somebody acts just before a call."""
    with said_with(f"assert_act_breaks_nothing({name!r}, {act!r}, {point}, {plan!r})"):
        world = play(name, plan, acts={point: {**HARMLESS, **BY_HAND}[act]})
        if act in HARMLESS:
            _assert_booked(world)
    return world


def _assert_booked(world: World) -> None:
    unbooked = {code: str(state) for code, state in states(world).items() if state is not State.DONE}
    if unbooked:
        raise ViolationError(f"I2: not booked: {unbooked}")
