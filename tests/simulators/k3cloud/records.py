"""Documents and base data as the simulator keeps them: fields by upper-case key, entries as lists of rows."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from simulators.k3cloud.forms import Field, Form, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

ZERO = Decimal(0)
_AMOUNT = re.compile(r"[+-]?\d{1,20}(\.\d{1,20})?([eE][+-]?\d{1,2})?", re.ASCII)


class Reference(NamedTuple):
    """What a reference field holds: the internal id, and what stands behind `.FNumber` and `.FName`."""

    id: int
    number: str
    name: str


NOTHING = Reference(0, "", "")
Stored: TypeAlias = str | int | bool | Decimal | date | Reference | None
Row: TypeAlias = dict[str, Stored]

_DEFAULTS: dict[Kind, Stored] = {
    Kind.TEXT: "",
    Kind.INTEGER: 0,
    Kind.MONEY: ZERO,
    Kind.DATE: None,
    Kind.FLAG: False,
    Kind.REFERENCE: NOTHING,
}


@dataclass(slots=True)
class Record:
    """One document or one item of base data."""

    form: Form
    head: Row
    entries: dict[str, list[Row]] = field(default_factory=dict)
    born_at: float = 0.0  # seconds of the simulator's monotonic clock
    paid_before: Decimal = ZERO  # of an application: what was paid without a bill in these books
    closed_by_hand: bool = False

    @property
    def id(self) -> int:
        """The internal id."""
        return int(str(self.head[self.form.key_field]))

    @property
    def number(self) -> str:
        """The number; empty in a draft."""
        return str(self.head.get(self.form.number_field, ""))

    @property
    def status(self) -> str:
        """Z draft, A created, B submitted, C audited, D under re-audit."""
        return str(self.head.get("FDOCUMENTSTATUS", "C"))

    @status.setter
    def status(self, value: str) -> None:
        self.head["FDOCUMENTSTATUS"] = value

    @property
    def voided(self) -> bool:
        """Whether it was made void (作废)."""
        return self.head.get("FCANCELSTATUS", "A") != "A"

    def copy(self) -> Record:
        """A copy to change and to throw away if the change is refused."""
        rows = {key: [dict(row) for row in rows] for key, rows in self.entries.items()}
        return Record(
            self.form, dict(self.head), rows, self.born_at, self.paid_before, closed_by_hand=self.closed_by_hand
        )

    def rows(self, entry: str) -> list[Row]:
        """The rows of one entry; a new list is kept if there was none."""
        return self.entries.setdefault(entry, [])

    def levels(self) -> Iterator[Row]:
        """The head and every row."""
        yield self.head
        for rows in self.entries.values():
            yield from rows


def stored(row: Row, one: Field) -> Stored:
    """The value of a field, or its kind's default."""
    value = row.get(one.key.upper())
    return _DEFAULTS[one.kind] if value is None else value


def money(value: object) -> Decimal:
    """Read an amount from a JSON number or text, exactly; nothing that Decimal takes beyond that."""
    text = str(value).strip()
    if isinstance(value, float | bool) or not _AMOUNT.fullmatch(text):
        message = f"not an amount: {value!r}"
        raise ValueError(message)
    return Decimal(text)


def day(value: object) -> date:
    """Read `2025-01-31`, with or without a time behind it; the time is dropped."""
    return date.fromisoformat(str(value).strip()[:10])


def amount(row: Row, key: str) -> Decimal:
    """An amount of a row; zero if it has none."""
    value = row.get(key)
    return value if isinstance(value, Decimal) else ZERO


def reference(row: Row, key: str) -> Reference:
    """A reference of a row; NOTHING if it has none."""
    value = row.get(key)
    return value if isinstance(value, Reference) else NOTHING


def opaque(number: str) -> Reference:
    """A reference to something the simulator keeps no record of: any number is known, its id never changes."""
    return Reference(100_000 + zlib.crc32(number.encode()) % 900_000, number, number) if number else NOTHING


def plain(value: Stored) -> Any:
    """For the inspection of the books: amounts as decimal text, references as their number."""
    if isinstance(value, Reference):
        return value.number
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value
