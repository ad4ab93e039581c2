"""The scenarios whose every call is struck by every kind of fault, and how one is played to its end."""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

from fakes.system import START
from paysync.core.bills import BillStatus
from paysync.core.codes import Code
from paysync.core.keys import PaymentKey
from paysync.core.scheme import Paging
from paysync.core.states import State
from paysync.core.times import Instant
from simulation.books import ACCOUNTS, PERSON, Application, BookedBill, Books
from simulation.faults import Fault
from simulation.hub import MINUTE, SECOND, Work
from simulation.invariants import ViolationError
from simulation.maycur import PaidRow, paid_row
from simulation.pair import NAME, scheme, with_call_back
from simulation.people import decide_all, replay_all
from simulation.target import OFF
from simulation.world import Load, World

ACCOUNT, OTHER_ACCOUNT = ACCOUNTS
UNKNOWN_ACCOUNT: Final = "6222000099990000"
PAID: Final = START - timedelta(hours=2)
LONG_AGO: Final = -timedelta(days=1)
PUSHING: Final = 1.6 * SECOND
"""So long after the start, without faults, has push read the baseline and not yet pushed."""
MENDED: Final = 40 * MINUTE


def pay(  # noqa: PLR0913 - what a row says
    world: World,
    code: str,
    number: str,
    amount: str,
    *,
    account: str = ACCOUNT,
    paid: Instant | None = None,
    appears: timedelta = LONG_AGO,
) -> PaidRow:
    """A paid transaction; `appears`: so long after the start it shows up."""
    at = paid or PAID + len(world.maycur.rows) * timedelta(seconds=7)
    row = paid_row(code, number, account, Decimal(amount), at, START + appears)
    world.maycur.rows.append(row)
    return row


def apply(
    world: World, number: str, amount: str, *, status: BillStatus = BillStatus.AUDITED, draft: bool = False
) -> Application:
    """A payment application in K3Cloud."""
    return world.books.add(Application(f"id-{number}", number, Decimal(amount), status=status, draft=draft))


def one_payment(world: World) -> None:
    """The plainest case."""
    apply(world, "FK-1", "100.00")
    pay(world, "P1", "FK-1", "100.00")


def attested(world: World) -> None:
    """One payment of a tenant who has attested that a Push without a trace may be repeated once."""
    one_payment(world)


def two_of_one(world: World) -> None:
    """Two payments of one application: never in flight together."""
    apply(world, "FK-1", "100.00")
    pay(world, "P1", "FK-1", "60.00")
    pay(world, "P2", "FK-1", "40.00")


def its_message_is_lost(world: World) -> None:
    """Nobody is ever told of the payment but by sweep."""
    one_payment(world)
    world.outbox.loses_until = START + 1.5 * SECOND


def ten_with_two_faulty(world: World) -> None:
    """A full batch: one source is not audited, one account unknown, until people mend it."""
    _batch_with_two_faulty(world, good=8)


def three_with_two_faulty(world: World) -> None:
    """The same with one good payment instead of eight that are alike: few enough calls for every pair of faults."""
    _batch_with_two_faulty(world, good=1)


def _batch_with_two_faulty(world: World, good: int) -> None:
    for place in range(good + 1):
        apply(world, f"FK-{place}", "10.00")
        pay(
            world, f"P{place}", f"FK-{place}", "10.00", account=UNKNOWN_ACCOUNT if place == (good + 1) // 2 else ACCOUNT
        )
    late = apply(world, f"FK-{good + 1}", "10.00", status=BillStatus.SUBMITTED)
    pay(world, f"P{good + 1}", f"FK-{good + 1}", "10.00")
    world.later(MENDED, lambda: setattr(late, "status", BillStatus.AUDITED))
    world.later(MENDED, lambda: world.books.accounts.update({UNKNOWN_ACCOUNT: 100003}))


