"""One pair of queues per back end, and what may befall them: the fakes, the adapters on moto and on a local AWS."""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import moto.core.utils
import pytest
from botocore.exceptions import ClientError

from cloud.deployed import eventually
from fakes.journal import MemoryJournal
from fakes.queue import MemoryInbox, MemoryOutbox, MemoryQueue
from fakes.system import FakeClock, SeededIds
from paysync.adapters.aws.bodies import main_body, parse_body
from paysync.adapters.aws.queue import SqsInbox, SqsOutbox
from paysync.core.keys import PaymentKey
from paysync.core.records import Message, Received

if TYPE_CHECKING:
    from paysync.core.ports import Inbox, Outbox

VISIBILITY: Final = timedelta(minutes=15)
RETENTION: Final = timedelta(days=4)
SPENT: Final = 3
"""After so many deliveries SQS gives a message up."""
_OF_DEAD: Final = timedelta(seconds=30)
"""SQS's own visibility, where none is set."""


class MemoryQueues:
    """The fakes."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        ids = SeededIds()
        self.dead = MemoryQueue(self.clock, ids, visibility=_OF_DEAD, retention=RETENTION)
        self.queue = MemoryQueue(
            self.clock, ids, visibility=VISIBILITY, retention=RETENTION, max_receives=SPENT, dead_letters=self.dead
        )
        self._outbox = MemoryOutbox(self.queue, self.dead)
        self.outbox: Outbox = self._outbox
        self.inbox: Inbox = MemoryInbox(self.queue)

    def refuse(self, *keys: PaymentKey) -> None:
        """The service does not take messages of these keys."""
        self._outbox.refused |= set(keys)

    def put(self, message: Message, *, delay: timedelta) -> None:
        """A message that can be received only later."""
        self.queue.put(message, delay=delay)

    def receive(self, limit: int = 10) -> Sequence[Received]:
        """What a poller gets."""
        return self.queue.receive(limit)

    def delete(self, receipt: str) -> None:
        """A poller has done with a message; whether the receipt still stands for it is the queue's matter."""
        self.queue.delete(receipt)

    def dead_letters(self) -> Sequence[Received]:
        """What lies in the dead-letter queue."""
        return self.dead.receive()

    def redrive(self) -> None:
        """What an operator does in the SQS console."""
        self.dead.redrive(self.queue)

    def shorten(self, visibility: timedelta) -> None:
        """Where time is real, no more of it shall pass than must."""

    def let_pass(self, span: timedelta) -> None:
        """So much later; where time is real, when a message shows."""
        self.clock.advance(span)

    def requests(self) -> int:
        """Requests for sending so far."""
        return self._outbox.requests


