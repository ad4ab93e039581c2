"""Rows and their companions as items of the one table, and back. Pure.

Every item has `pk` and `sk`:

| item | pk | sk | attributes |
| --- | --- | --- | --- |
| row | PAY#… | ROW | below |
| history | PAY#… | H#at#fence#order event#print | `e` (all of the entry) |
| whole row of the source | PAY#… | RAW, RAW#digest | `digest`, `text` |
| lock of a source document | LOCK#… | LOCK | `owner` |
| claim of a bill | BILL#… | CLAIM | `owner` |
| watermark | WATERMARK#scheme | cursor | `at`, `version`, `w` |
| pause | PAUSE#scheme | PAUSE | `until`, `strikes`, `why` |
| counters | COUNT#scheme | shard | one number per state |
| login token | TOKEN#name | TOKEN | see tokens.py |

A row's attributes are short, because every kilobyte begun is billed: `rec` record, `dig` digest, `form` `number`
`amount` `currency` `paid_at` facts, `fault`, `state`, `fence`, `seen` first seen, `upd` updated, `wake_at`, `sv` `cv`
versions of scheme and code, `lease`, `intent`, `doubt`, `bill`, `not_ours`, `why` diagnosis, `waits`, `retries`,
`owes`, `repushed`, `chg` another content with `chg_dig` its digest and `chg_w` its write token, `w` the last write's
token; for the indexes `todo` (only while the row is neither DONE nor CLOSED) and `paid_day`. What is empty is absent.
Numbers with a point are text, instants are ISO text of fixed width, compound values are JSON arrays. Readers ignore
what they do not know, so that an older code can read what a newer one wrote.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from hashlib import blake2s
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.keys import BillKey, PaymentKey, SourceKey
from paysync.core.money import Amount
from paysync.core.records import (
    BillRef,
    Doubt,
    Entry,
    Facts,
    Intent,
    Lease,
    Pause,
    Payment,
    Record,
    Row,
    Scalar,
    Sighting,
    Watermark,
)
from paysync.core.states import SETTLED, Event, State
from paysync.core.times import from_iso, iso, local_date

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Item: TypeAlias = dict[str, AttributeValueTypeDef]
    Read: TypeAlias = Mapping[str, AttributeValueTypeDef]
else:
    Item, Read = dict, Mapping

ROW: Final = "ROW"
RAW: Final = "RAW"
LOCK: Final = "LOCK"
CLAIM: Final = "CLAIM"
HISTORY: Final = "H#"
_LONGEST_RAW: Final = 350_000
_HALF_PAIR: Final = re.compile("[\ud800-\udfff]")

_CAUSAL: Final = (
    Event.SEEN,
    Event.CHANGED,
    Event.REOPENED,
    Event.RESUMED,
    Event.CLAIMED,
    Event.BILL_FOUND,
    Event.INTENT_WRITTEN,
    Event.ANSWER_LOST,
    Event.TURNED_AWAY,
    Event.REPUSH_ALLOWED,
    Event.BILL_MADE,
    Event.BILL_ADOPTED,
    Event.SAVED,
    Event.SUBMITTED,
    Event.COMPLETED,
    Event.UNRESOLVED,
    Event.PARKED,
    Event.REFUSED,
    Event.DELIVERED,
    Event.WAITED,
    Event.CLOSED,
    Event.NOTED,
)
"""What comes first when one hand does several things within a millisecond."""
_ORDER: Final = {event: place for place, event in enumerate(_CAUSAL)}


def s(text: str) -> "AttributeValueTypeDef":
    """A text attribute. Half a surrogate pair, which JSON can name and UTF-8 cannot, becomes `?`."""
    return {"S": text if text.isascii() else text.encode(errors="replace").decode()}


def n(number: int) -> "AttributeValueTypeDef":
    """A number attribute; whole numbers only."""
    return {"N": str(number)}


def key(pk: object, sk: str) -> Item:
    """What names one item."""
    return {"pk": s(str(pk)), "sk": s(sk)}


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
        not_ours=tuple(_json(item, "not_ours") or ()),
        diagnosis=_diagnosis_from(_json(item, "why")),
        waits_for=PaymentKey.parse(item["waits"]["S"]) if "waits" in item else None,
        retries=int(item["retries"]["N"]) if "retries" in item else 0,
        owes_letter="owes" in item,
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
        _diagnosis(payment.fault),
    ]
    return {"chg": s(_text(parts)), "chg_dig": s(sighting.digest)}


def sighting_from(whose: PaymentKey, item: Read) -> Sighting | None:
    """The other content that stands on a row, if any."""
    parts = _json(item, "chg")
    if parts is None:
        return None
    seen_at, digest, record, facts, fault = parts[:5]
    payment = Payment(whose, _untagged(record), digest, _facts_from(*facts) if facts else None, _diagnosis_from(fault))
    return Sighting(item["chg_dig"]["S"], from_iso(seen_at), payment)


def raw_item(payment: Payment, sk: str = RAW) -> Item:
    """The whole row of the source. DynamoDB takes 400 KB; what is longer is cut, visibly: it must not stop fetch."""
    text = payment.raw
    if len(data := text.encode(errors="replace")) > _LONGEST_RAW:
        text = data[:_LONGEST_RAW].decode(errors="ignore") + f" …[cut, {len(payment.raw)} characters in all]"
    return {**key(payment.key, sk), "digest": s(payment.digest), "text": s(text)}


def history_item(whose: PaymentKey, entry: Entry) -> Item:
    """A line of history. Its place follows from its content: written twice it stands once, and is never overwritten."""
    text = _text(
        [
            iso(entry.at),
            str(entry.event),
            str(entry.state),
            entry.fence,
            entry.actor,
            _diagnosis(entry.diagnosis),
            entry.note,
            entry.bill,
        ]
    )
    return {**key(whose, history_place(entry, text)), "e": s(text)}


def history_place(entry: Entry, text: str) -> str:
    """Sorts by time, then by the fence, then by what causes what."""
    print_ = blake2s(text.encode(), digest_size=4).hexdigest()
    return f"{HISTORY}{iso(entry.at)}#{entry.fence:08d}#{_ORDER[entry.event]:02d} {entry.event}#{print_}"


def causal(entry: Entry) -> tuple[object, ...]:
    """The order of history for who keeps entries as they are."""
    return entry.at, entry.fence, _ORDER[entry.event]


def entry_from(item: Read) -> Entry:
    """The line of history that an item keeps."""
    at, event, state, fence, actor, diagnosis, note, bill = json.loads(item["e"]["S"])[:8]
    return Entry(from_iso(at), Event(event), State(state), fence, actor, _diagnosis_from(diagnosis), note, bill)


def owner_from(item: Read) -> PaymentKey:
    """Who holds a lock or a claim."""
    return PaymentKey.parse(item["owner"]["S"])


def watermark_key(scheme: str, cursor: str) -> Item:
    """Where a cursor stands in the table."""
    return key(f"WATERMARK#{scheme}", cursor)


def watermark_item(mark: Watermark, token: str) -> Item:
    """A cursor as an item."""
    place = watermark_key(mark.scheme, mark.cursor)
    return {**place, "at": s(iso(mark.at)), "version": n(mark.version), "w": s(token)}


def watermark_from(scheme: str, item: Read) -> Watermark:
    """The cursor that an item keeps."""
    return Watermark(scheme, item["sk"]["S"], from_iso(item["at"]["S"]), int(item["version"]["N"]))


def pause_key(scheme: str) -> Item:
    """Where a scheme's pause stands."""
    return key(f"PAUSE#{scheme}", "PAUSE")


