"""The forms and their fields, as tables: key, kind and Chinese name of all that section 9 of the reference lists.

A further bill form is data, too: POST /_sim/load takes `forms`, each as `described` reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from simulators.k3cloud import fieldtables as tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PAY_ENTRY, SOURCE_ENTRY = "FPAYBILLENTRY", "FPAYBILLSRCENTRY"
APPLY_ENTRY = "FPAYAPPLYENTRY"
LINK = "FPAYBILLSRCENTRY_LINK_"
APPLY_TABLE = "T_CN_PAYAPPLYENTRY"


class Kind(StrEnum):
    """What a field holds. A reference is an internal id with a number and a name behind a dot."""

    TEXT = "text"
    INTEGER = "int"
    MONEY = "money"
    DATE = "date"
    FLAG = "flag"
    REFERENCE = "ref"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its key as documented, where it lives (an entry's key, or "" for the head), and to what it refers."""

    key: str
    kind: Kind
    name: str
    entry: str = ""
    form: str = ""  # of a reference: the form looked up, "" where the simulator keeps no such records


@dataclass(frozen=True, slots=True)
class Bill:
    """What Save, Submit and Audit have to know of a form; all keys in upper case."""

    entry: str
    """The entry with the amounts."""
    payable: str
    paid: str
    """The amount that the bill is about; `payable` may be the same."""
    prefix: str
    """Of the numbers that are given."""
    organisation: str
    account: str = ""
    """The entry's field with the account, which a change of the organisation empties."""
    reference: str = "FTHIRDBILLNO"
    follows: tuple[str, ...] = ()
    """Fields of the entry that carry `paid`, too."""
    required: tuple[str, ...] | None = None
    """Fields without which Save refuses; None: those of the setting `required_fields`."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form with its fields by upper-case key; `bill` where Save takes it."""

    id: str
    name: str
    key_field: str
    number_field: str
    fields: Mapping[str, Field]
    bill: Bill | None = None

    @property
    def made(self) -> Bill:
        """Of a record that is known to be a bill."""
        assert self.bill is not None, self.id
        return self.bill

    def entries(self) -> list[str]:
        """The keys of its entries, in order."""
        return list(dict.fromkeys(field.entry for field in self.fields.values() if field.entry))


def row_key(entry: str) -> str:
    """The key of an entry's own id, as rows have it."""
    return f"{entry}_FEntryID".upper()


def _fields(entry: str, table: str) -> Iterable[Field]:
    """Lines of `key kind name [form]`."""
    for line in filter(str.strip, table.splitlines()):
        key, kind, name, *form = line.split()
        yield Field(key, Kind(kind), name, entry, form[0] if form else "")


def _form(form_id: str, name: str, keys: tuple[str, str], bill: Bill | None = None, **levels: str) -> Form:
    found = {}
    for level, table in levels.items():
        for field in _fields("" if level == "head" else level, table):
            found[field.key.upper()] = field
    return Form(form_id, name, keys[0].upper(), keys[1].upper(), found, bill)


def described(given: Mapping[str, Any]) -> Form:
    """A bill form by its description; raises KeyError, TypeError or ValueError for one that lacks what is needed.

    `id`, `name`, `prefix` (of numbers), `organisation`, `entry`, `paid` (the entry's amount), `head` and `entries`:
    lines of `key kind name [form]`, for each entry; and where it has them `payable`, `account`, `reference`, `follows`,
    `required`. The head has its id, number, status and the like anyway.
    """
    known = {name: given[name] for name in ("account", "reference") if name in given}
    bill = Bill(
        entry=str(given["entry"]),
        payable=str(given.get("payable", given["paid"])).upper(),
        paid=str(given["paid"]).upper(),
        prefix=str(given["prefix"]),
        organisation=str(given["organisation"]).upper(),
        follows=tuple(str(one).upper() for one in given.get("follows", ())),
        required=tuple(str(one) for one in given.get("required", ())),
        **{name: str(key).upper() for name, key in known.items()},
    )
    entries = {entry: f"{entry}_FEntryID int 分录内码\n{table}" for entry, table in given["entries"].items()}
    head = f"{tables.ANY_BILL_HEAD}{given['head']}"
    made = _form(str(given["id"]), str(given["name"]), ("FID", "FBILLNO"), bill, head=head, **entries)
    lacking = [key for key in (bill.paid, bill.payable, bill.organisation, bill.reference) if key not in made.fields]
    if lacking or bill.entry not in made.entries():
        message = f"{made.id} has no {', '.join(lacking) or bill.entry}"
        raise ValueError(message)
    return made


FORMS: Mapping[str, Form] = {
    form.id.upper(): form
    for form in (
        _form(
            "AP_PAYBILL",
            "付款单",
            ("FID", "FBILLNO"),
            Bill(
                entry=PAY_ENTRY,
                payable="FPAYTOTALAMOUNTFOR",
                paid="FPAYAMOUNTFOR_E",
                prefix="FKD",
                organisation="FPAYORGID",
                account="FACCOUNTID",
                follows=("FSETTLEPAYAMOUNTFOR", "FREALPAYAMOUNTFOR_D", "FPAYAMOUNT_E"),
            ),
            head=tables.PAYBILL_HEAD,
            FPAYBILLENTRY=tables.PAYBILL_ENTRY,
            FPAYBILLSRCENTRY=tables.PAYBILL_SOURCE,
        ),
        _form(
            "CN_PAYAPPLY",
            "付款申请单",
            ("FID", "FBILLNO"),
            head=tables.PAYAPPLY_HEAD,
            FPAYAPPLYENTRY=tables.PAYAPPLY_ENTRY,
        ),
        _form("CN_BANKACNT", "银行账号", ("FBANKACNTID", "FNUMBER"), head=tables.BANKACNT),
        _form("ORG_Organizations", "组织机构", ("FORGID", "FNUMBER"), head=tables.ORGANIZATIONS),
        _form("BD_Currency", "币别", ("FCURRENCYID", "FNUMBER"), head=tables.CURRENCY),
    )
}
PAYBILL, PAYAPPLY = FORMS["AP_PAYBILL"], FORMS["CN_PAYAPPLY"]
BANKACNT, ORGANIZATIONS, CURRENCY = FORMS["CN_BANKACNT"], FORMS["ORG_ORGANIZATIONS"], FORMS["BD_CURRENCY"]
