"""A whole run with many payments: full batches, part payments, bills of several entries, and weeks of nobody at work.

The same story as an ordinary seed's, only larger. People by hand touch one application each, so that every payment of
the others must still be booked; and in some crowds a trouble outlasts the retention of the queues.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

from paysync.core.codes import Code
from paysync.core.keys import PaymentKey
from paysync.core.records import Received, Row
from paysync.core.scheme import Scheme
from paysync.core.states import OPEN, Event, State
from simulation import people
from simulation.books import PERSON, Application
from simulation.chance import WHENEVER, Story, played
from simulation.faults import Fault
from simulation.hub import SandboxLike
from simulation.invariants import said_with
from simulation.pair import NAME
from simulation.world import Load, World

FEWEST, MOST = 10, 40
_DAY: Final = timedelta(days=1)
_TO_ONE: Final = (people.void_the_bills, people.edit_the_bills, people.finish_the_bills)


class CrowdWorld(World):
    """A world that counts how many messages each invocation of push has got."""

    def __init__(self, seed: int, *, load: Load, rate: float) -> None:
        super().__init__(seed, load=load, rate=rate)
        self.batches = Counter[int]()

    def rotated(self) -> bool:
        """As ever; but an operator who goes through many cases is no consumption that does not stand still."""
        if self.current is not None and self.current.dies_at is None:
            return self.now < self._rotated_until
        return super().rotated()

    def _push(self, batch: Sequence[Received], machine: SandboxLike) -> None:
        self.batches[len(batch)] += 1
        super()._push(batch, machine)


# ---- what lasts longer than a retention


def nobody_receives(world: World) -> Callable[[], None]:
    """The queue's trigger is switched off."""
    machines, world.machines = world.machines, [SandboxLike() for _ in world.machines]
    for machine in world.machines:
        machine.busy = True

    def over() -> None:
        world.machines = machines

    return over


def credentials_are_refused(world: World) -> Callable[[], None]:
    """Nobody has told the stack the new secret."""
    world.kinds = frozenset(world.kinds or Fault) - {Fault.ROTATED}
    world._rotated_until = world.now + 30 * _DAY

    def over() -> None:
        world._rotated_until = world.now

    return over


def every_sandbox_dies(world: World) -> Callable[[], None]:
    """A release that cannot run: whatever is invoked is killed at its first call."""
    rate, kinds = world.rate, world.kinds
    world.rate, world.kinds = 1.0, frozenset({Fault.CRASH_BEFORE})

    def over() -> None:
        world.rate, world.kinds = rate, kinds

    return over


