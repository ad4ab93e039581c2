"""The scenarios whose every call is struck by every kind of fault, and how one is played to its end."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final

from fakes.system import START
from paysync.core.bills import BillStatus
from paysync.core.codes import Code
from paysync.core.keys import PaymentKey
from paysync.core.states import State
from paysync.core.times import Instant
from simulation.books import ACCOUNTS, PERSON, Application, BookedBill, Books
from simulation.faults import Fault
from simulation.invariants import ViolationError
from simulation.maycur import paid_row
from simulation.pair import NAME
from simulation.world import Load, World

ACCOUNT, OTHER_ACCOUNT = ACCOUNTS
PAID: Final = START - timedelta(hours=1)


def pay(  # noqa: PLR0913 - what a row says
    world: World, code: str, number: str, amount: str, *, account: str = ACCOUNT, late: timedelta = timedelta()
) -> None:
    """A paid transaction; `late`: so long after the start it shows up."""
    place = len(world.maycur.rows)
    world.maycur.rows.append(
        paid_row(
            code,
            number,
            account,
            Decimal(amount),
            PAID + place * timedelta(seconds=7),
            START + late - timedelta(hours=1),
        )
    )


def apply(
    world: World, number: str, amount: str, *, status: BillStatus = BillStatus.AUDITED, draft: bool = False
) -> Application:
    """A payment application in K3Cloud."""
    return world.books.add(Application(f"id-{number}", number, Decimal(amount), status=status, draft=draft))


def one_payment(world: World) -> None:
    """The plainest case."""
    apply(world, "FK-1", "100.00")
    pay(world, "P1", "FK-1", "100.00")


def two_of_one(world: World) -> None:
    """Two payments of one application: never in flight together."""
    apply(world, "FK-1", "100.00")
    pay(world, "P1", "FK-1", "60.00")
    pay(world, "P2", "FK-1", "40.00")


def batch_with_faulty(world: World) -> None:
    """A batch in which one source is not audited, one account unknown, one number missing."""
    for place in range(4):
        apply(world, f"FK-{place}", "10.00")
        pay(world, f"P{place}", f"FK-{place}", "10.00")
    apply(world, "FK-8", "10.00", status=BillStatus.SUBMITTED)
    pay(world, "P8", "FK-8", "10.00")
    apply(world, "FK-9", "10.00")
    pay(world, "P9", "FK-9", "10.00", account="6222000099990000")


def a_draft(world: World) -> None:
    """A bill whose first save fails and which stays a draft without a number."""
    apply(world, "FK-1", "100.00", draft=True)
    pay(world, "P1", "FK-1", "100.00")


def by_hand_meanwhile(world: World) -> None:
    """A person books the payment while paysync is at it."""
    application = apply(world, "FK-1", "100.00")
    pay(world, "P1", "FK-1", "40.00")

    def made() -> None:
        world.books.make_by_hand(application, Decimal("60.00"), now=world.now, meant_for=None, creator=PERSON)

    world.later(timedelta(seconds=3), made)


def rows_that_come_late(world: World) -> None:
    """More rows than a page holds, and some behind the watermark."""
    for place in range(9):
        apply(world, f"FK-{place}", "10.00")
        late = timedelta(minutes=25) if place % 3 == 2 else timedelta()
        pay(world, f"P{place}", f"FK-{place}", "10.00", late=late)


def ten_to_push(world: World) -> None:
    """A full batch; with a slow ERP too much for one invocation."""
    for place in range(10):
        apply(world, f"FK-{place}", "10.00")
        pay(world, f"P{place}", f"FK-{place}", "10.00")


class OneBill(Books):
    """A conversion rule gone wrong: every Push answers with the bill that the first one has made."""

    def push(
        self, numbers: list[str], *, now: Instant, visible_at: Instant, pushed_for: PaymentKey | None
    ) -> BookedBill | Code:
        known = next(iter(self.bills.values()), None)
        return known or super().push(numbers, now=now, visible_at=visible_at, pushed_for=pushed_for)


def one_bill_for_all(world: World) -> None:
    """Two payments of two applications, and only one bill."""
    world.books = world.target.books = OneBill()
    for place in range(2):
        apply(world, f"FK-{place}", "10.00")
        pay(world, f"P{place}", f"FK-{place}", "10.00")


SCENARIOS: Final[Mapping[str, Callable[[World], None]]] = {
    scenario.__name__: scenario
    for scenario in (one_payment, two_of_one, batch_with_faulty, a_draft, by_hand_meanwhile, rows_that_come_late)
}
NEVER_BOOKED: Final = frozenset({"P8", "P9"})
"""Their cause is not mended in these scenarios."""


def play(name: str, plan: Mapping[int, Fault] | None = None, *, load: Load | None = None, trace: bool = False) -> World:
    """A scenario from its first fetch to its end, with the faults of the plan. Raises ViolationError."""
    world = World(plan=plan or {}, load=load)
    if trace:
        from collections import deque

        world.trace = deque(maxlen=4000)
    world.ops = []
    SCENARIOS[name](world)
    world.fetch()
    world.run_for(timedelta(minutes=30))
    world.settle()
    return world


def play_slow_erp() -> World:
    """Ten payments at 81 seconds for each Push: the batch is cut at a safe place, and the rest comes again."""
    world = World(plan={}, load=Load(pace=54))
    ten_to_push(world)
    world.fetch()
    world.run_for(timedelta(minutes=30))
    world.settle()
    return world


def play_one_bill_for_all() -> World:
    """Until push has had its turn; what a person makes of it is another matter."""
    world = World(plan={})
    one_bill_for_all(world)
    world.fetch()
    world.run_for(timedelta(minutes=10))
    world.stop()
    owners = [row.key.code for row in world.ledger.table.values() if row.bill is not None]
    if len(owners) != 1:
        raise ViolationError(f"I4: one bill, owned by {owners}")
    return world


def states(world: World) -> dict[str, State]:
    """Where every payment ended."""
    return {key.code: row.state for key, row in world.ledger.table.items()}


def booked(world: World) -> set[str]:
    """The payments with a bill in the books."""
    return {code for code in states(world) if world.checker.bills_of(PaymentKey(NAME, code))}
