"""The queue and its dead-letter queue on SQS. A send counts only when SQS has confirmed that very entry."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from paysync.adapters.aws.bodies import letter_attributes, letter_body, main_body, parse_body, parse_code
from paysync.core.keys import PaymentKey
from paysync.core.ports import Journal
from paysync.core.records import Letter, Message, Received

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import (
        MessageAttributeValueTypeDef,
        MessageTypeDef,
        SendMessageBatchRequestEntryTypeDef,
    )

_AT_ONCE: Final = 10
_VISIBLE: Final = "ApproximateNumberOfMessages"
_SECOND: Final = timedelta(seconds=1)
_LONGEST_SECONDS: Final = 43_200 - 900
"""SQS counts its twelve hours from the delivery, and an invocation may have worked for fifteen minutes since."""
_TRIES: Final = 2


class SqsOutbox:
    """`core.ports.Outbox`. What is not confirmed is the caller's to know: the row stays open and sweep sends again."""

    def __init__(self, client: "SQSClient", *, queue_url: str, dlq_url: str, journal: Journal) -> None:
        self._client = client
        self._queue_url = queue_url
        self._dlq_url = dlq_url
        self._journal = journal

    def send(self, messages: Sequence[Message]) -> frozenset[PaymentKey]:
        """Tens per request; an entry that SQS refuses is tried once more."""
        unconfirmed: set[PaymentKey] = set()
        for start in range(0, len(messages), _AT_ONCE):
            left = list(messages[start : start + _AT_ONCE])
            for _ in range(_TRIES):
                left = self._unconfirmed(left) if left else left
            unconfirmed.update(message.key for message in left)
        return frozenset(unconfirmed)

    def bury(self, letter: Letter) -> bool:
        """One SendMessage to the dead-letter queue."""
        attributes: dict[str, MessageAttributeValueTypeDef] = {
            name: {"DataType": "String", "StringValue": value} for name, value in letter_attributes(letter).items()
        }
        try:
            self._client.send_message(
                QueueUrl=self._dlq_url, MessageBody=letter_body(letter), MessageAttributes=attributes
            )
        except (ClientError, BotoCoreError) as error:
            self._journal.tell("dead letter not confirmed", key=letter.message.key, error=str(error))
            return False
        return True

    def waiting(self) -> int:
        """By the queue's own, approximate, count."""
        asked = self._client.get_queue_attributes(QueueUrl=self._queue_url, AttributeNames=[_VISIBLE])
        return int(asked["Attributes"][_VISIBLE])

    def _unconfirmed(self, messages: Sequence[Message]) -> list[Message]:
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {"Id": str(place), "MessageBody": main_body(message)} for place, message in enumerate(messages)
        ]
        try:
            answer = self._client.send_message_batch(QueueUrl=self._queue_url, Entries=entries)
        except (ClientError, BotoCoreError) as error:
            self._journal.tell("messages not confirmed", count=len(messages), error=str(error))
            return list(messages)
        confirmed = {int(entry["Id"]) for entry in answer.get("Successful", ())}
        for failed in answer.get("Failed", ()):
            self._journal.tell("message refused", key=messages[int(failed["Id"])].key, code=failed["Code"])
        return [message for place, message in enumerate(messages) if place not in confirmed]


class SqsInbox:
    """`core.ports.Inbox`."""

    def __init__(self, client: "SQSClient", *, queue_url: str, journal: Journal) -> None:
        self._client = client
        self._queue_url = queue_url
        self._journal = journal

    def postpone(self, received: Received, span: timedelta) -> None:
        """One ChangeMessageVisibility. Where it fails, the message comes back when its visibility ends."""
        seconds = min(max(-(-span // _SECOND), 0), _LONGEST_SECONDS)
        try:
            self._client.change_message_visibility(
                QueueUrl=self._queue_url, ReceiptHandle=received.receipt, VisibilityTimeout=seconds
            )
        except (ClientError, BotoCoreError) as error:
            key = received.message.key if received.message else None
            self._journal.tell("message not postponed", key=key, error=str(error))


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message found in the dead-letter queue; `code` is empty where SQS itself moved it there."""

    received: Received
    code: str
    body: str


class DeadLetters:
    """The reading side of the dead-letter queue, for replay. A letter goes only when its re-send is confirmed."""

    def __init__(self, client: "SQSClient", *, dlq_url: str) -> None:
        self._client = client
        self._dlq_url = dlq_url

    def receive(
        self, *, hidden_for: timedelta = timedelta(minutes=5), wait: timedelta = timedelta()
    ) -> list[DeadLetter]:
        """Up to ten letters, out of others' sight for a while; empty when (about) none is left."""
        answer = self._client.receive_message(
            QueueUrl=self._dlq_url,
            MaxNumberOfMessages=_AT_ONCE,
            VisibilityTimeout=int(hidden_for.total_seconds()),
            WaitTimeSeconds=int(wait.total_seconds()),
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        )
        return [_letter(message) for message in answer.get("Messages", ())]

    def delete(self, receipts: Sequence[str]) -> frozenset[str]:
        """Delete entry by entry, tens per request; the receipts whose deletion was not confirmed."""
        return frozenset(receipt for batch in _tens(receipts) for receipt in self._undeleted(batch))

    def release(self, receipts: Sequence[str]) -> None:
        """Let letters that were only looked at be seen again at once; where it fails, they are seen a little later."""
        for batch in _tens(receipts):
            with suppress(ClientError, BotoCoreError):
                self._client.change_message_visibility_batch(
                    QueueUrl=self._dlq_url,
                    Entries=[
                        {"Id": str(place), "ReceiptHandle": receipt, "VisibilityTimeout": 0}
                        for place, receipt in enumerate(batch)
                    ],
                )

    def waiting(self) -> int:
        """About how many letters there are."""
        return depth(self._client, self._dlq_url)

    def _undeleted(self, batch: Sequence[str]) -> list[str]:
        try:
            answer = self._client.delete_message_batch(
                QueueUrl=self._dlq_url,
                Entries=[{"Id": str(place), "ReceiptHandle": receipt} for place, receipt in enumerate(batch)],
            )
        except (ClientError, BotoCoreError):  # a letter too many does no harm: the next replay prunes it
            return list(batch)
        confirmed = {int(entry["Id"]) for entry in answer.get("Successful", ())}
        return [receipt for place, receipt in enumerate(batch) if place not in confirmed]


def depth(client: "SQSClient", url: str) -> int:
    """About how many messages a queue holds: visible, in flight, delayed."""
    attributes = client.get_queue_attributes(
        QueueUrl=url,
        AttributeNames=[
            _VISIBLE,
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ],
    )["Attributes"]
    return sum(int(value) for value in attributes.values())


# ------------------------------------------------------------------------------------------------------------------


def _letter(message: "MessageTypeDef") -> DeadLetter:
    body = message.get("Body", "")
    receives = int(message.get("Attributes", {}).get("ApproximateReceiveCount", "1"))
    received = Received(message["MessageId"], message["ReceiptHandle"], receives, parse_body(body))
    return DeadLetter(received, parse_code(body), body)


def _tens(receipts: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(receipts), _AT_ONCE):
        yield receipts[start : start + _AT_ONCE]
