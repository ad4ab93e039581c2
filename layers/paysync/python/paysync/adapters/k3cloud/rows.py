"""From rows of a query to the core's values. Pure; raises RowError for a row that does not say what it must."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from paysync.adapters.k3cloud.forms import Forms
from paysync.adapters.k3cloud.queries import Line
from paysync.core.bills import Bill, BillEntry, BillHead, BillStatus, BillTotal, SourceDocument
from paysync.core.keys import SourceKey, collated, speakable
from paysync.core.money import exact
from paysync.core.scheme import SaveStep, Tree
from paysync.core.wanted import amount_in

_LIVE: Final = frozenset({"A", ""})
_VOIDED: Final = "B"
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ]|\Z)")


class RowError(ValueError):
    """A row without an id, or with a status that K3Cloud does not have: nothing may be concluded from the answer."""

    @classmethod
    def of(cls, what: str) -> "RowError":
        """The fault that `what` says."""
        return cls(what)


def same_text(left: str, right: str) -> bool:
    """As the ERP's collation compares: case and trailing blanks do not count (5.2)."""
    return collated(left) == collated(right)


def read_keys(fields: Iterable[tuple[str, Tree]]) -> tuple[str, ...]:
    """The keys by which saved fields are read: a reference `{FNumber: …}` as `KEY.FNumber`."""
    return tuple(f"{key}.{next(iter(tree))}" if isinstance(tree, Mapping) and tree else key for key, tree in fields)


def entry_key(step: SaveStep) -> str:
    """The field key of an entry's own id: `<entry>_<id>` (5.1)."""
    return f"{step.entry}_{step.entry_id}"


def entry_fields(step: SaveStep) -> tuple[str, ...]:
    """What is read of each entry."""
    return tuple(dict.fromkeys([*read_keys(step.each), *step.amounts]))


def head_fields(step: SaveStep) -> tuple[str, ...]:
    """What is read of the head."""
    return tuple(dict.fromkeys(read_keys([*step.head, *step.expect])))


def document_in(line: Line, key: SourceKey, forms: Forms) -> SourceDocument:
    """The source document of one row."""
    return SourceDocument(
        key=key,
        id=id_in(line, forms.source_id),
        status=line.text(forms.source_status),
        voided=voided_in(line, forms.source_cancel_status),
        currency=line.text(forms.source_currency),
        applied=exact(line.text(forms.source_applied)) if forms.source_applied else None,
    )


def head_in(line: Line, forms: Forms, reference_field: str) -> BillHead:
    """The head of the bill that one row shows."""
    status = line.text(forms.bill_status).strip()
    if status not in set(BillStatus):
        raise RowError.of(f"a bill in status {status!r}")
    return BillHead(
        id=id_in(line, forms.bill_id),
        number=line.text(forms.bill_number).strip(),
        status=BillStatus(status),
        voided=voided_in(line, forms.bill_cancel_status),
        reference=line.text(reference_field),
        creator=tuple(dict.fromkeys(text for one in forms.creators if (text := line.text(one)))),
    )


def bills_in(lines: Sequence[Line], forms: Forms, reference_field: str, step: SaveStep | None) -> Mapping[str, Bill]:
    """The bills of rows that repeat the head for every entry, by id."""
    found: dict[str, Bill] = {}
    for line in lines:
        head = head_in(line, forms, reference_field)
        cells = {key: line.cells.get(key) for key in head_fields(step)} if step else {}
        entries = _entries_in(line, step)
        known = found.get(head.id)
        if known is None:
            found[head.id] = Bill(head, cells, entries)
        elif entries and entries[0].id not in {one.id for one in known.entries}:
            found[head.id] = Bill(known.head, known.cells, (*known.entries, *entries))
    return found


def totals_in(lines: Sequence[Line], forms: Forms, reference_field: str, step: SaveStep | None) -> Sequence[BillTotal]:
    """Each bill with the sum of its entries' compared amount; None where an entry does not say a number."""
    days = {id_in(line, forms.bill_id): day_in(line, forms.bill_date) for line in lines}
    bills = bills_in(lines, forms, reference_field, step)
    return [
        BillTotal(
            id=bill.head.id,
            number=bill.head.number,
            status=bill.head.status,
            voided=bill.head.voided,
            reference=bill.head.reference,
            day=days[bill.head.id],
            amount=amount_in(bill, step),
            creator=bill.head.creator,
        )
        for bill in bills.values()
    ]


def id_in(line: Line, key: str) -> str:
    """The internal id; a row without one is no row."""
    text = line.text(key).strip()
    if text == "0" or not speakable(text):
        raise RowError.of(f"a row without {key}")
    return text


def day_in(line: Line, key: str) -> str:
    """The day of a time that came as `2025-01-31T00:00:00`, with a blank instead of the T, or alone (11.3)."""
    text = line.text(key).strip()
    if text and not _TIME.match(text):
        raise RowError.of(f"{key} is {text!r}")
    return text[:10]


def voided_in(line: Line, key: str) -> bool:
    """Whether it was voided (作废). A live bill taken for a voided one would be paid again: only `B` is voided."""
    text = line.text(key).strip()
    if text not in _LIVE | {_VOIDED}:
        raise RowError.of(f"{key} is {text!r}")
    return text == _VOIDED


def _entries_in(line: Line, step: SaveStep | None) -> tuple[BillEntry, ...]:
    if step is None or not step.entry:
        return ()
    key = line.text(entry_key(step)).strip()
    if key in {"", "0"}:
        return ()
    return (BillEntry(key, {name: line.cells.get(name) for name in entry_fields(step)}),)
