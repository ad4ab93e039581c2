"""What only the queue in memory has; what it has in common with SQS, tests/conformance asks of both."""

from datetime import timedelta

from fakes import builders as b
from fakes.queue import MemoryInbox, MemoryOutbox, MemoryQueue
from fakes.system import FakeClock, SeededIds
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.records import Letter, Message

MESSAGE = Message(b.key(), "d")
VISIBILITY = timedelta(minutes=18)


def queues(*, disorder: float = 0.0, duplicates: float = 0.0) -> tuple[FakeClock, MemoryQueue, MemoryQueue]:
    """A queue with its dead letters."""
    clock, ids = FakeClock(), SeededIds(7)
    dead = MemoryQueue(clock, ids, retention=timedelta(days=14))
    queue = MemoryQueue(
        clock,
        ids,
        visibility=VISIBILITY,
        max_receives=3,
        dead_letters=dead,
        disorder=disorder,
        duplicates=duplicates,
    )
    return clock, queue, dead


def test_a_letter_keeps_its_attempt_through_a_redrive() -> None:
    """Its body travels unchanged."""
    _, queue, dead = queues()
    letter = Letter(Message(b.key(), "d", 4), Diagnosis(Code.ERP_RULE))
    MemoryOutbox(queue, dead).bury(letter)
    dead.redrive(queue)
    assert [one.message for one in queue.receive()] == [letter.message]


def test_retention_runs_from_the_first_send() -> None:
    """Four days in the queue; moved to the dead letters it is not younger."""
    clock, queue, dead = queues()
    queue.put(MESSAGE)
    queue.put(Message(b.key("PAY-2"), "d"), delay=timedelta(minutes=15))
    assert [one.message for one in queue.receive()] == [MESSAGE]
    clock.advance(timedelta(days=4))
    assert queue.receive() == []
    assert len(queue.expired) == 2
    assert len(dead) == 0


def test_postponing_counts_from_now_and_only_in_flight() -> None:
    """A message that is visible again cannot be hidden by its old receipt."""
    clock, queue, _ = queues()
    queue.put(MESSAGE)
    (one,) = queue.receive()
    MemoryInbox(queue).postpone(one, timedelta(hours=1))
    clock.advance(timedelta(minutes=59))
    assert queue.receive() == []
    clock.advance(timedelta(minutes=1))
    assert not queue.hide(one.receipt, timedelta(hours=1))
    assert queue.next_visible() == clock.now()
    assert len(queue.receive()) == 1


def test_disorder_and_duplicates_come_from_the_seed() -> None:
    """At least once, in no sure order, and every message in the end."""
    clock, queue, _ = queues(disorder=0.5, duplicates=0.5)
    sent = [Message(b.key(f"PAY-{i}"), "d") for i in range(40)]
    for message in sent:
        queue.put(message)
    seen: list[Message] = []
    while len(queue):
        for one in queue.receive():
            assert one.message
            seen.append(one.message)
            if one.receives == 2:
                queue.delete(one.receipt)
        clock.advance(VISIBILITY)
    assert set(seen) <= set(sent)
    assert len(seen) > len(sent)
    assert seen != sorted(seen, key=sent.index)
