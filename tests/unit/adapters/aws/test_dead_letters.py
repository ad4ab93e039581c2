"""Dead letters: read, kept until their re-send is confirmed, deleted entry by entry."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import EndpointConnectionError

from fakes import aws
from fakes import builders as b
from fakes.journal import MemoryJournal
from fakes.system import FakeClock
from paysync.adapters.aws.queue import DeadLetters, SqsOutbox
from paysync.cli.replay import prune
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.keys import PaymentKey
from paysync.core.records import Letter, Message, Row
from paysync.core.replay import ReplayPorts, plan, replay
from paysync.core.states import Event, State

if TYPE_CHECKING:
    from unit.adapters.aws.conftest import Ground

UNREACHABLE = EndpointConnectionError(endpoint_url="https://sqs.example")


class Letters:
    """The two queues on moto, letters in the second."""

    def __init__(self, journal: MemoryJournal) -> None:
        self.sqs: Any = aws.client("sqs")
        url = self.sqs.create_queue(QueueName="main")["QueueUrl"]
        dlq = self.sqs.create_queue(QueueName="dead")["QueueUrl"]
        self.wire = aws.Wire(self.sqs)
        self.outbox = SqsOutbox(self.sqs, queue_url=url, dlq_url=dlq, journal=journal)
        self.dead = DeadLetters(self.sqs, dlq_url=dlq)

    def bury(self, *codes: str, attempt: int = 0) -> None:
        """A letter for each payment."""
        for code in codes:
            self.outbox.bury(Letter(Message(b.key(code), "d1", attempt), Diagnosis.of(Code.ERP_RULE)))


@pytest.fixture
def letters(moto: None, journal: MemoryJournal) -> Letters:  # noqa: ARG001 - it must be there
    """None yet."""
    return Letters(journal)


def test_deleting_names_what_was_not_confirmed(letters: Letters) -> None:
    """Entry by entry, over several requests; what failed and what was not mentioned counts the same."""
    letters.bury(*(f"PAY-{i}" for i in range(12)))
    found = [*letters.dead.receive(), *letters.dead.receive()]
    receipts = [one.received.receipt for one in found]

    def keep_two(answer: dict[str, Any]) -> None:
        answer["Successful"] = [entry for entry in answer["Successful"] if entry["Id"] not in {"0", "1"}]
        answer["Failed"] = [{"Id": "0", "Code": "InternalError", "SenderFault": False}]

    letters.wire.edit("DeleteMessageBatch", keep_two)
    assert letters.dead.delete(receipts) == {receipts[0], receipts[1], receipts[10], receipts[11]}
    assert letters.wire.requests["DeleteMessageBatch"] == 2


def test_a_deletion_that_does_not_arrive_confirms_nothing(letters: Letters) -> None:
    """The letters stay, the caller goes on with the others."""
    letters.bury("PAY-1")
    (found,) = letters.dead.receive()
    letters.wire.fail("DeleteMessageBatch", UNREACHABLE)
    assert letters.dead.delete([found.received.receipt]) == {found.received.receipt}
    assert letters.dead.waiting() == 1
    assert letters.dead.delete([]) == frozenset()


def test_releasing_that_does_not_arrive_loses_nothing(letters: Letters) -> None:
    """The letters are seen again a little later, when their visibility ends."""
    letters.bury("PAY-1")
    (found,) = letters.dead.receive(hidden_for=timedelta(seconds=30))
    letters.wire.fail("ChangeMessageVisibilityBatch", UNREACHABLE)
    letters.dead.release([found.received.receipt])
    assert letters.dead.waiting() == 1


def test_receiving_that_fails_is_not_an_empty_queue(letters: Letters) -> None:
    """Who reads letters must not believe that there are none."""
    letters.wire.fail("ReceiveMessage", UNREACHABLE)
    with pytest.raises(EndpointConnectionError):
        letters.dead.receive()


def rejected(ground: "Ground", code: str) -> Row:
    """A row REJECTED at attempt 1, its letter delivered."""
    row = ground.created(b.row(b.payment(code)))
    step = b.change(row, Event.REFUSED, fence=1, diagnosis=Diagnosis.of(Code.ERP_RULE))
    ground.ledger.commit(step)
    return step.after


def replayed(ground: "Ground", letters: Letters, rows: list[Row]) -> int:
    """Replay these payments as the command does; how many letters were deleted."""
    ports = ReplayPorts(ground.ledger, letters.outbox, FakeClock(), "ops")
    planned = plan(ground.ledger, [row.key for row in rows], FakeClock().now())
    results = list(replay(ports, planned, pause=timedelta()))
    stack: Any = SimpleNamespace(dead_letters=letters.dead, operator=SimpleNamespace(ledger=ground.ledger))
    return prune(stack, {r.planned.key: r.planned.row.fence for r in results if r.sent and r.planned.row})


def test_a_letter_goes_only_when_its_payment_was_sent_again(ground: "Ground", letters: Letters) -> None:
    """Kin: letters were deleted before their re-send was confirmed. Ours: what SQS refused stays, entry by entry."""
    rows = [rejected(ground, "PAY-1"), rejected(ground, "PAY-2")]
    rejected(ground, "PAY-3")
    letters.bury("PAY-1", "PAY-2", "PAY-3", attempt=1)

    def refuse_the_second(answer: dict[str, Any]) -> None:
        if "PAY-2" in letters.wire.asked["SendMessageBatch"][-1]["Entries"][0]["MessageBody"]:
            answer["Failed"], answer["Successful"] = answer["Successful"], []
            answer["Failed"][0]["Code"] = "InternalError"

    letters.wire.edit("SendMessageBatch", refuse_the_second)
    assert replayed(ground, letters, rows) == 1
    left = {one.received.message.key.code for one in letters.dead.receive() if one.received.message}
    assert left == {"PAY-2", "PAY-3"}
    assert {ground.stands(row).state for row in rows} == {State.NEW}


def unconfirmed_counts_as_sent(patch: pytest.MonkeyPatch) -> None:
    """Whatever SQS says of an entry."""
    original = SqsOutbox.send

    def send(self: SqsOutbox, messages: Sequence[Message]) -> frozenset[PaymentKey]:
        original(self, messages)
        return frozenset()

    patch.setattr(SqsOutbox, "send", send)


def every_letter_is_done_with(patch: pytest.MonkeyPatch) -> None:
    """The queue is emptied once the replay is through."""
    patch.setattr("paysync.cli.replay._is_obsolete", lambda *_: True)


@pytest.mark.parametrize("bug", [unconfirmed_counts_as_sent, every_letter_is_done_with])
def test_the_bug_of_our_kin_would_be_noticed(
    bug: Callable[[pytest.MonkeyPatch], None],
    ground: "Ground",
    letters: Letters,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Brought back on purpose, it makes the test above fail."""
    bug(monkeypatch)
    with pytest.raises(AssertionError):
        test_a_letter_goes_only_when_its_payment_was_sent_again(ground, letters)


