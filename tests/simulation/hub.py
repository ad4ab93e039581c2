"""The seeded scheduler: actors as greenlets, time that passes only here, and one numbered point at every call."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final, TypeAlias

from greenlet import greenlet

from fakes.faults import AnswerLost, Moment
from fakes.system import START
from paysync.core.times import Instant
from simulation.faults import AROUND, KINDS, WEIGHTS, Fault

if TYPE_CHECKING:
    from collections import deque

MS: Final = timedelta(milliseconds=1)
SECOND: Final = timedelta(seconds=1)
MINUTE: Final = timedelta(minutes=1)
LEDGER_CALL: Final = 5 * MS
SLOW_CALL: Final = 100 * SECOND
STALLED_CALL: Final = timedelta(minutes=20)

Work: TypeAlias = Callable[[], None]


class Killed(BaseException):
    """The sandbox, or the operator's process, is gone at this point."""


class Actor:
    """One invocation (or one command of an operator) on its way."""

    __slots__ = ("dies_at", "fault", "glet", "jumped", "last", "name", "sandbox", "started")

    def __init__(self, name: str, started: Instant, *, sandbox: "SandboxLike | None", dies_at: Instant | None) -> None:
        self.name = name
        self.started = started
        self.sandbox = sandbox
        self.dies_at = dies_at
        self.fault: Fault | None = None
        self.jumped = False
        """Whether its clock jumped, or a call hung, while it ran: it may then misjudge its time."""
        self.last = False
        """Whether it only reads once more what a world at rest has to show."""
        self.glet: greenlet | None = None


class SandboxLike:
    """What the hub must know of a sandbox: that it dies with its actor, and its clock's error."""

    __slots__ = ("busy", "dead", "skew")

    def __init__(self) -> None:
        self.busy = False
        self.dead = False
        self.skew = timedelta()


