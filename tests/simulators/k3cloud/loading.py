"""JSON of the control API into the books: what a test or a demo says exists before anybody calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from simulators.common.faults import FaultPlan
from simulators.k3cloud.books import Rule
from simulators.k3cloud.forms import APPLY_ENTRY, BANKACNT, CURRENCY, ORGANIZATIONS, PAYAPPLY, Form, Kind, described
from simulators.k3cloud.protocol import truth
from simulators.k3cloud.records import Record, Reference, Row, Stored, day, money, opaque
from simulators.k3cloud.signatures import Credentials

if TYPE_CHECKING:
    from decimal import Decimal

    from simulators.k3cloud.state import State

Json = Mapping[str, Any]
_BASE_ALIVE: Row = {"FDOCUMENTSTATUS": "C", "FFORBIDSTATUS": "A"}
_CURRENCIES = (
    {"number": "PRE001", "name": "人民币", "code": "CNY"},
    {"number": "PRE007", "name": "美元", "code": "USD"},
)

_STATUSES = {"status": "FDOCUMENTSTATUS", "cancel_status": "FCANCELSTATUS"}
_ORGANISATIONS = {"pay_org": "FPAYORGID", "settle_org": "FSETTLEORGID", "apply_org": "FAPPLYORGID"}


class LoadError(ValueError):
    """A document that cannot be loaded; the text says which key."""


def load(state: State, document: Json) -> dict[str, int]:
    """Add what the document names; a number that is known already is replaced, its id kept."""
    unknown = sorted(set(document) - set(_LOADERS))
    if unknown:
        message = f"cannot load {unknown}; known are {sorted(_LOADERS)}"
        raise LoadError(message)
    _defaults(state)
    return {key: _LOADERS[key](state, document[key]) for key in _LOADERS if key in document}


def _defaults(state: State) -> None:
    """A tenant always has its currencies, and an organisation until it is told of others."""
    if not state.books.all(CURRENCY):
        for one in _CURRENCIES:
            _currency(state, one)


def _each(build: Any) -> Any:
    def load_all(state: State, items: Iterable[Json]) -> int:
        built = [build(state, item) for item in items]
        return len(built)

    return load_all


def _organisation(state: State, one: Json) -> Record:
    return _base(state, ORGANIZATIONS, one, {})


def _currency(state: State, one: Json) -> Record:
    return _base(state, CURRENCY, one, {"FCODE": str(one.get("code", ""))})


def _bank_account(state: State, one: Json) -> Record:
    use = str(one.get("use_org", one.get("org", "")))
    row: Row = {
        "FUSEORGID": organisation(state, use),
        "FCREATEORGID": organisation(state, str(one.get("create_org", use))),
        "FFORBIDSTATUS": str(one.get("forbid_status", "A")),
        "FDOCUMENTSTATUS": str(one.get("document_status", "C")),
        "FISCANCEL": truth(one.get("cancelled")),
    }
    return _base(state, BANKACNT, one, row, replace=False)


def _base(state: State, form: Form, one: Json, row: Row, *, replace: bool = True) -> Record:
    """Base data: an id, a number, a name. Bank accounts may share a number, so they never replace each other."""
    number = str(one["number"])
    old = state.books.by_number(form, number) if replace else None
    record_id = int(one.get("id") or (old.id if old else state.books.next_id("base")))
    name = str(one.get("name", number))
    head: Row = {**_BASE_ALIVE, form.key_field: record_id, "FNUMBER": number, "FNAME": name, **row}
    record = Record(form, {**head, **_extra(state, form, one.get("fields", {}))})
    state.books.put(record)
    return record


def _application(state: State, one: Json) -> Record:
    number = str(one["number"])
    old = state.books.by_number(PAYAPPLY, number)
    head: Row = {
        "FID": int(one.get("id") or (old.id if old else state.books.next_id("record", PAYAPPLY.id))),
        "FBILLNO": number,
        "FBILLTYPEID": opaque("FKSQ001_SYS"),
        "FDATE": day(one["date"]) if one.get("date") else state.today(),
        "FCONTACTUNITTYPE": str(one.get("contact_unit_type", "BD_Supplier")),
        "FCONTACTUNIT": opaque(str(one.get("contact_unit", "VEN00001"))),
        "FRECTUNITTYPE": str(one.get("receiver_type", one.get("contact_unit_type", "BD_Supplier"))),
        "FRECTUNIT": opaque(str(one.get("receiver", one.get("contact_unit", "VEN00001")))),
        "FCREATEDATE": state.now(),
        "FCREATORID": opaque(str(one.get("creator", "finance"))),
        "_PAYABLE": str(one.get("payable_number", "")),
    }
    record = Record(PAYAPPLY, head, {APPLY_ENTRY: [_entry(state, one, row) for row in _entry_documents(one)]})
    mend(state, record, {"status": "C", "cancel_status": "A", "currency": "PRE001", "paid": 0, "closed": False, **one})
    return record


def mend(state: State, application: Record, one: Json) -> None:
    """Set what a document names on an application; `amount` needs it to have one entry."""
    head = application.head
    head.update({field: str(one[key]) for key, field in _STATUSES.items() if key in one})
    if "currency" in one:
        head["FCURRENCYID"] = head["FSETTLECUR"] = state.books.currency(str(one["currency"]))
    for key, field in _ORGANISATIONS.items():
        if key in one or ("pay_org" in one and field not in head):
            head[field] = organisation(state, str(one.get(key, one.get("pay_org", ""))))
    application.paid_before = money(one.get("paid", application.paid_before))
    application.closed_by_hand = truth(one.get("closed", application.closed_by_hand))
    _mend_entries(application, one)
    head.update(_extra(state, PAYAPPLY, one.get("fields", {})))
    state.books.put(application)


def _mend_entries(application: Record, one: Json) -> None:
    rows = application.rows(APPLY_ENTRY)
    if "amount" in one and "entries" not in one:
        rows[0]["FAPPLYAMOUNTFOR"] = rows[0]["FPAYAMOUNTFOR"] = money(one["amount"])
    if "opposite_account" in one:
        for row in rows:
            row["FEACHBANKACCOUNT"] = str(one["opposite_account"])


def _entry_documents(one: Json) -> list[Json]:
    return list(one.get("entries") or [{"amount": one.get("amount", "0")}])


def _entry(state: State, application: Json, one: Json) -> Row:
    applied: Decimal = money(one["amount"])
    row: Row = {
        "FPAYAPPLYENTRY_FENTRYID": int(one.get("id") or state.books.next_id("entry")),
        "FAPPLYAMOUNTFOR": applied,
        "FPAYAMOUNTFOR": applied,
        "FSETTLETYPEID": opaque(str(one.get("settle_type", "JSFS04_SYS"))),
        "FPAYPURPOSEID": opaque(str(one.get("purpose", "SFKYT08_SYS"))),
        "FEACHBANKACCOUNT": str(one.get("opposite_account", application.get("opposite_account", ""))),
        "FEACHCCOUNTNAME": str(one.get("opposite_name", application.get("opposite_name", ""))),
        "FEACHBANKNAME": str(one.get("opposite_bank", application.get("opposite_bank", ""))),
        "FSRCBILLNO": str(application.get("payable_number", "")),
    }
    return {**row, **_extra(state, PAYAPPLY, one.get("fields", {}))}


def organisation(state: State, number: str) -> Reference:
    """An organisation by its number; one that was not loaded is made up, so that a short test stays short."""
    known = state.books.organisation(number)
    if known.id or not number:
        return known
    _organisation(state, {"number": number, "name": f"组织{number}"})
    return state.books.organisation(number)


def _extra(state: State, form: Form, given: Json) -> Row:
    """Any further fields by their own keys."""
    row: Row = {}
    for key, value in given.items():
        field = form.fields.get(key.upper())
        if field is None:
            message = f"{form.id} has no field {key}"
            raise LoadError(message)
        row[key.upper()] = _typed(state, field.kind, field.form, value)
    return row


def _typed(state: State, kind: Kind, form: str, value: object) -> Stored:
    if kind is Kind.REFERENCE:
        known = {"ORG_ORGANIZATIONS": lambda number: organisation(state, number), "BD_CURRENCY": state.books.currency}
        return known.get(form, opaque)(str(value))
    readers: Mapping[Kind, Callable[[object], Stored]] = {
        Kind.MONEY: money,
        Kind.DATE: day,
        Kind.FLAG: truth,
        Kind.INTEGER: lambda one: int(str(one)),
        Kind.TEXT: str,
    }
    return readers[kind](value)


def _credentials(state: State, given: Json | list[Json]) -> int:
    names = [field.name for field in fields(Credentials)]
    several = given if isinstance(given, list) else [given]
    state.credentials = [Credentials(**{name: str(one[name]) for name in names}) for one in several]
    return len(several)


def _forms(state: State, given: list[Json]) -> int:
    for one in given:
        state.books.take(described(one))
    return len(given)


def _rules(state: State, given: list[Json]) -> int:
    state.books.rules = [Rule(**one) for one in given]
    return len(given)


def _closed(state: State, until: str | None) -> int:
    state.books.closed_until = str(day(until)) if until else ""
    return 1


def _settings(state: State, changes: Json) -> int:
    state.settings = state.settings.updated(changes)
    return len(changes)


def _faults(state: State, faults: list[Json]) -> int:
    state.plan = FaultPlan.from_json(faults)
    return len(faults)


_LOADERS: Mapping[str, Any] = {  # in the order in which they refer to each other
    "settings": _settings,
    "credentials": _credentials,
    "forms": _forms,
    "rules": _rules,
    "closed_period_until": _closed,
    "currencies": _each(_currency),
    "organisations": _each(_organisation),
    "bank_accounts": _each(_bank_account),
    "applications": _each(_application),
    "faults": _faults,
}
