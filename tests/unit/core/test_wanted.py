"""What a finished bill must say: compared to the cent, mended by one edit, and never spread over entries by guess."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import builders as b
from paysync.core.bills import Bill, BillEntry, BillHead, BillStatus, Cell
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.scope import scope_of
from paysync.core.wanted import (
    Wanted,
    amount_in,
    differences,
    edit_of,
    read_back_fault,
    same,
    unfit,
    wanted_of,
)
from simulation.pair import scheme
from unit.core.desks import ACCOUNT, ORGANISATION, payment

SCHEME: Final = scheme()
STEP: Final = SCHEME.target.save
ROW: Final = b.row(payment())
DAY: Final = "2025-03-03"
GOOD: Final[dict[str, Cell]] = {
    "FDATE": f"{DAY}T00:00:00",
    "FTHIRDBILLNO": "P1",
    "FCURRENCYID.FNumber": "PRE001",
    "FPAYORGID": ORGANISATION,
}
UNFINISHED: Final = (BillStatus.DRAFT, BillStatus.CREATED, BillStatus.REAUDIT)


def wanted() -> Wanted:
    found = wanted_of(SCHEME, ROW, scope_of(SCHEME, ROW, {"org": ORGANISATION}))
    assert found is not None
    return found


def entry(amount: Cell = Decimal("40.00"), account: str = ACCOUNT, id_: str = "9") -> BillEntry:
    return BillEntry(id_, {"FACCOUNTID.FNumber": account, "FPAYTOTALAMOUNTFOR": amount, "FPAYAMOUNTFOR_E": amount})


def bill(*entries: BillEntry, status: BillStatus = BillStatus.CREATED, number: str = "FKD7", **cells: Cell) -> Bill:
    head = BillHead("7", number, status, voided=False, reference="P1")
    return Bill(head, {**GOOD, **cells}, entries or (entry(),))


def test_the_bill_says_what_the_payment_says() -> None:
    """Reference, date and account as the scheme names them; the amount is the payment's own."""
    found = wanted()
    assert (found.reference, found.amount) == ("P1", Decimal("40.00"))
    assert [(v.save_key, v.read_key, v.plain) for v in (*found.head, *found.each, *found.expect)] == [
        ("FDATE", "FDATE", DAY),
        ("FTHIRDBILLNO", "FTHIRDBILLNO", "P1"),
        ("FACCOUNTID", "FACCOUNTID.FNumber", ACCOUNT),
        ("FCURRENCYID.FNumber", "FCURRENCYID.FNumber", "PRE001"),
        ("FPAYORGID", "FPAYORGID", ORGANISATION),
    ]


def test_nothing_is_wanted_where_nothing_is_saved() -> None:
    """A scheme without a Save, or a row that cannot be read: then no bill differs, and only a void one is unfit."""
    without = replace(SCHEME, target=replace(SCHEME.target, save=None))
    assert wanted_of(without, ROW, {}) is None
    assert wanted_of(SCHEME, replace(ROW, payment=replace(ROW.payment, facts=None)), {}) is None
    assert (differences(bill(), None), unfit(bill(), None)) == ((), None)
    void = Bill(replace(bill().head, voided=True), {}, ())
    assert unfit(void, None) == Diagnosis.of(Code.BILL_VOIDED, bill="FKD7", bill_id="7")


def test_a_list_is_saved_but_not_compared() -> None:
    """Nor is what stands deeper than one reference: no cell of a query says it."""
    assert STEP is not None
    odd = replace(STEP, head=(("FLIST", ("a", "b")), ("FDEEP", {"FNumber": {"x": "y"}})))
    found = wanted_of(replace(SCHEME, target=replace(SCHEME.target, save=odd)), ROW, scope_of(SCHEME, ROW, {"org": 1}))
    assert found is not None
    assert [(v.save_key, v.read_key, v.plain) for v in found.head] == [("FDEEP", "FDEEP.FNumber", None)]


# ---- the amount


