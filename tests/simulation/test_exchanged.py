"""Two payments whose documents were interchanged, and corrected before they were pushed."""

from datetime import timedelta

from fakes.system import START
from paysync.core.states import State
from simulation.hub import SECOND
from simulation.scenarios import apply, pay, states
from simulation.world import World


def test_each_is_booked_from_the_document_that_it_is_for() -> None:
    """Both wait for a person, both corrections are accepted, and neither waits for the other's lock."""
    world = World(plan={})
    for number, code in (("FK-1", "P1"), ("FK-2", "P2")):
        apply(world, number, "40.00")
        pay(world, code, number, "40.00")
    world.outbox.loses_until = START + 1.5 * SECOND
    world.later(timedelta(minutes=5), lambda: _exchange(world))
    world.fetch()
    world.run_for(timedelta(minutes=30))
    assert set(states(world).values()) == {State.REVIEW}
    world.settle()
    assert states(world) == {"P1": State.DONE, "P2": State.DONE}
    made_from = {bill.reference: [one.id for one in bill.sources] for bill in world.books.bills.values()}
    assert made_from == {"P1": ["id-FK-2"], "P2": ["id-FK-1"]}


def _exchange(world: World) -> None:
    first, second = world.maycur.rows
    numbers = first.raw["payeeTargetBusinessCode"], second.raw["payeeTargetBusinessCode"]
    for row, number in zip((second, first), numbers, strict=True):
        world.maycur.edit(row, row.raw | {"payeeTargetBusinessCode": number})
    world.fetch()
