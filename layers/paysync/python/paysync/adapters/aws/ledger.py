"""The ledger on one DynamoDB table. Every write is one request, and knows its own work when an answer was lost."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from paysync.adapters.aws import companions, items, rowitems
from paysync.adapters.aws.commits import Part, only_lock_is_anothers, parts_of, refusal, was_ours
from paysync.adapters.aws.creations import Creations
from paysync.adapters.aws.items import CLAIM, HISTORY, LOCK, RAW, ROW, n, s
from paysync.adapters.aws.reads import Reads
from paysync.adapters.aws.transactions import Transactions
from paysync.core.errors import DefectError
from paysync.core.keys import BillKey, PaymentKey, SourceKey
from paysync.core.ports import Clock, Ids
from paysync.core.records import Change, Commit, Committed, Counts, Entry, Pause, Row, Sighting, Watermark
from paysync.core.states import State
from paysync.core.times import Instant, iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SHARDS: Final = 16
"""Items that a scheme's counters are spread over, so that sandboxes which book at once seldom meet."""


class DynamoLedger:
    """`core.ports.Ledger`. `shard`: drawn once per process, which of the counters it moves."""

    def __init__(self, client: "DynamoDBClient", table: str, *, clock: Clock, ids: Ids, shard: int) -> None:
        if not 0 <= shard < SHARDS:
            raise DefectError.of(what=f"shard {shard} of {SHARDS}")
        self._client = client
        self._table = table
        self._ids = ids
        self._shard = shard
        self._read = Reads(client, table, clock, ids)
        self._write = Transactions(client, table, clock, ids)
        self._creations = Creations(self._write, ids, shard)

    # ---- rows

    def rows(self, keys: Iterable[PaymentKey]) -> Mapping[PaymentKey, Row]:
        """One BatchGetItem per hundred keys."""
        found = self._read.many(items.key(one, ROW) for one in dict.fromkeys(keys))
        return {row.key: row for row in map(rowitems.row_from, found)}

    def create(self, rows: Sequence[Row], entry: Entry) -> Sequence[Row]:
        """One transaction per thirty rows, one more for each time that some of them turn out to stand there already."""
        standing = self._creations.make(rows, entry)
        return [standing[row.key] for row in rows]

    def commit(self, change: Change) -> Commit:
        """One transaction; a second only where the lock to free turns out to be another's."""
        token = self._ids.token()
        parts = parts_of(change, token, self._shard, self._write)
        reasons = self._write.send(list(parts.values()), token)
        if reasons and only_lock_is_anothers(parts, reasons):
            del parts[Part.FREE]
            reasons = self._write.send(list(parts.values()), self._ids.token())
        if reasons is None or was_ours(parts, reasons, token):
            return Committed(change.after)
        return refusal(parts, reasons)

    def sighted(self, key: PaymentKey, sighting: Sighting, entry: Entry) -> bool:
        """One transaction: the other content, its raw row, its line of history."""
        token = self._ids.token()
        values = rowitems.sighting_item(sighting) | {"chg_w": s(token)}
        actions = [
            self._write.update(
                items.key(key, ROW),
                "SET " + ", ".join(f"{name} = :{name}" for name in values),
                "attribute_exists(pk) AND (attribute_not_exists(chg_dig) OR chg_dig <> :chg_dig)",
                {},
                {f":{name}": value for name, value in values.items()},
            ),
            self._write.put(companions.history_item(key, entry)),
        ]
        if sighting.payment.raw:
            actions.append(self._write.put(companions.raw_item(sighting.payment, f"{RAW}#{sighting.payment.digest}")))
        reasons = self._write.send(actions, token)
        if reasons is None:
            return True
        if reasons[0].old is None:
            raise DefectError.of(what="other content of a row that is not in the ledger", key=str(key))
        return reasons[0].old.get("chg_w", {}).get("S") == token

    def wake_later(self, row: Row, at: Instant) -> bool:
        """One UpdateItem; made twice it is the same, so a lost answer needs no token.

        A transaction that just then has the row means that somebody goes on with it: as good as a refusal.
        """
        try:
            self._client.update_item(
                TableName=self._table,
                Key=items.key(row.key, ROW),
                UpdateExpression="SET wake_at = :at",
                ConditionExpression="#fence = :fence AND #state = :state",
                ExpressionAttributeNames={"#fence": "fence", "#state": "state"},
                ExpressionAttributeValues={":at": s(iso(at)), ":fence": n(row.fence), ":state": s(row.state)},
            )
        except ClientError as error:
            if _was_refused(error) or _is_in_a_transaction(error):
                return False
            raise
        return True

    # ---- history and raw rows

    def note(self, key: PaymentKey, entry: Entry) -> None:
        """One PutItem, to a place that follows from its content."""
        self._client.put_item(TableName=self._table, Item=companions.history_item(key, entry))

    def history(self, key: PaymentKey) -> Sequence[Entry]:
        """One consistent Query."""
        lines = self._read.partition("pk = :pk AND begins_with(sk, :h)", {":pk": s(str(key)), ":h": s(HISTORY)})
        return [companions.entry_from(line) for line in lines]

    def raw(self, key: PaymentKey) -> str:
        """One consistent Query over the row and what is kept beside it (`RAW` and `RAW#…` sort just before `ROW`)."""
        beside = self._read.partition("pk = :pk AND sk >= :raw", {":pk": s(str(key)), ":raw": s(RAW)})
        found = {item["sk"]["S"]: item for item in beside}
        row = found.pop(ROW, None)
        texts = {item["digest"]["S"]: item["text"]["S"] for item in found.values()}
        return texts.get(row["dig"]["S"], "") if row else ""

    # ---- locks and claims

    def lock_owner(self, source: SourceKey) -> PaymentKey | None:
        """One consistent GetItem."""
        item = self._read.one(items.key(source, LOCK))
        return companions.owner_from(item) if item else None

    def bill_owners(self, bills: Iterable[BillKey]) -> Mapping[BillKey, PaymentKey]:
        """One BatchGetItem per hundred bills."""
        asked = {str(bill): bill for bill in bills}
        found = self._read.many(items.key(bill, CLAIM) for bill in asked)
        return {asked[item["pk"]["S"]]: companions.owner_from(item) for item in found}

    # ---- lists and counts

    def unsettled(
        self, scheme: str, state: State, *, due: Instant, limit: int, taken: bool = True
    ) -> Sequence[PaymentKey]:
        """A Query of the sparse index, oldest first."""
        values = {":todo": s(rowitems.todo(scheme, state, taken=taken)), ":due": s(iso(due))}
        found = self._read.index("unsettled", "todo = :todo AND wake_at <= :due", values, page=limit)
        return [PaymentKey.parse(item["pk"]["S"]) for item in islice(found, limit)]

    def paid_on(self, scheme: str, day: date) -> Iterable[PaymentKey]:
        """A Query of the index over paid days, page by page as it is read."""
        found = self._read.index("paid_day", "paid_day = :day", {":day": s(rowitems.paid_day(scheme, day))})
        return (PaymentKey.parse(item["pk"]["S"]) for item in found)

    def counts(self, scheme: str) -> Counts:
        """One consistent Query of the sixteen shards."""
        total: Counter[State] = Counter()
        for shard in self._read.partition("pk = :pk", {":pk": s(f"COUNT#{scheme}")}):
            total.update({state: int(shard[state]["N"]) for state in State if state in shard})
        return Counts({state: many for state, many in total.items() if many})

    # ---- cursors and pauses

    def watermark(self, scheme: str, cursor: str) -> Watermark | None:
        """One consistent GetItem."""
        item = self._read.one(companions.watermark_key(scheme, cursor))
        return companions.watermark_from(scheme, item) if item else None

    def advance(self, before: Watermark | None, after: Watermark) -> bool:
        """One PutItem, conditional on the version that was read; to an earlier time only where the move may go back."""
        _check_move(before, after)
        token = self._ids.token()
        put: dict[str, Any] = {"TableName": self._table, "Item": companions.watermark_item(after, token)}
        if before is None:
            put["ConditionExpression"] = "attribute_not_exists(pk)"
        else:
            put["ConditionExpression"] = "version = :version"
            put["ExpressionAttributeValues"] = {":version": n(before.version)}
            if after.only_forward:
                put["ConditionExpression"] += " AND #at <= :at"
                put["ExpressionAttributeNames"] = {"#at": "at"}
                put["ExpressionAttributeValues"] |= {":at": s(iso(after.at))}
        try:
            self._client.put_item(**put, ReturnValuesOnConditionCheckFailure="ALL_OLD")
        except ClientError as error:
            if not _was_refused(error):
                raise
            stands: Any = error.response.get("Item") or {}
            return bool(stands.get("w", {}).get("S") == token)
        return True

    def pause(self, scheme: str) -> Pause | None:
        """One consistent GetItem."""
        item = self._read.one(companions.pause_key(scheme))
        return companions.pause_from(item) if item else None

    def set_pause(self, scheme: str, pause: Pause | None) -> None:
        """One PutItem or DeleteItem."""
        if pause is None:
            self._client.delete_item(TableName=self._table, Key=companions.pause_key(scheme))
        else:
            self._client.put_item(TableName=self._table, Item=companions.pause_item(scheme, pause))


def _check_move(before: Watermark | None, after: Watermark) -> None:
    if before and (before.scheme, before.cursor) != (after.scheme, after.cursor):
        raise DefectError.of(what="a watermark moved to another cursor's place")
    if before and after.version <= before.version:
        raise DefectError.of(what="a watermark's version grows with every move")


def _is_in_a_transaction(error: ClientError) -> bool:
    return error.response["Error"]["Code"] == "TransactionConflictException"


def _was_refused(error: ClientError) -> bool:
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"
