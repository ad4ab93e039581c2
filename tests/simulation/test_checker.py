"""What the checker must not let pass, written into the ledger by hand: no run of ours goes that way."""

from datetime import timedelta
from typing import Final

import pytest

from paysync.core.keys import PaymentKey
from paysync.core.records import Change, Entry
from paysync.core.states import Event, State
from simulation.faults import Fault
from simulation.invariants import ViolationError
from simulation.pair import NAME
from simulation.scenarios import one_payment
from simulation.world import World

pytestmark = pytest.mark.simulation

P1: Final = PaymentKey(NAME, "P1")


@pytest.fixture
def world() -> World:
    """Its Push has no answer and left no bill: the payment waits for a person."""
    made = World(plan={22: Fault.TIMEOUT_NOT})
    one_payment(made)
    made.fetch()
    made.run_for(timedelta(hours=1))
    assert made.ledger.table[P1].state is State.REVIEW
    return made


def write(world: World, event: Event, actor: str, note: str = "", *, fence: int = 1) -> None:
    """The payment's next event, by this actor."""
    row = world.ledger.table[P1]
    after = row.moved(event, world.now, fence=row.fence + fence, doubt=None)
    entry = Entry(world.now, event, after.state, after.fence, actor, note=note)
    world.ledger.commit(Change(row, after, entry))


@pytest.mark.parametrize(
    ("actor", "note"),
    [("op-review", "accept changed content: right"), ("op-replay", "replay"), ("sweep", "confirm none (): none")],
)
def test_only_a_person_who_says_that_there_is_no_bill_opens_the_way_to_a_second_push(
    world: World, actor: str, note: str
) -> None:
    """Whatever else opens a payment whose Push is in doubt, a new intent is a violation."""
    write(world, Event.REOPENED, actor, note)
    with pytest.raises(ViolationError, match=r"^I7: P1: a new intent although"):
        write(world, Event.INTENT_WRITTEN, "push")


def test_after_a_person_has_said_so_an_intent_is_right(world: World) -> None:
    """One: after it there is nothing known again."""
    write(world, Event.REOPENED, "op-review", "confirm none (no bill shown): none")
    write(world, Event.INTENT_WRITTEN, "push")
    assert P1 in world.checker.doubts.open


def test_only_a_person_closes(world: World) -> None:
    """A payment that the system closes by itself is lost."""
    with pytest.raises(ViolationError, match=r"^I2: P1: closed by sweep"):
        write(world, Event.CLOSED, "sweep")


def test_a_fence_that_falls_is_a_violation(world: World) -> None:
    """Else an attempt of long ago would be the owner again."""
    with pytest.raises(ViolationError, match=r"^I8: P1: its fence fell"):
        write(world, Event.NOTED, "op-review", fence=-1)
