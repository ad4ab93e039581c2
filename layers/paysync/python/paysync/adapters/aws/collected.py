"""What was collected, in the ledger's table: `COLL#<collection>` with one generation that stands, whole.

Its rows lie on shelves, by a digest of their keys; the item `CURRENT` names the shelves of the generation. A shelf is
never changed: its name says in which generation it was written and what it holds. So an unchanged one costs no write,
whoever reads an old `CURRENT` finds what that generation had or nothing, and the switch is one conditional PutItem.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2s
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from paysync.adapters.aws.items import Item, Read, key, n, packed, s, unpacked
from paysync.adapters.aws.reads import Reads
from paysync.core.bills import Cell
from paysync.core.collection import Cells, Found, Generation
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import RunError
from paysync.core.ports import Clock, Ids
from paysync.core.times import from_iso, iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CURRENT: Final = "CURRENT"
_SHELF: Final = "SHELF#"
_ENTRIES_ON_A_SHELF: Final = 32
_MOST_SHELVES: Final = 1024
_LARGEST: Final = 300_000
"""Bytes on a shelf; an item may have 400 KB."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """The item `CURRENT`: a generation and the names of its shelves, in order."""

    generation: Generation
    shelves: Sequence[str]


class DynamoCollectedRows:
    """`core.collection.CollectedRows` on the ledger's table."""

    def __init__(self, client: "DynamoDBClient", table: str, *, clock: Clock, ids: Ids) -> None:
        self._client = client
        self._table = table
        self._ids = ids
        self._read = Reads(client, table, clock, ids)

    def current(self, collection: str) -> Generation | None:
        """One consistent GetItem."""
        standing = self._standing(collection)
        return standing.generation if standing else None

    def find(self, collection: str, keys: Sequence[str]) -> Found | None:
        """One GetItem, then one BatchGetItem of the shelves that these keys can lie on."""
        standing = self._standing(collection)
        if standing is None:
            return None
        wanted = dict.fromkeys(standing.shelves[_place(one, len(standing.shelves))] for one in keys)
        rows: dict[str, Sequence[Cells]] = {}
        for item in self._read.many(key(_pk(collection), name) for name in wanted):
            rows |= _rows_from(item, frozenset(keys))
        return Found(standing.generation, rows)

    def replace(
        self, collection: str, before: Generation | None, after: Generation, rows: Mapping[str, Sequence[Cells]]
    ) -> bool:
        """A PutItem for each shelf that is new, one for `CURRENT`; then what no longer belongs to it is removed."""
        standing = self._standing(collection)
        if (standing.generation.number if standing else 0) != (before.number if before else 0):
            return False
        texts = _texts(rows)
        old = _by_print(standing) if standing and len(standing.shelves) == len(texts) else {}
        names = [old.get((place, _print(text))) or _name(after, place, text) for place, text in enumerate(texts)]
        fresh = [(name, text) for name, text in zip(names, texts, strict=True) if name not in old.values()]
        for name, text in fresh:
            self._client.put_item(TableName=self._table, Item={**key(_pk(collection), name), "rows": s(text)})
        if not self._switch(collection, before, _Standing(after, names)):
            return False
        if fresh or (standing and len(standing.shelves) != len(names)):
            self._remove_old(collection, after, frozenset(names))
        return True

    def _standing(self, collection: str) -> _Standing | None:
        item = self._read.one(key(_pk(collection), _CURRENT))
        if item is None:
            return None
        number, rows = int(item["number"]["N"]), int(item["count"]["N"])
        return _Standing(
            Generation(number, from_iso(item["began"]["S"]), rows, item["of"]["S"]), unpacked(item, "shelves")
        )

    def _switch(self, collection: str, before: Generation | None, after: _Standing) -> bool:
        token, generation = self._ids.token(), after.generation
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": {
                **key(_pk(collection), _CURRENT),
                "number": n(generation.number),
                "began": s(iso(generation.began)),
                "count": n(generation.rows),
                "of": s(generation.of),
                "shelves": s(packed(list(after.shelves))),
                "w": s(token),
            },
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        if before:
            put["ConditionExpression"] = "#number = :number"
            put["ExpressionAttributeNames"] = {"#number": "number"}
            put["ExpressionAttributeValues"] = {":number": n(before.number)}
        try:
            self._client.put_item(**put, ReturnValuesOnConditionCheckFailure="ALL_OLD")
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            stands: Any = error.response.get("Item") or {}
            return bool(stands.get("w", {}).get("S") == token)
        return True

    def _remove_old(self, collection: str, after: Generation, kept: frozenset[str]) -> None:
        """Shelves that this or an earlier generation wrote and that it does not name.

        A later generation, which may stand by now, names only shelves of this one and its own: none of those goes.
        """
        last = f"{_shelves_of(after.number)}~"
        values: Item = {":pk": s(_pk(collection)), ":first": s(_SHELF), ":last": s(last)}
        found = self._read.partition("pk = :pk AND sk BETWEEN :first AND :last", values, only="sk")
        for name in [item["sk"]["S"] for item in found]:
            if name not in kept:
                self._client.delete_item(TableName=self._table, Key=key(_pk(collection), name))


def _pk(collection: str) -> str:
    return f"COLL#{collection}"


def _shelves_of(generation: int) -> str:
    return f"{_SHELF}{generation:08d}#"


def _name(generation: Generation, place: int, text: str) -> str:
    return f"{_shelves_of(generation.number)}{place:04d}#{_print(text)}"


def _by_print(standing: _Standing) -> dict[tuple[int, str], str]:
    return {(place, name.rpartition("#")[2]): name for place, name in enumerate(standing.shelves)}


def _print(text: str) -> str:
    return blake2s(text.encode(), digest_size=12).hexdigest()


def _place(row_key: str, shelves: int) -> int:
    return int(blake2s(row_key.encode(), digest_size=4).hexdigest(), 16) % shelves


def _texts(rows: Mapping[str, Sequence[Cells]]) -> list[str]:
    """What each shelf holds. Their number is a power of two, so that it seldom changes: then every shelf is new."""
    shelves = 1
    while shelves * _ENTRIES_ON_A_SHELF < len(rows) and shelves < _MOST_SHELVES:
        shelves *= 2
    texts = _shelved(rows, shelves)
    while max(len(text.encode()) for text in texts) > _LARGEST:
        shelves *= 2
        if shelves > _MOST_SHELVES:
            raise RunError(Diagnosis.of(Code.COLLECTION_TOO_LARGE, rows=sum(map(len, rows.values()))))
        texts = _shelved(rows, shelves)
    return texts


def _shelved(rows: Mapping[str, Sequence[Cells]], shelves: int) -> list[str]:
    held: list[dict[str, list[dict[str, object]]]] = [{} for _ in range(shelves)]
    for row_key in sorted(rows):
        plain = [{name: _plain(value) for name, value in sorted(row.items())} for row in rows[row_key]]
        held[_place(row_key, shelves)][row_key] = plain
    return [packed(one) for one in held]


def _rows_from(item: Read, wanted: frozenset[str]) -> dict[str, Sequence[Cells]]:
    found = json.loads(item["rows"]["S"])
    return {
        row_key: [{name: _cell(value) for name, value in row.items()} for row in rows]
        for row_key, rows in found.items()
        if row_key in wanted
    }


def _plain(value: Cell) -> object:
    """JSON has no exact decimals: one becomes a list of its text."""
    return [str(value)] if isinstance(value, Decimal) else value


def _cell(value: Any) -> Cell:
    cell: Cell = Decimal(value[0]) if isinstance(value, list) else value
    return cell
