"""A paged list in memory: every reading of the page number, silent caps, orders, refusals, changes between calls."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal

from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.outcomes import DefinitelyNot, Done, Failure, Outcome
from paysync.core.paging import Failed, Piece, leaves
from paysync.core.ports import SourcePage
from paysync.core.scheme import Paging
from paysync.core.times import Window, epoch_ms, from_epoch_ms

Raw = Mapping[str, object]
FIRST = {"A": 1, "B": 0, "C": 0, "D": 1}
T0 = 1_700_000_000_000
CONFIRMED = {
    "A": Paging.PAGE_FROM_1,
    "B": Paging.OFFSET_FROM_0,
    "C": Paging.PAGE_FROM_0,
    "D": Paging.OFFSET_FROM_1,
}
SPAN = 64
HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[Raw]
    total: int | None = None


@dataclass(slots=True)
class PagedList:
    """Rows as (milliseconds after T0, row). The client's start − 1 ms and the server's bounds are both played here."""

    rows: list[tuple[int, Raw]]
    reading: str = "A"
    page_size: int = 5
    cap: int = 0
    zero: Literal["refused", "empty", "clamped"] = "refused"
    order: Literal["newest", "oldest", "unstable"] = "newest"
    bounds: Literal["[)", "[]", "()", "(]"] = "[)"
    beyond: Literal["empty", "clamped"] = "empty"
    says_total: bool = False
    before_call: Callable[[int], None] = lambda _: None
    faults: dict[int, Failure] = field(default_factory=dict)
    seed: int = 7
    asked: list[tuple[int, int, int]] = field(default_factory=list)

    def page(self, window: Window, number: int) -> Outcome[SourcePage]:
        """The answer to one call, as `core.ports.Source` gives it."""
        call = len(self.asked) + 1
        self.before_call(call)
        start, end = epoch_ms(window.start) - T0, epoch_ms(window.end) - T0
        self.asked.append((start, end, number))
        if call in self.faults:
            return self.faults[call]
        found = self._found(start - 1, end)
        first, size = FIRST[self.reading], min(self.page_size, self.cap or self.page_size)
        if number < first:
            if self.zero == "refused":
                return refused()
            if self.zero == "empty":
                return self._answer([], found)
            number = first
        place = (number - first) * (size if self.reading in "AC" else 1)
        if self.beyond == "clamped" and found and place >= len(found):
            place = (len(found) - 1) // size * size if self.reading in "AC" else len(found) - 1
        return self._answer(found[place : place + size], found)

    def _answer(self, rows: Sequence[Raw], found: Sequence[Raw]) -> Outcome[SourcePage]:
        return Done(Page(rows, len(found) if self.says_total else None))

    def _found(self, start: int, end: int) -> list[Raw]:
        low = start if self.bounds[0] == "[" else start + 1
        high = end if self.bounds[1] == ")" else end + 1
        found = [row for at, row in sorted(self.rows, key=lambda each: each[0]) if low <= at < high]
        if self.order == "newest":
            found.reverse()
        if self.order == "unstable":
            found.sort(key=lambda each: sha256(f"{self.seed} {len(self.asked)} {each}".encode()).digest())
        return found


def window(start: int, end: int) -> Window:
    """From `start` to `end`, in milliseconds after T0."""
    return Window(from_epoch_ms(T0 + start), from_epoch_ms(T0 + end))


def row(key: object, **more: object) -> Raw:
    """A row with its key."""
    return {"paymentBizCode": key, **more}


def key_of(raw: Raw) -> str | None:
    """The key of a row, None for one without."""
    key = raw.get("paymentBizCode")
    return key if isinstance(key, str) and key else None


def refused(**details: object) -> DefinitelyNot:
    """What a NACK becomes."""
    return DefinitelyNot(Diagnosis.of(Code.MAYCUR_NACK, **details))


def read(source: PagedList, *, paging: Paging = Paging.UNION, end: int = SPAN, **more: Any) -> list[Piece]:
    """The pieces of the first `end` milliseconds."""
    return list(leaves(window(0, end), source.page, paging=paging, page_size=source.page_size, key_of=key_of, **more))


def keys(pieces: Sequence[Piece]) -> set[str | None]:
    """The keys of all rows of the pieces."""
    return {key_of(each) for piece in pieces if not isinstance(piece, Failed) for each in piece.rows}


def at(*milliseconds: int) -> list[tuple[int, Raw]]:
    """Rows P0, P1 … at these milliseconds."""
    return [(when, row(f"P{number}")) for number, when in enumerate(milliseconds)]


def failure_of(pieces: Sequence[Piece]) -> Failure:
    """What the last piece says."""
    assert isinstance(pieces[-1], Failed)
    return pieces[-1].failure
