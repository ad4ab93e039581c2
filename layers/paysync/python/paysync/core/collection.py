"""A collection: the rows of one form under a name, kept whole as read, found by their exact values. And its ports."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2s
from typing import Final, Protocol, TypeAlias

from paysync.core.bills import Cell
from paysync.core.keys import collated
from paysync.core.outcomes import Outcome
from paysync.core.scheme import Lookup
from paysync.core.times import Instant

Cells: TypeAlias = Mapping[str, Cell]
"""One row: its values by field key."""
LookupKey: TypeAlias = tuple[str, ...]

_FLAGS: Final = {"true": "true", "1": "true", "false": "false", "0": "false"}


@dataclass(frozen=True, slots=True)
class Collection:
    """What is read, how often, and by which of its fields rows are found."""

    name: str
    version: str
    title: Mapping[str, str]
    connector: str
    form: str
    key: str
    """The field with a record's internal id: a whole number that never changes, by which pages follow each other."""
    fields: tuple[str, ...]
    """All that is read and kept of a row."""
    by: tuple[tuple[str, ...], ...]
    """Sets of fields, each of which finds rows by their exact values."""
    every: timedelta
    max_age: timedelta

    def keys_of(self, row: Cells) -> Iterator[str]:
        """The keys that a row is found by; a set of fields that the row has not all of does not find it."""
        for names in self.by:
            values = [text_of(row.get(name)) for name in names]
            if all(value.strip() for value in values):
                yield key_of(dict(zip(names, values, strict=True)))


@dataclass(frozen=True, slots=True)
class Generation:
    """One whole reading of a collection. `began`: no row of it is older. `of`: the version of what was collected."""

    number: int
    began: Instant
    rows: int
    of: str


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of one generation by their key; of a key that is not named there is none, or it cannot be told."""

    generation: Generation
    rows: Mapping[str, Sequence[Cells]]


class FormRows(Protocol):
    """The rows of a collection's form in the system that has them. Every call is a read."""

    def page(self, after: int) -> Outcome[Sequence[tuple[int, Cells]]]:
        """Rows with their ids, ascending, from the first whose id is above `after`; an empty page is the end."""
        ...


class CollectedRows(Protocol):
    """What was collected: of each collection one generation, whole. A row is found by an exact key, never by a scan."""

    def current(self, collection: str) -> Generation | None:
        """The generation that stands; None before the first."""
        ...

    def replace(
        self, collection: str, before: Generation | None, after: Generation, rows: Mapping[str, Sequence[Cells]]
    ) -> bool:
        """Let `after` stand in the place of `before`, with rows by their keys; False when another run was quicker.

        Until all of it is stored the old one stands. What an attempt that died has left is removed by a later one.
        """
        ...

    def find(self, collection: str, keys: Sequence[str]) -> Found | None:
        """The rows of these keys in the generation that stands; None where nothing was collected."""
        ...


def key_of(values: Mapping[str, str]) -> str:
    """What names the rows that have these values, compared as the ERP compares. It does not give the values away."""
    said = json.dumps(sorted((name, collated(value)) for name, value in values.items()), ensure_ascii=True)
    return blake2s(said.encode(), digest_size=16).hexdigest()


def text_of(value: Cell) -> str:
    """A cell as text; empty for nothing."""
    return "" if value is None else str(value)


def results_in(lookup: Lookup, rows: Sequence[Cells], key: LookupKey) -> tuple[Cell, ...]:
    """The distinct results of the usable records that match `key`; an empty result is none (3.3 of the old scheme)."""
    found: dict[str, Cell] = {}
    for row in rows:
        value = row.get(lookup.find)
        if _matches(lookup, row, key) and _is_usable(lookup, row) and value not in {None, "", 0}:
            found.setdefault(str(value), value)
    return tuple(found.values())


def _matches(lookup: Lookup, row: Cells, key: LookupKey) -> bool:
    pairs = zip(lookup.where, key, strict=True)
    return all(collated(text_of(row.get(name))) == collated(value) for (name, _), value in pairs)


def _is_usable(lookup: Lookup, row: Cells) -> bool:
    return all(_flag(text_of(row.get(name))) in {_flag(one) for one in allowed} for name, allowed in lookup.usable)


def _flag(text: str) -> str:
    """Flags come as booleans, as text or as 0 and 1."""
    plain = text.strip().lower()
    return _FLAGS.get(plain, plain)
