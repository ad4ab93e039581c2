"""Whole runs of many payments: full batches, part payments, several entries, and what outlasts the queues."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

import pytest

from paysync.core import push, sweep, wanted
from paysync.core.bills import Bill
from paysync.core.records import Received, Row
from paysync.core.scheme import SaveStep
from paysync.core.turn import Acknowledge, Verdict
from simulation import world
from simulation.crowd import happened, play_crowd
from simulation.sabotage import noticed

pytestmark = pytest.mark.simulation

_CROWDS: Final = 40
_SABOTAGED: Final = 20
_A_DAY: Final = timedelta(days=1)


def test_no_crowd_breaks_a_promise_and_all_that_they_are_for_comes_about() -> None:
    """What can be booked is booked, also when every message expired; and nothing that a crowd is for is missing."""
    seen = Counter[str]()
    for seed in range(_CROWDS):
        counts = happened(play_crowd(seed))
        assert 10 <= counts["payments"] <= 40
        seen.update(counts)
    assert {what: count for what, count in seen.items() if count == 0} == {}
    assert seen["full batches"] > _CROWDS
    assert 2 * seen["part payments booked"] > seen["payments booked"] > 0.6 * seen["payments"]


def test_an_operator_with_many_cases_and_refused_credentials_is_no_violation() -> None:
    """One walks through 13 cases while the credentials are refused: only push has to stand still."""
    play_crowd(776)


@pytest.mark.parametrize("seed", [334, 1674])
def test_those_who_wait_for_a_payment_that_rests_do_not_come_every_minute(seed: int) -> None:
    """Thousands of deliveries in vain, while K3Cloud was away for days, and the run had no end in sight."""
    play_crowd(seed)


def test_a_crowd_is_the_same_again() -> None:
    """Else a failure could not be looked at."""
    first, second = (play_crowd(3, trace=True) for _ in range(2))
    assert list(first.trace or ()) == list(second.trace or ())
    assert first.points == second.points > 0


# ---- what a crowd is there to notice


def sweep_gives_up_after_a_day(patch: pytest.MonkeyPatch) -> None:
    """A row that has stood still for so long is left to the message that was sent, though messages expire."""
    original = sweep._wake

    def wake(ports: sweep.SweepPorts, report: sweep.SweepReport, rows: Sequence[Row]) -> None:
        now = ports.clock.now()
        original(ports, report, [row for row in rows if now - row.updated < _A_DAY])

    patch.setattr(sweep, "_wake", wake)


def half_of_a_full_batch_is_dropped(patch: pytest.MonkeyPatch) -> None:
    """Of ten messages five are treated, and all are deleted."""

    def treated(received: Sequence[Received], *rest: Any, **named: Any) -> dict[str, Verdict]:
        half = received[: len(received) // 2] if len(received) == 10 else received
        return {**{r.id: Acknowledge() for r in received}, **push.push_batch(half, *rest, **named)}

    patch.setattr(world, "push_batch", treated)


def a_bill_is_what_its_first_entry_says(patch: pytest.MonkeyPatch) -> None:
    """The amount of a bill is read from one entry."""
    original = wanted.amount_in

    def amount(bill: Bill, step: SaveStep | None) -> Decimal | None:
        return original(Bill(bill.head, bill.cells, bill.entries[:1]), step)

    patch.setattr(wanted, "amount_in", amount)


@pytest.mark.parametrize(
    ("sabotage", "promise"),
    [
        (sweep_gives_up_after_a_day, "I10"),
        (half_of_a_full_batch_is_dropped, "I3"),
        (a_bill_is_what_its_first_entry_says, "I2"),
    ],
)
def test_a_crowd_notices(
    sabotage: Callable[[pytest.MonkeyPatch], None], promise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a small world seldom or never notices breaks a promise within a few crowds."""
    sabotage(monkeypatch)
    assert noticed(promise, (partial(play_crowd, seed) for seed in range(_SABOTAGED)))
