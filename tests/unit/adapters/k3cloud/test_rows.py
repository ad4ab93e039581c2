"""From rows to the core's values: heads, entries and sums; a row that does not say what it must is an error."""

from decimal import Decimal
from typing import Any

import pytest

from paysync.adapters.k3cloud.forms import Forms
from paysync.adapters.k3cloud.queries import Line
from paysync.adapters.k3cloud.rows import (
    RowError,
    bills_in,
    day_in,
    document_in,
    entry_fields,
    head_fields,
    head_in,
    same_text,
    totals_in,
)
from paysync.core.bills import BillHead, BillStatus
from unit.adapters.k3cloud.doubles import SAVE, key

FORMS = Forms()


def line(**cells: Any) -> Line:
    """A row of a bill with one entry."""
    usual: dict[str, Any] = {
        "FID": 7,
        "FBillNo": "FKD7",
        "FDocumentStatus": "C",
        "FCancelStatus": "A",
        "FTHIRDBILLNO": "PAY-1",
        "FDATE": "2025-01-31T00:00:00",
        "FCREATORID": 1,
        "FCREATORID.FName": "li.si",
        "FPAYBILLENTRY_FEntryID": 70,
        "FPAYAMOUNTFOR_E": Decimal("1.10"),
    }
    renamed = {name.replace("__", "."): value for name, value in cells.items()}
    return Line({**usual, **renamed})


def head(**cells: Any) -> BillHead:
    """The head of that row."""
    return head_in(line(**cells), FORMS, "FTHIRDBILLNO")


def test_a_head_is_read_as_it_stands() -> None:
    """With every spelling of its maker, each once."""
    assert head() == BillHead("7", "FKD7", BillStatus.AUDITED, voided=False, reference="PAY-1", creator=("1", "li.si"))
    assert head(FCREATORID="li.si").creator == ("li.si",)
    assert head(FCREATORID=None, FCREATORID__FName="").creator == ()


def test_a_draft_has_no_number() -> None:
    """A blank or nothing; its id names it."""
    for number in ("", " ", None):
        assert head(FBillNo=number, FDocumentStatus="Z").number == ""


@pytest.mark.parametrize(("value", "voided"), [("A", False), ("B", True), ("", False), (None, False), ("B ", True)])
def test_only_b_is_voided(value: object, *, voided: bool) -> None:
    """A live bill that was taken for a voided one would be paid again."""
    assert head(FCancelStatus=value).voided is voided


@pytest.mark.parametrize(
    "cells",
    [
        {"FID": None},
        {"FID": 0},
        {"FID": ""},
        {"FID": "a\u0000b"},
        {"FDocumentStatus": "X"},
        {"FDocumentStatus": None},
        {"FCancelStatus": "C"},
        {"FCancelStatus": True},
    ],
    ids=str,
)
def test_a_row_that_does_not_say_what_it_must_is_an_error(cells: dict[str, object]) -> None:
    """No id, no status that K3Cloud has: nothing is concluded from the answer."""
    with pytest.raises(RowError):
        head(**cells)


@pytest.mark.parametrize(
    "text", ["2025-01-31T00:00:00", "2025-01-31 00:00:00", "2025-01-31", "2025-01-31T17:41:46.303"]
)
def test_a_day_comes_in_every_spelling(text: str) -> None:
    """The day is what counts."""
    assert day_in(line(FDATE=text), "FDATE") == "2025-01-31"
    assert day_in(line(FDATE=None), "FDATE") == ""


@pytest.mark.parametrize("text", ["31.01.2025", "2025/01/31", "2025-01-311", "x"])
def test_what_is_no_day_is_an_error(text: str) -> None:
    """It would compare wrong."""
    with pytest.raises(RowError):
        day_in(line(FDATE=text), "FDATE")


def test_a_bill_gathers_its_entries() -> None:
    """The head repeats for each; a row that comes twice is one entry, one without an entry's id is none."""
    rows = [line(), line(FPAYBILLENTRY_FEntryID=71), line(), line(FID=8, FPAYBILLENTRY_FEntryID=None)]
    bills = bills_in(rows, FORMS, "FTHIRDBILLNO", SAVE)
    assert {key: [one.id for one in bill.entries] for key, bill in bills.items()} == {"7": ["70", "71"], "8": []}
    assert bills["7"].entries[0].cells["FPAYAMOUNTFOR_E"] == Decimal("1.10")
    assert set(bills["7"].cells) == {"FDATE", "FTHIRDBILLNO", "FCURRENCYID.FNumber", "FPAYORGID"}


def test_a_scheme_without_a_save_reads_heads() -> None:
    """No entries, no cells, no sum."""
    bills = bills_in([line(), line()], FORMS, "FTHIRDBILLNO", None)
    assert (bills["7"].entries, bills["7"].cells) == ((), {})
    [total] = totals_in([line()], FORMS, "FTHIRDBILLNO", None)
    assert total.amount is None


def test_fields_are_read_by_the_keys_that_references_have() -> None:
    """`{FNumber: …}` is saved under the field and read under its number; each once."""
    assert entry_fields(SAVE) == ("FACCOUNTID.FNumber", "FPAYTOTALAMOUNTFOR", "FPAYAMOUNTFOR_E")
    assert head_fields(SAVE) == ("FDATE", "FTHIRDBILLNO", "FCURRENCYID.FNumber", "FPAYORGID")


def test_a_total_is_the_exact_sum_of_its_entries() -> None:
    """However many decimals the tenant sends; one entry without a number, and there is no sum."""
    rows = [line(), line(FPAYBILLENTRY_FEntryID=71, FPAYAMOUNTFOR_E=Decimal("0.2000000000"))]
    [total] = totals_in(rows, FORMS, "FTHIRDBILLNO", SAVE)
    assert (total.amount, total.day, total.reference) == (Decimal("1.30"), "2025-01-31", "PAY-1")
    [unknown] = totals_in([*rows, line(FPAYBILLENTRY_FEntryID=72, FPAYAMOUNTFOR_E=None)], FORMS, "FTHIRDBILLNO", SAVE)
    assert unknown.amount is None


def test_a_source_document_is_read_as_it_stands() -> None:
    """Its amount is unknown where the tenant has no such field, or where it is no number."""
    cells: dict[str, Any] = {
        "FID": 100_501,
        "FDOCUMENTSTATUS": "C",
        "FCANCELSTATUS": "B",
        "FCURRENCYID.FNumber": "PRE001",
        "FAPPLYAMOUNTFOR_H": Decimal("622.00"),
    }
    document = document_in(Line(cells), key(), FORMS)
    assert (document.id, document.status, document.voided) == ("100501", "C", True)
    assert (document.currency, document.applied) == ("PRE001", Decimal("622.00"))
    assert document_in(Line(cells), key(), Forms(source_applied="")).applied is None
    assert document_in(Line({**cells, "FAPPLYAMOUNTFOR_H": "?"}), key(), FORMS).applied is None


def test_texts_compare_as_the_erps_collation_does() -> None:
    """Case and trailing blanks do not count, everything else does."""
    assert same_text("fksq1 ", "FKSQ1")
    assert not same_text(" FKSQ1", "FKSQ1")
    assert not same_text("FKSQ1", "FKSQ１")
