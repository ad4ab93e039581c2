"""Collected rows in memory: the semantics of DynamoCollectedRows, no table."""

from collections.abc import Mapping, Sequence

from fakes.faults import Io, through
from paysync.core.collection import Cells, Found, Generation


class MemoryCollectedRows:
    """`core.collection.CollectedRows`. `io` is called around every operation (see faults.py)."""

    def __init__(self, *, io: Io | None = None) -> None:
        self._standing: dict[str, Found] = {}
        self._made_by: dict[str, object] = {}
        self._io = io

    def current(self, collection: str) -> Generation | None:
        return through(self._io, "current", lambda: self._current(collection))

    def find(self, collection: str, keys: Sequence[str]) -> Found | None:
        return through(self._io, "find", lambda: self._find(collection, keys))

    def replace(
        self, collection: str, before: Generation | None, after: Generation, rows: Mapping[str, Sequence[Cells]]
    ) -> bool:
        mine = object()
        found = Found(after, {key: [dict(row) for row in some] for key, some in rows.items()})
        return through(self._io, "replace", lambda: self._replace(collection, before, found, mine))

    def _current(self, collection: str) -> Generation | None:
        standing = self._standing.get(collection)
        return standing.generation if standing else None

    def _find(self, collection: str, keys: Sequence[str]) -> Found | None:
        standing = self._standing.get(collection)
        if standing is None:
            return None
        return Found(standing.generation, {key: standing.rows[key] for key in keys if key in standing.rows})

    def _replace(self, collection: str, before: Generation | None, after: Found, mine: object) -> bool:
        if self._made_by.get(collection) is mine:
            return True
        stands = self._current(collection)
        if (stands.number if stands else 0) != (before.number if before else 0):
            return False
        self._standing[collection], self._made_by[collection] = after, mine
        return True
