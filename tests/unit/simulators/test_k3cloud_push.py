"""Push: which sources are taken, what the bills carry, what the answer looks like in each dialect."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from simulators.k3cloud.dispatch import Tenant
from simulators.k3cloud.inspection import books_json

RULE = "CN_PAYAPPLYTOPAYBILL"
ONE = {"number": "FKSQ1", "amount": "622.00", "pay_org": "100"}


def tenant(*applications: dict[str, Any], **settings: Any) -> Tenant:
    """Organisations 100 and 200, and these applications."""
    made = Tenant()
    made.load(
        organisations=[{"id": 1, "number": "100"}, {"id": 2, "number": "200"}],
        applications=list(applications or (ONE,)),
        settings={"today": "2025-01-31", **settings},
    )
    return made


def push(made: Tenant, *numbers: str, **more: Any) -> Any:
    """The Result of a Push by the stock rule."""
    data = {"Numbers": list(numbers or ("FKSQ1",)), "RuleId": RULE, **more}
    return made.call("Push", "CN_PAYAPPLY", data)["Result"]


def bills(made: Tenant) -> Any:
    """All bills in the books."""
    return books_json(made.state)["bills"]


def refusal(result: Any) -> tuple[int, str]:
    """MsgCode and text of a conversion that failed; nothing was made."""
    status = result["ConvertResponseStatus"]
    assert status["IsSuccess"] is False
    assert status["SuccessEntitys"] == []
    return status["MsgCode"], status["Errors"][0]["Message"]


def test_a_pushed_bill_carries_the_rest_of_its_source() -> None:
    """Amount, link, number, organisation, currency, date, creator; no account yet; status A."""
    made = tenant({**ONE, "paid": "22.00"})
    entity = push(made, TargetOrgId=2)["ResponseStatus"]["SuccessEntitys"][0]
    [bill] = bills(made)
    assert (bill["id"], bill["number"]) == (entity["Id"], entity["Number"])
    assert (bill["amount"], bill["org"], bill["currency"], bill["date"]) == ("600.00", "200", "PRE001", "2025-01-31")
    assert (bill["status"], bill["account"], bill["creator"]) == ("A", "", "webapi_user")
    [application] = books_json(made.state)["applications"]
    keys = "FSRCBILLNO,FSOURCETYPE,FPAYBILLSRCENTRY_Link_FSBillId,FPAYBILLSRCENTRY_Link_FRuleId,FPAYTOTALAMOUNTFOR"
    [row] = made.rows("AP_PAYBILL", keys, f"FPAYBILLSRCENTRY_Link_FSBillId={application['id']}")
    assert row == ["FKSQ1", "CN_PAYAPPLY", application["id"], RULE, Decimal("600.00")]


def test_with_the_guard_a_second_push_finds_nothing() -> None:
    """The source is closed; a voided or deleted bill opens it again."""
    made = tenant()
    bill = push(made)["ResponseStatus"]["SuccessEntitys"][0]["Id"]
    assert refusal(push(made)) == (11, "没有可下推的数据")
    assert made.rows("CN_PAYAPPLY", "FCLOSESTATUS") == [["B"]]
    made.call("ExcuteOperation", "AP_PAYBILL", {"Ids": str(bill)}, "Cancel")
    assert made.rows("CN_PAYAPPLY", "FCLOSESTATUS") == [["A"]]
    again = push(made)["ResponseStatus"]["SuccessEntitys"][0]["Id"]
    made.call("Delete", "AP_PAYBILL", {"Ids": str(again)})
    assert push(made)["ResponseStatus"]["IsSuccess"] is True
    assert [bill["voided"] for bill in bills(made)] == [True, False]


def test_without_the_guard_a_second_push_makes_a_second_bill() -> None:
    """The double payment that paysync must prevent by itself."""
    made = tenant(over_push_guard=False)
    push(made)
    push(made)
    assert [bill["amount"] for bill in bills(made)] == ["622.00", "622.00"]


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"status": "B"}, "只有已审核的付款申请单才能下推付款单"),
        ({"cancel_status": "B"}, "没有符合条件的数据"),
        ({"closed": True}, "没有符合条件的数据"),
        ({"paid": "622.00"}, "没有可下推的数据"),
    ],
)
def test_a_source_in_the_wrong_state_is_refused(state: dict[str, Any], reason: str) -> None:
    """Not audited, voided, closed, used up."""
    assert refusal(push(tenant({**ONE, **state}))) == (11, reason)


def test_unknown_numbers_are_refused_or_left_out() -> None:
    """MsgCode 10; with the other setting the known ones are pushed and nothing is said."""
    assert refusal(push(tenant(), "FKSQ1", "FKSQ9"))[0] == 10
    made = tenant(push_unknown_source="skip")
    assert len(push(made, "FKSQ1", "FKSQ9")["ResponseStatus"]["SuccessEntitys"]) == 1
    assert refusal(push(made, "FKSQ9"))[0] == 10


@pytest.mark.parametrize(("grouping", "amounts"), [("merging", ["30"]), ("splitting", ["10", "5", "15"])])
def test_rules_merge_and_split(grouping: str, amounts: list[str]) -> None:
    """Several applications into one bill; one bill for each application entry."""
    made = tenant(
        {"number": "FKSQ1", "entries": [{"amount": "10"}, {"amount": "5"}], "pay_org": "100"},
        {"number": "FKSQ2", "amount": "15", "pay_org": "100"},
    )
    made.load(rules=[{"id": RULE, "grouping": grouping}])
    push(made, "FKSQ1", "FKSQ2")
    assert [bill["amount"] for bill in bills(made)] == amounts


def test_one_payment_entry_per_application_or_per_entry() -> None:
    """The switch for several entries on one bill; every application entry has its source row."""
    source = {"number": "FKSQ1", "entries": [{"amount": "10"}, {"amount": "5"}], "pay_org": "100", "paid": "4"}
    for setting, wanted in (("application", ["11"]), ("entry", ["6", "5"])):
        made = tenant(source, push_entry_per=setting)
        push(made)
        [bill] = bills(made)
        assert [entry["amount"] for entry in bill["entries"]] == wanted
        assert [row["amount"] for row in bill["sources"]] == ["6", "5"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"RuleId": ""}, 8),
        ({"RuleId": "nope"}, 10),
        ({"RuleId": "OFF"}, 12),
        ({"RuleId": "", "IsEnableDefaultRule": "true"}, 8),
        ({"RuleId": "", "IsEnableDefaultRule": True, "TargetFormId": "AP_PAYBILL"}, 10),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused(data: dict[str, Any], code: int) -> None:
    """None given, unknown, disabled, default without a target form, no default for the pair."""
    made = tenant()
    made.load(rules=[{"id": RULE, "default": False}, {"id": "OFF", "enabled": False, "default": False}])
    assert refusal(push(made, **data))[0] == code
    assert bills(made) == []


@pytest.mark.parametrize(("habit", "rule"), [("rule_wins", "MINE"), ("default_wins", RULE), ("refused", None)])
def test_rule_and_default_together_are_a_habit_of_the_tenant(habit: str, rule: str | None) -> None:
    """U1: the named one, the default one, or neither."""
    made = tenant(rule_and_default=habit)
    made.load(rules=[{"id": RULE}, {"id": "MINE", "default": False}])
    push(made, RuleId="MINE", IsEnableDefaultRule="true", TargetFormId="AP_PAYBILL")
    assert [row["rule"] for bill in bills(made) for row in bill["sources"]] == ([rule] if rule else [])


@pytest.mark.parametrize("success", [True, False])
def test_a_failed_save_is_rolled_back_or_kept_as_a_draft(success: bool) -> None:  # noqa: FBT001 - a parameter
    """A closed period inside Push: nothing at all, or a bill in status Z without a number."""
    made = tenant(draft_is_success=success)
    made.load(closed_period_until="2025-01-31")
    refused = push(made)["ResponseStatus"]
    assert (refused["IsSuccess"], refused["SuccessEntitys"], bills(made)) == (False, [], [])
    kept = push(made, IsDraftWhenSaveFail="true")["ResponseStatus"]
    [bill] = bills(made)
    assert kept["IsSuccess"] is success
    assert kept["SuccessEntitys"] == [{"Id": bill["id"], "Number": "", "DIndex": 0}]
    assert (bill["status"], bill["number"], made.rows("AP_PAYBILL", "FBillNo")) == ("Z", "", [[""]])


@pytest.mark.parametrize(("counts", "made_in_all"), [(True, 1), (False, 2)])
def test_a_draft_may_not_count_against_its_source(counts: bool, made_in_all: int) -> None:  # noqa: FBT001 - a parameter
    """Then a second push makes a second bill in spite of the guard."""
    made = tenant(drafts_use_up_source=counts, push_required_fields=["FACCOUNTID"])
    for _ in range(2):
        push(made, IsDraftWhenSaveFail=True)
    assert [bill["status"] for bill in bills(made)] == ["Z"] * made_in_all


def test_the_answer_speaks_the_dialect_of_the_tenant() -> None:
    """ConvertResponseStatus as dict, list or not at all; ids as text; ids in arrays; codes as text."""
    assert push(tenant())["ConvertResponseStatus"]["IsSuccess"] is True
    assert push(tenant(convert_status="list"))["ConvertResponseStatus"][0]["IsSuccess"] is True
    result = push(tenant(convert_status="absent", ids_as_text=True, result_ids=True, answers_as_text=True))
    assert "ConvertResponseStatus" not in result
    assert result["ResponseStatus"]["IsSuccess"] == "true"
    assert result["Ids"] == [result["ResponseStatus"]["SuccessEntitys"][0]["Id"]] == ["100501"]


def test_a_failed_conversion_is_told_in_one_block_or_in_both() -> None:
    """`保存失败` with the reason in the other block; success without any id; or no ResponseStatus."""
    said = {habit: push(tenant(convert_error=habit), "X") for habit in ("both", "generic", "success_empty", "absent")}
    assert said["both"]["ResponseStatus"]["MsgCode"] == 10
    assert said["generic"]["ResponseStatus"]["Errors"][0]["Message"] == "保存失败"
    assert said["success_empty"]["ResponseStatus"]["IsSuccess"] is True
    assert "ResponseStatus" not in said["absent"]


def test_the_source_number_may_be_the_payables() -> None:
    """U8: FSRCBILLNO then holds another document's number, the link stays right."""
    made = tenant({**ONE, "payable_number": "AP001"}, source_number="payable")
    push(made)
    assert [(bill["source_numbers"], bill["sources"][0]["number"]) for bill in bills(made)] == [(["FKSQ1"], "AP001")]


def test_entries_can_be_pushed_alone() -> None:
    """EntryIds without Ids and Numbers; with them the whole bill is pushed."""
    source = {"number": "FKSQ1", "entries": [{"amount": "10", "id": 71}, {"amount": "5", "id": 72}], "pay_org": "100"}
    made = tenant(source)
    made.call("Push", "CN_PAYAPPLY", {"EntryIds": "72", "RuleId": RULE})
    assert [bill["amount"] for bill in bills(made)] == ["5"]
