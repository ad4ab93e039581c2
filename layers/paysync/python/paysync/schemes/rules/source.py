"""The source: roles that fields play, what the request must ask for, conditions, child rows, spans."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from paysync.core.conditions import misuse
from paysync.core.scheme import HANDED_OVER, Condition, FieldType
from paysync.core.templates import slots
from paysync.schemes.model import SchemeFile, Source
from paysync.schemes.problems import Problem, suggestion
from paysync.schemes.rules import pace
from paysync.schemes.rules.templates import RESERVED
from paysync.schemes.spans import span_of
from paysync.schemes.trees import tree_of
from paysync.schemes.yamltext import Document

_ROLES: Final[Mapping[str, Sequence[FieldType]]] = {
    "key": (FieldType.STRING, FieldType.INTEGER),
    "number": (FieldType.STRING, FieldType.INTEGER),
    "amount": (FieldType.AMOUNT,),
    "paid_time": (FieldType.EPOCH_MS,),
    "currency_field": (FieldType.STRING,),
}
_ASKED: Final = ("window.start", "window.end", "page.number", "page.size")
_ASKING: Final = frozenset(
    {
        *("endpoint", "method", "request", "labels", "row_path", "null_means_empty", "paging", "page_size"),
        *("requests_per_second", "max_window", "overlap", "deep_scan", "safety_delay", "schedule", "since", "remedy"),
    }
)
_ZERO: Final = timedelta(0)


def problems(scheme: SchemeFile, document: Document) -> Iterator[Problem]:
    """What is wrong with the source."""
    source = scheme.source
    yield from _roles(source, document)
    yield from _names(source, document)
    yield from _request(source, document) if source.connector != HANDED_OVER else _handed_over(source, document)
    yield from _conditions(source, document)
    yield from _child_rows(source, document)
    yield from _spans(source, document)
    yield from pace.problems(source, document)


# ----------------------------------------------------------------------------------------------------------------------


def _roles(source: Source, document: Document) -> Iterator[Problem]:
    for role, types in _ROLES.items():
        name: str = getattr(source, role)
        line = document.line(("source", role))
        if not name:
            continue
        if name not in source.fields:
            yield Problem(line, f"source.{role}: {name} is not declared in fields", suggestion(name, source.fields))
        elif source.fields[name].type not in types:
            wanted = " or ".join(types)
            what = f"source.{role}: {name} is of type {source.fields[name].type}, but must be {wanted}"
            yield Problem(line, what, "change its type in fields, or take another field")
        elif role == "key" and source.fields[name].sensitive:
            what = f"source.key: {name} is sensitive, and the key is seen in every log and message"
            yield Problem(line, what, "take another field")


def _names(source: Source, document: Document) -> Iterator[Problem]:
    for name in source.fields:
        if name.split(".")[0] in RESERVED:
            what = f"a field cannot be called {name}: templates mean something else by {name.split('.')[0]}"
            yield Problem(document.line(("source", "fields", name)), what, "rows with such a field cannot be read yet")


def _handed_over(source: Source, document: Document) -> Iterator[Problem]:
    """Rows that another scheme hands over are not asked for."""
    for name in _ASKING & source.model_fields_set:
        what = f"source.{name} says how rows are asked for, but those of connector {HANDED_OVER} are handed over"
        yield Problem(document.line(("source", name)), what, "leave it out")


def _request(source: Source, document: Document) -> Iterator[Problem]:
    line = document.line(("source",))
    if source.endpoint is None:
        yield Problem(line, "source lacks endpoint", "add it: the path of the list")
    if "request" not in source.model_fields_set:
        yield Problem(line, "source lacks request", "add it: what is asked for")
        return
    lacking = _not_asked(source.request)
    for name in lacking:
        yield _lacks(name, "source.request", document.line(("source", "request")))
    if source.remedy:
        line = document.line(("source", "remedy", "request"))
        for name in _not_asked({**source.request, **source.remedy.request}):
            if name not in lacking:
                yield _lacks(name, "source.request with source.remedy.request", line)


def _not_asked(request: Mapping[str, Any]) -> Sequence[str]:
    asked = {".".join(slot.path) for slot in slots(tree_of(request))}
    return [name for name in _ASKED if name not in asked]


def _lacks(name: str, what: str, line: int) -> Problem:
    said = f"{what} does not use {name}, so it cannot be read window by window and page by page"
    return Problem(line, said, f'write e.g. "{{{{{name}}}}}" where the source takes it')


def _conditions(source: Source, document: Document) -> Iterator[Problem]:
    for outer, lines in enumerate(source.where):
        if not lines:
            what = f"source.where.{outer} is empty, so every row passes"
            yield Problem(document.line(("source", "where", outer)), what, "write its lines, or leave it out")
        for inner, one in enumerate(lines):
            place = ("source", "where", outer, inner)
            if one.field not in source.fields:
                what = f"source.where: {one.field} is not declared in fields"
                yield Problem(document.line((*place, "field")), what, suggestion(one.field, source.fields))
                continue
            wrong = misuse(Condition(one.field, one.logic, one.value), source.fields[one.field].type)
            if wrong:
                yield Problem(document.line((*place, "value")), f"source.where: {one.field}: {wrong}")


def _child_rows(source: Source, document: Document) -> Iterator[Problem]:
    if source.flatten is None:
        return
    prefix = f"{source.flatten.list}_"
    line = document.line(("source", "flatten"))
    if not any(name.startswith(prefix) for name in source.fields):
        what = f"source.flatten: no declared field begins with {prefix}, so child rows have no content"
        yield Problem(line, what, f"declare the child's fields as {prefix}<name>")
    if source.flatten.list in source.fields:
        what = f"source.flatten: {source.flatten.list} is declared as a field, but its child rows take its place"
        yield Problem(line, what, "leave it out of fields")


def _spans(source: Source, document: Document) -> Iterator[Problem]:
    if span_of(source.max_window) == _ZERO:
        yield Problem(document.line(("source", "max_window")), "source.max_window is nothing", "write e.g. 1 d")
    if span_of(source.overlap) > span_of(source.deep_scan):
        what = f"source.deep_scan ({source.deep_scan}) is shorter than overlap ({source.overlap})"
        yield Problem(
            document.line(("source", "deep_scan")), what, "the nightly run must reach further back than others"
        )
