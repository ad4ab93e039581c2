"""K3Cloud in the model: carries a request out now, later or never, may hide a bill from its query for a while."""

from typing import Final

from model.rows import FAULT, NAMES, SYSTEM, RowFields, Steps, stepped, with_payment, with_pusher
from model.world import ANSWERED, HIDDEN, OWN, SENT, SIBLINGS, VISIBLE, Payment, Pusher, Rules, World

_REFUSED: Final[RowFields] = {"holds_lock": False, "owes_letter": True}


def steps(rules: Rules, world: World) -> Steps:
    """What the ERP may do next."""
    for who in (0, 1):
        if world.pushers[who].phase == SENT:
            yield from _answers(rules, world, who)
    for index in (0, 1):
        payment, name = world.payments[index], NAMES[index]
        if payment.late:
            fewer = payment._replace(late=payment.late - 1)
            late = with_payment(world, index, _executed(fewer))
            yield SYSTEM, f"K3Cloud carries out the Push of {name}, late", late
            yield SYSTEM, f"K3Cloud never carries out the Push of {name}", with_payment(world, index, fewer)
        if payment.pushed == HIDDEN:
            shown = with_payment(world, index, payment._replace(pushed=VISIBLE))
            yield SYSTEM, f"K3Cloud's query begins to show the bill of {name}", shown


def _answers(rules: Rules, world: World, who: int) -> Steps:
    index = world.pushers[who].payment
    payment, sibling, name = world.payments[index], world.payments[1 - index], NAMES[index]
    done = with_payment(world, index, _executed(payment))
    yield SYSTEM, f"K3Cloud carries out the Push of {name}", _answered(done, who, OWN)
    if rules.one_source and sibling.pushed:
        merged = _answered(world, who, SIBLINGS)
        yield FAULT, f"K3Cloud merges the Push of {name} into the other payment's bill", merged
    over = with_pusher(world, who, Pusher())
    turned_away = stepped(rules, (world, who, Pusher()), "INTENT", "turned away") or over
    yield SYSTEM, f"K3Cloud turns the Push of {name} away for now", turned_away
    refused = stepped(rules, (world, who, Pusher()), "INTENT", "refused", **_REFUSED) or over
    yield SYSTEM, f"K3Cloud refuses the Push of {name} for good", refused


def _executed(payment: Payment) -> Payment:
    return payment._replace(twice=True) if payment.pushed else payment._replace(pushed=HIDDEN)


def _answered(world: World, who: int, bill: int) -> World:
    pusher = world.pushers[who]
    if not pusher.current:
        return with_pusher(world, who, Pusher())  # the answer of an overtaken sender changes no row
    return with_pusher(world, who, pusher._replace(phase=ANSWERED, seen=bill))
