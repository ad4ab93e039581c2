"""The status table 8.1, cell by cell, and the traps of batches."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.k3cloud.dispatch import Tenant
from simulators.k3cloud.inspection import bill_by_hand, books_json

OPERATIONS = ("Save", "Submit", "Audit", "UnAudit", "Delete")
# from section 8.1 of the reference: the status afterwards, "-" gone, "no" refused
TABLE = {
    "Z": ("A", "no", "no", "no", "-"),
    "A": ("A", "B", "no", "no", "-"),
    "B": ("no", "no", "C", "no", "no"),
    "C": ("no", "no", "no", "D", "no"),
    "D": ("D", "B", "no", "no", "-"),
}


def tenant(*statuses: str, **settings: Any) -> Tenant:
    """One bill per status, each from its own application."""
    made = Tenant()
    numbers = [f"FKSQ{index}" for index in range(len(statuses))]
    made.load(
        applications=[{"number": one, "amount": "10", "pay_org": "100", "opposite_account": "62'1"} for one in numbers],
        settings={"quote_breaks_audit": False, **settings},
    )
    for number, status in zip(numbers, statuses, strict=True):
        bill_by_hand(made.state, {"source": number, "status": status})
    return made


def bills(made: Tenant) -> Any:
    """All bills in the books."""
    return books_json(made.state)["bills"]


def act(made: Tenant, operation: str, *ids: int) -> Any:
    """The ResponseStatus of one operation on some bills, all of them by default."""
    wanted = ids or [bill["id"] for bill in bills(made)]
    data: dict[str, Any] = {"Ids": ",".join(map(str, wanted))}
    if operation == "Save":
        data = {"IsDeleteEntry": False, "Model": {"FID": wanted[0]}}
    return made.call(operation, "AP_PAYBILL", data)["Result"]["ResponseStatus"]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("status", TABLE)
def test_the_status_table(status: str, operation: str) -> None:
    """Each operation in each status does what the table says, and says so."""
    made = tenant(status)
    wanted = TABLE[status][OPERATIONS.index(operation)]
    answer = act(made, operation)
    assert answer["IsSuccess"] is (wanted != "no")
    after = [bill["status"] for bill in bills(made)]
    assert after == {"no": [status], "-": []}.get(wanted, [wanted])


def test_a_second_audit_is_msgcode_11_and_has_no_second_effect() -> None:
    """The text that a client may read as: done."""
    made = tenant("C", voucher_at_audit=True)
    answer = act(made, "Audit")
    assert answer["MsgCode"] == 11
    assert answer["Errors"][0]["Message"].endswith("单据已经审核！")
    assert [line["effect"] for line in books_json(made.state)["log"]] == ["made_by_hand"]


def test_missing_bills_are_left_out_in_silence_unless_all_are_missing() -> None:
    """Success is reported for the rest; nothing but missing ones is MsgCode 10."""
    made = tenant("A")
    known = bills(made)[0]["id"]
    answer = act(made, "Submit", 1, known)
    assert (answer["IsSuccess"], answer["Errors"]) == (True, [])
    assert [one["Id"] for one in answer["SuccessEntitys"]] == [known]
    assert act(made, "Submit", 1, 2)["MsgCode"] == 10


def test_a_batch_may_skip_a_bill_and_still_say_success() -> None:
    """Every second bill is left as it was, in neither list; a bill alone never is."""
    made = tenant("A", "A", "A", "A", silent_skip_every=2)
    answer = act(made, "Submit")
    assert (answer["IsSuccess"], len(answer["SuccessEntitys"])) == (True, 2)
    assert [bill["status"] for bill in bills(made)] == ["B", "A", "B", "A"]
    made.load(settings={"silent_skip_every": 1})
    assert act(made, "Submit", bills(made)[1]["id"])["SuccessEntitys"]


@pytest.mark.parametrize(("habit", "success"), [("all", False), ("any", True)])
def test_a_batch_that_went_half_well(habit: str, success: bool) -> None:  # noqa: FBT001 - a parameter
    """IsSuccess follows the tenant's habit, DIndex tells the truth."""
    answer = act(tenant("B", "A", batch_is_success=habit), "Audit")
    assert answer["IsSuccess"] is success
    assert [one["DIndex"] for one in answer["SuccessEntitys"]] == [0]
    assert [one["DIndex"] for one in answer["Errors"]] == [1]


def test_with_a_workflow_only_the_workflow_audits() -> None:
    """Audit is refused; WorkflowAudit passes or sends back."""
    made = tenant("B", "B", workflow=True)
    first, second = (bill["id"] for bill in bills(made))
    assert act(made, "Audit")["MsgCode"] == 12
    made.call("WorkflowAudit", "AP_PAYBILL", {"Ids": str(first), "ApprovalType": 1})
    made.call("WorkflowAudit", "AP_PAYBILL", {"Ids": str(second), "ApprovalType": 2})
    assert [bill["status"] for bill in bills(made)] == ["C", "D"]


def test_audit_may_make_a_voucher_or_fail_on_a_quote() -> None:
    """The voucher is in the log; a ' in the opposite account is an SQL error of the ERP's own."""
    made = tenant("B", voucher_at_audit=True)
    act(made, "Audit")
    assert [line["effect"] for line in books_json(made.state)["log"]][1:] == ["audited", "voucher_made"]
    assert act(tenant("B", quote_breaks_audit=True), "Audit")["MsgCode"] == 6


def test_closed_periods_strike_at_audit_and_at_delete() -> None:
    """Each with its own text."""
    made = tenant("B", "A", today="2025-01-31")
    made.load(closed_period_until="2025-01-31")
    first, second = (bill["id"] for bill in bills(made))
    assert "结账日期" in act(made, "Audit", first)["Errors"][0]["Message"]
    assert act(made, "Delete", second)["Errors"][0]["Message"] == "期间已关账"


def test_submit_may_want_the_account() -> None:
    """A required field that was never filled."""
    answer = act(tenant("A", required_on_submit=["FACCOUNTID"]), "Submit")
    assert answer["Errors"] == [{"FieldName": "FACCOUNTID", "Message": "字段“我方银行账号”是必填项", "DIndex": 0}]


def test_view_takes_singular_keys() -> None:
    """By Id or Number; names without their F; as text where the tenant does so; unknown is MsgCode 10."""
    made = tenant("A")
    bill = bills(made)[0]
    viewed = made.call("View", "AP_PAYBILL", {"Number": bill["number"]})["Result"]["Result"]
    assert (viewed["Id"], viewed["DOCUMENTSTATUS"]) == (bill["id"], "A")
    assert viewed["PAYBILLSRCENTRY"][0]["SOURCETYPE"] == "CN_PAYAPPLY"
    made.load(settings={"view_as_text": True})
    assert isinstance(made.call("View", "AP_PAYBILL", {"Id": str(bill["id"])})["Result"]["Result"], str)
    assert made.call("View", "AP_PAYBILL", {"Id": "1"})["Result"]["ResponseStatus"]["MsgCode"] == 10
