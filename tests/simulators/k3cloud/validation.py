"""What has to be true of a payment bill before it may be saved, pushed, submitted or audited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.k3cloud.answers import RefusedError
from simulators.k3cloud.books import linked_amount
from simulators.k3cloud.conditions import canonical
from simulators.k3cloud.records import NOTHING, Record, Stored, amount, stored

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulators.k3cloud.state import State

CLOSED_PERIOD = "业务日期必须大于现金和应收系统的最后一次结账日期"


def check_pushed(state: State, bill: Record) -> None:
    """The save inside Push: what it refuses is rolled back, or kept as a draft."""
    if state.settings.push_save_error:
        raise RefusedError(11, state.settings.push_save_error)
    check_period(state, bill)
    check_required(bill, state.settings.push_required_fields)


def check_saved(state: State, bill: Record) -> None:
    """A proper save, after all changes have been applied."""
    required = bill.form.made.required
    check_required(bill, state.settings.required_fields if required is None else required)
    check_period(state, bill)
    _check_number(state, bill)
    _check_amounts(bill)
    if state.settings.over_push_guard:
        _check_sources(state, bill)


def check_period(state: State, bill: Record, message: str = CLOSED_PERIOD) -> None:
    """Refuse what is dated in a closed period."""
    if state.in_closed_period(bill.head.get("FDATE")):
        raise RefusedError(11, message, field_name="FDATE")


def check_required(bill: Record, keys: Iterable[str]) -> None:
    """Refuse a bill in which one of these fields is empty, in the head or in any row of its entry."""
    for key in keys:
        field = bill.form.fields[key.upper()]
        rows = bill.rows(field.entry) if field.entry else [bill.head]
        if not rows or any(_empty(stored(row, field)) for row in rows):
            raise RefusedError(11, f"字段“{field.name}”是必填项", field_name=field.key)


def _empty(value: Stored) -> bool:
    return value is None or value == NOTHING or (isinstance(value, str) and not value.strip())


def _check_number(state: State, bill: Record) -> None:
    if not bill.number:
        return
    same = state.books.candidates(bill.form, "FBILLNO", [bill.number])
    if any(one.id != bill.id and canonical(one.number) == canonical(bill.number) for one in same):
        message = f"违反字段唯一性要求：编码唯一。[{bill.number}]在当前系统中已经被使用。"
        raise RefusedError(11, message, field_name="FBillNo")


def _check_amounts(bill: Record) -> None:
    made = bill.form.made
    rows = bill.rows(made.entry)
    if not rows:
        raise RefusedError(11, "付款明细不能为空", field_name=made.entry)
    for key in (made.payable, made.paid):
        field = bill.form.fields[key]
        if any(amount(row, key) <= 0 for row in rows):
            raise RefusedError(11, f"{field.name}必须大于0", field_name=field.key)


def _check_sources(state: State, bill: Record) -> None:
    for application in state.books.sources_of(bill):
        rest = state.books.open_amount(application, state.settings, without=bill.id)
        if linked_amount(bill, application.id) > rest:
            raise RefusedError(11, f"反写超额：付款申请单{application.number}的付款金额超过未付金额")
