"""ExecuteBillQuery, BillQuery and QueryBusinessInfo: rows out of the books (reference, section 5)."""

from __future__ import annotations

import itertools
import zlib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from simulators.k3cloud import conditions, filters, jsontext
from simulators.k3cloud.answers import Document, RefusedError, status
from simulators.k3cloud.books import INDEXED, applied_amount, bill_amount
from simulators.k3cloud.forms import FORMS, LINK, PAYAPPLY, PAYBILL, Field, Form, Kind
from simulators.k3cloud.records import Record, Reference, Row, Stored, reference, stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from simulators.k3cloud.protocol import Call
    from simulators.k3cloud.state import State

_ATTRIBUTES = {"FNUMBER": 1, "FNAME": 2, "FUSERACCOUNT": 1, "FID": 0}


class Line(NamedTuple):
    """One row of a result before its columns are picked: a head, and one row of each joined entry."""

    record: Record
    entries: Mapping[str, Row]


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of the ordered result are wanted."""

    top: int
    start: int
    limit: int

    def cut(self, lines: list[Line]) -> list[Line]:
        """`TopRowCount` bounds the whole, so that later pages come back empty."""
        whole = lines[: self.top] if self.top > 0 else lines
        return whole[self.start : self.start + self.limit]


def execute_bill_query(state: State, call: Call) -> list[list[Any]]:
    """Rows as lists in the order of FieldKeys."""
    _, rows = _select(state, call)
    return rows


def bill_query(state: State, call: Call) -> list[dict[str, Any]]:
    """Rows as objects keyed by field."""
    keys, rows = _select(state, call)
    return [dict(zip(keys, row, strict=True)) for row in rows]


def business_info(state: State, call: Call) -> Document:
    """The fields that this tenant has on a form."""
    form = known_form(state, call.form)
    entries = [_entry_info(form, entry) for entry in ["", *form.entries()]]
    data = {"Id": form.id, "Name": [{"Key": 2052, "Value": form.name}], "Entrys": entries}
    given = jsontext.dumps(data) if state.settings.business_info_as_text else data
    return {"Result": {"ResponseStatus": status(state.settings), "NeedReturnData": given}}


def known_form(state: State, form_id: str) -> Form:
    """The form, or K3Cloud's refusal."""
    if not form_id:
        raise RefusedError(5, "单据标识为空")
    form = state.books.forms.get(form_id.upper())
    if form is None:
        raise RefusedError(4, f"标识为“{form_id}”的业务对象不存在，或者被删除")
    return form


def _select(state: State, call: Call) -> tuple[list[str], list[list[Any]]]:
    """One query from text to rows."""
    form, data = known_form(state, call.form), call.data
    keys = [key.strip() for key in str(data.get("FieldKeys") or "").split(",") if key.strip()]
    if not keys:
        raise RefusedError(8, "查询字段(FieldKeys)不能为空")
    try:
        condition = filters.parse(_filter_text(data.get("FilterString")))
        order = _order(str(data.get("OrderString") or ""))
        columns = _Columns(state, form)
        getters = [columns.getter(key) for key in keys]
        predicate = conditions.predicate(condition, columns.comparable)
        order_getters = [(columns.comparable(key), falling) for key, falling in order]
        lines = _lines(state, _candidates(state, form, condition), list(columns.entries))
        found = [line for line in lines if predicate(line)]
    except (filters.FilterError, RecursionError) as error:
        raise RefusedError(4, str(error)) from error
    window = _window(state, data)
    return keys, [[get(line) for get in getters] for line in window.cut(_ordered(state, found, order_getters))]


def _filter_text(value: object) -> str:
    if isinstance(value, str) or not value:
        return str(value or "")
    raise RefusedError(8, "FilterString：仅支持文本")


def _order(text: str) -> list[tuple[str, bool]]:
    order = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        key, *direction = part.split()
        if len(direction) > 1 or (direction and direction[0].lower() not in {"asc", "desc"}):
            message = f"'{part}' 附近有语法错误。"
            raise filters.FilterError(message)
        order.append((key, bool(direction) and direction[0].lower() == "desc"))
    return order


def _window(state: State, data: Mapping[str, Any]) -> Window:
    def number(key: str) -> int:
        try:
            return max(0, int(str(data.get(key) or 0)))
        except ValueError:
            raise RefusedError(8, f"参数错误：{key}") from None

    most = state.settings.query_limit
    return Window(number("TopRowCount"), number("StartRow"), min(number("Limit") or most, most))


def _candidates(state: State, form: Form, condition: filters.Condition | None) -> Iterator[Record]:
    """Records worth looking at: by an index where the filter pins an indexed field, else all."""
    pinned = _pinned(condition)
    field = form.fields.get(pinned[0]) if pinned else None
    if pinned is None or field is None or not _fit(field, pinned[1]):
        return iter(list(state.books.all(form).values()))
    return state.books.candidates(form, *pinned)


def _fit(field: Field, values: Sequence[Any]) -> bool:
    """Whether no value needs a conversion, which might fail at some row."""
    return all(isinstance(value, str) is (field.kind is Kind.TEXT) for value in values)


