"""Save, BatchSave and Draft: what is changed, what is kept, what is refused, and what gets lost."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.k3cloud.dispatch import Tenant
from simulators.k3cloud.inspection import bill_by_hand, books_json

MINE = "6222000000000000000"


def tenant(**settings: Any) -> Tenant:
    """One application of 100.00 in organisation 100, pushed to one bill; accounts good and bad."""
    made = Tenant()
    made.load(
        organisations=[{"id": 1, "number": "100"}, {"id": 2, "number": "200"}],
        bank_accounts=[
            {"number": MINE, "use_org": "200"},
            {"number": MINE, "use_org": "100"},
            {"number": "FORBIDDEN", "use_org": "100", "forbid_status": "B"},
            {"number": "CANCELLED", "use_org": "100", "cancelled": True},
            {"number": "UNAUDITED", "use_org": "100", "document_status": "A"},
            {"number": "ELSEWHERE", "use_org": "200"},
        ],
        applications=[{"number": "FKSQ1", "amount": "100.00", "pay_org": "100"}],
        settings={"today": "2025-01-31"},
    )
    made.call("Push", "CN_PAYAPPLY", {"Numbers": ["FKSQ1"], "RuleId": "CN_PAYAPPLYTOPAYBILL"})
    made.load(settings=settings)
    return made


def bill(made: Tenant, at: int = 0) -> Any:
    """A bill as the books have it."""
    return books_json(made.state)["bills"][at]


def entry(made: Tenant, **fields: Any) -> dict[str, Any]:
    """The pushed bill's only payment entry with changes."""
    return {"FEntryID": bill(made)["entries"][0]["id"], **fields}


def save(made: Tenant, model: dict[str, Any], operation: str = "Save", **options: Any) -> Any:
    """The ResponseStatus of a save of the pushed bill that deletes no entries unless told."""
    data = {"IsDeleteEntry": "false", "IsVerifyBaseDataField": "true", **options}
    data["Model"] = {"FID": bill(made)["id"], **model} if books_json(made.state)["bills"] else model
    return made.call(operation, "AP_PAYBILL", data)["Result"]["ResponseStatus"]


def error(status: Any) -> tuple[int, str]:
    """MsgCode and first text of a refusal."""
    assert status["IsSuccess"] is False
    return status["MsgCode"], status["Errors"][0]["Message"]


def test_a_pushed_bill_is_completed() -> None:
    """Date, our number, account and amount; the source link stays, the rest of the source is open again."""
    made = tenant()
    row = entry(made, FACCOUNTID={"FNumber": MINE}, FPAYAMOUNTFOR_E=60.10)
    assert save(made, {"FDATE": "2025-02-01", "FTHIRDBILLNO": "PAY-1", "FPAYBILLENTRY": [row]})["IsSuccess"]
    kept = bill(made)
    assert (kept["date"], kept["third_bill_no"], kept["account"]) == ("2025-02-01", "PAY-1", MINE)
    assert (kept["amount"], kept["sources"][0]["amount"]) == ("60.1", "60.1")
    assert books_json(made.state)["applications"][0]["open"] == "39.90"


def test_entries_left_out_are_deleted_by_default() -> None:
    """IsDeleteEntry left at its default: the source rows are lost, and the source is open to a second push."""
    made = tenant()
    assert save(made, {"FPAYBILLENTRY": [entry(made)]}, IsDeleteEntry="")["IsSuccess"]
    assert bill(made)["sources"] == []
    assert books_json(made.state)["applications"][0]["open"] == "100.00"
    assert error(save(made, {"FREMARK": "x"}, IsDeleteEntry="")) == (11, "付款明细不能为空")


def test_a_row_without_its_id_is_a_new_row() -> None:
    """Two payment entries afterwards; with the deletion on, the old one is replaced."""
    made = tenant()
    new = {"FPAYAMOUNTFOR_E": 1, "FPAYTOTALAMOUNTFOR": 1}
    assert save(made, {"FPAYBILLENTRY": [new]})["IsSuccess"]
    assert [row["amount"] for row in bill(made)["entries"]] == ["100.00", "1"]
    assert save(made, {"FPAYBILLENTRY": [new]}, IsDeleteEntry="true")["IsSuccess"]
    assert [row["amount"] for row in bill(made)["entries"]] == ["1"]


