"""A further bill form by its description: saved, submitted, audited, queried and shown like the payment bill."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.k3cloud.dispatch import Tenant
from simulators.k3cloud.forms import described
from simulators.k3cloud.inspection import books_json

FORM: dict[str, Any] = {
    "id": "AP_OtherPayable",
    "name": "其他应付单",
    "prefix": "QTYFD",
    "organisation": "FSETTLEORGID",
    "entry": "FEntity",
    "paid": "FTOTALAMOUNTFOR",
    "required": ["FDATE"],
    "head": "FDATE date 业务日期\nFSETTLEORGID ref 结算组织 ORG_ORGANIZATIONS\nFTHIRDBILLNO text 第三方单据编号",
    "entries": {"FEntity": "FTOTALAMOUNTFOR money 总金额\nFCOMMENT text 备注"},
}
MODEL: dict[str, Any] = {
    "FDATE": "2025-01-31",
    "FSETTLEORGID": {"FNumber": "100"},
    "FTHIRDBILLNO": "P1",
    "FEntity": [{"FTOTALAMOUNTFOR": 12.5}],
}


@pytest.fixture
def tenant() -> Tenant:
    """A tenant that has the form."""
    made = Tenant()
    made.load(organisations=[{"number": "100"}], forms=[FORM])
    return made


def status(tenant: Tenant, operation: str, data: dict[str, Any]) -> Any:
    return tenant.call(operation, "AP_OtherPayable", data)["Result"]["ResponseStatus"]


def test_a_described_form_goes_the_whole_way(tenant: Tenant) -> None:
    """From Save to Audit, with numbers of its own; the books name the form."""
    assert status(tenant, "Save", {"Model": MODEL})["IsSuccess"]
    (bill,) = books_json(tenant.state)["bills"]
    assert (bill["form"], bill["number"], bill["amount"], bill["org"]) == (
        "AP_OtherPayable",
        "QTYFD00000501",
        "12.5",
        "100",
    )
    changed = {"FID": bill["id"], "FEntity": [{"FEntryID": bill["entries"][0]["id"], "FTOTALAMOUNTFOR": 12.75}]}
    assert status(tenant, "Save", {"Model": changed})["IsSuccess"]
    assert status(tenant, "Submit", {"Ids": str(bill["id"])})["IsSuccess"]
    assert status(tenant, "Audit", {"Ids": str(bill["id"])})["IsSuccess"]
    (bill,) = books_json(tenant.state)["bills"]
    assert (bill["status"], bill["amount"], len(bill["entries"])) == ("C", "12.75", 1)


def test_what_it_requires_is_asked_for_and_an_amount_is_checked(tenant: Tenant) -> None:
    """By its own list, not by the payment bill's; the field is named as it was described."""
    lacking = status(tenant, "Save", {"Model": {**MODEL, "FDATE": ""}})
    assert lacking["Errors"][0]["Message"] == "字段“业务日期”是必填项"
    zero = status(tenant, "Save", {"Model": {**MODEL, "FEntity": [{"FTOTALAMOUNTFOR": 0}]}})
    assert zero["Errors"][0]["Message"] == "总金额必须大于0"
    assert books_json(tenant.state)["bills"] == []


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"paid": "FNOTHING"}, "AP_OtherPayable has no FNOTHING"),
        ({"entry": "FNothing"}, "AP_OtherPayable has no FNothing"),
        ({"reference": "FNOTHING"}, "AP_OtherPayable has no FNOTHING"),
        ({"head": "FDATE day 业务日期"}, "'day' is not a valid Kind"),
    ],
)
def test_a_description_that_lacks_something_is_refused(wrong: dict[str, str], why: str) -> None:
    """When it is loaded, not at the first bill."""
    with pytest.raises(ValueError, match=why):
        described({**FORM, **wrong})


def test_a_form_is_described_once_and_gone_after_a_reset(tenant: Tenant) -> None:
    """The built-in ones cannot be described anew; a reset is as the tenant was started."""
    for taken in (FORM, {**FORM, "id": "ap_paybill"}):
        with pytest.raises(ValueError, match="already"):
            tenant.load(forms=[taken])
    tenant.state.reset()
    assert status(tenant, "Save", {"Model": MODEL})["IsSuccess"] is False
