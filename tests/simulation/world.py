"""One deterministic world: Lambda, SQS, DynamoDB, EventBridge, Maycur, K3Cloud and a person, all in simulated time.

Everything that runs is the real core, wired as the handlers wire it. A seed, or a plan of faults, gives a run again.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Final

from fakes.journal import MemoryJournal
from fakes.queue import MemoryQueue
from fakes.system import START, SeededIds
from paysync.core import fetch
from paysync.core.errors import RunError
from paysync.core.fetch import FetchPorts, Report
from paysync.core.keys import PaymentKey
from paysync.core.push import push_batch
from paysync.core.reconcile import ReconcilePorts, ReconcileReport, reconcile
from paysync.core.records import Received, Row
from paysync.core.review import ReviewPorts
from paysync.core.scheme import Paging, Scheme
from paysync.core.states import OPEN, State
from paysync.core.sweep import SweepPorts, sweep
from paysync.core.times import Instant, Window
from paysync.core.turn import Acknowledge, PushPorts
from simulation.books import INTEGRATION_USER, Books
from simulation.faults import Fault
from simulation.hub import MINUTE, QUEUE_CALL, SECOND, Actor, Hub, SandboxLike
from simulation.invariants import Checker, ViolationError
from simulation.maycur import SimMaycur
from simulation.pair import FORMS, NAME, scheme
from simulation.people import LOOKS, decide
from simulation.ports import SimClock, SimInbox, SimLedger, SimOutbox
from simulation.reported import check_reports
from simulation.target import CALL_SPAN, LATEST, OFF, SimTarget

PUSH_TIMEOUT: Final = 180 * SECOND
FETCH_TIMEOUT: Final = 300 * SECOND
RECONCILE_TIMEOUT: Final = 300 * SECOND
SWEEP_TIMEOUT: Final = 120 * SECOND
SWEEP_EVERY: Final = 5 * MINUTE
CONCURRENCY: Final = 2
A_PERSON_WAITS: Final = timedelta(hours=2)
"""So long after a row's last change does a person look: no request can still be carried out by then."""
_LONGEST: Final = timedelta(days=12)
_ROUNDS: Final = 400
_MOST_STEPS: Final = 60_000


@dataclass(frozen=True, slots=True)
class Load:
    """What is true of this tenant and this run."""

    since: Instant = START - timedelta(hours=6)
    query_lag: timedelta = timedelta()
    """So long is a new bill hidden from queries."""
    over_push_guard: bool = True
    reading: Paging = Paging.PAGE_FROM_1
    scheme: Scheme = field(default_factory=scheme)
    after: Scheme | None = None
    """The scheme that booked payments are handed on to."""
    pace: int = 1
    """So many times slower than usual does the ERP push."""
    duplicates: float = 0.0
    disorder: float = 0.0

    @property
    def latest(self) -> timedelta:
        """So much later than its request may a write be carried out: what it made is seen before the quiet period ends.

        Even by a clock that is ahead, of what a clock that was behind has begun.
        """
        return LATEST - self.query_lag


class WorldClock:
    """The true time, for the queues."""

    __slots__ = ("_hub",)

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def now(self) -> Instant:
        return self._hub.now

    def pause(self, span: timedelta) -> None:
        self._hub.wait(span)


