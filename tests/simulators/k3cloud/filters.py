"""FilterString: the subset of SQL that clients use (reference, section 5.2), as a syntax tree.

    FPAYBILLSRCENTRY_Link_FSBillId=100101 and (FDocumentStatus in ('A','B') or not FBillNo like 'FKD[_]%')

This file reads text. What a tree means for a row is in `conditions.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator


class FilterError(ValueError):
    """Text that is no filter. K3Cloud answers MsgCode 4."""


@dataclass(frozen=True, slots=True)
class Name:
    """A field, as written (any case, dots allowed)."""

    text: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or a text."""

    value: Decimal | str


@dataclass(frozen=True, slots=True)
class Sum:
    """Two operands added, or the second taken from the first."""

    left: Operand
    right: Operand
    minus: bool


Operand: TypeAlias = Name | Literal | Sum


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right` with one of = <> > >= < <=."""

    op: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Like:
    """`left like 'pattern'`."""

    left: Operand
    pattern: str


@dataclass(frozen=True, slots=True)
class In:
    """`left in (…)`."""

    left: Operand
    choices: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    inner: Condition


@dataclass(frozen=True, slots=True)
class Both:
    """`left and right`."""

    left: Condition
    right: Condition


@dataclass(frozen=True, slots=True)
class Either:
    """`left or right`."""

    left: Condition
    right: Condition


Condition: TypeAlias = Compare | Like | In | Not | Both | Either

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>N?'(?:[^']|'')*')
      | (?P<number>\d+(?:\.\d+)?(?![\w.]))
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
      | (?P<sign><>|!=|>=|<=|=|>|<|\(|\)|,|\+|-)
    )""",
    re.VERBOSE,
)
_WORDS = frozenset({"and", "or", "not", "like", "in"})
_COMPARISONS = frozenset({"=", "<>", "!=", ">", ">=", "<", "<="})
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a filter: kind is text, number, name, word, sign or end."""

    kind: str
    value: str


def tokens(text: str) -> Iterator[Token]:
    """The pieces of a filter, in order, ended by one of kind `end`."""
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            message = f"'{text[position : position + 20]}' 附近有语法错误。"
            raise FilterError(message)
        position = match.end()
        kind = match.lastgroup or ""
        value = match[kind]
        if kind == "name" and value.lower() in _WORDS:
            kind, value = "word", value.lower()
        yield Token(kind, value)
    yield Token("end", "")


def parse(text: str) -> Condition | None:
    """The tree of a filter, or None for a blank one (which lets every row through)."""
    if not text.strip():
        return None
    parser = _Parser(list(tokens(text)))
    condition = parser.either()
    parser.expect("end", "")
    return condition


def names(condition: Condition | None) -> Iterator[str]:
    """Every field that a filter mentions."""
    match condition:
        case None:
            return
        case Compare(_, left, right):
            yield from _operand_names(left)
            yield from _operand_names(right)
        case Like(left, _) | In(left, _):
            yield from _operand_names(left)
        case Not(inner):
            yield from names(inner)
        case Both(left, right) | Either(left, right):
            yield from names(left)
            yield from names(right)


def _operand_names(operand: Operand) -> Iterator[str]:
    match operand:
        case Name(text):
            yield text
        case Sum(left, right, _):
            yield from _operand_names(left)
            yield from _operand_names(right)


class _Parser:
    """Recursive descent: or below and below not below comparison."""

    def __init__(self, pieces: list[Token]) -> None:
        self._pieces, self._at, self._depth = pieces, 0, 0

    def either(self) -> Condition:
        self._depth += 1
        if self._depth > _DEEPEST:
            message = "查询表达式嵌套过深"
            raise FilterError(message)
        condition = self._both()
        while self._accept("word", "or"):
            condition = Either(condition, self._both())
        self._depth -= 1
        return condition

    def expect(self, kind: str, value: str) -> None:
        if not self._accept(kind, value):
            message = f"'{self._pieces[self._at].value}' 附近有语法错误。"
            raise FilterError(message)

    def _both(self) -> Condition:
        condition = self._not()
        while self._accept("word", "and"):
            condition = Both(condition, self._not())
        return condition

    def _not(self) -> Condition:
        negated = False
        while self._accept("word", "not"):
            negated = not negated
        condition = self._group_or_comparison()
        return Not(condition) if negated else condition

    def _group_or_comparison(self) -> Condition:
        """`(` opens a condition here, except in `(FA+FB) > 1`, which is tried second."""
        start, depth = self._at, self._depth
        if self._accept("sign", "("):
            try:
                condition = self.either()
                self.expect("sign", ")")
            except FilterError:
                self._at, self._depth = start, depth
            else:
                return condition
        return self._comparison()

    def _comparison(self) -> Condition:
        left = self._operand()
        negated = self._accept("word", "not")
        if self._accept("word", "like"):
            return _negated(Like(left, self._text()), negated)
        if self._accept("word", "in"):
            return _negated(In(left, self._choices()), negated)
        token = self._next()
        if negated or token.kind != "sign" or token.value not in _COMPARISONS:
            message = f"'{token.value}' 附近有语法错误。"
            raise FilterError(message)
        return Compare("<>" if token.value == "!=" else token.value, left, self._operand())

    def _choices(self) -> tuple[Literal, ...]:
        self.expect("sign", "(")
        found = [self._literal()]
        while self._accept("sign", ","):
            found.append(self._literal())
        self.expect("sign", ")")
        return tuple(found)

    def _operand(self) -> Operand:
        operand = self._term()
        while self._pieces[self._at] in {Token("sign", "+"), Token("sign", "-")}:
            minus = self._next().value == "-"
            operand = Sum(operand, self._term(), minus)
        return operand

    def _term(self) -> Operand:
        if self._accept("sign", "("):
            operand = self._operand()
            self.expect("sign", ")")
            return operand
        if self._pieces[self._at].kind == "name":
            return Name(self._next().value)
        return self._literal()

    def _literal(self) -> Literal:
        sign = -1 if self._accept("sign", "-") else 1
        token = self._next()
        if token.kind == "number":
            return Literal(sign * Decimal(token.value))
        if token.kind == "text" and sign == 1:
            return Literal(token.value.removeprefix("N")[1:-1].replace("''", "'"))
        message = f"'{token.value}' 附近有语法错误。"
        raise FilterError(message)

    def _text(self) -> str:
        literal = self._literal()
        if not isinstance(literal.value, str):
            message = "LIKE 需要文本"
            raise FilterError(message)
        return literal.value

    def _accept(self, kind: str, value: str) -> bool:
        if self._pieces[self._at] == Token(kind, value):
            self._at += kind != "end"
            return True
        return False

    def _next(self) -> Token:
        token = self._pieces[self._at]
        self._at += token.kind != "end"
        return token


def _negated(condition: Condition, negated: bool) -> Condition:  # noqa: FBT001 - a plain value of the grammar
    return Not(condition) if negated else condition
