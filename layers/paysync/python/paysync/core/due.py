"""A scheme's own pace: `rate(…)` or `cron(…)` as the stack's parameters write them, and whether a run is due by it.

The stack's schedule is the tick; what is asked at each tick is whether a moment of the scheme's own schedule has come
since its last run. So a tick that comes twice starts one run, and a tick that is lost delays one. All in China's time,
which knows no summer time: a day is always the same moments of the clock.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeAlias

from paysync.core.times import SHANGHAI, Instant

_RATE: Final = re.compile(r"rate\(([1-9][0-9]{0,3}) (minute|hour|day)s?\)\Z", re.ASCII)
_CRON: Final = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)\Z", re.ASCII)
_UNITS: Final = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_MIDNIGHT: Final = datetime(1970, 1, 1, tzinfo=SHANGHAI)
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_PART: Final = re.compile(r"(?:(\*)|([0-9A-Z]+)(?:-([0-9A-Z]+))?)(?:/([1-9][0-9]*))?\Z", re.ASCII)
_FIELDS: Final = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 1, 7))
_YEARS: Final = (1970, 2199)


@dataclass(frozen=True, slots=True)
class Rate:
    """Once in each span, so that a late tick does not slow the pace.

    The spans are counted from midnight in China in 1970: from each midnight where they divide a day.
    """

    every: timedelta


@dataclass(frozen=True, slots=True)
class Cron:
    """At each of these minutes. `days` and `weekdays`: one of them is every day, as in the stack's parameters."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    """1 is Sunday."""
    years: frozenset[int]

    def falls_on(self, day: date) -> bool:
        """Whether the schedule has a moment on that day."""
        sunday_first = day.isoweekday() % 7 + 1
        return (
            day.day in self.days and day.month in self.months and day.year in self.years
        ) and sunday_first in self.weekdays


Schedule: TypeAlias = Rate | Cron


def schedule_of(text: str) -> Schedule:
    """The schedule that the text writes. Raises ValueError saying what is wrong with it."""
    if rate := _RATE.match(text):
        return Rate(_UNITS[rate[2]] * int(rate[1]))
    cron = _CRON.match(text)
    if cron is None:
        msg = "is neither rate(30 minutes) nor cron(minute hour day month weekday year), such as cron(30 2 * * ? *)"
        raise ValueError(msg)
    *fields, year = cron.groups()
    if (fields[2] == "?") == (fields[4] == "?"):
        msg = "must have ? for the day or for the weekday, and not for both"
        raise ValueError(msg)
    minutes, hours, days, months, weekdays = (
        _values(field, *bounds) for field, bounds in zip(fields, _FIELDS, strict=True)
    )
    return Cron(minutes, hours, days, months, weekdays, _values(year, "year", *_YEARS))


def due(schedule: Schedule, last_start: Instant | None, now: Instant) -> bool:
    """Whether a moment of the schedule lies after `last_start` and not after `now`; a first run is always due."""
    if last_start is None:
        return True
    match schedule:
        case Rate(every):
            return (now - _MIDNIGHT) // every > (last_start - _MIDNIGHT) // every
        case Cron():
            return any(last_start < moment for moment in _moments_back(schedule, last_start, now))


# ----------------------------------------------------------------------------------------------------------------------


def _moments_back(cron: Cron, earliest: Instant, now: Instant) -> Iterator[Instant]:
    """The last moment not after `now` of each day, from today back to the day of `earliest`."""
    today, first = now.astimezone(SHANGHAI).date(), earliest.astimezone(SHANGHAI).date()
    for back in range((today - first).days + 1):
        day = today - timedelta(days=back)
        if cron.falls_on(day):
            yield from _last_of(cron, day, now)


def _last_of(cron: Cron, day: date, now: Instant) -> Iterator[Instant]:
    for hour in sorted(cron.hours, reverse=True):
        for minute in sorted(cron.minutes, reverse=True):
            moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)
            if moment <= now:
                yield moment
                return


def _values(text: str, name: str, least: int, most: int) -> frozenset[int]:
    found: set[int] = set()
    for part in ("*" if text == "?" else text).split(","):
        found |= _part(part, name, least, most)
    return frozenset(found)


def _part(text: str, name: str, least: int, most: int) -> set[int]:
    """`*`, `5`, `5-9`, `MON-FRI`, `*/10`, `5/10` (from 5 on) or `0-30/10`."""
    match = _PART.match(text)
    if match is None:
        msg = f"has {text!r} for the {name}: write *, a number, a range such as 1-5, or a step such as 0/10"
        raise ValueError(msg)
    star, first, last, step = match.groups()
    names = {"month": _MONTHS, "weekday": _DAYS}.get(name, ())
    numbers: Mapping[str, int] = {word: number for number, word in enumerate(names, start=1)}
    start = least if star else _number(first, name, numbers)
    end = _number(last, name, numbers) if last else (most if star or step else start)
    if not least <= start <= end <= most:
        msg = f"has {text!r} for the {name}, which lies from {least} to {most}"
        raise ValueError(msg)
    return set(range(start, end + 1, int(step or 1)))


def _number(text: str, name: str, numbers: Mapping[str, int]) -> int:
    if text in numbers:
        return numbers[text]
    if not text.isdecimal():
        msg = f"has {text!r} for the {name}, which is no number" + (
            f" and none of {', '.join(numbers)}" if numbers else ""
        )
        raise ValueError(msg)
    return int(text)
