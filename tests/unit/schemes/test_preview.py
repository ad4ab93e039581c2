"""Previews: every field with its template and where its value comes from, as far as the payment would get."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from paysync.core.codes import Code
from paysync.core.reading import payments
from paysync.core.scheme import OnMiss, Scheme
from paysync.schemes.load import load
from paysync.schemes.preview import FieldView, Origin, Preview, asked, previews

NOW = datetime(2023, 3, 1, tzinfo=UTC)
ROW: dict[str, Any] = {
    "paymentBizCode": "P-1",
    "payeeTargetBusinessCode": "FK-1",
    "payerAccountNumber": " 6222000011112222",
    "payableAmount": Decimal("12.50"),
    "auditTimeStamp": 1675152000000,
}


def scheme(**lookup: Any) -> Scheme:
    plain = load("paid-to-paybill", {"rule_id": "R-1"})
    return replace(plain, lookups=(replace(plain.lookups[0], **lookup),))


def preview(of: Scheme, *results: Any, row: dict[str, Any] = ROW) -> Preview:
    (found,) = previews(of, row, {"pay_org": results} if results else {}, NOW)
    return found


def field(of: Preview, step: str, place: str) -> FieldView:
    (sending,) = [one for one in of.sendings if one.step == step]
    (view,) = [one for one in sending.fields if one.place == place]
    return view


def test_every_request_is_shown_in_the_order_of_sending() -> None:
    """From the question to the source to the audit of the bill."""
    found = preview(scheme(), 100003)
    steps = ["fetch", "lookup.pay_org", "push", "save", "submit", "audit"]
    assert [one.step for one in found.sendings] == steps
    assert [one.call for one in found.sendings][2:4] == ["Push CN_PAYAPPLY", "BatchSave AP_PAYBILL"]
    assert (found.key, found.verdict, found.why) == ("P-1", "sent", None)


@pytest.mark.parametrize(
    ("step", "place", "expected"),
    [
        ("push", "Ids", FieldView("Ids", "")),
        (
            "push",
            "Numbers.0",
            FieldView(
                "Numbers.0",
                "FK-1",
                "{{payeeTargetBusinessCode}}",
                (Origin("payeeTargetBusinessCode", "FK-1", "单据号"),),
            ),
        ),
        (
            "push",
            "TargetOrgId",
            FieldView("TargetOrgId", 100003, "{{lookup.pay_org|intval}}", (Origin("lookup.pay_org", "100003"),)),
        ),
        ("push", "RuleId", FieldView("RuleId", "R-1", "{{param.rule_id}}", (Origin("param.rule_id", "R-1"),))),
        (
            "save",
            "FPAYBILLENTRY.0.FACCOUNTID.FNumber",
            FieldView(
                "FPAYBILLENTRY.0.FACCOUNTID.FNumber",
                "6222000011112222",
                "{{payerAccountNumber|trim}}",
                (Origin("payerAccountNumber", " 6222000011112222", "支付账号", sensitive=True),),
            ),
        ),
        (
            "save",
            "FPAYBILLENTRY.0.FPAYAMOUNTFOR_E",
            FieldView(
                "FPAYBILLENTRY.0.FPAYAMOUNTFOR_E",
                Decimal("12.50"),
                "{{payment.amount}}",
                (Origin("payment.amount", Decimal("12.50"), "付款金额"),),
            ),
        ),
        ("save", "FID", FieldView("FID", "{{pushed.Id}}")),
        ("submit", "Numbers", FieldView("Numbers", [])),
    ],
)
def test_each_field_says_where_its_value_comes_from(step: str, place: str, expected: FieldView) -> None:
    """Written so in the scheme, or by a template from a field, a lookup, a parameter or the payment."""
    assert field(preview(scheme(), "100003"), step, place) == expected


@pytest.mark.parametrize(
    ("policies", "results", "verdict", "code"),
    [
        ({}, (), "parked", Code.LOOKUP_NONE),
        ({}, (1, 2), "parked", Code.LOOKUP_MANY),
        ({"on_none": OnMiss.REJECT}, (), "rejected", Code.LOOKUP_NONE),
        ({"on_many": OnMiss.REJECT}, (1, 2), "rejected", Code.LOOKUP_MANY),
    ],
)
def test_a_lookup_without_one_result_stops_the_preview_as_it_stops_the_payment(
    policies: dict[str, Any], results: tuple[int, ...], verdict: str, code: Code
) -> None:
    """What would not be sent is not shown, and the reason is."""
    found = preview(scheme(**policies), *results)
    assert (found.verdict, found.why.code if found.why else None) == (verdict, code)
    assert [one.step for one in found.sendings] == ["fetch", "lookup.pay_org"]


def test_a_lookup_may_fall_back_on_its_default() -> None:
    """Where the scheme says so, its default is what would be sent."""
    found = preview(scheme(on_none=OnMiss.DEFAULT, default=7))
    assert field(found, "push", "TargetOrgId").value == 7


def test_a_row_that_does_not_fit_sends_nothing() -> None:
    """A bad amount is rejected before any request."""
    found = preview(scheme(), 1, row={**ROW, "payableAmount": "1,000.00"})
    assert (found.verdict, found.sendings) == ("rejected", ())
    assert found.why is not None
    assert found.why.code is Code.PAYMENT_BAD_FIELD


def test_a_template_that_fails_rejects_where_it_would() -> None:
    """What comes before the failing request is still shown."""
    found = preview(scheme(), "no number")
    assert (found.verdict, [one.step for one in found.sendings]) == ("rejected", ["fetch", "lookup.pay_org"])


def test_what_lookups_ask_for_is_told_beforehand() -> None:
    """The command line asks the target for just these values."""
    (payment,) = payments(scheme(), ROW, now=NOW)
    assert asked(scheme(), payment, NOW) == {"pay_org": ("6222000011112222",)}


def test_a_scheme_that_saves_nothing_shows_no_save() -> None:
    """Steps that a scheme lacks are not shown."""
    plain = scheme()
    bare = replace(plain, target=replace(plain.target, save=None, submit=False, audit=False))
    assert [one.step for one in preview(bare, 1).sendings] == ["fetch", "lookup.pay_org", "push"]
    none = replace(bare, target=replace(bare.target, make="none"))
    assert [one.step for one in preview(none, 1).sendings] == ["fetch", "lookup.pay_org"]


def test_a_list_made_by_one_template_is_traced_to_it() -> None:
    """Every item of a list that a filter gives names the template above it."""
    plain = scheme()
    from paysync.schemes.trees import tree_of

    request = tree_of({"Numbers": "{{payeeTargetBusinessCode|list}}", "E": {}})
    found = preview(replace(plain, target=replace(plain.target, make_request=request)), 1)
    assert field(found, "push", "Numbers.0").template == "{{payeeTargetBusinessCode|list}}"
    assert field(found, "push", "E").value == {}
