"""push in the model: core/claim.py, prepare.py, make.py, resolve.py and complete.py, one call or one commit a step.

A lease may end at any time here: it keeps pushers out of each other's way, but no promise rests on it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Unpack

from model import judgements
from model.rows import (
    FAULT,
    NAMES,
    PUSHERS,
    SYSTEM,
    RowFields,
    Steps,
    by_another,
    claimed_by_sibling,
    lock,
    may_claim,
    moved,
    nothing_can_come,
    overtaken,
    stepped,
    visible,
    with_payment,
    with_pusher,
)
from model.world import (
    ADOPTING,
    ANSWERED,
    BY_HAND,
    CLEAR,
    COMPLETING,
    IDLE,
    INTENDED,
    OWN,
    PREPARING,
    RESOLVING,
    SENT,
    SIBLINGS,
    Payment,
    Pusher,
    Rules,
    World,
)

_PHASE_OF: Final = {"NEW": PREPARING, "IN_DOUBT": RESOLVING, "PUSHED": COMPLETING}
_BILL: Final = {OWN: "its own bill", SIBLINGS: "the other payment's bill", BY_HAND: "the bill made by hand"}


@dataclass(frozen=True, slots=True)
class Hand:
    """One pusher with one payment in hand, in one world."""

    rules: Rules
    world: World
    who: int

    @property
    def pusher(self) -> Pusher:
        """The pusher itself."""
        return self.world.pushers[self.who]

    @property
    def payment(self) -> Payment:
        """The payment in hand, as it stands."""
        return self.world.payments[self.pusher.payment]

    @property
    def siblings_bill(self) -> int:
        """The bill that the other payment has claimed."""
        return claimed_by_sibling(self.world, self.pusher.payment)

    def say(self, text: str) -> str:
        """Who does it to what."""
        return f"{PUSHERS[self.who]}, {NAMES[self.pusher.payment]}: {text}"

    def goes_on(self, phase: str, seen: int = 0) -> World:
        """The world after a step that writes nothing."""
        return with_pusher(self.world, self.who, self.pusher._replace(phase=phase, seen=seen))

    def commits(self, state: str, event: str, text: str, then: str = IDLE, **fields: Unpack[RowFields]) -> Steps:
        """`event` on the row that the pusher believes to be in `state`; nothing where it has been overtaken."""
        pusher = self.pusher._replace(phase=then, seen=0) if then != IDLE else Pusher()
        after = stepped(self.rules, (self.world, self.who, pusher), state, event, **fields)
        if after:
            yield SYSTEM, self.say(text), after

    def parks(self, state: str, event: str, text: str) -> Steps:
        """To REVIEW, with the source locked."""
        keeps = self.payment.holds_lock and self.rules.lock_kept_in_review
        yield from self.commits(state, event, f"{text}: REVIEW", holds_lock=keeps)

    def takes(self, state: str, event: str, bill: int, text: str) -> Steps:
        """Row and claim in one step; a bill that is the other payment's sends to REVIEW."""
        if may_claim(self.rules, self.world, self.pusher.payment, bill):
            yield from self.commits(state, event, f"{text} {_BILL[bill]}", COMPLETING, bill=bill)
        else:
            parked = "unresolved" if event == "bill adopted" else "parked"
            yield from self.parks(state, parked, f"{text} {_BILL[bill]}, which has another owner")


def steps(rules: Rules, world: World, who: int) -> Steps:
    """What pusher `who` may do next."""
    hand = Hand(rules, world, who)
    if hand.pusher.phase == IDLE:
        yield from _deliveries(rules, world, who, 0)
        yield from _deliveries(rules, world, who, 1)
    else:
        yield from _crash(hand)
        yield from _PHASES[hand.pusher.phase](hand)


def _deliveries(rules: Rules, world: World, who: int, index: int) -> Steps:
    payment = world.payments[index]
    redriven = payment.state == "REJECTED" and not payment.owes_letter
    if not payment.message and not redriven:
        return
    match judgements.decision(payment.state, redriven=redriven):
        case "Take":
            text = f"{PUSHERS[who]} takes {NAMES[index]} in hand"
            yield from _take(rules, world, who, index, payment, text)
        case "Doubtful":
            after = by_another(rules, world, index, moved(payment, "answer lost"))
            yield SYSTEM, f"{PUSHERS[who]} finds {NAMES[index]} in INTENT, left by another: in doubt", after
        case "Reopen":
            event = judgements.resumed(has_bill=bool(payment.bill))
            opened = moved(payment, event, owes_letter=False, changed=False, message=True)
            text = f"{PUSHERS[who]} takes {NAMES[index]} in hand again, by its redriven dead letter"
            yield from _take(rules, world, who, index, opened, text)


def _take(  # noqa: PLR0913, PLR0917 - the parts of a claim
    rules: Rules, world: World, who: int, index: int, payment: Payment, text: str
) -> Steps:
    """The claim with the source lock; a lock whose owner waits for a person makes wait as well."""
    match lock(rules, world, index):
        case "free":
            world = with_payment(overtaken(rules, world, index), index, payment._replace(holds_lock=True))
            yield SYSTEM, text, with_pusher(world, who, Pusher(_PHASE_OF[payment.state], index))
        case "parked" if payment.state == "NEW":
            parked = moved(payment, "parked", waits=True)
            yield (
                SYSTEM,
                f"{text}, but the other has its source locked: REVIEW",
                by_another(rules, world, index, parked),
            )


