"""Each guard is taken out in turn, and the world must notice: a guard whose loss nothing notices is untested."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest

from fakes.ledger import MemoryLedger
from paysync.core import claim, complete, fetch, make, prepare, push, turn
from paysync.core.diagnosis import Diagnosis
from paysync.core.paging import Leaf
from paysync.core.records import Change, LockStep, Row
from paysync.core.states import Event
from paysync.core.times import NEVER, Instant
from paysync.core.turn import Acknowledge, Desk, GiveBack, Turn
from simulation import pair, world
from simulation.chance import play_seed
from simulation.faults import Fault
from simulation.scenarios import play, play_one_bill_for_all, play_slow_erp
from simulation.test_faults import single_faults

pytestmark = pytest.mark.simulation

Saw = Callable[[pytest.MonkeyPatch], None]
_FIRST: Final = 200
_SEEDS: Final = 1_500


def no_fence(patch: pytest.MonkeyPatch) -> None:
    """A row may be changed by whoever read it once, whatever has become of it since."""
    patch.setattr("fakes.ledger._holds", lambda *_: True)


def no_lease(patch: pytest.MonkeyPatch) -> None:
    """A row may be taken while somebody else has it in hand, and no fence tells them apart."""
    original = claim.decide

    def decide(row: Row, attempt: int | None, now: Instant) -> claim.Decision:
        return original(replace(row, lease=None), attempt, now)

    patch.setattr(claim, "decide", decide)
    no_fence(patch)


def no_source_lock(patch: pytest.MonkeyPatch) -> None:
    """Two payments of one application may be in flight at once."""
    _without(patch, lock=LockStep.KEEP)
    patch.setattr(MemoryLedger, "_lock", lambda *_: None)
    patch.setattr(push, "_without_siblings", lambda waiting, _: (list(waiting), []))


def no_unique_claim(patch: pytest.MonkeyPatch) -> None:
    """One bill may be claimed by two payments."""
    _without(patch, claim=None)


def no_baseline(patch: pytest.MonkeyPatch) -> None:
    """A Push although a bill of unknown origin stands there."""
    patch.setattr(prepare, "_baseline_is_clear", lambda *_: True)


def no_quiet_period(patch: pytest.MonkeyPatch) -> None:
    """K3Cloud is asked at once, while the request may still be carried out."""
    patch.setattr(pair, "QUIET", timedelta(seconds=1))


def no_ledger_before_the_watermark(patch: pytest.MonkeyPatch) -> None:
    """The watermark moves over a window before its rows are stored."""
    original, held = fetch._take_in, list[Any]()

    def late(ports: fetch.FetchPorts, report: fetch.Report, leaf: Leaf) -> None:
        if held:
            original(*held.pop())
        held.append((ports, report, leaf))

    patch.setattr(fetch, "_take_in", late)


def no_write_before_the_acknowledgement(patch: pytest.MonkeyPatch) -> None:
    """Every message of a batch is deleted, whatever became of its row."""
    patch.setattr(world, "Acknowledge", Acknowledge | GiveBack)


def no_look_at_the_remaining_time(patch: pytest.MonkeyPatch) -> None:
    """A call may begin that the deadline will cut."""
    patch.setattr(Desk, "time_for_a_call", lambda _: True)


def no_read_back_before_submit(patch: pytest.MonkeyPatch) -> None:
    """A bill is submitted on the word of Save's answer."""
    patch.setattr(complete, "read_back_fault", lambda *_: None)


def no_single_source(patch: pytest.MonkeyPatch) -> None:
    """The Push of one payment carries the source of its neighbour as well."""
    original = make._request

    def request(desk: Desk, mine: Turn) -> Any:
        made = original(desk, mine)
        facts = mine.row.payment.facts
        return made and facts and {**made, "Numbers": [facts.source.number] * 2}

    patch.setattr(make, "_request", request)


def no_lock_in_review(patch: pytest.MonkeyPatch) -> None:
    """A payment that waits for a person lets go of its application."""

    def park(self: Desk, mine: Turn, diagnosis: Diagnosis, event: Event = Event.PARKED, **_: object) -> None:
        self._ended(mine, event, diagnosis, LockStep.FREE, wake_at=NEVER)

    patch.setattr(turn.Desk, "park", park)


def no_intent(patch: pytest.MonkeyPatch) -> None:
    """A Push without a durable intent before it."""
    patch.setattr(make, "_intend", lambda *_: True)


GUARDS: Final[Mapping[str, Saw]] = {
    saw.__name__: saw
    for saw in (
        no_fence,
        no_lease,
        no_source_lock,
        no_unique_claim,
        no_baseline,
        no_quiet_period,
        no_ledger_before_the_watermark,
        no_write_before_the_acknowledgement,
        no_look_at_the_remaining_time,
        no_read_back_before_submit,
        no_single_source,
        no_lock_in_review,
        no_intent,
    )
}


@pytest.mark.parametrize("guard", GUARDS)
def test_the_loss_of_a_guard_is_noticed(guard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a seed, or by a single fault in a scenario, within a bounded number of runs."""
    plans = [(name, plan) for name in ("one_payment", "two_of_one") for plan in single_faults(name)]
    GUARDS[guard](monkeypatch)
    assert noticed(plans), f"{guard}: nothing noticed it in {_SEEDS} seeds and every single fault"


def noticed(plans: Sequence[tuple[str, dict[int, Fault]]]) -> str:
    """What is said when a promise breaks, by the first run that shows it; nothing when none does."""
    for run in _runs(plans):
        try:
            run()
        except Exception as error:  # noqa: BLE001 - a defect that shows itself is noticed as well
            return f"{type(error).__name__}: {error}"
    return ""


def _runs(plans: Sequence[tuple[str, dict[int, Fault]]]) -> Iterator[Callable[[], object]]:
    yield from (play_slow_erp, play_one_bill_for_all)
    yield from (partial(play_seed, seed) for seed in range(_FIRST))
    yield from (partial(play, name, plan) for name, plan in plans)
    yield from (partial(play_seed, seed) for seed in range(_FIRST, _SEEDS))


def _without(patch: pytest.MonkeyPatch, **changes: Any) -> None:
    """The ledger's own judgement of a change, blind to one part of it."""
    original = MemoryLedger._refusal

    def refusal(self: MemoryLedger, change: Change, stands: Row) -> Any:
        return original(self, replace(change, **changes), stands)

    patch.setattr(MemoryLedger, "_refusal", refusal)
