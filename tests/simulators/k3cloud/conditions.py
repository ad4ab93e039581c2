"""What a filter means: a tree of `filters.py` becomes a function from a row to yes or no.

Text compares as SQL Server's usual collations do: case and trailing blanks do not count. A comparison with nothing
(an empty date) is never true. A number that meets text which is no number is an error, as it is there.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from simulators.k3cloud.filters import (
    Both,
    Compare,
    Condition,
    Either,
    FilterError,
    In,
    Like,
    Literal,
    Name,
    Not,
    Operand,
    Sum,
)

Value: TypeAlias = str | Decimal | int | bool | date | None
Getter: TypeAlias = Callable[[Any], Value]
Predicate: TypeAlias = Callable[[Any], bool]
Resolve: TypeAlias = Callable[[str], Getter]  # from a field's name to how a row tells its value

_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def predicate(condition: Condition | None, resolve: Resolve) -> Predicate:
    """The function that decides about rows; unknown fields are `resolve`'s to refuse."""
    match condition:
        case None:
            return lambda _row: True
        case Both(left, right):
            first, second = predicate(left, resolve), predicate(right, resolve)
            return lambda row: first(row) and second(row)
        case Either(left, right):
            first, second = predicate(left, resolve), predicate(right, resolve)
            return lambda row: first(row) or second(row)
        case Not(inner):
            positive = predicate(inner, resolve)
            return lambda row: not positive(row)
        case _:
            return _comparison(condition, resolve)


def canonical(value: Value) -> str:
    """One spelling for all values that compare equal: for indexes and for sorting text."""
    if isinstance(value, Decimal):
        value = int(value) if value == value.to_integral_value() else value.normalize()
    return _text(value).casefold().rstrip(" ")


def like_regex(pattern: str) -> re.Pattern[str]:
    """`%` any text, `_` any character, `[…]` one of these: `[%]` is a percent sign."""
    parts, position = [], 0
    while position < len(pattern):
        character = pattern[position]
        end = pattern.find("]", position + 2) if character == "[" else -1
        if end > 0:
            inner = pattern[position + 1 : end]
            negated, inner = ("^", inner[1:]) if inner.startswith("^") and len(inner) > 1 else ("", inner)
            ranges = re.sub(r"([\\\[\]^&~|])", r"\\\1", inner)
            parts.append(f"[{negated}{ranges}]")
            position = end
        else:
            parts.append({"%": ".*", "_": "."}.get(character, re.escape(character)))
        position += 1
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


def _getter(operand: Operand, resolve: Resolve) -> Getter:
    match operand:
        case Name(text):
            return resolve(text)
        case Literal(value):
            return lambda _row: value
        case Sum(left, right, minus):
            first, second = _getter(left, resolve), _getter(right, resolve)
            sign = -1 if minus else 1
            return lambda row: _number(first(row)) + sign * _number(second(row))


def _comparison(condition: Compare | In | Like, resolve: Resolve) -> Predicate:
    match condition:
        case Compare(op, left, right):
            first, second = _getter(left, resolve), _getter(right, resolve)
            return lambda row: _compare(op, first(row), second(row))
        case In(operand, choices):
            get = _getter(operand, resolve)
            wanted = [choice.value for choice in choices]
            return lambda row: any(_compare("=", get(row), value) for value in wanted)
        case Like(operand, pattern):
            get, regex = _getter(operand, resolve), like_regex(pattern)
            return lambda row: regex.fullmatch(_text(get(row))) is not None


def _compare(op: str, left: Value, right: Value) -> bool:
    if left is None or right is None:
        return False
    if isinstance(left, date) or isinstance(right, date):
        return _OPERATORS[op](_moment(left), _moment(right))
    if isinstance(left, str) and isinstance(right, str):
        return _OPERATORS[op](canonical(left), canonical(right))
    return _OPERATORS[op](_number(left), _number(right))


def _text(value: Value) -> str:
    return "" if value is None else str(value)


def _number(value: Value) -> Decimal:
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        value = value.strip().lower() == "true"
    if isinstance(value, date) or value is None:
        message = "从数据类型 datetime 转换为 numeric 时出错。"
        raise FilterError(message)
    try:
        return Decimal(value.strip() or "0") if isinstance(value, str) else Decimal(value)
    except InvalidOperation:
        message = "从数据类型 nvarchar 转换为 numeric 时出错。"
        raise FilterError(message) from None


def _moment(value: Value) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    try:
        return datetime.fromisoformat(_text(value).strip())
    except ValueError:
        message = "从字符串转换日期和/或时间时，转换失败。"
        raise FilterError(message) from None