def _pinned(condition: filters.Condition | None) -> tuple[str, list[Any]] | None:
    """The indexed field and the values that every match must have."""
    match condition:
        case filters.Compare("=", filters.Name(name), filters.Literal(value)) if name.upper() in INDEXED:
            return name.upper(), [value]
        case filters.In(filters.Name(name), choices) if name.upper() in INDEXED:
            return name.upper(), [choice.value for choice in choices]
        case filters.Both(left, right):
            return _pinned(left) or _pinned(right)
        case filters.Either(left, right):
            first, second = _pinned(left), _pinned(right)
            same = first is not None and second is not None and first[0] == second[0]
            return (first[0], first[1] + second[1]) if first and second and same else None
    return None


def _lines(state: State, records: Iterator[Record], entries: Sequence[str]) -> Iterator[Line]:
    """One line per combination of entry rows; the head repeats."""
    left = state.settings.entry_join == "left"
    for record in records:
        if _visible(state, record):
            rows = [record.entries.get(entry) or ([{}] if left else []) for entry in entries]
            for combination in itertools.product(*rows):
                yield Line(record, dict(zip(entries, combination, strict=True)))


def _visible(state: State, record: Record) -> bool:
    settings = state.settings
    if settings.hidden_organisations and reference(record.head, "FPAYORGID").number in settings.hidden_organisations:
        return False
    if record.form.bill is None:
        return True
    lag = settings.visibility_lag_seconds
    fresh = lag > 0 and state.monotonic() - record.born_at < lag
    return not fresh and not (settings.hidden_drafts and record.status == "Z")


def _ordered(state: State, lines: list[Line], order: Sequence[tuple[conditions.Getter, bool]]) -> list[Line]:
    if not order:
        salt = state.calls.counts.total()
        shuffled = [(zlib.crc32(f"{salt}:{index}".encode()), line) for index, line in enumerate(lines)]
        return [line for _, line in sorted(shuffled, key=lambda pair: pair[0])] if state.settings.shuffle else lines
    for get, falling in reversed(order):
        lines = sorted(lines, key=lambda line, get=get: _sort_key(get(line)), reverse=falling)  # type: ignore[misc]
    return lines


def _sort_key(value: conditions.Value) -> tuple[int, Any]:
    """Nothing first, text by collation."""
    if value is None:
        return 0, 0
    return 1, conditions.canonical(value) if isinstance(value, str) else value


class _Columns:
    """Resolves field keys of one query and remembers which entries they need."""

    def __init__(self, state: State, form: Form) -> None:
        self._state, self._form = state, form
        self.entries: dict[str, None] = {}

    def getter(self, key: str) -> Callable[[Line], Any]:
        """How a column is read for the answer."""
        read = self.comparable(key)
        decimals = self._state.settings.amount_decimals
        if decimals < 0:
            return read
        places = Decimal(1).scaleb(-decimals)

        def rounded(line: Line) -> Any:
            value = read(line)
            return value.quantize(places) if isinstance(value, Decimal) else value

        return rounded

    def comparable(self, key: str) -> conditions.Getter:
        """How a column is read for a comparison; an unknown one is refused."""
        base, _, attribute = key.upper().partition(".")
        field = self._form.fields.get(base)
        missing = base in map(str.upper, self._state.settings.missing_fields)
        if (
            field is None
            or missing
            or (attribute and (field.kind is not Kind.REFERENCE or attribute not in _ATTRIBUTES))
        ):
            raise RefusedError(9, f"元数据中标识为{key}的字段不存在")
        if field.entry:
            self.entries[field.entry] = None
        part = _ATTRIBUTES.get(attribute, 0)
        computed = _COMPUTED.get((self._form.id, base))

        def read(line: Line) -> conditions.Value:
            if computed is not None:
                return computed(self._state, line.record)
            value: Stored = stored(line.entries[field.entry] if field.entry else line.record.head, field)
            return value[part] if isinstance(value, Reference) else value

        return read


_COMPUTED: Mapping[tuple[str, str], Callable[[State, Record], conditions.Value]] = {
    (PAYAPPLY.id, "FCLOSESTATUS"): lambda state, one: "B" if state.books.closed(one, state.settings) else "A",
    (PAYAPPLY.id, "FAPPLYAMOUNTFOR_H"): lambda _, one: applied_amount(one),
    (PAYAPPLY.id, "FPAYAMOUNTFOR_H"): lambda _, one: applied_amount(one),
    (PAYBILL.id, "FREALPAYAMOUNTFOR"): lambda _, one: bill_amount(one),
    (PAYBILL.id, "FPAYTOTALAMOUNTFOR_H"): lambda _, one: bill_amount(one),
    (PAYBILL.id, "FPAYAMOUNTFOR"): lambda _, one: bill_amount(one),
}


def _entry_info(form: Form, entry: str) -> Document:
    own = (field for field in form.fields.values() if field.entry == entry and LINK not in field.key.upper())
    return {"Key": entry or "FBillHead", "Fields": [_field_info(field) for field in own]}


def _field_info(field: Field) -> Document:
    key = "FEntryID" if field.key.endswith("_FEntryID") else field.key
    return {
        "Key": key,
        "Name": [{"Key": 2052, "Value": field.name}],
        "MustInput": 0,
        "LookUpObjectFormId": FORMS[field.form].id if field.form else None,
    }
