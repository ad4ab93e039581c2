"""Reading one window of a paged list: is what was seen all of it? Pure; the caller asks.

What the source's page number counts is not documented (maycur-openapi.md 7.4), the server may lower the page size in
silence, and pages drift while they are read. So a window counts as whole only when all its rows stand on **one** page
with room to spare, a look at the next page shows nothing that was not seen, and that one page still is the same after
it. Until a reading is confirmed, pages "0" and "1" are both read: under each of the four readings one of the two is the
first page.

Why the last look: what comes or goes in front of a page shifts it. A first page that is the same before and after the
look behind it has not been shifted meanwhile, so no row has slipped from behind it to before it, or the other way.

Limit: where a server caps the page in silence **and** says no total, an order that changes with each call, or a change
that is undone between two looks, can hide a row. No sequence of questions excludes that; reading the window again does
(overlap, deep scan, reconcile).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.outcomes import DefinitelyNot, Done, Failure, Outcome, Unknown
from paysync.core.ports import SourcePage
from paysync.core.scheme import Paging
from paysync.core.times import Window, iso

SourceRow: TypeAlias = Mapping[str, object]
Ask: TypeAlias = Callable[[Window, int], Outcome[SourcePage]]
KeyOf: TypeAlias = Callable[[SourceRow], str | None]

MOST_PAGES: Final = 40
"""How many pages of one millisecond are read before it is left to a person."""

FIRST_PAGE: Final[Mapping[Paging, int]] = {
    Paging.PAGE_FROM_1: 1,
    Paging.OFFSET_FROM_0: 0,
    Paging.PAGE_FROM_0: 0,
    Paging.OFFSET_FROM_1: 1,
}
_COUNTS_ROWS: Final = frozenset({Paging.OFFSET_FROM_0, Paging.OFFSET_FROM_1})
_REFUSALS: Final = frozenset({Code.MAYCUR_NACK, Code.HTTP_REFUSED})
_LAST_UNION_PAGE: Final = 2


class PageError(Exception):
    """A call failed, or an answer contradicts itself: the window cannot be read now. Never leaves `core.paging`."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.diagnosis.code)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Look:
    """One page as it was seen: whose rows, in order, and how many of them had not been seen before."""

    names: tuple[str, ...]
    unseen: int


@dataclass(slots=True)
class Sheet:
    """All that was seen of one window, page by page."""

    window: Window
    ask: Ask
    page_size: int
    key_of: KeyOf
    rows: dict[str, list[SourceRow]] = field(default_factory=dict)
    """By key (or by content, where a row has none): every different content, in the order of sight."""
    longest: int = 0
    """Rows on the longest page, repeats included."""
    total: int | None = None

    @property
    def full(self) -> bool:
        """Whether a page reaches the page size, so that rows may stand behind it."""
        return self.longest >= self.page_size

    @property
    def short_of_total(self) -> bool:
        """Whether the source itself says that there are more rows than were seen."""
        return self.total is not None and self.total > max(self.longest, len(self.rows))

    def page(self, number: int) -> Look:
        """Ask for one page and enter its rows. Raises PageError for a failure and for what no page may be."""
        match self.ask(self.window, number):
            case Done(page):
                return self._entered(page)
            case failure:
                raise PageError(failure)

    def page_unless_refused(self, number: int) -> Look | None:
        """The page, or None where the source refuses just this number, twice. Any other failure raises PageError."""
        try:
            return self.page(number)
        except PageError as error:
            if not is_refusal(error.failure):
                raise
        try:
            return self.page(number)
        except PageError as error:
            if not is_refusal(error.failure):
                raise
        return None

    def add(self, other: "Sheet") -> None:
        """Enter what another sheet of the same window has seen."""
        for name, contents in other.rows.items():
            for row in contents:
                self._enter(name, row)

    def _entered(self, page: SourcePage) -> Look:
        rows, total = page.rows, page.total
        if len(rows) > self.page_size:
            raise PageError(trouble(Code.PAGE_TOO_LONG, self.window, rows=len(rows), size=self.page_size))
        if total is not None and self.total is not None and total < self.total:
            raise PageError(trouble(Code.PAGE_SHRUNK, self.window, before=self.total, after=total))
        self.total = self.total if total is None else total
        self.longest = max(self.longest, len(rows))
        known = len(self.rows)
        names = tuple(self._enter(self._name(row), row) for row in rows)
        return Look(names, len(self.rows) - known)

    def _enter(self, name: str, row: SourceRow) -> str:
        contents = self.rows.setdefault(name, [])
        if row not in contents:
            contents.append(row)
        return name

    def _name(self, row: SourceRow) -> str:
        key = self.key_of(row)
        return json.dumps(row, sort_keys=True, default=str) if key is None else f"key {key}"


