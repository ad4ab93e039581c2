"""Which of the four readings of the page number is true on this tenant: the decision table of maycur-openapi.md 7.4.

The caller picks a closed window of the past with at least six rows and lets the source answer with two rows a page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from paysync.core.outcomes import Done, Failure, Outcome
from paysync.core.pages import KeyOf, is_refusal
from paysync.core.ports import SourcePage
from paysync.core.scheme import Paging

PROBE_PAGE_SIZE: Final = 2
PROBE_ROWS: Final = 6
"""Fewer rows in the window, and the four readings look alike."""

Keys: TypeAlias = tuple[str, ...]
Seen: TypeAlias = Keys | None
"""The keys of a page in their order, or None where the source refuses this page."""


class Why(StrEnum):
    """What led to a verdict."""

    DECIDED = "decided"
    FAILED = "failed"
    NO_KEY = "a row without a key"
    UNSTABLE = "the same page, asked twice, was not the same"
    WRONG_SIZE = "a page was longer than asked for, or the window holds too few rows"
    NO_MATCH = "the pages fit none of the four readings"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the probe found. Undecided, `paging` is UNION, which is complete under every reading."""

    paging: Paging
    why: Why
    pages: tuple[Seen, ...] = ()
    """What pages "0", "1" and "2" showed, as far as they were read."""
    failure: Failure | None = None


def probe(ask: Callable[[int], Outcome[SourcePage]], *, key_of: KeyOf) -> Verdict:
    """Read pages 0, 1 and 2 twice each and judge them. Six calls, reads all; ends at the first failure."""
    pages: list[Seen] = []
    for number in (0, 1, 2):
        looks: list[Seen] = []
        for _ in range(2):
            match ask(number):
                case Done(page):
                    keys = [key_of(row) for row in page.rows]
                    named = tuple(key for key in keys if key is not None)
                    if len(named) != len(keys):
                        return Verdict(Paging.UNION, Why.NO_KEY, tuple(pages))
                    looks.append(named)
                case failure:
                    if number or not is_refusal(failure):
                        return Verdict(Paging.UNION, Why.FAILED, tuple(pages), failure)
                    looks.append(None)
        if looks[0] != looks[1]:
            return Verdict(Paging.UNION, Why.UNSTABLE, (*pages, looks[0]))
        pages.append(looks[0])
    return judged(pages[0], pages[1] or (), pages[2] or ())


def judged(zero: Seen, one: Keys, two: Keys) -> Verdict:
    """The table itself: what three stable pages of two rows prove. A, B, C and D exclude one another."""
    pages = (zero, one, two)
    full = all(len(set(page)) == len(page) == PROBE_PAGE_SIZE for page in (one, two))
    if not full or len(zero or ()) > PROBE_PAGE_SIZE:
        return Verdict(Paging.UNION, Why.WRONG_SIZE, pages)
    no_page_zero = not zero or zero == one
    shared_01, shared_12 = len({*(zero or ())} & {*one}), len({*one} & {*two})
    match (no_page_zero, shared_01, shared_12):
        case (True, _, 0):
            paging = Paging.PAGE_FROM_1
        case (True, _, 1):
            paging = Paging.OFFSET_FROM_1
        case (False, 1, 1):
            paging = Paging.OFFSET_FROM_0
        case (False, 0, 0):
            paging = Paging.PAGE_FROM_0
        case _:
            return Verdict(Paging.UNION, Why.NO_MATCH, pages)
    return Verdict(paging, Why.DECIDED, pages)
