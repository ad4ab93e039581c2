"""Every switch of the simulator with its default: what is unknown about a real tenant, one setting each."""

from __future__ import annotations

from dataclasses import MISSING, Field, dataclass, field, fields, replace
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Mapping


class SettingError(ValueError):
    """A setting that does not exist or cannot have this value."""


_REQUIRED = ("FPAYORGID", "FDATE", "FCURRENCYID", "FCONTACTUNITTYPE", "FCONTACTUNIT", "FRECTUNITTYPE", "FRECTUNIT")


@dataclass(frozen=True, slots=True)
class Settings:
    """Defaults are those of the reference, section 13. Change with POST /_sim/settings."""

    # time and load
    latency_ms: Annotated[int, "each call takes at least so long, before its effect"] = 0
    latency_ms_by_operation: Annotated[dict[str, int], 'the same for single operations, e.g. {"Push": 800}'] = field(
        default_factory=dict
    )
    first_call_ms: Annotated[int, "extra time for the first call of a new session"] = 0
    max_in_flight: Annotated[int, "more calls at once are refused with MsgCode 14; 0 is no limit"] = 0
    today: Annotated[str, "the simulator's date (ISO); empty: the real date in Asia/Shanghai"] = ""
    # signatures and sessions
    check_signatures: Annotated[bool, "false: let every call in"] = True
    clock_window_minutes: Annotated[int, "refuse stamps further away than this; 0 is off"] = 0
    millisecond_stamps: Annotated[bool, "accept time stamps in milliseconds (Java SDK)"] = True
    session_masks_credentials: Annotated[bool, "a live session is accepted without looking at signatures"] = True
    session_idle_seconds: Annotated[int, "sessions unused for so long are forgotten; 0 is never"] = 0
    dead_session: Annotated[
        Literal["ignored", "coded", "worded", "page"],
        "a call with the id of a session that is no more: its signature counts; or MsgCode 1; words; a login page",
    ] = "ignored"
    # shape of answers
    answers_as_text: Annotated[bool, "booleans and codes of a ResponseStatus as text, as in the templates"] = False
    ids_as_text: Annotated[bool, "ids in SuccessEntitys and Result as text"] = False
    amount_decimals: Annotated[int, "amounts in queries with so many decimals; -1: as stored"] = -1
    date_separator: Annotated[Literal["T", " "], "between date and time in answers"] = "T"
    query_error_shape: Annotated[Literal["nested", "list", "dict", "bare"], "how a query refuses"] = "nested"
    view_as_text: Annotated[bool, "View gives Result.Result as JSON text"] = False
    # queries
    query_limit: Annotated[int, "rows above this are cut without a sign (2000 or 10000)"] = 2000
    shuffle: Annotated[bool, "without OrderString rows come in another order each time"] = True
    entry_join: Annotated[Literal["inner", "left"], "bills without rows in a joined entry are dropped, or kept"] = (
        "inner"
    )
    visibility_lag_seconds: Annotated[float, "queries see a new bill only after this time"] = 0.0
    hidden_organisations: Annotated[list[str], "numbers of organisations whose documents queries do not show"] = field(
        default_factory=list
    )
    missing_fields: Annotated[list[str], "field keys that this tenant does not have: queries refuse them"] = field(
        default_factory=list
    )
    business_info_as_text: Annotated[bool, "QueryBusinessInfo gives NeedReturnData as JSON text"] = False
    hidden_drafts: Annotated[bool, "queries do not show bills in status Z"] = False
    # push
    over_push_guard: Annotated[bool, "a source with nothing left is refused and closed; Save checks 反写超额"] = True
    drafts_use_up_source: Annotated[bool, "bills in status Z count against the source's open amount"] = True
    push_unknown_source: Annotated[Literal["refuse", "skip"], "unknown numbers: MsgCode 10, or left out"] = "refuse"
    rule_id_case_sensitive: Annotated[bool, "RuleId must be spelt as the rule is"] = False
    rule_and_default: Annotated[
        Literal["rule_wins", "default_wins", "refused"], "RuleId together with IsEnableDefaultRule"
    ] = "rule_wins"
    draft_is_success: Annotated[bool, "IsSuccess when the target was kept as a draft"] = True
    push_required_fields: Annotated[list[str], "target fields that fail Push's save if empty, e.g. FACCOUNTID"] = field(
        default_factory=list
    )
    push_save_error: Annotated[str, "any text: every save inside Push fails with it"] = ""
    push_entry_per: Annotated[Literal["application", "entry"], "payment entries of a pushed bill"] = "application"
    source_number: Annotated[Literal["application", "payable"], "what FSRCBILLNO holds"] = "application"
    convert_status: Annotated[Literal["dict", "list", "absent"], "form of ConvertResponseStatus"] = "dict"
    convert_error: Annotated[
        Literal["both", "generic", "success_empty", "absent"], "ResponseStatus beside a failed conversion"
    ] = "both"
    convert_error_code: Annotated[int, "MsgCode of a source that cannot be pushed"] = 11
    push_names: Annotated[Literal["target", "source"], "whom SuccessEntitys of a good Push names"] = "target"
    result_ids: Annotated[bool, "Push answers carry Result.Ids and Result.Numbers, too"] = False
    pushed_date: Annotated[str, "FDATE of pushed bills (ISO); empty: today"] = ""
    # save
    delete_absent_entries: Annotated[
        Literal["all", "given"], "IsDeleteEntry empties entries that the Model does not name at all"
    ] = "all"
    save_on_submitted: Annotated[Literal["refused", "allowed"], "Save of a bill in status B"] = "refused"
    amount_change: Annotated[Literal["allowed", "refused", "ignored"], "Save of FPAYAMOUNTFOR_E on a pushed bill"] = (
        "allowed"
    )
    field_order_matters: Annotated[bool, "currency or organisation after the entries resets their amounts"] = True
    required_fields: Annotated[list[str], "fields without which Save refuses"] = field(
        default_factory=lambda: list(_REQUIRED)
    )
    required_on_submit: Annotated[list[str], "fields without which Submit refuses, e.g. FACCOUNTID"] = field(
        default_factory=list
    )
    # batches and status
    batch_is_success: Annotated[Literal["all", "any"], "IsSuccess of a batch: all went well, or any did"] = "all"
    silent_skip_every: Annotated[int, "every n-th bill of a batch is left out in silence; 0 is off"] = 0
    silent_skip_operations: Annotated[list[str], "operations that do so"] = field(
        default_factory=lambda: ["Submit", "Audit", "BatchSave"]
    )
    workflow: Annotated[bool, "AP_PAYBILL has an approval workflow: plain Audit is refused"] = False
    voucher_at_audit: Annotated[bool, "Audit writes a voucher into the log"] = False
    unaudit_to: Annotated[Literal["D", "B"], "status after UnAudit"] = "D"
    quote_breaks_audit: Annotated[bool, "a ' in the opposite account makes Audit fail with an SQL error"] = True

    def updated(self, changes: Mapping[str, Any]) -> Settings:
        """The settings after `changes`, each checked."""
        known = {one.name: one for one in fields(self)}
        changes = {name: float(value) if isinstance(value, Decimal) else value for name, value in changes.items()}
        for name, value in changes.items():
            if name not in known:
                message = f"no setting {name!r}; known are {sorted(known)}"
                raise SettingError(message)
            _check(known[name], value)
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """Every setting with its value."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def _check(setting: Field[Any], value: object) -> None:
    default, choices = _default(setting), _hint(setting.name)[1]
    fits = type(value) is type(default) or (isinstance(default, float) and type(value) is int)
    if not fits or (choices and value not in choices):
        wanted = " | ".join(map(repr, choices)) if choices else type(default).__name__
        message = f"setting {setting.name} cannot be {value!r}; wanted: {wanted}"
        raise SettingError(message)


def described() -> str:
    """One line per setting, for --help."""
    width = max(len(one.name) for one in fields(Settings))
    return "\n".join(f"  {one.name:<{width}}  {_described(one)}" for one in fields(Settings))


def _described(setting: Field[Any]) -> str:
    about, choices = _hint(setting.name)
    listed = f" [{'|'.join(choices)}]" if choices else ""
    return f"{about}{listed} ({_default(setting)!r})"


def _default(setting: Field[Any]) -> object:
    return setting.default if setting.default_factory is MISSING else setting.default_factory()


def _hint(name: str) -> tuple[str, tuple[str, ...]]:
    """What a setting is for, and its choices where they are few."""
    kind, about = get_args(_hints()[name])
    return about, get_args(kind) if get_origin(kind) is Literal else ()


@cache
def _hints() -> dict[str, Any]:
    return get_type_hints(Settings, include_extras=True)
