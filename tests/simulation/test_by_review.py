"""What readers of the code have found: each sequence of events as they wrote it down, played in the whole world."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final

import pytest

from paysync.core.bills import BillStatus
from paysync.core.keys import PaymentKey
from paysync.core.records import Message, Row
from paysync.core.states import State
from paysync.core.times import NEVER
from simulation.pair import NAME
from simulation.people import replay_all
from simulation.scenarios import apply, pay
from simulation.world import World

P1: Final = PaymentKey(NAME, "P1")


def row(world: World) -> Row:
    return world.ledger.table[P1]


@pytest.mark.parametrize("stale_first", [False, True])
def test_a_dead_letter_is_not_deleted_by_the_word_of_a_copy(*, stale_first: bool) -> None:
    """A redrive may bring a letter together with a copy that SQS had moved itself: the letter opens the row again."""
    world = World(plan={})
    application = apply(world, "FK-1", "100.00", status=BillStatus.SUBMITTED)
    pay(world, "P1", "FK-1", "100.00")
    world.fetch()
    world.run_for(timedelta(minutes=10))
    assert (row(world).state, len(world.dead_letters)) == (State.REJECTED, 1)
    application.status = BillStatus.AUDITED
    copy = Message(P1, row(world).payment.digest)
    if stale_first:
        world.queue.put(copy)
    world.dead_letters.redrive(world.queue)
    if not stale_first:
        world.queue.put(copy)

    world.run_for(timedelta(hours=1))
    world.stop()

    assert (row(world).state, row(world).wake_at) == (State.DONE, NEVER)
    assert [bill.reference for bill in world.books.bills.values()] == ["P1"]


@pytest.mark.parametrize("shown", [{"payableAmount": Decimal("1000.00")}, {"payableAmount": "x"}])
def test_what_maycur_has_corrected_back_is_what_a_replay_books(shown: Mapping[str, object]) -> None:
    """A wrong amount that was shown for an hour is neither booked nor in the way of the right one."""
    world = World(plan={})
    application = apply(world, "FK-1", "1000.00", status=BillStatus.SUBMITTED)
    listed = pay(world, "P1", "FK-1", "100.00")
    right = dict(listed.raw)
    for raw in (right, {**right, **shown}, right):
        listed.raw = raw
        world.fetch()
        world.deep_scan()
        world.run_for(timedelta(minutes=10))
    assert row(world).state is State.REJECTED
    application.status = BillStatus.AUDITED

    replay_all(world)
    world.run_for(timedelta(hours=1))
    world.stop()

    assert row(world).state is State.DONE
    assert [(bill.amount, bill.status) for bill in world.books.bills.values()] == [
        (Decimal("100.00"), BillStatus.AUDITED)
    ]


def test_a_scheme_under_another_name_books_nothing_again() -> None:
    """Its keys are new to the ledger, the bills are not: each waits for a person, who is told whose the bill is."""
    first = World(plan={})
    apply(first, "FK-1", "100.00")
    pay(first, "P1", "FK-1", "40.00")
    first.fetch()
    first.run_for(timedelta(minutes=30))
    first.stop()
    assert row(first).state is State.DONE

    former, again = PaymentKey("former-name", "P1"), World(plan={})
    again.books.applications, again.books.bills = first.books.applications, first.books.bills
    for bill in again.books.bills.values():
        bill.pushed_for = former
        again.ledger.claims[bill.key] = former
    again.maycur.rows = first.maycur.rows
    again.fetch()
    again.run_for(timedelta(hours=1))
    again.stop()

    why = row(again).diagnosis
    assert (row(again).state, why and str(why.code)) == (State.REVIEW, "bill.claimed")
    assert why
    assert dict(why.details)["owner"] == "P1 --scheme former-name"
    assert len(again.books.bills) == 1


def test_a_payment_whose_message_is_lost_does_not_wait_for_the_queue_to_be_empty() -> None:
    """One message that is put off for hours is no backlog: nobody else has to wait for it."""
    world = World(plan={})
    apply(world, "FK-1", "100.00")
    pay(world, "P1", "FK-1", "100.00")
    world.outbox.loses_until = world.now + timedelta(minutes=5)
    world.fetch()
    world.run_for(timedelta(seconds=30))
    assert (row(world).state, len(world.queue)) == (State.NEW, 0)
    world.queue.put(None, delay=timedelta(hours=4))

    world.run_for(timedelta(hours=1))
    world.stop()

    assert row(world).state is State.DONE