def test_a_letter_of_a_later_attempt_is_news(ground: "Ground", letters: Letters) -> None:
    """It came while the replay ran: whoever reads the queue must still see it."""
    row = rejected(ground, "PAY-1")
    letters.bury("PAY-1", attempt=1)
    letters.bury("PAY-1", attempt=5)
    assert replayed(ground, letters, [row]) == 1
    assert [one.received.message and one.received.message.attempt for one in letters.dead.receive()] == [5]


def test_a_letter_whose_deletion_fails_is_pruned_next_time(ground: "Ground", letters: Letters) -> None:
    """Nothing depends on it: the row is open again, the letter a stale copy."""
    row = rejected(ground, "PAY-1")
    letters.bury("PAY-1", attempt=1)
    letters.wire.fail("DeleteMessageBatch", UNREACHABLE)
    assert replayed(ground, letters, [row]) == 0
    assert letters.dead.waiting() == 1


def test_letters_that_stay_do_not_hide_those_behind_them(ground: "Ground", letters: Letters) -> None:
    """More stay than one request shows; the one to delete lies last; afterwards all the others are in sight."""
    letters.bury(*(f"OLD-{i}" for i in range(25)), attempt=1)
    row = rejected(ground, "PAY-1")
    letters.bury("PAY-1", attempt=1)
    assert replayed(ground, letters, [row]) == 1
    seen = [one for _ in range(3) for one in letters.dead.receive()]
    assert len({one.received.id for one in seen}) == 25
