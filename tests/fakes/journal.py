"""A journal that remembers."""

from collections import Counter
from typing import NamedTuple

from paysync.core.keys import PaymentKey


class Line(NamedTuple):
    """What was told."""

    what: str
    key: PaymentKey | None
    details: dict[str, object]


class MemoryJournal:
    """`lines` in order, `counts` by metric."""

    __slots__ = ("counts", "lines")

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.counts: Counter[str] = Counter()

    def tell(self, what: str, *, key: PaymentKey | None = None, **details: object) -> None:
        """Remember a line."""
        self.lines.append(Line(what, key, details))

    def count(self, metric: str, value: float = 1) -> None:
        """Add up a metric."""
        self.counts[metric] += value  # type: ignore[assignment]  # a Counter adds floats as well
