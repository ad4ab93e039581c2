"""Push (下推): payment applications become payment bills (reference, section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulators.k3cloud import answers
from simulators.k3cloud.answers import Complaint, Document, Entity, RefusedError
from simulators.k3cloud.books import Rule, as_reference
from simulators.k3cloud.convert import Portion, targets
from simulators.k3cloud.forms import APPLY_ENTRY, ORGANIZATIONS, PAYAPPLY, PAYBILL
from simulators.k3cloud.protocol import Call, truth
from simulators.k3cloud.queries import known_form
from simulators.k3cloud.records import NOTHING, Record, Reference
from simulators.k3cloud.validation import check_pushed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulators.k3cloud.settings import Settings
    from simulators.k3cloud.state import Actor, State


class ConversionError(RefusedError):
    """The conversion itself says no: reported in ConvertResponseStatus."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A target after Push's own save: kept with a number, kept as a draft, or refused."""

    bill: Record
    fault: RefusedError | None = None


def push(actor: Actor, call: Call) -> Document:
    """Convert the sources, save the targets, and answer in this tenant's dialect."""
    state, data = actor.state, call.data
    if known_form(actor.state, call.form) is not PAYAPPLY:
        raise RefusedError(12, f"单据“{call.form}”不支持下推")
    try:
        rule = chosen_rule(state, data)
        organisation = _organisation(state, data.get("TargetOrgId"))
        portions = _convertible(state, _asked(state, data))
    except ConversionError as refused:
        return _not_converted(state.settings, refused)
    bills = [target.build(actor, rule, organisation) for target in targets(state, rule, portions)]
    return _saved(actor, [_saved_or_not(state, bill) for bill in bills], keep=truth(data.get("IsDraftWhenSaveFail")))


def chosen_rule(state: State, data: dict[str, Any]) -> Rule:
    """The rule that this request names, or the default one."""
    rule_id, default = str(data.get("RuleId") or "").strip(), truth(data.get("IsEnableDefaultRule"))
    if rule_id and default and state.settings.rule_and_default == "refused":
        raise ConversionError(8, "参数RuleId与IsEnableDefaultRule不能同时使用")
    if rule_id and not (default and state.settings.rule_and_default == "default_wins"):
        return _usable(_named(state, rule_id), rule_id)
    if not default:
        raise ConversionError(8, "参数RuleId不能为空")
    target = str(data.get("TargetFormId") or "").strip()
    if not target:
        raise ConversionError(8, "启用默认转换规则时，参数TargetFormId不能为空")
    fitting = (rule for rule in state.books.rules if rule.default and rule.target_form.lower() == target.lower())
    return _usable(next(fitting, None), f"{PAYAPPLY.id}→{target}")


def _named(state: State, rule_id: str) -> Rule | None:
    spelt = str if state.settings.rule_id_case_sensitive else str.lower
    return next((rule for rule in state.books.rules if spelt(rule.id) == spelt(rule_id)), None)


def _usable(rule: Rule | None, asked: str) -> Rule:
    if rule is None:
        raise ConversionError(10, f"单据转换规则“{asked}”不存在")
    if not rule.enabled:
        raise ConversionError(12, f"单据转换规则“{asked}”已禁用")
    if rule.source_form.upper() != PAYAPPLY.id or rule.target_form.upper() != PAYBILL.id:
        raise ConversionError(8, f"单据转换规则“{asked}”不适用于{PAYAPPLY.id}→{PAYBILL.id}")
    return rule


def _organisation(state: State, value: object) -> Reference:
    """`TargetOrgId` is an internal id; 0 leaves it to the rule."""
    text = str(value or 0).strip()
    if text == "0":
        return NOTHING
    found = state.books.all(ORGANIZATIONS).get(int(text)) if text.isdecimal() else None
    if found is None:
        raise ConversionError(9, f"目标组织“{text}”不存在")
    return as_reference(found)


def _asked(state: State, data: dict[str, Any]) -> list[Portion]:
    """The sources that the request names: whole applications, or some of their entries."""
    ids = [one.strip() for one in str(data.get("Ids") or "").split(",") if one.strip()]
    numbers = [str(one).strip() for one in data.get("Numbers") or [] if str(one).strip()]
    entry_ids = {one.strip() for one in str(data.get("EntryIds") or "").split(",") if one.strip()}
    if not ids and not numbers and entry_ids:
        return _entries(state, entry_ids)
    if not ids and not numbers:
        raise ConversionError(8, "参数Ids、Numbers、EntryIds不能同时为空")
    books = state.books
    records = books.all(PAYAPPLY)
    found = [records.get(int(one)) if one.isdecimal() else None for one in ids] or [
        books.by_number(PAYAPPLY, one) for one in numbers
    ]
    if not any(found) or (None in found and state.settings.push_unknown_source == "refuse"):
        raise ConversionError(10, "未找到对应数据：传递的单据内码或编号不存在")
    unique = {one.id: one for one in found if one is not None}
    return [Portion(one, tuple(one.rows(APPLY_ENTRY))) for one in unique.values()]


