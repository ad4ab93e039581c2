"""A Model applied to a bill, field by field in the order given, with the events that fields fire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulators.k3cloud.answers import RefusedError
from simulators.k3cloud.forms import BANKACNT, CURRENCY, LINK, ORGANIZATIONS, Field, Form, Kind, row_key
from simulators.k3cloud.protocol import truth
from simulators.k3cloud.records import NOTHING, ZERO, Record, Reference, Row, Stored, day, money, opaque, reference

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from simulators.k3cloud.state import State

_SERVER_OWNED = frozenset({
    "FID", "FDOCUMENTSTATUS", "FCANCELSTATUS", "FCREATORID", "FCREATEDATE", "FMODIFIERID", "FMODIFYDATE",
    "FAPPROVERID", "FAPPROVEDATE",
})  # fmt: skip
_FIRST = ("FPAYORGID", "FSETTLEORGID", "FCONTACTUNITTYPE", "FCONTACTUNIT", "FCURRENCYID")


@dataclass(frozen=True, slots=True)
class Change:
    """A Model with the options that decide how it is read."""

    model: Mapping[str, Any]
    only: frozenset[str]  # NeedUpDateFields in upper case; empty: all
    delete_entries: bool
    verify_base_data: bool
    sort_fields: bool

    @classmethod
    def of(cls, model: Mapping[str, Any], options: Mapping[str, Any]) -> Change:
        """Read the options of a Save, with the vendor's defaults: IsDeleteEntry is true unless it says false."""
        return cls(
            {key.upper(): value for key, value in model.items()},
            frozenset(str(key).upper() for key in options.get("NeedUpDateFields") or []),
            truth(options.get("IsDeleteEntry"), default=True),
            truth(options.get("IsVerifyBaseDataField")),
            truth(options.get("IsAutoAdjustField")),
        )

    def wants(self, key: str) -> bool:
        """Whether a field, or an entry, may be changed."""
        return not self.only or key in self.only

    def items(self, entries: Collection[str]) -> Sequence[tuple[str, Any]]:
        """Fields in the order in which they are filled; the adjusted order has entries last."""
        items = list(self.model.items())
        if not self.sort_fields:
            return items
        rank = {key: index for index, key in enumerate(_FIRST)}
        return sorted(items, key=lambda item: (item[0] in entries, rank.get(item[0], len(rank))))


def apply(state: State, bill: Record, change: Change) -> None:
    """Fill the bill. Unknown keys are ignored, as K3Cloud does; entries go where the Model has them."""
    filling = _Filling(state, bill, change)
    entries = _entries(bill.form)
    for key, value in change.items(entries):
        if key in entries and change.wants(key):
            filling.entry(entries[key], value)
        elif key not in _SERVER_OWNED and change.wants(key):
            field = bill.form.fields.get(key)
            if field and not field.entry and not (key == "FBILLNO" and bill.number):
                filling.head(field, value)
    if change.delete_entries and state.settings.delete_absent_entries == "all":
        for entry in entries.values():
            if entry.upper() not in change.model:
                bill.rows(entry).clear()


def _entries(form: Form) -> Mapping[str, str]:
    return {entry.upper(): entry for entry in form.entries()}


@dataclass(frozen=True, slots=True)
class _Filling:
    """One bill while it is filled."""

    state: State
    bill: Record
    change: Change

    def head(self, field: Field, value: object) -> None:
        """One field of the head; what depends on it starts anew."""
        head, key = self.bill.head, field.key.upper()
        before = head.get(key)
        head[key] = self._value(field, value, before)
        if not self.state.settings.field_order_matters or head[key] == before:
            return
        made = self.bill.form.made
        for row in self.bill.rows(made.entry):
            if key == made.organisation and made.account:
                row[made.account] = NOTHING
            if key == "FCURRENCYID":
                row[made.paid] = row[made.payable] = ZERO

    def entry(self, entry: str, value: object) -> None:
        """The rows of one entry; those left out go, if the change says so."""
        known = {str(row[row_key(entry)]): row for row in self.bill.rows(entry)}
        named: list[Row] = []
        for item in value if isinstance(value, list) else [value]:
            if not isinstance(item, dict):
                raise RefusedError(8, f"参数错误：{entry}")
            cells = {key.upper(): cell for key, cell in item.items()}
            row = self._row(entry, known, str(cells.get("FENTRYID") or 0).strip())
            named.append(row)
            self._cells(entry, row, cells)
        if self.change.delete_entries:
            self.bill.entries[entry] = named

    def _row(self, entry: str, known: Mapping[str, Row], entry_id: str) -> Row:
        """The row of this FEntryID; without one, a new row."""
        if entry_id != "0":
            if entry_id not in known:
                raise RefusedError(10, f"未找到对应数据：分录内码{entry_id}不存在", field_name=entry)
            return known[entry_id]
        row: Row = {row_key(entry): self.state.books.next_id("entry")}
        self.bill.rows(entry).append(row)
        return row

    def _cells(self, entry: str, row: Row, cells: Mapping[str, Any]) -> None:
        made = self.bill.form.made
        for key, cell in cells.items():
            field = self.bill.form.fields.get(key)
            if field and field.entry == entry and self.change.wants(key) and not key.startswith(LINK):
                row[key] = self._value(field, cell, row.get(key))
                if key == made.paid:  # carries those that follow from it
                    row.update(dict.fromkeys(made.follows, row[key]))

    def _value(self, field: Field, value: object, before: Stored) -> Stored:
        """What a field holds after it was given `value`."""
        if field.kind is Kind.REFERENCE:
            return self._referred(field, value, before)
        try:
            return _READERS[field.kind](value)
        except ValueError:
            raise RefusedError(8, f"字段“{field.name}”的值“{value}”无效", field_name=field.key) from None

    def _referred(self, field: Field, value: object, before: Stored) -> Stored:
        """Look up base data by its number. What is not found is ignored, or refused by IsVerifyBaseDataField."""
        number = _number(value)
        if not number:
            return NOTHING
        found = self._lookup(field, number)
        if found != NOTHING:
            return found
        if self.change.verify_base_data:
            raise RefusedError(11, f"字段“{field.name}”的值“{number}”未录入或不可用", field_name=field.key)
        return before or NOTHING

    def _lookup(self, field: Field, number: str) -> Reference:
        books = self.state.books
        if field.form == BANKACNT.id:
            return books.account(number, reference(self.bill.head, self.bill.form.made.organisation))
        if field.form == ORGANIZATIONS.id.upper():
            return books.organisation(number)
        return books.currency(number) if field.form == CURRENCY.id.upper() else opaque(number)


def _number(value: object) -> str:
    """References are objects: {"FNumber": …}, with the key in any case."""
    if not isinstance(value, dict):
        return str(value or "")
    return next((str(one or "") for key, one in value.items() if key.upper() == "FNUMBER"), "")


_READERS: Mapping[Kind, Callable[[Any], Stored]] = {
    Kind.TEXT: lambda value: "" if value is None else str(value),
    Kind.INTEGER: lambda value: int(str(value or 0)),
    Kind.MONEY: money,
    Kind.DATE: lambda value: day(value) if value else None,
    Kind.FLAG: truth,
}
