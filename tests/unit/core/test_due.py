"""A scheme's own schedule: how it is written, and at which ticks it is due."""

from datetime import timedelta

import pytest

from paysync.core.due import Rate, due, schedule_of
from paysync.core.times import Instant, from_shanghai_iso


def at(text: str) -> Instant:
    """A time in China, on Tuesday 2025-04-01 where no day is given."""
    return from_shanghai_iso(text if "T" in text else f"2025-04-01T{text}")


@pytest.mark.parametrize(
    ("schedule", "last", "now", "is_due"),
    [
        ("rate(30 minutes)", "10:00:05", "10:29:59", False),
        ("rate(30 minutes)", "10:00:05", "10:30:00", True),  # a late start does not slow the pace
        ("rate(1 day)", "00:00", "23:59:59", False),
        ("rate(1 day)", "23:59:59", "2025-04-02T00:00", True),  # the day is China's
        ("cron(30 2 * * ? *)", "02:29:59", "02:29:59.999", False),
        ("cron(30 2 * * ? *)", "02:29:59", "02:30:00", True),
        ("cron(30 2 * * ? *)", "02:30:04", "2025-04-02T02:29", False),  # a tick that comes twice
        ("cron(30 2 * * ? *)", "2025-03-28T02:30:04", "10:00", True),  # missed for days: once
        ("cron(0/20 8-17 ? * MON-FRI *)", "08:20", "08:39", False),
        ("cron(0/20 8-17 ? * MON-FRI *)", "08:20", "08:40", True),
        ("cron(0/20 8-17 ? * MON-FRI *)", "2025-04-04T17:45", "2025-04-06T12:00", False),  # the weekend
        ("cron(0/20 8-17 ? * MON-FRI *)", "2025-04-04T17:45", "2025-04-07T08:00", True),
        ("cron(0 6 ? * 1 *)", "2025-04-05T07:00", "2025-04-06T06:00", True),  # 1 is Sunday
        ("cron(0 6 1,15 * ? *)", "2025-04-01T06:01", "2025-04-14T23:00", False),
        ("cron(0 6 1,15 * ? *)", "2025-04-01T06:01", "2025-04-15T06:00", True),
        ("cron(0 6 1 JAN,JUL ? *)", "2025-04-01T06:01", "2025-06-30T23:00", False),
        ("cron(0 6 1 JAN,JUL ? *)", "2025-04-01T06:01", "2025-07-01T06:00", True),
        ("cron(0 6 1 1 ? 2027)", "2025-04-01T06:01", "2026-12-31T23:00", False),
        ("cron(0 6 1 1 ? 2027)", "2025-04-01T06:01", "2027-01-01T06:00", True),
    ],
)
def test_a_run_is_due_when_a_moment_of_the_schedule_has_come_since_the_last(
    schedule: str, last: str, now: str, *, is_due: bool
) -> None:
    """Neither earlier nor twice; a tick that was late or lost only delays it."""
    assert due(schedule_of(schedule), at(last), at(now)) is is_due


def test_a_first_run_is_due_at_once_and_a_clock_that_went_back_starts_none() -> None:
    """A new scheme does not wait for the night; a clock that is put back does not run it again."""
    for text in ("rate(1 day)", "cron(30 2 * * ? *)"):
        assert due(schedule_of(text), None, at("10:00"))
        assert not due(schedule_of(text), at("10:00"), at("09:00"))


def test_a_schedule_of_ticks_runs_as_often_as_it_says() -> None:
    """Over a week of ticks that come up to a minute late, each moment starts exactly one run."""
    for text, runs in (("rate(2 hours)", 84), ("cron(15 1,13 * * ? *)", 14), ("cron(0 9 ? * SAT,SUN *)", 2)):
        schedule, last, started = schedule_of(text), at("00:00"), 0
        for tick in range(1, 7 * 24 * 6 + 1):
            now = at("00:00") + timedelta(minutes=10 * tick, seconds=tick * 37 % 60)
            if due(schedule, last, now):
                last, started = now, started + 1
        assert started == runs, text


def test_a_rate_is_its_span() -> None:
    """One or many, in the words of the stack's parameters."""
    assert schedule_of("rate(1 minute)") == Rate(timedelta(minutes=1))
    assert schedule_of("rate(12 hours)") == Rate(timedelta(hours=12))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("every day", r"neither rate\(30 minutes\) nor cron"),
        ("rate(0 minutes)", "neither rate"),
        ("at(2025-01-01T00:00:00)", "neither rate"),
        ("cron(30 2 * * *)", "neither rate"),
        ("30 2 * * *", "neither rate"),
        ("cron(30 2 * * * *)", r"must have \? for the day or for the weekday"),
        ("cron(30 2 ? * ? *)", r"must have \? for the day or for the weekday"),
        ("cron(60 2 * * ? *)", "'60' for the minute, which lies from 0 to 59"),
        ("cron(0 17-8 * * ? *)", "'17-8' for the hour"),
        ("cron(0 8 L * ? *)", "'L' for the day, which is no number"),
        ("cron(0 8 ? * FRY *)", "'FRY' for the weekday, which is no number and none of SUN, MON"),
        ("cron(0 8 ? * 6#3 *)", "'6#3' for the weekday: write"),
        ("cron(0/0 8 * * ? *)", "'0/0' for the minute: write"),
        ("cron(0, 8 * * ? *)", "'' for the minute: write"),
    ],
)
def test_what_is_no_schedule_is_refused_in_words(text: str, says: str) -> None:
    """At validation, not at the first tick."""
    with pytest.raises(ValueError, match=says):
        schedule_of(text)
