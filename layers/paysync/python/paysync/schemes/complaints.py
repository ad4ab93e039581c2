"""What pydantic says of a file, in the words of whoever writes schemes: the place, what is wrong, what to write."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from paysync.schemes.problems import Problem, suggestion
from paysync.schemes.shapes import keys_at
from paysync.schemes.yamltext import Document, Place

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
_SPAN_LIKE: Final = " (ms|s|min|h|d)$"


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
        place = _place(error["loc"])
        if place not in seen:
            seen.add(place)
            yield place, error


def _place(loc: tuple[int | str, ...]) -> Place:
    """The location without the names that pydantic puts in for the alternatives of a union."""
    steps: list[int | str] = []
    for index, step in enumerate(loc):
        alternative = (
            isinstance(step, str) and index > 1 and loc[index - 2] == "steps" and isinstance(loc[index - 1], int)
        )
        if not alternative and step not in {"str", "int", "decimal", "bool", "list[str]", "[key]"}:
            steps.append(step)
    return tuple(steps)


def _said(error: ErrorDetails, place: Place, keys: Mapping[str, FieldInfo]) -> tuple[str, str]:
    name, kind = _name(place), error["type"]
    context: Mapping[str, Any] = error.get("ctx", {})
    if kind in _TYPES:
        return f"{name} {_TYPES[kind][0]}", _TYPES[kind][1]
    match kind:
        case "missing":
            return f"{_name(place[:-1]) or 'the scheme'} lacks {place[-1]}", _meaning(keys.get(str(place[-1])))
        case "extra_forbidden":
            return f"{name} is not a key of {_name(place[:-1]) or 'a scheme'}", suggestion(str(place[-1]), keys)
        case "literal_error" | "enum":
            valid = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ").split(", ")
            return f"{name} cannot be {error['input']!r}", suggestion(str(error["input"]), valid)
        case "union_tag_invalid" | "union_tag_not_found":
            valid = str(context.get("expected_tags", "push, create, save, submit, audit")).replace("'", "").split(", ")
            written = str(context.get("tag", ""))
            said = f"there is no step {written!r}" if written else f"{name} lacks step"
            return said, suggestion(written, valid)
        case "string_pattern_mismatch":
            return f"{name} cannot be {error['input']!r}", _form(str(context.get("pattern", "")))
        case "string_too_short" | "too_short":
            return f"{name} is empty", "write what it is, or leave the key out"
        case "string_too_long":
            return f"{name} is longer than {context['max_length']} characters", "shorten it"
        case _:
            return f"{name}: {error['msg'][0].lower()}{error['msg'][1:]}", ""


def _form(pattern: str) -> str:
    if pattern.endswith(_SPAN_LIKE):
        return "write a whole number, a blank and ms, s, min, h or d, e.g. 5 min"
    if pattern.startswith("^/"):
        return "write the path from its first slash on, without host and blanks"
    if pattern.startswith("^[A-Z]{3}"):
        return "write the three capital letters of ISO 4217, e.g. CNY"
    if "(-" in pattern:
        return "write small letters, digits and hyphens"
    if pattern.startswith("^[A-Za-z_]"):
        return "write a field key of the form, e.g. FCURRENCYID.FNumber"
    return "write small letters, digits and underscores" if "_" in pattern else "write letters, digits and dots"


def _name(place: Place) -> str:
    return ".".join(str(step) for step in place)


def _meaning(info: FieldInfo | None) -> str:
    return (info.description or "") if info else ""
