"""What a conversion rule makes of its sources: how they are grouped into targets, and what a new bill carries."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from simulators.k3cloud.books import Rule, applied_amount
from simulators.k3cloud.forms import APPLY_TABLE, LINK, PAY_ENTRY, PAYBILL, SOURCE_ENTRY
from simulators.k3cloud.records import NOTHING, ZERO, Record, Reference, Row, amount, day, opaque, reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from simulators.k3cloud.state import Actor, State

_FROM_APPLICATION = ("FCONTACTUNITTYPE", "FCONTACTUNIT", "FRECTUNITTYPE", "FRECTUNIT", "FCURRENCYID", "FSETTLEORGID")


@dataclass(frozen=True, slots=True)
class Portion:
    """An application and those of its entries that are pushed."""

    application: Record
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """One application entry with the amount that is to be paid on it now."""

    application: Record
    row: Row
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Target:
    """One bill to be: its payment entries, each with the shares it pays."""

    entries: tuple[tuple[Share, ...], ...]

    @property
    def first(self) -> Record:
        """The application that lends its head to the bill."""
        return self.entries[0][0].application

    def build(self, actor: Actor, rule: Rule, organisation: Reference) -> Record:
        """The bill, not yet numbered and not yet in the books."""
        state = actor.state
        rows = [_pay_row(state, shares) for shares in self.entries]
        sources = [
            _source_row(state, rule, share, row)
            for shares, row in zip(self.entries, rows, strict=True)
            for share in shares
        ]
        bill = Record(PAYBILL, _head(actor, self.first, organisation), born_at=state.monotonic())
        bill.entries = {PAY_ENTRY: rows, SOURCE_ENTRY: sources}
        return bill


def targets(state: State, rule: Rule, portions: Sequence[Portion]) -> list[Target]:
    """One bill per application, one per currency and organisation, or one per entry: as the rule groups."""
    shares = [share for portion in portions for share in _shares(state, portion)]
    match rule.grouping:
        case "merging":
            groups = _grouped(shares, ("FCURRENCYID", "FPAYORGID"))
        case "splitting":
            groups = [[share] for share in shares]
        case _:
            groups = _grouped(shares, ("FID",))
    return [Target(tuple(_entries(state, group))) for group in groups]


def _grouped(shares: Iterable[Share], keys: Sequence[str]) -> list[list[Share]]:
    groups: dict[tuple[object, ...], list[Share]] = {}
    for share in shares:
        groups.setdefault(tuple(share.application.head.get(key) for key in keys), []).append(share)
    return list(groups.values())


def _entries(state: State, group: Sequence[Share]) -> Iterable[tuple[Share, ...]]:
    """One payment entry per application, or per application entry."""
    if state.settings.push_entry_per == "entry":
        return [(share,) for share in group]
    return [tuple(shares) for shares in _grouped(group, ("FID",))]


def _shares(state: State, portion: Portion) -> list[Share]:
    """What is left of each entry: earlier payments are taken from the first entries on."""
    application = portion.application
    left = state.books.open_amount(application, state.settings)
    if left <= 0:  # only without the guard: all of it once more
        left = applied_amount(application)
    paid = applied_amount(application) - left
    shares = []
    for row in application.entries["FPAYAPPLYENTRY"]:
        applied = amount(row, "FAPPLYAMOUNTFOR")
        taken = min(applied, paid)
        paid -= taken
        if applied > taken and row in portion.rows:
            shares.append(Share(application, row, applied - taken))
    return shares


def _head(actor: Actor, source: Record, organisation: Reference) -> Row:
    state, settings = actor.state, actor.state.settings
    owner = organisation if organisation != NOTHING else reference(source.head, "FPAYORGID")
    user = opaque(actor.user)
    return {
        "FID": state.books.next_id("record", PAYBILL.id),
        "FBILLNO": "",
        "FDOCUMENTSTATUS": "A",
        "FCANCELSTATUS": "A",
        "FBILLTYPEID": opaque("FKDLX01_SYS"),
        "FDATE": day(settings.pushed_date) if settings.pushed_date else state.today(),
        "FPAYORGID": owner,
        **{key: source.head[key] for key in _FROM_APPLICATION if key in source.head},
        "FSETTLECUR": reference(source.head, "FCURRENCYID"),
        "FEXCHANGERATE": Decimal(1),
        "FSETTLERATE": Decimal(1),
        "FCREATORID": user,
        "FCREATEDATE": state.now(),
        "FMODIFIERID": user,
        "FMODIFYDATE": state.now(),
    }


def _pay_row(state: State, shares: Sequence[Share]) -> Row:
    total = sum((share.amount for share in shares), ZERO)
    first = shares[0].row
    return {
        "FPAYBILLENTRY_FENTRYID": state.books.next_id("entry"),
        "FSETTLETYPEID": reference(first, "FSETTLETYPEID"),
        "FPURPOSEID": reference(first, "FPAYPURPOSEID"),
        "FPAYTOTALAMOUNTFOR": total,
        "FPAYAMOUNTFOR_E": total,
        "FSETTLEPAYAMOUNTFOR": total,
        "FREALPAYAMOUNTFOR_D": total,
        "FPAYAMOUNT_E": total,
        "FOPPOSITEBANKACCOUNT": first.get("FEACHBANKACCOUNT", ""),
        "FOPPOSITECCOUNTNAME": first.get("FEACHCCOUNTNAME", ""),
        "FOPPOSITEBANKNAME": first.get("FEACHBANKNAME", ""),
    }


def _source_row(state: State, rule: Rule, share: Share, pay_row: Row) -> Row:
    application = share.application
    payable = str(application.head.get("_PAYABLE") or "")
    number = payable if state.settings.source_number == "payable" and payable else application.number
    return {
        "FPAYBILLSRCENTRY_FENTRYID": state.books.next_id("entry"),
        "FSOURCETYPE": "CN_PAYAPPLY",
        "FSRCBILLNO": number,
        "FTAXAMOUNT": amount(share.row, "FAPPLYAMOUNTFOR"),
        "FREALPAYAMOUNT": share.amount,
        "FREALPAYAMOUNTLOC": share.amount,
        f"{LINK}FLINKID": state.books.next_id("entry"),
        f"{LINK}FRULEID": rule.id,
        f"{LINK}FSTABLENAME": APPLY_TABLE,
        f"{LINK}FSBILLID": application.id,
        f"{LINK}FSID": share.row["FPAYAPPLYENTRY_FENTRYID"],
        "_PAYS": pay_row["FPAYBILLENTRY_FENTRYID"],
    }


def write_back(bill: Record) -> None:
    """Spread each payment entry's amount over its source rows: each up to its own, the last takes the rest."""
    if bill.form is not PAYBILL:
        return
    for pay_row in bill.rows(PAY_ENTRY):
        rest = amount(pay_row, "FPAYAMOUNTFOR_E")
        fed = [row for row in bill.rows(SOURCE_ENTRY) if row.get("_PAYS") == pay_row["FPAYBILLENTRY_FENTRYID"]]
        for index, row in enumerate(fed):
            own = rest if index == len(fed) - 1 else min(rest, amount(row, "FTAXAMOUNT"))
            row["FREALPAYAMOUNT"] = row["FREALPAYAMOUNTLOC"] = own
            rest -= own
    alive = {row["FPAYBILLENTRY_FENTRYID"] for row in bill.rows(PAY_ENTRY)}
    for row in bill.rows(SOURCE_ENTRY):
        if "_PAYS" in row and row["_PAYS"] not in alive:
            row["FREALPAYAMOUNT"] = row["FREALPAYAMOUNTLOC"] = ZERO
