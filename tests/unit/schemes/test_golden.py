"""The replaced configuration, value for value: what paid-to-paybill sends is what the reference's tables say.

The tables are those of the reference on the replaced scheme: 2.2 request, 3.2 Push, 4.2 call-back. The customer's own
ids stand here only, as parameters.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest

from paysync.core.scheme import FieldType, Paging, Scheme
from paysync.core.scope import asking_scope
from paysync.core.templates import render
from paysync.core.times import MILLISECOND, Window, from_epoch_ms, from_iso
from paysync.schemes.load import load, plain_of
from paysync.schemes.preview import ID, NUMBER, Preview, previews

if TYPE_CHECKING:
    from paysync.core.bills import Json

RULE: Final = "994f9913-a23f-46fb-b5d9-f1f271b4ef6c"
CALL_BACK: Final = "718db844-82f4-3b91-bf64-65ce06dc2025"
ORGANISATION: Final = 100003
ROW: Final = {
    "paymentBizCode": "PT2301310000017",
    "payeeTargetBusinessCode": "FK230131001",
    "payerAccountName": "基本户",
    "payerAccountNumber": "6222000011112222",
    "payableAmount": Decimal("1234.50"),
    "auditTimeStamp": 1675152000000,
}

REQUEST: Final = {  # 2.2; the two times are whole seconds with 000 appended, and paymentNo (null) is not sent
    "pageSize": "50",
    "startPaidTime": "1675094400000",
    "pageNum": "1",
    "endPaidTime": "1675180800000",
}
LABELS: Final = {
    "pageSize": "分页条数",
    "startPaidTime": "支付完成时间-开始范围,毫秒的时间戳,非必填",
    "pageNum": "当前页首条数据在所有数据中的偏移量",
    "endPaidTime": "支付完成时间-结束范围,毫秒的时间戳,非必填",
}
PUSH: Final = {  # 3.2, without FormId, which goes beside the data
    "Ids": "",
    "Numbers": ["FK230131001"],
    "RuleId": RULE,
    "TargetOrgId": ORGANISATION,
    "TargetFormId": "AP_PAYBILL",
    "IsEnableDefaultRule": "true",
    "IsDraftWhenSaveFail": "true",
}
WRITTEN_BACK: Final = {  # 4.2
    "paymentBizCode": "PT2301310000017",
    "payeeTargetBusinessCode": "FK230131001",
    "Id": ID,
    "number": NUMBER,
    "payerAccountNumber": "6222000011112222",
    "payableAmount": "1234.50",
    "auditTimeStamp": "1675152000000",
}
FIELDS: Final = {  # 2.3 and 4.2
    "paymentBizCode": ("原始ID", FieldType.STRING),
    "payeeTargetBusinessCode": ("单据号", FieldType.STRING),
    "payerAccountName": ("支付账户", FieldType.STRING),
    "payerAccountNumber": ("支付账号", FieldType.STRING),
    "payableAmount": ("付款金额", FieldType.AMOUNT),
    "auditTimeStamp": ("付款时间", FieldType.EPOCH_MS),
}


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    """The shipped scheme, bound to the published customer's ids."""
    return load("paid-to-paybill", {"rule_id": RULE, "strategy_id": CALL_BACK})


@pytest.fixture(scope="module")
def preview(scheme: Scheme) -> Preview:
    """What becomes of the reference's row."""
    (found,) = previews(scheme, ROW, {"pay_org": (ORGANISATION,)}, from_iso("2023-02-01T00:00:00Z"))
    assert found.verdict == "sent"
    return found


def test_the_source_request_is_the_published_one(scheme: Scheme) -> None:
    """Endpoint, method and every parameter with its published value; the start goes out a millisecond early."""
    start, end = from_epoch_ms(int(REQUEST["startPaidTime"])), from_epoch_ms(int(REQUEST["endPaidTime"]))
    asked = render(scheme.source.request, asking_scope(scheme.source, {}, Window(start + MILLISECOND, end), 1))
    assert (scheme.source.endpoint, scheme.source.method) == ("/api/openapi/paymenttransaction/paid/list", "POST")
    assert asked == REQUEST
    assert list(asked) == list(REQUEST) if isinstance(asked, dict) else False


def test_the_request_keeps_its_labels() -> None:
    """Whoever knew the replaced configuration finds its words again."""
    assert plain_of("paid-to-paybill")["source"]["labels"] == LABELS


def test_the_fields_are_the_published_ones(scheme: Scheme) -> None:
    """The three declared ones, and the three that were used without being declared."""
    assert {spec.name: (spec.label, spec.type) for spec in scheme.source.fields} == FIELDS
    assert [spec.name for spec in scheme.source.fields if spec.sensitive] == ["payerAccountNumber"]


def test_row_identity_and_roles(scheme: Scheme) -> None:
    """2.4: id and number; the amount and the time are those of the call-back's fields."""
    source = scheme.source
    assert (source.key, source.number) == ("paymentBizCode", "payeeTargetBusinessCode")
    assert (source.amount, source.paid_time) == ("payableAmount", "auditTimeStamp")
    assert (source.where, source.flatten) == ((), "")