def a_draft(world: World) -> None:
    """A bill whose first save fails and which stays a draft without a number."""
    apply(world, "FK-1", "100.00", draft=True)
    pay(world, "P1", "FK-1", "100.00")


def by_hand_meanwhile(world: World) -> None:
    """A person makes a bill of the same application just before the Push."""
    application = apply(world, "FK-1", "100.00")
    pay(world, "P1", "FK-1", "40.00")

    def made() -> None:
        world.books.make_by_hand(application, Decimal("60.00"), now=world.now, meant_for=None, creator=PERSON)

    world.later(PUSHING, made)


def decided_meanwhile(world: World) -> None:
    """One of two payments was booked by hand; two operators replay and decide while push, sweep and fetch go on."""
    _booked_by_hand(world)
    for place in range(3):
        for does in (decide_all, replay_all, decide_all):
            world.later(10 * SECOND + place * 6 * MINUTE, lambda does=does: does(world))  # type: ignore[misc]  # bound now
        world.later(10 * SECOND + place * 6 * MINUTE, world.sweep)


def _booked_by_hand(world: World) -> None:
    application = apply(world, "FK-1", "100.00")
    pay(world, "P1", "FK-1", "40.00")
    pay(world, "P2", "FK-1", "60.00")
    meant_for = PaymentKey(NAME, "P2")
    world.books.make_by_hand(application, Decimal("60.00"), now=START, meant_for=meant_for, creator=PERSON)


def pages_that_change(world: World) -> None:
    """More rows than a page holds: one shows up while they are read, one later behind the watermark, one goes."""
    for place, appears in enumerate((LONG_AGO, 25 * MINUTE, LONG_AGO, 0.2 * SECOND)):
        apply(world, f"FK-{place}", "10.00")
        paid = START - timedelta(hours=5) + place * 80 * MINUTE
        row = pay(world, f"P{place}", f"FK-{place}", "10.00", paid=paid, appears=appears)
        if place == 2:
            row.leaves_at = START + 20 * MINUTE


def backfill_beside_fetch(world: World) -> None:
    """Both read the same rows at once; backfill again when more have come."""
    pages_that_change(world)
    world.later(0.1 * SECOND, world.fetch)
    for at in (0.1 * SECOND, 26 * MINUTE):
        world.later(at, world.backfill)


def reconcile_beside_push(world: World) -> None:
    """Reconcile finds what fetch has not read, compares bills in the making, and sees that a row has gone."""
    for place in range(2):
        apply(world, f"FK-{place}", "10.00")
        pay(world, f"P{place}", f"FK-{place}", "10.00")
    apply(world, "FK-2", "10.00")
    row = pay(world, "P2", "FK-2", "10.00", paid=START - timedelta(hours=5), appears=1.3 * SECOND)
    row.leaves_at = START + 20 * MINUTE
    for at in (0.1 * SECOND, PUSHING, 3.5 * SECOND, 22 * MINUTE):
        world.later(at, world.reconcile)


def unguarded(world: World) -> None:
    """One payment, attested, in an ERP that lets anybody push too much and shows a bill only minutes later."""
    one_payment(world)


def overtaken(world: World) -> None:
    """A sandbox whose clock is behind still pushes when another one takes its payment: its answer comes too late."""
    one_payment(world)
    world.machines[0].skew = -OFF
    world.later(PUSHING + 0.5 * SECOND, lambda: world.befall(Fault.EXPIRY))


def corrected_while_open(world: World) -> None:
    """Consumption stands still for credentials, and meanwhile Maycur corrects what waits."""
    one_payment(world)
    row = world.maycur.rows[0]
    world.rotate(3 * MINUTE)
    world.later(MINUTE, lambda: world.maycur.edit(row, row.raw | {"payableAmount": Decimal("59.00")}))
    world.later(2 * MINUTE, world.fetch)


def waits_for_a_decision(world: World) -> None:
    """One of two payments was booked by hand; both wait until somebody decides, the second one for the first."""
    _booked_by_hand(world)


