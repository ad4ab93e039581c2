"""Time that passes only when somebody lets it, and chance that comes from a seed."""

import random  # noqa: TID251 - seeded here, so that a run can be replayed
from datetime import UTC, datetime, timedelta
from typing import Final

from paysync.core.times import Instant

START: Final = datetime(2025, 3, 3, 1, 0, tzinfo=UTC)
"""A Monday morning in Shanghai."""


class FakeClock:
    """A clock that stands still between `pause` and `advance`. Whole milliseconds, as the ledger keeps them."""

    __slots__ = ("_now",)

    def __init__(self, start: Instant = START) -> None:
        self._now = start

    def now(self) -> Instant:
        """The present."""
        return self._now

    def pause(self, span: timedelta) -> None:
        """Waiting takes no time, but time passes."""
        self.advance(span)

    def advance(self, span: timedelta) -> None:
        """Let `span` pass, to the millisecond; never back."""
        if span > timedelta():
            self._now += timedelta(milliseconds=span // timedelta(milliseconds=1))

    def set(self, at: Instant) -> None:
        """Jump to `at`, also back: clocks of different machines disagree."""
        self._now = at


class SeededIds:
    """Tokens in a row and fractions from a seed: the same seed, the same run."""

    __slots__ = ("_chance", "_count", "_prefix", "_seed")

    def __init__(self, seed: int = 0, prefix: str = "t") -> None:
        self._seed = seed
        self._chance: random.Random | None = None
        self._count = 0
        self._prefix = prefix

    def token(self) -> str:
        """Never the same twice from one source; give each source its own prefix."""
        self._count += 1
        return f"{self._prefix}{self._count:08d}"

    def fraction(self) -> float:
        """The seed's next number in [0, 1)."""
        if self._chance is None:  # only few ever ask
            self._chance = random.Random(self._seed)  # noqa: S311 - repeatable is the point
        return self._chance.random()
