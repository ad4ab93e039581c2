"""How a row changes in the model: by the core's table, under the fence, with lock and claim in the same step."""

from collections.abc import Iterator
from typing import Final, TypeAlias, TypedDict, Unpack

from model import judgements
from model.judgements import MOVES, OPEN_STATES
from model.world import (
    BY_HAND,
    HIDDEN,
    IDLE,
    OWN,
    SENT,
    SIBLINGS,
    UNSTOPPABLE,
    VISIBLE,
    Operator,
    Payment,
    Pusher,
    Rules,
    World,
)

Step: TypeAlias = tuple[str, str, World]
"""Who acts, what happens in words, and the world afterwards."""
Steps: TypeAlias = Iterator[Step]
SYSTEM: Final = "system"
FAULT: Final = "fault"
PERSON: Final = "person"

NAMES: Final = ("payment A", "payment B")
PUSHERS: Final = ("push 1", "push 2")
_REMEMBERS_ITS_BASELINE: Final = frozenset({"INTENT", "IN_DOUBT"})
_SETTLED: Final = frozenset({"DONE", "CLOSED"})
_FROM_THE_OTHER_SIDE: Final = {0: 0, OWN: SIBLINGS, SIBLINGS: OWN, BY_HAND: BY_HAND}


class RowFields(TypedDict, total=False):
    """What a step may change beside the state."""

    bill: int
    baseline: int
    not_ours: int
    holds_lock: bool
    waits: bool
    doubt: bool
    changed: bool
    repushed: bool
    owes_letter: bool
    message: bool
    late: int


def with_payment(world: World, index: int, payment: Payment) -> World:
    """The world with this payment changed."""
    first, second = world.payments
    return world._replace(payments=(payment, second) if index == 0 else (first, payment))


def with_pusher(world: World, index: int, pusher: Pusher) -> World:
    """The world with this pusher changed."""
    first, second = world.pushers
    return world._replace(pushers=(pusher, second) if index == 0 else (first, pusher))


def moved(payment: Payment, event: str, **fields: Unpack[RowFields]) -> Payment:
    """The payment after `event`; what no longer matters in its new state is forgotten."""
    state = MOVES[payment.state, event]
    after = payment._replace(state=state, **fields)
    if state not in _REMEMBERS_ITS_BASELINE:
        after = after._replace(baseline=0, doubt=state == "REVIEW" and (payment.doubt or event == "unresolved"))
    if state in _SETTLED or after.bill:
        after = after._replace(not_ours=0, repushed=False, changed=False)
    return after if state in OPEN_STATES else after._replace(message=False)


def by_another(rules: Rules, world: World, index: int, payment: Payment) -> World:
    """The row after a change by a hand that raises its fence: whoever had it is overtaken."""
    return with_payment(overtaken(rules, world, index), index, payment)


def overtaken(rules: Rules, world: World, index: int) -> World:
    """Whoever has this row in hand lost it. Only a Push on its way can then still do anything: all else is refused."""
    if not rules.fence:
        return world
    if world.operator.looking and world.operator.payment == index:
        world = world._replace(operator=Operator())
    if not in_hand(world, index):
        return world
    one, two = (
        pusher
        if pusher.payment != index or pusher.phase == IDLE
        else pusher._replace(current=False)
        if pusher.phase in UNSTOPPABLE
        else Pusher()
        for pusher in world.pushers
    )
    return world._replace(pushers=(one, two))


def stepped(
    rules: Rules, hand: tuple[World, int, Pusher], state: str, event: str, **fields: Unpack[RowFields]
) -> World | None:
    """The world after a pusher has committed `event` on the row that it believes to be in `state`, or None.

    `hand`: the world, who commits, what becomes of the pusher. Without the fence the ledger believes whoever writes.
    """
    world, who, then = hand
    pusher = world.pushers[who]
    payment = world.payments[pusher.payment]
    if rules.fence and not (pusher.current and payment.state == state):
        return None
    world = with_payment(world, pusher.payment, moved(payment._replace(state=state), event, **fields))
    return with_pusher(world, who, then)


def visible(rules: Rules, world: World, index: int) -> int:
    """The bills of the payment's source that the query shows, as the payment names them."""
    mine, siblings = world.payments[index], world.payments[1 - index]
    seen = OWN if mine.pushed == VISIBLE else 0
    if rules.one_source and siblings.pushed == VISIBLE:
        seen |= SIBLINGS
    if mine.by_hand or (rules.one_source and siblings.by_hand) or world.stranger:
        seen |= BY_HAND
    return seen


def claimed_by_sibling(world: World, index: int) -> int:
    """The bill that the other payment's row names, as this payment names it."""
    return _FROM_THE_OTHER_SIDE[world.payments[1 - index].bill]


def may_claim(rules: Rules, world: World, index: int, bill: int) -> bool:
    """Whether the unique claim on `bill` is free for this payment."""
    return not rules.unique_claim or claimed_by_sibling(world, index) != bill


def lock(rules: Rules, world: World, index: int) -> str:
    """`free`, `parked` or `busy`: what stands in the way of taking the source's lock for this payment."""
    sibling = world.payments[1 - index]
    if not (rules.source_lock and rules.one_source and sibling.holds_lock):
        return "free"
    return judgements.lock_holder(sibling.state, has_bill=bool(sibling.bill))


def nothing_can_come(rules: Rules, world: World, index: int) -> bool:
    """The attestation: no sender lives, no request can still be carried out, no bill is hidden from the query.

    What the rules leave out is believed without being so.
    """
    payment = world.payments[index]
    return not (
        (rules.sender_is_dead and sender_lives(world, index))
        or (rules.nothing_comes_late and payment.late)
        or (rules.query_is_complete and payment.pushed == HIDDEN)
    )


def sender_lives(world: World, index: int) -> bool:
    """Whether somebody is about to push this payment, or waits for the answer."""
    return any(pusher.payment == index and pusher.phase in UNSTOPPABLE for pusher in world.pushers)


def requests(world: World, index: int) -> int:
    """How many requests of this payment the ERP may still carry out."""
    waiting = sum(pusher.payment == index and pusher.phase == SENT for pusher in world.pushers)
    return world.payments[index].late + waiting


def in_hand(world: World, index: int) -> bool:
    """Whether a pusher has the payment in hand."""
    return any(pusher.payment == index and pusher.phase != IDLE for pusher in world.pushers)
