"""The shipped schemes from list to audited bill, over real sockets on both simulators: one file each, the same code."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest

from fakes.collected import MemoryCollectedRows
from fakes.journal import MemoryJournal
from fakes.ledger import MemoryLedger
from fakes.queue import MemoryInbox, MemoryOutbox, MemoryQueue
from fakes.system import START, SeededIds
from fakes.tokens import MemoryTokenStore, SharedTokens
from paysync.adapters.k3cloud.collecting import K3CloudRows
from paysync.adapters.k3cloud.target import K3CloudTarget
from paysync.adapters.maycur.client import MaycurClient, http_client
from paysync.adapters.maycur.login import Login
from paysync.adapters.maycur.source import MaycurSource
from paysync.cli.scheme_rows import Subject, previews_of
from paysync.core.bills import Cell, Json, Made
from paysync.core.codes import Code
from paysync.core.collect import CollectPorts, collect
from paysync.core.collection import LookupKey
from paysync.core.fetch import FetchPorts, run
from paysync.core.keys import PaymentKey
from paysync.core.outcomes import Outcome
from paysync.core.push import push_batch
from paysync.core.reading import payments
from paysync.core.records import Row
from paysync.core.scheme import Collected
from paysync.core.states import State
from paysync.core.times import epoch_ms
from paysync.core.turn import Acknowledge, PushPorts
from paysync.schemes.collections.load import collection
from paysync.schemes.load import load, path_of
from paysync.schemes.preview import previews
from simulators.common.running import RunningSimulator
from simulators.maycur.server import make_app
from unit.adapters.k3cloud.doubles import CREDENTIALS, RULE
from unit.adapters.maycur.doubles import MadeUpSecret
from wire.k3cloud_tenant import ACCOUNT, Tenant

if TYPE_CHECKING:
    from paysync.core.scheme import Scheme

pytestmark = pytest.mark.wire

PAID = epoch_ms(START) - 3_600_000
PAYMENTS: list[dict[str, Any]] = [
    {
        "paymentBizCode": "PT-1",
        "payeeTargetBusinessCode": "FKSQ1",
        "payerAccountName": "基本户",
        "payerAccountNumber": ACCOUNT,
        "payableAmount": "622.00",
        "auditTimeStamp": PAID,
    },
    {
        "paymentBizCode": "PT-2",
        "payeeTargetBusinessCode": "FKSQ2",
        "payerAccountNumber": f" {ACCOUNT}",
        "payableAmount": "5.10",
        "auditTimeStamp": PAID,
    },
    {
        "paymentBizCode": "PT-3",
        "payeeTargetBusinessCode": "FKSQ3",
        "payerAccountNumber": "nobody's",
        "payableAmount": "1.00",
        "auditTimeStamp": PAID,
    },
]
FORMS: list[dict[str, Any]] = [
    {
        "formCode": f"BX-{number}",
        "coverEmployeeId": "E-0001",
        "legalEntityBizCode": company,
        "reimburseName": "差旅",
        "amount": amount,
        "submittedAt": PAID,
        "_status": status,
    }
    for number, company, amount, status in (
        (1, "100", "321.50", "COMPLETED"),
        (2, "100", "88.00", "COMPLETED"),
        (3, "999", "7.00", "COMPLETED"),
        (4, "100", "9.00", "APPROVING"),
    )
]
PARAMETERS = {"rule_id": RULE, "bill_type": "FKDLX01_SYS", "purpose": "SFKYT08_SYS", "since": "2025-01-01"}


@pytest.fixture(scope="module")
def maycur() -> Iterator[RunningSimulator]:
    with RunningSimulator.in_thread(make_app) as running:
        yield running


class Recording(K3CloudTarget):
    """Notes what a lookup asks and what a making call sends, and sends it."""

    made: Sequence[Mapping[str, Json]] = ()
    asked: Sequence[LookupKey] = ()

    def lookup(self, name: str, asked: Sequence[LookupKey]) -> Outcome[Mapping[LookupKey, Sequence[Cell]]]:
        self.asked = (*self.asked, *asked)
        return super().lookup(name, asked)

    def make(self, request: Mapping[str, Json]) -> Outcome[Made]:
        self.made = (*self.made, request)
        return super().make(request)


class System:
    """paysync with its ledger and queue in memory between the two simulators."""

    def __init__(self, name: str, maycur: RunningSimulator, tenant: Tenant) -> None:
        self.scheme: Scheme = load(name, PARAMETERS)
        self.tenant = tenant
        self.clock = tenant.clock
        self.ledger, self.journal, self.ids = MemoryLedger(), MemoryJournal(), SeededIds()
        self.queue = MemoryQueue(self.clock, self.ids)
        self.letters = MemoryQueue(self.clock, self.ids)
        self.outbox = MemoryOutbox(self.queue, self.letters)
        maycur.reset()
        maycur.load(payments=PAYMENTS, reimbursements=FORMS)
        self.http = http_client(maycur.url, allow_plain_http=True, timeout=httpx.Timeout(5))
        client = MaycurClient(
            self.http,
            clock=self.clock,
            ids=self.ids,
            requests_per_second=Decimal(1000),
        )
        store = MemoryTokenStore(SharedTokens(), self.clock, floor=timedelta(minutes=1))
        secret = MadeUpSecret()
        login = Login(client, store, lambda: secret, clock=self.clock, journal=self.journal)
        self.source = MaycurSource(
            self.scheme.source, self.scheme.parameters, client=client, login=login, journal=self.journal
        )
        tenant.simulator.load(
            applications=[{"id": 100_503, "number": "FKSQ3", "amount": "1.00", "pay_org": "100"}],
            bank_accounts=[{"number": "6222-default", "use_org": "100", "fields": {"FISDEFAULTBANK": True}}],
        )
        self.target = Recording(tenant.client(read_seconds=5), self.scheme, self.clock)
        self.kept = MemoryCollectedRows()

    def collect(self) -> None:
        found = collection("bank-accounts")
        form = K3CloudRows(self.tenant.client(read_seconds=5), found)
        ports = CollectPorts(found, form, self.kept, self.clock, self.journal)
        assert collect(ports, deadline=self.clock.now() + timedelta(minutes=5)).failed is None

    def fetch(self) -> None:
        ports = FetchPorts(
            scheme=self.scheme,
            source=self.source,
            ledger=self.ledger,
            outbox=self.outbox,
            clock=self.clock,
            journal=self.journal,
            since=START - timedelta(days=1),
            code_version="test",
        )
        run(ports, deadline=self.clock.now() + timedelta(minutes=5))

    def push(self) -> None:
        ports = PushPorts(
            scheme=self.scheme,
            ledger=self.ledger,
            target=self.target,
            outbox=self.outbox,
            inbox=MemoryInbox(self.queue),
            clock=self.clock,
            ids=self.ids,
            journal=self.journal,
            integration_user=CREDENTIALS.user_name,
            call_span=timedelta(seconds=30),
            code_version="1",
            collected=self.kept,
        )
        while received := self.queue.receive():
            deadline = self.clock.now() + timedelta(minutes=3)
            for each, verdict in push_batch(received, {self.scheme.name: ports}, deadline=deadline).items():
                if isinstance(verdict, Acknowledge):
                    self.queue.delete(next(one.receipt for one in received if one.id == each))

    def row(self, code: str) -> Row:
        key = PaymentKey(self.scheme.name, code)
        return self.ledger.rows([key])[key]

    @property
    def states(self) -> dict[str, State]:
        return {key.code: row.state for key, row in self.ledger.table.items()}


Start = Callable[[str], System]


@pytest.fixture
def start(maycur: RunningSimulator, tenant: Tenant) -> Iterator[Start]:
    """A system with a scheme; its connections are given back."""
    made: list[System] = []

    def of(name: str) -> System:
        made.append(System(name, maycur, tenant))
        return made[-1]

    yield of
    for system in made:
        system.http.close()


def test_paid_payments_become_audited_bills(start: Start, tenant: Tenant) -> None:
    """The replaced configuration at work: pushed, completed with account, amount and date, submitted, audited."""
    system = start("paid-to-paybill")
    system.fetch()
    system.push()
    assert system.states == {"PT-1": State.DONE, "PT-2": State.DONE, "PT-3": State.REVIEW}
    bills = {bill["third_bill_no"]: bill for bill in tenant.bills}
    assert {key: (bill["amount"], bill["status"]) for key, bill in bills.items()} == {
        "PT-1": ("622.00", "C"),
        "PT-2": ("5.10", "C"),
    }
    assert system.row("PT-1").scheme_version == system.scheme.version


def test_reimbursements_become_bills_by_one_file_and_no_code(start: Start, tenant: Tenant) -> None:
    """Another list, another way of making: saved from the form itself, read back, submitted, audited."""
    system = start("reimbursement-to-paybill")
    system.fetch()
    system.push()
    assert system.states == {"BX-1": State.DONE, "BX-2": State.DONE, "BX-3": State.REVIEW}
    bills = {bill["third_bill_no"]: bill for bill in tenant.bills}
    assert {key: (bill["amount"], bill["status"]) for key, bill in bills.items()} == {
        "BX-1": ("321.50", "C"),
        "BX-2": ("88.00", "C"),
    }
    assert tenant.count("Push") == 0
    assert tenant.count("Save") == 2


OTHER_PAYABLE: Final[dict[str, Any]] = {  # as an integrator describes what his tenant's BusinessInfo shows
    "id": "AP_OtherPayable",
    "name": "其他应付单",
    "prefix": "QTYFD",
    "organisation": "FSETTLEORGID",
    "entry": "FEntity",
    "paid": "FTOTALAMOUNTFOR",
    "required": ["FSETTLEORGID", "FDATE", "FCURRENCYID", "FCONTACTUNIT"],
    "head": """
        FBillTypeID ref 单据类型
        FSETTLEORGID ref 结算组织 ORG_ORGANIZATIONS
        FDATE date 业务日期
        FCONTACTUNITTYPE text 往来单位类型
        FCONTACTUNIT ref 往来单位
        FCURRENCYID ref 币别 BD_CURRENCY
        FTHIRDBILLNO text 第三方单据编号
    """,
    "entries": {"FEntity": "FCOSTID ref 费用项目\nFTOTALAMOUNTFOR money 总金额"},
}
TO_OTHER_PAYABLE: Final = """
target:
  connector: k3cloud
  form: AP_OtherPayable
  reference_field: FTHIRDBILLNO
  steps:
    - step: create
      request:
        IsDeleteEntry: "false"
        IsVerifyBaseDataField: "true"
        Model:
          FBillTypeID: { FNUMBER: QTYFD01_SYS }
          FSETTLEORGID: { FNumber: "{{legalEntityBizCode|trim}}" }
          FTHIRDBILLNO: "{{payment.key}}"
          FDATE: "{{submittedAt|date('Asia/Shanghai')}}"
          FCONTACTUNITTYPE: BD_Empinfo
          FCONTACTUNIT: { FNumber: "{{coverEmployeeId|trim}}" }
          FCURRENCYID: { FNumber: "{{payment.currency}}" }
          FEntity:
            - FTOTALAMOUNTFOR: "{{payment.amount|number}}"
    - step: save
      head: { FDATE: "{{submittedAt|date('Asia/Shanghai')}}", FTHIRDBILLNO: "{{payment.key}}" }
      entry: FEntity
      entry_id: FEntryID
      amounts: [FTOTALAMOUNTFOR]
    - step: submit
    - step: audit
  currencies: { CNY: PRE001 }
