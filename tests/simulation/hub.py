"""The seeded scheduler: actors as greenlets, time that passes only here, and one numbered point at every call."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias

from greenlet import GreenletExit, greenlet

from fakes.faults import AnswerLost, Moment
from fakes.system import START
from paysync.core.times import Instant
from simulation.faults import AROUND, KINDS, WEIGHTS, Fault

if TYPE_CHECKING:
    from collections import deque

MS: Final = timedelta(milliseconds=1)
SECOND: Final = timedelta(seconds=1)
MINUTE: Final = timedelta(minutes=1)
SLOW_CALL: Final = 100 * SECOND
STALLED_CALL: Final = timedelta(minutes=20)

Work: TypeAlias = Callable[[], None]


class Span:
    """How long a kind of call takes: usually, and by chance, half of that to one and a half."""

    __slots__ = ("any", "usual")

    def __init__(self, usual: timedelta) -> None:
        self.usual = usual
        self.any = tuple(usual * (512 + share) // 1024 for share in range(1024))
        """Worked out beforehand: a timedelta times a number takes long."""


LEDGER_CALL: Final = Span(5 * MS)
QUEUE_CALL: Final = Span(10 * MS)


class Killed(BaseException):
    """The sandbox, or the operator's process, is gone at this point."""


class Actor:
    """One invocation (or one command of an operator) on its way."""

    __slots__ = ("dies_at", "fault", "jumped", "last", "name", "run", "runner", "sandbox", "started")

    def __init__(
        self, name: str, run: "Callable[[Actor], None]", started: Instant, sandbox: "SandboxLike | None"
    ) -> None:
        self.name = name
        self.run = run
        self.started = started
        self.sandbox = sandbox
        self.dies_at: Instant | None = None
        self.fault: Fault | None = None
        self.jumped = False
        """Whether its clock jumped, or a call hung, while it ran: it may then misjudge its time."""
        self.last = False
        """Whether it only reads once more what a world at rest has to show."""
        self.runner: _Runner | None = None
        """What it runs in, from its first step to its last."""


class _Runner:
    """A greenlet that runs one actor after another: for each new one, memory is mapped and given back."""

    free: ClassVar[list["_Runner"]] = []
    """Those that wait for an actor of any hub."""

    def __init__(self, hub: "Hub", actor: Actor) -> None:
        self.hub = hub
        self.actor = actor
        self.greenlet = greenlet(self._run, hub.greenlet)
        self.wrong: BaseException | None = None
        """What ended the actor, if not its life: for the hub."""

    @classmethod
    def of(cls, hub: "Hub", actor: Actor) -> "_Runner":
        """One that waits, or a new one."""
        if not cls.free:
            return cls(hub, actor)
        waits = cls.free.pop()
        waits.hub, waits.actor = hub, actor
        return waits

    def _run(self) -> None:
        while True:
            self.wrong = self._lived()
            _Runner.free.append(self)
            self.hub.greenlet.switch()

    def _lived(self) -> BaseException | None:
        try:
            self.hub.life(self.actor)
        except GreenletExit:  # its hub is forgotten, and it with it
            raise
        except BaseException as error:  # noqa: BLE001 - raised again by the hub
            return error
        return None


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
        self.idle: set[tuple[int, Fault]] = set()
        """What would have struck nothing, by the number of the point; only with `ops`."""
        self.last_ones: set[int] = set()
        """The points of those who only read once more at the end."""
        self.trace: deque[str] | None = None
        self.current: Actor | None = None
        self.actors: set[Actor] = set()
        self._events: list[tuple[Instant, int, Actor | Work]] = []
        self._sequence = 0
        self.greenlet = greenlet.getcurrent()

    # ---- points

    def point(self, op: str) -> Fault | None:
        """A call is about to happen: its number grows, a fault may be due. What hits the world around happens here."""
        self.points += 1
        if self.acts and self.points in self.acts:
            self.acts[self.points]()
        if self.ops is not None:
            self.ops.append(op)
            self.idle.update((self.points, kind) for kind in self.strikes_nothing())
            if self.current is not None and self.current.last:
                self.last_ones.add(self.points)
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
        if fault in AROUND:
            self.befall(fault)
            return None
        self.faults += 1
        self.struck[fault] += 1
        return fault

    def befall(self, fault: Fault) -> None:
        """Something happens to the world; it counts only if it struck anything."""
        if self.around(fault):
            self.faults += 1
            self.struck[fault] += 1

    def around(self, fault: Fault) -> bool:
        """Something happens to the world; whether it struck anything: for subclasses."""
        raise NotImplementedError

    def strikes_nothing(self) -> Iterable[Fault]:
        """Which kinds would find nothing to strike now: for subclasses."""
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

    def spend(self, fault: Fault | None, span: Span) -> None:
        """The time that a call takes before its effect, or the end of the caller."""
        if fault is None:
            self.wait(span.usual if self.plan is not None else span.any[self.rng.getrandbits(10)])
        elif fault is Fault.CRASH_BEFORE:
            raise Killed
        elif fault in {Fault.STALL, Fault.SLOW}:
            if self.current is not None:
                self.current.jumped = True
            self.wait(STALLED_CALL if fault is Fault.STALL else SLOW_CALL)
        else:
            self.wait(span.usual)

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
            self.greenlet.switch()
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
        actor = Actor(name, run, self.now, sandbox)
        if lives:
            actor.dies_at = self.now + lives
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
            if actor.runner is not None:
                self.current = actor
                actor.runner.greenlet.throw(Killed)
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
        runner = actor.runner
        if runner is None:
            runner = actor.runner = _Runner.of(self, actor)
        runner.greenlet.switch()
        self.current = None
        if actor.runner is None:
            self.actors.discard(actor)
            wrong, runner.wrong = runner.wrong, None
            if wrong is not None:
                raise wrong

    def life(self, actor: Actor) -> None:
        """All that an actor does, to its end or its death."""
        try:
            actor.run(actor)
        except Killed:
            if self.trace is not None:
                self.tell("killed")
            if actor.sandbox is not None:
                actor.sandbox.dead = True
        finally:
            actor.runner = None
            if actor.sandbox is not None:
                actor.sandbox.busy = False
