"""YAML text to plain data, with the line of every value. Small and strict: nothing means something else than it says.

Unlike YAML 1.1 at large: numbers with a point become Decimals; `1_000`, `010`, `12:30` and dates stay text, `yes` and
`on` are refused; doubled keys, anchors, tags, merge keys and further documents are refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Protocol, TypeAlias

import yaml

from paysync.schemes.problems import Problem, SchemeFileError, suggestion

Data: TypeAlias = "str | int | Decimal | bool | list[Data] | dict[str, Data] | None"
Place: TypeAlias = tuple[str | int, ...]


_WHOLE: Final = re.compile(r"-?(0|[1-9]\d{0,14})\Z", re.ASCII)
_DECIMAL: Final = re.compile(r"-?(0|[1-9]\d{0,14})\.\d{1,10}\Z", re.ASCII)
_WORDS: Final[Mapping[str, bool | None]] = {"true": True, "false": False, "null": None, "~": None, "": None}
_KINDS: Final = ("str", "int", "float", "bool", "null", "timestamp", "merge", "value", "seq", "map")
_KNOWN_TAGS: Final = frozenset(f"tag:yaml.org,2002:{kind}" for kind in _KINDS)
_DOUBTFUL: Final = frozenset({"yes", "no", "on", "off", "y", "n"})


class _Mark(Protocol):
    """A place in YAML text, of whichever of PyYAML's readers."""

    line: int


@dataclass(slots=True)
class Document:
    """The data of a file, the line of each place in it, and the problems met on the way."""

    data: Data = None
    lines: dict[Place, int] = field(default_factory=dict)
    """Line of each value; of a mapping's value, the line of its key."""
    problems: list[Problem] = field(default_factory=list)

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest one around it that the file has."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def at(self, place: Place) -> Data:
        """The value at a place; None where the file has none."""
        here = self.data
        for step in place:
            if isinstance(here, dict):
                here = here.get(str(step))
            elif isinstance(here, list) and isinstance(step, int) and step < len(here):
                here = here[step]
            else:
                return None
        return here


def read(text: str, file: str) -> Document:
    """The file's data with lines. Raises SchemeFileError where it is no YAML at all."""
    document = Document()
    try:
        _refuse_aliases(text, document)
        root = None if document.problems else yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = error.problem or error.context or "cannot be read"
        hint = (
            "a text with {{ at its start or with “: ” in it needs quotes around it" if "{" in _line(text, mark) else ""
        )
        raise SchemeFileError(file, [Problem(_number(mark), f"no YAML: {said}", hint)]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else 1
        raise SchemeFileError(file, [Problem(line, "no YAML: a character that YAML does not allow")]) from None
    if root is None:
        raise SchemeFileError(file, document.problems or [Problem(1, "the file is empty")])
    document.data = _value(root, (), document)
    return document


# ----------------------------------------------------------------------------------------------------------------------


def _line(text: str, mark: yaml.Mark | None) -> str:
    lines = text.splitlines()
    return lines[mark.line] if mark and mark.line < len(lines) else ""


def _number(mark: _Mark | None) -> int:
    return mark.line + 1 if mark else 1


def _refuse_aliases(text: str, document: Document) -> None:
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            document.problems.append(
                Problem(
                    _number(event.start_mark),
                    "anchors and aliases are not allowed",
                    "write the value out, or quote a *",
                )
            )


def _value(node: yaml.Node, place: Place, document: Document) -> Data:
    document.lines.setdefault(place, _number(node.start_mark))
    if node.tag not in _KNOWN_TAGS:
        document.problems.append(
            Problem(_number(node.start_mark), f"the tag {node.tag} is not allowed", "write the plain value")
        )
        return None
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, document)
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*place, index), document) for index, child in enumerate(node.value)]
    found: dict[str, Data] = {}
    for key_node, child in node.value:
        line = _number(key_node.start_mark)
        if not isinstance(key_node, yaml.ScalarNode):
            hint = "a text that begins with {{ needs quotes around it"
            document.problems.append(Problem(line, "a key must be text", hint))
            continue
        key = str(key_node.value)
        if key in found:
            document.problems.append(
                Problem(line, f"{key} is written twice", f"first in line {document.line((*place, key))}")
            )
            continue
        document.lines[(*place, key)] = line
        found[key] = _value(child, (*place, key), document)
    return found


def _scalar(node: yaml.ScalarNode, document: Document) -> Data:
    text, plain = str(node.value), node.style is None
    if not plain:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text.lower() in _DOUBTFUL or text.lower() in _WORDS:
        hint = (
            suggestion(text, ["true", "false"]) if text.lower() in _WORDS else "write true or false, or quote the text"
        )
        document.problems.append(Problem(_number(node.start_mark), f"{text} is neither text nor true nor false", hint))
        return text
    if _WHOLE.match(text):
        return int(text)
    return Decimal(text) if _DECIMAL.match(text) else text
