"""One window by itself: from which pages, shown in which order, it follows that all its rows were seen."""

from decimal import Decimal

import pytest

from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.outcomes import DefinitelyNot, Done, Failure, Outcome, Unknown
from paysync.core.pages import PageError, Sheet, is_refusal, is_whole, walk
from paysync.core.ports import SourcePage
from paysync.core.scheme import Paging
from paysync.core.times import Window
from unit.core.paged_list import SPAN, Page, key_of, refused, row, window

Answer = tuple[int, str] | tuple[int, str, int] | tuple[int, Failure]
"""The number that must be asked for next; the keys of the rows that come, one letter each, and the total; a failure."""


class Script:
    """A source that must be asked for just these pages, in this order."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)

    def page(self, where: Window, number: int) -> Outcome[SourcePage]:
        """The next answer."""
        assert where == window(0, SPAN)
        wanted, what, *total = self.answers.pop(0)
        assert number == wanted
        return Done(Page([row(key) for key in what], *total)) if isinstance(what, str) else what

    def sheet(self) -> Sheet:
        """Pages of five, and nothing seen yet."""
        return Sheet(window(0, SPAN), self.page, 5, key_of)


def whole(paging: Paging, *answers: Answer) -> bool:
    """What is thought of a window of which these pages were shown, all of them asked for."""
    script = Script(*answers)
    found = is_whole(script.sheet(), paging)
    assert script.answers == []
    return found


NO = refused()
UNION = Paging.UNION


@pytest.mark.parametrize(
    "answers",
    [
        [(1, "abc"), (0, NO), (0, NO), (2, ""), (0, NO), (0, NO), (1, "cba")],
        [(1, "abc"), (0, "ab"), (2, "c"), (1, "abc")],
        [(1, ""), (0, "abc"), (2, ""), (1, ""), (0, "abc")],
        [(1, "bc"), (0, "abc"), (2, "c"), (1, "bc"), (0, "abc")],
        [(1, "abc", 3), (0, "abc", 3), (2, "", 3), (1, "abc", 3)],
        [(1, "aab", 3), (0, NO), (0, NO), (2, ""), (0, NO), (0, NO), (1, "ab")],
        [(1, ""), (0, ""), (2, "")],
        [(1, ""), (0, NO), (0, NO), (2, ""), (0, NO), (0, NO)],
    ],
)
def test_a_window_is_whole_when_one_page_holds_all_and_stands(answers: list[Answer]) -> None:
    """Page "1" or page "0", whatever the number counts: the same before and after the looks behind it."""
    assert whole(UNION, *answers)


@pytest.mark.parametrize(
    "answers",
    [
        [(1, "abcde")],
        [(1, "bcde"), (0, "abcde")],
        [(1, "abc"), (0, "abc"), (2, "d")],
        [(1, "ab"), (0, "bc"), (2, "")],
        [(1, "abc"), (0, NO), (0, NO), (2, ""), (0, NO), (0, NO), (1, "abcd")],
        [(1, "abc"), (0, NO), (0, NO), (2, ""), (0, NO), (0, NO), (1, "ab")],
        [(1, ""), (0, "abc"), (2, ""), (1, "d")],
        [(1, ""), (0, "abc"), (2, ""), (1, ""), (0, "ab")],
        [(1, "bc"), (0, "abc"), (2, "c"), (1, "bc"), (0, "abcd")],
        [(1, "abc", 4), (0, NO), (0, NO), (2, "", 4), (0, NO), (0, NO), (1, "abc", 4)],
        [(1, "", 1), (0, NO), (0, NO), (2, ""), (0, NO), (0, NO)],
    ],
)
def test_a_window_is_not_whole_when_a_row_may_be_missing(answers: list[Answer]) -> None:
    """A full page, rows behind it, no page with all of them, a page that changed meanwhile, a total of more."""
    assert not whole(UNION, *answers)


@pytest.mark.parametrize(
    ("paging", "answers"),
    [
        (Paging.PAGE_FROM_1, [(1, "abc"), (2, ""), (1, "bca")]),
        (Paging.PAGE_FROM_1, [(1, "abc"), (2, "abc"), (1, "abc")]),
        (Paging.OFFSET_FROM_1, [(1, "abc"), (4, ""), (1, "abc")]),
        (Paging.OFFSET_FROM_0, [(0, "abc"), (3, ""), (0, "abc")]),
        (Paging.OFFSET_FROM_0, [(0, ""), (1, "")]),
    ],
)
def test_a_window_of_a_known_reading_is_whole_by_its_own_pages(paging: Paging, answers: list[Answer]) -> None:
    """The first, the one behind it, and the first again; a server without a second page may show the first instead."""
    assert whole(paging, *answers)


@pytest.mark.parametrize(
    ("paging", "answers"),
    [
        (Paging.PAGE_FROM_0, [(0, "abcde")]),
        (Paging.PAGE_FROM_0, [(0, "abc"), (1, "d")]),
        (Paging.PAGE_FROM_0, [(0, "abc"), (1, ""), (0, "ab")]),
        (Paging.OFFSET_FROM_0, [(0, "abc"), (3, "c")]),
        (Paging.OFFSET_FROM_1, [(1, "abc"), (4, "bc")]),
    ],
)
def test_a_window_of_a_known_reading_is_not_whole_when_a_row_may_be_missing(
    paging: Paging, answers: list[Answer]
) -> None:
    """Also where the row behind the last one is one of those before it: rows have moved down meanwhile."""
    assert not whole(paging, *answers)


def walked(paging: Paging, *answers: Answer) -> tuple[bool, set[str]]:
    """Whether a walk came to its end, and the rows that it saw; all these pages were asked for."""
    script = Script(*answers)
    sheet = script.sheet()
    ended = walk(sheet, paging)
    assert script.answers == []
    return ended, {name.removeprefix("key ") for name in sheet.rows}


@pytest.mark.parametrize(
    ("paging", "answers"),
    [
        (UNION, [(0, "abcde"), (1, "abcde"), (2, "fg"), (3, "")]),
        (UNION, [(0, NO), (0, NO), (1, "abcde"), (2, "fg"), (3, "fg")]),
        (UNION, [(0, "abcde"), (1, "fg"), (2, "")]),
        (Paging.PAGE_FROM_1, [(1, "abcde"), (2, "fg"), (3, "")]),
        (Paging.PAGE_FROM_0, [(0, "abcde"), (1, "fg"), (2, "")]),
        (Paging.OFFSET_FROM_0, [(0, "abcde"), (5, "fg"), (7, "")]),
        (Paging.OFFSET_FROM_1, [(1, "abcde"), (6, "fg"), (8, "")]),
    ],
)
def test_a_walk_reads_page_after_page_until_one_brings_nothing_new(paging: Paging, answers: list[Answer]) -> None:
    """By the steps of its reading; while the reading is not known, the first two pages may be the same one."""
    assert walked(paging, *answers) == (True, set("abcdefg"))


@pytest.mark.parametrize(("paging", "answers"), [(UNION, [(0, ""), (1, ""), (2, "")]), (Paging.PAGE_FROM_1, [(1, "")])])
def test_a_walk_through_nothing_is_short(paging: Paging, answers: list[Answer]) -> None:
    """No page is asked for that can prove nothing more."""
    assert walked(paging, *answers) == (True, set())


def test_a_walk_that_is_refused_a_page_has_not_ended() -> None:
    """Twice, so that chance is excluded; what was seen is kept."""
    assert walked(Paging.PAGE_FROM_1, (1, "abcde"), (2, NO), (2, NO)) == (False, set("abcde"))
    assert walked(Paging.PAGE_FROM_1, (1, "abc", 4), (2, "")) == (False, set("abc"))


def test_a_walk_ends_after_forty_pages() -> None:
    """Each of them with a row that no other showed: it is left to a person."""
    sheet = Sheet(
        window(0, SPAN), lambda _, number: Done(Page([row(number)])), 5, lambda raw: str(raw["paymentBizCode"])
    )
    assert not walk(sheet, Paging.PAGE_FROM_1)
    assert len(sheet.rows) == 40


def test_a_sheet_takes_over_what_another_has_seen() -> None:
    """Rows that it had not seen, and other contents of those that it had, each once."""
    one, other = Script().sheet(), Script().sheet()
    one.rows["key a"] = [row("a", amount=1)]
    other.rows["key a"] = [row("a", amount=1), row("a", amount=2)]
    other.rows["key b"] = [row("b")]
    one.add(other)
    assert one.rows == {"key a": [row("a", amount=1), row("a", amount=2)], "key b": [row("b")]}


# ------------------------------------------------------------------------------------------------- rows without a key


def looked(*pages: list[dict[str, object]]) -> list[int]:
    """How many rows of each page had not been seen before."""
    answers = [Done(Page(rows)) for rows in pages]
    sheet = Sheet(window(0, SPAN), lambda _, number: answers[number], 5, key_of)
    return [sheet.page(number).unseen for number in range(len(pages))]


def test_a_row_without_a_key_is_new_by_its_content() -> None:
    """Whatever the order of its fields, and with money in it; no key can be taken for a content."""
    amount = Decimal("1.50")
    assert looked([{"n": 1, "amount": amount}], [{"amount": amount, "n": 1}], [{"n": 2, "amount": amount}]) == [1, 0, 1]
    assert looked([{"n": 1}], [{"paymentBizCode": '{"n": 1}'}]) == [1, 1]


# ------------------------------------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize("code", [Code.MAYCUR_NACK, Code.HTTP_REFUSED])
def test_a_refusal_is_a_lasting_no_to_the_request_itself(code: Code) -> None:
    """Of Maycur or of any other source; what passes by itself is none, nor what is unclear."""
    why = Diagnosis.of(code)
    assert is_refusal(DefinitelyNot(why))
    assert not is_refusal(DefinitelyNot(why, transient=True))
    assert not is_refusal(Unknown(why))


def test_trouble_with_the_pages_is_named() -> None:
    """By the code of what went wrong, with what was seen."""
    with pytest.raises(PageError) as raised:
        whole(UNION, (1, "abcdef"))
    assert ("window", "2023-11-14T22:13:20.000Z – 2023-11-14T22:13:20.064Z") in raised.value.failure.diagnosis.details
    assert {("rows", "6"), ("size", "5")} <= set(raised.value.failure.diagnosis.details)
    with pytest.raises(PageError) as raised:
        whole(UNION, (1, "abc", 4), (0, "abc", 3))
    assert {("before", "4"), ("after", "3")} <= set(raised.value.failure.diagnosis.details)
