"""When a scheme is read: its own schedule and start, and the remedy's."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from paysync.core.due import schedule_of
from paysync.core.times import from_shanghai_iso
from paysync.schemes.build import PARAMETER
from paysync.schemes.model import Source
from paysync.schemes.problems import Problem, suggestion
from paysync.schemes.spans import span_of
from paysync.schemes.yamltext import Document, Place


def problems(source: Source, document: Document) -> Iterator[Problem]:
    """What is wrong with schedule, since and remedy."""
    yield from _unreadable(("source", "schedule"), source.schedule, _schedule, document)
    yield from _unreadable(("source", "since"), source.since, _start, document)
    remedy = source.remedy
    if remedy is None:
        return
    yield from _unreadable(("source", "remedy", "schedule"), remedy.schedule, _schedule, document)
    if span_of(remedy.span) == timedelta(0):
        yield Problem(document.line(("source", "remedy", "span")), "source.remedy.span is nothing", "write e.g. 1 d")
    for name in remedy.request:
        if name not in source.request:
            what = f"source.remedy.request: {name} replaces nothing, since source.request has no such field"
            line = document.line(("source", "remedy", "request", name))
            yield Problem(line, what, suggestion(name, source.request))


# ----------------------------------------------------------------------------------------------------------------------


def _unreadable(place: Place, text: str, wrong: Callable[[str], str], document: Document) -> Iterator[Problem]:
    """A text that is no parameter and cannot be read. Empty: as if it were not there."""
    name, line = ".".join(map(str, place)), document.line(place)
    if "{{" in text:
        if not PARAMETER.match(text):
            yield Problem(line, f"{name} must be the value itself, or one parameter", 'write e.g. "{{param.since}}"')
    elif text and (why := wrong(text)):
        yield Problem(line, f"{name} {why}")


def _schedule(text: str) -> str:
    try:
        schedule_of(text)
    except ValueError as error:
        return str(error)
    return ""


def _start(text: str) -> str:
    try:
        from_shanghai_iso(text)
    except ValueError:
        return f"is {text!r}: write ISO 8601, such as 2025-01-31 or 2025-01-31T00:00:00+08:00"
    return ""
