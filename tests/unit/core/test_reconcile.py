"""Reconcile of ledger and target: a scheme whose rows another one hands over, since it has no source to ask."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from fakes import builders as b
from fakes.journal import MemoryJournal
from fakes.ledger import MemoryLedger
from fakes.queue import MemoryOutbox, MemoryQueue
from fakes.system import START, FakeClock, SeededIds
from paysync.core.bills import Bill, BillHead, BillStatus, BillTotal
from paysync.core.errors import DefectError
from paysync.core.fetch import FetchPorts
from paysync.core.handed_over import HandedOver
from paysync.core.keys import BillKey
from paysync.core.outcomes import Done, Outcome
from paysync.core.reading import payments
from paysync.core.reconcile import Difference, ReconcilePorts, ReconcileReport, reconcile
from paysync.core.records import BillRef
from paysync.core.scheme import Scheme
from paysync.core.states import Event, State
from paysync.core.times import Window, epoch_ms
from paysync.schemes.load import load

SCHEME = load(Path(__file__).parent / "handed-on.yaml")
WINDOW = Window(START - timedelta(days=2), START)
RIGHT = BillTotal("100", "J-100", BillStatus.CREATED, False, "PT-1", "2025-03-02", Decimal("12.50"), ("user",))  # noqa: FBT003 - not voided


class Target:
    """The bills that K3Cloud shows."""

    def __init__(self, *bills: BillTotal) -> None:
        self._bills = bills
        self.read: list[Sequence[str]] = []

    def bills_by_reference(self, references: Sequence[str]) -> Outcome[Mapping[str, Sequence[BillTotal]]]:
        """Those that carry our reference."""
        return Done({one: [bill for bill in self._bills if bill.reference == one] for one in references})

    def bills_between(self, first: date, last: date) -> Outcome[Sequence[BillTotal]]:
        """All of them."""
        del first, last
        return Done(self._bills)

    def bills(self, ids: Sequence[str]) -> Outcome[Mapping[str, Bill]]:
        """Each by its id, whatever it carries."""
        self.read.append(ids)
        heads = [BillHead(b.id, b.number, b.status, b.voided, b.reference) for b in self._bills if b.id in ids]
        return Done({head.id: Bill(head, {}, ()) for head in heads})


def compared(target: Target, state: State = State.DONE, *, bill: str = "100", of: Scheme = SCHEME) -> ReconcileReport:
    """What reconcile says of one settled row, which names `bill`, and of the target's bills."""
    clock, ids = FakeClock(), SeededIds()
    ledger, queue = MemoryLedger(), MemoryQueue(clock, ids)
    raw = {"id": "PT-1", "billNumber": "FKD-1", "sum": "12.50", "paid": epoch_ms(START - timedelta(days=1))}
    (payment,) = payments(of, raw, now=START)
    ref = BillRef(BillKey("CN_JOURNAL", bill), "J-100")
    row = replace(b.row(payment), state=state, bill=ref)
    ledger.create([row], b.entry(row, Event.SEEN))
    ledger.claims[ref.key] = row.key
    fetch = FetchPorts(
        *(of, HandedOver(), ledger, MemoryOutbox(queue, queue), clock, MemoryJournal()),
        since=WINDOW.start,
        code_version="1",
    )
    return reconcile(ReconcilePorts(fetch, cast("Any", target), "user"), WINDOW)


@pytest.mark.parametrize(
    ("bills", "differences"),
    [
        ((RIGHT,), []),
        ((), [Difference.BILL_GONE]),
        ((replace(RIGHT, voided=True),), [Difference.BILL_GONE]),
        ((replace(RIGHT, amount=Decimal("12.51")),), [Difference.AMOUNT]),
        ((replace(RIGHT, status=BillStatus.SUBMITTED),), []),
        ((replace(RIGHT, status=BillStatus.DRAFT),), [Difference.UNFINISHED]),
        ((RIGHT, replace(RIGHT, id="101", creator=())), [Difference.DOUBLED]),
        ((RIGHT, replace(RIGHT, id="101", reference="")), [Difference.UNKNOWN_BILL]),
    ],
)
def test_ledger_and_target_are_compared_to_the_cent(
    bills: tuple[BillTotal, ...], differences: list[Difference]
) -> None:
    """What is booked twice, wrongly or no more is found; that no source shows the row is no difference."""
    report = compared(Target(*bills))
    assert [finding.difference for finding in report.findings] == differences
    assert (report.has_source, report.source_count, report.booked_count, report.queued) == (False, 0, 1, 0)


@pytest.mark.parametrize("reference", ["PT-1", ""], ids=["carries the key", "was never saved"])
@pytest.mark.parametrize(
    ("status", "voided", "differences"),
    [
        (BillStatus.DRAFT, False, [Difference.UNFINISHED]),
        (BillStatus.DRAFT, True, []),
        (BillStatus.CREATED, False, []),
    ],
)
def test_a_bill_that_a_closed_payment_has_left_begun_is_found(
    reference: str, status: BillStatus, differences: list[Difference], *, voided: bool
) -> None:
    """Also the one that does not carry the key yet: it is read by the id in the ledger, and only it."""
    target = Target(replace(RIGHT, status=status, voided=voided, reference=reference))
    report = compared(target, State.CLOSED)
    assert [(one.difference, one.key, one.ledger, one.target, one.bill) for one in report.findings] == [
        (difference, "PT-1", "CLOSED", "Z", "J-100") for difference in differences
    ]
    assert target.read == ([] if reference else [["100"]])


def test_a_bill_that_a_closed_payment_has_left_and_that_is_gone_is_no_difference() -> None:
    """Somebody has deleted what was begun."""
    assert compared(Target(), State.CLOSED, bill="7").findings == []


def test_a_target_that_cannot_be_read_is_not_asked_for_what_was_begun() -> None:
    """There a bill is what its own answer said."""
    unread = replace(SCHEME, target=replace(SCHEME.target, reads=False))
    report = compared(target := Target(replace(RIGHT, reference="")), State.CLOSED, of=unread)
    assert (report.findings, target.read) == ([], [])


def test_whoever_asks_for_a_page_has_a_defect() -> None:
    """Nothing is an answer that would move a watermark."""
    with pytest.raises(DefectError):
        HandedOver().page(WINDOW, 1)
