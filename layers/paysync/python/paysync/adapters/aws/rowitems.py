"""A row as one item, and back. Pure.

Its attributes are short, because every kilobyte begun is billed: `rec` record, `dig` digest, `form` `number` `amount`
`currency` `paid_at` facts, `fault`, `state`, `fence`, `seen` first seen, `upd` updated, `wake_at`, `sv` `cv` versions
of scheme and code, `lease`, `intent`, `doubt`, `bill`, `not_ours`, `why` diagnosis, `waits`, `retries`, `owes` a dead
letter, `owes_cb` a call-back, `repushed`, `chg` another content with `chg_dig` its digest and `chg_w` its write token,
`w` the last write's token; for the indexes `todo` (while something is to be done about the row) and `paid_day`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from paysync.adapters.aws.items import ROW, Item, Read, diagnosis_from, diagnosis_parts, key, n, packed, s, unpacked
from paysync.core.keys import BillKey, PaymentKey, SourceKey
from paysync.core.money import Amount
from paysync.core.records import (
    BillRef,
    Doubt,
    Facts,
    Intent,
    Lease,
    Payment,
    Record,
    Row,
    Scalar,
    Sighting,
)
from paysync.core.states import State
from paysync.core.times import from_iso, iso, local_date


def todo(scheme: str, state: State, *, taken: bool) -> str:
    """Partition of the index over rows that are not settled."""
    return f"{scheme}#{state}" if taken else f"{scheme}#{state}#FRESH"


def lies_apart(row: Row) -> bool:
    """NEW rows that nobody has had in hand are the backlog: it must not hide those that stand still.

    A row that was REJECTED at first sight does not lie apart, or sweep would not find the letter that it owes.
    """
    return row.state is State.NEW and row.fence == 0


def paid_day(scheme: str, day: date) -> str:
    """Partition of the index over the days of payment."""
    return f"{scheme}#{day.isoformat()}"


def row_item(row: Row, token: str) -> Item:
    """The whole row as written the first time, with the token of that write."""
    return {**key(row.key, ROW), **_payment(row.payment), **_progress(row), "w": s(token)}


def difference(before: Row, after: Row) -> tuple[Item, list[str]]:
    """What to set and what to remove so that `before` becomes `after`; all else, by whomever it was written, stays."""
    old, new = _progress(before), _progress(after)
    if before.payment != after.payment:
        old, new = _payment(before.payment) | old, _payment(after.payment) | new
    return {k: v for k, v in new.items() if old.get(k) != v}, [k for k in old if k not in new]


def row_from(item: Read) -> Row:
    """The row that an item keeps."""
    whose = PaymentKey.parse(item["pk"]["S"])
    return Row(
        payment=_payment_from(whose, item),
        state=State(item["state"]["S"]),
        first_seen=from_iso(item["seen"]["S"]),
        updated=from_iso(item["upd"]["S"]),
        wake_at=from_iso(item["wake_at"]["S"]),
        scheme_version=item["sv"]["S"],
        code_version=item["cv"]["S"],
        fence=int(item["fence"]["N"]),
        lease=_lease_from(item),
        intent=_intent_from(item),
        doubt=_doubt_from(item),
        bill=_bill_from(item),
        not_ours=tuple(unpacked(item, "not_ours") or ()),
        diagnosis=diagnosis_from(unpacked(item, "why")),
        waits_for=PaymentKey.parse(item["waits"]["S"]) if "waits" in item else None,
        retries=int(item["retries"]["N"]) if "retries" in item else 0,
        owes_letter="owes" in item,
        owes_call_back="owes_cb" in item,
        repushed="repushed" in item,
        changed=sighting_from(whose, item),
    )


def sighting_item(sighting: Sighting) -> Item:
    """Another content of a known row, as attributes of the row."""
    payment = sighting.payment
    facts = payment.facts
    parts = [
        iso(sighting.seen_at),
        payment.digest,
        _tagged(payment.record),
        [*_source(facts.source), str(facts.amount.value), facts.amount.currency, iso(facts.paid_at)] if facts else None,
        diagnosis_parts(payment.fault),
    ]
    return {"chg": s(packed(parts)), "chg_dig": s(sighting.digest)}


def sighting_from(whose: PaymentKey, item: Read) -> Sighting | None:
    """The other content that stands on a row, if any."""
    parts = unpacked(item, "chg")
    if parts is None:
        return None
    seen_at, digest, record, facts, fault = parts[:5]
    payment = Payment(whose, _untagged(record), digest, _facts_from(*facts) if facts else None, diagnosis_from(fault))
    return Sighting(item["chg_dig"]["S"], from_iso(seen_at), payment)


# ------------------------------------------------------------------------------------------------------------------


def _payment(payment: Payment) -> Item:
    item = {"rec": s(packed(_tagged(payment.record))), "dig": s(payment.digest)}
    if payment.facts:
        facts = payment.facts
        form, number = _source(facts.source)
        item["form"] = s(form)
        item["number"] = s(number)
        item["amount"] = s(str(facts.amount.value))
        item["currency"] = s(facts.amount.currency)
        item["paid_at"] = s(iso(facts.paid_at))
        item["paid_day"] = s(paid_day(payment.key.scheme, local_date(facts.paid_at)))
    if payment.fault:
        item["fault"] = s(packed(diagnosis_parts(payment.fault)))
    return item


def _progress(row: Row) -> Item:
    item = {
        "state": s(row.state),
        "fence": n(row.fence),
        "seen": s(iso(row.first_seen)),
        "upd": s(iso(row.updated)),
        "wake_at": s(iso(row.wake_at)),
        "sv": s(row.scheme_version),
        "cv": s(row.code_version),
    }
    if row.is_listed:
        item["todo"] = s(todo(row.key.scheme, row.state, taken=not lies_apart(row)))
    for name, parts in _compounds(row):
        if parts:
            item[name] = s(packed(parts))
    if row.waits_for:
        item["waits"] = s(str(row.waits_for))
    if row.retries:
        item["retries"] = n(row.retries)
    if row.owes_letter:
        item["owes"] = n(1)
    if row.owes_call_back:
        item["owes_cb"] = n(1)
    if row.repushed:
        item["repushed"] = n(1)
    return item | sighting_item(row.changed) if row.changed else item


def _compounds(row: Row) -> tuple[tuple[str, Sequence[object] | None], ...]:
    lease, intent, doubt, bill = row.lease, row.intent, row.doubt, row.bill
    return (
        ("lease", [lease.token, iso(lease.until)] if lease else None),
        ("intent", _intent(intent) if intent else None),
        ("doubt", [iso(doubt.quiet_until), doubt.empty_looks] if doubt else None),
        ("bill", [bill.key.form, bill.key.id, bill.number] if bill else None),
        ("not_ours", row.not_ours),
        ("why", diagnosis_parts(row.diagnosis)),
    )


def _intent(intent: Intent) -> list[object]:
    amount = None if intent.open_amount is None else str(intent.open_amount)
    return [intent.token, intent.fence, intent.baseline, amount, intent.source_id, iso(intent.sender_dead_at)]


def _source(source: SourceKey) -> tuple[str, str]:
    return source.form, source.number


def _payment_from(whose: PaymentKey, item: Read) -> Payment:
    facts = None
    if "paid_at" in item:
        facts = _facts_from(*(item[name]["S"] for name in ("form", "number", "amount", "currency", "paid_at")))
    record = _untagged(unpacked(item, "rec"))
    return Payment(whose, record, item["dig"]["S"], facts, diagnosis_from(unpacked(item, "fault")))


def _facts_from(form: str, number: str, amount: str, currency: str, paid_at: str) -> Facts:
    return Facts(SourceKey(form, number), Amount(Decimal(amount), currency), from_iso(paid_at))


def _lease_from(item: Read) -> Lease | None:
    parts = unpacked(item, "lease")
    return Lease(parts[0], from_iso(parts[1])) if parts else None


def _intent_from(item: Read) -> Intent | None:
    parts = unpacked(item, "intent")
    if not parts:
        return None
    token, fence, baseline, amount, source_id, dead_at = parts[:6]
    open_amount = None if amount is None else Decimal(amount)
    return Intent(token, fence, tuple(baseline), open_amount, source_id, from_iso(dead_at))


def _doubt_from(item: Read) -> Doubt | None:
    parts = unpacked(item, "doubt")
    return Doubt(from_iso(parts[0]), parts[1]) if parts else None


def _bill_from(item: Read) -> BillRef | None:
    parts = unpacked(item, "bill")
    return BillRef(BillKey(parts[0], parts[1]), parts[2]) if parts else None


def _tagged(record: Record) -> dict[str, object]:
    """A Decimal becomes a list of one text, so that it is told from an int and from a text."""
    return {name: [str(value)] if isinstance(value, Decimal) else value for name, value in record.items()}


def _untagged(record: Mapping[str, Any]) -> dict[str, Scalar]:
    return {name: Decimal(value[0]) if isinstance(value, list) else value for name, value in record.items()}