def test_only_the_fields_listed_are_changed() -> None:
    """NeedUpDateFields: an entry's field needs the entry's key as well."""
    made = tenant()
    model = {"FTHIRDBILLNO": "PAY-1", "FREMARK": "x", "FPAYBILLENTRY": [entry(made, FPAYAMOUNTFOR_E=5)]}
    save(made, model, NeedUpDateFields=["FTHIRDBILLNO", "FPAYAMOUNTFOR_E"])
    assert (bill(made)["third_bill_no"], bill(made)["amount"]) == ("PAY-1", "100.00")
    save(made, model, NeedUpDateFields=["FPAYBILLENTRY", "FPAYAMOUNTFOR_E"])
    assert bill(made)["amount"] == "5"


@pytest.mark.parametrize("number", ["NONE", "FORBIDDEN", "CANCELLED", "UNAUDITED", "ELSEWHERE"])
def test_an_account_that_cannot_be_used_is_refused_or_ignored(number: str) -> None:
    """By IsVerifyBaseDataField; ignored means: the answer says success and the account stays empty."""
    made = tenant()
    model = {"FPAYBILLENTRY": [entry(made, FACCOUNTID={"FNumber": number})]}
    assert error(save(made, model)) == (11, f"字段“我方银行账号”的值“{number}”未录入或不可用")
    assert save(made, model, IsVerifyBaseDataField="false")["IsSuccess"]
    assert bill(made)["account"] == ""


def test_a_draft_can_be_moved_out_of_the_closed_period_that_made_it() -> None:
    """Z becomes A, with a number, once its date is in an open period."""
    made = tenant()
    made.load(applications=[{"number": "FKSQ2", "amount": "1", "pay_org": "100"}], closed_period_until="2025-01-31")
    data = {"Numbers": ["FKSQ2"], "RuleId": "CN_PAYAPPLYTOPAYBILL", "IsDraftWhenSaveFail": True}
    made.call("Push", "CN_PAYAPPLY", data)
    draft = bill(made, 1)
    assert (draft["status"], draft["number"]) == ("Z", "")
    assert error(save(made, {"FID": draft["id"]})) == (11, "业务日期必须大于现金和应收系统的最后一次结账日期")
    assert save(made, {"FID": draft["id"], "FDATE": "2025-02-01"})["IsSuccess"]
    assert (bill(made, 1)["status"], bill(made, 1)["number"]) == ("A", "FKD00000502")


def test_a_draft_gets_its_number_by_the_barest_save() -> None:
    """No more than the FID."""
    made = tenant()
    bill_by_hand(made.state, {"source": "FKSQ1", "status": "Z", "amount": "1"})
    made.call("Delete", "AP_PAYBILL", {"Ids": str(bill(made)["id"])})
    assert save(made, {})["IsSuccess"]
    assert (bill(made)["status"], bill(made)["number"]) == ("A", "FKD00000503")


def test_submitted_and_audited_bills_are_not_changed() -> None:
    """B and C are refused; B is allowed where the tenant says so."""
    made = tenant()
    made.call("Submit", "AP_PAYBILL", {"Ids": str(bill(made)["id"])})
    assert error(save(made, {"FREMARK": "x"}))[0] == 12
    made.load(settings={"save_on_submitted": "allowed"})
    assert save(made, {"FREMARK": "x"})["IsSuccess"]
    made.call("Audit", "AP_PAYBILL", {"Ids": str(bill(made)["id"])})
    assert error(save(made, {"FREMARK": "x"}))[0] == 12


@pytest.mark.parametrize(
    ("model", "code", "text"),
    [
        ({"FDATE": "2024-12-31"}, 11, "业务日期必须大于现金和应收系统的最后一次结账日期"),
        ({"FDATE": ""}, 11, "字段“业务日期”是必填项"),
        ({"FDATE": "soon"}, 8, "字段“业务日期”的值“soon”无效"),
        ({"FID": 999}, 10, "未找到对应数据：内码999的付款单不存在"),
        ({"FPAYBILLENTRY": [{"FEntryID": 5}]}, 10, "未找到对应数据：分录内码5不存在"),
    ],
)
def test_a_refused_save_changes_nothing(model: dict[str, Any], code: int, text: str) -> None:
    """Closed period, required field, unreadable value, unknown bill, unknown entry."""
    made = tenant()
    made.load(closed_period_until="2024-12-31")
    before = bill(made)
    assert error(save(made, {"FREMARK": "x", **model})) == (code, text)
    assert bill(made) == before


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "付款金额必须大于0"), (-1, "付款金额必须大于0"), (100.01, "反写超额")]
)
def test_an_amount_has_its_limits(amount: float, text: str) -> None:
    """Above zero, and with the guard on not above what the source has left."""
    made = tenant()
    assert text in error(save(made, {"FPAYBILLENTRY": [entry(made, FPAYAMOUNTFOR_E=amount)]}))[1]


