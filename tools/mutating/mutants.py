"""Every mutant of a module, as source text. What only a reader or a type checker reads is not changed."""

from __future__ import annotations

import ast
import importlib
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from mutating.changes import Around, changes_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ONLY_TYPES: Final = frozenset({"annotation", "returns", "decorator_list", "bases", "ctx"})
_ALL_OF_THEM: Final = slice(None)
_SPEAKERS: Final = {
    "DefectError.of": _ALL_OF_THEM,
    "MalformedError.of": _ALL_OF_THEM,
    "FilterError": _ALL_OF_THEM,
    "unreadable": _ALL_OF_THEM,
    "_shape": _ALL_OF_THEM,
    "TypeVar": _ALL_OF_THEM,
    "Filter": slice(1, 2),
    "_local": slice(2, 3),
}
"""Which of the texts that they are given are wording, to be read by a person."""
_SPOKEN: Final = "what"
"""So is the argument of this name."""


@dataclass(frozen=True)
class Mutant:
    """One change: where, what, and the whole module with it."""

    where: str
    """The function, class or table; not the line, so that an explanation outlives other edits."""
    change: str
    line: int
    source: str

    @property
    def name(self) -> str:
        """By which the page explains it."""
        return f"{self.where}: {self.change}"


def mutants_of(file: Path) -> list[Mutant]:
    """All of them, in the order of the text. Imports the module, to know its enums."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = vars(_imported(file))
    found = []
    for place in _places(tree, _Place(tree, "module", "", tree, "", None)):
        around = Around(place.parent, place.returns, names)
        for new, change in changes_of(place.node, around):
            source = _with(tree, place, new)
            if source is not None:
                found.append(Mutant(place.where, change, getattr(place.node, "lineno", 0), source))
    return _numbered(found)


def _imported(file: Path) -> Any:
    """By the name that its tests import it by: as from the first folder above it that is no package."""
    root, parts = file.parent, [file.stem]
    while (root / "__init__.py").exists():
        root, parts = root.parent, [root.name, *parts]
    sys.path.insert(0, str(root))
    return importlib.import_module(".".join(parts))


@dataclass(frozen=True)
class _Place:
    node: ast.AST
    where: str
    returns: str
    parent: ast.AST
    field: str
    index: int | None


def _places(node: ast.AST, at: _Place) -> Iterator[_Place]:
    for name, value in ast.iter_fields(node):
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST) and not _is_read_only(node, name, child):
                here = _inside(replace(at, node=child, parent=node, field=name, index=index))
                yield here
                yield from _places(child, here)


def _inside(at: _Place) -> _Place:
    match at.node:
        case ast.FunctionDef(name=name, returns=returns):
            kind = ast.unparse(returns) if returns else ""
            return replace(at, where=_joined(at.where, name), returns=kind)
        case ast.ClassDef(name=name):
            return replace(at, where=_joined(at.where, name))
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)) if not at.returns:
            return replace(at, where=_joined(at.where, name))
    return at


def _joined(where: str, name: str) -> str:
    return name if where == "module" else f"{where}.{name}"


def _is_read_only(parent: ast.AST, name: str, child: ast.AST) -> bool:
    """Types, docstrings, imports, exports, and the words of an error or a diagnosis."""
    match parent, child:
        case _, ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            found = True
        case (ast.Raise(), _) | (ast.AnnAssign(annotation=ast.Name(id="TypeAlias")), _):
            found = True
        case ast.Assign(targets=[ast.Name(id="__all__" | "__slots__")]), _:
            found = True
        case ast.Call(func=func, args=args), ast.Constant() | ast.JoinedStr():
            found = child in args[_SPEAKERS.get(ast.unparse(func), slice(0))]
        case ast.keyword(arg=arg), ast.Constant() | ast.JoinedStr():
            found = arg == _SPOKEN
        case _:
            found = False
    return found or name in _ONLY_TYPES


def _with(tree: ast.Module, place: _Place, new: ast.AST) -> str | None:
    """The text with the one change; the tree stays as it was."""
    before, at = getattr(place.parent, place.field), place.index
    setattr(place.parent, place.field, new if at is None else [*before[:at], new, *before[at + 1 :]])
    try:
        source = ast.unparse(tree)
        compile(source, "mutant", "exec", dont_inherit=True)
    except (ValueError, TypeError, SyntaxError):
        return None  # no Python: nothing that anybody could write
    finally:
        setattr(place.parent, place.field, before)
    return source


def _numbered(found: list[Mutant]) -> list[Mutant]:
    """The same text once; the same name twice gets a number."""
    once = {one.source: one for one in reversed(found)}
    seen: dict[str, int] = {}
    named = []
    for one in (each for each in found if once[each.source] is each):
        seen[one.name] = count = seen.get(one.name, 0) + 1
        named.append(replace(one, change=f"{one.change} ({count})") if count > 1 else one)
    return named
