"""The books: everything that exists, found by indexes, and an append-only log of who did what, when, by which call."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from simulators.k3cloud.conditions import canonical
from simulators.k3cloud.forms import (
    APPLY_ENTRY,
    APPLY_TABLE,
    BANKACNT,
    CURRENCY,
    FORMS,
    LINK,
    ORGANIZATIONS,
    PAYAPPLY,
    PAYBILL,
    SOURCE_ENTRY,
    Form,
)
from simulators.k3cloud.records import NOTHING, ZERO, Record, Reference, Row, amount, reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from simulators.k3cloud.settings import Settings

INDEXED = frozenset({
    "FID", "FBILLNO", "FTHIRDBILLNO", "FSRCBILLNO", "FNUMBER", "FBANKACNTID", "FORGID", "FCURRENCYID",
    f"{LINK}FSBILLID", f"{LINK}FSID",
})  # fmt: skip
_FIRST_IDS = {"record": 100_501, "entry": 200_501, "base": 1001}


@dataclass(frozen=True, slots=True)
class Rule:
    """A conversion rule (转换规则): which targets are made of which sources."""

    id: str = "CN_PAYAPPLYTOPAYBILL"
    source_form: str = "CN_PAYAPPLY"
    target_form: str = "AP_PAYBILL"
    enabled: bool = True
    default: bool = True
    grouping: str = "one_to_one"  # or merging, splitting


@dataclass(frozen=True, slots=True)
class Stamp:
    """When something was done, by whom, in which operation and which call (0: not by a call)."""

    at: str
    by: str
    operation: str
    call: int


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the log. `sources` are the application numbers of the bill, amounts are decimal text."""

    seq: int
    at: str
    effect: str
    operation: str
    call: int
    by: str
    bill_id: int
    bill_number: str
    sources: tuple[str, ...]
    amount: str
    detail: str = ""


@dataclass(slots=True)
class Books:
    """All records by form and id. Numbers and ids are handed out here and nowhere else."""

    forms: dict[str, Form] = field(default_factory=lambda: dict(FORMS))
    records: dict[str, dict[int, Record]] = field(default_factory=lambda: {key: {} for key in FORMS})
    rules: list[Rule] = field(default_factory=lambda: [Rule()])
    closed_until: str = ""  # ISO date; documents up to this day are in a closed period
    log: list[Event] = field(default_factory=list)
    _index: dict[tuple[str, str, str], dict[int, None]] = field(default_factory=lambda: defaultdict(dict))
    _next: dict[tuple[str, str], int] = field(default_factory=dict)
    _numbered: int = 500

    def next_id(self, what: str, form: str = "") -> int:
        """A fresh id for a `record`, an `entry` or `base` data. Each form counts for itself: ids may be equal."""
        self._next[what, form] = self._next.get((what, form), _FIRST_IDS[what]) + 1
        return self._next[what, form] - 1

    def next_bill_number(self, form: Form = PAYBILL) -> str:
        """The next number of this form that is not taken."""
        while True:
            self._numbered += 1
            number = f"{form.made.prefix}{self._numbered:08d}"
            if self.by_number(form, number) is None:
                return number

    def take(self, form: Form) -> None:
        """A form more; one that is known already is refused."""
        if form.id.upper() in self.forms:
            message = f"there is a form {form.id} already"
            raise ValueError(message)
        self.forms[form.id.upper()] = form
        self.records[form.id.upper()] = {}

    def put(self, record: Record) -> None:
        """Add a record, or replace the one of the same id, and index it."""
        form = record.form.id.upper()
        self.records[form][record.id] = record
        for row in record.levels():
            for key in INDEXED & row.keys():
                value = row[key]
                if value and not isinstance(value, Reference):
                    self._index[form, key, canonical(value)][record.id] = None

    def remove(self, record: Record) -> None:
        """Take a record out; the log still knows it."""
        del self.records[record.form.id.upper()][record.id]

    def all(self, form: Form) -> dict[int, Record]:
        """Every record of a form by id, oldest first."""
        return self.records[form.id.upper()]

    def candidates(self, form: Form, key: str, values: Iterable[Any]) -> Iterator[Record]:
        """Records that have, or once had, one of `values` in an indexed field: a superset of the answer."""
        seen: dict[int, None] = {}
        for value in values:
            seen.update(self._index.get((form.id.upper(), key, canonical(value)), {}))
        records = self.all(form)
        return (records[one] for one in seen if one in records)

    def by_number(self, form: Form, number: str) -> Record | None:
        """The first record with this number."""
        return next((one for one in self.candidates(form, form.number_field, [number]) if _has(one, number)), None)

    def organisation(self, number: str) -> Reference:
        """A reference to an organisation, NOTHING if unknown."""
        return as_reference(self.by_number(ORGANIZATIONS, number))

    def currency(self, number: str) -> Reference:
        """A reference to a currency, NOTHING if unknown."""
        return as_reference(self.by_number(CURRENCY, number))

    def account(self, number: str, organisation: Reference) -> Reference:
        """A usable bank account of this organisation: audited, neither forbidden nor cancelled."""
        found = (one for one in self.candidates(BANKACNT, "FNUMBER", [number]) if _has(one, number))
        return as_reference(next((one for one in found if _usable(one, organisation)), None))

    def bills_of(self, application: Record) -> list[Record]:
        """The bills that are linked to an application now, void ones included."""
        found = self.candidates(PAYBILL, f"{LINK}FSBILLID", [application.id])
        return [bill for bill in found if application.id in _linked_ids(bill)]

    def sources_of(self, bill: Record) -> list[Record]:
        """The applications that a bill is linked to."""
        applications = self.all(PAYAPPLY)
        return [applications[one] for one in _linked_ids(bill) if one in applications]

    def open_amount(self, application: Record, settings: Settings, *, without: int = 0) -> Decimal:
        """What is left to pay: applied, less part payments, less unvoided bills (but the bill `without`)."""
        rest = applied_amount(application) - application.paid_before
        for bill in self.bills_of(application):
            counts = bill.status != "Z" or settings.drafts_use_up_source
            if not bill.voided and counts and bill.id != without:
                rest -= linked_amount(bill, application.id)
        return rest

    def closed(self, application: Record, settings: Settings) -> bool:
        """FCLOSESTATUS: closed by hand, or used up where the rule guards that."""
        used_up = settings.over_push_guard and self.open_amount(application, settings) <= 0
        return application.closed_by_hand or used_up

    def write(self, effect: str, bill: Record, stamp: Stamp, detail: str = "") -> None:
        """Append one line to the log."""
        sources = tuple(dict.fromkeys(one.number for one in self.sources_of(bill)))
        event = Event(
            seq=len(self.log) + 1,
            at=stamp.at,
            effect=effect,
            operation=stamp.operation,
            call=stamp.call,
            by=stamp.by,
            bill_id=bill.id,
            bill_number=bill.number,
            sources=sources,
            amount=f"{bill_amount(bill):f}",
            detail=detail,
        )
        self.log.append(event)

    def log_json(self) -> list[dict[str, Any]]:
        """The log as JSON."""
        return [asdict(event) for event in self.log]