def nobody_looks(world: World) -> Callable[[], None]:
    """All works, but no person comes by."""
    return world.sweep


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong, and how long it may last: longer than a retention where messages are left lying."""

    begins: Callable[[World], Callable[[], None]]
    shortest: timedelta
    longest: timedelta


TROUBLES: Final = (
    Trouble(nobody_receives, 4 * _DAY, 6 * _DAY),
    Trouble(every_sandbox_dies, _DAY / 6, 6 * _DAY),
    Trouble(credentials_are_refused, _DAY / 2, _DAY),
    Trouble(nobody_looks, 15 * _DAY, 16 * _DAY),
)


# ----------------------------------------------------------------------------------------------------------------------


class Crowd(Story):
    """What a seed has chosen for a crowd."""

    world: CrowdWorld

    def goes_on(self) -> None:
        """Two hours as ever; in some crowds a trouble comes first."""
        rng = self.rng
        if rng.random() < 0.3:
            self._lasts(rng.choice(TROUBLES))
        super().goes_on()

    def _lasts(self, trouble: Trouble) -> None:
        world, rng = self.world, self.rng
        world.run_for(timedelta(seconds=rng.choice((0, 3, 60, 900))))
        over = trouble.begins(world)
        span = trouble.shortest + (trouble.longest - trouble.shortest) * rng.random()
        for day in range(1, span.days + 1):
            world.later(day * _DAY, world.fetch)
            world.later(day * _DAY, world.deep_scan)
        world.run_for(span)
        over()

    def _world(self, load: Load, rate: float) -> CrowdWorld:
        return CrowdWorld(self.seed, load=load, rate=rate)

    def _scheme(self, chosen: Scheme) -> Scheme:
        """As shipped, the deep scan reaches further back than any trouble lasts."""
        source = replace(chosen.source, page_size=self.rng.choice((6, 20)), deep_scan=35 * _DAY)
        return replace(chosen, source=source)

    def _documents(self) -> int:
        self._left = self.rng.randint(FEWEST, MOST)
        return MOST

    def _document(self, number: int) -> None:
        if self._left:
            super()._document(number)

    def _payments_of_one(self) -> int:
        count = min(self._left, self.rng.choice((1, 1, 1, 2, 2, 3, 4, 6)))
        self._left -= count
        return count

    def _entries(self) -> int:
        return self.rng.choice((1, 1, 1, 1, 1, 1, 2, 3))

    def _not_paid(self) -> Decimal:
        return Decimal(self.rng.choice((0, 0, 0, 1, 5000))) / 100

    def _people_by_hand(self) -> None:
        """Each application by itself: voided, edited, finished, or an accountant who spreads what was paid."""
        world, rng = self.world, self.rng
        applications = list(world.books.applications.values())
        for application in rng.sample(applications, rng.randint(0, len(applications) // 5)):
            act = rng.choice(_TO_ONE)
            self.sure -= self._paid_from(application)
            world.later(
                timedelta(seconds=rng.choice(WHENEVER)),
                lambda act=act, application=application: act(world, application),  # type: ignore[misc]  # bound now
            )
        if rng.random() < 0.5:
            for hours in (2, 6, 12):
                world.later(timedelta(hours=hours), self._spread)

    def _paid_from(self, application: Application) -> set[PaymentKey]:
        rows = self.world.maycur.rows
        return {
            PaymentKey(NAME, str(row.raw["paymentBizCode"]))
            for row in rows
            if row.raw["payeeTargetBusinessCode"] == application.number
        }

    def _spread(self) -> None:
        """An accountant divides what was paid among the entries of each bill in review that says something else."""
        world = self.world
        for row in world.ledger.table.values():
            bill = world.books.bills.get(row.bill.key.id) if row.bill and row.state is State.REVIEW else None
            facts = row.payment.facts
            if bill and facts and bill.counts and len(bill.entries) > 1 and bill.amount != facts.amount.value:
                world.books.spread(bill, facts.amount.value, now=world.now)


def play_crowd(seed: int, *, trace: bool = False) -> CrowdWorld:
    """A run to its end. Raises ViolationError, noted with the seed."""
    with said_with(f"play_crowd({seed})"):
        crowd = Crowd(seed, trace=trace)
        played(crowd)
        _check_expired(crowd.world)
    return crowd.world


def _check_expired(world: World) -> None:
    """The queue only wakes somebody up: what it has thrown away is booked, or before a person's eyes."""
    world.dead_letters._expire()  # until somebody looks, what is too old lies there
    for one in (*world.queue.expired, *world.dead_letters.expired):
        row = world.ledger.table.get(one.message.key) if one.message else None
        if one.message is not None and (row is None or row.state in OPEN):
            world.checker.fail("I2", one.message.key, "its message expired, and nobody will look at it")


def happened(world: CrowdWorld) -> Counter[str]:
    """How often came about what crowds are there for."""
    rows, bills = list(world.ledger.table.values()), list(world.books.bills.values())
    of_source = Counter(row.payment.facts.source for row in rows if row.payment.facts)
    done = [row for row in rows if row.state is State.DONE]
    history = [entry for row in rows for entry in world.ledger.history(row.key)]
    events = Counter(entry.event for entry in history)
    return Counter(
        {
            "payments": len(rows),
            "payments booked": len(done),
            "part payments booked": sum(
                row.payment.facts is not None and of_source[row.payment.facts.source] > 1 for row in done
            ),
            "payments booked as several entries": sum(_entries(world, row) > 1 for row in done),
            "times parked for the sum of several entries": sum(
                entry.diagnosis is not None and entry.diagnosis.code is Code.BILL_AMOUNTS for entry in history
            ),
            "rows corrected in Maycur": len(world.maycur.edited),
            "payments rejected": events[Event.REFUSED],
            "payments opened again": events[Event.REOPENED] + events[Event.RESUMED],
            "bills of several entries": sum(len(bill.entries) > 1 for bill in bills),
            "bills by hand": sum(bill.creator == PERSON for bill in bills),
            "bills voided": sum(bill.voided for bill in bills),
            "bills edited": sum(bill.touched_at is not None and bill.counts for bill in bills),
            "full batches": world.batches[10],
            "expired messages": len(world.queue.expired),
            "expired dead letters": len(world.dead_letters.expired),
            "spent messages": world.queue.spent,
        }
    )


def _entries(world: World, row: Row) -> int:
    return len(world.books.bills[row.bill.key.id].entries) if row.bill else 0
