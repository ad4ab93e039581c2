"""The forms and their fields, as tables: key, kind and Chinese name of all that section 9 of the reference lists."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from simulators.k3cloud import fieldtables as tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PAY_ENTRY, SOURCE_ENTRY = "FPAYBILLENTRY", "FPAYBILLSRCENTRY"
APPLY_ENTRY = "FPAYAPPLYENTRY"
LINK = "FPAYBILLSRCENTRY_LINK_"


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
class Form:
    """One form with its fields by upper-case key."""

    id: str
    name: str
    key_field: str
    number_field: str
    fields: Mapping[str, Field]

    def entries(self) -> list[str]:
        """The keys of its entries, in order."""
        return list(dict.fromkeys(field.entry for field in self.fields.values() if field.entry))


def _fields(entry: str, table: str) -> Iterable[Field]:
    """Lines of `key kind name [form]`."""
    for line in table.strip().splitlines():
        key, kind, name, *form = line.split()
        yield Field(key, Kind(kind), name, entry, form[0] if form else "")


def _form(form_id: str, name: str, keys: tuple[str, str], **levels: str) -> Form:
    found = {}
    for level, table in levels.items():
        for field in _fields("" if level == "head" else level, table):
            found[field.key.upper()] = field
    return Form(form_id, name, keys[0].upper(), keys[1].upper(), found)


FORMS: Mapping[str, Form] = {
    form.id.upper(): form
    for form in (
        _form(
            "AP_PAYBILL",
            "付款单",
            ("FID", "FBILLNO"),
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
