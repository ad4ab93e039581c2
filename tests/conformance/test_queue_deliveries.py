"""How often, when and under which id a queue delivers: what a simulation on the fake queue takes for granted."""

from datetime import timedelta
from typing import Final

import pytest

from conformance.conftest import BACKENDS
from conformance.queues import RETENTION, SPENT, VISIBILITY, Queues
from fakes import builders as b
from paysync.core.records import Message, Received

MEMORY, MOTO, CLOUD = BACKENDS
MESSAGE: Final = Message(b.key(), "d", 4)
AT_ONCE: Final = timedelta()
A_MOMENT: Final = timedelta(seconds=1)
AN_HOUR: Final = timedelta(hours=1)

not_on_moto: Final = pytest.mark.parametrize("queues", [MEMORY, CLOUD], indirect=True)
not_on_the_local_aws: Final = pytest.mark.parametrize("queues", [MEMORY, MOTO], indirect=True)


def received(queues: Queues) -> Received:
    """The one message that there is to receive."""
    (one,) = queues.receive()
    return one


def given_up(queues: Queues, *, after: timedelta = AT_ONCE) -> Received:
    """A message is received as often as it may be, and SQS notices at the next receive; the last delivery."""
    queues.outbox.send([MESSAGE])
    queues.let_pass(after)
    for _ in range(SPENT):
        last = received(queues)
        queues.inbox.postpone(last, AT_ONCE)
    assert last.receives == SPENT
    assert queues.receive() == []
    return last


def test_a_message_comes_back_when_its_visibility_ends(queues: Queues) -> None:
    """The same message, delivered once more, and counted; until then nobody sees it."""
    queues.shorten(A_MOMENT)
    queues.outbox.send([MESSAGE])
    first = received(queues)
    assert queues.receive() == []
    queues.let_pass(VISIBILITY)
    again = received(queues)
    assert (again.id, again.message, again.receives) == (first.id, MESSAGE, 2)


def test_a_deleted_message_does_not_come_back(queues: Queues) -> None:
    """Neither at once, nor when its visibility would have ended."""
    queues.outbox.send([MESSAGE])
    one = received(queues)
    queues.inbox.postpone(one, AT_ONCE)
    again = received(queues)
    queues.delete(again.receipt)
    queues.inbox.postpone(again, AT_ONCE)
    assert queues.receive() == []


@not_on_moto
def test_the_receipt_of_an_earlier_delivery_is_worth_nothing(queues: Queues) -> None:
    """It neither deletes the message nor shows it: whoever was overtaken cannot harm. moto honours every receipt."""
    queues.outbox.send([MESSAGE])
    stale = received(queues)
    queues.inbox.postpone(stale, AT_ONCE)
    fresh = received(queues)
    queues.inbox.postpone(stale, AT_ONCE)
    assert queues.receive() == []
    queues.delete(stale.receipt)
    queues.inbox.postpone(fresh, AT_ONCE)
    assert received(queues).receives == 3


def test_a_spent_message_goes_to_the_dead_letters_under_its_own_id(queues: Queues) -> None:
    """After maxReceiveCount deliveries, at the next receive, and no sooner."""
    last = given_up(queues)
    # how a dead letter's own deliveries are counted is not compared: nobody reads it, and the fake begins anew where
    # moto and the local AWS go on
    (dead,) = queues.dead_letters()
    assert (dead.id, dead.message) == (last.id, MESSAGE)
    assert queues.outbox.waiting() == 0


@not_on_moto
def test_a_redriven_message_has_a_new_id_and_a_count_of_one(queues: Queues) -> None:
    """So that it may fail as often as before. moto has no StartMessageMoveTask."""
    last = given_up(queues)
    queues.redrive()
    again = received(queues)
    assert (again.message, again.receives) == (MESSAGE, 1)
    assert again.id != last.id
    assert list(queues.dead_letters()) == []


def test_a_delayed_message_shows_later(queues: Queues) -> None:
    """It is neither received nor counted as waiting before."""
    queues.put(MESSAGE, delay=A_MOMENT)
    assert queues.receive() == []
    assert queues.outbox.waiting() == 0
    queues.let_pass(A_MOMENT)
    assert received(queues).receives == 1


@not_on_the_local_aws
def test_retention_runs_from_the_first_send(queues: Queues) -> None:
    """Also through the dead letters: a move makes nothing younger. On a real clock it is a minute at least."""
    given_up(queues, after=AN_HOUR)
    queues.let_pass(RETENTION - AN_HOUR - VISIBILITY)
    (dead,) = queues.dead_letters()
    assert dead.message == MESSAGE
    queues.let_pass(VISIBILITY)
    assert list(queues.dead_letters()) == []


@not_on_the_local_aws
def test_what_nobody_received_in_time_is_gone(queues: Queues) -> None:
    """That is why the ledger is the truth, and the queue only wakes somebody up."""
    queues.outbox.send([MESSAGE])
    queues.let_pass(RETENTION - VISIBILITY)
    assert received(queues).message == MESSAGE
    queues.let_pass(VISIBILITY)
    assert queues.receive() == []
