"""Times: aware UTC instants inside, epoch milliseconds and Shanghai dates at the borders, half-open windows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

Instant: TypeAlias = datetime
"""A point in time: always aware, always UTC."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def epoch_ms(at: Instant) -> int:
    """Whole milliseconds since 1970, as both vendors count them."""
    return (at - EPOCH) // MILLISECOND


def from_epoch_ms(milliseconds: int) -> Instant:
    """The instant that many milliseconds after 1970."""
    return EPOCH + timedelta(milliseconds=milliseconds)


def local_date(at: Instant, zone: ZoneInfo = SHANGHAI) -> date:
    """The calendar day of `at` in `zone`: 00:30 in China is still yesterday in UTC (k3cloud-webapi.md 11.3)."""
    return at.astimezone(zone).date()


def iso(at: Instant) -> str:
    """UTC text of fixed width with milliseconds, so that text order is time order."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def from_iso(text: str) -> Instant:
    """The instant that ISO 8601 `text` names; text without a zone is refused."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return at.astimezone(UTC)


def from_shanghai_iso(text: str) -> Instant:
    """The instant that ISO 8601 `text` names; a bare day or a time without zone is Shanghai's."""
    at = datetime.fromisoformat(text)
    return from_iso((at if at.tzinfo else at.replace(tzinfo=SHANGHAI)).isoformat())


@dataclass(frozen=True, slots=True)
class Window:
    """The half-open span ``[start, end)`` of whole milliseconds."""

    start: Instant
    end: Instant

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError("a window ends after it starts")

    @property
    def milliseconds(self) -> int:
        """The window's length."""
        return (self.end - self.start) // MILLISECOND

    def halves(self) -> tuple["Window", "Window"]:
        """Two adjacent windows that together are this one; only for windows longer than a millisecond."""
        middle = self.start + MILLISECOND * (self.milliseconds // 2)
        return Window(self.start, middle), Window(middle, self.end)

    def pieces(self, longest: timedelta) -> Iterator["Window"]:
        """Adjacent windows of at most `longest`, oldest first, that together are this one."""
        start = self.start
        while start < self.end:
            end = min(start + longest, self.end)
            yield Window(start, end)
            start = end
