"""What the queue's two sides promise, asked of the fake, of the adapters on moto, and of them on a local AWS."""

import json
from datetime import timedelta

import pytest

from conformance.conftest import ADAPTERS, connection, unique
from conformance.queues import Queues, SqsQueues
from fakes import builders as b
from fakes.journal import MemoryJournal
from paysync.adapters.aws.queue import DeadLetters, SqsOutbox
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.records import Letter, Message, Received

WHY = Diagnosis.of(Code.ERP_RULE, vendor="单据转换规则不存在")


def messages(many: int) -> list[Message]:
    """Messages of different payments."""
    return [Message(b.key(f"PAY-{i}"), f"d{i}") for i in range(many)]


def drained(queues: Queues) -> list[Received]:
    """All that can be received now."""
    found: list[Received] = []
    while batch := queues.receive():
        found += batch
    return found


def test_messages_arrive_as_they_were_sent(queues: Queues) -> None:
    """Key, digest and attempt come back; each is a first delivery; ten travel in a request."""
    sent = [*messages(22), Message(b.key("再付一次"), "d", 4)]
    assert queues.outbox.send(sent) == frozenset()
    assert queues.requests() == 3
    found = drained(queues)
    assert {one.message for one in found} == set(sent)
    assert {one.receives for one in found} == {1}


def test_sending_nothing_asks_nothing(queues: Queues) -> None:
    """No message, no request."""
    assert queues.outbox.send([]) == frozenset()
    assert queues.requests() == 0


def test_unconfirmed_messages_are_named(queues: Queues) -> None:
    """Those that the service refused, also at the second try; the others have arrived."""
    sent = messages(12)
    queues.refuse(sent[3].key, sent[11].key)
    assert queues.outbox.send(sent) == {sent[3].key, sent[11].key}
    arrived = {one.message for one in drained(queues) if one.message}
    assert arrived == {message for message in sent if message not in {sent[3], sent[11]}}


def test_waiting_counts_what_could_be_received_now(queues: Queues) -> None:
    """What is in flight, or put off for hours, keeps nobody from being woken."""
    queues.outbox.send(messages(5))
    queues.receive(2)
    assert queues.outbox.waiting() == 3


def test_a_received_message_is_out_of_sight(queues: Queues) -> None:
    """Until its visibility ends, which `postpone` moves; each delivery counts."""
    queues.outbox.send(messages(1))
    (first,) = queues.receive()
    assert queues.receive() == []
    queues.inbox.postpone(first, timedelta())
    (again,) = queues.receive()
    assert (again.id, again.message, again.receives) == (first.id, first.message, 2)
    queues.inbox.postpone(again, timedelta(hours=20))
    assert queues.receive() == []


def test_postponing_what_is_gone_loses_nothing(queues: Queues, journal: MemoryJournal) -> None:
    """A receipt that is worth nothing any more is told, not raised."""
    queues.inbox.postpone(Received("id", "id/1", 1, Message(b.key(), "d")), timedelta(minutes=1))
    if isinstance(queues, SqsQueues):
        assert [(line.what, line.key) for line in journal.lines] == [("message not postponed", b.key())]


def test_a_dead_letter_arrives(queues: Queues) -> None:
    """With the attempt that was refused, so that its redrive re-opens just that rejection."""
    letter = Letter(Message(b.key(), "d", 3), WHY)
    assert queues.outbox.bury(letter)
    (found,) = queues.dead_letters()
    assert found.message == letter.message
    assert queues.outbox.waiting() == 0


class TestSqsOnly:
    """What the fixed interfaces say about bodies and attributes, and reading dead letters for replay."""

    @pytest.fixture(params=ADAPTERS)
    def sqs(self, request: pytest.FixtureRequest, journal: MemoryJournal) -> SqsQueues:
        """The adapters only."""
        return SqsQueues(connection(request, request.param)("sqs"), unique(), journal)

    def test_the_letter_has_the_fixed_form(self, sqs: SqsQueues) -> None:
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

    def test_a_refused_entry_is_tried_once_more(self, sqs: SqsQueues) -> None:
        """A passing trouble of the service is not the caller's matter."""
        sent = messages(3)
        sqs.refuse(sent[1].key)
        sqs.refusals_left = 1
        assert sqs.outbox.send(sent) == frozenset()
        assert sqs.requests() == 2
        assert {one.message for one in drained(sqs)} == set(sent)

    def test_odd_characters_do_not_lose_a_letter(self, sqs: SqsQueues) -> None:
        """What SQS forbids is replaced in attributes and escaped in the body; a long reason is cut."""
        odd = Diagnosis.of(Code.ERP_RULE, vendor="\x00\ud800\uffff" + "很长" * 400)
        letter = Letter(Message(b.key("键\x01\ufffe"), "d", 1), odd)
        assert sqs.outbox.bury(letter)
        assert [found.message for found in sqs.dead_letters()] == [letter.message]

    def test_an_unconfirmed_letter_is_told(self, sqs: SqsQueues, journal: MemoryJournal) -> None:
        """False, and a line in the journal: the row still owes it."""
        broken = SqsOutbox(sqs.sqs, queue_url=sqs.queue_url, dlq_url=sqs.dlq_url + "-gone", journal=journal)
        assert not broken.bury(Letter(Message(b.key(), "d", 1), WHY))
        assert [line.what for line in journal.lines] == ["dead letter not confirmed"]

    def test_a_batch_that_fails_altogether_is_unconfirmed(self, sqs: SqsQueues, journal: MemoryJournal) -> None:
        """All of its keys are named."""
        broken = SqsOutbox(sqs.sqs, queue_url=sqs.queue_url + "-gone", dlq_url=sqs.dlq_url, journal=journal)
        assert broken.send(messages(2)) == {b.key("PAY-0"), b.key("PAY-1")}

    def test_dead_letters_are_read_and_deleted_entry_by_entry(self, sqs: SqsQueues) -> None:
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
