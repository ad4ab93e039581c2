"""What one booked payment costs, counted on the real adapters: calls to K3Cloud, writes to DynamoDB, requests to SQS.

The bounds are those of the design (10, and 12 "Numbers"). They are counts, so a change that costs more fails here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path as File
from typing import Any, Final, cast

import pytest

from fakes import aws
from fakes.journal import MemoryJournal
from fakes.system import START, SeededIds
from paysync.adapters.aws.ledger import DynamoLedger
from paysync.adapters.aws.queue import SqsInbox, SqsOutbox
from paysync.core.fetch import FetchPorts, Report
from paysync.core.intake import take_in
from paysync.core.keys import PaymentKey
from paysync.core.push import push_batch
from paysync.core.reading import payments
from paysync.core.records import Message, Payment, Received
from paysync.core.scheme import CallBack, Scheme
from paysync.core.states import State
from paysync.core.times import NEVER, epoch_ms
from paysync.core.turn import Acknowledge, PushPorts
from paysync.schemes.load import load
from paysync.schemes.trees import tree_of
from unit.adapters.k3cloud.doubles import CREDENTIALS, RULE
from wire.k3cloud_tenant import ACCOUNT, Tenant

pytestmark = pytest.mark.wire

TAKER: Final = File(__file__).parents[1] / "unit" / "core" / "handed-on.yaml"
BATCH: Final = 10
PAYMENTS: Final = 20


class Path:
    """fetch's and push's side of one scheme, on moto's DynamoDB and SQS and on the K3Cloud simulator."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        scheme = load("paid-to-paybill", {"rule_id": RULE})
        dynamodb, sqs = aws.client("dynamodb"), aws.client("sqs")
        dynamodb.create_table(TableName="ledger", **aws.table_of_template())
        urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("queue", "dlq")]
        self.dynamodb, self.sqs = aws.Wire(dynamodb), aws.Wire(sqs)
        ids, journal = SeededIds(), MemoryJournal()
        ledger = DynamoLedger(dynamodb, "ledger", clock=tenant.clock, ids=ids, shard=0)
        outbox = SqsOutbox(sqs, queue_url=urls[0], dlq_url=urls[1], journal=journal)
        self.fetch = FetchPorts(
            scheme=scheme,
            source=cast("Any", None),
            ledger=ledger,
            outbox=outbox,
            clock=tenant.clock,
            journal=journal,
            since=START - timedelta(days=1),
            code_version="1",
        )
        self.push = PushPorts(
            scheme=scheme,
            ledger=ledger,
            target=tenant.target_of(scheme),
            outbox=outbox,
            inbox=SqsInbox(sqs, queue_url=urls[0], journal=journal),
            clock=tenant.clock,
            ids=ids,
            journal=journal,
            integration_user=CREDENTIALS.user_name,
            call_span=timedelta(seconds=30),
            code_version="1",
        )
        self.schemes = {scheme.name: self.push}

    def hand_on(self) -> Scheme:
        """From now on each booked payment's row goes to another scheme of the stack, which is given."""
        taker = load(TAKER)
        fields = {"id": "{{payment.key}}", "billNumber": "{{pushed.Number}}", "sum": "{{payableAmount}}"}
        trees = tuple((name, tree_of(text)) for name, text in {**fields, "paid": "{{auditTimeStamp}}"}.items())
        scheme = replace(self.push.scheme, call_back=CallBack(taker.name, trees))
        self.schemes = {
            scheme.name: replace(self.push, scheme=scheme),
            taker.name: replace(self.push, scheme=taker, target=self.tenant.target_of(taker)),
        }
        return taker

    def paid(self, many: int) -> Sequence[Payment]:
        """So many payments, each of an audited application of its own."""
        names = [f"{number:04d}" for number in range(many)]
        self.tenant.simulator.load(
            applications=[{"number": f"FK-{name}", "amount": "7.00", "pay_org": "100"} for name in names]
        )
        return [payment for name in names for payment in payments(self.fetch.scheme, _raw(name), now=START)]

    def see(self, found: Sequence[Payment]) -> Report:
        """Into the ledger and onto the queue."""
        report = Report()
        take_in(self.fetch, report, found)
        return report

    def book(self, found: Sequence[Payment], at_once: int) -> None:
        """Deliver them in batches; every one must be DONE, so that only bookings are counted."""
        for start in range(0, len(found), at_once):
            received = [_received(payment) for payment in found[start : start + at_once]]
            deadline = self.tenant.clock.now() + timedelta(minutes=3)
            verdicts = push_batch(received, self.schemes, deadline=deadline)
            assert set(verdicts.values()) == {Acknowledge()}
        rows = self.push.ledger.rows([payment.key for payment in found])
        assert {str(row.state) for row in rows.values()} == {"DONE"}
        assert len(rows) == len(found)

    def calls(self) -> Mapping[str, int]:
        """Calls to K3Cloud by operation."""
        counts: Mapping[str, int] = self.tenant.simulator.calls()["counts"]
        return counts


