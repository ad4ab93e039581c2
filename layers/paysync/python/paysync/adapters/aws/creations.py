"""First writes: new rows in transactions of as many as one takes, known ones left as they stand."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from paysync.adapters.aws.commits import count
from paysync.adapters.aws.companions import history_item, raw_item
from paysync.adapters.aws.rowitems import row_from, row_item
from paysync.adapters.aws.transactions import Action, Transactions
from paysync.core.errors import DefectError
from paysync.core.keys import PaymentKey
from paysync.core.ports import Ids
from paysync.core.records import Entry, Row

_ROWS_AT_ONCE: Final = 30
"""Row, history and raw row of each, and one counter: 91 of the 100 actions that a transaction takes."""
_BYTES_AT_ONCE: Final = 2_000_000
"""Of raw rows; a transaction takes 4 MB."""
_BYTES_PER_CHARACTER: Final = 3


class Creations:
    """Writes new rows. `shard`: which of a scheme's counters this process moves."""

    def __init__(self, write: Transactions, ids: Ids, shard: int) -> None:
        self._write = write
        self._ids = ids
        self._shard = shard

    def make(self, rows: Sequence[Row], entry: Entry) -> dict[PaymentKey, Row]:
        """What stands there afterwards, by key; of a key that is named twice the first is written."""
        unique: dict[PaymentKey, Row] = {}
        for row in rows:
            unique.setdefault(row.key, row)
        standing: dict[PaymentKey, Row] = {}
        for chunk in _chunks(unique.values()):
            standing |= self._make(chunk, entry)
        return standing

    def _make(self, chunk: Sequence[Row], entry: Entry) -> dict[PaymentKey, Row]:
        """Try all; leave out those that the refusal shows standing there; again with the rest.

        A repetition after a lost answer finds all of them, as they were written or as they went on since: so it needs
        no token to be right.
        """
        standing: dict[PaymentKey, Row] = {}
        rest = list(chunk)
        while rest:
            actions, places = self._actions(rest, entry)
            reasons = self._write.send(actions, self._ids.token())
            if reasons is None:
                return standing | {row.key: without_raw(row) for row in rest}
            found = {row.key: reasons[place].old for row, place in zip(rest, places, strict=True)}
            standing |= {whose: row_from(old) for whose, old in found.items() if old}
            if len(left := [row for row in rest if row.key not in standing]) == len(rest):
                raise DefectError.of(what="rows were refused, but none of them stands in the ledger")
            rest = left
        return standing

    def _actions(self, rows: Sequence[Row], entry: Entry) -> tuple[list[Action], list[int]]:
        actions: list[Action] = []
        places: list[int] = []
        for row in rows:
            places.append(len(actions))
            actions.append(self._write.put(row_item(row, self._ids.token()), "attribute_not_exists(pk)"))
            actions.append(self._write.put(history_item(row.key, replace(entry, state=row.state, fence=row.fence))))
            if row.payment.raw:
                actions.append(self._write.put(raw_item(row.payment)))
        states = Counter(row.state for row in rows)
        return [*actions, count(self._write, rows[0].key.scheme, self._shard, states)], places


def without_raw(row: Row) -> Row:
    """The row as reading it gives it: the raw row is kept beside it."""
    return replace(row, payment=replace(row.payment, raw="")) if row.payment.raw else row


def _chunks(rows: Iterable[Row]) -> Iterator[Sequence[Row]]:
    """As many rows of one scheme as a transaction takes."""
    chunk: list[Row] = []
    size = 0
    for row in rows:
        weight = len(row.payment.raw) * _BYTES_PER_CHARACTER
        full = len(chunk) == _ROWS_AT_ONCE or size + weight > _BYTES_AT_ONCE
        if chunk and (full or row.key.scheme != chunk[0].key.scheme):
            yield chunk
            chunk, size = [], 0
        chunk.append(row)
        size += weight
    if chunk:
        yield chunk
