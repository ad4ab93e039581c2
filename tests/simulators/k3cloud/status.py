"""Submit, Audit, UnAudit, Delete, WorkflowAudit, Cancel and View (reference, section 8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from simulators.k3cloud import answers, jsontext
from simulators.k3cloud.answers import Complaint, Document, Entity, RefusedError
from simulators.k3cloud.queries import known_form
from simulators.k3cloud.records import Record, Reference, Row, Stored, opaque
from simulators.k3cloud.save import batch_success, skipped
from simulators.k3cloud.state import Actor, State
from simulators.k3cloud.validation import check_period, check_required

if TYPE_CHECKING:
    from simulators.k3cloud.forms import Form
    from simulators.k3cloud.protocol import Call

Step = Callable[[Actor, Record], None]
_NAMES = {"Z": "暂存", "A": "创建", "B": "审核中", "C": "已审核", "D": "重新审核"}


def submit(actor: Actor, bill: Record) -> None:
    """A or D → B."""
    if bill.status == "B":
        raise _refused(bill, "单据已提交，不允许重复提交！")
    _only_in(bill, "AD", "提交")
    check_required(bill, actor.state.settings.required_on_submit)
    _move(actor, bill, "B", "submitted")


def audit(actor: Actor, bill: Record) -> None:
    """B → C, unless a workflow decides that."""
    if bill.status == "C":
        raise _refused(bill, "单据已经审核！")
    if actor.state.settings.workflow:
        raise RefusedError(12, f"单据编号为“{bill.number}”的{bill.form.name}，已启用审批流，请在审批流中审核！")
    _only_in(bill, "B", "审核")
    _audit(actor, bill)


def unaudit(actor: Actor, bill: Record) -> None:
    """C → D."""
    _only_in(bill, "C", "反审核")
    check_period(actor.state, bill, "期间已关账")
    bill.head.update(FAPPROVERID=None, FAPPROVEDATE=None)
    _move(actor, bill, actor.state.settings.unaudit_to, "unaudited")


def delete(actor: Actor, bill: Record) -> None:
    """Z, A and D can go; what they paid on is open again."""
    _only_in(bill, "ZAD", "删除")
    check_period(actor.state, bill, "期间已关账")
    actor.note("deleted", bill)
    actor.state.books.remove(bill)


def cancel(actor: Actor, bill: Record) -> None:
    """作废: the bill stays, with its link, and pays nothing."""
    _only_in(bill, "ZAD", "作废")
    if bill.voided:
        raise _refused(bill, "单据已作废！")
    bill.head["FCANCELSTATUS"] = "B"
    actor.note("voided", bill)


def approve(actor: Actor, bill: Record) -> None:
    """The workflow's own way from B to C."""
    _only_in(bill, "B", "审批")
    _audit(actor, bill)


def reject(actor: Actor, bill: Record) -> None:
    """The workflow sends a bill back."""
    _only_in(bill, "B", "审批")
    _move(actor, bill, "D", "rejected")


STEPS: Mapping[str, Step] = {"Submit": submit, "Audit": audit, "UnAudit": unaudit, "Delete": delete}
WORKFLOW_STEPS: Mapping[str, Step] = {"1": approve, "2": reject}
NAMED_STEPS: Mapping[str, Step] = {"cancel": cancel, **{name.lower(): step for name, step in STEPS.items()}}


def batch(actor: Actor, call: Call) -> Document:
    """One operation on every bill named. Unknown ones are left out in silence while any other exists."""
    form = known_form(actor.state, call.form)
    if form.bill is None:
        raise RefusedError(2, f"您没有“{call.form}”的权限，请联系系统管理员")
    return _each(actor, _asked(actor.state, form, call.data), _step(call))


