"""The schedules: each starts its function with an input that it takes, and a payment needs nobody to get booked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cloud.deployed import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cloud.deployed import Deployed

pytestmark = pytest.mark.cloud

EVERY_MINUTE = "rate(1 minute)"


@pytest.fixture
def scheduled(stack: Deployed) -> Iterator[Deployed]:
    """The stack with fetch and sweep by schedule, as `--set FetchSchedule="rate(1 minute)"` makes it."""
    stack.up(FetchSchedule=EVERY_MINUTE, SweepSchedule=EVERY_MINUTE)
    yield stack
    stack.up()


def test_by_schedule_alone_a_payment_gets_booked(scheduled: Deployed) -> None:
    """Value with a blank, scheduler's role, input of the function: if one of them is wrong, nothing ever fires."""
    keys = scheduled.paid("64.00")
    swept = len(scheduled.lines("sweep"))
    for name in ("fetch", "sweep"):
        schedule = scheduled.schedules.get_schedule(Name=f"{scheduled.local.stack_name}-{name}")
        assert schedule["ScheduleExpression"] == EVERY_MINUTE

    eventually(lambda: scheduled.states(keys) == ["DONE"], "fetched by its schedule and booked", seconds=150)
    eventually(lambda: len(scheduled.lines("sweep")) > swept, "swept by its schedule", seconds=90)
    scheduled.assert_books_agree(keys)


def test_every_schedule_of_the_template_is_there(stack: Deployed) -> None:
    """Fetch, its deep scan, sweep and reconcile, each with a queue for what could not be started."""
    names = {f"{stack.local.stack_name}-{name}" for name in ("fetch", "deep-scan", "sweep", "reconcile")}
    found = {each["Name"] for each in stack.schedules.list_schedules()["Schedules"]}
    assert names <= found
    for name in names:
        schedule = stack.schedules.get_schedule(Name=name)
        assert schedule["Target"]["DeadLetterConfig"]["Arn"]