def test_the_amount_of_a_bill_is_the_sum_of_its_entries() -> None:
    """Whether K3Cloud writes it as number or text."""
    assert amount_in(bill(entry(Decimal("30.01")), entry("9.99")), STEP) == Decimal("40.00")


@pytest.mark.parametrize("cell", [None, "", "40,00", "4E+1", "viel"])
def test_a_bill_with_an_entry_that_says_no_number_has_no_amount(cell: Cell) -> None:
    """Nothing is added up around it."""
    assert amount_in(bill(entry(), entry(cell)), STEP) is None


def test_without_entries_or_a_compared_field_there_is_no_amount() -> None:
    """Then nobody can say that it is right."""
    assert STEP is not None
    assert amount_in(Bill(bill().head, GOOD, ()), STEP) is None
    assert amount_in(bill(), replace(STEP, amounts=())) is None
    assert amount_in(bill(), None) is None


# ---- what can never be right


def test_a_right_bill_is_fit_and_needs_nothing() -> None:
    """Not even a Save."""
    assert unfit(bill(), wanted()) is None
    assert differences(bill(), wanted()) == ()
    assert edit_of(bill(), wanted()) is None
    assert read_back_fault(bill(), wanted()) is None


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (
            Bill(replace(bill().head, voided=True, number=""), GOOD, (entry(),)),
            Diagnosis.of(Code.BILL_VOIDED, bill="7", bill_id="7"),
        ),
        (
            Bill(replace(bill().head, reference="P2"), GOOD, (entry(),)),
            Diagnosis.of(Code.BILL_CLAIMED, bill="FKD7", bill_id="7", owner="P2"),
        ),
        (
            bill(FPAYORGID=100004),
            Diagnosis.of(
                Code.BILL_ORGANISATION, bill="FKD7", bill_id="7", field="FPAYORGID", wanted=ORGANISATION, found=100004
            ),
        ),
        (
            bill(entry("20.00"), entry("20.01")),
            Diagnosis.of(Code.BILL_AMOUNTS, bill="FKD7", bill_id="7", entries=2, wanted="40.00", found="40.01"),
        ),
        (
            bill(entry("20.00"), entry(None)),
            Diagnosis.of(Code.BILL_AMOUNTS, bill="FKD7", bill_id="7", entries=2, wanted="40.00", found="?"),
        ),
        (
            Bill(bill().head, GOOD, ()),
            Diagnosis.of(Code.BILL_AMOUNTS, bill="FKD7", bill_id="7", entries=0, wanted="40.00", found="?"),
        ),
    ],
    ids=["void", "another's", "organisation", "two entries", "an entry without a number", "no entry"],
)
def test_a_bill_that_can_never_be_right_is_left_to_a_person(found: Bill, why: Diagnosis) -> None:
    """With its reason: nothing is spread, moved or overwritten by guess."""
    assert unfit(found, wanted()) == why


def test_what_can_be_mended_is_fit() -> None:
    """One entry of another amount, or several that add up, or no reference yet."""
    for found in (
        bill(entry("99.00")),
        bill(entry("15.00"), entry("25.00")),
        Bill(replace(bill().head, reference=""), GOOD, (entry(),)),
    ):
        assert unfit(found, wanted()) is None


# ---- the edit


@pytest.mark.parametrize("status", [BillStatus.SUBMITTED, BillStatus.AUDITED])
def test_a_bill_under_way_is_never_edited(status: BillStatus) -> None:
    """Whatever it says."""
    assert edit_of(bill(entry("99.00"), status=status), wanted()) is None


def test_a_draft_is_saved_though_nothing_differs() -> None:
    """The same Save gives it its number."""
    made = edit_of(bill(status=BillStatus.DRAFT, number=""), wanted())
    assert made is not None
    assert (made.bill_id, dict(made.model)) == ("7", {"FID": 7})
    assert edit_of(bill(status=BillStatus.DRAFT), None) is not None


