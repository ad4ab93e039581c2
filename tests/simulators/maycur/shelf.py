"""Things filed under a moment, found by a window of time with two bisections, however many there are."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from typing import Final

from simulators.maycur.settings import Bounds

_BEFORE_ALL: Final = -1
_AFTER_ALL: Final = 2**62


class Shelf:
    """Pairs (moment in epoch ms, sequence number), always sorted."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: list[tuple[int, int]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, moment: int, sequence: int) -> None:
        """File one."""
        insort(self._entries, (moment, sequence))

    def add_all(self, entries: Iterable[tuple[int, int]]) -> None:
        """File many at once."""
        self._entries.extend(entries)
        self._entries.sort()

    def discard(self, moment: int, sequence: int) -> None:
        """Take one out; nothing happens if it is not there."""
        place = bisect_left(self._entries, (moment, sequence))
        if place < len(self._entries) and self._entries[place] == (moment, sequence):
            del self._entries[place]

    def window(self, start: int | None, end: int | None, bounds: Bounds) -> range:
        """The places of all that lie in the window, oldest first. None leaves that side open."""
        low, high = 0, len(self._entries)
        if start is not None:
            low = (
                bisect_left(self._entries, (start, _BEFORE_ALL))
                if bounds[0] == "["
                else bisect_right(self._entries, (start, _AFTER_ALL))
            )
        if end is not None:
            high = (
                bisect_left(self._entries, (end, _BEFORE_ALL))
                if bounds[1] == ")"
                else bisect_right(self._entries, (end, _AFTER_ALL))
            )
        return range(low, max(low, high))

    def sequence_at(self, place: int) -> int:
        """The sequence number filed at a place."""
        return self._entries[place][1]
