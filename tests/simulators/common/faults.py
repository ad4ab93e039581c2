"""Faults as data: what goes wrong, with which operation, and at which of its calls.

A plan is a list of faults. Each call asks `FaultPlan.next_for(operation)`, which answers with the first fault of the
list that strikes this call, or with None. A fault counts only the calls of its own operation since the plan was loaded,
so a plan means the same whatever else is going on. Nothing here does I/O, sleeps or throws dice: a share is decided by
a hash of seed and call number, hence the same plan strikes the same calls in every run.

    [{"kind": "reset_after", "operation": "Push", "nth": 2},
     {"kind": "status", "status": 502, "operation": "Save", "share": 0.1, "seed": 7, "effect": true},
     {"kind": "late_commit", "operation": "Push", "containing": "FKSQ000017", "seconds": 5, "times": 1}]
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Kind(StrEnum):
    """What goes wrong. `with effect` means: the server has done the work before the answer was spoilt."""

    DELAY = "delay"  # wait `seconds`, then all is well; effect=true: work first, then wait
    REFUSE = "refuse"  # close the connection unread; no effect
    RESET_BEFORE = "reset_before"  # reset the connection; no effect
    RESET_AFTER = "reset_after"  # effect, then reset
    LATE_COMMIT = "late_commit"  # reset after `hold_seconds`; the effect comes `seconds` after the call
    STATUS = "status"  # HTTP `status` with `text`; without effect unless effect=true
    CUT_BODY = "cut_body"  # effect, then half of the body
    EMPTY_BODY = "empty_body"  # HTTP 200 and nothing; without effect unless effect=true
    HTML = "html"  # HTTP 200 and a login page; without effect unless effect=true
    RESPONSE_ERROR = "response_error"  # K3Cloud's plain text answer; without effect unless effect=true
    MSGCODE = "msgcode"  # K3Cloud's refusal with `msg_code`; no effect unless effect=true
    THROTTLE = "throttle"  # the vendor's own way of saying: too many calls; no effect
    LOST_SESSION = "lost_session"  # every session (token) is forgotten, this call is told so; no effect


_FRACTIONS = frozenset({"share", "seconds", "hold_seconds"})
_WITH_EFFECT = frozenset({Kind.RESET_AFTER, Kind.LATE_COMMIT, Kind.CUT_BODY})


class FaultError(ValueError):
    """A fault that cannot be understood. The text names the key and what would be valid."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong. Without a selector (`nth`, `first`, `share`) it strikes every call."""

    kind: Kind
    operation: str = "*"  # "Push", "Save", …; "*" is any
    nth: tuple[int, ...] = ()  # these calls of the operation, counted from 1
    first: int = 0  # the first n calls
    share: float = 0.0  # this share of the calls, chosen by `seed`
    seed: int = 0
    containing: str = ""  # only calls whose body holds this text (calls without it are not counted)
    times: int = 0  # at most so many strikes; 0 is without limit
    seconds: float = 0.0
    hold_seconds: float = 0.0
    status: int = 503
    msg_code: int = 4
    text: str = ""
    effect: bool | None = None

    @property
    def has_effect(self) -> bool:
        """Whether the work is done although the answer is spoilt."""
        return self.kind in _WITH_EFFECT if self.effect is None else self.effect

    def concerns(self, operation: str, body: str) -> bool:
        """Whether a call counts for this fault at all."""
        return self.operation in {"*", operation} and (not self.containing or self.containing in body)

    def strikes(self, call: int) -> bool:
        """Whether the `call`-th call (from 1) that concerns this fault is struck."""
        if self.nth:
            return call in self.nth
        if self.first:
            return call <= self.first
        if self.share:
            return _fraction(f"{self.seed}:{self.operation}:{call}") < self.share
        return True

    def to_json(self) -> dict[str, Any]:
        """Only what differs from the default."""
        chosen = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}
        return {**chosen, "kind": self.kind.value, **({"nth": list(self.nth)} if self.nth else {})}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Fault:
        """Read one fault; `nth` may be a number or a list."""
        known = {f.name for f in fields(cls)}
        unknown = sorted(set(document) - known)
        if unknown:
            message = f"unknown keys {unknown} in a fault; known are {sorted(known)}"
            raise FaultError(message)
        values = dict(document)
        try:
            values["kind"] = Kind(values.get("kind", ""))
        except ValueError:
            message = f"unknown kind {values.get('kind')!r}; known are {[kind.value for kind in Kind]}"
            raise FaultError(message) from None
        nth = values.get("nth", ())
        values["nth"] = (nth,) if isinstance(nth, int) else tuple(nth)
        for name in _FRACTIONS & values.keys():
            values[name] = float(values[name])  # a JSON reader may have made it a Decimal
        return cls(**values)


@dataclass(slots=True)
class _Tally:
    """How often a fault was asked and has struck."""

    calls: int = 0
    strikes: int = 0


@dataclass(slots=True)
class FaultPlan:
    """An ordered list of faults with their counters. The first that strikes wins; all that are concerned count."""

    faults: Sequence[Fault] = ()
    _tallies: list[_Tally] = field(init=False)

    def __post_init__(self) -> None:
        self._tallies = [_Tally() for _ in self.faults]

    def next_for(self, operation: str, body: str = "") -> Fault | None:
        """What happens to this call of `operation`. Asking counts as a call."""
        struck: tuple[Fault, _Tally] | None = None
        for fault, tally in zip(self.faults, self._tallies, strict=True):
            if not fault.concerns(operation, body):
                continue
            tally.calls += 1
            spent = fault.times and tally.strikes >= fault.times
            if struck is None and not spent and fault.strikes(tally.calls):
                struck = fault, tally
        if struck is None:
            return None
        struck[1].strikes += 1
        return struck[0]

    def to_json(self) -> list[dict[str, Any]]:
        """The plan, each fault with the calls it has seen and struck."""
        return [
            {**fault.to_json(), "seen": tally.calls, "struck": tally.strikes}
            for fault, tally in zip(self.faults, self._tallies, strict=True)
        ]

    @classmethod
    def from_json(cls, documents: Iterable[Mapping[str, Any]]) -> FaultPlan:
        """A fresh plan, all counters at zero. What `to_json` adds (`seen`, `struck`) is ignored."""
        counters = {"seen", "struck"}
        return cls([Fault.from_json({k: v for k, v in one.items() if k not in counters}) for one in documents])


def _fraction(text: str) -> float:
    """A number in [0, 1) that depends on nothing but `text`."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7]) / 2**56
