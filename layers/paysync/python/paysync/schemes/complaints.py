"""What pydantic says of a file, in the words of whoever writes schemes: the place, what is wrong, what to write."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from paysync.schemes.model_parts import CURRENCY, ENDPOINT, FIELD_KEY, NAME, PATH, VERSION, WORD
from paysync.schemes.problems import Problem, suggestion
from paysync.schemes.shapes import keys_at
from paysync.schemes.spans import PATTERN
from paysync.schemes.yamltext import Document, Place

_CONNECTOR: Final = "connector"
_BY_CONNECTOR: Final = frozenset({"source", "target"})
"""Parts of the file whose keys depend on their connector."""
_KINDS: Final = frozenset({"str", "int", "decimal", "bool", "list[str]", "[key]"})
_TYPES: Final[Mapping[str, tuple[str, str]]] = {
    "string_type": ("must be text", "put quotes around a number or a date"),
    "bool_type": ("must be true or false", "write it without quotes"),
    "int_type": ("must be a whole number", "write it without quotes"),
    "dict_type": ("must be a mapping of keys and values", "indent them below"),
    "model_type": ("must be a mapping of keys and values", "indent them below"),
    "model_attributes_type": ("must be a mapping of keys and values", "indent them below"),
    "list_type": ("must be a list", "write each entry in a line of its own, after a dash"),
    "list_of_str": ("must be text or a list of texts", "put quotes around it"),
}
_FORMS: Final[Mapping[str, str]] = {
    PATTERN: "write a whole number, a blank and ms, s, min, h or d, e.g. 5 min",
    ENDPOINT: "write the path from its first slash on, without host and blanks",
    PATH: "write the path from its first slash on, or {{param.NAME}}, without host, query and blanks",
    CURRENCY: "write the three capital letters of ISO 4217, e.g. CNY",
    NAME: "write small letters, digits and hyphens",
    WORD: "write small letters, digits and underscores",
    FIELD_KEY: "write a field key of the form, e.g. FCURRENCYID.FNumber",
    VERSION: "write letters, digits and dots, at most 20",
}


def complaints(errors: Sequence[ErrorDetails], document: Document, model: type[BaseModel]) -> Iterator[Problem]:
    """One problem for each thing that is wrong, at its line."""
    for place, error in _one_each(errors):
        known = place
        what, hint = _said(error, place, keys_at(place[:-1], model, document))
        if error["type"] == "missing":
            known = place[:-1]
        yield Problem(document.line(known), what, hint)


# ----------------------------------------------------------------------------------------------------------------------


def _one_each(errors: Sequence[ErrorDetails]) -> Iterator[tuple[Place, ErrorDetails]]:
    """The errors by their place in the file; a value that fits no alternative of a union is one problem."""
    seen: set[Place] = set()
    for error in errors:
        place = _place(error)
        if place not in seen:
            seen.add(place)
            yield place, error


def _place(error: ErrorDetails) -> Place:
    """The location without what pydantic puts in for the alternatives of a union; with the connector that is wrong."""
    loc = error["loc"]
    steps = [step for index, step in enumerate(loc) if step not in _KINDS and not _is_alternative(loc, index)]
    return (*steps, _CONNECTOR) if _is_of_connector(error) else tuple(steps)


def _is_alternative(loc: tuple[int | str, ...], index: int) -> bool:
    if isinstance(loc[index], int) or index == 0:
        return False
    of_step = index > 1 and loc[index - 2] == "steps" and isinstance(loc[index - 1], int)
    return of_step or (index == 1 and loc[0] in _BY_CONNECTOR)


def _is_of_connector(error: ErrorDetails) -> bool:
    return str(error.get("ctx", {}).get("discriminator", "")).strip("'") == _CONNECTOR


def _said(error: ErrorDetails, place: Place, keys: Mapping[str, FieldInfo]) -> tuple[str, str]:
    name, kind = _name(place), error["type"]
    info = keys.get(str(place[-1])) if place else None
    if kind in _TYPES:
        return f"{name} {_TYPES[kind][0]}", _type_hint(error, info)
    owner = _name(place[:-1])
    if kind == "missing":
        return f"{owner} lacks {place[-1]}", _meaning(info)
    if kind == "extra_forbidden":
        return f"{place[-1]} is no key of {owner}", suggestion(str(place[-1]), keys)
    if _is_of_connector(error):
        return _no_connector(error, name)
    return _unfit(error, name)


def _no_connector(error: ErrorDetails, name: str) -> tuple[str, str]:
    context: Mapping[str, Any] = error.get("ctx", {})
    if error["type"] == "union_tag_not_found":
        return f"{name} is missing", "write which system it is"
    valid = str(context["expected_tags"]).replace("'", "").split(", ")
    return f"{name} cannot be {context['tag']!r}", suggestion(str(context["tag"]), valid)


def _unfit(error: ErrorDetails, name: str) -> tuple[str, str]:
    """What is said of a value that is of the right type, but none that may stand there."""
    context: Mapping[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "literal_error" | "enum":
            valid = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ").split(", ")
            return f"{name} cannot be {error['input']!r}", suggestion(str(error["input"]), valid)
        case "union_tag_invalid" | "union_tag_not_found":
            valid = str(context.get("expected_tags", "push, create, save, submit, audit")).replace("'", "").split(", ")
            written = str(context.get("tag", ""))
            said = f"there is no step {written!r}" if written else f"{name} lacks step"
            return said, suggestion(written, valid)
        case "string_pattern_mismatch":
            return f"{name} cannot be {error['input']!r}", _FORMS[context["pattern"]]
        case "string_too_short" | "too_short":
            return f"{name} is empty", "write what it is, or leave the key out"
        case "string_too_long":
            return f"{name} is longer than {context['max_length']} characters", "shorten it"
        case _:
            return f"{name} {error['msg'].removeprefix('Input ')}", ""


def _type_hint(error: ErrorDetails, info: FieldInfo | None) -> str:
    if error["type"].startswith("model") and isinstance(error["input"], str):
        return f"write step: {error['input']}" if "steps" in error["loc"] else _TYPES[error["type"]][1]
    is_span = info is not None and any(getattr(one, "pattern", "") == PATTERN for one in info.metadata)
    return _FORMS[PATTERN] if is_span else _TYPES[error["type"]][1]


def _name(place: Place) -> str:
    return ".".join(str(step) for step in place) or "the scheme"


def _meaning(info: FieldInfo | None) -> str:
    said = (info.description or "") if info else ""
    return said[:1].lower() + said[1:].rstrip(".")
