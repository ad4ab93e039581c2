"""Reading a window of any length completely: whole pieces, oldest first, halved until each fits on one page.

The caller writes a piece's rows to the ledger and moves the watermark to its end before it takes the next piece, and
may stop between two pieces. What makes a piece whole is `core.pages`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, TypeAlias

from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.outcomes import Failure
from paysync.core.pages import Ask, KeyOf, PageError, Sheet, SourceRow, is_refusal, is_whole, trouble, walk
from paysync.core.scheme import Paging
from paysync.core.times import Instant, Window

__all__ = ["Ask", "Failed", "KeyOf", "Leaf", "Piece", "SourceRow", "Stuck", "leaves"]

SHORTEST_REFUSED: Final = timedelta(hours=1)
"""A refusal of a shorter window is no matter of its length."""
_MOST_ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class Leaf:
    """A window that was read completely. Rows without repeats, but a key with two contents is there with both.

    May hold a row of a neighbouring millisecond (bounds are sent so that none can fall between two windows).
    """

    window: Window
    rows: tuple[SourceRow, ...]
    strays: int = 0
    """How many of the rows, the last ones, were seen only while the window was part of a larger one: gone since, or not
    filtered as the window says. Seen once is seen: they are handed over all the same."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """A millisecond whose rows do not fit on one page: rows may be missing, whatever the pages say. Reading goes on."""

    window: Window
    rows: tuple[SourceRow, ...]
    diagnosis: Diagnosis
    settled: bool
    """Two walks through all its pages showed the same rows, and ended: the rows are all, if their order is stable."""
    strays: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The window could not be read; nothing after it was tried. Always the last piece."""

    window: Window
    failure: Failure


Piece: TypeAlias = Leaf | Stuck | Failed


def leaves(  # noqa: PLR0913 - the source's settings, each written out at the call
    window: Window, ask: Ask, *, paging: Paging, page_size: int, key_of: KeyOf, halve_refused: bool = False
) -> Iterator[Piece]:
    """The pieces of `window`, oldest first and without gaps, up to its end or to the first failure.

    `halve_refused`: a refused window longer than an hour is tried in halves, for a tenant with a limit on the span.
    """
    waiting, owed = [window], _Owed()
    while waiting:
        here = waiting.pop()
        sheet = Sheet(here, ask, page_size, key_of)
        try:
            whole = is_whole(sheet, paging)
            if not whole and here.milliseconds <= 1:
                yield _stuck(sheet, paging, owed)
                continue
        except PageError as error:
            if not (halve_refused and _may_be_too_long(sheet, error.failure)):
                yield Failed(here, error.failure)
                return
            whole = False
        if whole:
            yield Leaf(here, *owed.settled(sheet))
        else:
            owed.note(sheet)
            waiting += reversed(here.halves())


# ----------------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Owed:
    """Rows that were seen on a page of a window that was then halved: one of its pieces must show them."""

    rows: dict[str, tuple[Instant, list[SourceRow]]] = field(default_factory=dict)

    def note(self, sheet: Sheet) -> None:
        """Remember what a window showed before it is halved."""
        for name, contents in sheet.rows.items():
            self.rows.setdefault(name, (sheet.window.end, contents))

    def settled(self, sheet: Sheet) -> tuple[tuple[SourceRow, ...], int]:
        """All rows of a piece, and how many of them are strays: owed by the time this piece ends, and in no piece."""
        for name in sheet.rows:
            self.rows.pop(name, None)
        due = [name for name, (end, _) in self.rows.items() if end <= sheet.window.end]
        strays = [row for name in due for row in self.rows.pop(name)[1]]
        return (*(row for contents in sheet.rows.values() for row in contents), *strays), len(strays)


def _stuck(sheet: Sheet, paging: Paging, owed: _Owed) -> Stuck:
    """Walk through all pages of one millisecond, and say that they may not be all."""
    settled = _settles(sheet, paging)
    rows, strays = owed.settled(sheet)
    failure = trouble(Code.PAGE_STUCK, sheet.window, rows=len(rows), size=sheet.page_size)
    return Stuck(sheet.window, rows, failure.diagnosis, settled, strays)


def _settles(sheet: Sheet, paging: Paging) -> bool:
    """Whether two walks in a row, of a few, show the same and come to an end; all that they show is entered."""
    before: Sheet | None = None
    for _ in range(_MOST_ROUNDS):
        now = Sheet(sheet.window, sheet.ask, sheet.page_size, sheet.key_of)
        ended = walk(now, paging)
        sheet.add(now)
        if ended and before is not None and before.rows == now.rows:
            return True
        before = now
    return False


def _may_be_too_long(sheet: Sheet, failure: Failure) -> bool:
    window = sheet.window
    return is_refusal(failure) and not sheet.rows and window.end - window.start > SHORTEST_REFUSED
