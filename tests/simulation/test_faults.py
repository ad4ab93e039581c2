"""Every call of every scenario, struck by every kind of fault that can happen there: the books agree all the same."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Final

import pytest

from paysync.core.states import State
from simulation.faults import KINDS, Fault
from simulation.scenarios import SCENARIOS, play, play_one_bill_for_all, play_slow_erp, states
from simulation.strikes import Plan, assert_ends_well, by_chance, pairs, singles, strikes_after

pytestmark = pytest.mark.simulation

POINTS: Final = {
    "one_payment": 63,
    "attested": 63,
    "two_of_one": 82,
    "unguarded": 104,
    "its_message_is_lost": 77,
    "ten_with_two_faulty": 182,
    "three_with_two_faulty": 133,
    "a_draft": 63,
    "by_hand_meanwhile": 63,
    "decided_meanwhile": 158,
    "pages_that_change": 139,
    "backfill_beside_fetch": 148,
    "reconcile_beside_push": 143,
    "overtaken": 105,
    "corrected_while_open": 105,
    "waits_for_a_decision": 159,
    "called_back": 87,
}
"""Calls to the outside in each scenario without a fault. A new call changes a number here: say in the commit why."""
OF_HANDLERS: Final = {"counts"}
"""Only the handlers ask for these: they are struck where the handlers run."""
_DONE_BUT_UNSAID: Final = (Fault.SERVER_DONE, Fault.RESET, Fault.CUT_JSON, Fault.HTML_DONE)
LOOKED_AT_ANYWAY: Final = {(op, kind) for op in ("save", "audit") for kind in _DONE_BUT_UNSAID}
"""After these the bill is looked at whatever the answer said: what was done, and was not said, changes no run alone."""
_SEED: Final = 20250131
_PARTS: Final = range(4)


def part(plans: Iterator[Plan], number: int) -> Iterator[Plan]:
    """Every fourth plan, so that processes share the work."""
    return islice(plans, number, None, len(_PARTS))


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_points_of_a_scenario_are_counted(name: str) -> None:
    """A call that nobody listed fails here, before it can be forgotten below."""
    world = play(name)
    assert world.points == POINTS[name]
    assert set(states(world).values()) == {State.DONE}


def test_every_operation_is_struck_in_some_scenario() -> None:
    """An operation that no run without a fault has is met by no single fault; one that KINDS lacks by none at all."""
    assert {op for name in SCENARIOS for op in play(name).ops or ()} == KINDS.keys() - OF_HANDLERS


def test_every_kind_of_fault_strikes_somewhere() -> None:
    """A kind that no call can meet would be a name only."""
    assert {kind for kinds in KINDS.values() for kind in kinds} == set(Fault)


def test_every_kind_changes_some_run_at_every_operation() -> None:
    """A kind that is listed where it can do nothing would be counted, and prove nothing."""
    shown = {name: _shown(name, {}) for name in sorted(SCENARIOS, key=POINTS.__getitem__)}
    places = defaultdict[tuple[str, Fault], list[tuple[str, Plan]]](list)
    for name in shown:
        ops = play(name).ops or []
        for plan in strikes_after(name, {}, rereads=False):
            ((point, kind),) = plan.items()
            places[ops[point - 1], kind].append((name, plan))
    listed = {(op, kind) for op, kinds in KINDS.items() for kind in kinds if op not in OF_HANDLERS}
    idle = {pair for pair in listed if all(_shown(*place) == shown[place[0]] for place in places[pair])}
    assert idle == LOOKED_AT_ANYWAY


def _shown(name: str, plan: Plan) -> tuple[list[str], list[object]]:
    """All that can be seen of a run but the fault's own name, and what a world at rest reads once more after one."""
    world = play(name, plan, trace=True, rereads=False)
    fault = "".join(f": {kind}" for kind in plan.values())
    return [line.removesuffix(fault) for line in world.trace or ()], list(world.journal.lines)


@pytest.mark.parametrize("number", _PARTS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_one_fault_at_every_point(name: str, number: int) -> None:
    """Every kind at every point: nothing doubled, lost or stuck, and every payment is booked."""
    for plan in part(singles(name), number):
        assert_ends_well(name, plan)


@pytest.mark.parametrize("number", _PARTS)
def test_every_two_faults_on_the_way_of_one_payment(number: int) -> None:
    """From the first call of fetch to the message's end, each pair; those of the time after it in `make soak`."""
    end = (play("one_payment").ops or []).index("delete") + 1
    for plan in part(pairs("one_payment", last_point=end), number):
        assert_ends_well("one_payment", plan)


@pytest.mark.parametrize("name", ["two_of_one", "a_draft", "decided_meanwhile", "ten_with_two_faulty", "called_back"])
def test_two_faults(name: str) -> None:
    """Pairs of points and kinds, drawn by chance from one seed."""
    for plan in by_chance(name, 2, 250, _SEED):
        assert_ends_well(name, plan)


@pytest.mark.parametrize("name", ["one_payment", "two_of_one", "decided_meanwhile"])
def test_three_faults(name: str) -> None:
    """Triples, drawn by chance from one seed; far more of them in `make soak`."""
    for plan in by_chance(name, 3, 400, _SEED):
        assert_ends_well(name, plan)


def test_a_slow_erp_is_cut_at_a_safe_place() -> None:
    """More work than one invocation has time for: nothing begins that cannot be recorded, and all is booked."""
    assert set(states(play_slow_erp()).values()) == {State.DONE}


def test_a_bill_has_one_owner_even_if_the_erp_names_it_twice() -> None:
    """The unique claim refuses the second payment, which waits for a person."""
    world = play_one_bill_for_all()
    assert max(map(str, states(world).values())) == State.REVIEW
