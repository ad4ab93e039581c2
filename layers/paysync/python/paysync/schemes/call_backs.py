"""A call-back that names another scheme: is there one, does it take the row, can a bill be taken for another's?

What a parameter names is known only in a stack: `core.call_back` judges the same there, when it is put up, when its
functions start, and before a row is handed on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from paysync.core.scheme import HANDED_OVER, Template
from paysync.core.templates import parse
from paysync.schemes import FOLDER, names
from paysync.schemes.build import PARAMETER
from paysync.schemes.model import CallBack, SchemeFile
from paysync.schemes.problems import Problem, suggestion
from paysync.schemes.yamltext import Data, Document, Place, read

_SCHEME: Place = ("call_back", "scheme")
_FIELDS: Place = ("call_back", "fields")


@dataclass(frozen=True, slots=True)
class _Peer:
    """What another scheme's file says of itself; its own check says whether it is right."""

    name: str
    document: Document

    @property
    def connector(self) -> Data:
        return self.document.at(("source", "connector"))

    @property
    def form(self) -> tuple[Data, Data]:
        return self.document.at(("target", "connector")), self.document.at(("target", "form"))

    @property
    def hands_on_to(self) -> str:
        """The scheme that is named outright, or by a parameter's default; what a stack binds is judged there."""
        named = self.document.at(_SCHEME)
        if not isinstance(named, str):
            return ""
        if parameter := PARAMETER.match(named):
            named = self.document.at(("parameters", parameter[1], "default"))
        return named if isinstance(named, str) and isinstance(parse(named), str) else ""

    @property
    def fields(self) -> Mapping[str, Data]:
        found = self.document.at(("source", "fields"))
        return found if isinstance(found, dict) else {}


def call_back_problems(scheme: SchemeFile, document: Document, folder: Path) -> Iterator[Problem]:
    """What is wrong with a scheme's call-back, by the files beside it and the shipped ones."""
    mine = _Peer(scheme.scheme, document)
    if scheme.call_back is None or mine.hands_on_to in {"", mine.name}:
        return
    line = document.line(_SCHEME)
    taker = _peer(mine.hands_on_to, folder)
    if taker is None:
        what = f"call_back.scheme: no scheme is called {mine.hands_on_to}"
        yield Problem(line, what, suggestion(mine.hands_on_to, names()))
        return
    along = [Problem(line, *wrong) for wrong in _along_the_chain(mine, folder)]
    yield from along
    for other in () if along else _others_that_hand_to(mine, folder):
        what = (
            f"{other} hands its rows on to {taker.name}, too, and two payments with one key would become one row there"
        )
        yield Problem(line, what, f"copy {taker.name} under another name, and hand on to the copy")
    if taker.connector == HANDED_OVER:
        yield from _fields(scheme, scheme.call_back, taker, document)
    else:
        what = f"{taker.name} takes no rows from other schemes: its source is {taker.connector}"
        yield Problem(line, what, f"give it source.connector: {HANDED_OVER}, or name another scheme")


# ----------------------------------------------------------------------------------------------------------------------


def _peer(name: str, folder: Path) -> _Peer | None:
    for file in (folder / f"{name}.yaml", FOLDER / f"{name}.yaml"):
        if file.is_file():
            return _Peer(name, read(file.read_text(encoding="utf-8"), str(file)))
    return None


def _others_that_hand_to(mine: _Peer, folder: Path) -> Iterator[str]:
    """The schemes beside this file that name the same one."""
    for file in sorted(folder.glob("*.yaml")):
        if file.stem != mine.name and (other := _peer(file.stem, folder)) and other.hands_on_to == mine.hands_on_to:
            yield other.name


def _along_the_chain(mine: _Peer, folder: Path) -> Iterator[tuple[str, str]]:
    """Rows keep their key from scheme to scheme: none may come back, and each makes bills of a form of its own."""
    chain = [mine]
    while following := chain[-1].hands_on_to:
        known = [one.name for one in chain]
        if following in known:
            circle = " → ".join([*known[known.index(following) :], following])
            yield f"the call-backs go round in a circle: {circle}", "take one of them out"
            return
        last = _peer(following, folder)
        if last is None:
            return
        for former in chain:
            if former.form == last.form:
                what = f"{last.name} makes bills of the form {last.form[1]}, as {former.name} does for the same payment"
                yield what, "a bill carries its payment's key and would be taken for the other's: use another form"
        chain.append(last)


def _fields(scheme: SchemeFile, call_back: CallBack, taker: _Peer, document: Document) -> Iterator[Problem]:
    """Does the row have what the other scheme requires, and the payment's own key as its key."""
    line = document.line(_FIELDS)
    key = str(taker.document.at(("source", "key")))
    for name, spec in taker.fields.items():
        if name not in call_back.fields and isinstance(spec, dict) and spec.get("required"):
            yield Problem(line, f"call_back.fields lacks {name}, which {taker.name} requires", "add it")
    if key in call_back.fields and not _is_own_key(scheme, call_back.fields[key]):
        what = f"call_back.fields.{key} is the key of {taker.name}, but not the payment's own key"
        hint = 'write "{{payment.key}}": two payments must never become one row there'
        yield Problem(document.line((*_FIELDS, key)), what, hint)


def _is_own_key(scheme: SchemeFile, written: object) -> bool:
    template = parse(written) if isinstance(written, str) else written
    own = [("payment", "key"), *([] if scheme.source.flatten else [tuple(scheme.source.key.split("."))])]
    if not isinstance(template, Template) or len(template.parts) != 1 or isinstance(template.parts[0], str):
        return False
    return template.parts[0].path in own and not template.parts[0].calls
