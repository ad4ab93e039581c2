"""Save, BatchSave and Draft: changing a bill or making a new one (reference, section 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.k3cloud import answers
from simulators.k3cloud.answers import Complaint, Document, Entity, RefusedError
from simulators.k3cloud.convert import write_back
from simulators.k3cloud.forms import row_key
from simulators.k3cloud.model import Change, apply
from simulators.k3cloud.queries import known_form
from simulators.k3cloud.records import Record, Reference, Row, amount, opaque
from simulators.k3cloud.validation import check_period, check_saved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulators.k3cloud.forms import Form
    from simulators.k3cloud.protocol import Call
    from simulators.k3cloud.state import Actor, State


def save(actor: Actor, call: Call) -> Document:
    """One bill. Status Z becomes A and gets its number."""
    return _single(actor, call, draft=False)


def draft(actor: Actor, call: Call) -> Document:
    """One bill kept as a draft: status Z, no number, hardly checked."""
    return _single(actor, call, draft=True)


def batch_save(actor: Actor, call: Call) -> Document:
    """Many bills, each a transaction of its own. Only ResponseStatus and NeedReturnData come back."""
    form = _bill_form(actor.state, call)
    models = call.data.get("Model")
    if not isinstance(models, list) or not models:
        raise RefusedError(8, "参数错误：Model必须为数组")
    entities, errors, returned = [], [], []
    for index, model in enumerate(models):
        if skipped(actor, index):
            continue
        try:
            bill = _keep(actor, form, call.data, model)
        except RefusedError as refused:
            errors.append(Complaint.of(refused, index))
        else:
            entities.append(Entity(bill.id, bill.number, index))
            returned.append(_returned(bill, call.data))
    block = answers.status(
        actor.state.settings, entities=entities, errors=errors, success=batch_success(actor, entities, errors)
    )
    return {"Result": {"ResponseStatus": block, "NeedReturnData": returned}}


def skipped(actor: Actor, index: int) -> bool:
    """Whether this tenant leaves out the item at `index` of a batch, without a word."""
    settings = actor.state.settings
    every = settings.silent_skip_every
    return bool(every) and actor.operation in settings.silent_skip_operations and (index + 1) % every == 0


def batch_success(actor: Actor, entities: list[Entity], errors: list[Complaint]) -> bool:
    """IsSuccess of a batch; nothing done and nothing refused counts as success."""
    return bool(entities) if errors and actor.state.settings.batch_is_success == "any" else not errors


def _single(actor: Actor, call: Call, *, draft: bool) -> Document:
    form = _bill_form(actor.state, call)
    bill = _keep(actor, form, call.data, call.data.get("Model"), draft=draft)
    settings = actor.state.settings
    block = answers.status(settings, entities=[Entity(bill.id, bill.number)])
    result = {"ResponseStatus": block, "Id": answers.identifier(settings, bill.id), "Number": bill.number}
    return {"Result": {**result, "NeedReturnData": [_returned(bill, call.data)]}}


def _bill_form(state: State, call: Call) -> Form:
    form = known_form(state, call.form)
    if form.bill is None:
        raise RefusedError(2, f"您没有“{call.form}”的保存权限，请联系系统管理员")
    return form


def _keep(actor: Actor, form: Form, options: Mapping[str, Any], model: object, *, draft: bool = False) -> Record:
    """Apply a Model to a copy, check it, and only then put it into the books."""
    if not isinstance(model, dict):
        raise RefusedError(8, "参数错误：Model")
    state = actor.state
    old = _existing(actor, form, model)
    bill = old.copy() if old else _new(actor, form)
    apply(state, bill, Change.of(model, options))
    write_back(bill)
    if old and state.settings.amount_change != "allowed":
        _hold_amounts(actor, old, bill)
    if draft:
        bill.status = bill.status if old else "Z"
    else:
        check_saved(state, bill)
        _give_number(actor, bill)
    bill.head["FMODIFYDATE"], bill.head["FMODIFIERID"] = state.now(), opaque(actor.user)
    state.books.put(bill)
    actor.note("saved" if old else ("drafted" if draft else "created"), bill)
    return bill


def _existing(actor: Actor, form: Form, model: Mapping[str, Any]) -> Record | None:
    """The bill that a Model means by FID; None for a new one."""
    given = {key.upper(): value for key, value in model.items()}
    text = str(given.get("FID") or 0).strip()
    if text == "0":
        return None
    bill = actor.state.books.all(form).get(int(text)) if text.isdecimal() else None
    if bill is None:
        raise RefusedError(10, f"未找到对应数据：内码{text}的{form.name}不存在")
    if bill.status == "C" or (bill.status == "B" and actor.state.settings.save_on_submitted == "refused"):
        word = "已审核" if bill.status == "C" else "审核中"
        raise RefusedError(12, f"单据编号为“{bill.number}”的{form.name}，单据{word}，不允许修改！")
    if bill.voided:
        raise RefusedError(12, f"单据编号为“{bill.number}”的{form.name}，单据已作废，不允许修改！")
    if bill.status != "Z":  # a draft may be moved out of the closed period that made it one
        check_period(actor.state, bill)
    return bill


def _new(actor: Actor, form: Form) -> Record:
    state, user = actor.state, opaque(actor.user)
    head: Row = {"FID": state.books.next_id("record", form.id), "FBILLNO": "", "FDOCUMENTSTATUS": "Z"}
    head.update(FCANCELSTATUS="A", FCREATORID=user, FCREATEDATE=state.now())
    return Record(form, head, born_at=state.monotonic())


def _give_number(actor: Actor, bill: Record) -> None:
    """Z becomes A; the numbering rule gives what the client has not."""
    if bill.status == "Z":
        bill.status = "A"
    if not bill.number:
        bill.head["FBILLNO"] = actor.state.books.next_bill_number(bill.form)


def _hold_amounts(actor: Actor, old: Record, bill: Record) -> None:
    """A tenant on which the amount of a pushed bill is not the client's to change."""
    made = bill.form.made
    key = row_key(made.entry)
    before = {row[key]: amount(row, made.paid) for row in old.rows(made.entry)}
    for row in bill.rows(made.entry):
        was = before.get(row[key])
        if was is None or was == amount(row, made.paid):
            continue
        if actor.state.settings.amount_change == "refused":
            field = bill.form.fields[made.paid]
            raise RefusedError(12, f"字段“{field.name}”已锁定，不允许修改", field_name=field.key)
        row[made.paid] = was
    write_back(bill)


def _returned(bill: Record, options: Mapping[str, Any]) -> Document:
    """NeedReturnData: the head fields that were asked for."""
    values = {str(key): bill.head.get(str(key).upper(), "") for key in options.get("NeedReturnFields") or []}
    return {key: value.number if isinstance(value, Reference) else value for key, value in values.items()}
