"""Driving a local stack: fetch, then let queue and sweep work until nothing is open: the schedules' part, at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeAlias

from paysync.cli.look import overview
from paysync.cli.runs import RunFailedError, invoke
from paysync.cli.stack import Stack
from paysync.core.states import State
from paysync.core.times import Instant

_TICK: Final = timedelta(seconds=1)
_CALM_TICKS: Final = 2
"""So often in a row must nothing be open and the queue be empty: its counts are approximate."""
Tick: TypeAlias = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: `idle` when no row is open and the queue is empty; `reason` when not."""

    idle: bool
    reason: str
    overview: Mapping[str, Any]


def fetch_all(stack: Stack, *, until: Instant) -> str:
    """Run fetch for every collection once, and for every scheme until it has read all. What went wrong, or nothing."""
    for collection in stack.settings.collections:
        try:
            invoke(stack, "FetchFunction", {"mode": "run", "scheme": collection})
        except RunFailedError as error:
            return f"fetch of {collection} failed: {error}"
    for scheme in stack.settings.schemes:
        while stack.operator.scheme(scheme).source.is_fetched and stack.operator.clock.now() < until:
            try:
                report = invoke(stack, "FetchFunction", {"mode": "run", "scheme": scheme})[scheme]
            except RunFailedError as error:
                return f"fetch of {scheme} failed: {error}"
            if report["complete"]:
                break
    return ""


def run(stack: Stack, *, until_idle: bool, timeout: timedelta, on_tick: Tick) -> Ended:
    """Fetch once; with `until_idle` sweep as often as it takes until all is settled, parked, or the time is over."""
    until = stack.operator.clock.now() + timeout
    schemes = list(stack.settings.schemes)
    failure = fetch_all(stack, until=until)
    if failure or not until_idle:
        return Ended(not failure and not until_idle, failure, overview(stack, schemes))
    calm = 0
    while True:
        now = overview(stack, schemes)
        on_tick(now)
        calm = calm + 1 if now["open"] == 0 and now["queue"] == 0 and not _owed(stack) else 0
        if calm >= _CALM_TICKS:
            return Ended(idle=True, reason="", overview=now)
        if stack.operator.clock.now() >= until:
            reason = f"timeout: {now['open']} rows open, {now['queue']} messages in the queue"
            return Ended(idle=False, reason=reason, overview=now)
        _sweep(stack)
        stack.operator.clock.pause(_TICK)


def _sweep(stack: Stack) -> None:
    try:
        invoke(stack, "SweepFunction", {})
    except RunFailedError:
        return


def _owed(stack: Stack) -> bool:
    """Whether a dead letter or a call-back is owed, or a payment waits for a free lock: sweep still has work."""
    now = stack.operator.clock.now()
    return any(
        stack.operator.ledger.unsettled(scheme, state, due=now, limit=1, taken=taken)
        for scheme in stack.settings.schemes
        for state in (State.REJECTED, State.REVIEW, State.DONE)
        for taken in (True, False)
    )
