"""Lambda's event in, its partial batch answer out: only an acknowledged message may be deleted (I3)."""

from datetime import timedelta
from typing import Any

from fakes import builders as b
from paysync.adapters.aws.bodies import main_body
from paysync.adapters.aws.events import answer, received
from paysync.core.records import Message, Received
from paysync.core.turn import Acknowledge, GiveBack, Verdict


def record(id_: str, body: str, receives: int = 1) -> dict[str, Any]:
    """A record as Lambda hands it over."""
    return {
        "messageId": id_,
        "receiptHandle": f"handle-{id_}",
        "body": body,
        "attributes": {"ApproximateReceiveCount": str(receives), "SentTimestamp": "1740963600000"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }


def test_an_event_becomes_deliveries() -> None:
    """In order, unreadable bodies as None."""
    message = Message(b.key(), "d", 2)
    event = {"Records": [record("1", main_body(message), 3), record("2", "?")]}
    assert received(event) == [Received("1", "handle-1", 3, message), Received("2", "handle-2", 1, None)]


def test_all_but_the_acknowledged_comes_back() -> None:
    """Also a message that nobody has judged; what was not in the batch is not named."""
    batch = received({"Records": [record(id_, "?") for id_ in "123"]})
    verdicts: dict[str, Verdict] = {
        "1": Acknowledge(),
        "2": GiveBack(timedelta(seconds=1)),
        "9": GiveBack(timedelta(seconds=1)),
    }
    assert answer(batch, verdicts) == {"batchItemFailures": [{"itemIdentifier": "2"}, {"itemIdentifier": "3"}]}


def test_an_empty_list_means_that_all_is_done() -> None:
    """As AWS reads it."""
    batch = received({"Records": [record("1", "?")]})
    assert answer(batch, {"1": Acknowledge()}) == {"batchItemFailures": []}
