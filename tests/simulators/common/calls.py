"""What was asked: counts for ever, and the last requests in full, with secrets masked."""

import itertools
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Final

from simulators.common.http import Reply
from simulators.common.jsontext import Json, JsonError, JsonObject, parsed

KEPT: Final = 500
_SECRET: Final = frozenset({"secret", "tokenId", "refreshTokenId"})


@dataclass(slots=True)
class Call:
    """One request and what became of it. `reply` is None if the books were never asked (or not yet)."""

    number: int
    at_ms: int
    operation: str
    path: str
    body: bytes
    fault: str | None = None
    reply: Reply | None = None

    def to_json(self) -> JsonObject:
        """The call in short; the answer by its status, code and message, not by its rows."""
        answer = _object(self.reply.body) if self.reply else {}
        return {
            "number": self.number,
            "at_ms": self.at_ms,
            "operation": self.operation,
            "path": self.path,
            "body": _masked(_loosely(self.body)),
            "fault": self.fault,
            "status": self.reply.status if self.reply else None,
            "code": answer.get("code"),
            "message": answer.get("message"),
            "rows": _row_count(answer.get("data")),
        }


@dataclass(slots=True)
class CallLog:
    """Every vendor call is counted when it arrives, whether or not a fault strikes it."""

    counts: Counter[str] = field(default_factory=Counter)
    faulted: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)  # reached the books: no fault, good token, no throttling
    last: deque[Call] = field(default_factory=lambda: deque(maxlen=KEPT))
    in_flight: int = 0
    max_in_flight: int = 0
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def arrived(self, operation: str, path: str, body: bytes, *, at_ms: int) -> Call:
        """Note a request."""
        self.counts[operation] += 1
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        call = Call(next(self._numbers), at_ms, operation, path, body)
        self.last.append(call)
        return call

    def left(self) -> None:
        """Note that a request was answered or given up."""
        self.in_flight -= 1

    def struck(self, call: Call, kind: str) -> None:
        """Note that a fault strikes it."""
        self.faulted[call.operation] += 1
        call.fault = kind


# ------------------------------------------------------------------------------------------------------------------


def _loosely(body: bytes) -> Json:
    try:
        return parsed(body) if body else None
    except JsonError:
        return body.decode(errors="replace")


def _object(body: bytes) -> JsonObject:
    value = _loosely(body)
    return value if isinstance(value, dict) else {}


def _masked(value: Json) -> Json:
    if not isinstance(value, dict):
        return value
    return {name: "***" if name in _SECRET else each for name, each in value.items()}


def _row_count(data: Json) -> int | None:
    if isinstance(data, dict):
        data = data.get("list")
    return len(data) if isinstance(data, list) else None
