"""The shape of a source's rows: names and JSON types by path, never a value. Told once when it is no longer as known.

A vendor's release that renames a field, or sends an amount as text, is seen in the run that meets it, and not by the
payments that fail. null is no type: a field that has only been null is known by its name.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Protocol

from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.ports import Journal

MANY: Final = 20
"""So many rows tell what a source sends: with fewer nothing has vanished, and before so many nothing has appeared."""
_WIDEST: Final = 100
"""A group with more names than this is a table by some key, whose names are values: they are left out."""
_MOST_PATHS: Final = 500
"""Beyond them a shape is not judged but for its types; so many, of this length, fit into one item."""
_LONGEST_PATH: Final = 200
_DEEPEST: Final = 8
_ROOT: Final = ""
_ELEMENT: Final = "[]"
_TOLD: Final = 12


@dataclass(frozen=True, slots=True)
class Field:
    """What a field has been seen to hold, and whether it was missing from some rows of a run that had it in others."""

    types: frozenset[str]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of a scheme's rows. `rows`: how many it was learnt from, counted up to MANY."""

    rows: int
    fields: Mapping[str, Field]


class Shapes(Protocol):
    """Where the known shape of each scheme is kept."""

    def shape(self, scheme: str) -> Shape | None:
        """What is known; None before the first rows."""
        ...

    def keep(self, scheme: str, before: Shape | None, after: Shape) -> bool:
        """Replace what is known if it still is `before`; False when another run has replaced it."""
        ...


@dataclass(slots=True)
class Seen:
    """The rows of one run, as they come."""

    rows: int = 0
    types: dict[str, set[str]] = field(default_factory=dict)
    present: Counter[str] = field(default_factory=Counter)
    """How often each field was there."""
    groups: Counter[str] = field(default_factory=Counter)
    """How often each group was there that could have it: the row itself, an object within, an element of a list."""
    _paths: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether all that came had room."""
        return len(self._paths) < _MOST_PATHS

    def add(self, rows: Iterable[Mapping[str, object]]) -> None:
        """Take in some rows."""
        for row in rows:
            self.rows += 1
            self._group(_ROOT, row, 0)

    def _group(self, path: str, group: Mapping[str, object], depth: int) -> None:
        self.groups[path] += 1
        for name, value in group.items():
            below = self._below(path, name)
            if below:
                self.present[below] += 1
                self._value(below, value, depth + 1)

    def _below(self, path: str, name: str) -> str:
        """The path of a group's field; nothing where there is no room for one more."""
        known = self._paths.get((path, name))
        if known is None:
            known = _printable(f"{path}.{name}" if path else name)
            if len(self._paths) >= _MOST_PATHS or len(known) > _LONGEST_PATH:
                return ""
            self._paths[path, name] = known
        return known

    def _value(self, path: str, value: object, depth: int) -> None:
        kind = _kind(value)
        types = self.types.setdefault(path, set())
        if kind != "null":
            types.add(kind)
        if depth == _DEEPEST:
            return
        if kind == "object" and isinstance(value, Mapping):
            self._group(path, value, depth)
        elif kind == "array" and isinstance(value, Sequence):
            for element in value:
                self._value(path + _ELEMENT, element, depth + 1)


@dataclass(frozen=True, slots=True)
class Drift:
    """What of the shape is not as it was known, and what is to be known from now on."""

    shape: Shape
    appeared: Sequence[str] = ()
    vanished: Sequence[str] = ()
    retyped: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.appeared or self.vanished or self.retyped)

    def diagnosis(self, scheme: str) -> Diagnosis:
        """For the one who must look at the scheme."""
        return Diagnosis.of(
            Code.PAGE_SHAPE,
            scheme=scheme,
            appeared=_told(self.appeared),
            vanished=_told(self.vanished),
            retyped=_told(self.retyped),
        )


def compared(known: Shape | None, seen: Seen) -> Drift:
    """The run's rows against what is known. The first rows are learnt without a word."""
    fields = _fields(seen)
    before: Mapping[str, Field] = known.fields if known else {}
    learnt = known.rows if known else 0
    new = [path for path in fields if path not in before] if seen.whole else []
    lacking = [path for path in before if path not in fields] if seen.whole else []
    gone = _topmost(path for path in lacking if _is_gone(path, before[path], seen))
    after = {path: one for path, one in before.items() if not _within(path, gone)}
    learning = seen.whole or known is None
    after |= {path: _merged(before.get(path), one) for path, one in fields.items() if learning or path in before}
    return Drift(
        Shape(min(MANY, learnt + seen.rows), after),
        appeared=sorted(_topmost(new)) if learnt >= MANY else (),
        vanished=sorted(gone),
        retyped=sorted(_retyped(path, before[path], one) for path, one in fields.items() if _other(before, path, one)),
    )


def watch(shapes: Shapes, journal: Journal, scheme: str, seen: Seen) -> Diagnosis | None:
    """Tell what is not as it was known, then keep what is known from now on: told twice rather than never."""
    if not seen.rows:
        return None
    known = shapes.shape(scheme)
    drift = compared(known, seen)
    diagnosis = drift.diagnosis(scheme) if drift else None
    if diagnosis:
        journal.count("ShapeChanged")
        journal.tell(
            "the source's rows have another shape",
            diagnosis=diagnosis,
            scheme=scheme,
            appeared=list(drift.appeared),
            vanished=list(drift.vanished),
            retyped=list(drift.retyped),
        )
    if drift.shape != known:
        shapes.keep(scheme, known, drift.shape)
    return diagnosis


# ----------------------------------------------------------------------------------------------------------------------


def _printable(name: str) -> str:
    return name if name.isprintable() else "".join(mark if mark.isprintable() else "?" for mark in name)


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case int() | float() | Decimal():
            return "number"
        case Mapping():
            return "object"
        case _:
            return "array"


def _parent(path: str) -> str:
    """The group that has the field; of a list's element the list itself."""
    return path.removesuffix(_ELEMENT) if path.endswith(_ELEMENT) else path.rpartition(".")[0]


def _fields(seen: Seen) -> Mapping[str, Field]:
    children = Counter(_parent(path) for path in seen.types)
    wide = {group for group, many in children.items() if many > _WIDEST and group != _ROOT}
    return {
        path: Field(frozenset(types), optional=seen.present[path] < seen.groups[_parent(path)])
        for path, types in seen.types.items()
        if not (wide and _within(_parent(path), wide))
    }


def _is_gone(path: str, one: Field, seen: Seen) -> bool:
    return not one.optional and not path.endswith(_ELEMENT) and seen.groups[_parent(path)] >= MANY


def _merged(before: Field | None, now: Field) -> Field:
    return now if before is None else Field(before.types | now.types, before.optional or now.optional)


def _other(before: Mapping[str, Field], path: str, now: Field) -> bool:
    known = before.get(path)
    return known is not None and bool(known.types) and not now.types <= known.types


def _retyped(path: str, before: Field, now: Field) -> str:
    return f"{path} ({'/'.join(sorted(before.types))} → {'/'.join(sorted(now.types - before.types))})"


def _topmost(paths: Iterable[str]) -> set[str]:
    """Of a group that is new or gone the group alone, not what is in it."""
    all_of_them = set(paths)
    return {path for path in all_of_them if not _within(_parent(path), all_of_them)}


def _within(path: str, groups: set[str]) -> bool:
    while path:
        if path in groups:
            return True
        path = _parent(path)
    return False


def _told(paths: Sequence[str]) -> str:
    return ", ".join(paths[:_TOLD]) + (" …" if len(paths) > _TOLD else "") if paths else "-"
