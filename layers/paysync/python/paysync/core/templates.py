"""Templates: ``{{path|filter}}`` in text is replaced by a value of the scope, once. No code, attributes or expressions.

A path is looked up in mappings only. What comes out of a slot is text, unless the template is that one slot and its
last filter gives another type (`number`, `intval`, `bool`, `list`, `json`). What a value says is no template.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from paysync.core.bills import Json
from paysync.core.conversions import as_text
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import PaysyncError
from paysync.core.filters import FILTERS, FilterError, Value, applied, misuse
from paysync.core.scheme import Call, Slot, Template, Tree

_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<name>[^\W\d]\w*)|(?P<whole>-?\d+)|'(?P<single>[^']*)'|"(?P<double>[^"]*)"|(?P<close>\}\})|(?P<mark>[.|(),]))"""
)

_BRACES: Final = re.compile(r"\{+|\}\}")


class TemplateError(ValueError):
    """A template that cannot be read: where (from 0), what was written there, and the names that would be valid."""

    def __init__(self, reason: str, *, position: int, written: str, valid: Sequence[str] = ()) -> None:
        super().__init__(reason)
        self.reason, self.position, self.written, self.valid = reason, position, written, tuple(valid)


class TemplateFault(PaysyncError):  # noqa: N818 - a fault of the row, not of the program
    """A value that a template needs is missing or does not fit: the row is rejected with this diagnosis."""


def parse(text: str) -> Template | str:
    """The template that `text` writes, or the text itself where it has no slot. Literal braces: ``{{'{{'}}``."""
    parts: list[str | Slot] = []
    at = 0
    while (opening := text.find("{{", at)) >= 0:
        parts.append(_literal(text, at, opening))
        slot, at = _Reader(text, opening).slot()
        parts.append(slot)
    parts.append(_literal(text, at, len(text)))
    merged = tuple(_merged(parts))
    return Template(merged) if any(isinstance(part, Slot) for part in merged) else "".join(map(str, merged))


def render(tree: Tree, scope: Mapping[str, object]) -> Json:
    """The tree with every slot replaced from `scope`, keys in order. Raises TemplateFault for a value that lacks."""
    match tree:
        case Template(parts=(Slot() as slot,)):
            return _single(slot, scope)
        case Template(parts=parts):
            return "".join(part if isinstance(part, str) else _text(part, scope) for part in parts)
        case Mapping():
            return {key: render(branch, scope) for key, branch in tree.items()}
        case tuple():
            return [render(branch, scope) for branch in tree]
        case _:
            return tree


def written(template: Template) -> str:
    """The text that parses to this template; a scheme's preview shows it beside the value."""
    return "".join(_quoted(part) if isinstance(part, str) else f"{{{{{_spelled(part)}}}}}" for part in template.parts)


def slots(tree: Tree) -> tuple[Slot, ...]:
    """Every slot of the tree, in order."""
    return tuple(slot for _, template in templates(tree) for slot in template.parts if isinstance(slot, Slot))


def templates(tree: Tree, place: str = "") -> Iterator[tuple[str, Template]]:
    """Every template of the tree with its place, e.g. `FPAYBILLENTRY.0.FACCOUNTID.FNumber`."""
    match tree:
        case Template():
            yield place, tree
        case Mapping():
            for key, branch in tree.items():
                yield from templates(branch, f"{place}.{key}" if place else key)
        case tuple():
            for index, branch in enumerate(tree):
                yield from templates(branch, f"{place}.{index}" if place else str(index))


def found(path: tuple[str, ...], scope: Mapping[str, object]) -> object:
    """What stands at `path`: a declared name with dots as it is, else key by key through mappings; or None."""
    whole = ".".join(path)
    if whole in scope:
        return scope[whole]
    here: object = scope
    for name in path:
        if not isinstance(here, Mapping):
            return None
        here = here.get(name)
    return here


def value_of(slot: Slot, scope: Mapping[str, object]) -> Value:
    """The value of a slot after its filters. Raises TemplateFault."""
    try:
        value = _usable(found(slot.path, scope))
        for call in slot.calls:
            value = applied(call, value)
    except FilterError as error:
        raise fault(".".join(slot.path), str(error)) from None
    if value is None:
        raise fault(".".join(slot.path), "is missing")
    return value


def fault(field: str, why: str) -> TemplateFault:
    """The fault of a field; `why` goes on from its name and never quotes the value."""
    return TemplateFault(Diagnosis.of(Code.PAYMENT_BAD_FIELD, field=field, why=why))


# ----------------------------------------------------------------------------------------------------------------------


def _quoted(text: str) -> str:
    return _BRACES.sub(lambda found: f"{{{{'{found[0]}'}}}}", text)


def _spelled(slot: Slot) -> str:
    return "|".join([".".join(slot.path), *(_call_text(call) for call in slot.calls)])


def _call_text(call: Call) -> str:
    arguments = ", ".join(str(one) if isinstance(one, int) else _in_quotes(one) for one in call.arguments)
    return f"{call.name}({arguments})" if call.arguments else call.name


