"""The states of a payment and every way from one to another. Whatever moves a state looks here; docs draw from here.

A payment starts NEW (or REJECTED, when its row cannot be read). INTENT is durable before the one call that makes a bill
and can be neither repeated nor undone; from PUSHED on there is a bill, and a row with a bill never goes back before
PUSHED. IN_DOUBT waits until K3Cloud can be asked; REVIEW waits for a person; DONE and CLOSED are the end.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from paysync.core.errors import DefectError


class State(StrEnum):
    """Where a payment stands."""

    NEW = "NEW"
    INTENT = "INTENT"
    PUSHED = "PUSHED"
    SAVED = "SAVED"
    SUBMITTED = "SUBMITTED"
    DONE = "DONE"
    IN_DOUBT = "IN_DOUBT"
    REVIEW = "REVIEW"
    REJECTED = "REJECTED"
    CLOSED = "CLOSED"


class Event(StrEnum):
    """What happened to a payment. `CLAIMED`, `WAITED` and `NOTED` change no state: they are only history."""

    SEEN = "seen"
    CLAIMED = "claimed"
    WAITED = "waited"
    NOTED = "noted"
    CHANGED = "changed"
    DELIVERED = "dead letter sent"
    CALLED_BACK = "called back"
    INTENT_WRITTEN = "intent written"
    TURNED_AWAY = "turned away"
    REFUSED = "refused"
    ANSWER_LOST = "answer lost"
    BILL_MADE = "bill made"
    BILL_FOUND = "bill found"
    BILL_ADOPTED = "bill adopted"
    REPUSH_ALLOWED = "repush allowed"
    UNRESOLVED = "unresolved"
    SAVED = "saved"
    SUBMITTED = "submitted"
    COMPLETED = "completed"
    PARKED = "parked"
    REOPENED = "reopened"
    RESUMED = "resumed"
    CLOSED = "closed"


_COMPLETING: Final = {
    Event.COMPLETED: State.DONE,
    Event.REFUSED: State.REJECTED,
    Event.PARKED: State.REVIEW,
}

TRANSITIONS: Final[Mapping[State, Mapping[Event, State]]] = {
    State.NEW: {
        Event.INTENT_WRITTEN: State.INTENT,
        Event.BILL_FOUND: State.PUSHED,
        Event.REFUSED: State.REJECTED,
        Event.PARKED: State.REVIEW,
    },
    State.INTENT: {
        Event.BILL_MADE: State.PUSHED,
        Event.TURNED_AWAY: State.NEW,
        Event.REFUSED: State.REJECTED,
        Event.ANSWER_LOST: State.IN_DOUBT,
        Event.PARKED: State.REVIEW,
    },
    State.IN_DOUBT: {
        Event.BILL_ADOPTED: State.PUSHED,
        Event.UNRESOLVED: State.REVIEW,
        Event.REPUSH_ALLOWED: State.NEW,
    },
    State.PUSHED: {Event.SAVED: State.SAVED, **_COMPLETING},
    State.SAVED: {Event.SUBMITTED: State.SUBMITTED, **_COMPLETING},
    State.SUBMITTED: {**_COMPLETING},
    State.REVIEW: {
        Event.REOPENED: State.NEW,
        Event.BILL_ADOPTED: State.PUSHED,
        Event.RESUMED: State.PUSHED,
        Event.CLOSED: State.CLOSED,
    },
    State.REJECTED: {
        Event.REOPENED: State.NEW,
        Event.RESUMED: State.PUSHED,
        Event.CLOSED: State.CLOSED,
    },
    State.DONE: {},
    State.CLOSED: {},
}

WITHOUT_EFFECT: Final = frozenset(
    {Event.SEEN, Event.CLAIMED, Event.WAITED, Event.NOTED, Event.CHANGED, Event.DELIVERED, Event.CALLED_BACK}
)
SETTLED: Final = frozenset({State.DONE, State.CLOSED})
"""Nothing will happen to these any more."""
PARKED: Final = frozenset({State.REVIEW, State.REJECTED})
"""These wait for a person."""
FINAL: Final = SETTLED | PARKED
"""Final as far as push is concerned: acknowledged without a call."""
OPEN: Final = tuple(s for s in State if s not in FINAL)
"""The system still owes these work; the order is that of the enum."""
WITH_BILL: Final = frozenset({State.PUSHED, State.SAVED, State.SUBMITTED})
"""A bill exists and is being completed."""


def after(state: State, event: Event) -> State:
    """The only way a state changes. What the table lacks is a defect of ours, not of the vendor."""
    if event in WITHOUT_EFFECT:
        return state
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise DefectError.of(f"no transition from {state} on '{event}'") from None
