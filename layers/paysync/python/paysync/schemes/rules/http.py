"""Systems that paysync does not know: conditions that prove what they say, paths that lie in the answer, questions.

What a system's answer proves is written by whoever writes the scheme; what no answer can prove is refused here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from paysync.core.conditions import misuse
from paysync.core.exchanges import Alternatives, met
from paysync.core.scheme import Condition, FieldType
from paysync.core.templates import slots
from paysync.schemes.http_model import HttpCreate, HttpFind, HttpRead, HttpTarget, MaycurTarget
from paysync.schemes.model import HttpSource, SchemeFile
from paysync.schemes.model_parts import Line, Part
from paysync.schemes.problems import Problem
from paysync.schemes.trees import tree_of
from paysync.schemes.yamltext import Document, Place

_GOOD: Final = range(200, 300)
_NOT_DONE: Final = tuple(status for status in range(100, 600) if status not in _GOOD)
_NO_PROOF: Final = (*_GOOD, 408, 425, 499, *range(500, 600))
"""A refusal by one of these alone may come from a gateway, or after the work was done."""
_WEAK: Final = frozenset({"neq", "notlike", "isnull"})
"""These hold for an empty answer too."""
_HTTP: Final = range(200, 600)
_READ: Final = range(200, 500)
_WRITTEN: Final = (*range(200, 408), *range(409, 500))
"""The statuses that leave something to say, as adapters/http/answers.py looks at them."""
_SPOKEN: Final[Mapping[str, tuple[Sequence[int], str]]] = {
    "done_when": (_GOOD, "from 200 to 299"),
    "refused_when": (_WRITTEN, "from 200 to 499 other than 408"),
    "success_when": (_READ, "from 200 to 499"),
    "none_when": (_READ, "from 200 to 499"),
    "gone_when": (_READ, "from 200 to 499"),
    "empty_when": (_READ, "from 200 to 499"),
    "busy_when": (_HTTP, "from 200 to 599"),
    "denied_when": (_HTTP, "from 200 to 599"),
}
_HEADER: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z")
_OURS: Final = frozenset({"accept", "connection", "content-length", "content-type", "host", "transfer-encoding"})
_KEY: Final = ("payment", "key")


def problems(scheme: SchemeFile, document: Document) -> Iterator[Problem]:
    """What is wrong with a source or a target that is any system, or Maycur's results."""
    if isinstance(scheme.source, HttpSource):
        yield from _source(scheme.source, document)
    target = scheme.target
    if isinstance(target, (HttpTarget, MaycurTarget)) and scheme.lookups:
        what = f"lookups are asked of the target, and {target.connector} has none"
        yield Problem(document.line(("lookups",)), what, "leave them out")
    if isinstance(target, HttpTarget):
        yield from _target(scheme, target, document)
    elif isinstance(target, MaycurTarget):
        yield from _once([step.step for step in target.steps], document)


# ----------------------------------------------------------------------------------------------------------------------


def _source(source: HttpSource, document: Document) -> Iterator[Problem]:
    yield from _headers(source.headers, document, ("source", "headers"))
    yield from _conditions(source, document, ("source",))
    if not _in_answer(source.row_path):
        line = document.line(("source", "row_path"))
        what = f"source.row_path {source.row_path}: of a system that paysync does not know, say where the rows lie"
        yield Problem(line, what, "write e.g. body.data.items, or body where the answer is the list")


def _target(scheme: SchemeFile, target: HttpTarget, document: Document) -> Iterator[Problem]:
    yield from _headers(target.headers, document, ("target", "headers"))
    yield from _conditions(target, document, ("target",))
    yield from _sequence(target, document)
    finds = False
    for index, step in enumerate(target.steps):
        place: Place = ("target", "steps", index)
        yield from _conditions(step, document, place)
        match step:
            case HttpCreate():
                yield from _create(step, document, place)
            case HttpFind():
                finds = True
                yield from _find(target, step, document, place)
            case HttpRead():
                yield from _read(step, document, place)
    if not finds:
        yield from _unaskable(scheme, target, document)