def view(actor: Actor, call: Call) -> Document:
    """One bill in full, under names without their leading F."""
    form = known_form(actor.state, call.form)
    if form.bill is None:
        raise RefusedError(2, f"您没有“{call.form}”的查看权限，请联系系统管理员")
    settings, data = actor.state.settings, call.data
    wanted = {"Ids": str(data.get("Id") or ""), "Numbers": [data["Number"]] if data.get("Number") else []}
    bill = next(one for one in _asked(actor.state, form, wanted) if one is not None)  # unknown: refused by _asked
    entries = {key[1:]: [_viewed(form, row) for row in rows] for key, rows in bill.entries.items()}
    document: object = {"Id": bill.id, **_viewed(form, bill.head), **entries}
    content = jsontext.dumps(document) if settings.view_as_text else document
    return {"Result": {"ResponseStatus": answers.status(settings), "Result": content}}


def _step(call: Call) -> Step:
    if call.operation == "WorkflowAudit":
        step = WORKFLOW_STEPS.get(str(call.data.get("ApprovalType") or ""))
    elif call.operation == "ExcuteOperation":
        step = NAMED_STEPS.get(call.op_number.lower())
    else:
        step = STEPS.get(call.operation)
    if step is None:
        raise RefusedError(3, "操作标识为空或不支持")
    return step


def _asked(state: State, form: Form, data: Mapping[str, Any]) -> Sequence[Record | None]:
    """The bills named by Ids (comma-separated text) or Numbers (array), None for each that does not exist."""
    bills = state.books.all(form)
    ids = [one.strip() for one in str(data.get("Ids") or "").split(",") if one.strip()]
    found = [bills.get(int(one)) if one.isdecimal() else None for one in ids]
    if not ids:
        found = [state.books.by_number(form, str(one)) for one in data.get("Numbers") or []]
    if not found:
        raise RefusedError(8, "参数Ids、Numbers不能同时为空")
    if not any(found):
        raise RefusedError(10, "未找到对应数据：传递的单据内码或编号不存在")
    return found


def _each(actor: Actor, bills: Sequence[Record | None], step: Step) -> Document:
    entities: list[Entity] = []
    errors: list[Complaint] = []
    for index, bill in enumerate(bills):
        if bill is None or (len(bills) > 1 and skipped(actor, index)):
            continue
        try:
            step(actor, bill)
        except RefusedError as refused:
            errors.append(Complaint.of(refused, index))
        else:
            entities.append(Entity(bill.id, bill.number, index))
    success = batch_success(actor, entities, errors)
    block = answers.status(actor.state.settings, entities=entities, errors=errors, success=success)
    return {"Result": {"ResponseStatus": block}}


def _audit(actor: Actor, bill: Record) -> None:
    state = actor.state
    check_period(state, bill)
    accounts = (str(row.get("FOPPOSITEBANKACCOUNT", "")) for row in bill.rows(bill.form.made.entry))
    if state.settings.quote_breaks_audit and any("'" in account for account in accounts):
        raise RefusedError(6, "数据库操作失败：字符串 '' 后的引号不完整。")
    bill.head.update(FAPPROVERID=opaque(actor.user), FAPPROVEDATE=state.now())
    _move(actor, bill, "C", "audited")
    if state.settings.voucher_at_audit:
        actor.note("voucher_made", bill)


def _move(actor: Actor, bill: Record, status: str, effect: str) -> None:
    bill.status = status
    actor.note(effect, bill)


def _only_in(bill: Record, statuses: str, action: str) -> None:
    if bill.status not in statuses:
        raise RefusedError(
            12, f"单据编号为“{bill.number}”的{bill.form.name}，单据状态为{_NAMES[bill.status]}，不允许{action}！"
        )
    if bill.voided and action != "删除":
        raise RefusedError(12, f"单据编号为“{bill.number}”的{bill.form.name}，单据已作废，不允许{action}！")


def _refused(bill: Record, why: str) -> RefusedError:
    return RefusedError(11, f"单据编号为“{bill.number}”的{bill.form.name}，{why}")


def _viewed(form: Form, row: Row) -> Document:
    return {_view_name(form, key): _view_value(value) for key, value in row.items() if not key.startswith("_")}


def _view_name(form: Form, key: str) -> str:
    known = form.fields.get(key)
    return "Id" if key.endswith("_FENTRYID") else (known.key if known else key)[1:]


def _view_value(value: Stored) -> object:
    if isinstance(value, Reference):
        return {"Id": value.id, "Number": value.number, "Name": [{"Key": 2052, "Value": value.name}]}
    return value
