"""What the target system shows: source documents and bills, as plain values. Field keys are the tenant's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from paysync.core.keys import PaymentKey, SourceKey

Cell: TypeAlias = str | int | Decimal | bool | None
"""A value as a query returned it (numbers as int or Decimal, never float)."""


class BillStatus(StrEnum):
    """FDocumentStatus (k3cloud-webapi.md 8.1)."""

    DRAFT = "Z"
    CREATED = "A"
    SUBMITTED = "B"
    AUDITED = "C"
    REAUDIT = "D"


EDITABLE = frozenset({BillStatus.DRAFT, BillStatus.CREATED, BillStatus.REAUDIT})
"""A bill that Save may still change."""


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A payment application as far as a payment needs it."""

    key: SourceKey
    id: str
    status: str
    voided: bool
    currency: str
    """The ERP's own currency number, e.g. PRE001."""
    applied: Decimal | None
    """The amount applied for; None where the tenant has no such field."""


@dataclass(frozen=True, slots=True)
class BillHead:
    """A bill as the baseline and the doubt look at it."""

    id: str
    number: str
    status: BillStatus
    voided: bool
    reference: str
    """Our own reference on it (FTHIRDBILLNO), or nothing."""
    creator: tuple[str, ...] = ()
    """Every spelling of the creator that the query gave: name and internal id."""


@dataclass(frozen=True, slots=True)
class BillEntry:
    """One payment entry of a bill: the cells of the scheme's entry fields, by their field key."""

    id: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill in full: what completing it and comparing it to the cent needs."""

    head: BillHead
    cells: Mapping[str, Cell]
    """The head fields that the scheme saves or expects, by their field key (references as `KEY.FNumber`)."""
    entries: tuple[BillEntry, ...]


@dataclass(frozen=True, slots=True)
class BillTotal:
    """A bill as reconcile compares it: whose it says it is, and its sum."""

    id: str
    number: str
    status: BillStatus
    voided: bool
    reference: str
    day: str
    """Its business date, ISO."""
    amount: Decimal | None
    creator: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Which bills exist for this payment: by its source's internal id and number, and by our own reference."""

    payment: PaymentKey
    reference: str
    source: SourceKey | None
    source_id: str


@dataclass(frozen=True, slots=True)
class Made:
    """The bill that a making call (Push) says it made; `number` is empty for a draft."""

    id: str
    number: str


Json: TypeAlias = "str | int | Decimal | bool | list[Json] | dict[str, Json] | None"
"""A request's body as a tree; Decimals are written as JSON numbers from their text."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one bill: the model as Save takes it, with the bill's id and the entries' ids in it."""

    bill_id: str
    model: Mapping[str, Json]
