"""The protocol as a small explicit-state model: every step that somebody may take in a world, one at a time.

Two payments (of one payment application, or of two), two pushers that may be killed at any step, one K3Cloud without
its over-push guard that may commit late and whose query may lag, one queue that loses and repeats messages, one sweep,
one operator, one accountant. The judgements are the core's own functions (judgements.py).

Left out, because they move no money between bills: amounts, Save, Submit and Audit one by one (a bill is completed in
one step, by its id), voided bills, what the other content of a payment says (that Maycur shows some is in it), times
(what depends on a time may happen at any time).
"""

from collections.abc import Iterator
from itertools import chain

from model import erp, others, pushers
from model.rows import Step, requests
from model.world import BY_HAND, OWN, SIBLINGS, Payment, Rules, World


def steps(rules: Rules, world: World) -> Iterator[Step]:
    """Everything that may happen next."""
    return chain(
        pushers.steps(rules, world, 0),
        pushers.steps(rules, world, 1),
        erp.steps(rules, world),
        others.sweep(rules, world),
        others.people(rules, world),
        others.queue(world),
    )


def doubled(world: World) -> str:
    """What is wrong with the money in this world, or nothing."""
    first, second = world.payments
    if _bills_of(first) > 1 or _bills_of(second) > 1:
        return "two bills for one payment"
    if {first.bill, second.bill} in ({OWN, SIBLINGS}, {BY_HAND}):
        return "one bill booked for two payments"
    return ""


def broken(rules: Rules, world: World) -> str:
    """Which promise this world breaks, or nothing: what must hold in every world of the safe policies."""
    return doubled(world) or next(filter(None, (_broken(rules, world, index) for index in (0, 1))), "")


def _broken(rules: Rules, world: World, index: int) -> str:
    payment, sibling = world.payments[index], world.payments[1 - index]
    under_way = requests(world, index)
    if under_way > 1 or (under_way and payment.pushed):
        return "I7: a second Push while the first may still be carried out, or was"
    if payment.bill == SIBLINGS or (payment.bill == BY_HAND and not payment.by_hand):
        return "I4: a bill in the row of a payment that it was not made for"
    if payment.bill == OWN and not payment.pushed:
        return "I2: a row names a bill that does not exist"
    if payment.state == "DONE" and not payment.bill:
        return "I2: DONE without a bill"
    return _broken_lock(rules, payment, sibling)


def _broken_lock(rules: Rules, payment: Payment, sibling: Payment) -> str:
    if rules.one_source and payment.holds_lock and sibling.holds_lock:
        return "lock: two owners"
    if (payment.doubt or payment.state in {"INTENT", "IN_DOUBT", "PUSHED"}) and not payment.holds_lock:
        return "lock: a bill of the payment exists or may come, and it does not hold it"
    free = payment.state in {"DONE", "CLOSED"} or (payment.state == "REJECTED" and not payment.bill)
    return "lock: kept by a payment that needs it no more" if free and payment.holds_lock else ""


def _bills_of(payment: Payment) -> int:
    """Bills that were made for the payment, or that its row names."""
    others = payment.bill == SIBLINGS or (payment.bill == BY_HAND and not payment.by_hand)
    return bool(payment.pushed) + payment.twice + payment.by_hand + others
