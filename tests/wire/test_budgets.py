"""What one booked payment costs, counted on the real adapters: calls to K3Cloud, writes to DynamoDB, requests to SQS.

The bounds are those of the design (10, and 12 "Numbers"). They are counts, so a change that costs more fails here.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, cast

import pytest

from fakes import aws
from fakes.journal import MemoryJournal
from fakes.system import START, SeededIds
from paysync.adapters.aws.ledger import DynamoLedger
from paysync.adapters.aws.queue import SqsInbox, SqsOutbox
from paysync.core.fetch import FetchPorts, Report
from paysync.core.intake import take_in
from paysync.core.push import push_batch
from paysync.core.reading import payments
from paysync.core.records import Message, Payment, Received
from paysync.core.times import epoch_ms
from paysync.core.turn import Acknowledge, PushPorts
from paysync.schemes.load import load
from unit.adapters.k3cloud.doubles import CREDENTIALS, RULE
from wire.k3cloud_tenant import ACCOUNT, Tenant

pytestmark = pytest.mark.wire

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
            verdicts = push_batch(received, {self.push.scheme.name: self.push}, deadline=deadline)
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