def _in_quotes(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"


def _single(slot: Slot, scope: Mapping[str, object]) -> Json:
    value = value_of(slot, scope)
    typed = bool(slot.calls) and FILTERS[slot.calls[-1].name].typed
    return _json(value) if typed else _as_text(slot, value)


def _json(value: Value) -> Json:
    if isinstance(value, list):
        return [_json(item) for item in value]
    return as_text(value) if isinstance(value, datetime) else value


def _text(slot: Slot, scope: Mapping[str, object]) -> str:
    return _as_text(slot, value_of(slot, scope))


def _as_text(slot: Slot, value: Value) -> str:
    try:
        return as_text(value)
    except FilterError as error:
        raise fault(".".join(slot.path), str(error)) from None


def _usable(raw: object) -> "Value | None":
    if raw is None or isinstance(raw, (str, int, Decimal, bool, datetime)):
        return raw
    if isinstance(raw, (list, tuple)):
        return [_item(item) for item in raw]
    if isinstance(raw, Mapping):
        raise FilterError("is a group of values, not a value")
    raise FilterError(f"is a {type(raw).__name__}, which no template takes")


def _item(raw: object) -> Value:
    item = _usable(raw)
    if item is None:
        raise FilterError("is a list with an empty place")
    return item


def _literal(text: str, start: int, end: int) -> str:
    stray = text.find("}}", start, end)
    if stray >= 0:
        raise TemplateError(
            "}} without {{ before it; a literal one is written {{'}}'}}",
            position=stray,
            written=text[stray : stray + 2],
        )
    return text[start:end]


def _merged(parts: Sequence[str | Slot]) -> Iterator[str | Slot]:
    """The parts with neighbouring texts as one and empty ones left out."""
    gathered = ""
    for part in parts:
        if isinstance(part, str):
            gathered += part
            continue
        if gathered:
            yield gathered
        gathered = ""
        yield part
    if gathered:
        yield gathered


class _Token(NamedTuple):
    kind: str
    text: str
    start: int


class _Reader:
    """Reads one slot, from its opening braces to its closing ones."""

    def __init__(self, text: str, opening: int) -> None:
        self._text, self._opening, self._at = text, opening, opening + 2

    def slot(self) -> tuple[Slot | str, int]:
        """The slot, or the literal that it quotes, and where the text goes on."""
        first = self._next("a field's name")
        if first.kind in {"single", "double"}:
            self._expect("close", "}} after a literal")
            return first.text, self._at
        path = [self._named(first, "a field's name").text]
        calls: list[Call] = []
        while (token := self._next("| or }}")).kind != "close":
            if token.text == "." and token.kind == "mark" and not calls:
                path.append(self._named(self._next("a name after the dot"), "a name after the dot").text)
            elif token.text == "|" and token.kind == "mark":
                calls.append(self._call())
            else:
                raise self._wrong(token, "| or }}")
        return Slot(tuple(path), tuple(calls)), self._at

    def _call(self) -> Call:
        token = self._named(self._next("a filter's name"), "a filter's name")
        if token.text not in FILTERS:
            raise TemplateError("is not a filter", position=token.start, written=token.text, valid=tuple(FILTERS))
        call = Call(token.text, tuple(self._arguments()) if self._peek() == "(" else ())
        wrong = misuse(call)
        if wrong:
            raise TemplateError(wrong, position=token.start, written=self._text[token.start : self._at])
        return call

    def _arguments(self) -> Iterator[str | int]:
        self._expect("mark", "(")
        while True:
            token = self._next("an argument: text in quotes or a whole number")
            if token.kind not in {"single", "double", "whole"}:
                raise self._wrong(token, "an argument: text in quotes or a whole number")
            yield int(token.text) if token.kind == "whole" else token.text
            after = self._next(", or )")
            if after.text == ")" and after.kind == "mark":
                return
            if after.text != "," or after.kind != "mark":
                raise self._wrong(after, ", or )")

    def _next(self, wanted: str) -> _Token:
        match = _TOKEN.match(self._text, self._at)
        if match is None or match.lastgroup is None:
            rest = self._text[self._at :].strip()
            written = rest[:12] or self._text[self._opening :][:40]
            reason = f"expected {wanted}" if rest else "{{ without }} after it; a literal one is written {{'{{'}}"
            raise TemplateError(reason, position=self._at if rest else self._opening, written=written)
        self._at = match.end()
        start = match.end() - len(match[0].lstrip())
        return _Token(match.lastgroup, match.group(match.lastgroup), start)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _expect(self, kind: str, wanted: str) -> None:
        token = self._next(wanted)
        if token.kind != kind:
            raise self._wrong(token, wanted)

    def _named(self, token: _Token, wanted: str) -> _Token:
        if token.kind != "name":
            raise self._wrong(token, wanted)
        return token

    def _wrong(self, token: _Token, wanted: str) -> TemplateError:
        return TemplateError(f"expected {wanted}", position=token.start, written=token.text)
