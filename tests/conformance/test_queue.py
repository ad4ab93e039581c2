"""What the queue's two sides promise, asked of the fake, of the adapters on moto, and of them on a local AWS."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from conformance.conftest import ADAPTERS, BACKENDS, Connect, connection, unique
from fakes import builders as b
from fakes.journal import MemoryJournal
from fakes.queue import MemoryInbox, MemoryOutbox, MemoryQueue
from fakes.system import FakeClock, SeededIds
from paysync.adapters.aws.bodies import parse_body
from paysync.adapters.aws.queue import DeadLetters, SqsInbox, SqsOutbox
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.keys import PaymentKey
from paysync.core.records import Letter, Message, Received

if TYPE_CHECKING:
    from paysync.core.ports import Inbox, Outbox

WHY = Diagnosis.of(Code.ERP_RULE, vendor="单据转换规则不存在")


class MemoryBench:
    """The fakes."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        ids = SeededIds()
        self.dead = MemoryQueue(self.clock, ids)
        self.queue = MemoryQueue(self.clock, ids, dead_letters=self.dead)
        self._outbox = MemoryOutbox(self.queue, self.dead)
        self.outbox: Outbox = self._outbox
        self.inbox: Inbox = MemoryInbox(self.queue)

    def refuse(self, *keys: PaymentKey) -> None:
        """The service does not take messages of these keys."""
        self._outbox.refused |= set(keys)

    def receive(self, limit: int = 10) -> Sequence[Received]:
        """What a poller gets."""
        return self.queue.receive(limit)

    def dead_letters(self) -> Sequence[Received]:
        """What lies in the dead-letter queue."""
        return self.dead.receive()

    def requests(self) -> int:
        """Requests for sending so far."""
        return self._outbox.requests


class SqsBench:
    """The adapters on two fresh queues."""

    def __init__(self, connect: Connect, journal: MemoryJournal) -> None:
        self.sqs = sqs = connect("sqs")
        name = unique()
        self.dlq_url = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        self.queue_url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "900"})["QueueUrl"]
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

    def receive(self, limit: int = 10) -> Sequence[Received]:
        """What a poller gets."""
        return self._receive(self.queue_url, limit)

    def dead_letters(self) -> Sequence[Received]:
        """What lies in the dead-letter queue."""
        return self._receive(self.dlq_url, 10)

    def requests(self) -> int:
        """Requests for sending so far."""
        return self._sent

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


Bench = MemoryBench | SqsBench


@pytest.fixture(params=BACKENDS)
def bench(request: pytest.FixtureRequest, journal: MemoryJournal) -> Iterator[Bench]:
    """Fresh queues of each kind."""
    if request.param == "memory":
        yield MemoryBench()
        return
    yield SqsBench(connection(request, request.param), journal)


def messages(many: int) -> list[Message]:
    """Messages of different payments."""
    return [Message(b.key(f"PAY-{i}"), f"d{i}") for i in range(many)]


def drained(bench: Bench) -> list[Received]:
    """All that can be received now."""
    found: list[Received] = []
    while batch := bench.receive():
        found += batch
    return found


def test_messages_arrive_as_they_were_sent(bench: Bench) -> None:
    """Key, digest and attempt come back; each is a first delivery; ten travel in a request."""
    sent = [*messages(22), Message(b.key("再付一次"), "d", 4)]
    assert bench.outbox.send(sent) == frozenset()
    assert bench.requests() == 3
    found = drained(bench)
    assert {one.message for one in found} == set(sent)
    assert {one.receives for one in found} == {1}


def test_sending_nothing_asks_nothing(bench: Bench) -> None:
    """No message, no request."""
    assert bench.outbox.send([]) == frozenset()
    assert bench.requests() == 0


def test_unconfirmed_messages_are_named(bench: Bench) -> None:
    """Those that the service refused, also at the second try; the others have arrived."""
    sent = messages(12)
    bench.refuse(sent[3].key, sent[11].key)
    assert bench.outbox.send(sent) == {sent[3].key, sent[11].key}
    arrived = {one.message for one in drained(bench) if one.message}
    assert arrived == {message for message in sent if message not in {sent[3], sent[11]}}


def test_waiting_counts_what_could_be_received_now(bench: Bench) -> None:
    """What is in flight, or put off for hours, keeps nobody from being woken."""
    bench.outbox.send(messages(5))
    bench.receive(2)
    assert bench.outbox.waiting() == 3


def test_a_received_message_is_out_of_sight(bench: Bench) -> None:
    """Until its visibility ends, which `postpone` moves; each delivery counts."""
    bench.outbox.send(messages(1))
    (first,) = bench.receive()
    assert bench.receive() == []
    bench.inbox.postpone(first, timedelta())
    (again,) = bench.receive()
    assert (again.id, again.message, again.receives) == (first.id, first.message, 2)
    bench.inbox.postpone(again, timedelta(hours=20))
    assert bench.receive() == []


