"""push in the model: core/claim.py, prepare.py, make.py, resolve.py and complete.py, one call or one commit a step.

A lease may end at any time here: it keeps pushers out of each other's way, but no promise rests on it.
"""

from model import judgements
from model.rows import (
    FAULT,
    NAMES,
    PUSHERS,
    SYSTEM,
    Steps,
    by_another,
    claimed,
    claimed_by_sibling,
    lock,
    may_claim,
    moved,
    nothing_can_come,
    stepped,
    visible,
    with_payment,
    with_pusher,
)
from model.world import (
    ADOPTING,
    ANSWERED,
    CLEAR,
    COMPLETING,
    IDLE,
    INTENDED,
    PREPARING,
    RESOLVING,
    SENT,
    Pusher,
    Rules,
    World,
)

_PHASE_OF = {"NEW": PREPARING, "IN_DOUBT": RESOLVING, "PUSHED": COMPLETING}
_BILL = {1: "its own bill", 2: "the other payment's bill", 4: "the bill made by hand"}


def steps(rules: Rules, world: World, who: int) -> Steps:
    """What pusher `who` may do next."""
    pusher = world.pushers[who]
    if pusher.phase == IDLE:
        for index in (0, 1):
            yield from _deliveries(rules, world, who, index)
        return
    yield from _crash(world, who, pusher)
    match pusher.phase:
        case "preparing":
            yield from _prepare(rules, world, who, pusher)
        case "baseline is clear":
            yield from _intend(rules, world, who, pusher)
        case "about to push":
            text = f"{PUSHERS[who]} sends the Push of {NAMES[pusher.payment]}"
            yield SYSTEM, text, with_pusher(world, who, pusher._replace(phase=SENT))
        case "waiting for the answer":
            yield from _no_answer(rules, world, who, pusher)
        case "has the answer":
            yield from _record(rules, world, who, pusher)
        case "resolving":
            yield from _resolve(rules, world, who, pusher)
        case "about to adopt":
            yield from _adopt(rules, world, who, pusher)
        case "completing":
            yield from _complete(rules, world, who, pusher)


def _crash(world: World, who: int, pusher: Pusher) -> Steps:
    after = with_pusher(world, who, Pusher())
    if pusher.phase == SENT:
        payment = world.payments[pusher.payment]
        after = with_payment(after, pusher.payment, payment._replace(late=payment.late + 1))
    yield FAULT, f"{PUSHERS[who]} is killed ({pusher.phase}, {NAMES[pusher.payment]})", after


def _deliveries(rules: Rules, world: World, who: int, index: int) -> Steps:
    payment = world.payments[index]
    redriven = payment.state == "REJECTED" and not payment.owes_letter
    if not payment.message and not redriven:
        return
    match judgements.decision(payment.state, redriven=redriven):
        case "Take":
            yield from _take(rules, world, who, index, "a message")
        case "Doubtful":
            after = by_another(rules, world, index, moved(payment, "answer lost"))
            yield SYSTEM, f"{PUSHERS[who]} finds {NAMES[index]} in INTENT, left by another: in doubt", after
        case "Reopen":
            yield from _take(rules, world, who, index, "its redriven dead letter")


def _take(rules: Rules, world: World, who: int, index: int, why: str) -> Steps:
    payment = world.payments[index]
    if payment.state == "REJECTED":
        event = judgements.resumed(has_bill=bool(payment.bill))
        payment = moved(payment, event, owes_letter=False, message=True)
    text = f"{PUSHERS[who]} takes {NAMES[index]} in hand by {why}"
    match lock(rules, world, index):
        case "free":
            world = _lock_taken(rules, world, index)
            after = claimed(
                rules, world, who, index, payment._replace(holds_lock=True), _PHASE_OF[payment.state]
            )
            yield SYSTEM, text, after
        case "parked" if payment.state == "NEW":
            parked = moved(payment, "parked", waits=True)
            yield SYSTEM, f"{text}, but it waits for the other: REVIEW", by_another(rules, world, index, parked)


def _lock_taken(rules: Rules, world: World, index: int) -> World:
    sibling = world.payments[1 - index]
    if not (rules.one_source and rules.source_lock and sibling.holds_lock):
        return world
    return with_payment(world, 1 - index, sibling._replace(holds_lock=False))


def _prepare(rules: Rules, world: World, who: int, pusher: Pusher) -> Steps:
    name, index = f"{PUSHERS[who]}, {NAMES[pusher.payment]}:", pusher.payment
    payment, seen = world.payments[index], visible(rules, world, index)
    if payment.changed:
        yield from _parked(rules, world, who, "NEW", "parked", f"{name} Maycur has shown other content")
        return
    found = judgements.baseline(seen, payment.bill, claimed_by_sibling(world, index), payment.not_ours)
    if not rules.baseline or found == 0:
        after = with_pusher(world, who, pusher._replace(phase=CLEAR, seen=seen))
        yield SYSTEM, f"{name} asks which bills exist; nothing is in the way", after
    elif found is None:
        yield from _parked(rules, world, who, "NEW", "parked", f"{name} finds a bill of unknown origin")
    else:
        yield from _taken(rules, world, who, "NEW", "bill found", found, f"{name} finds {_BILL[found]}")
    yield from _parked(rules, world, who, "NEW", "parked", f"{name} a person must look (lookup, amount)")
    refused = stepped(rules, world, who, "NEW", "refused", None, holds_lock=False, owes_letter=True)
    if refused:
        yield SYSTEM, f"{name} the application cannot be paid: REJECTED", refused