"""


def test_another_form_of_the_target_is_a_description_for_the_simulator(
    start: Start, tenant: Tenant, tmp_path: Path
) -> None:
    """What an integrator aims at another form runs here as well: made, compared to the cent, submitted, audited."""
    file = tmp_path / "reimbursement-to-other-payable.yaml"
    shipped = path_of("reimbursement-to-paybill").read_text(encoding="utf-8")
    source = shipped.partition("\nsource:\n")[2].partition("\nlookups:\n")[0].replace('"{{param.since}}"', '""')
    source = source.replace('"{{param.schedule}}"', '""')
    title = "{ en: Reimbursements to other payables, zh: 报销单对接其他应付单 }"
    text = f'scheme: {file.stem}\nversion: "1"\ntitle: {title}\nsource:\n{source}\n{TO_OTHER_PAYABLE}'
    file.write_text(text, encoding="utf-8")
    system = start(str(file))
    tenant.simulator.load(forms=[OTHER_PAYABLE])
    system.fetch()
    system.push()
    assert system.states == {"BX-1": State.DONE, "BX-2": State.DONE, "BX-3": State.REJECTED}
    made = {bill["third_bill_no"]: bill for bill in tenant.bills}
    assert {key: (bill["form"], bill["amount"], bill["status"]) for key, bill in made.items()} == {
        "BX-1": ("AP_OtherPayable", "321.50", "C"),
        "BX-2": ("AP_OtherPayable", "88.00", "C"),
    }
    assert all(bill["number"].startswith("QTYFD") for bill in made.values())


def test_reimbursements_that_are_seen_again_make_no_second_bill(start: Start, tenant: Tenant) -> None:
    """Every run reads far back; what is known costs nothing and books nothing."""
    system = start("reimbursement-to-paybill")
    for _ in range(2):
        system.fetch()
        system.push()
    assert len(tenant.bills) == 2


def test_a_created_bill_whose_answer_is_lost_is_found_again(start: Start, tenant: Tenant) -> None:
    """The new bill carries the payment's key from its first moment: the doubt is settled by asking, not by a second."""
    system = start("reimbursement-to-paybill")
    system.fetch()
    tenant.simulator.faults({"kind": "reset_after", "operation": "Save", "nth": 1})
    system.push()
    assert State.IN_DOUBT in system.states.values()
    for _ in range(4):
        system.clock.advance(system.scheme.policies.quiet_period + timedelta(minutes=20))
        system.push()
    assert system.states == {"BX-1": State.DONE, "BX-2": State.DONE, "BX-3": State.REVIEW}
    assert len(tenant.bills) == 2
    assert tenant.count("Save") == 2


