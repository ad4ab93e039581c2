"""What `pageNum` means, pure: reading x rows x pageNum -> page. Nobody outside the vendor knows which one is true.

| reading | pageNum is             | first page |
| ------- | ---------------------- | ---------- |
| A       | a page number from 1   | "1"        |
| B       | a row offset from 0    | "0"        |
| C       | a page number from 0   | "0"        |
| D       | a row offset from 1    | "1"        |
"""

from collections.abc import Sequence
from typing import Final, TypeVar

from simulators.maycur.settings import PageZero, Reading

T = TypeVar("T")

FIRST: Final[dict[Reading, int]] = {"A": 1, "B": 0, "C": 0, "D": 1}


class PageRefusedError(ValueError):
    """The page number is not one that this reading knows."""


def page(rows: Sequence[T], *, reading: Reading, page_num: int, page_size: int, zero: PageZero) -> Sequence[T]:
    """The rows of one page, in the order given. `page_num` 0 under A and D is treated as `zero` says."""
    if page_num < 0:
        message = f"pageNum {page_num}"
        raise PageRefusedError(message)
    first = FIRST[reading]
    if page_num < first:
        if zero == "refused":
            message = f"pageNum {page_num}"
            raise PageRefusedError(message)
        if zero == "empty":
            return rows[:0]
        page_num = first
    step = page_size if reading in {"A", "C"} else 1
    start = (page_num - first) * step
    return rows[start : start + page_size]


def capped(page_size: int, cap: int) -> int:
    """The page size that the server really uses; 0 is no cap."""
    return min(page_size, cap) if cap else page_size
