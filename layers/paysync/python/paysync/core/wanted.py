"""What a finished bill must say, how a bill differs from it, and the edit that mends it. Pure, to the cent."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias

from paysync.core.bills import EDITABLE, Bill, BillEntry, BillStatus, Cell, Edit, Json
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.money import exact, plain
from paysync.core.records import Row
from paysync.core.scheme import SaveStep, Scheme, Tree
from paysync.core.templates import render

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d\Z")


@dataclass(frozen=True, slots=True)
class Value:
    """One field: the key it is saved by, the key it is read by (`KEY.FNumber` for a reference), and what it must be."""

    save_key: str
    read_key: str
    json: Json
    plain: Cell


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything that a scheme wants of one payment's bill."""

    reference: str
    head: tuple[Value, ...]
    each: tuple[Value, ...]
    expect: tuple[Value, ...]
    amount: Decimal
    step: SaveStep


Values: TypeAlias = Sequence[Value]


def wanted_of(scheme: Scheme, row: Row, scope: Mapping[str, object]) -> Wanted | None:
    """What the bill of `row` must say; None where the scheme saves nothing on bills."""
    step, facts = scheme.target.save, row.payment.facts
    if step is None or facts is None:
        return None
    return Wanted(
        reference=row.key.code,
        head=tuple(_values(step.head, scope)),
        each=tuple(_values(step.each, scope)),
        expect=tuple(_values(step.expect, scope)),
        amount=facts.amount.value,
        step=step,
    )


def _values(fields: Sequence[tuple[str, Tree]], scope: Mapping[str, object]) -> Iterator[Value]:
    for key, tree in fields:
        json = render(tree, scope)
        if isinstance(json, dict):
            ((sub, inner),) = json.items()
            yield Value(key, f"{key}.{sub}", json, inner if not isinstance(inner, (dict, list)) else None)
        elif not isinstance(json, list):
            yield Value(key, key, json, json)


def amount_in(bill: Bill, step: SaveStep | None) -> Decimal | None:
    """The bill's amount: the sum of its entries' compared amount field; None where an entry does not say a number."""
    if step is None or not step.amounts or not bill.entries:
        return None
    amounts = [exact(_text(entry.cells.get(step.amounts[-1]))) for entry in bill.entries]
    return None if None in amounts else sum((a for a in amounts if a is not None), Decimal(0))


def unfit(bill: Bill, wanted: Wanted | None) -> Diagnosis | None:
    """Why this bill can never become the wanted one, or None: voided, another's, wrong organisation or currency."""
    name = bill.head.number or bill.head.id
    if bill.head.voided:
        return Diagnosis.of(Code.BILL_VOIDED, bill=name, bill_id=bill.head.id)
    if wanted is None:
        return None
    if bill.head.reference and bill.head.reference != wanted.reference:
        return Diagnosis.of(Code.BILL_CLAIMED, bill=name, bill_id=bill.head.id, owner=bill.head.reference)
    for value in wanted.expect:
        found = bill.cells.get(value.read_key)
        if not same(found, value.plain):
            return Diagnosis.of(
                Code.BILL_ORGANISATION if wanted.head else Code.HTTP_DIFFERENT,
                bill=name,
                bill_id=bill.head.id,
                field=value.read_key,
                wanted=value.plain,
                found=found,
            )
    if _amount_is_stuck(bill, wanted):
        found_amount = amount_in(bill, wanted.step)
        return Diagnosis.of(
            Code.BILL_AMOUNTS,
            bill=name,
            bill_id=bill.head.id,
            entries=len(bill.entries),
            wanted=plain(wanted.amount),
            found=plain(found_amount) if found_amount is not None else "?",
        )
    return None


def differences(bill: Bill, wanted: Wanted | None) -> tuple[str, ...]:
    """Read keys of what is not yet as wanted, compared to the cent; nothing left means the bill may be submitted."""
    if wanted is None:
        return ()
    head = [v.read_key for v in wanted.head if not same(bill.cells.get(v.read_key), v.plain)]
    each = [v.read_key for v in wanted.each for e in bill.entries if not same(e.cells.get(v.read_key), v.plain)]
    amounts = list(wanted.step.amounts[-1:]) if amount_in(bill, wanted.step) != wanted.amount else []
    return tuple(dict.fromkeys([*head, *each, *amounts]))


def edit_of(bill: Bill, wanted: Wanted | None) -> Edit | None:
    """The Save that this bill still needs: what differs, in the scheme's order, amounts last; a draft needs one."""
    if bill.head.status not in EDITABLE:
        return None
    differ = differences(bill, wanted)
    if not differ and bill.head.status is not BillStatus.DRAFT:
        return None
    model: dict[str, Json] = {"FID": _id(bill.head.id)}
    if wanted is not None:
        model.update({v.save_key: v.json for v in wanted.head if v.read_key in differ})
        entries: list[Json] = [e for e in (_entry_edit(entry, wanted, differ) for entry in bill.entries) if len(e) > 1]
        if entries:
            model[wanted.step.entry] = entries
    return Edit(bill.head.id, model)


def read_back_fault(bill: Bill, wanted: Wanted | None) -> Diagnosis | None:
    """Why a saved bill must not be submitted, or None: still a draft, or not what was saved."""
    name = bill.head.number or bill.head.id
    if bill.head.status is BillStatus.DRAFT or not bill.head.number:
        return Diagnosis.of(Code.BILL_DRAFT, bill=name, bill_id=bill.head.id)
    differ = differences(bill, wanted)
    if differ:
        return Diagnosis.of(Code.BILL_READBACK, bill=name, bill_id=bill.head.id, fields=", ".join(differ))
    return None


def same(found: Cell, wanted: Cell) -> bool:
    """Whether a cell that was read says what was wanted: numbers by value, dates by day, text without outer blanks."""
    if isinstance(wanted, (int, Decimal)) and not isinstance(wanted, bool):
        number = exact(_text(found))
        return number is not None and number == wanted
    left, right = _text(found).strip(), _text(wanted).strip()
    if _DAY.match(right):
        return left[:10] == right
    return left == right


def _amount_is_stuck(bill: Bill, wanted: Wanted) -> bool:
    """Money is never spread by guess: an amount that is wrong can only be set where there is exactly one entry."""
    return bool(wanted.step.amounts) and len(bill.entries) != 1 and amount_in(bill, wanted.step) != wanted.amount


def _entry_edit(entry: BillEntry, wanted: Wanted, differ: Sequence[str]) -> dict[str, Json]:
    edit: dict[str, Json] = {wanted.step.entry_id: _id(entry.id)}
    edit.update({v.save_key: v.json for v in wanted.each if not same(entry.cells.get(v.read_key), v.plain)})
    if wanted.step.amounts and wanted.step.amounts[-1] in differ:
        edit.update(dict.fromkeys(wanted.step.amounts, wanted.amount))
    return edit


def _id(text: str) -> Json:
    return int(text) if text.isdecimal() else text


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell)
