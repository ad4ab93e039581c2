"""SQS in memory, by a clock: at least once, no sure order, visibility, receive counts, redrive, retention, delays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from heapq import heappop, heappush
from typing import Final

from fakes.faults import Io, through
from paysync.core.keys import PaymentKey
from paysync.core.ports import Clock, Ids
from paysync.core.records import Letter, Message, Received
from paysync.core.times import Instant

_LONGEST: Final = timedelta(hours=12)


@dataclass(slots=True)
class Held:
    """A message that a queue holds. `message` is None for a body that nobody can read."""

    id: str
    message: Message | None
    letter: Letter | None
    sent_at: Instant
    visible_at: Instant
    receives: int = 0
    first_received: Instant | None = None
    receipt: str = ""
    """Of the last delivery; empty while nobody has received it."""


class MemoryQueue:
    """One queue. Its order is that of the times at which messages become visible, stirred by `disorder`.

    `duplicates`: the chance that a received message stays visible as well (SQS delivers at least once).
    """

    def __init__(  # noqa: PLR0913 - a queue's settings, all by name
        self,
        clock: Clock,
        ids: Ids,
        *,
        visibility: timedelta = timedelta(seconds=1080),
        retention: timedelta = timedelta(days=4),
        max_receives: int = 8,
        dead_letters: "MemoryQueue | None" = None,
        disorder: float = 0.0,
        duplicates: float = 0.0,
    ) -> None:
        self.clock = clock
        self.ids = ids
        self.visibility = visibility
        self.retention = retention
        self.max_receives = max_receives
        self.dead_letters = dead_letters
        self.disorder = disorder
        self.duplicates = duplicates
        self.expired: list[Held] = []
        """What retention has thrown away: for the checkers."""
        self.spent = 0
        """How many messages were received too often and went to the dead letters."""
        self.held: dict[str, Held] = {}
        self._due: list[tuple[Instant, int, str]] = []
        self._sequence = 0

    def __len__(self) -> int:
        self._expire()
        return len(self.held)

    def visible(self) -> int:
        """How many could be received now."""
        now = self.clock.now()
        return sum(held.visible_at <= now for held in self.held.values())

    def put(self, message: Message | None, *, letter: Letter | None = None, delay: timedelta = timedelta()) -> str:
        """Take a message in; its id."""
        now = self.clock.now()
        held = Held(self.ids.token(), message, letter, now, now + delay)
        self._keep(held)
        return held.id

    def receive(self, limit: int = 10) -> list[Received]:
        """Up to `limit` deliveries, each out of others' sight for the visibility; spent ones go to the dead letters."""
        now = self.clock.now()
        batch: list[Received] = []
        skipped: list[Held] = []
        while len(batch) < limit and (held := self._next(now)) is not None:
            if self.disorder and self.ids.fraction() < self.disorder:
                skipped.append(held)
            elif self.dead_letters is not None and held.receives >= self.max_receives:
                self._give_up(held, self.dead_letters)
            else:
                batch.append(self._deliver(held, now))
        for held in skipped:
            self._schedule(held)
        return batch

    def delete(self, receipt: str) -> bool:
        """Whether the receipt still stood for the message: a stale one is accepted by SQS and deletes nothing."""
        held = self._of(receipt)
        if held is None:
            return False
        del self.held[held.id]
        return True

    def hide(self, receipt: str, span: timedelta) -> bool:
        """ChangeMessageVisibility: from now, at most twelve hours after the delivery; only while in flight."""
        held = self._of(receipt)
        now = self.clock.now()
        if held is None or held.visible_at <= now:
            return False
        held.visible_at = now + min(max(span, timedelta()), _LONGEST)
        self._schedule(held)
        return True

    def redrive(self, to: "MemoryQueue") -> int:
        """start-message-move-task: all that is visible, with new ids and receive counts of zero; how many."""
        now = self.clock.now()
        moved = 0
        while (held := self._next(now)) is not None:
            del self.held[held.id]
            to.put(held.message, letter=held.letter)
            moved += 1
        return moved

    def shows_by(self, at: Instant) -> bool:
        """Whether a message can be received by then."""
        if not self._due or self._due[0][0] > at:
            return False
        visible = self.next_visible()
        return visible is not None and visible <= at

    def next_visible(self) -> Instant | None:
        """When the next message can be received: where a simulation may jump to."""
        while self._due:
            at, _, id_ = self._due[0]
            held = self.held.get(id_)
            if held is not None and held.visible_at == at:
                return at
            heappop(self._due)
        return None

    # --------------------------------------------------------------------------------------------------------------

    def _keep(self, held: Held) -> None:
        self.held[held.id] = held
        self._schedule(held)

    def _schedule(self, held: Held) -> None:
        self._sequence += 1
        heappush(self._due, (held.visible_at, self._sequence, held.id))

    def _next(self, now: Instant) -> Held | None:
        """The next visible message; entries of messages that have gone, or moved in time, are passed over."""
        while self._due and self._due[0][0] <= now:
            at, _, id_ = heappop(self._due)
            held = self.held.get(id_)
            if held is None or held.visible_at != at:
                continue
            if now - held.sent_at >= self.retention:
                self.expired.append(self.held.pop(id_))
                continue
            return held
        return None

    def _deliver(self, held: Held, now: Instant) -> Received:
        held.receives += 1
        held.receipt = f"{held.id}/{held.receives}"
        twice = self.duplicates and self.ids.fraction() < self.duplicates
        held.visible_at = now + (timedelta(milliseconds=1) if twice else self.visibility)
        self._schedule(held)
        return Received(held.id, held.receipt, held.receives, held.message)

    def _give_up(self, held: Held, dead_letters: "MemoryQueue") -> None:
        """SQS keeps the id and the time of sending, so the retention of both queues runs from the first send."""
        self.spent += 1
        del self.held[held.id]
        held.visible_at = self.clock.now()
        held.receipt = ""
        held.receives = 0
        dead_letters._keep(held)

    def _of(self, receipt: str) -> Held | None:
        held = self.held.get(receipt.partition("/")[0])
        return held if held is not None and held.receipt == receipt else None

    def _expire(self) -> None:
        now = self.clock.now()
        for id_ in [id_ for id_, held in self.held.items() if now - held.sent_at >= self.retention]:
            self.expired.append(self.held.pop(id_))


