"""Whether a read is asked again, and after how long: for every client whose reads may be repeated."""

from collections.abc import Callable
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar

from paysync.core.codes import Code
from paysync.core.outcomes import DefinitelyNot, Outcome, Unknown
from paysync.core.ports import Clock, Ids
from paysync.core.times import Instant

T = TypeVar("T")
MOST_TRIES: Final = 3
LONGEST_WAIT: Final = timedelta(seconds=20)
"""A server that wants a longer pause gets it from the next run, not from this one."""
_FIRST_WAIT: Final = timedelta(seconds=1)
_TRANSIENT: Final = frozenset(
    {
        *(Code.MAYCUR_THROTTLED, Code.MAYCUR_UNREACHABLE, Code.MAYCUR_SERVER, Code.MAYCUR_UNREADABLE),
        *(Code.HTTP_BUSY, Code.HTTP_UNREACHABLE, Code.HTTP_LOST, Code.HTTP_SERVER, Code.HTTP_UNREADABLE),
    }
)


def asked_again(
    ask: Callable[[], tuple[Outcome[T], str]], *, clock: Clock, ids: Ids, until: Instant | None = None
) -> Outcome[T]:
    """What a read came to; after transient trouble it is asked again, at most twice, and never after `until`.

    `ask` gives the judged outcome and the server's `Retry-After`, or nothing.
    """
    tries = 1
    while True:
        outcome, wish = ask()
        if tries == MOST_TRIES or not may_be_repeated(outcome):
            return outcome
        pause = pause_before(tries, wish, now=clock.now(), fraction=ids.fraction())
        if pause is None or (until is not None and clock.now() + pause >= until):
            return outcome
        clock.pause(pause)
        tries += 1


def may_be_repeated(outcome: Outcome[object]) -> bool:
    """Whether the same read may do better in a moment. A refusal or a null will not; neither will credentials."""
    return isinstance(outcome, DefinitelyNot | Unknown) and outcome.diagnosis.code in _TRANSIENT


def pause_before(tries: int, retry_after: str, *, now: Instant, fraction: float) -> timedelta | None:
    """How long to wait after `tries` tries: the server's wish, else 1 s, 3 s …, spread a little. None: do not wait."""
    wished = _wish(retry_after, now)
    if wished is not None and wished > LONGEST_WAIT:
        return None
    growing = _FIRST_WAIT * int(3 ** (tries - 1))
    return max(wished or timedelta(), growing) * (1 + fraction / 4)


# ----------------------------------------------------------------------------------------------------------------------


def _wish(retry_after: str, now: Instant) -> timedelta | None:
    """`Retry-After` in seconds or as a date; None where there is none, or none that can be read."""
    if retry_after.isdecimal():
        return timedelta(seconds=min(int(retry_after), 86_400))
    try:
        at = parsedate_to_datetime(retry_after)
        return max(at - now, timedelta())
    except (ValueError, TypeError):
        return None
