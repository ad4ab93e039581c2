"""One transaction, sent until it is decided: what is waited out, what is an answer, what is raised."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from fakes.system import START
from paysync.adapters.aws.items import key
from paysync.adapters.aws.transactions import Transactions, backoff

if TYPE_CHECKING:
    from unit.adapters.aws.conftest import Ground

PLACE: Any = {**key("PAY#s#1", "ROW"), "owner": {"S": "me"}}


@pytest.fixture
def write(ground: "Ground") -> Transactions:
    """What sends them."""
    return Transactions(ground.client, "ledger", ground.clock, ground.ids)


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_collision_is_waited_out(ground: "Ground", write: Transactions, code: str) -> None:
    """Nothing was decided: the same request goes again under the same token, after a growing pause."""
    ground.wire.cancel(code, "None", times=3)
    assert write.send([write.put(PLACE)], "token") is None
    assert [call["ClientRequestToken"] for call in ground.wire.asked["TransactWriteItems"]] == ["token"] * 4
    assert timedelta(milliseconds=80) < ground.clock.now() - START < timedelta(milliseconds=200)


@pytest.mark.parametrize("code", ["TransactionInProgressException", "ThrottlingException"])
def test_a_collision_of_the_whole_request_is_one_too(ground: "Ground", write: Transactions, code: str) -> None:
    """Without reasons per action the error's own code speaks."""
    ground.wire.refuse("TransactWriteItems", code)
    assert write.send([write.put(PLACE)], "token") is None


def test_a_collision_that_lasts_is_raised(ground: "Ground", write: Transactions) -> None:
    """After nine tries and a few seconds; whoever asked is told, nothing is taken for done."""
    ground.wire.cancel("TransactionConflict", times=9)
    with pytest.raises(ClientError):
        write.send([write.put(PLACE)], "token")
    assert len(ground.wire.asked["TransactWriteItems"]) == 9
    assert ground.clock.now() - START < timedelta(seconds=5)


def test_a_refusal_beside_a_collision_is_an_answer(ground: "Ground", write: Transactions) -> None:
    """The condition that failed stands by itself; the other action says nothing of itself."""
    ground.wire.cancel("TransactionConflict", "ConditionalCheckFailed", items={1: PLACE})
    reasons = write.send([write.put(PLACE), write.put(PLACE)], "token")
    assert reasons
    assert [(reason.failed, reason.old) for reason in reasons] == [(False, None), (True, PLACE)]


def test_an_empty_item_means_that_nothing_stood_there(ground: "Ground", write: Transactions) -> None:
    """Some services send an empty one instead of none."""
    ground.wire.cancel("ConditionalCheckFailed", items={0: {}})
    reasons = write.send([write.put(PLACE)], "token")
    assert reasons
    assert reasons[0].old is None


@pytest.mark.parametrize("codes", [("ValidationError",), ("TransactionConflict", "ItemCollectionSizeLimitExceeded")])
def test_any_other_reason_is_raised_at_once(ground: "Ground", write: Transactions, codes: tuple[str, ...]) -> None:
    """Repeating would not help; also beside a collision."""
    ground.wire.cancel(*codes)
    with pytest.raises(ClientError):
        write.send([write.put(PLACE)], "token")
    assert len(ground.wire.asked["TransactWriteItems"]) == 1


def test_another_error_is_raised_at_once(ground: "Ground", write: Transactions) -> None:
    """No reasons, no collision: a missing table, a missing right."""
    ground.wire.refuse("TransactWriteItems", "AccessDeniedException")
    with pytest.raises(ClientError):
        write.send([write.put(PLACE)], "token")


def test_pauses_grow_to_a_second_and_are_jittered() -> None:
    """Somewhere in the upper half, so that two that met do not meet again."""
    assert [backoff(attempt, 1) / timedelta(milliseconds=1) for attempt in range(7)] == [
        25,
        50,
        100,
        200,
        400,
        800,
        1000,
    ]
    assert backoff(3, 0) == timedelta(milliseconds=100)