def _intend(rules: Rules, world: World, who: int, pusher: Pusher) -> Steps:
    then = pusher._replace(phase=INTENDED, seen=0)
    if world.payments[pusher.payment].changed:
        text = f"{PUSHERS[who]}: Maycur shows other content of {NAMES[pusher.payment]} by now"
        yield from _parked(rules, world, who, "NEW", "parked", text)
        return
    if not rules.durable_intent:
        yield SYSTEM, f"{PUSHERS[who]} goes on to push {NAMES[pusher.payment]} without an INTENT", with_pusher(
            world, who, then
        )
        return
    after = stepped(rules, world, who, "NEW", "intent written", then, baseline=pusher.seen)
    if after:
        yield SYSTEM, f"{PUSHERS[who]} writes the INTENT of {NAMES[pusher.payment]}", after


def _no_answer(rules: Rules, world: World, who: int, pusher: Pusher) -> Steps:
    """The call ends without an answer; its request may still be carried out."""
    payment = world.payments[pusher.payment]
    event = "answer lost" if rules.unknown_is_the_default else "turned away"
    after = stepped(rules, world, who, "INTENT", event, None, late=payment.late + 1)
    if after is None:
        late = payment._replace(late=payment.late + 1)
        after = with_pusher(with_payment(world, pusher.payment, late), who, Pusher())
    what = "in doubt" if rules.unknown_is_the_default else "taken for a no"
    yield FAULT, f"{PUSHERS[who]}: the Push of {NAMES[pusher.payment]} times out: {what}", after


def _record(rules: Rules, world: World, who: int, pusher: Pusher) -> Steps:
    name = f"{PUSHERS[who]}, {NAMES[pusher.payment]}:"
    if rules.answer_is_new and pusher.seen & world.payments[pusher.payment].baseline:
        yield from _parked(rules, world, who, "INTENT", "parked", f"{name} the answer names a bill that existed before")
        return
    state, event = ("INTENT", "bill made") if rules.durable_intent else ("NEW", "bill found")
    yield from _taken(rules, world, who, state, event, pusher.seen, f"{name} records {_BILL[pusher.seen]}")
    lost = stepped(rules, world, who, "INTENT", "answer lost", None)
    if lost:
        yield FAULT, f"{name} the answer is cut off: in doubt", lost


def _resolve(rules: Rules, world: World, who: int, pusher: Pusher) -> Steps:
    name, index = f"{PUSHERS[who]}, {NAMES[pusher.payment]}:", pusher.payment
    payment = world.payments[index]
    seen = visible(rules, world, index)
    found = judgements.doubt(seen, payment.baseline, claimed_by_sibling(world, index), payment.not_ours)
    if found is None:
        yield from _parked(rules, world, who, "IN_DOUBT", "unresolved", f"{name} the bills that exist decide nothing")
    elif found:
        after = with_pusher(world, who, pusher._replace(phase=ADOPTING, seen=found))
        yield SYSTEM, f"{name} asks and finds one new bill ({_BILL[found]})", after
    elif rules.policy == "park" or payment.repushed:
        yield from _parked(rules, world, who, "IN_DOUBT", "unresolved", f"{name} asks twice and finds no bill")
    elif nothing_can_come(rules, world, index):
        then = pusher._replace(phase=PREPARING)
        after = stepped(rules, world, who, "IN_DOUBT", "repush allowed", then, repushed=True)
        if after:
            yield SYSTEM, f"{name} asks twice and finds no bill: one more Push is allowed", after


def _adopt(rules: Rules, world: World, who: int, pusher: Pusher) -> Steps:
    name = f"{PUSHERS[who]}, {NAMES[pusher.payment]}:"
    yield from _taken(rules, world, who, "IN_DOUBT", "bill adopted", pusher.seen, f"{name} adopts {_BILL[pusher.seen]}")
    yield from _parked(rules, world, who, "IN_DOUBT", "unresolved", f"{name} the bill's amount or currency is another")


def _complete(rules: Rules, world: World, who: int, pusher: Pusher) -> Steps:
    name = f"{PUSHERS[who]}, {NAMES[pusher.payment]}:"
    done = stepped(rules, world, who, "PUSHED", "completed", None, holds_lock=False)
    if done:
        yield SYSTEM, f"{name} completes the bill: DONE", done
    yield from _parked(rules, world, who, "PUSHED", "parked", f"{name} the bill does not read back as wanted")
    rejected = stepped(rules, world, who, "PUSHED", "refused", None, owes_letter=True)
    if rejected:
        yield SYSTEM, f"{name} Save, Submit or Audit is refused: REJECTED, its lock kept", rejected


def _taken(  # noqa: PLR0913, PLR0917 - a commit with its claim and its words
    rules: Rules, world: World, who: int, state: str, event: str, bill: int, text: str
) -> Steps:
    """Row and claim in one step; a bill that is the other payment's sends to REVIEW."""
    pusher = world.pushers[who]
    if may_claim(rules, world, pusher.payment, bill):
        after = stepped(rules, world, who, state, event, pusher._replace(phase=COMPLETING, seen=0), bill=bill)
        if after:
            yield SYSTEM, text, after
    else:
        parked = "unresolved" if event == "bill adopted" else "parked"
        yield from _parked(rules, world, who, state, parked, f"{text}, which has another owner")


def _parked(  # noqa: PLR0913, PLR0917 - a commit with its words
    rules: Rules, world: World, who: int, state: str, event: str, text: str
) -> Steps:
    payment = world.payments[world.pushers[who].payment]
    keeps = payment.holds_lock and rules.lock_kept_in_review
    after = stepped(rules, world, who, state, event, None, holds_lock=keeps)
    if after:
        yield SYSTEM, f"{text}: REVIEW", after