class MemoryOutbox:
    """`core.ports.Outbox` on two queues in memory."""

    def __init__(self, queue: MemoryQueue, dead_letters: MemoryQueue, *, io: Io | None = None) -> None:
        self.queue = queue
        self.dead_letters = dead_letters
        self.io = io
        self.refused: set[PaymentKey] = set()
        """Keys whose messages and letters SQS does not take."""
        self.requests = 0

    def send(self, messages: Sequence[Message]) -> frozenset[PaymentKey]:
        self.requests += -(-len(messages) // 10)
        return through(self.io, "send", lambda: self._send(messages))

    def bury(self, letter: Letter) -> bool:
        self.requests += 1
        return through(self.io, "bury", lambda: self._bury(letter))

    def waiting(self) -> int:
        return through(self.io, "waiting", self.queue.visible)

    def _send(self, messages: Iterable[Message]) -> frozenset[PaymentKey]:
        unconfirmed = set()
        for message in messages:
            if message.key in self.refused:
                unconfirmed.add(message.key)
            else:
                self.queue.put(message)
        return frozenset(unconfirmed)

    def _bury(self, letter: Letter) -> bool:
        if letter.message.key in self.refused:
            return False
        self.dead_letters.put(letter.message, letter=letter)
        return True


class MemoryInbox:
    """`core.ports.Inbox` on a queue in memory."""

    def __init__(self, queue: MemoryQueue, *, io: Io | None = None) -> None:
        self.queue = queue
        self.io = io

    def postpone(self, received: Received, span: timedelta) -> None:
        through(self.io, "postpone", lambda: self.queue.hide(received.receipt, span))