def _sequence(target: HttpTarget, document: Document) -> Iterator[Problem]:
    names = [step.step for step in target.steps]
    yield from _once(names, document)
    line = document.line(("target", "steps"))
    if "create" not in names:
        yield Problem(line, "no step makes a document", "add create")
    if "find" in names and "read" not in names:
        what = "a document that find shows would be taken for the payment's without a look at its amount"
        yield Problem(line, what, "add a read step")


def _once(names: Sequence[str], document: Document) -> Iterator[Problem]:
    for index, name in enumerate(names):
        if name in names[:index]:
            line = document.line(("target", "steps", index))
            yield Problem(line, f"step {name} stands twice", "each step is done once")


def _create(step: HttpCreate, document: Document, place: Place) -> Iterator[Problem]:
    yield from _answer_paths(step, ("id", "number"), document, place)
    if step.idempotency_header and not _HEADER.match(step.idempotency_header):
        line = document.line((*place, "idempotency_header"))
        yield Problem(line, f"{step.idempotency_header} is no header's name", "write e.g. Idempotency-Key")
    yield from _proofs(step, document, place)
    for index, lines in enumerate(step.done_when):
        if not step.id and all(line.field == "status" or line.logic in _WEAK for line in lines):
            line = document.line((*place, "done_when", index))
            what = "done_when looks at nothing that the answer says, so a sign-in page would count as done"
            yield Problem(line, what, "add a line on body.…, or say in id where the new document's id lies")


def _proofs(step: HttpCreate, document: Document, place: Place) -> Iterator[Problem]:
    """By its status alone, an answer proves success only below 300, and a refusal only where the server speaks."""
    for name, statuses in (("done_when", _NOT_DONE), ("refused_when", _NO_PROOF), ("busy_when", _NO_PROOF)):
        for index, lines in enumerate(getattr(step, name)):
            wrong = _first_met(lines, statuses)
            if wrong and _fitting(step, name, lines):
                what = f"{name} would hold for HTTP {wrong}, whatever the answer says; that proves nothing"
                hint = "name the exact status, and a line on body.… where a gateway may answer so too"
                yield Problem(document.line((*place, name, index)), what, hint)


def _first_met(lines: Sequence[Line], statuses: Sequence[int]) -> int | None:
    alternatives = _alternatives([list(lines)])
    if not lines or _misused(lines):
        return None
    silent: tuple[dict[str, Any], ...] = ({}, {"body": {}})
    return next((one for one in statuses if any(met(alternatives, {"status": one, **said}) for said in silent)), None)


def _find(target: HttpTarget, step: HttpFind, document: Document, place: Place) -> Iterator[Problem]:
    yield from _answer_paths(step, ("row_path",), document, place)
    yield from _only(step.endpoint, ("payment", "param"), document, (*place, "endpoint"))
    yield from _only(step.request, ("payment", "param"), document, (*place, "request"))
    line = document.line(place)
    if _KEY not in _named((step.endpoint, step.request)):
        what = "find does not ask for the payment's key"
        yield Problem(line, what, 'write e.g. request: {reference: "{{payment.key}}"}')
    create = next((one for one in target.steps if isinstance(one, HttpCreate)), None)
    if create is not None and _KEY not in _named((create.endpoint, create.request)):
        what = "create does not send the payment's key, so find would never see the document"
        yield Problem(line, what, 'send "{{payment.key}}" in the field that find asks for')


def _read(step: HttpRead, document: Document, place: Place) -> Iterator[Problem]:
    yield from _answer_paths(step, ("row_path",), document, place)
    yield from _only(step.endpoint, ("bill", "param"), document, (*place, "endpoint"))
    if ("bill", "id") not in _named(step.endpoint):
        line = document.line((*place, "endpoint"))
        yield Problem(line, "read does not ask for a document by its id", 'write e.g. "/documents/{{bill.id}}"')


