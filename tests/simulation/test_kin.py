"""The bugs of our kin: how other programs of this kind doubled or lost money, each tried on ours.

Two more stand where their code stands: a dead letter deleted too early (unit/adapters/aws/test_dead_letters.py) and a
word in a good answer taken for a lost session (unit/adapters/k3cloud/test_answers.py).
"""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from paysync.core.keys import PaymentKey
from paysync.core.records import Message
from paysync.core.states import Event, State
from simulation.faults import Fault
from simulation.hub import Killed
from simulation.pair import NAME
from simulation.people import replay_all
from simulation.scenarios import apply, one_payment, pay, play, states
from simulation.world import Load, World

pytestmark = pytest.mark.simulation

ERP_WRITES: Final = frozenset({"make", "save", "submit", "audit"})
P1: Final = PaymentKey(NAME, "P1")
TEMPLATE: Final = Path(__file__).parents[2] / "template.yaml"


def afterwards(world: World, does: Callable[[World], object]) -> list[str]:
    """The calls that follow when somebody does something to a world that had come to rest."""
    world.ops = []
    does(world)
    world.run_for(timedelta(hours=1))
    return world.ops


def batch(place: int = 0, op: str = "", fault: Fault | None = None) -> World:
    """Three payments of three applications, an hour later, with one fault at the so-manieth call of a kind."""
    ops = batch().ops or [] if fault else []
    points = [point for point, name in enumerate(ops, 1) if name == op]
    world = World(plan={points[place]: fault} if fault else {}, load=Load())
    world.ops = []
    for number in range(1, 4):
        apply(world, f"FK-{number}", "10.00")
        pay(world, f"P{number}", f"FK-{number}", "10.00")
    world.fetch()
    world.run_for(timedelta(seconds=8))
    return world


def copies(world: World) -> None:
    """Messages under new ids, as the console's redrive and a second producer make them, of every attempt there was."""
    row = world.ledger.table[P1]
    for attempt in (None, *range(row.fence + 1)):
        world.queue.put(Message(P1, row.payment.digest, attempt))


@pytest.mark.parametrize("way", [replay_all, copies], ids=["the command", "the queue"])
def test_a_replay_path_that_goes_past_the_ledger(way: Callable[[World], None]) -> None:
    """Kin: a re-sent message of a booked payment was pushed again. Ours: the ledger decides, and no call is made."""
    world = play("one_payment")
    bills, told = len(world.books.bills), world.ledger.history(P1)
    assert not ERP_WRITES & set(afterwards(world, way))
    assert len(world.books.bills) == bills == 1
    assert len(world.queue) == 0
    assert world.ledger.history(P1) == told


@pytest.mark.parametrize("op", ["save", "submit", "audit"])
def test_a_batch_call_s_failed_entry_is_not_ignored(op: str) -> None:
    """Kin: a batch that said 200 counted as done with all its entries. Ours: the one that was skipped is not DONE."""
    world = batch(0, op, Fault.PARTIAL)
    ends = sorted(states(world).values())
    assert ends.count(State.DONE) == 2
    world.settle()
    assert set(states(world).values()) == {State.DONE}


@pytest.mark.parametrize(("op", "claims"), [("submit", Event.SUBMITTED), ("audit", Event.COMPLETED)])
def test_no_audit_entry_for_what_was_skipped(op: str, claims: Event) -> None:
    """Kin: the trail said "audited" of a bill that the batch had skipped. Ours: only what was done."""
    world = batch(0, op, Fault.PARTIAL)
    (skipped,) = [row for row in world.ledger.table.values() if row.state is not State.DONE]
    assert claims not in {entry.event for entry in world.ledger.history(skipped.key)}


def test_no_audit_entry_for_a_replay_that_did_nothing() -> None:
    """Kin: every run of the replay left "replayed" behind. Ours: a payment that is DONE keeps its history as it is."""
    world = play("one_payment")
    told = world.ledger.history(P1)
    afterwards(world, replay_all)
    assert world.ledger.history(P1) == told


def test_retries_are_counted_for_each_payment() -> None:
    """Kin: one bad entry used up the tries of the whole job. Ours: a throttled payment's neighbours know of none."""
    world = batch(1, "make", Fault.THROTTLED)
    retries = {row.key.code: row.retries for row in world.ledger.table.values()}
    assert sorted(retries.values()) == [0, 0, 1]
    assert {row.state for row in world.ledger.table.values() if row.retries == 0} == {State.DONE}


def _everything_but_the_ledger_is_gone(world: World) -> None:
    world.queue.held.clear()
    if world.current is not None:
        raise Killed


def test_state_that_dies_with_the_disk() -> None:
    """Kin: what was in flight stood in a local file. Ours: at any call, all but the ledger may vanish for ever."""
    for point in range(1, play("one_payment").points + 1):
        world = World(plan={}, load=Load())
        world.acts = {point: lambda world=world: _everything_but_the_ledger_is_gone(world)}  # type: ignore[misc]  # bound now
        one_payment(world)
        world.fetch()
        world.run_for(timedelta(minutes=30))
        world.settle()
        assert states(world) == {"P1": State.DONE}, point


def test_the_ledger_outlives_its_stack() -> None:
    """Kin: the database went with the deployment. Ours: it is retained, protected, restorable, and forgets nothing."""
    (ledger,) = re.findall(r"(?ms)^  Ledger:\n(.*?)^  \w", TEMPLATE.read_text(encoding="utf-8"))
    for line in (
        "DeletionPolicy: Retain",
        "UpdateReplacePolicy: Retain",
        "DeletionProtectionEnabled: true",
        "PointInTimeRecoveryEnabled: true",
    ):
        assert line in ledger
    assert "TimeToLive" not in ledger
