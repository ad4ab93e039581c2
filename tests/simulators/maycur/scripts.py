"""Changes of the books that happen by themselves: after the k-th list call, or at a moment.

    {"after_calls": 1, "insert": {"paymentBizCode": "PT9", …}}          after the answer to the first paid list call
    {"after_calls": 2, "remove": "PT3"}                                  voided between two pages
    {"after_calls": 1, "operation": "reimburse_list", "change": "BX7", "set": {"_status": "COMPLETED"}}
    {"after_seconds": 5, "change": "PT4", "set": {"payableAmount": 12.30}}
    {"at_ms": 1675152000000, "duplicate": "PT5"}                         the same transaction a second time

Calls and seconds are counted from when the script was loaded; only calls answered from the books count, hence not those
that a fault, a bad token or throttling kept from them. What is inserted may have a paid time in the past.
"""

from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from simulators.common.jsontext import Json, JsonObject
from simulators.maycur import rows
from simulators.maycur.books import Books

Effect: TypeAlias = Literal["insert", "insert_form", "remove", "change", "duplicate"]
_EFFECTS: Final[tuple[Effect, ...]] = ("insert", "insert_form", "remove", "change", "duplicate")
_ANY_MOMENT: Final = 1_700_000_000_000
_TRIGGERS: Final = ("after_calls", "after_seconds", "at_ms")
_OPERATIONS: Final = ("paid_list", "reimburse_list")
_KNOWN: Final = frozenset({*_EFFECTS, *_TRIGGERS, "operation", "set"})


class ScriptError(ValueError):
    """A script that cannot be understood."""


@dataclass(slots=True)
class Script:
    """One change to come."""

    effect: Effect
    subject: Json  # the row to insert, or the key of the row to remove, change or duplicate
    values: JsonObject
    operation: str
    calls_left: int | None
    due_ms: int | None

    def is_due(self, now_ms: int) -> bool:
        """Whether its call has been answered or its moment has come."""
        if self.calls_left is not None:
            return self.calls_left <= 0
        return self.due_ms is not None and now_ms >= self.due_ms

    def to_json(self) -> JsonObject:
        """What is still to come, in the form in which it was loaded."""
        trigger: JsonObject = {"at_ms": self.due_ms} if self.calls_left is None else {"after_calls": self.calls_left}
        values: JsonObject = {"set": self.values} if self.values else {}
        return {**trigger, "operation": self.operation, self.effect: self.subject, **values}


@dataclass(slots=True)
class Stage:
    """The scripts that wait, and those that happened."""

    waiting: list[Script] = field(default_factory=list)
    played: int = 0
    failed: list[str] = field(default_factory=list)

    def answered(self, operation: str) -> None:
        """Tell the scripts that a call of an operation was answered from the books."""
        for script in self.waiting:
            if script.calls_left is not None and script.operation == operation:
                script.calls_left -= 1

    def play(self, books: Books, now_ms: int) -> None:
        """Let happen what is due, in the order in which it was loaded."""
        if not self.waiting:
            return
        due = [script for script in self.waiting if script.is_due(now_ms)]
        self.waiting = [script for script in self.waiting if not script.is_due(now_ms)]
        for script in due:
            try:
                _happen(script, books)
            except rows.RowError as error:
                self.failed.append(f"{script.effect}: {error}")
            else:
                self.played += 1


def script(document: JsonObject, *, now_ms: int) -> Script:
    """Read one script. What it inserts is checked now, not when it happens."""
    unknown = sorted(document.keys() - _KNOWN)
    effects = [name for name in _EFFECTS if name in document]
    triggers = [name for name in _TRIGGERS if name in document]
    if unknown or len(effects) != 1 or len(triggers) != 1:
        message = f"a script has one of {_TRIGGERS} and one of {_EFFECTS}; unknown here: {unknown}"
        raise ScriptError(message)
    operation = document.get("operation", "paid_list")
    if operation not in _OPERATIONS:
        message = f"operation cannot be {operation!r}; known are {_OPERATIONS}"
        raise ScriptError(message)
    effect, subject, values = effects[0], document[effects[0]], document.get("set", {})
    _check_subject(effect, subject)
    if not isinstance(values, dict) or bool(values) != (effect == "change"):
        message = "`set` is an object, and belongs to `change` and to nothing else"
        raise ScriptError(message)
    if values:
        _check_values(values)
    calls, due_ms = _trigger(triggers[0], document[triggers[0]], now_ms)
    return Script(effect, subject, values, str(operation), calls, due_ms)


# ------------------------------------------------------------------------------------------------------------------


def _trigger(name: str, value: Json, now_ms: int) -> tuple[int | None, int | None]:
    if isinstance(value, bool) or value is None or isinstance(value, str | list | dict) or value < 0:
        message = f"{name} cannot be {value!r}"
        raise ScriptError(message)
    match name:
        case "after_calls":
            return int(value), None
        case "after_seconds":
            return None, now_ms + int(value * 1000)
        case _:
            return None, int(value)


def _check_subject(effect: Effect, subject: Json) -> None:
    if effect in {"insert", "insert_form"}:
        if not isinstance(subject, dict):
            message = f"`{effect}` takes a row"
            raise ScriptError(message)
        _ = rows.payment(subject, sequence=0) if effect == "insert" else rows.form(subject, sequence=0)
    elif not isinstance(subject, str):
        message = f"`{effect}` takes a key (paymentBizCode or formCode)"
        raise ScriptError(message)


def _check_values(values: JsonObject) -> None:
    """Refuse now what neither a payment nor a form could take later."""
    try:
        rows.payment({"_paidTime": _ANY_MOMENT, **values}, sequence=0)
    except rows.RowError as error:
        try:
            rows.form({"_createdAt": _ANY_MOMENT, **values}, sequence=0)
        except rows.RowError:
            message = f"`set`: {error}"
            raise ScriptError(message) from None


def _happen(script: Script, books: Books) -> None:
    if isinstance(script.subject, dict):
        if script.effect == "insert":
            books.load_payments([script.subject])
        else:
            books.load_forms([script.subject])
        return
    key = str(script.subject)
    for row in books.payments_with_code(key):
        match script.effect:
            case "remove":
                books.remove_payment(row)
            case "duplicate":
                books.duplicate(row)
            case _:
                books.change_payment(row, script.values)
    for form in books.forms_with_code(key):
        if script.effect == "remove":
            books.remove_form(form)
        elif script.effect == "change":
            books.change_form(form, script.values)
