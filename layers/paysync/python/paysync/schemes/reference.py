"""docs/reference/scheme.md and the JSON Schema, written from the model and the filters. `tools/docs.py` calls it."""

import json
import types
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from paysync.core.conversions import Value, as_text
from paysync.core.filters import FILTERS, Example, Filter
from paysync.core.scheme import Call, Slot, Template
from paysync.core.templates import written
from paysync.core.times import Instant
from paysync.schemes import http_model, model, model_parts
from paysync.schemes.model import SchemeFile
from paysync.schemes.rules.templates import NAMES
from paysync.schemes.shapes import fields_of
from paysync.schemes.spans import PATTERN

MARKDOWN: Final = "docs/reference/scheme.md"
SCHEMA: Final = "docs/reference/scheme.schema.json"

_PARTS: Final[Sequence[tuple[str, type[BaseModel]]]] = (
    ("The file", SchemeFile),
    ("title, label, find", model_parts.Titles),
    ("parameters.NAME", model.Parameter),
    ("source: maycur, paysync", model.KnownSource),
    ("source: http", model.HttpSource),
    ("source.fields.NAME", model.SourceField),
    ("source.where: one line", model_parts.Line),
    ("source.flatten", model.Flatten),
    ("source.remedy", model.Remedy),
    ("lookups.NAME", model.Lookup),
    ("target: k3cloud", model.Target),
    ("step push", model.Push),
    ("step create", model.Create),
    ("step save", model.Save),
    ("step submit", model.Submit),
    ("step audit", model.Audit),
    ("target: http", http_model.HttpTarget),
    ("http: step create", http_model.HttpCreate),
    ("http: step find", http_model.HttpFind),
    ("http: step read", http_model.HttpRead),
    ("target: maycur", http_model.MaycurTarget),
    ("maycur: step create", http_model.MaycurCreate),
    ("call_back", model.CallBack),
    ("policies", model.Policies),
    ("tests: one test", model.Test),
    ("A collection's file", model.CollectionFile),
    ("collection: fields.NAME", model.CollectionField),
)
_SPOKEN: Final[Mapping[Any, str]] = {
    str: "text",
    int: "whole number",
    Decimal: "number",
    bool: "true or false",
    type(None): "null",
    Any: "any value",
}
_HEAD: Final = """# The scheme's file: every key, every filter

Generated from the code by `tools/docs.py`; do not edit. How a scheme is adapted is told in [schemes.md](../schemes.md).
Editors check and complete a file by [scheme.schema.json](scheme.schema.json):

```yaml
# yaml-language-server: $schema=<path to>/docs/reference/scheme.schema.json
```

Numbers are exact, text that looks like a number needs quotes, and `yes`, `no`, anchors, tags and doubled keys are
refused. `paysync scheme validate FILE` names every problem with its line.
"""
_TEMPLATES: Final = """## Templates

`{{path|filter|filter(argument)}}` in a text is replaced by a value, once. A path is looked up in mappings only; there
are no expressions, calls or attributes. What comes out is text, unless the text is that one template and its last
filter gives another type (marked in the table below). A value that is missing or does not fit rejects the row with its
reason: an error is never sent as a value. Literal braces are written `{{'{{'}}`.

`FIELD` is any declared field of the row, `payment.*` are `key`, `number`, `amount` and `currency` (by the target's
number), `pushed.*` are `Id` and `Number` of the new bill.

| where | names that have a value |
| --- | --- |
"""
_FILTERS: Final = """
### Filters

A closed list. Times are epoch milliseconds or a window's bounds; a zone that is not stated is China's. `amount` is a
plain decimal for a ledger; on the platform that paysync replaces it was for display (`￥1,000.00`). Left out on
purpose: `dateDescription`, whose text depends on the moment of rendering, and every expression (`_function`).

| filter | what it gives | takes | example |
| --- | --- | --- | --- |
"""
_LOGICS: Final = """
## Conditions

`source.where` is a list of lists: one of the outer ones must hold in all its lines. A row that fails is counted as
skipped; one that cannot be judged (text where a number is compared) is rejected, never dropped. A missing value equals
nothing, is neither greater nor less than anything, and contains nothing. `timestamp:1704067200` is a time in seconds.

| logic | holds when the field |
| --- | --- |
| `eq`, `neq` | equals the value, or does not |
| `gt`, `egt`, `lt`, `elt` | is greater, greater or equal, less, less or equal |
| `between` | lies between two values, both included: `"100,500"` |
| `like`, `notlike` | contains the value, or does not; no patterns |
| `isnull`, `notnull` | has no value (missing or empty), or has one |
"""


