"""Our K3Cloud target against the simulator, over real sockets: whole payments in every dialect, and sessions."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from paysync.adapters.k3cloud.target import K3CloudTarget
from paysync.core.bills import BillHead, BillStatus, Edit
from paysync.core.codes import Code
from paysync.core.diagnosis import Kind
from paysync.core.outcomes import DefinitelyNot, Done, Outcome
from paysync.schemes.load import load
from unit.adapters.k3cloud.doubles import CREDENTIALS, RULE, inquiry, key, push_request, verdict
from wire.k3cloud_tenant import ACCOUNT, HEAD_OFFICE, Tenant, done, edit, heads, pushed, read

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.wire


def test_a_payment_becomes_an_audited_bill(tenant: Tenant) -> None:
    """Source, baseline, lookup, Push, Save, Submit, Audit, each on the one session; the books agree to the cent."""
    target = tenant.target()
    [document] = done(target.sources([key("fksq1 ")]))[key("fksq1 ")]
    assert (document.id, document.status, document.currency, document.applied) == (
        "100501", "C", "PRE001", Decimal("622.00"),
    )  # fmt: skip
    assert heads(target.existing([inquiry()])) == []
    assert done(target.lookup("org", [(ACCOUNT,), ("1",)])) == {(ACCOUNT,): (HEAD_OFFICE,), ("1",): ()}
    made = pushed(target)
    assert made.number.startswith("FKD")
    [head] = heads(target.existing([inquiry()], creators=True))
    assert (head.id, head.status, head.reference) == (made.id, BillStatus.CREATED, "")
    assert "webapi_user" in head.creator
    bill = read(target, made.id)
    assert (bill.cells["FPAYORGID"], bill.cells["FCURRENCYID.FNumber"]) == (HEAD_OFFICE, "PRE001")
    assert target.save([edit(bill)]) == {made.id: Done(None)}
    assert target.submit([made.id]) == {made.id: Done(None)}
    assert target.audit([made.id]) == {made.id: Done(None)}
    saved = read(target, made.id)
    assert saved.head == BillHead(made.id, made.number, BillStatus.AUDITED, voided=False, reference="PAY-1")
    assert saved.entries[0].cells == {
        "FACCOUNTID.FNumber": ACCOUNT,
        "FPAYTOTALAMOUNTFOR": Decimal("600.10"),
        "FPAYAMOUNTFOR_E": Decimal("600.10"),
    }
    [kept] = tenant.bills
    assert (kept["amount"], kept["account"], kept["status"]) == ("600.10", ACCOUNT, "C")
    assert tenant.simulator.calls()["sessions_opened"] == 1


def test_the_shipped_scheme_asks_what_the_tenant_knows(tenant: Tenant) -> None:
    """Its lookup, its traces, what it saves and expects: every field of the file exists on the forms."""
    shipped = load("paid-to-paybill", {"rule_id": RULE})
    target = K3CloudTarget(tenant.client(), shipped, tenant.clock)
    assert done(target.lookup("pay_org", [(ACCOUNT,)])) == {(ACCOUNT,): (HEAD_OFFICE,)}
    made = pushed(target)
    bill = read(target, made.id)
    assert bill.cells["FPAYORGID"] == HEAD_OFFICE
    assert target.save([edit(bill)]) == {made.id: Done(None)}
    assert [head.id for head in heads(target.existing([inquiry()], creators=True))] == [made.id]
    [total] = done(target.bills_by_reference(["PAY-1"]))["PAY-1"]
    assert total.amount == Decimal("600.10")


def test_a_batch_goes_through_each_step_in_one_call(tenant: Tenant) -> None:
    """Two payments: two Pushes, and one call for every other step."""
    target = tenant.warm()
    made = [pushed(target, "FKSQ1"), pushed(target, "FKSQ2")]
    ids = [one.id for one in made]
    found = done(target.bills(ids))
    edits = [edit(found[ids[0]], "PAY-1", "1.00"), edit(found[ids[1]], "PAY-2", "5.10")]
    for outcomes in (target.save(edits), target.submit(ids), target.audit(ids)):
        assert outcomes == dict.fromkeys(ids, Done(None))
    asked = [inquiry("PAY-1", "FKSQ1", "100501"), inquiry("PAY-2", "FKSQ2", "100502")]
    both = target.existing(asked)
    assert [[head.id for head in heads(both, code)] for code in ("PAY-1", "PAY-2")] == [[ids[0]], [ids[1]]]
    assert [(bill["third_bill_no"], bill["amount"], bill["status"]) for bill in tenant.bills] == [
        ("PAY-1", "1.00", "C"),
        ("PAY-2", "5.10", "C"),
    ]
    counts = tenant.simulator.calls()["counts"]
    assert counts == {"Push": 2, "BatchSave": 1, "Submit": 1, "Audit": 1, "ExecuteBillQuery": 3}


def test_a_step_that_was_done_already_counts_as_done(tenant: Tenant) -> None:
    """A second Submit and a second Audit are refused by K3Cloud, and are no failures."""
    target = tenant.warm()
    made = pushed(target)
    target.save([edit(read(target, made.id))])
    for step in (target.submit, target.submit, target.audit, target.audit):
        assert step([made.id]) == {made.id: Done(None)}


def test_reconcile_reads_bills_by_reference_and_by_day(tenant: Tenant) -> None:
    """Voided ones too, with their sums and their makers; a reference without a bill has none."""
    target = tenant.warm()
    made = pushed(target)
    target.save([edit(read(target, made.id), amount="600.10")])
    tenant.simulator.post(f"void/{made.id}")
    [total] = done(target.bills_by_reference(["PAY-1", "PAY-2"]))["PAY-1"]
    assert (total.id, total.amount, total.day, total.voided) == (made.id, Decimal("600.10"), "2025-01-31", True)
    assert "webapi_user" in total.creator
    assert done(target.bills_by_reference(["pay-1", "PAY-2"])) == {"pay-1": [], "PAY-2": []}
    assert done(target.bills_between(date(2025, 1, 31), date(2025, 1, 31))) == [total]
    assert done(target.bills_between(date(2025, 2, 1), date(2025, 2, 28))) == []


def test_references_are_asked_for_in_pieces(tenant: Tenant) -> None:
    """450 references are three times the question for bills, and that for their entries."""
    target = tenant.warm()
    assert len(done(target.bills_by_reference([f"PAY-{at}" for at in range(450)]))) == 450
    assert tenant.count("ExecuteBillQuery") == 2 * 3


@pytest.mark.parametrize(
    "dialect",
    [
        {"answers_as_text": True, "ids_as_text": True},
        {"convert_status": "list"},
        {"convert_status": "absent"},
        {"result_ids": True},
        {"date_separator": " ", "amount_decimals": 10},
        {"entry_join": "left"},
        {"query_limit": 10_000},
    ],
    ids=str,
)
@pytest.mark.parametrize("connection", [{}, {"data_as_text": True}, {"keeps_session": False}], ids=str)
def test_every_dialect_of_the_answers_is_understood(
    tenant: Tenant, dialect: dict[str, Any], connection: dict[str, Any]
) -> None:
    """The same payment ends in the same bill, whatever the tenant's habits and our connection's settings."""
    tenant.simulator.settings(**dialect)
    target = tenant.target(tenant.client(**connection))
    made = pushed(target)
    assert target.save([edit(read(target, made.id))]) == {made.id: Done(None)}
    assert target.submit([made.id]) == {made.id: Done(None)}
    assert target.audit([made.id]) == {made.id: Done(None)}
    assert read(target, made.id).head.status is BillStatus.AUDITED
    [total] = done(target.bills_between(date(2025, 1, 31), date(2025, 1, 31)))
    assert (total.amount, total.day) == (Decimal("600.10"), "2025-01-31")


def test_without_a_session_every_call_is_let_in_by_its_signature(tenant: Tenant) -> None:
    """`keeps_session` off, as `doctor` and tenants with several nodes need it: each call opens a session of its own."""
    target = tenant.target(tenant.client(keeps_session=False))
    for _ in range(3):
        assert isinstance(target.sources([key()]), Done)
    assert tenant.simulator.calls()["sessions_opened"] == 3


def test_a_session_lost_in_mid_run_costs_nobody_anything(tenant: Tenant) -> None:
    """Reads and writes by id are signed anew and go through; nothing is done twice."""
    target = tenant.warm()
    made = pushed(target)
    bill = read(target, made.id)
    steps: dict[str, Callable[[], Outcome[Any]]] = {
        "BatchSave": lambda: target.save([edit(bill)])[made.id],
        "Submit": lambda: target.submit([made.id])[made.id],
        "Audit": lambda: target.audit([made.id])[made.id],
        "ExecuteBillQuery": lambda: target.bills([made.id]),
    }
    for operation, step in steps.items():
        tenant.simulator.faults({"kind": "lost_session", "operation": operation, "nth": 1})
        tenant.simulator.post("calls/reset")
        done(step())
        assert tenant.count(operation) == 2
    log = [line["effect"] for line in tenant.simulator.books()["log"]]
    assert log == ["pushed", "saved", "submitted", "audited"]


def test_a_session_lost_before_a_push_is_for_the_core_to_repeat(tenant: Tenant) -> None:
    """Sent once; the first time it is transient, and the next attempt, without a session, goes through."""
    target = tenant.warm()
    tenant.simulator.faults({"kind": "lost_session", "operation": "Push", "nth": 1})
    assert verdict(target.make(push_request())) == ("no", Code.ERP_CREDENTIALS, True)
    assert (tenant.count("Push"), tenant.bills) == (1, [])
    assert pushed(target).number
    assert len(tenant.bills) == 1


def test_a_session_that_stays_lost_is_not_the_sessions_fault(tenant: Tenant) -> None:
    """The second refusal comes without a session: credentials, which pauses, and no call is sent a third time."""
    target = tenant.warm()
    tenant.simulator.faults({"kind": "lost_session"})
    assert verdict(target.make(push_request())) == ("no", Code.ERP_CREDENTIALS, True)
    assert verdict(target.make(push_request())) == ("no", Code.ERP_CREDENTIALS, False)
    assert tenant.count("Push") == 2
    assert verdict(target.submit(["1"])["1"]) == ("no", Code.ERP_CREDENTIALS, False)
    assert tenant.count("Submit") == 1


def test_a_forgotten_session_is_opened_again_without_a_word(tenant: Tenant) -> None:
    """With good signatures a session that the server has forgotten never fails a call."""
    target = tenant.warm()
    tenant.simulator.post("sessions/forget")
    assert pushed(target).number
    assert tenant.simulator.calls()["sessions_opened"] == 2


@pytest.mark.parametrize(
    "wrong",
    [{"app_secret": "0" * 32}, {"user_name": "somebody"}, {"app_id": "900002_MDE3N2I2PzBrPzg4OD45N3IhK3B1InIk"}],
    ids=str,
)
@pytest.mark.parametrize("shape", ["nested", "list", "dict", "bare"])
def test_wrong_credentials_are_called_so_at_once(tenant: Tenant, shape: str, wrong: dict[str, Any]) -> None:
    """A cold client with a wrong secret, user or app: one call, not transient, of the kind that pauses."""
    tenant.simulator.settings(query_error_shape=shape)
    target = tenant.target(tenant.client(replace(CREDENTIALS, **wrong)))
    for outcome in (
        target.make(push_request()),
        target.existing([inquiry()]),
        target.lookup("org", [(ACCOUNT,)]),
        target.save([Edit("1", {"FID": 1})])["1"],
        target.audit(["1"])["1"],
    ):
        assert verdict(outcome) == ("no", Code.ERP_CREDENTIALS, False)
        assert isinstance(outcome, DefinitelyNot)
        assert outcome.diagnosis.kind is Kind.CREDENTIAL
    assert tenant.bills == []
    assert tenant.simulator.calls()["counts"] == {"Push": 1, "ExecuteBillQuery": 2, "BatchSave": 1, "Audit": 1}


def test_a_wrong_data_centre_is_called_so(tenant: Tenant) -> None:
    """HTTP 500 with its text, for reads and writes alike; nothing is retried."""
    target = tenant.target(tenant.client(replace(CREDENTIALS, acct_id="64a1f0c2b3d4e6")))
    for outcome in (target.make(push_request()), target.existing([inquiry()])):
        assert verdict(outcome) == ("no", Code.ERP_DATA_CENTRE, False)
        assert isinstance(outcome, DefinitelyNot)
        assert outcome.diagnosis.kind is Kind.CREDENTIAL
    assert tenant.simulator.calls()["total"] == 2


def test_a_stale_stamp_is_credential_trouble(tenant: Tenant) -> None:
    """Where the tenant looks at the clock, ours is wrong: K3Cloud says so with MsgCode 1."""
    tenant.simulator.settings(clock_window_minutes=10)
    outcome = tenant.target().existing([inquiry()])
    assert verdict(outcome) == ("no", Code.ERP_CREDENTIALS, False)
    assert isinstance(outcome, DefinitelyNot)
    assert "时间戳验证失败" in outcome.diagnosis.vendor


def test_the_word_session_in_a_good_answer_is_a_word(tenant: Tenant) -> None:
    """An account that is called as the vendor's refusal is found as any other, in one call."""
    name = "会话信息已丢失，请重新登录 session"
    tenant.simulator.load(bank_accounts=[{"number": name, "use_org": "100"}])
    target = tenant.warm()
    assert done(target.lookup("org", [(name,)])) == {(name,): (HEAD_OFFICE,)}
    tenant.simulator.load(applications=[{"number": name, "amount": "1.00", "pay_org": "100"}])
    [document] = done(target.sources([key(name)]))[key(name)]
    assert document.key == key(name)
    assert tenant.count("ExecuteBillQuery") == 2