def _unaskable(scheme: SchemeFile, target: HttpTarget, document: Document) -> Iterator[Problem]:
    promised = any(isinstance(step, HttpCreate) and step.idempotency_header for step in target.steps)
    if scheme.policies.on_unresolved == "repush_once" and not promised:
        line = document.line(("policies", "on_unresolved"))
        what = "repush_once on a system that can neither be asked what it has nor promises to carry out one key once"
        yield Problem(line, what, "add a find step, or idempotency_header, or write park")


# ----------------------------------------------------------------------------------------------------------------------


def _headers(headers: dict[str, str], document: Document, place: Place) -> Iterator[Problem]:
    for name in headers:
        line = document.line((*place, name))
        if not _HEADER.match(name):
            yield Problem(line, f"{name} is no header's name", "write e.g. Authorization")
        elif name.lower() in _OURS:
            yield Problem(line, f"the header {name} is set by paysync itself", "leave it out")


def _conditions(part: Part, document: Document, place: Place) -> Iterator[Problem]:
    for name, found in part:
        if not name.endswith("_when"):
            continue
        for outer, lines in enumerate(found):
            if not lines:
                what = f"{name}.{outer} is empty, so every answer would pass"
                yield Problem(document.line((*place, name, outer)), what, "write its lines, or leave it out")
            elif not _fitting(part, name, lines):
                yield _dead(part, name, document.line((*place, name, outer)))
            for inner, one in enumerate(lines):
                here: Place = (*place, name, outer, inner)
                yield from _condition(name, one, document, here)


def _fitting(part: Part, name: str, lines: Sequence[Line]) -> bool:
    """Whether an answer has a status that its lines on the status allow and that may say what they prove."""
    asked = [line for line in lines if line.field == "status" and name in _SPOKEN]
    return not asked or _misused(asked) or _first_met(asked, _spoken(part, name)[0]) is not None


def _dead(part: Part, name: str, line: int) -> Problem:
    what = f"{name} can never hold: its lines on status allow none {_spoken(part, name)[1]}"
    if name == "done_when":
        return Problem(line, what, "name the status of a success")
    return Problem(line, what, "leave it out: any other status proves nothing, whatever its body says")


def _spoken(part: Part, name: str) -> tuple[Sequence[int], str]:
    created = isinstance(part, HttpCreate) and name == "busy_when"
    return _SPOKEN["refused_when" if created else name]


def _misused(lines: Sequence[Line]) -> bool:
    return any(misuse(Condition(line.field, line.logic, line.value), FieldType.ANY) for line in lines)


def _condition(name: str, line: Line, document: Document, place: Place) -> Iterator[Problem]:
    if name != "voided_when" and line.field != "status" and not _in_answer(line.field):
        what = f"{name}: {line.field} is neither the answer's status nor in its body"
        yield Problem(document.line((*place, "field")), what, f"write status, or body.{line.field}")
    wrong = misuse(Condition(line.field, line.logic, line.value), FieldType.ANY)
    if wrong:
        yield Problem(document.line((*place, "value")), f"{name}: {line.field}: {wrong}")


def _answer_paths(part: Part, names: Sequence[str], document: Document, place: Place) -> Iterator[Problem]:
    for name in names:
        path = getattr(part, name)
        if path and not _in_answer(path):
            what = f"{name} {path} does not lie in the answer's body"
            yield Problem(document.line((*place, name)), what, f"write body.{path}")


def _in_answer(path: str) -> bool:
    return path == "body" or path.startswith("body.")


def _only(tree: Any, groups: Sequence[str], document: Document, place: Place) -> Iterator[Problem]:
    for path in sorted(_named(tree)):
        if path[0] not in groups or (path[0] == "payment" and path != _KEY):
            what = f"{'.'.join(path)} has no value here"
            hint = "of the payment only its key is known then" if "payment" in groups else "use bill.id"
            yield Problem(document.line(place), what, hint)


def _named(tree: Any) -> set[tuple[str, ...]]:
    return {slot.path for slot in slots(tree_of(tree))}


def _alternatives(lines: Sequence[Sequence[Line]]) -> Alternatives:
    return tuple(tuple(Condition(one.field, one.logic, one.value) for one in each) for each in lines)
