"""The protocol explored completely: nothing goes wrong while all guards stand, and something does without each."""

from pathlib import Path
from typing import Final

import pytest

from model import judgements, rows
from model.assumptions import SAFE, WITHOUT, Without
from model.explore import explore, stuck, trace
from model.rows import PERSON, SYSTEM
from model.world import Rules, World
from paysync.core.states import FINAL, OPEN, SETTLED, State

PROMISES: Final = [Path(__file__).parents[2] / "docs" / name for name in ("promise.md", "promise.zh-CN.md")]
LEFT_OUT: Final = {
    ("PUSHED", "saved"): "a bill is completed in one step, by its id",
    ("SAVED", "submitted"): "the same",
    ("SAVED", "completed"): "the same",
    ("SAVED", "refused"): "the same",
    ("SAVED", "parked"): "the same",
    ("SUBMITTED", "completed"): "the same",
    ("SUBMITTED", "refused"): "the same",
    ("SUBMITTED", "parked"): "the same",
    ("NEW", "bill found"): "a bill carries our reference only after it was claimed, and no claim is ever lost",
}


def all_in(states: frozenset[State], world: World) -> bool:
    return all(State(payment.state) in states for payment in world.payments)


@pytest.mark.parametrize("name", SAFE)
def test_no_promise_is_broken_and_nobody_is_stuck_in_any_world(name: str) -> None:
    """Every promise holds; the system alone brings both payments to a final state, people bring them to their end."""
    found = explore(SAFE[name])
    assert not found.broken, f"{found.broken}:\n" + "\n".join(trace(found))
    reached = {payment.state for world in found.worlds for payment in world.payments}
    assert reached == set(State) - {State.SAVED, State.SUBMITTED}
    assert stuck(found, lambda world: all_in(FINAL, world), [SYSTEM]) == []
    assert stuck(found, lambda world: all_in(SETTLED, world), [SYSTEM, PERSON]) == []
    for page in PROMISES:
        assert f"{len(found.worlds):,}" in page.read_text(encoding="utf-8"), f"{page.name} tells another number"


def test_without_sweep_a_lost_message_is_a_forgotten_payment() -> None:
    """What wakes rows is needed: the queue alone may lose them. Money is not doubled even so."""
    found = explore(Rules(sweep=False))
    assert found.broken == ""
    forgotten = stuck(found, lambda world: all_in(FINAL, world), [SYSTEM])
    assert forgotten
    assert all(any(p.state in set(map(str, OPEN)) and not p.message for p in world.payments) for world in forgotten)


@pytest.mark.parametrize("without", WITHOUT, ids=lambda without: without.what)
def test_each_guard_and_assumption_is_needed(without: Without) -> None:
    """Taken out, it leads to money in the wrong place, by a way that can be told in words."""
    found = without.found()
    assert found.broken
    told = trace(found)
    assert len(told) >= 5
    assert without.wrong(found.worlds[-1]) == found.broken


def test_the_model_uses_every_transition_of_the_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transition that is new in core/states.py must come into the model, or be left out with a reason."""
    used = Used(judgements.MOVES)
    monkeypatch.setattr(rows, "MOVES", used)
    explore(Rules(policy="repush_once"))  # knows every step of `park` as well
    assert used.asked | set(LEFT_OUT) == set(judgements.MOVES)
    assert not used.asked & set(LEFT_OUT)


class Used(dict[tuple[str, str], str]):
    """The core's table, which remembers what was looked up."""

    def __init__(self, table: dict[tuple[str, str], str]) -> None:
        super().__init__(table)
        self.asked: set[tuple[str, str]] = set()

    def __getitem__(self, key: tuple[str, str]) -> str:
        self.asked.add(key)
        return super().__getitem__(key)