def is_whole(sheet: Sheet, paging: Paging) -> bool:
    """Read a window with as few calls as prove it whole; False when it must be read in smaller pieces.

    Raises PageError where the window, or the source as a whole, cannot be read.
    """
    seen_all = _is_whole_by_union(sheet) if paging is Paging.UNION else _is_whole_by_reading(sheet, paging)
    return seen_all and not sheet.short_of_total


def walk(sheet: Sheet, paging: Paging) -> bool:
    """Read every page of a window that cannot be halved; True when the last page brought nothing new."""
    number = FIRST_PAGE.get(paging, 1)
    if paging is Paging.UNION:
        sheet.page_unless_refused(0)
    for _ in range(MOST_PAGES):
        look = sheet.page_unless_refused(number)
        if look is None:
            return False
        if not look.unseen and not (paging is Paging.UNION and number < _LAST_UNION_PAGE):
            return not sheet.short_of_total
        number += len(look.names) if paging in _COUNTS_ROWS else 1
    return False


def is_refusal(failure: Failure) -> bool:
    """Whether the source said no to the request itself; trouble with token, pace or network is none."""
    return isinstance(failure, DefinitelyNot) and not failure.transient and failure.diagnosis.code in _REFUSALS


def trouble(code: Code, window: Window, **details: object) -> Unknown:
    """What is wrong with the pages of `window`: proves nothing about its rows."""
    return Unknown(Diagnosis.of(code, window=f"{iso(window.start)} – {iso(window.end)}", **details))


# ----------------------------------------------------------------------------------------------------------------------


def _is_whole_by_union(sheet: Sheet) -> bool:
    """Pages "1", "0" and "2", and the first page again. "1" comes first: only while it is answered may "0" be refused.

    On that refusal rests that nothing stands there, so it must be one before the answer to "2" and after it.

    Where the first page is "0", "1" may be the page behind it: then it is looked at between the two looks at "0".
    """
    one = sheet.page(1)
    if sheet.full:
        return False
    zero = sheet.page_unless_refused(0)
    if sheet.full:
        return False
    if sheet.page(_LAST_UNION_PAGE).unseen:
        return False
    if zero is None and sheet.page_unless_refused(0) is not None:
        raise PageError(trouble(Code.PAGE_UNSTABLE, sheet.window, what="the first page is refused and then answered"))
    if zero is None or _holds_all(sheet, one):
        return _stands(sheet, 1, one)
    return _holds_all(sheet, zero) and not sheet.page(1).unseen and _stands(sheet, 0, zero)


def _is_whole_by_reading(sheet: Sheet, paging: Paging) -> bool:
    first = FIRST_PAGE[paging]
    head = sheet.page(first)
    if sheet.full:
        return False
    counts_rows = paging in _COUNTS_ROWS
    tail = sheet.page(first + (max(len(head.names), 1) if counts_rows else 1))
    if tail.names and not head.names:
        raise PageError(trouble(Code.PAGE_UNSTABLE, sheet.window, what="rows follow an empty first page"))
    if tail.unseen:
        return False
    repeats_some = bool(tail.names) and set(tail.names) != set(head.names)  # all of them: the server has no such page
    if repeats_some and not counts_rows:
        raise PageError(trouble(Code.PAGE_UNSTABLE, sheet.window, what="the next page repeats some rows of the first"))
    return not repeats_some and _stands(sheet, first, head)


def _holds_all(sheet: Sheet, look: Look) -> bool:
    return set(look.names) == sheet.rows.keys()


def _stands(sheet: Sheet, number: int, before: Look) -> bool:
    """Whether the first page is what it was. A window without a row needs no second look: nothing can have slipped."""
    return not sheet.rows or set(sheet.page(number).names) == set(before.names)
