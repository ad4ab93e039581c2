"""reconcile: Maycur, the ledger and K3Cloud side by side, to the cent. Queues what is missing, corrects nothing."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from paysync.core.bills import BillHead, BillTotal
from paysync.core.errors import RunError
from paysync.core.fetch import FetchPorts
from paysync.core.finished import finished_statuses
from paysync.core.intake import Intake, take_in
from paysync.core.keys import BillKey, PaymentKey
from paysync.core.money import plain
from paysync.core.outcomes import Done
from paysync.core.paging import Failed, leaves
from paysync.core.ports import Target
from paysync.core.reading import key_text, payments
from paysync.core.records import Payment, Row
from paysync.core.scheme import TargetPart
from paysync.core.states import SETTLED, State
from paysync.core.times import MILLISECOND, Window, local_date


class Difference(StrEnum):
    """What can be wrong between the three books."""

    MISSING = "missing"
    """Paid in Maycur, not in the ledger: it is put there and queued."""
    EXTRA = "extra"
    """In the ledger, but Maycur does not show it (any more)."""
    CHANGED = "changed"
    """Maycur shows another amount than the ledger has."""
    DOUBLED = "doubled"
    """More than one unvoided bill for one payment."""
    BILL_GONE = "bill_gone"
    """DONE, but its bill is gone or voided. Never queued again by itself."""
    UNFINISHED = "unfinished"
    """DONE or CLOSED, but its bill is not finished, or not any more."""
    AMOUNT = "amount"
    """The bill's sum is not the payment's."""
    UNRECORDED = "unrecorded"
    """A bill carries a payment's reference, but the ledger knows of no bill."""
    UNKNOWN_BILL = "unknown_bill"
    """A bill of the integration user that belongs to no payment."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference: which payment or bill, and what each book says."""

    difference: Difference
    key: str
    source: str = ""
    ledger: str = ""
    target: str = ""
    bill: str = ""


@dataclass(slots=True)
class ReconcileReport:
    """The result for one range; the sums are of the payments that each book has booked as paid."""

    window: Window
    has_source: bool = True
    """False where another scheme hands the rows over: then only ledger and target are compared."""
    source_count: int = 0
    source_sum: Decimal = Decimal(0)
    ledger_count: int = 0
    booked_count: int = 0
    booked_sum: Decimal = Decimal(0)
    bill_count: int = 0
    bill_sum: Decimal = Decimal(0)
    open_count: int = 0
    parked_count: int = 0
    queued: int = 0
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReconcilePorts:
    """Reading of the source and writing of what is missing are fetch's; the target is only read."""

    fetch: FetchPorts
    target: Target
    integration_user: str


def reconcile(ports: ReconcilePorts, window: Window) -> ReconcileReport:
    """Compare the three books for what was paid within `window`. Raises RunError when one of them cannot be read."""
    report = ReconcileReport(window, has_source=ports.fetch.scheme.source.is_fetched)
    paid = _paid(ports, window)
    _queue_missing(ports, report, paid)
    rows = _rows(ports, window, paid)
    bills = _bills(ports, rows)
    report.source_count = len(paid)
    report.source_sum = sum((p.facts.amount.value for p in paid.values() if p.facts), Decimal(0))
    for key, row in sorted(rows.items()):
        _compare(report, row, paid.get(key), bills.get(key.code, ()), target=ports.fetch.scheme.target)
    _begun_bills(ports, report, rows.values(), shown={b.id for found in bills.values() for b in found})
    _unknown_bills(ports, report, window)
    ports.fetch.journal.count("ReconcileDifferences", len(report.findings))
    return report


def _paid(ports: ReconcilePorts, window: Window) -> Mapping[PaymentKey, Payment]:
    scheme, found = ports.fetch.scheme, dict[PaymentKey, Payment]()
    for piece in window.pieces(scheme.source.max_window) if scheme.source.is_fetched else ():
        for leaf in leaves(
            piece,
            ports.fetch.source.page,
            paging=scheme.source.paging,
            page_size=scheme.source.page_size,
            key_of=lambda raw: key_text(scheme, raw),
        ):
            if isinstance(leaf, Failed):
                raise RunError(leaf.failure.diagnosis, key=scheme.name)
            for raw in leaf.rows:
                found.update({p.key: p for p in payments(scheme, raw, now=ports.fetch.clock.now())})
    return found


def _queue_missing(ports: ReconcilePorts, report: ReconcileReport, paid: Mapping[PaymentKey, Payment]) -> None:
    known = ports.fetch.ledger.rows(paid)
    missing = [p for key, p in paid.items() if key not in known and not _too_early(ports, p)]
    for payment in missing:
        said = plain(payment.facts.amount.value) if payment.facts else "?"
        report.findings.append(Finding(Difference.MISSING, payment.key.code, source=said))
    if missing:
        taken = Intake()
        take_in(ports.fetch, taken, missing)
        report.queued = taken.new


def _too_early(ports: ReconcilePorts, payment: Payment) -> bool:
    return payment.facts is not None and payment.facts.paid_at < ports.fetch.since


def _rows(ports: ReconcilePorts, window: Window, paid: Mapping[PaymentKey, Payment]) -> Mapping[PaymentKey, Row]:
    keys = set(paid)
    for day in days_of(window):
        keys.update(ports.fetch.ledger.paid_on(ports.fetch.scheme.name, day))
    rows = ports.fetch.ledger.rows(keys)
    return {key: row for key, row in rows.items() if key in paid or _paid_within(row, window)}


