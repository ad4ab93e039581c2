"""The filter language of K3Cloud queries: what is let through, what is refused."""

from __future__ import annotations

import contextlib
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.k3cloud.conditions import predicate
from simulators.k3cloud.filters import FilterError, names, parse

ROW: dict[str, Any] = {
    "FID": 100101,
    "FBILLNO": "FKD00000501",
    "FPAYORGID.FNUMBER": "100",
    "FAMOUNT": Decimal("622.00"),
    "FPAID": Decimal("22.00"),
    "FDATE": datetime(2025, 1, 31, 12, 0),  # noqa: DTZ001 - the server's local time has no zone
    "FEMPTY": None,
    "FREMARK": "50%_[a] O'Neil ",
}


def holds(text: str) -> bool:
    """Whether the row passes."""
    return predicate(parse(text), lambda name: lambda row: row[name.upper()])(ROW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "FID=100101",
        "fid = 100101",
        "FID='100101'",
        "FID<>100102 AND fid != 7",
        "FBillNo='fkd00000501   '",
        "FBillNo in ('X', 'FKD00000501')",
        "FBillNo not in ('X')",
        "FID in (1,100101)",
        "FBillNo like 'FKD%' and FBillNo like '%0_01'",
        "FRemark like '50[%][_][[]a]%'",
        "FRemark like '%o''neil%'",
        "FRemark='50%_[a] O''Neil'",
        "not (FID=1 or FID=2)",
        "FID=1 or FID=2 or FID>100100 and FID<=100101",
        "FDate>='2025-01-31' and FDate<'2025-02-01 00:00:00'",
        "FDate='2025-01-31 12:00:00'",
        "FAmount=622 and FAmount=622.000",
        "FAmount>FPaid",
        "(FAmount+FPaid)=644.00",
        "FAmount - FPaid = 600 and ((FID=100101))",
        "FPAYORGID.FNumber='100'",
        "FPaid > -1",
        "not FEmpty='2025-01-31'",
        "FBillNo = N'FKD00000501'",
    ],
)
def test_these_let_the_row_through(text: str) -> None:
    """Case, trailing blanks, escapes, dates, field against field, sums, and the order of and, or, not."""
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "FID=1 and FID=100101 or FID=2",
        "FBillNo like 'KD%'",
        "FRemark like '50[_]%'",
        "FEmpty='2025-01-31'",
        "FEmpty<>'2025-01-31'",
        "FDate='2025-01-31'",
        "FBillNo=' FKD00000501'",
    ],
)
def test_these_do_not(text: str) -> None:
    """`and` binds closer than `or`; nothing compares with nothing; leading blanks count."""
    assert not holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "FID=",
        "FID 1",
        "=1",
        "FID=1 and",
        "(FID=1",
        "FID=1)",
        "FBillNo='x",
        "FBillNo='O'Neil'",
        "FID in ()",
        "FID in (1,)",
        "FBillNo like 5",
        "FID=1; drop table x",
        "FID==1",
        "FID=1 FID=2",
        "FID not = 1",
        "1..2=FID",
        "(" * 300 + "FID=1" + ")" * 300,
    ],
)
def test_what_is_no_filter_is_refused(text: str) -> None:
    """A quote that was not doubled never turns into a wider filter."""
    with pytest.raises(FilterError):
        parse(text)


@pytest.mark.parametrize("text", ["FBillNo=5", "FDate='soon'", "FID='abc'", "FAmount+FBillNo=1"])
def test_what_cannot_be_compared_is_refused_when_it_meets_a_row(text: str) -> None:
    """As SQL Server fails to convert text to a number or a date."""
    with pytest.raises(FilterError):
        holds(text)


def test_a_filter_knows_its_fields() -> None:
    """Every name is found, wherever it stands."""
    found = names(parse("FA=1 and (FB.FNumber like 'x' or not FC in (1)) and FD+FE>FF"))
    assert list(found) == ["FA", "FB.FNumber", "FC", "FD", "FE", "FF"]


@given(st.text(alphabet="FID=<>'() ,.+-%_[]andorlikein15\u5355", max_size=40))
def test_any_text_is_a_filter_or_is_refused(text: str) -> None:
    """Nothing else ever comes out of the parser."""
    with contextlib.suppress(FilterError):
        parse(text)
