"""What is declared and used nowhere: mostly a slip of the pen, and a lookup without use parks payments for nothing."""

from collections.abc import Iterator
from typing import Any

from paysync.core.templates import slots
from paysync.schemes.http_model import HttpCreate, HttpFind, HttpRead, HttpTarget, MaycurCreate
from paysync.schemes.model import Create, HttpSource, Push, Save, SchemeFile, Source
from paysync.schemes.problems import Problem
from paysync.schemes.trees import tree_of
from paysync.schemes.yamltext import Document


def problems(scheme: SchemeFile, document: Document) -> Iterator[Problem]:
    """Parameters and lookups that no template names."""
    named = {slot.path for tree in _trees(scheme) for slot in slots(tree_of(tree))}
    for group, names in (("param", scheme.parameters), ("lookup", scheme.lookups)):
        kind, place = ("parameter", "parameters") if group == "param" else ("lookup", "lookups")
        for name in names:
            if (group, name) not in named:
                line = document.line((place, name))
                yield Problem(
                    line, f"{kind} {name} is used nowhere", f'use it as "{{{{{group}.{name}}}}}", or leave it out'
                )


def _trees(scheme: SchemeFile) -> Iterator[Any]:
    yield from _of_source(scheme.source)
    for lookup in scheme.lookups.values():
        yield lookup.where
    if isinstance(scheme.target, HttpTarget):
        yield scheme.target.headers
    for step in scheme.target.steps:
        match step:
            case Push() | Create():
                yield step.request
            case Save():
                yield step.head, step.each, step.expect
            case HttpCreate() | HttpFind() | MaycurCreate():
                yield step.endpoint, step.request
            case HttpRead():
                yield step.endpoint, step.expect
            case _:
                pass
    if scheme.call_back:
        yield scheme.call_back.scheme, scheme.call_back.fields


def _of_source(source: Source) -> Iterator[Any]:
    yield source.request, source.schedule, source.since
    if source.remedy:
        yield source.remedy.request, source.remedy.schedule
    if isinstance(source, HttpSource):
        yield source.headers