class World(Hub):
    """See the module. `plan`: faults by the number of the point; else `rate` of them by chance from the seed."""

    def __init__(
        self,
        seed: int = 0,
        *,
        load: Load | None = None,
        plan: Mapping[int, Fault] | None = None,
        rate: float = 0.0,
    ) -> None:
        super().__init__(seed, plan=plan, rate=rate)
        self.load = load or Load()
        self.ids = SeededIds(seed, "t")
        self.checks_secrets = True
        self.rereads = True
        """Whether a world at rest is read once more even if everything that is listed has a row."""
        self.read_again_at = START
        """When the last such reading began."""
        self.books = Books(over_push_guard=self.load.over_push_guard)
        self.maycur = SimMaycur(self, self.load.reading, self.load.scheme.source.page_size)
        clock = WorldClock(self)
        self.dead_letters = MemoryQueue(clock, SeededIds(seed, "d"), retention=timedelta(days=14))
        self.queue = MemoryQueue(
            clock,
            SeededIds(seed, "q"),
            dead_letters=self.dead_letters,
            duplicates=self.load.duplicates,
            disorder=self.load.disorder,
        )
        self.journal = MemoryJournal()
        self.ledger = SimLedger(self)
        self.checker = Checker(self)
        self.schemes = {one.name: one for one in (self.load.scheme, self.load.after) if one}
        self.targets = {name: SimTarget(self, FORMS[name]) for name in self.schemes}
        self.target = self.targets[NAME]
        self.outbox, self.inbox = SimOutbox(self), SimInbox(self)
        self.machines = [SandboxLike() for _ in range(CONCURRENCY)]
        self._receiver = self.machines[0]
        """The sandbox that a batch is about to be given to."""
        self._rotated_until = START - SECOND
        self._names = count(1)
        self.reports: list[ReconcileReport] = []
        self._people = SandboxLike()

    # ---- what the hub asks

    def something_due(self, at: Instant) -> bool:
        return self.queue.shows_by(at) and self._free() is not None

    def due(self, limit: Instant) -> bool:
        """Lambda's poller: a batch for a free sandbox as soon as messages are visible."""
        visible = self.queue.next_visible() if self.queue.shows_by(limit) else None
        machine = self._free() if visible is not None else None
        if visible is None or machine is None:
            return False
        self.now = max(self.now, visible)
        self._receiver = machine
        fault = self.point("receive")
        batch = self.queue.receive()
        if fault is Fault.DUPLICATE:
            self._show(received.id for received in batch)
        if batch:
            self._push(batch, machine)
        return True

    def around(self, fault: Fault) -> bool:
        match fault:
            case Fault.EXPIRY:
                return self.show_again()
            case Fault.REDRIVE:
                return self.dead_letters.redrive(self.queue) > 0
            case Fault.TWICE:
                self.sweep()
                self.fetch()
            case Fault.AHEAD | Fault.BEHIND:
                machine = self.current.sandbox if self.current else self._receiver
                if machine is None:
                    return False
                machine.skew = OFF if fault is Fault.AHEAD else -OFF
            case Fault.ROTATED:
                self.rotate(10 * MINUTE)
            case _:
                raise AssertionError(fault)
        return True

    def strikes_nothing(self) -> Iterable[Fault]:
        if not self.dead_letters.held:
            yield Fault.REDRIVE
        if not any(held.receipt and held.visible_at > self.now for held in self.queue.held.values()):
            yield Fault.EXPIRY

    def show_again(self) -> bool:
        """The visibility of all that is in flight ends now; whether there was anything."""
        return self._show(list(self.queue.held))

    def rotate(self, span: timedelta) -> None:
        """The secret is rotated, and for so long nothing is accepted."""
        self._rotated_until = self.now + span

    def rotated(self) -> bool:
        """Whether K3Cloud refuses the credentials now."""
        refused = self.now < self._rotated_until
        if refused:
            self.checker.refused_for_credentials()
        return refused

    # ---- what is invoked

    def fetch(self) -> None:
        """One scheduled run of fetch."""
        self._fetch("fetch", fetch.run)

    def deep_scan(self) -> None:
        """The nightly run of fetch, far behind the watermark."""
        self._fetch("deep", fetch.deep_scan)

    def _read_once_more(self) -> None:
        """A world at rest has nothing to show that is not in the ledger."""
        self.read_again_at = self.now
        self._fetch("fetch", fetch.run).last = True
        self._fetch("deep", fetch.deep_scan).last = True

    def _fetch(self, name: str, run: Callable[..., Report]) -> Actor:
        machine = SandboxLike()

        return self.start(
            f"{name}-{next(self._names)}",
            lambda _: self._runs_fetch(run, machine),
            sandbox=machine,
            lives=FETCH_TIMEOUT,
        )

    def _runs_fetch(self, run: Callable[..., Report], machine: SandboxLike) -> None:
        clock = SimClock(self, machine)
        try:
            run(self.fetch_ports(clock), deadline=clock.now() + FETCH_TIMEOUT)
        except RunError:
            self.tell("the run of fetch failed")

    def backfill(self) -> None:
        """An operator reads the last day again."""
        window = Window(max(self.load.since, self.now - timedelta(days=1)), self.now)
        self._fetch("backfill", partial(fetch.backfill, window=window))

    def reconcile(self) -> None:
        """One scheduled comparison of the three books; `reports` keeps what it says."""
        machine = SandboxLike()
        self.start(
            f"reconcile-{next(self._names)}",
            lambda actor: self._runs_reconcile(Window(self.load.since, actor.started), machine),
            sandbox=machine,
            lives=RECONCILE_TIMEOUT,
        )

    def _runs_reconcile(self, window: Window, machine: SandboxLike) -> None:
        ports = ReconcilePorts(self.fetch_ports(SimClock(self, machine)), self.target, INTEGRATION_USER)
        try:
            report = reconcile(ports, window)
        except RunError:
            self.tell("reconcile failed")
            return
        self.reports.append(report)
        if self.trace is not None:
            self.tell(f"reconcile: {report.queued} queued, {len(report.findings)} findings")

    def sweep(self) -> None:
        """One scheduled run of sweep."""
        machine = SandboxLike()
        self.start(
            f"sweep-{next(self._names)}", lambda _: self._runs_sweep(machine), sandbox=machine, lives=SWEEP_TIMEOUT
        )

    def _runs_sweep(self, machine: SandboxLike) -> None:
        clock = SimClock(self, machine)
        for name in self.schemes:
            sweep(self.sweep_ports(name, clock))

    def person(self, name: str, does: Callable[[ReviewPorts], None], scheme: str = NAME) -> None:
        """A command of an operator."""
        mine, target = self.schemes[scheme], self.targets[scheme]
        ports = ReviewPorts(mine, self.ledger, target, self.outbox, SimClock(self, self._people), f"op-{name}")
        self.start(f"{name}-{next(self._names)}", lambda _: does(ports), sandbox=SandboxLike())

    def fetch_ports(self, clock: SimClock) -> FetchPorts:
        """The ports of fetch on this world."""
        return FetchPorts(
            scheme=self.load.scheme,
            source=self.maycur,
            ledger=self.ledger,
            outbox=self.outbox,
            clock=clock,
            journal=self.journal,
            since=self.load.since,
            code_version="sim",
        )

    def sweep_ports(self, name: str, clock: SimClock) -> SweepPorts:
        """The ports of sweep for one scheme."""
        return SweepPorts(self.schemes[name], self.ledger, self.outbox, clock, self.journal, self.schemes, "sim")

    def push_ports(self, clock: SimClock) -> dict[str, PushPorts]:
        """The ports of push for every scheme."""
        return {
            name: PushPorts(
                scheme=scheme,
                ledger=self.ledger,
                target=self.targets[name],
                outbox=self.outbox,
                inbox=self.inbox,
                clock=clock,
                ids=self.ids,
                journal=self.journal,
                integration_user=INTEGRATION_USER,
                call_span=CALL_SPAN,
                code_version="sim",
            )
            for name, scheme in self.schemes.items()
        }

    # ---- running

    def run_for(self, span: timedelta) -> None:
        """Let so much time pass, with sweep on its schedule."""
        end = self.now + span
        while self.now < end:
            until = min(end, self.now + SWEEP_EVERY)
            self._work_until(until)
            if self._sweep_has_work():
                self.sweep()

    def settle(self) -> None:
        """Time, sweep, fetch, and in the end a person, until nothing is left to do; no chance faults once calm."""
        end = self.now + _LONGEST
        looks, read_after = Counter[PaymentKey](), -1
        for number in range(_ROUNDS):
            self._work_until(self.now + SWEEP_EVERY)
            if not self._is_calm():
                self._skip_to_next(end)
                if self._sweep_has_work():
                    self.sweep()
                if number % 8 == 0:
                    self.fetch()
                continue
            if read_after != self.faults and (self.rereads or not self.checker.has_all()):  # nothing strikes it
                read_after, self.rate = self.faults, 0.0
                self._read_once_more()
                continue
            undecided = [
                row
                for row in self.ledger.table.values()
                if row.state in {State.REVIEW, State.REJECTED} and row.waits_for is None
            ]
            if not undecided:
                break
            looks.update(row.key for row in undecided)
            self._work_until(self.now + A_PERSON_WAITS)
            decide(self, [row for row in undecided if looks[row.key] <= LOOKS], final=False)
            decide(self, [row for row in undecided if looks[row.key] > LOOKS], final=True)
        self.stop()
        self._check_end()

    def _work_until(self, until: Instant) -> None:
        while self.step(until):
            if self.steps > _MOST_STEPS:
                open_ = {row.key.code: str(row.state) for row in self.ledger.table.values() if row.state in OPEN}
                raise ViolationError(f"I10: no end in sight: {open_}")
        self.now = max(self.now, until)

    def _is_calm(self) -> bool:
        waits = any(
            row.state in OPEN or row.owes_letter or row.owes_call_back or self._will_be_released(row)
            for row in self.ledger.table.values()
        )
        return not waits and not self.actors and len(self.queue) == 0 and not self._events

    def _will_be_released(self, row: Row) -> bool:
        """Whether it waits for another payment that does not itself wait for a person."""
        holder = self.ledger.table.get(row.waits_for) if row.waits_for else None
        return holder is not None and holder.state not in {State.REVIEW, State.REJECTED}

    def _skip_to_next(self, end: Instant) -> None:
        """Nothing happens until the next row is due or the next message visible: time may jump there."""
        marks = [
            row.wake_at
            for row in self.ledger.table.values()
            if row.state in OPEN or row.owes_call_back or row.waits_for is not None
        ]
        visible = self.queue.next_visible()
        marks += [visible] if visible else []
        marks += [self._events[0][0]] if self._events else []
        if marks:
            self.now = max(self.now, min(*marks, end))

    def _sweep_has_work(self) -> bool:
        return any(row.is_listed and row.wake_at <= self.now for row in self.ledger.table.values())

    def _check_end(self) -> None:
        self.checker.check()
        check_reports(self)
        left = {str(r.key): str(r.state) for r in self.ledger.table.values() if r.is_listed}
        if left:
            raise ViolationError(f"I10: not ended: {left}")

    # ---- push

    def _free(self) -> SandboxLike | None:
        for machine in self.machines:
            if not machine.busy:
                return machine
        return None

    def _push(self, batch: Sequence[Received], machine: SandboxLike) -> None:
        place = self.machines.index(machine)
        if machine.dead:
            machine = self.machines[place] = SandboxLike()
        self.start(
            f"push-{next(self._names)}", lambda _: self._invoked(batch, machine), sandbox=machine, lives=PUSH_TIMEOUT
        )

    def _invoked(self, batch: Sequence[Received], machine: SandboxLike) -> None:
        done_with = self._runs_push(batch, machine)
        fault = self.point("delete")
        self.spend(fault, QUEUE_CALL)
        if fault is Fault.LOST:
            return
        for received in done_with:
            if self.queue.delete(received.receipt):
                self.checker.deleted(received, batch)

    def _runs_push(self, batch: Sequence[Received], machine: SandboxLike) -> Sequence[Received]:
        """What of the batch may be deleted."""
        clock = SimClock(self, machine)
        verdicts = push_batch(batch, self.push_ports(clock), deadline=clock.now() + PUSH_TIMEOUT)
        return [one for one in batch if isinstance(verdicts.get(one.id), Acknowledge)]

    def _show(self, ids: Iterable[str]) -> bool:
        """The visibility of those that are in flight ends now; whether there were any."""
        hidden = [held for held in map(self.queue.held.__getitem__, ids) if held.receipt and held.visible_at > self.now]
        for held in hidden:
            held.visible_at = self.now
            self.queue._schedule(held)
        return bool(hidden)


__all__ = ["LATEST", "Load", "World"]