def test_postponing_what_is_gone_loses_nothing(bench: Bench, journal: MemoryJournal) -> None:
    """A receipt that is worth nothing any more is told, not raised."""
    bench.inbox.postpone(Received("id", "id/1", 1, Message(b.key(), "d")), timedelta(minutes=1))
    if isinstance(bench, SqsBench):
        assert [(line.what, line.key) for line in journal.lines] == [("message not postponed", b.key())]


def test_a_dead_letter_arrives(bench: Bench) -> None:
    """With the attempt that was refused, so that its redrive re-opens just that rejection."""
    letter = Letter(Message(b.key(), "d", 3), WHY)
    assert bench.outbox.bury(letter)
    (found,) = bench.dead_letters()
    assert found.message == letter.message
    assert bench.outbox.waiting() == 0


class TestSqsOnly:
    """What the fixed interfaces say about bodies and attributes, and reading dead letters for replay."""

    @pytest.fixture(params=ADAPTERS)
    def sqs(self, request: pytest.FixtureRequest, journal: MemoryJournal) -> SqsBench:
        """The adapters only."""
        return SqsBench(connection(request, request.param), journal)

    def test_the_letter_has_the_fixed_form(self, sqs: SqsBench) -> None:
        """Attributes to filter by; body with scheme, key, digest, attempt and the whole diagnosis."""
        sqs.outbox.bury(Letter(Message(b.key(), "d", 3), WHY))
        (message,) = sqs.sqs.receive_message(QueueUrl=sqs.dlq_url, MessageAttributeNames=["All"])["Messages"]
        assert {name: value["StringValue"] for name, value in message["MessageAttributes"].items()} == {
            "scheme": b.SCHEME,
            "key": "PAY-1",
            "code": "erp.rule",
            "class": "permanent",
            "reason": "单据转换规则不存在",
        }
        body = json.loads(message["Body"])
        assert {name: body[name] for name in ("scheme", "key", "digest", "attempt")} == {
            "scheme": b.SCHEME,
            "key": "PAY-1",
            "digest": "d",
            "attempt": 3,
        }
        assert body["diagnosis"] == json.loads(json.dumps(WHY.as_json()))

    def test_a_refused_entry_is_tried_once_more(self, sqs: SqsBench) -> None:
        """A passing trouble of the service is not the caller's matter."""
        sent = messages(3)
        sqs.refuse(sent[1].key)
        sqs.refusals_left = 1
        assert sqs.outbox.send(sent) == frozenset()
        assert sqs.requests() == 2
        assert {one.message for one in drained(sqs)} == set(sent)

    def test_odd_characters_do_not_lose_a_letter(self, sqs: SqsBench) -> None:
        """What SQS forbids is replaced in attributes and escaped in the body; a long reason is cut."""
        odd = Diagnosis.of(Code.ERP_RULE, vendor="\x00\ud800\uffff" + "很长" * 400)
        letter = Letter(Message(b.key("键\x01\ufffe"), "d", 1), odd)
        assert sqs.outbox.bury(letter)
        assert [found.message for found in sqs.dead_letters()] == [letter.message]

    def test_an_unconfirmed_letter_is_told(self, sqs: SqsBench, journal: MemoryJournal) -> None:
        """False, and a line in the journal: the row still owes it."""
        broken = SqsOutbox(sqs.sqs, queue_url=sqs.queue_url, dlq_url=sqs.dlq_url + "-gone", journal=journal)
        assert not broken.bury(Letter(Message(b.key(), "d", 1), WHY))
        assert [line.what for line in journal.lines] == ["dead letter not confirmed"]

    def test_a_batch_that_fails_altogether_is_unconfirmed(self, sqs: SqsBench, journal: MemoryJournal) -> None:
        """All of its keys are named."""
        broken = SqsOutbox(sqs.sqs, queue_url=sqs.queue_url + "-gone", dlq_url=sqs.dlq_url, journal=journal)
        assert broken.send(messages(2)) == {b.key("PAY-0"), b.key("PAY-1")}

    def test_dead_letters_are_read_and_deleted_entry_by_entry(self, sqs: SqsBench) -> None:
        """Ours and those that SQS moved; a receipt that cannot be deleted is named."""
        sqs.outbox.bury(Letter(Message(b.key(), "d", 3), WHY))
        sqs.sqs.send_message(QueueUrl=sqs.dlq_url, MessageBody='{"scheme": "s", "key": "PAY-2", "digest": "d"}')
        sqs.sqs.send_message(QueueUrl=sqs.dlq_url, MessageBody="not json")
        letters = DeadLetters(sqs.sqs, dlq_url=sqs.dlq_url)
        found = letters.receive()
        assert {(one.received.message and one.received.message.key.code, one.code) for one in found} == {
            ("PAY-1", "erp.rule"),
            ("PAY-2", ""),
            (None, ""),
        }
        assert letters.receive() == []
        letters.release([found[0].received.receipt])
        assert [one.received.id for one in letters.receive()] == [found[0].received.id]
        assert letters.delete([one.received.receipt for one in found[1:]]) == frozenset()
        assert letters.delete(["worthless"]) == {"worthless"}
        assert letters.waiting() == 1
