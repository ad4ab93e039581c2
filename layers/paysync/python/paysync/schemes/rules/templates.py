"""Templates in the file: may one stand there, can it be read, and is every name in it one that has a value there.

Works on the data alone, so that it speaks even where the file's shape is wrong elsewhere.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from paysync.core.filters import FILTERS, Sort
from paysync.core.scheme import FieldType, Slot, Template
from paysync.core.templates import TemplateError, parse
from paysync.schemes.problems import Problem, suggestion
from paysync.schemes.yamltext import Data, Document, Place

_GROUPS: Final[Mapping[str, Mapping[str, Sort]]] = {
    "window": {"start": "time", "end": "time"},
    "page": {"number": "number", "size": "number"},
    "payment": {"key": "text", "number": "text", "amount": "number", "currency": "text"},
    "bill": {"id": "text", "number": "text"},
    "pushed": {"Id": "text", "Number": "text"},
}
"""Names that have a value beside the row's fields, with their members; `param` and `lookup` have the scheme's own."""
_OPEN: Final = frozenset({"secret"})
"""Groups whose members only whoever fills them knows."""
RESERVED: Final = frozenset(_GROUPS) | {"param", "lookup"} | _OPEN
_SORTS: Final[Mapping[str, Sort]] = {
    FieldType.STRING: "text",
    FieldType.AMOUNT: "number",
    FieldType.INTEGER: "number",
    FieldType.EPOCH_MS: "time",
}
_SPOKEN: Final[Mapping[Sort, str]] = {"text": "text", "number": "a number", "time": "a time", "list": "a list"}

_ASKING: Final = frozenset({"window", "page", "param"})
_FINDING: Final = frozenset({"row", "payment", "param"})
_MAKING: Final = _FINDING | {"lookup"}
_FINISHED: Final = _MAKING | {"bill", "pushed"}
_CALLING_BACK: Final = _FINISHED - {"lookup"}
"""What a lookup has found is not kept with the payment."""
_SIGNING: Final = frozenset({"secret", "param"})
_PLACES: Final[tuple[tuple[Place, frozenset[str]], ...]] = (
    (("source", "request"), _ASKING),
    (("source", "schedule"), frozenset({"param"})),
    (("source", "since"), frozenset({"param"})),
    (("source", "remedy", "schedule"), frozenset({"param"})),
    (("source", "remedy", "request"), _ASKING),
    (("source", "headers"), _SIGNING),
    (("lookups", "*", "where"), _FINDING),
    (("target", "headers"), _SIGNING),
    (("target", "steps", "*", "endpoint"), _FINISHED),
    (("target", "steps", "*", "request"), _MAKING),
    (("target", "steps", "*", "head"), _FINISHED),
    (("target", "steps", "*", "each"), _FINISHED),
    (("target", "steps", "*", "expect"), _FINISHED),
    (("call_back", "fields"), _CALLING_BACK),
    (("call_back", "scheme"), frozenset({"param"})),
)
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "source.request, source.remedy.request": ("window.start", "window.end", "page.number", "page.size", "param.NAME"),
    "lookups.NAME.where": ("FIELD", "payment.*", "param.NAME"),
    "a making step's request": ("FIELD", "lookup.NAME", "payment.*", "param.NAME"),
    "headers of http": ("secret.NAME", "param.NAME"),
    "endpoint of http": ("FIELD", "payment.*", "param.NAME"),
    "endpoint, request of http find": ("payment.key", "param.NAME"),
    "endpoint of http read": ("bill.id", "param.NAME"),
    "save": ("FIELD", "lookup.NAME", "payment.*", "param.NAME", "bill.id", "bill.number", "pushed.*"),
    "call_back.fields": ("FIELD", "payment.*", "param.NAME", "bill.id", "bill.number", "pushed.*"),
    "source.schedule, source.since, source.remedy.schedule, call_back.scheme": ("param.NAME",),
}
"""The same for people. payment.*: key, number, amount, currency (the target's); pushed.*: Id, Number."""
_ANY_FIELD: Final = "<field>"
"""Stands for the row's fields where the file's own list of them cannot be read."""
_FREE: Final = frozenset({"tests", "labels"})
"""Keys under which text is never a template of the scheme's own."""


def template_problems(document: Document) -> Iterator[Problem]:
    """Everything that is wrong with the templates of the file."""
    names = _names(document)
    for place, text in _texts(document.data, ()):
        if "{{" in text or "}}" in text:
            for what, hint in _wrong(text, _groups_at(place), names):
                yield Problem(document.line(place), f"{_spoken(place)}: {what}", hint)


# ----------------------------------------------------------------------------------------------------------------------


def _texts(data: Data, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(data, str):
        yield place, data
    elif isinstance(data, dict):
        for key, value in data.items():
            if key not in _FREE:
                yield from _texts(value, (*place, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _texts(value, (*place, index))


def _groups_at(place: Place) -> frozenset[str]:
    """Which names have a value when the template at this place is rendered; none where no template may stand."""
    for pattern, groups in _PLACES:
        if len(place) >= len(pattern) and all(
            wanted in {"*", step} for wanted, step in zip(pattern, place, strict=False)
        ):
            return groups
    return frozenset()


def _names(document: Document) -> Mapping[str, Mapping[str, Sort]]:
    """Group, member, and what sort of value it is. The row's own fields are the group `row`."""
    fields = document.at(("source", "fields"))
    if not isinstance(fields, dict):
        fields = {_ANY_FIELD: None}
    kinds = {name: _mapping(field).get("type") for name, field in fields.items()}
    return {
        **_GROUPS,
        "row": {name: _SORTS.get(str(kind), "any") for name, kind in kinds.items()},
        "param": dict.fromkeys(_mapping(document.at(("parameters",))), "text"),
        "lookup": dict.fromkeys(_mapping(document.at(("lookups",))), "any"),
    }


def _mapping(data: Data) -> Mapping[str, Data]:
    return data if isinstance(data, dict) else {}


def _wrong(text: str, groups: frozenset[str], names: Mapping[str, Mapping[str, Sort]]) -> Iterator[tuple[str, str]]:
    try:
        template = parse(text)
    except TemplateError as error:
        what = f"{error.written} {error.reason}" if error.valid else f"{error.reason} at “{error.written}”"
        yield what, suggestion(error.written, error.valid) if error.valid else ""
        return
    if isinstance(template, str):
        return
    if not groups:
        yield "no template may stand here", "write the value itself"
        return
    valid = _valid(groups, names)
    for slot in template.parts:
        if isinstance(slot, Slot) and not _is_open(slot, groups):
            yield from _wrong_slot(slot, template, valid)


def _is_open(slot: Slot, groups: frozenset[str]) -> bool:
    return len(slot.path) > 1 and slot.path[0] in groups & _OPEN


def _valid(groups: frozenset[str], names: Mapping[str, Mapping[str, Sort]]) -> Mapping[str, Sort]:
    found: dict[str, Sort] = {}
    for group in ["row", *sorted(groups - {"row"})]:
        if group in groups - _OPEN:
            prefix = "" if group == "row" else f"{group}."
            found.update({f"{prefix}{member}": sort for member, sort in names[group].items()})
    return found


def _wrong_slot(slot: Slot, template: Template, valid: Mapping[str, Sort]) -> Iterator[tuple[str, str]]:
    name = ".".join(slot.path)
    if name not in valid:
        if not (_ANY_FIELD in valid and slot.path[0] not in RESERVED):
            yield f"{name} has no value here", suggestion(name, valid)
        return
    sort = valid[name]
    for call in slot.calls:
        entry = FILTERS[call.name]
        if entry.takes not in {"any", sort} and sort != "any":
            yield f"|{call.name} takes {_SPOKEN[entry.takes]}, but gets {_SPOKEN[sort]}", "take another filter or field"
            return
        sort = entry.gives
    if slot.calls and sort == "time":
        yield f"|{slot.calls[-1].name} gives a time without a form", "add |epoch_ms, |date or |dateTime"
    if sort == "list" and len(template.parts) > 1:
        yield f"{name} is a list within a text", "add |implode(',')"


def _spoken(place: Place) -> str:
    return ".".join(str(step) for step in place)
