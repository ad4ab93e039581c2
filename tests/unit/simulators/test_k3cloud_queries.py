"""Queries: rows, windows, errors that look like rows, and what a tenant may hide."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from simulators.k3cloud.dispatch import Tenant
from simulators.k3cloud.forms import FORMS, LINK
from simulators.k3cloud.inspection import bill_by_hand
from simulators.k3cloud.state import State


def tenant(count: int = 5, **settings: Any) -> Tenant:
    """Applications FKSQ000 … of 10.50 each, in organisation 100."""
    made = Tenant()
    applications = [{"number": f"FKSQ{index:03d}", "amount": "10.50", "pay_org": "100"} for index in range(count)]
    made.load(applications=applications, settings=settings)
    return made


def refusal(answer: Any) -> int:
    """MsgCode of a refusal in its nested default shape."""
    status = answer[0][0]["Result"]["ResponseStatus"]
    assert (status["IsSuccess"], status["ErrorCode"]) == (False, 500)
    return int(status["MsgCode"])


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_field_can_be_asked_for(form: Any) -> None:
    """All fields of section 9 are known, in any case, references with number and name."""
    keys = [field.key.lower() for field in form.fields.values()]
    keys += [f"{field.key}.FNumber" for field in form.fields.values() if field.kind == "ref"]
    made = tenant(1)
    made.load(organisations=[{"number": "100"}], bank_accounts=[{"number": "62", "use_org": "100"}])
    bill_by_hand(made.state, {"source": "FKSQ000"})
    rows = made.rows(form.id, ",".join(keys))
    assert rows
    assert all(len(row) == len(keys) for row in rows)


def test_a_reference_is_an_id_a_number_or_a_name() -> None:
    """The bare key gives the internal id."""
    made = Tenant()
    made.load(
        organisations=[{"id": 77, "number": "100", "name": "总部"}], bank_accounts=[{"number": "62", "use_org": "100"}]
    )
    assert made.rows("CN_BANKACNT", "FUseOrgId,FUseOrgId.FNumber , FUseOrgId.FName") == [[77, "100", "总部"]]


def test_accounts_may_share_a_number() -> None:
    """0, 1 or many rows for one FNumber, with their organisations and states."""
    made = Tenant()
    made.load(bank_accounts=[{"number": "62", "use_org": "100"}, {"number": "62", "use_org": "200", "cancelled": True}])
    asked = "FUseOrgId.FNumber,FIsCancel,FFORBIDSTATUS,FDOCUMENTSTATUS"
    rows = made.rows("CN_BANKACNT", asked, "FNumber='62'", OrderString="FBANKACNTID")
    assert rows == [["100", False, "A", "C"], ["200", True, "A", "C"]]


def test_pages_are_cut_without_a_sign() -> None:
    """Limit, StartRow, and a TopRowCount that bounds the whole window."""
    made = tenant(5, query_limit=3)

    def page(**window: Any) -> list[str]:
        return [row[0] for row in made.rows("CN_PAYAPPLY", "FBillNo", OrderString="FBillNo DESC", **window)]

    assert page() == page(Limit=10_000) == ["FKSQ004", "FKSQ003", "FKSQ002"]
    assert page(StartRow=3, Limit=2) == ["FKSQ001", "FKSQ000"]
    assert page(TopRowCount=2) == ["FKSQ004", "FKSQ003"]
    assert page(TopRowCount=2, StartRow=2) == []


def test_without_an_order_rows_come_in_any() -> None:
    """The same query twice gives the same rows, seldom in the same order."""
    made = tenant(20)
    orders = [tuple(row[0] for row in made.rows("CN_PAYAPPLY", "FID")) for _ in range(5)]
    assert len(set(orders)) > 1
    assert len({frozenset(order) for order in orders}) == 1


def test_entry_fields_repeat_the_head_and_drop_bills_without_rows() -> None:
    """Row per entry; inner or left join by setting."""
    made = tenant(1)
    made.load(applications=[{"number": "TWO", "entries": [{"amount": "1"}, {"amount": "2"}], "pay_org": "100"}])
    found = made.rows("CN_PAYAPPLY", "FBillNo,FAPPLYAMOUNTFOR", "FBillNo='TWO'", OrderString="FAPPLYAMOUNTFOR")
    assert found == [["TWO", 1], ["TWO", 2]]
    bill_by_hand(made.state, {"amount": "5"})
    assert made.rows("AP_PAYBILL", "FID,FSRCBILLNO") == []
    made.load(settings={"entry_join": "left"})
    assert [row[1] for row in made.rows("AP_PAYBILL", "FID,FSRCBILLNO")] == [""]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"FieldKeys": "FNoSuchField"}, 9),
        ({"FieldKeys": "FID", "FilterString": "FNoSuchField=1"}, 9),
        ({"FieldKeys": "FID", "OrderString": "FNoSuchField"}, 9),
        ({"FieldKeys": "FBillNo.FNumber"}, 9),
        ({"FieldKeys": ""}, 8),
        ({"FieldKeys": "FID", "FilterString": "FID="}, 4),
        ({"FieldKeys": "FID", "FilterString": "FBillNo=1"}, 4),
        ({"FieldKeys": "FID", "OrderString": "FID upwards"}, 4),
        ({"FieldKeys": "FID", "Limit": "many"}, 8),
    ],
)
def test_a_bad_query_is_a_list_that_looks_like_a_row(asked: dict[str, Any], code: int) -> None:
    """Unknown field 9, empty keys 8, bad filter 4."""
    assert refusal(tenant().call("ExecuteBillQuery", "CN_PAYAPPLY", asked)) == code


def test_an_unknown_form_is_msgcode_4() -> None:
    """With K3Cloud's own text."""
    assert refusal(tenant().rows("NO_FORM", "FID")) == 4


