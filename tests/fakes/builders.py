"""Rows, payments and changes for tests, with everything that a test does not care about filled in."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Unpack

from fakes.system import START
from paysync.core.keys import BillKey, PaymentKey, SourceKey
from paysync.core.money import Amount
from paysync.core.records import Change, Entry, Facts, LockStep, Payment, Row, RowChanges, Sighting, new_row
from paysync.core.states import Event
from paysync.core.times import Instant

SCHEME = "paid-to-paybill"
FORM = "CN_PAYAPPLY"


def key(code: str = "PAY-1", scheme: str = SCHEME) -> PaymentKey:
    """A payment's key."""
    return PaymentKey(scheme, code)


def payment(  # noqa: PLR0913 - each has its default
    code: str = "PAY-1",
    *,
    scheme: str = SCHEME,
    number: str = "FKSQ-1",
    amount: str = "1234.50",
    paid_at: Instant = START,
    digest: str = "d1",
    raw: str = "",
) -> Payment:
    """A payment that fits the scheme."""
    return Payment(
        key=PaymentKey(scheme, code),
        record={"paymentBizCode": code, "payeeName": "上海某某有限公司", "amount": Decimal(amount), "count": 1},
        digest=digest,
        facts=Facts(SourceKey(FORM, number), Amount(Decimal(amount), "CNY"), paid_at),
        raw=raw,
    )


def row(of: Payment | None = None, at: Instant = START) -> Row:
    """A NEW row."""
    return new_row(of or payment(), at, wake_after=timedelta(minutes=10), versions=("1-abc", "0.1.0"))


def entry(of: Row, event: Event, *, actor: str = "push", note: str = "") -> Entry:
    """The line of history for `event` that led to `of`."""
    return Entry(of.updated, event, of.state, of.fence, actor, note=note, bill=of.bill.key.id if of.bill else "")


def change(  # noqa: PLR0913 - the parts of a change
    before: Row,
    event: Event,
    *,
    after: timedelta = timedelta(seconds=1),
    lock: LockStep = LockStep.KEEP,
    lock_from: PaymentKey | None = None,
    claim: str = "",
    unchanged_content: bool = False,
    **changes: Unpack[RowChanges],
) -> Change:
    """`event` on `before`, `after` later."""
    moved = before.moved(event, before.updated + after, **changes)
    return Change(
        before,
        moved,
        entry(moved, event),
        lock=lock,
        lock_from=lock_from,
        claim=BillKey("AP_PAYBILL", claim) if claim else None,
        unchanged_content=unchanged_content,
    )


def sighting(of: Row, digest: str = "d2", amount: str = "999.00", raw: str = "") -> Sighting:
    """Other content of `of`, seen an hour later."""
    facts = of.payment.facts
    changed = facts and replace(facts, amount=Amount(Decimal(amount), "CNY"))
    seen = replace(of.payment, digest=digest, facts=changed, raw=raw)
    return Sighting(digest, of.updated + timedelta(hours=1), seen)