@pytest.mark.parametrize(("habit", "success", "amount"), [("refused", False, "100.00"), ("ignored", True, "100.00")])
def test_the_amount_may_not_be_the_clients_to_change(habit: str, success: bool, amount: str) -> None:  # noqa: FBT001
    """U7: refused, or worse: silently kept."""
    made = tenant(amount_change=habit)
    status = save(made, {"FPAYBILLENTRY": [entry(made, FPAYAMOUNTFOR_E=5)]})
    assert (status["IsSuccess"], bill(made)["amount"]) == (success, amount)


def test_fields_fire_their_events_in_order() -> None:
    """A currency after the amounts makes them 0; before them, or sorted by the server, all is well."""
    made = tenant()
    amounts = [entry(made, FPAYAMOUNTFOR_E=7, FPAYTOTALAMOUNTFOR=7)]
    late = {"FPAYBILLENTRY": amounts, "FCURRENCYID": {"FNumber": "PRE007"}}
    assert error(save(made, late)) == (11, "应付金额必须大于0")
    assert save(made, late, IsAutoAdjustField="true")["IsSuccess"]
    assert (bill(made)["amount"], bill(made)["currency"]) == ("7", "PRE007")


def test_another_organisation_empties_the_account() -> None:
    """The account belonged to the former one."""
    made = tenant()
    save(made, {"FPAYBILLENTRY": [entry(made, FACCOUNTID={"FNumber": MINE})]})
    assert save(made, {"FPAYORGID": {"FNumber": "200"}})["IsSuccess"]
    assert (bill(made)["org"], bill(made)["account"]) == ("200", "")


def new_bill(**fields: Any) -> dict[str, Any]:
    """A Model without FID that has all it needs."""
    unit = {"FCONTACTUNITTYPE": "BD_Supplier", "FCONTACTUNIT": {"FNumber": "V1"}}
    receiver = {"FRECTUNITTYPE": "BD_Supplier", "FRECTUNIT": {"FNumber": "V1"}}
    head = {"FID": 0, "FDATE": "2025-01-31", "FPAYORGID": {"FNumber": "100"}, "FCURRENCYID": {"FNumber": "PRE001"}}
    rows = {"FPAYBILLENTRY": [{"FPAYTOTALAMOUNTFOR": 3, "FPAYAMOUNTFOR_E": 3}]}
    return {**head, **unit, **receiver, **fields, **rows}


def test_a_new_bill_is_made_without_an_id() -> None:
    """It is numbered, or keeps the number it brings; a number in use and a missing field are refused."""
    made = tenant()
    assert save(made, new_bill())["SuccessEntitys"][0]["Number"] == "FKD00000502"
    assert save(made, new_bill(FBillNo="MY-1"))["SuccessEntitys"][0]["Number"] == "MY-1"
    taken = error(save(made, new_bill(FBillNo="my-1")))
    assert taken == (11, "违反字段唯一性要求：编码唯一。[my-1]在当前系统中已经被使用。")
    assert error(save(made, new_bill(FCURRENCYID=None))) == (11, "字段“币别”是必填项")


def test_a_draft_is_hardly_checked_and_has_no_number() -> None:
    """Draft of an empty Model: status Z."""
    made = tenant()
    status = save(made, {"FID": 0}, "Draft")
    assert status["SuccessEntitys"][0]["Number"] == ""
    assert bill(made, 1)["status"] == "Z"


def test_a_batch_is_many_transactions() -> None:
    """One refused, one done, told apart by DIndex; with the trap on, one is in neither list."""
    made = tenant()
    fid = bill(made)["id"]
    models = [{"FID": 999}, {"FID": fid, "FTHIRDBILLNO": "PAY-1"}, {"FID": fid, "FREMARK": "lost"}]
    data = {"IsDeleteEntry": False, "Model": models}
    status = made.call("BatchSave", "AP_PAYBILL", data)["Result"]["ResponseStatus"]
    assert (status["IsSuccess"], [one["DIndex"] for one in status["Errors"]]) == (False, [0])
    assert [one["DIndex"] for one in status["SuccessEntitys"]] == [1, 2]
    made.load(settings={"silent_skip_every": 3, "batch_is_success": "any"})
    status = made.call("BatchSave", "AP_PAYBILL", data)["Result"]["ResponseStatus"]
    assert (status["IsSuccess"], [one["DIndex"] for one in status["SuccessEntitys"]]) == (True, [1])