class SqsQueues:
    """The adapters on two fresh queues."""

    def __init__(self, sqs: Any, name: str, journal: MemoryJournal) -> None:
        self.sqs = sqs
        kept = {"MessageRetentionPeriod": _seconds(RETENTION)}
        self.dlq_url = sqs.create_queue(QueueName=f"{name}-dead", Attributes=kept)["QueueUrl"]
        given_up = json.dumps({"deadLetterTargetArn": self._arn(self.dlq_url), "maxReceiveCount": SPENT})
        settings = {**kept, "VisibilityTimeout": _seconds(VISIBILITY), "RedrivePolicy": given_up}
        self.queue_url = sqs.create_queue(QueueName=name, Attributes=settings)["QueueUrl"]
        self.outbox: Outbox = SqsOutbox(sqs, queue_url=self.queue_url, dlq_url=self.dlq_url, journal=journal)
        self.inbox: Inbox = SqsInbox(sqs, queue_url=self.queue_url, journal=journal)
        self._refused: set[PaymentKey] = set()
        self.refusals_left = 1_000
        self._sent = 0
        sqs.meta.events.register("before-parameter-build.sqs.SendMessageBatch", self._refuse)
        sqs.meta.events.register("after-call.sqs.SendMessageBatch", self._report)
        sqs.meta.events.register("before-send.sqs", self._count)
        self._held_back: list[dict[str, Any]] = []

    def refuse(self, *keys: PaymentKey) -> None:
        """The service does not take messages of these keys."""
        self._refused |= set(keys)

    def put(self, message: Message, *, delay: timedelta) -> None:
        """A message that can be received only later."""
        seconds = int(delay.total_seconds())
        self.sqs.send_message(QueueUrl=self.queue_url, MessageBody=main_body(message), DelaySeconds=seconds)

    def receive(self, limit: int = 10) -> Sequence[Received]:
        """What a poller gets."""
        return self._receive(self.queue_url, limit)

    def delete(self, receipt: str) -> None:
        """A poller has done with a message; whether the receipt still stands for it is the queue's matter."""
        with suppress(ClientError):
            self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=receipt)

    def dead_letters(self) -> Sequence[Received]:
        """What lies in the dead-letter queue."""
        return self._receive(self.dlq_url, 10)

    def redrive(self) -> None:
        """What an operator does in the SQS console."""
        source, target = self._arn(self.dlq_url), self._arn(self.queue_url)
        self.sqs.start_message_move_task(SourceArn=source, DestinationArn=target)
        eventually(
            lambda: self.sqs.list_message_move_tasks(SourceArn=source)["Results"][0]["Status"] == "COMPLETED",
            "all dead letters are moved",
        )

    def shorten(self, visibility: timedelta) -> None:
        """Where time is real, no more of it shall pass than must."""
        self.sqs.set_queue_attributes(QueueUrl=self.queue_url, Attributes={"VisibilityTimeout": _seconds(visibility)})

    def let_pass(self, span: timedelta) -> None:
        """So much later; where time is real, when a message shows."""
        eventually(lambda: self.outbox.waiting() > 0, f"a message shows within {span}")

    def requests(self) -> int:
        """Requests for sending so far."""
        return self._sent

    def _arn(self, url: str) -> str:
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return str(found["Attributes"]["QueueArn"])

    def _receive(self, url: str, limit: int) -> list[Received]:
        answer = self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=limit, MessageSystemAttributeNames=["ApproximateReceiveCount"]
        )
        return [
            Received(
                message["MessageId"],
                message["ReceiptHandle"],
                int(message["Attributes"]["ApproximateReceiveCount"]),
                parse_body(message["Body"]),
            )
            for message in answer.get("Messages", ())
        ]

    def _refuse(self, params: dict[str, Any], **_: object) -> None:
        def is_refused(entry: dict[str, Any]) -> bool:
            message = parse_body(entry["MessageBody"])
            return message is not None and message.key in self._refused and self.refusals_left > 0

        self._held_back = [entry for entry in params["Entries"] if is_refused(entry)]
        self.refusals_left -= len(self._held_back)
        if self._held_back:
            params["Entries"] = [entry for entry in params["Entries"] if entry not in self._held_back]
        if not params["Entries"]:  # an empty batch is not a request: let another message stand in
            params["Entries"] = [{"Id": "99", "MessageBody": "stand-in"}]

    def _report(self, parsed: dict[str, Any], **_: object) -> None:
        parsed["Successful"] = [entry for entry in parsed.get("Successful", ()) if entry["Id"] != "99"]
        parsed.setdefault("Failed", []).extend(
            {"Id": entry["Id"], "Code": "InternalError", "SenderFault": False} for entry in self._held_back
        )

    def _count(self, event_name: str, **_: object) -> None:
        self._sent += event_name.rsplit(".", 1)[-1] in {"SendMessage", "SendMessageBatch"}


class MotoQueues(SqsQueues):
    """The adapters on queues in this process, whose clock can be moved on."""

    def __init__(self, sqs: Any, name: str, journal: MemoryJournal, patch: pytest.MonkeyPatch) -> None:
        super().__init__(sqs, name, journal)
        self._passed = timedelta()
        now = moto.core.utils.utcnow
        patch.setattr(moto.core.utils, "utcnow", lambda: now() + self._passed)

    def shorten(self, visibility: timedelta) -> None:
        """Here time costs nothing."""

    def let_pass(self, span: timedelta) -> None:
        """So much later."""
        self._passed += span


Queues = MemoryQueues | SqsQueues


def _seconds(span: timedelta) -> str:
    return str(int(span.total_seconds()))
