"""The nightly look at a tenant: it finds what a payment would fail on, and nothing on a sound one. Reads only."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from fakes import builders as b
from fakes.journal import MemoryJournal
from fakes.ledger import MemoryLedger
from paysync.adapters.k3cloud.inspector import K3CloudInspector
from paysync.adapters.k3cloud.target import K3CloudTarget
from paysync.core.check import CheckPorts, CheckReport, check
from paysync.core.codes import Code
from paysync.core.errors import RunError
from paysync.core.inspection import Result
from paysync.core.keys import BillKey
from paysync.core.records import BillRef, Row
from paysync.core.states import Event, State
from paysync.schemes.load import load
from unit.adapters.k3cloud.doubles import RULE
from wire.k3cloud_tenant import ACCOUNT, Tenant, pushed

if TYPE_CHECKING:
    from paysync.core.scheme import Scheme

pytestmark = pytest.mark.wire

PARAMETERS = {"rule_id": RULE, "bill_type": "FKDLX01_SYS", "purpose": "SFKYT08_SYS", "since": "2025-01-01"}
UNSEEN_BEFORE_A_BILL = {Code.CHECK_NO_RULE, Code.CHECK_NO_RIGHTS}


class Side:
    """paysync's side: a scheme, and a ledger with a recent payment from the tenant's account."""

    def __init__(self, tenant: Tenant, name: str = "paid-to-paybill", **parameters: str) -> None:
        self.tenant, self.ledger, self.journal = tenant, MemoryLedger(), MemoryJournal()
        self.scheme: Scheme = load(name, {**PARAMETERS, **parameters})
        self.row = self.paid("PT-1", ACCOUNT)

    def paid(self, code: str, account: str) -> Row:
        """One more payment of today."""
        payment = b.payment(code, scheme=self.scheme.name)
        record = {**payment.record, "payerAccountNumber": account, "legalEntityBizCode": "100"}
        row = b.row(replace(payment, record=record))
        self.ledger.create([row], b.entry(row, Event.SEEN))
        return row

    def check(self) -> CheckReport:
        client = self.tenant.client(read_seconds=5)
        inspector = K3CloudInspector(client, self.scheme, K3CloudTarget(client, self.scheme, self.tenant.clock))
        return check(CheckPorts(self.scheme, self.ledger, inspector, self.tenant.clock, self.journal))

    def book(self, bill: str) -> None:
        """The payment is DONE, with this bill."""
        ref = BillRef(BillKey("AP_PAYBILL", bill), "FKD-1")
        self.ledger.table[self.row.key] = replace(self.row, state=State.DONE, bill=ref)


def findings(report: CheckReport) -> list[tuple[Code, dict[str, str]]]:
    return [(one.why.code, dict(one.why.details)) for one in report.findings if one.why]


def unseen(report: CheckReport) -> set[Code]:
    return {one.why.code for one in report.checks if one.result is Result.UNSEEN and one.why}


@pytest.fixture
def side(tenant: Tenant) -> Iterator[Side]:
    """The shipped scheme on a sound tenant; no check of these tests changes its books."""
    made = Side(tenant)
    before = tenant.simulator.books()["log"]
    yield made
    assert set(tenant.simulator.calls()["counts"]) <= {"ExecuteBillQuery", "Push"}
    assert [line for line in tenant.simulator.books()["log"] if line["operation"] != "Push"] == before


def test_a_sound_tenant_has_no_finding(side: Side) -> None:
    """What cannot be seen before a bill is there is said, not guessed; the number is counted for the alarm."""
    report = side.check()
    assert findings(report) == []
    assert unseen(report) == UNSEEN_BEFORE_A_BILL
    sound = {one.what for one in report.checks if one.result is Result.SOUND}
    assert sound == {
        *(f"fields of {f}" for f in ("AP_PAYBILL", "CN_PAYAPPLY", "CN_BANKACNT")),
        "lookup pay_org",
        "organisations",
    }
    assert side.journal.counts["CheckFindings"] == 0


def test_the_second_scheme_is_sound_too(tenant: Tenant) -> None:
    """A bill that is made from the row: the fields of its Model are looked at."""
    tenant.simulator.load(bank_accounts=[{"number": "D", "use_org": "100", "fields": {"FISDEFAULTBANK": True}}])
    assert findings(Side(tenant, "reimbursement-to-paybill").check()) == []
    tenant.simulator.settings(missing_fields=["FPURPOSEID", "FISDEFAULTBANK"])
    found = findings(Side(tenant, "reimbursement-to-paybill").check())
    assert (Code.CHECK_FIELD, {"form": "AP_PAYBILL", "fields": "FPURPOSEID"}) in found
    assert (Code.CHECK_FIELD, {"form": "CN_BANKACNT", "fields": "FISDEFAULTBANK"}) in found


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ("AP_PAYBILL", "FTHIRDBILLNO"),
        ("AP_PAYBILL", "FPAYTOTALAMOUNTFOR"),
        ("AP_PAYBILL", "FPAYBILLSRCENTRY_Link_FSBillId"),
        ("AP_PAYBILL", "FCREATORID"),
        ("AP_PAYBILL", "FACCOUNTID"),
        ("CN_PAYAPPLY", "FAPPLYAMOUNTFOR_H"),
        ("CN_BANKACNT", "FFORBIDSTATUS"),
    ],
)
def test_a_field_that_is_gone_is_named(side: Side, form: str, field: str) -> None:
    """Whether it is saved, compared, asked for or asked by; with its form."""
    side.tenant.simulator.settings(missing_fields=[field])
    named = [why["fields"] for code, why in findings(side.check()) if code is Code.CHECK_FIELD and why["form"] == form]
    assert len(named) == 1
    assert field in {one.partition(".")[0] for one in named[0].split(", ")}


def test_all_fields_that_are_gone_are_named_at_once(side: Side) -> None:
    """K3Cloud names one at a time; the operator is not sent there and back for each."""
    side.tenant.simulator.settings(missing_fields=["FDATE", "FTHIRDBILLNO", "FSRCBILLNO"])
    (named,) = [why["fields"] for code, why in findings(side.check()) if code is Code.CHECK_FIELD]
    assert {"FDATE", "FTHIRDBILLNO", "FSRCBILLNO"} <= set(named.split(", "))


def test_an_organisation_that_was_forbidden_is_found(side: Side) -> None:
    """Only the one that recent payments are booked in, by its name and with what is wrong."""
    side.tenant.simulator.load(
        organisations=[
            {"number": "100", "name": "总部", "fields": {"FFORBIDSTATUS": "B"}},
            {"number": "900", "fields": {"FFORBIDSTATUS": "B"}},
        ]
    )
    assert findings(side.check()) == [(Code.CHECK_ORGANISATION, {"found": "100 总部", "what": "is forbidden"})]
    side.tenant.simulator.load(organisations=[{"number": "100", "name": "总部", "fields": {"FDOCUMENTSTATUS": "D"}}])
    assert [why["what"] for _, why in findings(side.check())] == ["is not audited"]


def test_a_tenant_that_does_not_show_organisations_is_not_accused(side: Side) -> None:
    """A form of another name, a field that is not there: not checkable."""
    side.tenant.simulator.settings(missing_fields=["FORGID"])
    report = side.check()
    assert findings(report) == []
    assert Code.CHECK_NO_ORGANISATIONS in unseen(report)
    options = {"organisation_form": "ORG_NoSuchForm"}
    side.scheme = replace(side.scheme, target=replace(side.scheme.target, options=options))
    side.tenant.simulator.settings(missing_fields=[])
    report = side.check()
    assert findings(report) == []
    assert Code.CHECK_NO_ORGANISATIONS in unseen(report)


def test_an_account_that_was_forbidden_since_is_found_before_its_next_payment(side: Side) -> None:
    """With its last digits only; one that stands twice by now is found as well."""
    side.paid("PT-2", "6333000000000001")
    side.tenant.simulator.load(
        organisations=[{"number": "200"}],
        bank_accounts=[
            {"number": "6333000000000001", "use_org": "100", "forbid_status": "B"},
            {"number": ACCOUNT, "use_org": "200"},
        ],
    )
    found = findings(side.check())
    assert [(code, why["asked"], why["results"]) for code, why in found] == [
        (Code.CHECK_LOOKUP, "…0000", "2"),
        (Code.CHECK_LOOKUP, "…0001", "0"),
    ]


def test_what_a_person_has_in_hand_already_is_not_found_again(side: Side) -> None:
    """A payment that waits in REVIEW for its account is told every day by another alarm."""
    parked = side.paid("PT-2", "nobody's")
    side.ledger.table[parked.key] = replace(parked, state=State.REVIEW)
    assert findings(side.check()) == []


def test_the_rule_is_read_off_the_last_bill(side: Side) -> None:
    """The link of a bill says which rule made it: the named one, or another."""
    made = pushed(K3CloudTarget(side.tenant.client(read_seconds=5), side.scheme, side.tenant.clock))
    side.book(made.id)
    report = side.check()
    assert findings(report) == []
    assert unseen(report) == {Code.CHECK_NO_RIGHTS}
    side.scheme = load("paid-to-paybill", {**PARAMETERS, "rule_id": "another-rule"})
    assert findings(side.check()) == [
        (Code.CHECK_RULE, {"bill": "FKD-1", "found": RULE, "wanted": "another-rule"}),
    ]
    side.tenant.simulator.settings(missing_fields=["FPAYBILLSRCENTRY_Link_FRuleId"])
    assert Code.CHECK_NO_RULE in unseen(side.check())


def test_without_recent_payments_lookups_are_not_checked(side: Side) -> None:
    """A new stack: nothing is known of its accounts; its fields are looked at all the same."""
    side.ledger = MemoryLedger()
    report = side.check()
    assert findings(report) == []
    assert unseen(report) == {*UNSEEN_BEFORE_A_BILL, Code.CHECK_NO_PAYMENTS}


def test_a_right_that_was_taken_away_is_found(side: Side) -> None:
    """As far as a query shows it, in K3Cloud's own words."""
    side.tenant.simulator.faults(
        {
            "kind": "msgcode",
            "operation": "ExecuteBillQuery",
            "msg_code": 2,
            "text": "您没有付款单的查询权限，请联系系统管理员",
        }
    )
    found = findings(side.check())
    assert {code for code, _ in found} == {Code.CHECK_REFUSED}
    assert all("查询权限" in why["vendor"] for _, why in found)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 503},
        {"kind": "reset_before"},
        {"kind": "html"},
        {"kind": "msgcode", "msg_code": 6, "text": "数据库操作失败"},
        {"kind": "msgcode", "msg_code": 1, "text": "会话信息已丢失，请重新登录"},
    ],
)
def test_a_tenant_that_cannot_be_asked_is_no_finding(side: Side, fault: dict[str, Any]) -> None:
    """The check has failed, and says so; nothing is concluded from it."""
    side.tenant.simulator.faults({**fault, "operation": "ExecuteBillQuery"})
    with pytest.raises(RunError):
        side.check()
    assert "CheckFindings" not in side.journal.counts