def test_a_lookup_in_a_collection_reads_what_was_collected(start: Start, tenant: Tenant) -> None:
    """Only what is not known there exactly once is asked from K3Cloud; what is booked is the same."""
    system = start("reimbursement-to-paybill")
    system.collect()
    system.fetch()
    system.push()
    assert system.states == {"BX-1": State.DONE, "BX-2": State.DONE, "BX-3": State.REVIEW}
    assert system.target.asked == (("999",),)
    assert [bill["account"] for bill in tenant.bills] == ["6222-default", "6222-default"]


def test_an_account_that_is_new_since_the_reading_is_no_unknown_account(start: Start, tenant: Tenant) -> None:
    """The replaced platform parked it until its next collection."""
    system = start("reimbursement-to-paybill")
    system.collect()
    tenant.simulator.load(
        organisations=[{"number": "999"}],
        bank_accounts=[{"number": "6999", "use_org": "999", "fields": {"FISDEFAULTBANK": True}}],
    )
    system.fetch()
    system.push()
    assert system.states["BX-3"] is State.DONE


def test_a_copy_that_is_wrong_by_now_books_nothing_wrong(start: Start, tenant: Tenant) -> None:
    """The account has moved since the reading: K3Cloud refuses it in the old organisation, the bill goes no further."""
    system = start("paid-to-paybill")
    (lookup,) = system.scheme.lookups
    read_first = replace(lookup, collected=Collected("bank-accounts", ("FNumber",), timedelta(minutes=30)))
    system.scheme = replace(system.scheme, lookups=(read_first,))
    tenant.simulator.load(bank_accounts=[{"id": 77, "number": "6777", "use_org": "100"}])
    system.collect()
    tenant.simulator.load(bank_accounts=[{"id": 77, "number": "6777", "use_org": "200"}])
    system.fetch()
    paid = system.row("PT-1")
    facts = replace(paid.payment, record={**paid.payment.record, "payerAccountNumber": "6777"})
    system.ledger.table[paid.key] = replace(paid, payment=facts)
    system.push()
    row = system.row("PT-1")
    assert ("6777",) not in system.target.asked
    assert row.diagnosis is not None
    assert (row.state, row.diagnosis.code) == (State.REJECTED, Code.ERP_ACCOUNT)
    assert [bill["status"] for bill in tenant.bills if bill["source_numbers"] == ["FKSQ1"]] == ["A"]


def test_a_preview_sends_nothing(start: Start, tenant: Tenant, maycur: RunningSimulator) -> None:
    """Its lookups are read-only questions; the books and the log of the simulators show no other call."""
    system = start("paid-to-paybill")
    tenant.simulator.post("calls/reset")
    now = system.clock.now()
    raw = {**PAYMENTS[0], "payableAmount": Decimal("622.00")}
    subject = Subject(system.scheme, payments(system.scheme, raw, now=now), now, system.target)
    (shown,) = previews_of(subject, {})
    assert shown.verdict == "sent"
    assert shown.data("push") is not None
    assert set(tenant.simulator.calls()["counts"]) == {"ExecuteBillQuery"}
    assert tenant.bills == []
    assert maycur.calls()["counts"] == {}


def test_what_a_preview_shows_is_what_is_sent(start: Start) -> None:
    """The Push that arrives at K3Cloud has just the data that was previewed for the row."""
    system = start("paid-to-paybill")
    raw = {**PAYMENTS[0], "payableAmount": Decimal("622.00")}
    (shown,) = previews(system.scheme, raw, {"pay_org": (100_001,)}, system.clock.now())
    system.fetch()
    system.push()
    assert shown.data("push") in system.target.made
