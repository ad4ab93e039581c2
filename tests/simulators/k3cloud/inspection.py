"""The books as JSON, for the tests that compare them with a ledger; and documents made by a person's hand."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.k3cloud.books import Rule, applied_amount, bill_amount
from simulators.k3cloud.convert import Share, Target
from simulators.k3cloud.forms import APPLY_ENTRY, LINK, PAY_ENTRY, PAYAPPLY, PAYBILL, SOURCE_ENTRY, Bill, row_key
from simulators.k3cloud.loading import LoadError, organisation
from simulators.k3cloud.records import NOTHING, Record, Row, amount, day, money, opaque, plain
from simulators.k3cloud.state import Actor, State

if TYPE_CHECKING:
    from collections.abc import Mapping

_BY_HAND = "by hand"


def books_json(state: State) -> dict[str, Any]:
    """Everything: applications, bills, the log, and how many late effects are still to come."""
    books = state.books
    return {
        "applications": [_application(state, one) for one in books.all(PAYAPPLY).values()],
        "bills": [
            bill_json(state, one) for form in books.forms.values() if form.bill for one in books.all(form).values()
        ],
        "log": books.log_json(),
        "late_pending": len(state.late.pending),
        "closed_period_until": books.closed_until,
        "rules": [rule.id for rule in books.rules],
    }


def bill_json(state: State, bill: Record) -> dict[str, Any]:
    """One bill with its entries and where they come from."""
    made, head = bill.form.made, bill.head
    rows = bill.rows(made.entry)
    return {
        "id": bill.id,
        "form": bill.form.id,
        "number": bill.number,
        "status": bill.status,
        "cancel_status": plain(head.get("FCANCELSTATUS")),
        "voided": bill.voided,
        "amount": f"{bill_amount(bill):f}",
        "currency": plain(head.get("FCURRENCYID")),
        "date": plain(head.get("FDATE")),
        "third_bill_no": plain(head.get(made.reference, "")),
        "org": plain(head.get(made.organisation, NOTHING)),
        "account": plain(rows[0].get(made.account, NOTHING)) if rows else "",
        "creator": plain(head.get("FCREATORID")),
        "created": plain(head.get("FCREATEDATE")),
        "source_numbers": list(dict.fromkeys(one.number for one in state.books.sources_of(bill))),
        "entries": [_pay_row(made, row) for row in rows],
        "sources": [_source_row(row) for row in bill.rows(SOURCE_ENTRY)],
    }


def bill_by_hand(state: State, given: Mapping[str, Any]) -> Record:
    """A bill that a person made in the user interface, pushed from `source`, `linked_to` another document, or free."""
    books = state.books
    source = books.by_number(PAYAPPLY, str(given["source"])) if given.get("source") else None
    if given.get("source") and source is None:
        message = f"no application {given['source']}"
        raise LoadError(message)
    actor = Actor(state, str(given.get("creator", "zhang.san")), _BY_HAND, 0)
    bill = _pushed_by_hand(actor, source) if source else _free(actor)
    head, row = bill.head, bill.rows(PAY_ENTRY)[0]
    bill.status = str(given.get("status", "A"))
    number = str(given.get("number") or books.next_bill_number())
    head.update(FBILLNO="" if bill.status == "Z" else number, FTHIRDBILLNO=str(given.get("third_bill_no", "")))
    if given.get("date"):
        head["FDATE"] = day(given["date"])
    if given.get("org"):
        head["FPAYORGID"] = organisation(state, str(given["org"]))
    if given.get("currency"):
        head["FCURRENCYID"] = books.currency(str(given["currency"]))
    if given.get("account"):
        row["FACCOUNTID"] = books.account(str(given["account"]), NOTHING)
    if given.get("amount"):
        _set_amount(bill, money(given["amount"]))
    if given.get("linked_to"):
        bill.entries[SOURCE_ENTRY] = [_foreign_row(state, given["linked_to"])]
    books.put(bill)
    actor.note("made_by_hand", bill)
    return bill


def void_by_hand(state: State, bill_id: int, by: str = "zhang.san") -> Record:
    """A person makes a bill void, in whatever status it is."""
    bill = state.books.all(PAYBILL).get(bill_id)
    if bill is None:
        message = f"no bill {bill_id}"
        raise LoadError(message)
    bill.head["FCANCELSTATUS"] = "B"
    Actor(state, by, _BY_HAND, 0).note("voided", bill)
    return bill


def _pushed_by_hand(actor: Actor, source: Record) -> Record:
    rest = max(actor.state.books.open_amount(source, actor.state.settings), Decimal(0)) or applied_amount(source)
    share = Share(source, source.rows(APPLY_ENTRY)[0], rest)
    return Target(((share,),)).build(actor, Rule(), NOTHING)


def _free(actor: Actor) -> Record:
    """A bill without a source."""
    state = actor.state
    head: Row = {"FID": state.books.next_id("record", PAYBILL.id), "FDATE": state.today(), "FCANCELSTATUS": "A"}
    head.update(FCREATORID=opaque(actor.user), FCREATEDATE=state.now(), FCURRENCYID=state.books.currency("PRE001"))
    rows: list[Row] = [{"FPAYBILLENTRY_FENTRYID": state.books.next_id("entry")}]
    return Record(PAYBILL, head, {PAY_ENTRY: rows}, born_at=state.monotonic())


def _foreign_row(state: State, given: Mapping[str, Any]) -> Row:
    """A source row that links to a document of another form, such as 应付单: its id may be an application's, too."""
    return {
        "FPAYBILLSRCENTRY_FENTRYID": state.books.next_id("entry"),
        "FSOURCETYPE": str(given["form"]),
        "FSRCBILLNO": str(given["number"]),
        f"{LINK}FSTABLENAME": str(given["table"]),
        f"{LINK}FSBILLID": int(given["id"]),
    }


