"""Calls one after another, with a distance between them."""

from datetime import timedelta
from decimal import Decimal

from paysync.core.ports import Clock


class Pacer:
    """At most so many calls a second, whoever makes them with this pacer."""

    def __init__(self, clock: Clock, calls_per_second: Decimal) -> None:
        self._clock = clock
        self._distance = timedelta(seconds=float(1 / calls_per_second))
        self._free_at = clock.now()

    def wait(self) -> None:
        """Until it is the next call's turn; never longer than one distance, even if the clock was set back."""
        wait = min(self._free_at - self._clock.now(), self._distance)
        if wait > timedelta():
            self._clock.pause(wait)
        self._free_at = self._clock.now() + self._distance
