"""Before anything is written a person is asked; where nobody can be asked, `--yes` is required."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from fakes import builders as b
from paysync.adapters.k3cloud.target import K3CloudTarget
from paysync.bootstrap import Operator
from paysync.core.outcomes import Done
from paysync.core.states import State

if TYPE_CHECKING:
    from unit.cli.conftest import Run, Stand

SPAN: Final = ("--from", "2025-01-31", "--to", "2025-02-01")
WRITING: Final[dict[str, tuple[str, ...]]] = {
    "replay": ("replay", "REJECTED-1"),
    "replay all": ("replay", "--all"),
    "backfill": ("backfill", *SPAN),
    "reconcile": ("reconcile", *SPAN),
    "adopt": ("review", "adopt", "REVIEW-1", "FKD1", "--reason", "r"),
    "confirm-none": ("review", "confirm-none", "REVIEW-1", "--reason", "r"),
    "accept": ("review", "accept", "REVIEW-1", "--reason", "r"),
    "close": ("review", "close", "REVIEW-1", "--reason", "r"),
}
"""Every command that writes."""


class EmptyK3Cloud:
    """K3Cloud answers, and has neither document nor bill: a person is shown just that."""

    def __getattr__(self, name: str) -> Any:
        assert hasattr(K3CloudTarget, name), f"the port has no {name}"
        return lambda *_args, **_more: Done({})


@pytest.fixture
def answered(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> Stand:
    """One rejected and one parked payment, and a K3Cloud that can be asked."""
    monkeypatch.setattr(Operator, "target", lambda _operator, _name: EmptyK3Cloud())
    stand.rejected("REJECTED-1")
    stand.parked("REVIEW-1")
    return stand


@pytest.mark.parametrize("name", WRITING)
def test_without_anybody_to_ask_nothing_is_written(answered: Stand, run: Run, name: str) -> None:
    """In a pipe or a cron job: exit code 2, and what to add."""
    before = answered.everything()
    answer = run(*WRITING[name])
    assert answer.code == 2
    assert "--yes" in answer.err
    assert answered.everything() == before


@pytest.mark.parametrize("name", WRITING)
def test_whoever_says_no_has_changed_nothing(answered: Stand, run: Run, name: str) -> None:
    """Exit code 1: what was asked for has not been done. The question is on stderr, machines read stdout."""
    before = answered.everything()
    answer = run(*WRITING[name], types="n\n")
    assert answer.code == 1
    assert "[y/N]" in answer.err
    assert answered.everything() == before


def test_whoever_says_yes_is_obeyed(answered: Stand, run: Run) -> None:
    """The same question, the other answer."""
    assert run("replay", "REJECTED-1", types="y\n").code == 0
    assert answered.row("REJECTED-1").state is State.NEW
    assert run("review", "close", "REVIEW-1", "--reason", "paid by hand", types="y\n").code == 0
    assert answered.row("REVIEW-1").state is State.CLOSED


@pytest.mark.parametrize("name", [name for name, words in WRITING.items() if words[0] == "review"])
def test_a_decision_needs_a_reason(answered: Stand, run: Run, name: str) -> None:
    """Whoever asks later finds it; without one it is wrong usage, before anything is asked."""
    before = answered.everything()
    words = [word for word in WRITING[name] if word not in {"--reason", "r"}]
    assert run(*words, "--yes").code == 2
    assert run(*words, "--reason", " ", "--yes").code == 2
    assert answered.everything() == before


def test_a_decision_is_recorded_with_who_and_why(answered: Stand, run: Run) -> None:
    """The identity that AWS knows and the user of this machine, in the payment's history."""
    run("review", "close", "REVIEW-1", "--reason", "paid by hand", "--yes")
    last = answered.ledger.history(b.key("REVIEW-1"))[-1]
    assert "paid by hand" in last.note
    assert last.actor.endswith(")")
    assert "(" in last.actor


def test_nothing_is_decided_while_k3cloud_cannot_be_asked(stand: Stand, run: Run) -> None:
    """Not even with --yes: what it showed yesterday may be wrong today. Both languages say why."""
    stand.parked("REVIEW-1")
    before = stand.row("REVIEW-1"), stand.messages(stand.queue)
    answer = run(*WRITING["confirm-none"], "--yes")
    assert answer.code == 1
    assert "K3Cloud could not be asked" in answer.err
    assert "金蝶" in answer.out + answer.err
    assert (stand.row("REVIEW-1"), stand.messages(stand.queue)) == before


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("name", ["adopt", "confirm-none", "close", "accept"])
def test_a_decision_about_nobody_is_told(run: Run, name: str) -> None:
    """A slip in the key decides nothing."""
    words = ["NOBODY" if word == "REVIEW-1" else word for word in WRITING[name]]
    answer = run(*words, "--yes")
    assert (answer.code, "NOBODY is not in the ledger" in answer.err) == (1, True)