def _set_amount(bill: Record, value: Decimal) -> None:
    bill.rows(PAY_ENTRY)[0].update(FPAYAMOUNTFOR_E=value, FPAYTOTALAMOUNTFOR=value)
    for row in bill.rows(SOURCE_ENTRY):
        row["FREALPAYAMOUNT"] = row["FREALPAYAMOUNTLOC"] = value


def _application(state: State, one: Record) -> dict[str, Any]:
    return {
        "id": one.id,
        "number": one.number,
        "status": one.status,
        "close_status": "B" if state.books.closed(one, state.settings) else "A",
        "cancel_status": plain(one.head.get("FCANCELSTATUS")),
        "currency": plain(one.head.get("FCURRENCYID")),
        "org": plain(one.head.get("FPAYORGID", NOTHING)),
        "applied": f"{applied_amount(one):f}",
        "paid_before": f"{one.paid_before:f}",
        "open": f"{state.books.open_amount(one, state.settings):f}",
        "bills": [bill.id for bill in state.books.bills_of(one)],
    }


def _pay_row(made: Bill, row: Row) -> dict[str, Any]:
    return {
        "id": row[row_key(made.entry)],
        "amount": f"{amount(row, made.paid):f}",
        "total": f"{amount(row, made.payable):f}",
        "account": plain(row.get(made.account, NOTHING)),
        "opposite_account": plain(row.get("FOPPOSITEBANKACCOUNT", "")),
    }


def _source_row(row: Row) -> dict[str, Any]:
    return {
        "id": row["FPAYBILLSRCENTRY_FENTRYID"],
        "number": plain(row.get("FSRCBILLNO", "")),
        "form": plain(row.get("FSOURCETYPE", "")),
        "application_id": row.get(f"{LINK}FSBILLID", 0),
        "application_entry_id": row.get(f"{LINK}FSID", 0),
        "rule": row.get(f"{LINK}FRULEID", ""),
        "amount": f"{amount(row, 'FREALPAYAMOUNT'):f}",
    }