def test_an_edit_has_only_what_differs() -> None:
    """Both amount fields with the amount, an entry only where something of it is wrong."""
    made = edit_of(bill(entry("99.00"), FDATE="2025-03-02"), wanted())
    assert made is not None
    assert dict(made.model) == {
        "FID": 7,
        "FDATE": DAY,
        "FPAYBILLENTRY": [{"FEntryID": 9, "FPAYTOTALAMOUNTFOR": Decimal("40.00"), "FPAYAMOUNTFOR_E": Decimal("40.00")}],
    }
    of_one = edit_of(bill(entry("15.00"), entry("25.00", "6222", "10")), wanted())
    assert of_one is not None
    assert dict(of_one.model) == {
        "FID": 7,
        "FPAYBILLENTRY": [{"FEntryID": 10, "FACCOUNTID": {"FNumber": ACCOUNT}}],
    }


@given(
    amount=st.decimals(0, 1000, places=2),
    account=st.sampled_from([ACCOUNT, "6222", ""]),
    day=st.sampled_from([DAY, "2025-03-02", ""]),
    reference=st.sampled_from(["P1", ""]),
    status=st.sampled_from(UNFINISHED),
)
def test_one_edit_mends_all_that_differs(
    amount: Decimal, account: str, day: str, reference: str, status: BillStatus
) -> None:
    """Whatever a pushed bill says: after the edit nothing differs, and what was right is not written."""
    before = bill(entry(amount, account), status=status, FDATE=day, FTHIRDBILLNO=reference)
    made = edit_of(before, wanted())
    assert (made is None) == (not differences(before, wanted()) and status is not BillStatus.DRAFT)
    if made is not None:
        assert differences(_saved(before, dict(made.model)), wanted()) == ()
        assert set(made.model) - {"FID", "FPAYBILLENTRY"} <= set(differences(before, wanted()))


def _saved(before: Bill, model: dict[str, Any]) -> Bill:
    cells = {**before.cells, **{key: cell for key, cell in model.items() if key in GOOD}}
    entries = []
    for one in before.entries:
        change: dict[str, Any] = next((e for e in model.get("FPAYBILLENTRY", ()) if str(e["FEntryID"]) == one.id), {})
        account = change.get("FACCOUNTID", {}).get("FNumber", one.cells["FACCOUNTID.FNumber"])
        entries.append(replace(one, cells={**one.cells, **change, "FACCOUNTID.FNumber": account}))
    return Bill(before.head, cells, tuple(entries))


# ---- reading back


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (bill(status=BillStatus.DRAFT), Diagnosis.of(Code.BILL_DRAFT, bill="FKD7", bill_id="7")),
        (bill(number=""), Diagnosis.of(Code.BILL_DRAFT, bill="7", bill_id="7")),
        (
            bill(entry("40.01", "6222"), FDATE="2025-03-02"),
            Diagnosis.of(
                Code.BILL_READBACK,
                bill="FKD7",
                bill_id="7",
                fields="FDATE, FACCOUNTID.FNumber, FPAYAMOUNTFOR_E",
            ),
        ),
    ],
    ids=["draft", "no number", "differs"],
)
def test_what_was_not_saved_as_sent_is_not_submitted(found: Bill, why: Diagnosis) -> None:
    """Not by a cent; and the person is told which fields."""
    assert read_back_fault(found, wanted()) == why


@pytest.mark.parametrize(
    ("found", "right", "alike"),
    [
        (Decimal("40.0"), Decimal("40.00"), True),
        ("40.00", Decimal(40), True),
        ("40.001", Decimal(40), False),
        (None, Decimal(0), False),
        ("", 0, False),
        (True, 1, False),
        (1, True, False),
        (True, True, True),
        ("2025-03-03T23:59:59", "2025-03-03", True),
        ("2025-03-04T00:00:00", "2025-03-03", False),
        ("2025-03-03", "2025-03-03T00:00:00", False),
        (" P1 ", "P1", True),
        ("p1", "P1", False),
        (None, "", True),
        (None, None, True),
        (7, "7", True),
    ],
)
def test_a_cell_says_what_was_wanted_or_it_does_not(found: Cell, right: Cell, alike: bool) -> None:  # noqa: FBT001 - a table
    """Numbers by value, dates by day, text without its outer blanks, flags as flags."""
    assert same(found, right) is alike