def called_back(world: World) -> None:
    """A payment that is handed on to a scheme that pushes the same application once more."""
    one_payment(world)


def ten_to_push(world: World) -> None:
    """A full batch; with a slow ERP too much for one invocation."""
    for place in range(10):
        apply(world, f"FK-{place}", "10.00")
        pay(world, f"P{place}", f"FK-{place}", "10.00")


class OneBill(Books):
    """A conversion rule gone wrong: every Push answers with the bill that the first one has made."""

    def push(self, numbers: list[str], **said: Any) -> BookedBill | Code:
        known = next(iter(self.bills.values()), None)
        return known or super().push(numbers, **said)


def one_bill_for_all(world: World) -> None:
    """Two payments of two applications, and only one bill."""
    world.books = world.target.books = OneBill()
    for place in range(2):
        apply(world, f"FK-{place}", "10.00")
        pay(world, f"P{place}", f"FK-{place}", "10.00")


SCENARIOS: Final[Mapping[str, Callable[[World], None]]] = {
    scenario.__name__: scenario
    for scenario in (
        one_payment,
        attested,
        two_of_one,
        unguarded,
        its_message_is_lost,
        ten_with_two_faulty,
        three_with_two_faulty,
        a_draft,
        by_hand_meanwhile,
        decided_meanwhile,
        pages_that_change,
        backfill_beside_fetch,
        reconcile_beside_push,
        overtaken,
        corrected_while_open,
        waits_for_a_decision,
        called_back,
    )
}
_SCHEMES: Final = {
    "ten_with_two_faulty": partial(scheme, page_size=20),
    "pages_that_change": partial(scheme, page_size=3),
    "backfill_beside_fetch": partial(scheme, page_size=3, paging=Paging.PAGE_FROM_1),
    "attested": partial(scheme, repush=True),
    "unguarded": partial(scheme, repush=True),
}


def play(  # noqa: PLR0913 - what differs from a plain run
    name: str,
    plan: Mapping[int, Fault] | None = None,
    *,
    acts: Mapping[int, Callable[[World], None]] | None = None,
    load: Load | None = None,
    trace: bool = False,
    rereads: bool = True,
) -> World:
    """A scenario from its first fetch to its end, with the faults and acts of the plan. Raises ViolationError.

    Without `rereads` nothing is read once more when all is at rest and has a row.
    """
    world = World(plan=plan or {}, load=load or _load(name))
    world.rereads = rereads
    world.acts = {point: _on(world, act) for point, act in (acts or {}).items()}
    if trace:
        world.trace = deque(maxlen=4000)
    world.ops = []
    SCENARIOS[name](world)
    return _to_its_end(world)


def _load(name: str) -> Load:
    mine = _SCHEMES.get(name, scheme)()
    if name == unguarded.__name__:
        return Load(scheme=mine, over_push_guard=False, query_lag=5 * MINUTE)
    if name == called_back.__name__:
        first, after = with_call_back(mine)
        return Load(scheme=first, after=after)
    return Load(scheme=mine)


def play_slow_erp() -> World:
    """Ten payments at 81 seconds for each Push: the batch is cut at a safe place, and the rest comes again."""
    world = World(plan={}, load=Load(pace=54))
    ten_to_push(world)
    return _to_its_end(world)


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
    """Where every payment ended; one of the scheme that rows are handed on to by its whole key."""
    return {key.code if key.scheme == NAME else str(key): row.state for key, row in world.ledger.table.items()}


def booked(world: World) -> set[str]:
    """The payments with a bill in the books."""
    return {code for code in states(world) if world.checker.bills_of(PaymentKey(NAME, code))}


def _to_its_end(world: World) -> World:
    world.fetch()
    world.run_for(timedelta(minutes=30))
    world.settle()
    return world


def _on(world: World, act: Callable[[World], None]) -> Work:
    return lambda: act(world)