def test_the_push_has_the_published_parameters(scheme: Scheme, preview: Preview) -> None:
    """3.2: all eight, in order, the number in a list, the organisation as its internal id."""
    assert preview.data("push") == PUSH
    pushed = preview.data("push")
    assert isinstance(pushed, dict)
    assert list(pushed) == list(PUSH)
    assert type(pushed["TargetOrgId"]) is int
    assert (scheme.target.make, scheme.target.source_form, scheme.target.form) == ("push", "CN_PAYAPPLY", "AP_PAYBILL")


def test_the_organisation_is_found_as_published(scheme: Scheme, preview: Preview) -> None:
    """_findCollection find FUseOrgId … where FNumber={{payerAccountNumber}}, but never as an empty value."""
    (lookup,) = scheme.lookups
    assert (lookup.find, lookup.within) == ("FUseOrgId", "CN_BANKACNT")
    assert preview.data("lookup.pay_org") == {"FNumber": "6222000011112222"}
    assert (lookup.on_none, lookup.on_many, lookup.default) == ("park", "park", None)
    usable = {"FFORBIDSTATUS": ("A",), "FDOCUMENTSTATUS": ("C",), "FIsCancel": ("false",)}  # of the vendor's 11.2
    assert dict(lookup.usable) == usable


def test_the_call_back_row_has_the_seven_published_fields(scheme: Scheme, preview: Preview) -> None:
    """4.2: seven fields as spelt there, `Id` with a capital and `number` without; off where nobody binds it."""
    assert preview.data("call_back") == WRITTEN_BACK
    assert scheme.call_back is not None
    assert scheme.call_back.scheme == CALL_BACK
    assert load("paid-to-paybill", {"rule_id": RULE}).call_back is None


def test_the_bill_is_completed_with_account_amount_and_date(scheme: Scheme, preview: Preview) -> None:
    """What the second scheme is read to do: our key, account, amount and payment date, then submit and audit."""
    wanted: Json = {
        "FID": ID,
        "FTHIRDBILLNO": "PT2301310000017",
        "FDATE": "2023-01-31",
        "FPAYBILLENTRY": [
            {
                "FEntryID": "{{pushed.EntryId}}",
                "FACCOUNTID": {"FNumber": "6222000011112222"},
                "FPAYTOTALAMOUNTFOR": Decimal("1234.50"),
                "FPAYAMOUNTFOR_E": Decimal("1234.50"),
            }
        ],
    }
    assert preview.data("save") == wanted
    assert [one.step for one in preview.sendings][-3:] == ["submit", "audit", "call_back"]
    assert scheme.target.reference_field == "FTHIRDBILLNO"
    assert scheme.target.save is not None
    assert [key for key, _ in scheme.target.save.expect] == ["FPAYORGID", "FCURRENCYID.FNumber"]


def test_settings_where_the_vendors_leave_doubt(scheme: Scheme) -> None:
    """The cautious value for each: union paging, three days' overlap, five weeks' deep scan, doubts parked."""
    source, policies = scheme.source, scheme.policies
    assert (source.paging, source.page_size, source.requests_per_second) == (Paging.UNION, 50, Decimal(2))
    spans = (source.max_window, source.overlap, source.deep_scan, source.safety_delay)
    assert spans == (timedelta(days=1), timedelta(days=3), timedelta(days=35), timedelta(minutes=5))
    assert (policies.on_unresolved, policies.closed_period) == ("park", "hold")
    assert (policies.quiet_period, policies.wake_after) == (timedelta(minutes=10), timedelta(minutes=15))
    assert scheme.target.currencies == {"CNY": "PRE001"}


def test_no_id_of_a_customer_is_shipped() -> None:
    """The published RuleId, scheme ids and connectors appear in no part that runs: each is a parameter to bind."""
    run: dict[str, Any] = {name: part for name, part in plain_of("paid-to-paybill").items() if name != "tests"}
    assert RULE not in str(run)
    assert CALL_BACK not in str(run)
    assert "c2b5e68c" not in str(run)


def test_the_golden_row_is_not_the_only_one(scheme: Scheme) -> None:
    """Another row gives other values at the same places: nothing of the golden request is written out by hand."""
    other = {**ROW, "paymentBizCode": "P-2", "payeeTargetBusinessCode": "FK-2", "payableAmount": "8"}
    (found,) = previews(scheme, other, {"pay_org": (7,)}, from_iso("2023-02-01T00:00:00Z"))
    assert found.data("push") == {**PUSH, "Numbers": ["FK-2"], "TargetOrgId": 7}
    unbound = replace(scheme, parameters={})
    (stopped,) = previews(unbound, ROW, {"pay_org": (7,)}, from_iso("2023-02-01T00:00:00Z"))
    assert (stopped.verdict, stopped.data("push")) == ("rejected", None)