def _paid_within(row: Row, window: Window) -> bool:
    facts = row.payment.facts
    return facts is not None and window.start <= facts.paid_at < window.end


def days_of(window: Window) -> Iterator[date]:
    """The Shanghai days that `window` touches."""
    day, last = local_date(window.start), local_date(window.end - MILLISECOND)
    while day <= last:
        yield day
        day += timedelta(days=1)


def _bills(ports: ReconcilePorts, rows: Mapping[PaymentKey, Row]) -> Mapping[str, Sequence[BillTotal]]:
    if not ports.fetch.scheme.target.finds:
        return {}
    match ports.target.bills_by_reference(sorted(key.code for key in rows)):
        case Done(bills):
            return bills
        case failure:
            raise RunError(failure.diagnosis, key=ports.fetch.scheme.name)


def _compare(
    report: ReconcileReport, row: Row, payment: Payment | None, bills: Sequence[BillTotal], *, target: TargetPart
) -> None:
    live = [b for b in bills if not b.voided]
    facts = row.payment.facts
    amount = facts.amount.value if facts else None
    said = plain(amount) if amount is not None else "?"
    code = row.key.code
    report.ledger_count += 1
    report.bill_count += len(live)
    report.bill_sum += sum((b.amount for b in live if b.amount is not None), Decimal(0))
    report.open_count += row.state not in {State.DONE, State.CLOSED, State.REVIEW, State.REJECTED}
    report.parked_count += row.state in {State.REVIEW, State.REJECTED}
    if payment is None and report.has_source:
        report.findings.append(Finding(Difference.EXTRA, code, ledger=said))
    elif payment and payment.facts and amount is not None and payment.facts.amount != (facts.amount if facts else None):
        report.findings.append(Finding(Difference.CHANGED, code, source=plain(payment.facts.amount.value), ledger=said))
    if len(live) > 1:
        names = ", ".join(b.number or b.id for b in live)
        report.findings.append(Finding(Difference.DOUBLED, code, ledger=said, bill=names))
    if row.state is State.DONE:
        _compare_booked(report, row, said, amount, live if target.finds else None)
    elif live and row.bill is None:
        report.findings.append(
            Finding(Difference.UNRECORDED, code, ledger=row.state, bill=live[0].number or live[0].id)
        )
    if row.state in SETTLED and (own := _own(row, live)):
        _compare_status(report, row, own, target)


def _compare_status(report: ReconcileReport, row: Row, own: BillTotal | BillHead, target: TargetPart) -> None:
    if own.status not in finished_statuses(target):
        report.findings.append(
            Finding(Difference.UNFINISHED, row.key.code, ledger=row.state, target=own.status, bill=own.number or own.id)
        )


def _own(row: Row, live: Sequence[BillTotal]) -> BillTotal | None:
    return next((b for b in live if row.bill and b.id == row.bill.key.id), None)


def _compare_booked(
    report: ReconcileReport, row: Row, said: str, amount: Decimal | None, live: Sequence[BillTotal] | None
) -> None:
    report.booked_count += 1
    report.booked_sum += amount or Decimal(0)
    if live is None:
        return
    own = _own(row, live)
    name = row.bill.number if row.bill else ""
    if own is None:
        report.findings.append(Finding(Difference.BILL_GONE, row.key.code, ledger=said, bill=name))
    elif own.amount != amount:
        found = plain(own.amount) if own.amount is not None else "?"
        report.findings.append(Finding(Difference.AMOUNT, row.key.code, ledger=said, target=found, bill=name))


def _begun_bills(
    ports: ReconcilePorts, report: ReconcileReport, rows: Iterable[Row], *, shown: Collection[str]
) -> None:
    """Bills of closed payments that do not carry the key yet: made, and left before the first Save."""
    scheme = ports.fetch.scheme
    begun = {row.bill.key.id: row for row in rows if row.state is State.CLOSED and row.bill}
    unseen = sorted(begun.keys() - set(shown))
    if not unseen or not scheme.target.reads:
        return
    match ports.target.bills(unseen):
        case Done(bills):
            for one in unseen:
                if one in bills and not bills[one].head.voided:
                    _compare_status(report, begun[one], bills[one].head, scheme.target)
        case failure:
            raise RunError(failure.diagnosis, key=scheme.name)


def _unknown_bills(ports: ReconcilePorts, report: ReconcileReport, window: Window) -> None:
    """Bills of the integration user, dated in the range, that no payment has claimed: the trace of a late commit."""
    if not ports.fetch.scheme.target.lists:
        return
    days = list(days_of(window))
    match ports.target.bills_between(days[0], days[-1]):
        case Done(bills):
            ours = [b for b in bills if not b.voided and _made_by(b, ports.integration_user)]
            form = ports.fetch.scheme.target.form
            owners = ports.fetch.ledger.bill_owners({BillKey(form, b.id) for b in ours})
            for bill in ours:
                if BillKey(form, bill.id) not in owners:
                    amount = plain(bill.amount) if bill.amount is not None else "?"
                    report.findings.append(
                        Finding(Difference.UNKNOWN_BILL, bill.reference, target=amount, bill=bill.number or bill.id)
                    )
        case failure:
            raise RunError(failure.diagnosis, key=ports.fetch.scheme.name)


def _made_by(bill: BillTotal, user: str) -> bool:
    return any(name.casefold() == user.casefold() for name in bill.creator)