def pause_item(scheme: str, pause: Pause) -> Item:
    """A pause as an item."""
    why = _text(_diagnosis(pause.diagnosis))
    return {**pause_key(scheme), "until": s(iso(pause.until)), "strikes": n(pause.strikes), "why": s(why)}


def pause_from(item: Read) -> Pause:
    """The pause that an item keeps."""
    diagnosis = _diagnosis_from(_json(item, "why")) or Diagnosis(Code.PAUSED)
    return Pause(from_iso(item["until"]["S"]), int(item["strikes"]["N"]), diagnosis)


def counters_key(scheme: str, shard: int) -> Item:
    """Where a shard of a scheme's counters stands."""
    return key(f"COUNT#{scheme}", f"{shard:02d}")


# ------------------------------------------------------------------------------------------------------------------


def _payment(payment: Payment) -> Item:
    item = {"rec": s(_text(_tagged(payment.record))), "dig": s(payment.digest)}
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
        item["fault"] = s(_text(_diagnosis(payment.fault)))
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
    if row.state not in SETTLED:
        item["todo"] = s(todo(row.key.scheme, row.state, taken=not lies_apart(row)))
    for name, parts in _compounds(row):
        if parts:
            item[name] = s(_text(parts))
    if row.waits_for:
        item["waits"] = s(str(row.waits_for))
    if row.retries:
        item["retries"] = n(row.retries)
    if row.owes_letter:
        item["owes"] = n(1)
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
        ("why", _diagnosis(row.diagnosis)),
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
    record = _untagged(_json(item, "rec"))
    return Payment(whose, record, item["dig"]["S"], facts, _diagnosis_from(_json(item, "fault")))


