"""Reading an answer to its end, in bounds of size and time: for every client that uses httpx."""

from datetime import timedelta
from enum import Enum
from typing import Final

import httpx

from paysync.core.ports import Clock
from paysync.core.times import Instant

BETWEEN_PIECES: Final = timedelta(seconds=20)
"""The longest pause within a body. A call may end later than it should by no more than this."""


class Cut(Enum):
    """Why an answer was not read to its end."""

    TOO_LONG = "longer than an answer may be"
    TOO_LATE = "not at its end when the call had to be"


def body_of(response: httpx.Response, clock: Clock, *, until: Instant, largest: int) -> bytes | Cut:
    """The body of a streamed answer. Raises what httpx raises."""
    _hurry(response.request, until - clock.now())
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > largest:
            return Cut.TOO_LONG
        if clock.now() > until:
            return Cut.TOO_LATE
    return bytes(body)


def _hurry(request: httpx.Request, left: timedelta) -> None:
    """The time to the head is used up: httpcore looks at the timeout again when the body begins, and not after."""
    timeout = request.extensions.get("timeout")
    if isinstance(timeout, dict):
        seconds = max(min(left, BETWEEN_PIECES) / timedelta(seconds=1), 0.1)
        timeout["read"] = min(timeout.get("read") or seconds, seconds)
