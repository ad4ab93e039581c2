"""Which faults strike where: every single one, every pair, triples by chance, and acts of people at every call."""

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from paysync.core.states import Event, State
from simulation import people
from simulation.faults import KINDS, Fault
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
        if len(plan) == 1 and set(plan.values()) <= UNNOTICED and name in _PLAIN:
            assert_nobody_waited(world)
    return world


def assert_nobody_waited(world: World) -> None:
    """No payment was parked, refused or in doubt on its way."""
    for key in world.ledger.table:
        waited = [str(e.event) for e in world.ledger.history(key) if e.event in _FOR_A_PERSON]
        if waited:
            raise ViolationError(f"I10: {key.code}: {waited} for a fault that harms nobody")


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
