"""How long to wait before the same thing is tried again: growing, bounded, jittered. Pure: the fraction is given."""

from datetime import timedelta
from typing import Final

_FIRST: Final = timedelta(seconds=10)
_LONGEST: Final = timedelta(hours=4)
_FIRST_STRIKE: Final = timedelta(minutes=5)
_LONGEST_STRIKE: Final = timedelta(hours=1)
_MOST_DOUBLINGS: Final = 16


def retry_pause(retries: int, fraction: float) -> timedelta:
    """The pause before try `retries` + 1: 10 s, 30 s, 90 s … at most four hours, from three to five quarters of it."""
    base = min(_FIRST * int(3 ** min(retries - 1, _MOST_DOUBLINGS)), _LONGEST)
    return base * (0.75 + 0.5 * fraction)


def strike_pause(strikes: int) -> timedelta:
    """How long consumption stands still after `strikes` credential troubles in a row: 5 min, 10 min … one hour."""
    return min(_FIRST_STRIKE * int(2 ** min(strikes - 1, _MOST_DOUBLINGS)), _LONGEST_STRIKE)


def wake_pause(without_progress: timedelta, shortest: timedelta, longest: timedelta = _LONGEST) -> timedelta:
    """How long sweep leaves a row alone that it has just woken: longer the longer the row has stood still."""
    return max(shortest, min(without_progress / 2, longest))
