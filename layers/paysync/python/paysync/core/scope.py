"""Which names a scheme's templates may use, and what they stand for, for one payment."""

from collections.abc import Mapping

from paysync.core.bills import Cell
from paysync.core.records import Row
from paysync.core.scheme import Scheme, SourcePart
from paysync.core.times import MILLISECOND, Window, epoch_ms


def asking_scope(
    source: SourcePart, parameters: Mapping[str, str], window: Window, number: int
) -> Mapping[str, object]:
    """What the source's request may use, as text. The start is a millisecond early: complete by any kind of bound."""
    return {
        "window": {"start": str(epoch_ms(window.start - MILLISECOND)), "end": str(epoch_ms(window.end))},
        "page": {"number": str(number), "size": str(source.page_size)},
        "param": parameters,
    }


def scope_of(scheme: Scheme, row: Row, lookups: Mapping[str, Cell] | None = None) -> Mapping[str, object]:
    """The row's declared fields at the top, beside `param`, `lookup`, `payment` and, once there is one, `bill`."""
    facts = row.payment.facts
    payment: dict[str, object] = {"key": row.key.code}
    if facts:
        currency = scheme.target.currencies.get(facts.amount.currency, facts.amount.currency)
        payment |= {"amount": facts.amount.value, "currency": currency, "number": facts.source.number}
    bill = {"id": row.bill.key.id, "number": row.bill.number} if row.bill else {}
    return {
        **row.payment.record,
        "param": scheme.parameters,
        "lookup": lookups or {},
        "payment": payment,
        "bill": bill,
        "pushed": {"Id": bill.get("id", ""), "Number": bill.get("number", "")},
    }