class Hub:
    """Events in the order of time. Chance comes from one seed; with `plan` there is none but what it says.

    `plan`: faults by the number of the point; `acts`: what somebody else does just before that point.
    """

    def __init__(
        self,
        seed: int,
        *,
        plan: Mapping[int, Fault] | None = None,
        rate: float = 0.0,
    ) -> None:
        self.rng = random.Random(seed)
        self.now: datetime = START
        self.plan = plan
        self.acts: Mapping[int, Work] = {}
        self.rate = rate
        self.kinds: frozenset[Fault] | None = None
        self.points = 0
        self.steps = 0
        self.faults = 0
        self.struck: Counter[Fault] = Counter()
        self.ops: list[str] | None = None
        self.last_ones: set[int] = set()
        """The points of those who only read once more at the end."""
        self.trace: deque[str] | None = None
        self.current: Actor | None = None
        self.actors: set[Actor] = set()
        self._events: list[tuple[Instant, int, Actor | Work]] = []
        self._sequence = 0
        self._hub = greenlet.getcurrent()

    # ---- points

    def point(self, op: str) -> Fault | None:
        """A call is about to happen: its number grows, a fault may be due. What hits the world around happens here."""
        self.points += 1
        if self.ops is not None:
            self.ops.append(op)
            if self.current is not None and self.current.last:
                self.last_ones.add(self.points)
        if self.acts and self.points in self.acts:
            self.acts[self.points]()
        if self.plan is not None:
            fault = self.plan.get(self.points)
        elif self.rate and self.rng.random() < self.rate * WEIGHTS.get(op, 1):
            fault = self._drawn(op)
        else:
            fault = None
        if self.trace is not None:
            self.tell(op if fault is None else f"{op}: {fault}")
        if fault is None:
            return None
        self.faults += 1
        self.struck[fault] += 1
        if fault in AROUND:
            self.around(fault)
            return None
        return fault

    def around(self, fault: Fault) -> None:
        """Something happens to the world: for subclasses."""
        raise NotImplementedError

    def ledger_io(self, op: str, moment: Moment) -> None:
        """The hook of the fakes: a point before each operation, its consequences before and after."""
        actor = self.current
        if actor is None:
            return
        if moment == "before":
            actor.fault = fault = self.point(op)
            self.spend(fault, LEDGER_CALL)
            return
        fault = actor.fault
        if fault is None:
            return
        actor.fault = None
        if fault is Fault.CRASH_AFTER:
            raise Killed
        if fault is Fault.ANSWER_LOST:
            raise AnswerLost

    def spend(self, fault: Fault | None, usual: timedelta) -> None:
        """The time that a call takes before its effect, or the end of the caller."""
        if fault is None:
            self.wait(usual if self.plan is not None else self._about(usual))
        elif fault is Fault.CRASH_BEFORE:
            raise Killed
        elif fault in {Fault.STALL, Fault.SLOW}:
            if self.current is not None:
                self.current.jumped = True
            self.wait(STALLED_CALL if fault is Fault.STALL else SLOW_CALL)
        else:
            self.wait(usual)

    def _about(self, usual: timedelta) -> timedelta:
        """Half of it to one and a half; by whole numbers, because a timedelta times a float takes twice as long."""
        return usual * (512 + self.rng.getrandbits(10)) // 1024

    def wait(self, span: timedelta) -> None:
        """Let time pass for the current actor: others go on meanwhile. At its deadline the actor is killed."""
        actor = self.current
        at = self.now + span
        if actor is None:
            self.now = at
            return
        dies_at = actor.dies_at
        dies = dies_at is not None and at >= dies_at
        if dies_at is not None and dies:
            at = max(dies_at, self.now)
        events = self._events
        if (events and events[0][0] <= at) or self.something_due(at):
            self._keep(at, actor)
            self._hub.switch()
        else:
            self.now = at
        if dies:
            raise Killed

    def something_due(self, at: Instant) -> bool:
        """Whether something outside the list of events is due by `at`: for subclasses."""
        raise NotImplementedError

    def due(self, limit: Instant) -> bool:
        """Do what is due outside the list of events, at the latest at `limit`; whether there was something."""
        raise NotImplementedError

    # ---- events

    def at(self, when: Instant, work: Work) -> None:
        """Do `work` at a time."""
        self._keep(max(when, self.now), work)

    def later(self, span: timedelta, work: Work) -> None:
        """Do `work` after a span."""
        self._keep(self.now + span, work)

    def start(
        self,
        name: str,
        run: Callable[[Actor], None],
        *,
        sandbox: SandboxLike | None = None,
        lives: timedelta | None = None,
    ) -> Actor:
        """A new actor that begins now."""
        actor = Actor(name, self.now, sandbox=sandbox, dies_at=self.now + lives if lives else None)
        actor.glet = greenlet(lambda: self._life(actor, run), self._hub)
        if sandbox is not None:
            sandbox.busy = True
        self.actors.add(actor)
        self._keep(self.now, actor)
        return actor

    def step(self, limit: Instant) -> bool:
        """The next event up to `limit`; False when there is none."""
        self.steps += 1
        if self.due(self._events[0][0] if self._events and self._events[0][0] <= limit else limit):
            return True
        if not self._events or self._events[0][0] > limit:
            return False
        at, _, event = heappop(self._events)
        self.now = max(self.now, at)
        if isinstance(event, Actor):
            self._resume(event)
        else:
            event()
        return True

    def stop(self) -> None:
        """End every actor, so that nothing is left behind."""
        for actor in list(self.actors):
            if actor.glet is not None and actor.glet and not actor.glet.dead:
                self.current = actor
                actor.glet.throw(Killed)
        self.current = None
        self.actors.clear()
        self._events.clear()

    def tell(self, text: str) -> None:
        """A line of the trace."""
        if self.trace is not None:
            who = self.current.name if self.current else "world"
            self.trace.append(f"{self.now:%d %H:%M:%S.%f} #{self.points} {who}: {text}")

    def _drawn(self, op: str) -> Fault | None:
        kinds = KINDS[op]
        if self.kinds is not None:
            kinds = tuple(kind for kind in kinds if kind in self.kinds)
        return kinds[int(self.rng.random() * len(kinds))] if kinds else None

    def _keep(self, when: Instant, event: Actor | Work) -> None:
        self._sequence += 1
        heappush(self._events, (when, self._sequence, event))

    def _resume(self, actor: Actor) -> None:
        self.current = actor
        try:
            if actor.glet is not None:
                actor.glet.switch()
        finally:
            self.current = None
        if actor.glet is None or actor.glet.dead:
            self.actors.discard(actor)

    def _life(self, actor: Actor, run: Callable[[Actor], None]) -> None:
        try:
            run(actor)
        except Killed:
            if self.trace is not None:
                self.tell("killed")
            if actor.sandbox is not None:
                actor.sandbox.dead = True
        finally:
            if actor.sandbox is not None:
                actor.sandbox.busy = False
