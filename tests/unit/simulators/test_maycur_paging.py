"""The four readings of `pageNum`, as the table of the reference (7.4) draws them."""

from typing import Final, get_args

import pytest

from simulators.maycur.paging import PageRefusedError, capped, page
from simulators.maycur.settings import PageZero, Reading

ROWS: Final = range(120)  # row 0 is the newest
READINGS: Final[tuple[Reading, ...]] = get_args(Reading)


def read(reading: Reading, page_num: int, *, size: int = 50, zero: PageZero = "refused") -> list[int]:
    return list(page(ROWS, reading=reading, page_num=page_num, page_size=size, zero=zero))


@pytest.mark.parametrize(("reading", "first", "last"), [("A", 0, 49), ("B", 1, 50), ("C", 50, 99), ("D", 0, 49)])
def test_page_one_of_fifty_is_what_the_reference_says(reading: Reading, first: int, last: int) -> None:
    """Under B the newest row is lost by a lone "1", under C the whole first page."""
    rows = read(reading, 1)
    assert (rows[0], rows[-1], len(rows)) == (first, last, 50)


@pytest.mark.parametrize("reading", ["B", "C"])
def test_zero_is_the_first_page_where_counting_starts_at_zero(reading: Reading) -> None:
    """B and C answer "0" with the newest rows, whatever the setting for zero says."""
    assert read(reading, 0, zero="refused")[0] == 0


@pytest.mark.parametrize("reading", ["A", "D"])
def test_zero_is_refused_clamped_or_empty_where_counting_starts_at_one(reading: Reading) -> None:
    """The three answers that a tenant may give to "0" under A and D."""
    with pytest.raises(PageRefusedError):
        read(reading, 0, zero="refused")
    assert read(reading, 0, zero="clamped") == read(reading, 1)
    assert read(reading, 0, zero="empty") == []


@pytest.mark.parametrize("reading", READINGS)
def test_a_negative_page_is_refused(reading: Reading) -> None:
    """No reading knows a page before the first."""
    with pytest.raises(PageRefusedError):
        read(reading, -1, zero="clamped")


@pytest.mark.parametrize("reading", READINGS)
def test_a_page_beyond_the_end_is_empty(reading: Reading) -> None:
    """Reading on after the last row ends, it does not fail."""
    assert read(reading, 500) == []


@pytest.mark.parametrize("reading", READINGS)
def test_the_union_of_the_first_two_numbers_is_complete(reading: Reading) -> None:
    """What fetch relies on: below a page of rows, "0" and "1" together show all of them under every reading."""
    rows = range(49)
    seen: set[int] = set()
    for number in (0, 1):
        try:
            seen |= set(page(rows, reading=reading, page_num=number, page_size=50, zero="refused"))
        except PageRefusedError:
            assert reading in {"A", "D"}
    assert seen == set(rows)


@pytest.mark.parametrize(
    ("reading", "first_pair", "second_pair"),
    [("A", "same", "disjoint"), ("B", "one", "one"), ("C", "disjoint", "disjoint"), ("D", "same", "one")],
)
def test_the_probe_of_doctor_tells_the_readings_apart(reading: Reading, first_pair: str, second_pair: str) -> None:
    """With pages of two, p0/p1 and p1/p2 overlap as the table of the reference says."""
    p0, p1, p2 = (set(read(reading, number, size=2, zero="clamped")) for number in (0, 1, 2))
    shared = {0: "disjoint", 1: "one", 2: "same"}
    assert (shared[len(p0 & p1)], shared[len(p1 & p2)]) == (first_pair, second_pair)


def test_a_cap_lowers_the_page_size_and_zero_is_no_cap() -> None:
    """The silent cap never raises a page size."""
    assert [capped(50, 20), capped(10, 20), capped(50, 0)] == [20, 10, 50]