@pytest.fixture
def path(tenant: Tenant) -> Iterator[Path]:
    """A stack as new, its session to K3Cloud open."""
    with aws.in_process():
        made = Path(tenant)
        made.book(_seen(made, made.paid(1)), 1)
        tenant.simulator.post("calls/reset")
        made.dynamodb.requests.clear()
        made.sqs.requests.clear()
        yield made


def test_a_booked_payment_costs_little_in_a_full_batch(path: Path) -> None:
    """One Push each, two calls to K3Cloud, eight writes, half a request to the queue; and never a Scan."""
    path.book(_seen(path, path.paid(PAYMENTS + 1)[1:]), BATCH)
    assert path.calls()["Push"] == PAYMENTS
    assert sum(path.calls().values()) <= 2.0 * PAYMENTS
    assert path.dynamodb.writes() <= 8 * PAYMENTS
    assert not path.dynamodb.requests["Scan"]
    assert path.sqs.requests.total() <= 0.5 * PAYMENTS


def test_a_payment_alone_makes_few_calls(path: Path) -> None:
    """At most ten, reads of the source and of the entries included."""
    path.book(_seen(path, path.paid(2)[1:]), 1)
    assert sum(path.calls().values()) <= 10


@pytest.mark.parametrize("at_once", [1, BATCH])
def test_a_call_back_costs_little_more(path: Path, at_once: int) -> None:
    """Two writes, of which a batch shares one, and one send; a payment without one costs what it did before, six."""
    found = path.paid(2 * at_once + 1)[1:]
    plain, more = (_seen(path, some) for some in (found[:at_once], found[at_once:]))
    path.dynamodb.requests.clear()
    path.book(plain, at_once)
    writes, calls = path.dynamodb.writes(), sum(path.calls().values())
    taker = path.hand_on()
    path.sqs.requests.clear()
    path.book(more, at_once)
    assert writes <= 6 * at_once
    assert path.dynamodb.writes() - 2 * writes <= at_once + 1
    assert sum(path.calls().values()) == 2 * calls
    assert path.sqs.requests.total() <= 1
    booked = path.push.ledger.rows([payment.key for payment in more])
    handed_on = path.push.ledger.rows([PaymentKey(taker.name, payment.key.code) for payment in more])
    assert {row.owes_call_back for row in booked.values()} == {False}
    numbers = {row.key.code: row.bill.number for row in booked.values() if row.bill}
    assert len(numbers) == at_once
    assert {row.key.code: row.payment.record["billNumber"] for row in handed_on.values()} == numbers
    assert path.push.ledger.unsettled(path.push.scheme.name, State.DONE, due=NEVER, limit=1) == []


def test_a_payment_that_is_seen_again_costs_nothing(path: Path) -> None:
    """Neither a write nor a message, in whatever state it is."""
    found = path.paid(PAYMENTS + 1)[1:]
    path.see(found)
    path.book(found[:BATCH], BATCH)
    path.dynamodb.requests.clear()
    path.sqs.requests.clear()
    report = path.see(found)
    assert (report.seen, report.new, report.changed) == (PAYMENTS, 0, 0)
    assert path.dynamodb.writes() == 0
    assert path.sqs.requests.total() == 0


def _seen(path: Path, found: Sequence[Payment]) -> Sequence[Payment]:
    path.see(found)
    return found


def _raw(name: str) -> Mapping[str, object]:
    return {
        "paymentBizCode": f"PT-{name}",
        "payeeTargetBusinessCode": f"FK-{name}",
        "payerAccountNumber": ACCOUNT,
        "payableAmount": "7.00",
        "auditTimeStamp": epoch_ms(START) - 60_000,
    }


def _received(payment: Payment) -> Received:
    code = payment.key.code
    return Received(code, code, 1, Message(payment.key, payment.digest))
