"""`paysync local run`: fetch once, then queue and sweep until nothing is open; and it says why it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from fakes.system import FakeClock
from paysync.cli import local as local_commands
from paysync.cli import local_run
from paysync.cli.stack import Stack
from paysync.core.states import Event

if TYPE_CHECKING:
    from unit.cli.conftest import Run, Stand

SCHEME = "paid-to-paybill"
READ: Mapping[str, Any] = {SCHEME: {"complete": True}}
MORE: Mapping[str, Any] = {SCHEME: {"complete": False}}
FAILED: Mapping[str, Any] = {"errorMessage": "Maycur says no"}
SWEPT: Mapping[str, Any] = {}


class Driven:
    """A stack that somebody drives, on a clock that passes only by waiting."""

    def __init__(self, stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stand, self.clock, self.seen = stand, FakeClock(), list[Mapping[str, Any]]()
        outputs = {name: name for name in ("FetchFunction", "SweepFunction")}
        monkeypatch.setattr(Stack, "outputs", property(lambda _stack: outputs))
        self.stack = Stack("test")
        self.stack.operator.clock = self.clock

    def run(self, *answers: Mapping[str, Any], until_idle: bool = True, seconds: float = 10) -> local_run.Ended:
        """Drive it while the functions answer so; a sweep that nobody scripted finds nothing to do."""
        self.stand.functions.answers = [dict(answer) for answer in answers] + [dict(SWEPT) for _ in range(50)]
        return local_run.run(
            self.stack, until_idle=until_idle, timeout=timedelta(seconds=seconds), on_tick=self.seen.append
        )

    @property
    def invoked(self) -> list[str]:
        """Which functions ran."""
        return [name for name, _ in self.stand.functions.invoked]


@pytest.fixture
def driven(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> Driven:
    """An empty one."""
    return Driven(stand, monkeypatch)


def test_it_is_idle_when_nothing_is_open_twice_in_a_row(driven: Driven) -> None:
    """The queue's counts are approximate: one calm look may be wrong."""
    ended = driven.run(READ)
    assert (ended.idle, ended.reason) == (True, "")
    assert driven.invoked == ["FetchFunction", "SweepFunction"]
    assert len(driven.seen) == 2


def test_a_long_backlog_is_read_to_its_end(driven: Driven) -> None:
    """A run of fetch that stopped before its deadline is followed by another."""
    driven.run(MORE, MORE, READ, until_idle=False)
    assert driven.invoked == ["FetchFunction"] * 3


def test_without_until_idle_one_fetch_is_all(driven: Driven) -> None:
    """Queue and sweep work by themselves, or not."""
    driven.stand.seen()
    ended = driven.run(READ, until_idle=False)
    assert (ended.idle, ended.reason, driven.invoked) == (True, "", ["FetchFunction"])


@pytest.mark.parametrize("until_idle", [True, False])
def test_a_fetch_that_failed_ends_it(driven: Driven, *, until_idle: bool) -> None:
    """What was not read cannot be settled: never 0, and the function's own words."""
    ended = driven.run(FAILED, until_idle=until_idle)
    assert (ended.idle, ended.reason) == (False, f"fetch of {SCHEME} failed: Maycur says no")
    assert driven.invoked == ["FetchFunction"]


def test_a_sweep_that_failed_is_tried_again(driven: Driven) -> None:
    """Its schedule would do the same."""
    driven.stand.seen()
    ended = driven.run(READ, FAILED, SWEPT, seconds=2)
    assert driven.invoked.count("SweepFunction") == 2
    assert not ended.idle


def test_what_stays_open_ends_at_the_timeout(driven: Driven) -> None:
    """With how much it was."""
    driven.stand.seen()
    ended = driven.run(READ, seconds=5)
    assert (ended.idle, ended.reason) == (False, "timeout: 1 rows open, 0 messages in the queue")
    assert driven.seen[-1]["open"] == 1


def test_a_dead_letter_that_is_owed_is_work(driven: Driven) -> None:
    """The row is final, but sweep has still to send its letter: not idle before that."""
    row = driven.stand.claimed()
    driven.stand.moved(row, Event.REFUSED, lease=None, owes_letter=True)
    driven.clock.advance(timedelta(hours=1))
    assert not driven.run(READ, seconds=3).idle


def test_a_collection_is_read_before_the_payments_that_look_into_it(
    driven: Driven, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that cannot be read ends the run by its name."""
    collecting = replace(driven.stand.settings, collections=("bank-accounts",))
    monkeypatch.setattr(Stack, "settings", property(lambda _stack: collecting))
    assert driven.run(FAILED).reason == "fetch of bank-accounts failed: Maycur says no"
    driven.stand.functions.invoked.clear()
    driven.run(SWEPT, READ, until_idle=False)
    assert [body["scheme"] for _, body in driven.stand.functions.invoked] == ["bank-accounts", SCHEME]


def test_the_command_prints_where_it_ended_and_why(driven: Driven, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """0 when all is settled; 1 with the reason on stderr when not."""
    monkeypatch.setattr(local_commands, "Stack", lambda _name: driven.stack)
    driven.stand.functions.answers = [dict(READ), *[dict(SWEPT) for _ in range(9)]]
    answer = run("local", "run", "--until-idle", "--timeout", "5")
    assert (answer.code, answer.out) == (0, "0/0 settled    queue 0\n")
    driven.stand.functions.answers = [dict(FAILED)]
    answer = run("local", "run")
    assert (answer.code, "Maycur says no" in answer.err) == (1, True)