def as_reference(record: Record | None) -> Reference:
    """What a field that refers to this record holds."""
    if record is None:
        return NOTHING
    return Reference(record.id, record.number, str(record.head.get("FNAME", record.number)))


def applied_amount(application: Record) -> Decimal:
    """The amount applied for, over all entries."""
    return sum((amount(row, "FAPPLYAMOUNTFOR") for row in application.rows(APPLY_ENTRY)), ZERO)


def bill_amount(bill: Record) -> Decimal:
    """What a bill pays, over all entries."""
    made = bill.form.made
    return sum((amount(row, made.paid) for row in bill.rows(made.entry)), ZERO)


def linked_amount(bill: Record, application_id: int) -> Decimal:
    """What a bill pays on one application."""
    rows = (row for row in bill.rows(SOURCE_ENTRY) if _application_of(row) == application_id)
    return sum((amount(row, "FREALPAYAMOUNT") for row in rows), ZERO)


def _linked_ids(bill: Record) -> list[int]:
    """The ids of the applications that a bill is linked to, each once."""
    return list(dict.fromkeys(one for row in bill.rows(SOURCE_ENTRY) if (one := _application_of(row))))


def _application_of(row: Row) -> int:
    """The application that a source row links to; 0 for another form's document, whose id may be the same."""
    linked = row.get(f"{LINK}FSBILLID")
    return linked if isinstance(linked, int) and row.get(f"{LINK}FSTABLENAME") == APPLY_TABLE else 0


def _has(record: Record, number: str) -> bool:
    return canonical(record.number) == canonical(number)


def _usable(account: Record, organisation: Reference) -> bool:
    head = account.head
    alive = head["FDOCUMENTSTATUS"] == "C" and head["FFORBIDSTATUS"] == "A" and not head["FISCANCEL"]
    return alive and (organisation == NOTHING or reference(head, "FUSEORGID").id == organisation.id)
