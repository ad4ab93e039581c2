"""The remaining ports of the world: clock, queue and ledger, each call a point, the ledger under the checker's eyes."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from fakes.ledger import MemoryLedger
from paysync.core.keys import PaymentKey
from paysync.core.records import Change, Commit, Committed, Letter, Message, Received, Row, Watermark
from paysync.core.states import State
from paysync.core.times import Instant
from simulation.faults import Fault
from simulation.hub import QUEUE_CALL, Killed, SandboxLike

if TYPE_CHECKING:
    from simulation.world import World


class SimClock:
    """A sandbox's clock: the world's time with this machine's error."""

    __slots__ = ("machine", "world")

    def __init__(self, world: "World", machine: SandboxLike) -> None:
        self.world = world
        self.machine = machine

    def now(self) -> Instant:
        return self.world.now + self.machine.skew

    def pause(self, span: timedelta) -> None:
        self.world.wait(span)


class SimLedger(MemoryLedger):
    """The memory ledger, watched; its index can be stale."""

    def __init__(self, world: "World") -> None:
        super().__init__(io=world.ledger_io)
        self.world = world
        self._made: set[object] = set()
        """Requests that were carried out: the client library may repeat one whose answer was lost."""
        self._former: dict[tuple[str, State, bool], list[tuple[Instant, PaymentKey]]] = {}
        self._days_shown: dict[tuple[str, date], tuple[Sequence[PaymentKey], Sequence[PaymentKey]]] = {}
        """What was shown of a day: before the last change, and since."""

    def _commit(self, change: Change, mine: object) -> Commit:
        key = change.before.key
        stood = self.table.get(key)
        result = super()._commit(change, mine)
        if isinstance(result, Committed) and mine not in self._made:
            self._made.add(mine)
            self.world.checker.committed(change, stood, self.table[key])
        return result

    def _wake_later(self, row: Row, at: Instant) -> bool:
        stood = self.table.get(row.key)
        woken = super()._wake_later(row, at)
        if woken and stood is not None:
            self.world.checker.overwritten(stood, row)
        return woken

    def _advance(self, before: Watermark | None, after: Watermark, mine: object) -> bool:
        moved = super()._advance(before, after, mine)
        if moved:
            self.world.checker.advanced(before, after)
        return moved

    def _unsettled(self, scheme: str, state: State, due: Instant, *, taken: bool) -> list[tuple[Instant, PaymentKey]]:
        actor = self.world.current
        if actor is not None and actor.fault is Fault.STALE:
            return self._former.get((scheme, state, taken), [])
        found = super()._unsettled(scheme, state, due, taken=taken)
        self._former[scheme, state, taken] = found
        return found

    def _paid_on(self, scheme: str, day: date) -> Sequence[PaymentKey]:
        actor = self.world.current
        found = super()._paid_on(scheme, day)
        before, since = self._days_shown.get((scheme, day), ((), ()))
        if found != since:
            before, since = self._days_shown[scheme, day] = since, found
        return before if actor is not None and actor.fault is Fault.STALE else since


class SimOutbox:
    """`core.ports.Outbox`: a send may be lost, unconfirmed, or both."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.loses_until: Instant | None = None
        """Until then everything is confirmed and nothing arrives, as after the retention."""

    def send(self, messages: Sequence[Message]) -> frozenset[PaymentKey]:
        world = self.world
        fault = world.point("send" if len(messages) == 1 else "send_many")
        world.checker.sent(messages)
        self._spend(fault)
        keys = frozenset(m.key for m in messages)
        if fault is Fault.NOT_SENT:
            return keys
        if fault is Fault.PARTIAL:
            keys, messages = frozenset({messages[0].key}), messages[1:]
        for message in messages if self.loses_until is None or world.now >= self.loses_until else ():
            world.queue.put(message)
        if fault is Fault.CRASH_AFTER:
            raise Killed
        return keys if fault in {Fault.SENT_UNCONFIRMED, Fault.PARTIAL} else frozenset()

    def bury(self, letter: Letter) -> bool:
        world = self.world
        fault = world.point("bury")
        self._spend(fault)
        if fault is Fault.NOT_SENT:
            return False
        world.dead_letters.put(letter.message, letter=letter)
        world.checker.buried[letter.message.key, letter.message.attempt] = letter
        if fault is Fault.CRASH_AFTER:
            raise Killed
        return fault is not Fault.SENT_UNCONFIRMED

    def waiting(self) -> int:
        self._spend(self.world.point("waiting"))
        return self.world.queue.visible()

    def _spend(self, fault: Fault | None) -> None:
        self.world.spend(fault, QUEUE_CALL)


class SimInbox:
    """`core.ports.Inbox`: hiding a message may fail in silence."""

    def __init__(self, world: "World") -> None:
        self.world = world

    def postpone(self, received: Received, span: timedelta) -> None:
        fault = self.world.point("postpone")
        self.world.spend(fault, QUEUE_CALL)
        if fault is not Fault.LOST:
            self.world.queue.hide(received.receipt, span)