@pytest.mark.parametrize("shape", ["list", "dict", "bare"])
def test_refusals_come_in_other_shapes_too(shape: str) -> None:
    """Three more that a client has to recognise."""
    answer = tenant(query_error_shape=shape).rows("CN_PAYAPPLY", "FNoSuchField")
    if shape == "bare":
        assert answer == [{"FieldName": None, "Message": "元数据中标识为FNoSuchField的字段不存在", "DIndex": 0}]
    else:
        assert (answer if shape == "dict" else answer[0])["Result"]["ResponseStatus"]["MsgCode"] == 9


def test_bill_query_gives_objects_and_plain_refusals() -> None:
    """Rows keyed as asked."""
    made = tenant(1)
    assert made.call("BillQuery", "CN_PAYAPPLY", {"FieldKeys": "fbillno"}) == [{"fbillno": "FKSQ000"}]
    assert made.call("BillQuery", "CN_PAYAPPLY", {"FieldKeys": "FX"})["Result"]["ResponseStatus"]["MsgCode"] == 9


def test_amounts_stay_decimal() -> None:
    """As stored, or with as many decimals as the tenant shows."""
    made = tenant(1)
    assert made.rows("CN_PAYAPPLY", "FAPPLYAMOUNTFOR") == [[Decimal("10.50")]]
    made.load(settings={"amount_decimals": 10})
    assert str(made.rows("CN_PAYAPPLY", "FAPPLYAMOUNTFOR_H")[0][0]) == "10.5000000000"


def test_a_tenant_may_hide_rows_and_fields() -> None:
    """By organisation, by draft status, by lag after the commit; and a field it does not have is MsgCode 9."""
    now = [0.0]
    made = Tenant(State(monotonic=lambda: now[0]))
    made.load(applications=[{"number": "A", "amount": "1", "pay_org": "100"}], settings={"visibility_lag_seconds": 2})
    bill_by_hand(made.state, {"source": "A", "status": "Z"})
    assert made.rows("AP_PAYBILL", "FID") == []
    now[0] = 2.0
    assert len(made.rows("AP_PAYBILL", "FID")) == 1
    made.load(settings={"hidden_drafts": True})
    assert made.rows("AP_PAYBILL", "FID") == []
    made.load(settings={"hidden_drafts": False, "hidden_organisations": ["100"]})
    assert made.rows("AP_PAYBILL", "FID") == made.rows("CN_PAYAPPLY", "FID") == []
    made.load(settings={"missing_fields": [f"{LINK}FSBillId"]})
    assert refusal(made.rows("AP_PAYBILL", "FID", f"{LINK}FSBillId=1")) == 9


def test_business_info_lists_the_fields() -> None:
    """Head and entries, each field with its Chinese name."""
    info = Tenant().call("QueryBusinessInfo", "CN_PAYAPPLY", {})["Result"]["NeedReturnData"]
    keys = {entry["Key"]: [field["Key"] for field in entry["Fields"]] for entry in info["Entrys"]}
    assert "FCLOSESTATUS" in keys["FBillHead"]
    assert keys["FPAYAPPLYENTRY"][0] == "FEntryID"


def test_an_index_never_changes_the_answer() -> None:
    """A filter on an indexed field finds what the same filter finds by looking at all rows."""
    made = tenant(30)
    for text in (
        "FBillNo='fksq003 '",
        "FBillNo in ('FKSQ001','FKSQ002','x')",
        "FBillNo='FKSQ001' or FBillNo='FKSQ002'",
    ):
        indexed = made.rows("CN_PAYAPPLY", "FID", text, OrderString="FID")
        slow = made.rows("CN_PAYAPPLY", "FID", f"not (not ({text}))", OrderString="FID")
        assert indexed == slow != []