def documents() -> Mapping[str, str]:
    """Every generated file with its text."""
    return {MARKDOWN: markdown(), SCHEMA: json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"}


def json_schema() -> dict[str, Any]:
    """What an editor checks and completes a scheme's file by."""
    schema = SchemeFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "paysync scheme"}


def markdown() -> str:
    """The reference of the scheme's file."""
    keys = "".join(_part(title, part) for title, part in _PARTS)
    names = "".join(f"| {where} | {', '.join(f'`{name}`' for name in found)} |\n" for where, found in NAMES.items())
    filters = "".join(_filter(entry) for entry in FILTERS.values())
    return f"{_HEAD}\n## Keys\n{keys}\n{_TEMPLATES}{names}{_FILTERS}{filters}{_LOGICS}"


# ----------------------------------------------------------------------------------------------------------------------


def _part(title: str, part: type[BaseModel]) -> str:
    rows = "".join(_key(name, info) for name, info in fields_of(part).items() if name != "$schema")
    head = "| key | holds | when left out | meaning |\n| --- | --- | --- | --- |"
    return f"\n### {title}\n\n{part.__doc__}\n\n{head}\n{rows}"


def _key(name: str, info: FieldInfo) -> str:
    says = info.description or _says(info.annotation)
    return f"| `{name}` | {_holds(info)} | {_otherwise(info)} | {says} |\n"


def _says(annotation: Any) -> str:
    models = [one for one in _leaves(annotation) if isinstance(one, type) and issubclass(one, BaseModel)]
    return (models[0].__doc__ or "") if models else ""


def _otherwise(info: FieldInfo) -> str:
    if info.is_required():
        return "**must be there**"
    if info.default is PydanticUndefined or isinstance(info.default, BaseModel):
        return "its keys' own"
    default = info.default.value if isinstance(info.default, Enum) else info.default
    if default in ("", None, [], {}):
        return "nothing"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _holds(info: FieldInfo) -> str:
    limits = [*_limits(info.metadata)]
    return _kind(info.annotation) + (f", {' and '.join(limits)}" if limits else "")


def _limits(metadata: Sequence[Any]) -> Iterator[str]:
    for one in metadata:
        for name, word in (("ge", "at least"), ("gt", "above"), ("le", "at most")):
            if getattr(one, name, None) is not None:
                yield f"{word} {getattr(one, name)}"
        if getattr(one, "pattern", "") == PATTERN:
            yield "such as `5 min`"


def _kind(annotation: Any) -> str:
    """An annotation in words."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(inner[0])
    if origin is Literal:
        return ", ".join(f"`{one}`" for one in inner)
    if origin in {Union, types.UnionType}:
        return " or ".join(dict.fromkeys(_kind(one) for one in inner if one is not type(None)))
    if origin in {list, dict}:
        return f"list of {_kind(inner[0])}" if origin is list else f"mapping of name to {_kind(inner[1])}"
    return _single_kind(annotation)


def _single_kind(annotation: Any) -> str:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{one.value}`" for one in annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "mapping, see below"
    return _SPOKEN[annotation]


def _leaves(annotation: Any) -> Iterator[Any]:
    inner = get_args(annotation)
    if not inner:
        yield annotation
    for one in inner:
        yield from _leaves(one)


def _filter(entry: Filter) -> str:
    names = [parameter.name for parameter in entry.parameters]
    head = f"`{entry.name}({', '.join(names)})`" if names else f"`{entry.name}`"
    typed = " **(typed)**" if entry.typed else ""
    examples = "<br>".join(_example(entry, one) for one in entry.examples)
    return f"| {head} | {entry.says}{typed} | {entry.takes} | {examples} |\n"


def _example(entry: Filter, example: Example) -> str:
    call = written(Template((Slot(("x",), (Call(entry.name, example.arguments),)),)))
    return f"x = {_value(example.before)}: `{call}` → {_value(example.after)}".replace("|", "\\|")


def _value(value: "Value | None") -> str:
    if value is None:
        return "missing"
    if isinstance(value, Instant):
        return f"`{value:%Y-%m-%dT%H:%M:%S.%f}`"[:-4] + "Z`"
    if isinstance(value, list):
        return f"`{json.dumps(value, ensure_ascii=False)}`"
    return f"`{json.dumps(value, ensure_ascii=False)}`" if isinstance(value, (str, bool)) else f"`{as_text(value)}`"
