"""Our K3Cloud target when the tenant says no, half of a no, or something else than was asked."""

import pytest

from paysync.core.bills import BillStatus, Edit, Json
from paysync.core.codes import Code
from paysync.core.outcomes import Done
from unit.adapters.k3cloud.doubles import inquiry, push_request, verdict
from wire.k3cloud_tenant import HEAD_OFFICE, Tenant, done, edit, heads, pushed, read

pytestmark = pytest.mark.wire


@pytest.mark.parametrize("convert", ["dict", "list", "absent"])
@pytest.mark.parametrize("shape", ["both", "generic", "absent"])
@pytest.mark.parametrize(
    ("number", "changes", "code"),
    [
        ("NONE", {}, Code.SOURCE_NOT_FOUND),
        ("FKSQ3", {}, Code.SOURCE_NOT_AUDITED),
        ("FKSQ1", {"RuleId": "no-such-rule"}, Code.ERP_RULE),
        ("FKSQ4", {}, Code.SOURCE_USED_UP),
    ],
)
def test_a_refused_conversion_is_a_definite_no(  # noqa: PLR0913, PLR0917 - the shapes of one answer
    tenant: Tenant, convert: str, shape: str, number: str, changes: dict[str, Json], code: Code
) -> None:
    """In whichever block the reason stands. Where only a list has it, its MsgCode is missing: then the text decides."""
    tenant.simulator.load(
        applications=[
            {"number": "FKSQ3", "amount": "1.00", "pay_org": "100", "status": "B"},
            {"number": "FKSQ4", "amount": "1.00", "pay_org": "100", "paid": "1.00"},
        ]
    )
    tenant.simulator.settings(convert_error=shape, convert_status=convert)
    found, why, transient = verdict(tenant.target().make(push_request(number, TargetOrgId=HEAD_OFFICE, **changes)))
    only_text = shape == "absent" and convert == "list"
    only_generic = shape == "generic" and convert == "absent"
    if number == "NONE" and only_text:
        assert (found, why) == ("unknown", Code.ERP_UNRECOGNISED)
    elif only_generic and code is not Code.SOURCE_NOT_FOUND:
        assert (found, why) in {("no", Code.ERP_REFUSED), ("no", Code.SOURCE_NOT_FOUND)}
    else:
        assert (found, why, transient) == ("no", code, False)
    assert tenant.bills == []


def test_a_failed_conversion_beside_a_success_flag_is_not_believed(tenant: Tenant) -> None:
    """ResponseStatus says yes and names nothing: neither done nor refused."""
    tenant.simulator.settings(convert_error="success_empty")
    assert verdict(tenant.target().make(push_request("NONE"))) == ("unknown", Code.ERP_UNCONFIRMED, False)


@pytest.mark.parametrize("success", [True, False])
def test_a_draft_is_a_bill_and_the_save_completes_it(tenant: Tenant, *, success: bool) -> None:
    """Whatever IsSuccess says of it: an id without a number; Save gives it a number and status A."""
    tenant.simulator.settings(push_required_fields=["FACCOUNTID"], draft_is_success=success)
    target = tenant.warm()
    made = pushed(target)
    assert made.number == ""
    bill = read(target, made.id)
    assert (bill.head.status, bill.head.number) == (BillStatus.DRAFT, "")
    assert [head.id for head in heads(target.existing([inquiry()]))] == [made.id]
    assert target.save([edit(bill)]) == {made.id: Done(None)}
    saved = read(target, made.id)
    assert (saved.head.status, bool(saved.head.number)) == (BillStatus.CREATED, True)


def test_a_failed_save_without_drafts_is_rolled_back_and_refused(tenant: Tenant) -> None:
    """The required field is named, and no bill is in the books."""
    tenant.simulator.settings(push_required_fields=["FACCOUNTID"])
    outcome = tenant.target().make(push_request(TargetOrgId=HEAD_OFFICE, IsDraftWhenSaveFail="false"))
    found, why, _ = verdict(outcome)
    assert found == "no"
    assert why in {Code.ERP_ACCOUNT, Code.ERP_REQUIRED_FIELD}
    assert tenant.bills == []


def test_an_account_that_is_unknown_to_the_tenant_refuses_the_save(tenant: Tenant) -> None:
    """IsVerifyBaseDataField is on: it is not left out in silence. The other bill of the batch is saved."""
    target = tenant.warm()
    made = [pushed(target, "FKSQ1"), pushed(target, "FKSQ2")]
    found = done(target.bills([one.id for one in made]))
    outcomes = target.save([edit(found[made[0].id], account="9"), edit(found[made[1].id], "PAY-2", "5.10")])
    assert verdict(outcomes[made[0].id])[:2] == ("no", Code.ERP_ACCOUNT)
    assert outcomes[made[1].id] == Done(None)


def test_a_save_never_empties_entries(tenant: Tenant) -> None:
    """IsDeleteEntry is sent as false: the source entry, and with it the link, survives."""
    target = tenant.warm()
    made = pushed(target)
    target.save([Edit(made.id, {"FID": int(made.id), "FTHIRDBILLNO": "X"})])
    assert len(read(target, made.id).entries) == 1
    assert [head.id for head in heads(target.existing([inquiry()]))] == [made.id]


@pytest.mark.parametrize("success", ["all", "any"])
def test_a_bill_that_a_batch_skips_in_silence_is_not_confirmed(tenant: Tenant, success: str) -> None:
    """IsSuccess true and one of two bills left out: that one is unknown, the other done."""
    target = tenant.warm()
    ids = [pushed(target, number).id for number in ("FKSQ1", "FKSQ2")]
    tenant.simulator.settings(silent_skip_every=2, batch_is_success=success)
    outcomes = target.submit(ids)
    assert [verdict(outcomes[one])[:2] for one in ids] == [("done", None), ("unknown", Code.ERP_UNCONFIRMED)]


def test_a_closed_period_is_called_so(tenant: Tenant) -> None:
    """Both where Push's own save meets it and where our Save does."""
    target = tenant.warm()
    text = "业务日期必须大于现金和应收系统的最后一次结账日期"
    tenant.simulator.settings(push_save_error=text)
    refused = target.make(push_request(TargetOrgId=HEAD_OFFICE, IsDraftWhenSaveFail="false"))
    assert verdict(refused) == ("no", Code.ERP_PERIOD_CLOSED, False)


def test_an_approval_workflow_goes_to_a_person(tenant: Tenant) -> None:
    """Plain Audit is refused where the form has a workflow."""
    tenant.simulator.settings(workflow=True)
    target = tenant.warm()
    made = pushed(target)
    target.save([edit(read(target, made.id))])
    target.submit([made.id])
    outcome = target.audit([made.id])[made.id]
    assert verdict(outcome) == ("no", Code.BILL_WORKFLOW, False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"Numbers": ["FKSQ1", "FKSQ2"]},
        {"Numbers": [""]},
        {"Numbers": []},
        {"Ids": "100501"},
        {"TargetOrgId": 0},
        {"TargetOrgId": ""},
        {"TargetOrgId": None},
    ],
    ids=str,
)
def test_a_push_of_several_sources_or_of_no_organisation_is_not_sent(tenant: Tenant, wrong: dict[str, Json]) -> None:
    """A rule may merge several sources into one bill; an empty organisation never reaches the tenant by accident."""
    target = tenant.warm()
    assert verdict(target.make(push_request(**wrong))) == ("no", Code.ERP_PARAMETER, False)
    assert tenant.count("Push") == 0