def _facts_from(form: str, number: str, amount: str, currency: str, paid_at: str) -> Facts:
    return Facts(SourceKey(form, number), Amount(Decimal(amount), currency), from_iso(paid_at))


def _lease_from(item: Read) -> Lease | None:
    parts = _json(item, "lease")
    return Lease(parts[0], from_iso(parts[1])) if parts else None


def _intent_from(item: Read) -> Intent | None:
    parts = _json(item, "intent")
    if not parts:
        return None
    token, fence, baseline, amount, source_id, dead_at = parts[:6]
    open_amount = None if amount is None else Decimal(amount)
    return Intent(token, fence, tuple(baseline), open_amount, source_id, from_iso(dead_at))


def _doubt_from(item: Read) -> Doubt | None:
    parts = _json(item, "doubt")
    return Doubt(from_iso(parts[0]), parts[1]) if parts else None


def _bill_from(item: Read) -> BillRef | None:
    parts = _json(item, "bill")
    return BillRef(BillKey(parts[0], parts[1]), parts[2]) if parts else None


def _diagnosis(diagnosis: Diagnosis | None) -> list[object] | None:
    return None if diagnosis is None else [str(diagnosis.code), *([name, value] for name, value in diagnosis.details)]


def _diagnosis_from(parts: Sequence[Any] | None) -> Diagnosis | None:
    if not parts:
        return None
    details = tuple((name, value) for name, value in parts[1:])
    try:
        return Diagnosis(Code(parts[0]), details)
    except ValueError:  # written by a newer code: the row must stay readable
        return Diagnosis(Code.DEFECT, (*details, ("what", f"unknown code {parts[0]}")))


def _tagged(record: Record) -> dict[str, object]:
    """A Decimal becomes a list of one text, so that it is told from an int and from a text."""
    return {name: [str(value)] if isinstance(value, Decimal) else value for name, value in record.items()}


def _untagged(record: Mapping[str, Any]) -> dict[str, Scalar]:
    return {name: Decimal(value[0]) if isinstance(value, list) else value for name, value in record.items()}


def _text(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if text.isascii() or not _HALF_PAIR.search(text):
        return text
    return json.dumps(value, separators=(",", ":"))


def _json(item: Read, name: str) -> Any:
    return json.loads(item[name]["S"]) if name in item else None
