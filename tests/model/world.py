"""What the model knows of a world: two payments with their rows, two pushers, the bills and requests at the ERP.

Nothing is counted that need not be: a fence is only "still mine or not", a request only "may still be carried out".
Bills are named from a payment's own point of view, so that two payments that stand alike look alike.
"""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

OWN: Final = 1
"""The bill that a Push of this payment has made."""
SIBLINGS: Final = 2
"""The bill that a Push of the other payment has made."""
BY_HAND: Final = 4
"""The one bill that an accountant makes by hand."""
BILLS: Final = (OWN, SIBLINGS, BY_HAND)

HIDDEN: Final = 1
VISIBLE: Final = 2

IDLE: Final = "idle"
PREPARING: Final = "preparing"
CLEAR: Final = "baseline is clear"
INTENDED: Final = "about to push"
SENT: Final = "waiting for the answer"
ANSWERED: Final = "has the answer"
RESOLVING: Final = "resolving"
ADOPTING: Final = "about to adopt"
COMPLETING: Final = "completing"
UNSTOPPABLE: Final = frozenset({INTENDED, SENT})
"""What a pusher will do at the ERP even though its row is somebody else's by now."""


class Payment(NamedTuple):
    """One payment: its row in the ledger, its message, and what exists of it at the ERP."""

    state: str = "NEW"
    bill: int = 0
    """The bill that the row names, with the claim on it."""
    baseline: int = 0
    """The bills that its intent remembers; kept while a doubt may be resolved against it."""
    not_ours: int = 0
    holds_lock: bool = False
    waits: bool = False
    """In REVIEW only because the other payment has the source locked."""
    doubt: bool = False
    """What came of its last Push is not known; kept in REVIEW until a person has decided it."""
    changed: bool = False
    """Maycur has shown other content of it."""
    repushed: bool = False
    owes_letter: bool = False
    message: bool = True
    """Something on the queue will wake it; only an open row's message can do anything."""
    late: int = 0
    """Requests at the ERP whose sender no longer waits: carried out at any time, or never."""
    pushed: int = 0
    """Its bill by Push: none, hidden from the query as yet, visible."""
    twice: bool = False
    """A second Push of it was carried out."""
    by_hand: bool = False
    """The bill by hand is meant for it."""


class Pusher(NamedTuple):
    """One invocation of push with one payment in hand, and what it has read about it."""

    phase: str = IDLE
    payment: int = 0
    current: bool = True
    """Whether the row still has the fence that this pusher claimed it with."""
    seen: int = 0


class Operator(NamedTuple):
    """A person who has looked at K3Cloud for one payment in REVIEW, and has not decided yet."""

    payment: int = 0
    looking: bool = False
    seen: int = 0
    sure: bool = False
    """Nothing of the payment could come any more at the time of the look, as far as a person can know."""


class World(NamedTuple):
    """Everything. `stranger`: the bill by hand exists and is meant for none of the two."""

    payments: tuple[Payment, Payment] = (Payment(), Payment())
    pushers: tuple[Pusher, Pusher] = (Pusher(), Pusher())
    operator: Operator = Operator()
    stranger: bool = False


Policy = Literal["park", "repush_once"]


@dataclass(frozen=True, slots=True)
class Rules:
    """The policy, the guards that paysync has, and the assumptions that it makes. Each can be taken out."""

    policy: Policy = "park"
    one_source: bool = True
    """Both payments are paid from one payment application."""
    sender_is_dead: bool = True
    """A doubt is called "none" only when nobody can still send or wait for its request."""
    nothing_comes_late: bool = True
    """… and only when no request of it can still be carried out."""
    query_is_complete: bool = True
    """… and only when the query shows every bill that exists."""
    source_lock: bool = True
    baseline: bool = True
    unique_claim: bool = True
    lock_kept_in_review: bool = True
    fence: bool = True
    durable_intent: bool = True
    unknown_is_the_default: bool = True
    doubt_before_content: bool = True
    """Changed content is accepted only when it is known what came of the last Push."""
    answer_is_new: bool = True
    """An answer that names a bill of the baseline is not believed."""
    sweep: bool = True
    hands_off: bool = True
    """Nobody makes a bill by hand for a payment that paysync has in hand or in doubt."""


def canonical(world: World) -> World:
    """One of all the worlds that differ only in which payment, or which pusher, is called the first."""
    (first, second), (one, two), operator, stranger = world
    if one > two:
        one, two = two, one
    if first < second:
        return World((first, second), (one, two), operator, stranger)
    two_, one_ = _mirrored(one), _mirrored(two)
    if one_ > two_:
        one_, two_ = two_, one_
    looking = operator._replace(payment=1 - operator.payment) if operator.looking else operator
    if first == second and ((one, two), operator) < ((one_, two_), looking):
        return World((first, second), (one, two), operator, stranger)
    return World((second, first), (one_, two_), looking, stranger)


def _mirrored(pusher: Pusher) -> Pusher:
    return pusher if pusher.phase == IDLE else pusher._replace(payment=1 - pusher.payment)
