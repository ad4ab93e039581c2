"""What `make chaos` says of a run: it must not be content with troubles that never came."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Final

import pytest
from chaos_page import PROMISED, Ran, page, verdict

from cloud.books import Comparison

STRUCK: Final = Counter(
    {
        "SIGKILL of push": 80,
        "SIGKILL of fetch": 20,
        "restarts": 2,
        "schedules fired twice": 8,
        "redrives by SQS": 1,
        "K3Cloud: reset_after (Push)": 0,
        "K3Cloud: reset_before (any call)": 7,
        "Maycur: reset_after (paid_list)": 3,
    }
)
SUM: Final = Decimal("12.30")


def ran(happened: Counter[str], found: Comparison, left: tuple[int, int] = (0, 0)) -> Ran:
    """A run of which so much is known."""
    return Ran(1000, 100, 7, happened, found, left, 14.25)


def agreeing() -> Comparison:
    """Three books with one sum."""
    return Comparison(paid=SUM, booked=SUM, billed=SUM)


def test_a_run_in_which_all_has_struck_and_the_books_agree_is_good() -> None:
    """One kind of reset is enough."""
    good = ran(STRUCK, agreeing())
    assert good.books_agree
    assert good.never_struck == []
    assert verdict(good) == "0 doubled, 0 lost, 0 different, 0 not booked: the books agree"


@pytest.mark.parametrize("what", PROMISED)
def test_a_trouble_that_never_came_is_told(what: str) -> None:
    """The promise names it, so a run without it has not kept its word."""
    kinder = Counter({name: 0 if name.startswith(what) else count for name, count in STRUCK.items()})
    missing = ran(kinder, agreeing())
    assert missing.never_struck == [what]
    assert verdict(missing).endswith(f"the books agree; never struck: {what}")


@pytest.mark.parametrize(
    ("found", "left"),
    [
        (Comparison(doubled=["P"], paid=SUM, booked=SUM, billed=SUM), (0, 0)),
        (Comparison(open=["P"], paid=SUM, booked=SUM, billed=SUM), (0, 0)),
        (Comparison(paid=SUM, booked=SUM, billed=SUM + SUM), (0, 0)),
        (agreeing(), (0, 1)),
    ],
)
def test_books_that_do_not_agree_are_told(found: Comparison, left: tuple[int, int]) -> None:
    """Something doubled, open, of another sum, or left among the dead letters."""
    bad = ran(STRUCK, found, left)
    assert not bad.books_agree
    assert "the books DISAGREE" in verdict(bad)


def test_the_page_says_what_happened_and_both_sides_sums() -> None:
    """What never happened has no line; a reader sees seed, day and minutes."""
    told = page(ran(STRUCK, agreeing()), date(2026, 11, 24))
    assert "2026-11-24, 1000 payments, 100 kills, seed 7,\n14.2 minutes." in told
    assert "| SIGKILL of push | 80 |" in told
    assert "reset_after (Push)" not in told
    assert all(f"| {book} | 12.30 |" in told for book in ("Maycur, paid", "ledger, booked", "K3Cloud, billed"))
