"""SQS answers entry by entry: what it did not confirm has not happened."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from fakes import aws
from fakes import builders as b
from fakes.journal import MemoryJournal
from paysync.adapters.aws.queue import SqsInbox, SqsOutbox, depth
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.records import Letter, Message, Received

LETTER = Letter(Message(b.key(), "d", 3), Diagnosis.of(Code.ERP_RULE, vendor="x"))
UNREACHABLE = EndpointConnectionError(endpoint_url="https://sqs.example")


class Queues:
    """Two queues on moto, the outbox and the inbox on them, and the wire."""

    def __init__(self, journal: MemoryJournal) -> None:
        self.sqs: Any = aws.client("sqs")
        self.url = self.sqs.create_queue(QueueName="main")["QueueUrl"]
        self.dlq = self.sqs.create_queue(QueueName="dead")["QueueUrl"]
        self.wire = aws.Wire(self.sqs)
        self.outbox = SqsOutbox(self.sqs, queue_url=self.url, dlq_url=self.dlq, journal=journal)
        self.inbox = SqsInbox(self.sqs, queue_url=self.url, journal=journal)


@pytest.fixture
def queues(moto: None, journal: MemoryJournal) -> Queues:  # noqa: ARG001 - it must be there
    """Empty."""
    return Queues(journal)


def messages(many: int) -> list[Message]:
    """Messages of different payments."""
    return [Message(b.key(f"PAY-{i}"), "d") for i in range(many)]


def failing(*places: str) -> Callable[[dict[str, Any]], None]:
    """An answer in which the entries at `places` have failed."""

    def change(answer: dict[str, Any]) -> None:
        answer["Successful"] = [entry for entry in answer["Successful"] if entry["Id"] not in places]
        answer["Failed"] = [{"Id": place, "Code": "InternalError", "SenderFault": False} for place in places]

    return change


def test_an_entry_that_failed_twice_is_unconfirmed(queues: Queues, journal: MemoryJournal) -> None:
    """The second request has only the entries that failed in the first; each failure is told with its payment."""
    queues.wire.edit("SendMessageBatch", failing("0"))
    assert queues.outbox.send(messages(3)) == {b.key("PAY-0")}
    assert [len(call["Entries"]) for call in queues.wire.asked["SendMessageBatch"]] == [3, 1]
    assert [(line.what, line.key) for line in journal.lines] == [("message refused", b.key("PAY-0"))] * 2


def test_an_answer_without_an_entry_confirms_nothing(queues: Queues) -> None:
    """Neither successful nor failed: not confirmed."""
    queues.wire.edit("SendMessageBatch", lambda answer: answer.pop("Successful"))
    assert queues.outbox.send(messages(2)) == {b.key("PAY-0"), b.key("PAY-1")}


def test_one_batch_that_does_not_arrive_leaves_the_others(queues: Queues, journal: MemoryJournal) -> None:
    """Each ten messages are a request of their own, tried twice."""
    queues.wire.let_pass("SendMessageBatch")
    queues.wire.fail("SendMessageBatch", UNREACHABLE)
    queues.wire.fail("SendMessageBatch", UNREACHABLE)
    assert queues.outbox.send(messages(25)) == {b.key(f"PAY-{i}") for i in range(10, 20)}
    assert [line.details["count"] for line in journal.lines] == [10, 10]


@pytest.mark.parametrize("error", [UNREACHABLE, ReadTimeoutError(endpoint_url="https://sqs.example")])
def test_a_letter_whose_answer_was_lost_is_not_confirmed(queues: Queues, journal: MemoryJournal, error: Any) -> None:
    """It is sent again by sweep: one letter too many does no harm, one too few would."""
    queues.wire.fail("SendMessage", error)
    assert not queues.outbox.bury(LETTER)
    assert [(line.what, line.key) for line in journal.lines] == [("dead letter not confirmed", b.key())]


@pytest.mark.parametrize(
    ("span", "seconds"),
    [
        (timedelta(seconds=90), 90),
        (timedelta(seconds=0.2), 1),
        (timedelta(seconds=-5), 0),
        (timedelta(days=2), 43_200 - 900),
    ],
)
def test_a_message_is_postponed_for_no_shorter_than_asked(queues: Queues, span: timedelta, seconds: int) -> None:
    """In whole seconds, and within the twelve hours that SQS counts from the delivery."""
    queues.outbox.send(messages(1))
    (found,) = queues.sqs.receive_message(QueueUrl=queues.url)["Messages"]
    queues.inbox.postpone(Received("1", found["ReceiptHandle"], 1, None), span)
    (asked,) = queues.wire.asked["ChangeMessageVisibility"]
    assert asked["VisibilityTimeout"] == seconds


def test_postponing_what_nobody_could_read_is_told_without_a_key(queues: Queues, journal: MemoryJournal) -> None:
    """There is none."""
    queues.inbox.postpone(Received("1", "worthless", 1, None), timedelta(minutes=1))
    assert [(line.what, line.key) for line in journal.lines] == [("message not postponed", None)]


def test_depth_counts_what_is_delayed_and_in_flight(queues: Queues) -> None:
    """All three are work that is not done."""
    queues.sqs.send_message(QueueUrl=queues.url, MessageBody="later", DelaySeconds=60)
    queues.outbox.send(messages(2))
    queues.sqs.receive_message(QueueUrl=queues.url, MaxNumberOfMessages=1)
    assert (depth(queues.sqs, queues.url), queues.outbox.waiting()) == (3, 1)