def _crash(hand: Hand) -> Steps:
    after = with_pusher(hand.world, hand.who, Pusher())
    if hand.pusher.phase == SENT:
        late = hand.payment._replace(late=hand.payment.late + 1)
        after = with_payment(after, hand.pusher.payment, late)
    yield FAULT, hand.say(f"it is killed ({hand.pusher.phase})"), after


# ---- the phases


def _prepare(hand: Hand) -> Steps:
    payment = hand.payment
    if payment.changed:
        yield from hand.parks("NEW", "parked", "Maycur has shown other content")
        return
    seen = visible(hand.rules, hand.world, hand.pusher.payment)
    found = judgements.baseline(seen, payment.bill, hand.siblings_bill, payment.not_ours)
    if not hand.rules.baseline or found == 0:
        yield SYSTEM, hand.say("asks which bills exist; nothing is in the way"), hand.goes_on(CLEAR, seen)
    elif found is None:
        yield from hand.parks("NEW", "parked", "finds a bill of unknown origin")
    else:
        yield from hand.takes("NEW", "bill found", found, "finds")
    yield from hand.parks("NEW", "parked", "a person must look (lookup, amount)")
    no = "its application cannot be paid: REJECTED"
    yield from hand.commits("NEW", "refused", no, holds_lock=False, owes_letter=True)


def _intend(hand: Hand) -> Steps:
    if hand.payment.changed:
        yield from hand.parks("NEW", "parked", "Maycur shows other content by now")
    elif hand.rules.durable_intent:
        seen = hand.pusher.seen
        yield from hand.commits("NEW", "intent written", "writes the INTENT", INTENDED, baseline=seen)
    else:
        yield SYSTEM, hand.say("goes on to push without an INTENT"), hand.goes_on(INTENDED)


def _send(hand: Hand) -> Steps:
    yield SYSTEM, hand.say("sends the Push"), hand.goes_on(SENT)


def _no_answer(hand: Hand) -> Steps:
    """The call ends without an answer; its request may still be carried out (erp.py has the answers)."""
    world, who, payment = hand.world, hand.who, hand.payment
    unknown = hand.rules.unknown_is_the_default
    event, what = ("answer lost", "in doubt") if unknown else ("turned away", "taken for a no")
    late = with_payment(world, hand.pusher.payment, payment._replace(late=payment.late + 1))
    after = stepped(hand.rules, (late, who, Pusher()), "INTENT", event) or with_pusher(late, who, Pusher())
    yield FAULT, hand.say(f"no answer to the Push: {what}"), after


def _record(hand: Hand) -> Steps:
    bill = hand.pusher.seen
    if hand.rules.answer_is_new and bill & hand.payment.baseline:
        yield from hand.parks("INTENT", "parked", "the answer names a bill that existed before")
    elif hand.rules.durable_intent:
        yield from hand.takes("INTENT", "bill made", bill, "records")
    else:
        yield from hand.takes("NEW", "bill found", bill, "records")
    yield from hand.commits("INTENT", "answer lost", "the answer is cut off: in doubt")


def _resolve(hand: Hand) -> Steps:
    payment, index = hand.payment, hand.pusher.payment
    seen = visible(hand.rules, hand.world, index)
    found = judgements.doubt(seen, payment.baseline, hand.siblings_bill, payment.not_ours)
    if found is None:
        yield from hand.parks("IN_DOUBT", "unresolved", "the bills that exist decide nothing")
    elif found:
        yield SYSTEM, hand.say(f"asks and finds one new bill ({_BILL[found]})"), hand.goes_on(ADOPTING, found)
    elif hand.rules.policy == "park" or payment.repushed:
        yield from hand.parks("IN_DOUBT", "unresolved", "asks twice and finds no bill")
    elif nothing_can_come(hand.rules, hand.world, index):
        allowed = "asks twice and finds no bill; one more Push is allowed"
        yield from hand.commits("IN_DOUBT", "repush allowed", allowed, PREPARING, repushed=True)


def _adopt(hand: Hand) -> Steps:
    yield from hand.takes("IN_DOUBT", "bill adopted", hand.pusher.seen, "adopts")
    yield from hand.parks("IN_DOUBT", "unresolved", "the bill's amount or currency is another")


def _complete(hand: Hand) -> Steps:
    yield from hand.commits("PUSHED", "completed", "completes the bill: DONE", holds_lock=False)
    yield from hand.parks("PUSHED", "parked", "the bill does not read back as wanted")
    yield from hand.commits("PUSHED", "refused", "the bill is refused: REJECTED, its lock kept", owes_letter=True)


_PHASES: Final[Mapping[str, Callable[[Hand], Steps]]] = {
    PREPARING: _prepare,
    CLEAR: _intend,
    INTENDED: _send,
    SENT: _no_answer,
    ANSWERED: _record,
    RESOLVING: _resolve,
    ADOPTING: _adopt,
    COMPLETING: _complete,
}