def _entries(state: State, entry_ids: set[str]) -> list[Portion]:
    portions = []
    for one in state.books.all(PAYAPPLY).values():
        rows = tuple(row for row in one.rows(APPLY_ENTRY) if str(row["FPAYAPPLYENTRY_FENTRYID"]) in entry_ids)
        if rows:
            portions.append(Portion(one, rows))
    if not portions:
        raise ConversionError(10, "未找到对应数据：传递的分录内码不存在")
    return portions


def _convertible(state: State, portions: list[Portion]) -> list[Portion]:
    """Those that the rule takes; if it takes none, its reason."""
    reasons = [obstacle(state, one.application) for one in portions]
    good = [one for one, reason in zip(portions, reasons, strict=True) if not reason]
    if not good:
        raise ConversionError(state.settings.convert_error_code, reasons[0])
    return good


def obstacle(state: State, application: Record) -> str:
    """Why this application cannot be pushed now; empty if it can."""
    if application.status != "C":
        return "只有已审核的付款申请单才能下推付款单"
    if application.voided or application.closed_by_hand:
        return "没有符合条件的数据"
    if state.settings.over_push_guard and state.books.open_amount(application, state.settings) <= 0:
        return "没有可下推的数据"
    return ""


def _saved_or_not(state: State, bill: Record) -> Saved:
    try:
        check_pushed(state, bill)
    except RefusedError as fault:
        return Saved(bill, fault)
    return Saved(bill)


def _saved(actor: Actor, results: Sequence[Saved], *, keep: bool) -> Document:
    """Write the targets into the books: all of them, or, if one is refused and drafts are not kept, none."""
    state = actor.state
    errors = [Complaint.of(one.fault, i) for i, one in enumerate(results) if one.fault]
    if errors and not keep:
        return _answer(state.settings, answers.status(state.settings, errors=errors), [])
    entities = []
    for index, one in enumerate(results):
        one.bill.status = "Z" if one.fault else "A"
        one.bill.head["FBILLNO"] = "" if one.fault else state.books.next_bill_number()
        state.books.put(one.bill)
        actor.note("draft_pushed" if one.fault else "pushed", one.bill, one.fault.message if one.fault else "")
        entities.append(Entity(one.bill.id, one.bill.number, index))
    if state.settings.push_names == "source":
        entities = [Entity(one.id, one.number, i) for i, bill in enumerate(results) for one in _sources(state, bill)]
    success = not errors or state.settings.draft_is_success
    return _answer(
        state.settings, answers.status(state.settings, entities=entities, errors=errors, success=success), entities
    )


def _sources(state: State, saved: Saved) -> list[Record]:
    return state.books.sources_of(saved.bill)


def _answer(settings: Settings, status: Document, entities: Sequence[Entity]) -> Document:
    result: Document = {"ResponseStatus": status, **_convert_block(settings, answers.status(settings))}
    if settings.result_ids:
        result["Ids"] = [answers.identifier(settings, one.id) for one in entities]
        result["Numbers"] = [one.number for one in entities]
    return {"Result": result}


def _not_converted(settings: Settings, refused: ConversionError) -> Document:
    """The conversion failed; what ResponseStatus then holds is this tenant's habit."""
    failed = answers.status(settings, errors=[Complaint.of(refused)])
    generic = answers.status(settings, errors=[Complaint("保存失败", msg_code=refused.msg_code)])
    status = {"both": failed, "generic": generic, "success_empty": answers.status(settings), "absent": None}
    block = status[settings.convert_error]
    result: Document = {"ResponseStatus": block} if block else {}
    convert = _convert_block(settings, failed)
    if not result and not convert:
        result = {"ResponseStatus": failed}  # it has to be said somewhere
    return {"Result": {**result, **convert}}


def _convert_block(settings: Settings, status: Document) -> Document:
    match settings.convert_status:
        case "absent":
            return {}
        case "list":
            items = status["Errors"] or [{"Message": ""}]
            listed = [{"IsSuccess": status["IsSuccess"], "Message": one["Message"], "Description": ""} for one in items]
            return {"ConvertResponseStatus": listed}
        case _:
            return {"ConvertResponseStatus": status}
