"""The ledger in memory: the semantics of DynamoLedger, no table. Rows are frozen and shared, nothing is copied."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from heapq import nsmallest
from typing import Final, TypeAlias

from fakes.faults import Io, through
from paysync.adapters.aws.companions import causal
from paysync.adapters.aws.creations import without_raw
from paysync.adapters.aws.rowitems import lies_apart
from paysync.core.errors import DefectError
from paysync.core.keys import BillKey, PaymentKey, SourceKey
from paysync.core.records import (
    Change,
    Commit,
    Committed,
    Counts,
    Entry,
    LockStep,
    Pause,
    Refused,
    Row,
    Sighting,
    Watermark,
)
from paysync.core.states import State
from paysync.core.times import Instant, local_date

_FIELDS: Final = tuple(field.name for field in fields(Row))
_Move: TypeAlias = tuple[PaymentKey, State | None, State | None]


class MemoryLedger:
    """`core.ports.Ledger`. `writes` counts write requests by operation.

    `io` is called around every operation (see faults.py). `lag`: so many moves between states are not yet in the index
    that `unsettled` reads; it may then name rows that have gone on, and lack new ones, as a GSI may.
    """

    def __init__(self, *, io: Io | None = None, lag: int = 0) -> None:
        self.table: dict[PaymentKey, Row] = {}
        self.locks: dict[str, PaymentKey] = {}
        self.claims: dict[BillKey, PaymentKey] = {}
        self.writes: defaultdict[str, int] = defaultdict(int)
        self.io = io
        self.lag = lag
        self._lines: defaultdict[PaymentKey, list[Entry]] = defaultdict(list)
        self._raws: dict[tuple[PaymentKey, str], str] = {}
        self._counts: defaultdict[str, dict[State, int]] = defaultdict(dict)
        self._last: dict[object, object] = {}
        """What was written last, by whom: so that a repeated write knows its own work."""
        self._index: defaultdict[tuple[str, State], dict[PaymentKey, None]] = defaultdict(dict)
        self._moves: deque[_Move] = deque()
        self._days: defaultdict[tuple[str, date], dict[PaymentKey, None]] = defaultdict(dict)
        self._marks: dict[tuple[str, str], Watermark] = {}
        self._pauses: dict[str, Pause] = {}

    def rows(self, keys: Iterable[PaymentKey]) -> Mapping[PaymentKey, Row]:
        table = self.table
        asked = list(keys)
        if not asked:  # as in DynamoDB: no key, no call
            return {}
        return through(self.io, "rows", lambda: {key: table[key] for key in asked if key in table})

    def create(self, rows: Sequence[Row], entry: Entry) -> Sequence[Row]:
        return through(self.io, "create", lambda: self._create(rows, entry))

    def commit(self, change: Change) -> Commit:
        if self.io is None:
            return self._commit(change, change)
        mine = object()
        return through(self.io, "commit", lambda: self._commit(change, mine))

    def sighted(self, key: PaymentKey, sighting: Sighting, entry: Entry) -> bool:
        mine = object()
        return through(self.io, "sighted", lambda: self._sighted(key, sighting, entry, mine))

    def wake_later(self, row: Row, at: Instant) -> bool:
        return through(self.io, "wake_later", lambda: self._wake_later(row, at))

    # ---- history and raw rows

    def note(self, key: PaymentKey, entry: Entry) -> None:
        through(self.io, "note", lambda: self._note(key, entry))

    def history(self, key: PaymentKey) -> Sequence[Entry]:
        return through(self.io, "history", lambda: sorted(dict.fromkeys(self._lines.get(key, ())), key=causal))

    def raw(self, key: PaymentKey) -> str:
        row = self.table.get(key)
        return through(self.io, "raw", lambda: self._raws.get((key, row.payment.digest), "") if row else "")

    # ---- locks and claims

    def lock_owner(self, source: SourceKey) -> PaymentKey | None:
        return through(self.io, "lock_owner", lambda: self.locks.get(str(source)))

    def bill_owners(self, bills: Iterable[BillKey]) -> Mapping[BillKey, PaymentKey]:
        claims = self.claims
        asked = list(bills)
        if not asked:
            return {}
        return through(self.io, "bill_owners", lambda: {bill: claims[bill] for bill in asked if bill in claims})

    # ---- lists and counts

    def unsettled(
        self, scheme: str, state: State, *, due: Instant, limit: int, taken: bool = True
    ) -> Sequence[PaymentKey]:
        found = through(self.io, "unsettled", lambda: self._unsettled(scheme, state, due, taken=taken))
        return [key for _, key in nsmallest(limit, found)]

    def paid_on(self, scheme: str, day: date) -> Iterable[PaymentKey]:
        return through(self.io, "paid_on", lambda: self._paid_on(scheme, day))

    def counts(self, scheme: str) -> Counts:
        return through(self.io, "counts", lambda: self._counted(scheme))

    # ---- cursors and pauses

    def watermark(self, scheme: str, cursor: str) -> Watermark | None:
        return through(self.io, "watermark", lambda: self._marks.get((scheme, cursor)))

    def advance(self, before: Watermark | None, after: Watermark) -> bool:
        mine = object()
        return through(self.io, "advance", lambda: self._advance(before, after, mine))

    def pause(self, scheme: str) -> Pause | None:
        return through(self.io, "pause", lambda: self._pauses.get(scheme))

    def set_pause(self, scheme: str, pause: Pause | None) -> None:
        through(self.io, "set_pause", lambda: self._set_pause(scheme, pause))

    # --------------------------------------------------------------------------------------------------------------

    def _create(self, rows: Sequence[Row], entry: Entry) -> Sequence[Row]:
        self.writes["create"] += 1
        for row in rows:
            key = row.key
            if key in self.table:
                continue
            if row.payment.raw:
                self._raws[key, row.payment.digest] = row.payment.raw
            self.table[key] = without_raw(row)
            self._lines[key].append(replace(entry, state=row.state, fence=row.fence))
            self._moved(None, row)
            self._paid(None, row)
        return [self.table[row.key] for row in rows]

    def _commit(self, change: Change, mine: object) -> Commit:
        self.writes["commit"] += 1
        before, after = change.before, change.after
        key = before.payment.key
        stands = self.table.get(key)
        if stands is None:
            raise DefectError.of(what="a change of a row that is not in the ledger")
        if mine is not change and self._last.get(key) is mine:
            return Committed(after)
        refused = self._refusal(change, stands)
        if refused is not None:
            return refused
        self.table[key] = after if stands is before else _merged(stands, before, after)
        self._last[key] = mine
        self._lines[key].append(change.entry)
        if after.state is not before.state or after.is_listed is not before.is_listed:
            self._moved(before, after)
        if after.payment is not before.payment:
            self._paid(before, after)
        self._lock(change)
        if change.claim is not None:
            self.claims[change.claim] = key
        return Committed(after)

    def _refusal(self, change: Change, stands: Row) -> Refused | None:
        key = change.before.payment.key
        row = None if _holds(change, stands) else stands
        lock = None
        if change.lock is LockStep.TAKE:
            owner = self.locks.get(_lock_name(change.after))
            lock = None if owner == key or owner == change.lock_from else owner  # noqa: PLR1714 - no tuple, in haste
        bill = None
        if change.claim is not None:
            owner = self.claims.get(change.claim)
            bill = None if owner == key else owner
        return Refused(row, lock, bill) if row or lock or bill else None

    def _lock(self, change: Change) -> None:
        key = change.before.payment.key
        if change.lock is LockStep.TAKE:
            self.locks[_lock_name(change.after)] = key
        elif change.lock is LockStep.FREE and change.before.payment.facts:
            name = _lock_name(change.before)
            if self.locks.get(name) == key:
                del self.locks[name]

    def _sighted(self, key: PaymentKey, sighting: Sighting, entry: Entry, mine: object) -> bool:
        self.writes["sighted"] += 1
        row = self.table.get(key)
        if row is None:
            raise DefectError.of(what="other content of a row that is not in the ledger", key=str(key))
        if row.changed and row.changed.digest == sighting.digest:
            return self._last.get(("sighted", key)) is mine
        payment = sighting.payment
        if payment.raw:
            self._raws[key, payment.digest] = payment.raw
            sighting = replace(sighting, payment=replace(payment, raw=""))
        self.table[key] = replace(row, changed=sighting)
        self._last["sighted", key] = mine
        self._lines[key].append(entry)
        return True

    def _wake_later(self, row: Row, at: Instant) -> bool:
        self.writes["wake_later"] += 1
        stands = self.table.get(row.key)
        if stands is None or stands.fence != row.fence or stands.state is not row.state:
            return False
        self.table[row.key] = replace(stands, wake_at=at)
        return True

    def _note(self, key: PaymentKey, entry: Entry) -> None:
        self.writes["note"] += 1
        self._lines[key].append(entry)

    def _unsettled(self, scheme: str, state: State, due: Instant, *, taken: bool) -> list[tuple[Instant, PaymentKey]]:
        while len(self._moves) > self.lag:
            self._apply(self._moves.popleft())
        rows = (self.table[key] for key in self._index[scheme, state])
        return [(row.wake_at, row.key) for row in rows if row.wake_at <= due and lies_apart(row) is not taken]

    def _moved(self, before: Row | None, after: Row) -> None:
        counts = self._counts[after.key.scheme]
        counts[after.state] = counts.get(after.state, 0) + 1
        if before is not None:
            counts[before.state] -= 1
        move = (after.key, _listed_as(before), _listed_as(after))
        if self.lag:
            self._moves.append(move)
        else:
            self._apply(move)

    def _apply(self, move: _Move) -> None:
        key, old, new = move
        if old is not None:
            self._index[key.scheme, old].pop(key, None)
        if new is not None:
            self._index[key.scheme, new][key] = None

    def _paid(self, before: Row | None, after: Row) -> None:
        if before and before.payment.facts:
            self._days[after.key.scheme, local_date(before.payment.facts.paid_at)].pop(after.key, None)
        if after.payment.facts:
            self._days[after.key.scheme, local_date(after.payment.facts.paid_at)][after.key] = None

    def _paid_on(self, scheme: str, day: date) -> Sequence[PaymentKey]:
        return sorted(self._days.get((scheme, day), ()))

    def _counted(self, scheme: str) -> Counts:
        return Counts({state: many for state, many in self._counts[scheme].items() if many})

    def _advance(self, before: Watermark | None, after: Watermark, mine: object) -> bool:
        self.writes["advance"] += 1
        if before and (
            (before.scheme, before.cursor) != (after.scheme, after.cursor) or after.version <= before.version
        ):
            raise DefectError.of(what="a watermark moved to another cursor's place, or without a new version")
        place = (after.scheme, after.cursor)
        stands = self._marks.get(place)
        if (stands.version if stands else None) != (before.version if before else None):
            return self._last.get(place) is mine
        if stands and stands.at > after.at and after.only_forward:
            return False
        self._marks[place] = after if after.only_forward else replace(after, only_forward=True)
        self._last[place] = mine
        return True

    def _set_pause(self, scheme: str, pause: Pause | None) -> None:
        self.writes["set_pause"] += 1
        if pause is None:
            self._pauses.pop(scheme, None)
        else:
            self._pauses[scheme] = pause


def _holds(change: Change, stands: Row) -> bool:
    before, after = change.before, change.after
    if stands.fence != before.fence or stands.state is not before.state:
        return False
    if change.unchanged_content and stands.changed is not None:
        return False
    if before.changed is after.changed or before.changed == after.changed:
        return True
    return (stands.changed and stands.changed.digest) == (before.changed and before.changed.digest)


def _merged(stands: Row, before: Row, after: Row) -> Row:
    """Only what differs is written: what others wrote meanwhile stays."""
    differ = {name: new for name in _FIELDS if (new := getattr(after, name)) != getattr(before, name)}
    return replace(stands, **differ)


def _listed_as(row: Row | None) -> State | None:
    return row.state if row is not None and row.is_listed else None


def _lock_name(row: Row) -> str:
    if row.payment.facts is None:
        raise DefectError.of(what="a lock for a payment without a source", key=str(row.key))
    return str(row.payment.facts.source)
