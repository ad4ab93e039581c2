"""The state machine: the table is the design's, what it lacks is an error, and no way leads where none may lead."""

from itertools import product
from typing import Final

import pytest

from paysync.core.codes import Code
from paysync.core.errors import DefectError
from paysync.core.states import (
    FINAL,
    OPEN,
    PARKED,
    SETTLED,
    TRANSITIONS,
    WITH_BILL,
    WITHOUT_EFFECT,
    Event,
    State,
    after,
)

DESIGN: Final = """
NEW        intent written -> INTENT     bill found -> PUSHED      refused -> REJECTED    parked -> REVIEW
INTENT     bill made -> PUSHED          turned away -> NEW        refused -> REJECTED    parked -> REVIEW
INTENT     answer lost -> IN_DOUBT
IN_DOUBT   bill adopted -> PUSHED       unresolved -> REVIEW      repush allowed -> NEW
PUSHED     saved -> SAVED               completed -> DONE         refused -> REJECTED    parked -> REVIEW
SAVED      submitted -> SUBMITTED       completed -> DONE         refused -> REJECTED    parked -> REVIEW
SUBMITTED  completed -> DONE            refused -> REJECTED       parked -> REVIEW
REVIEW     reopened -> NEW              bill adopted -> PUSHED    resumed -> PUSHED      closed -> CLOSED
REJECTED   reopened -> NEW              resumed -> PUSHED         closed -> CLOSED
"""
"""Sections 2 and 12 of the design, a second time and by hand: a change of the protocol has to be meant."""


def designed() -> dict[tuple[State, Event], State]:
    table: dict[tuple[State, Event], State] = {}
    for line in filter(None, DESIGN.splitlines()):
        state, _, moves = line.partition(" ")
        for move in filter(None, (part.strip() for part in moves.split("  "))):
            event, _, then = move.partition(" -> ")
            table[State(state), Event(event)] = State(then)
    return table


EFFECTIVE: Final = [event for event in Event if event not in WITHOUT_EFFECT]


@pytest.mark.parametrize(("state", "event"), list(product(State, EFFECTIVE)), ids=lambda part: part.name)
def test_the_table_is_the_designs(state: State, event: Event) -> None:
    """Each state goes where the design says; what it does not say is a defect of ours that names both."""
    wanted = designed().get((state, event))
    if wanted:
        assert after(state, event) is wanted
        return
    with pytest.raises(DefectError, match=f"no transition from {state} on '{event}'") as raised:
        after(state, event)
    assert raised.value.diagnosis.code is Code.DEFECT


@pytest.mark.parametrize(("state", "event"), list(product(State, sorted(WITHOUT_EFFECT))), ids=lambda part: part.name)
def test_notes_change_no_state(state: State, event: Event) -> None:
    """Claims, waits, sightings and sent letters are history only."""
    assert after(state, event) is state
    assert event not in TRANSITIONS[state]


def test_what_is_history_only_is_spelled_for_ever() -> None:
    """These seven and no others change no state, and rows of years ago still say them in these words."""
    assert {event.value: event.name for event in WITHOUT_EFFECT} == {
        "seen": "SEEN",
        "claimed": "CLAIMED",
        "waited": "WAITED",
        "noted": "NOTED",
        "changed": "CHANGED",
        "dead letter sent": "DELIVERED",
        "called back": "CALLED_BACK",
    }


def test_the_states_fall_into_groups() -> None:
    """Ten states: two are over, two wait for a person, the rest is still owed work; that is what status counts by."""
    assert set(TRANSITIONS) == set(State)
    assert {State.DONE, State.CLOSED} == SETTLED
    assert {State.REVIEW, State.REJECTED} == PARKED
    assert FINAL == SETTLED | PARKED
    assert OPEN == (State.NEW, State.INTENT, State.PUSHED, State.SAVED, State.SUBMITTED, State.IN_DOUBT)
    assert {State.PUSHED, State.SAVED, State.SUBMITTED} == WITH_BILL


def test_what_is_over_stays_over() -> None:
    """No event leads out of DONE or CLOSED, and only a person's decision leads out of REVIEW and REJECTED."""
    assert all(not TRANSITIONS[state] for state in SETTLED)
    ways_out = {event for state in PARKED for event in TRANSITIONS[state]}
    assert ways_out == {Event.REOPENED, Event.RESUMED, Event.BILL_ADOPTED, Event.CLOSED}


def test_a_bill_under_work_leads_forward_only() -> None:
    """From PUSHED on every way leads to the next of its states, to DONE, or to a person; never back before PUSHED."""
    order = list(State)
    for state in WITH_BILL:
        for then in TRANSITIONS[state].values():
            assert then in PARKED | {State.DONE} or (then in WITH_BILL and order.index(then) > order.index(state))


def test_a_push_needs_an_intent() -> None:
    """Only INTENT knows that a bill was made, and only NEW leads to INTENT: no Push without its record."""
    assert [state for state in State if Event.BILL_MADE in TRANSITIONS[state]] == [State.INTENT]
    assert [state for state in State if State.INTENT in TRANSITIONS[state].values()] == [State.NEW]


def test_a_doubt_is_never_simply_pushed_again() -> None:
    """From IN_DOUBT to NEW there is one way, which only policy and attestation open."""
    back = {event for event, then in TRANSITIONS[State.IN_DOUBT].items() if then is State.NEW}
    assert back == {Event.REPUSH_ALLOWED}


@pytest.mark.parametrize("state", OPEN)
def test_every_open_state_can_end(state: State) -> None:
    """From each state that the system owes work to, DONE and REVIEW can be reached."""
    reached, todo = {state}, [state]
    while todo:
        for then in TRANSITIONS[todo.pop()].values():
            if then not in reached:
                reached.add(then)
                todo.append(then)
    assert {State.DONE, State.REVIEW} <= reached
