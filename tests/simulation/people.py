"""What people do: an operator with the tools, and somebody who works in K3Cloud by hand meanwhile."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Final

from paysync.core.bills import BillStatus
from paysync.core.keys import PaymentKey
from paysync.core.outcomes import Done
from paysync.core.records import Row
from paysync.core.replay import ReplayPorts, plan, replay
from paysync.core.review import Look, ReviewPorts, accept, adopt, close, confirm_none, look
from paysync.core.states import State
from simulation.books import PERSON, Application, BookedBill

if TYPE_CHECKING:
    from simulation.world import World

LOOKS: Final = 4
"""How often a person mends and replays what comes back before they book it by hand and close the case."""

Act = Callable[["World"], None]


def decide(world: "World", rows: Sequence[Row], *, final: bool) -> None:
    """What a careful person does with what is left: they see the true books, and act by the tools."""
    for row in rows:
        does = partial(_decided, world, row=row, final=final)
        world.person("review", does, row.key.scheme)


def decide_all(world: "World") -> None:
    """An operator goes through all that waits for a person."""
    decide(world, [row for row in world.ledger.table.values() if row.state is State.REVIEW], final=False)


def replay_all(world: "World") -> None:
    """`paysync replay --all`."""

    def replayed(ports: ReviewPorts) -> None:
        _replay(world, ports, list(world.ledger.table), pause=timedelta(seconds=1))

    world.person("replay", replayed)


def adopt_the_right_one(world: "World") -> None:
    """Somebody adopts the bill that was made for a payment in review, for each that has one."""

    def adopted(ports: ReviewPorts, seen: Look) -> None:
        mine = _right_one(world, seen)
        if mine:
            adopt(ports, seen, mine, "it is this one")

    _on_each_in_review(world, adopted)


def confirm_none_of_all(world: "World") -> None:
    """Somebody says of each payment in review that no bill is its own."""
    _on_each_in_review(world, lambda ports, seen: confirm_none(ports, seen, "none of these"))


def close_all(world: "World") -> None:
    """Somebody closes each case in review."""
    _on_each_in_review(world, lambda ports, seen: close(ports, seen.row, "booked by hand"))


def book_by_hand(world: "World") -> None:
    """Somebody makes the bill of what is open on the first application, for its first payment."""
    application = next(iter(world.books.applications.values()))
    left = world.books.left(application)
    meant_for = _first_of(world, application.number)
    if left > 0 and meant_for is not None:
        world.books.make_by_hand(application, left, now=world.now, meant_for=meant_for, creator=PERSON)


def book_part_by_hand(world: "World") -> None:
    """Somebody makes a bill of one cent, for nothing that Maycur has paid."""
    application = next(iter(world.books.applications.values()))
    if world.books.left(application) > 0:
        world.books.make_by_hand(application, Decimal("0.01"), now=world.now, meant_for=None, creator=PERSON)


def void_the_bills(world: "World", of: Application | None = None) -> None:
    """Somebody voids every bill there is, or each that one application has."""
    for bill in _bills(world, of):
        bill.voided, bill.touched_at = True, world.now


def delete_the_bills(world: "World") -> None:
    """Somebody deletes every bill there is."""
    for bill in world.books.bills.values():
        bill.deleted, bill.touched_at = True, world.now


def edit_the_bills(world: "World", of: Application | None = None) -> None:
    """Somebody changes the amount of every bill, or each that one application has."""
    for bill in _bills(world, of):
        bill.entries[0].amount += Decimal("0.01")
        bill.touched_at = world.now


def finish_the_bills(world: "World", of: Application | None = None) -> None:
    """Somebody submits and audits every bill as it stands, or each that one application has."""
    for bill in _bills(world, of):
        world.books.submit(bill.id)
        world.books.audit(bill.id)
        bill.touched_at = world.now


def correct_the_payments(world: "World") -> None:
    """Somebody corrects every payment in Maycur by a cent, and fetch comes by."""
    for row in world.maycur.rows:
        amount = row.raw["payableAmount"]
        if isinstance(amount, Decimal):
            world.maycur.edit(row, row.raw | {"payableAmount": amount - Decimal("0.01")})
    world.fetch()


# ----------------------------------------------------------------------------------------------------------------------


def _bills(world: "World", of: Application | None) -> Iterable[BookedBill]:
    return world.books.bills.values() if of is None else world.books.of_source(of)


def _on_each_in_review(world: "World", does: Callable[[ReviewPorts, Look], object]) -> None:
    def decided(ports: ReviewPorts) -> None:
        keys = [key for key in world.ledger.table if key.scheme == ports.scheme.name]
        for row in [r for r in ports.ledger.rows(keys).values() if r.state is State.REVIEW]:
            match look(ports, row):
                case Done(seen):
                    does(ports, seen)
                case _:
                    pass

    for scheme in world.schemes:
        world.person("decision", decided, scheme)


def _decided(world: "World", ports: ReviewPorts, *, row: Row, final: bool) -> None:
    if row.state is State.REJECTED:
        if final or row.payment.facts is None:
            close(ports, row, "cannot be booked")
        else:
            _replay(world, ports, [row.key], pause=timedelta())
        return
    if row.changed is not None and row.doubt is None and not final:
        accept(ports, row, "the new content is right")
        return
    match look(ports, row):
        case Done(seen):
            _decided_by(world, ports, seen, final=final)
        case _:
            return


def _decided_by(world: "World", ports: ReviewPorts, seen: Look, *, final: bool) -> None:
    """Adopt what was made for this payment; else nothing of what is shown is it."""
    mine = _right_one(world, seen)
    if final:
        _void_what_is_left(world, seen)
        close(ports, seen.row, "booked by hand")
    elif mine:
        adopt(ports, seen, mine, "it is this one")
    else:
        confirm_none(ports, seen, "none of these")


def _void_what_is_left(world: "World", seen: Look) -> None:
    """An unfinished bill of a closed case would take up the amount of its source for ever."""
    bill = world.books.bills.get(seen.row.bill.key.id) if seen.row.bill else None
    if bill is not None and bill.status is not BillStatus.AUDITED:
        bill.voided, bill.touched_at = True, world.now


def _right_one(world: "World", seen: Look) -> str:
    """The bill that was truly made for the payment, of those that are shown; nothing when there is none."""
    if seen.row.bill:
        return seen.row.bill.key.id
    key, bills = seen.row.key, world.books.bills
    return next((h.id for h in seen.free() if key in {bills[h.id].pushed_for, bills[h.id].meant_for}), "")


def _replay(world: "World", ports: ReviewPorts, keys: Sequence[PaymentKey], *, pause: timedelta) -> None:
    decided = ReplayPorts(world.ledger, world.outbox, ports.clock, ports.operator)
    for _ in replay(decided, plan(world.ledger, keys, ports.clock.now()), pause=pause):
        pass


def _first_of(world: "World", number: str) -> PaymentKey | None:
    codes = (r.raw["paymentBizCode"] for r in world.maycur.rows if r.raw["payeeTargetBusinessCode"] == number)
    code = next(codes, None)
    return None if code is None else PaymentKey(world.load.scheme.name, str(code))
