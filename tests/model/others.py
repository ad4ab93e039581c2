"""The rest of the model: queue, sweep, replay, the person who reviews, the accountant who books by hand.

A person decides by what K3Cloud shows, and only when nothing of the payment can still come (the same attestation that a
repush needs). That a person may be wrong about it is what switching the assumptions off means.
"""

from typing import Final, TypedDict

from model import judgements
from model.judgements import OPEN_STATES
from model.rows import (
    FAULT,
    NAMES,
    PERSON,
    SYSTEM,
    Steps,
    by_another,
    claimed_by_sibling,
    in_hand,
    lock,
    may_claim,
    moved,
    nothing_can_come,
    requests,
    visible,
    with_payment,
)
from model.world import BY_HAND, OWN, Operator, Payment, Rules, World

_MAY_CHANGE: Final = frozenset({"NEW", "INTENT", "IN_DOUBT", "REVIEW", "REJECTED"})


def queue(world: World) -> Steps:
    """A message is lost, or is left to sweep after many deliveries."""
    for index in (0, 1):
        payment = world.payments[index]
        if payment.message:
            lost = with_payment(world, index, payment._replace(message=False))
            yield FAULT, f"the message of {NAMES[index]} is lost", lost


def sweep(rules: Rules, world: World) -> Steps:
    """core/sweep.py: wakes open rows, sends letters that are owed, lets go on whoever waited for the other."""
    if not rules.sweep:
        return
    for index in (0, 1):
        payment, name = world.payments[index], NAMES[index]
        if payment.state in OPEN_STATES and not payment.message:
            woken = with_payment(world, index, payment._replace(message=True))
            yield SYSTEM, f"sweep sends the message of {name} again", woken
        if payment.owes_letter:
            sent = with_payment(world, index, payment._replace(owes_letter=False))
            yield SYSTEM, f"the dead letter of {name} is sent", sent
        if payment.waits and lock(rules, world, index) == "free":
            after = moved(payment, "reopened", waits=False, message=True)
            yield SYSTEM, f"sweep lets {name} go on", by_another(rules, world, index, after)


def people(rules: Rules, world: World) -> Steps:
    """core/replay.py and core/review.py, and K3Cloud's own screen."""
    if world.operator.looking:
        yield from _decisions(rules, world, world.operator)
        yield FAULT, "the person goes away without deciding", world._replace(operator=Operator())
    for index in (0, 1):
        payment, name = world.payments[index], NAMES[index]
        if payment.state == "REVIEW" and not world.operator.looking:
            look = Operator(index, looking=True, **_shown(rules, world, index))
            yield PERSON, f"a person looks at K3Cloud for {name}", world._replace(operator=look)
        if payment.state == "REJECTED":
            event = judgements.resumed(has_bill=bool(payment.bill))
            after = moved(payment, event, owes_letter=False, changed=False, message=True)
            yield PERSON, f"a person replays {name}", by_another(rules, world, index, after)
        if payment.state in {"REVIEW", "REJECTED"} and (payment.bill or nothing_can_come(rules, world, index)):
            closed = moved(payment, "closed", holds_lock=False, waits=False, owes_letter=False)
            yield PERSON, f"a person closes {name}", by_another(rules, world, index, closed)
        yield from _accept(rules, world, index, payment)
        yield from _book_by_hand(rules, world, index, payment)
    if not _booked_by_hand(world):
        yield PERSON, "an accountant makes a bill of the same source for something else", world._replace(stranger=True)


# ----------------------------------------------------------------------------------------------------------------------


class _Shown(TypedDict):
    seen: int
    sure: bool


def _shown(rules: Rules, world: World, index: int) -> _Shown:
    """The bills that nobody else has claimed, and whether more can come."""
    free = visible(rules, world, index) & ~claimed_by_sibling(world, index)
    return {"seen": free, "sure": nothing_can_come(rules, world, index)}


def _decisions(rules: Rules, world: World, operator: Operator) -> Steps:
    """Adopt the bill that is this payment's, by Push or by hand; or confirm that none of those shown is."""
    index, seen = operator.payment, operator.seen
    payment, world = world.payments[index]._replace(state="REVIEW"), world._replace(operator=Operator())
    ours = (OWN if payment.pushed else 0) | (BY_HAND if payment.by_hand else 0)
    for bill in (OWN, BY_HAND):
        free = lock(rules, world, index) == "free" and may_claim(rules, world, index, bill)
        if seen & ours & bill and payment.bill in {0, bill} and free:
            event = "resumed" if payment.bill else "bill adopted"
            after = moved(payment, event, bill=bill, holds_lock=True, waits=False, message=True)
            what = "its bill" if bill == OWN else "the bill made by hand"
            yield PERSON, f"the person adopts {what} for {NAMES[index]}", by_another(rules, world, index, after)
    content_first = payment.changed and not (payment.doubt and rules.doubt_before_content)
    if operator.sure and not (payment.bill or seen & ours or content_first):
        after = moved(payment, "reopened", waits=False, not_ours=payment.not_ours | seen, message=True)
        text = f"the person confirms that there is no bill of {NAMES[index]}"
        yield PERSON, text, by_another(rules, world, index, after)


def _accept(rules: Rules, world: World, index: int, payment: Payment) -> Steps:
    """Maycur's other content, of a payment whose booking has not ended."""
    name = NAMES[index]
    if not (payment.changed or payment.bill) and payment.state in _MAY_CHANGE:
        changed = with_payment(world, index, payment._replace(changed=True))
        yield FAULT, f"Maycur shows other content of {name}", changed
    if payment.changed and payment.state == "REVIEW" and not (payment.doubt and rules.doubt_before_content):
        event = judgements.resumed(has_bill=bool(payment.bill))
        after = moved(payment, event, waits=False, changed=False, message=True)
        yield PERSON, f"a person accepts the other content of {name}", by_another(rules, world, index, after)


def _book_by_hand(rules: Rules, world: World, index: int, payment: Payment) -> Steps:
    """For a payment that nobody else books: not begun, or waiting for a person, with nothing under way at K3Cloud."""
    if _booked_by_hand(world) or payment.pushed or payment.bill or payment.state in {"DONE", "CLOSED"}:
        return
    untouched = not (in_hand(world, index) or requests(world, index))
    if rules.hands_off and not (untouched and payment.state in {"NEW", "REVIEW", "REJECTED"}):
        return
    after = with_payment(world, index, payment._replace(by_hand=True))
    yield PERSON, f"an accountant books {NAMES[index]} by hand", after


def _booked_by_hand(world: World) -> bool:
    return world.stranger or any(payment.by_hand for payment in world.payments)
