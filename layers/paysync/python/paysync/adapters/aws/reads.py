"""Reading the table: an item, many items, a query page by page. No Scan: nothing here costs more as the table grows."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from paysync.adapters.aws.items import Item, Read
from paysync.adapters.aws.transactions import backoff
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import RunError
from paysync.core.ports import Clock, Ids

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEYS_AT_ONCE: Final = 100
_TRIES: Final = 8


class Reads:
    """Reads items. What is read by key is strongly consistent; an index may lag."""

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock, ids: Ids) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._ids = ids

    def one(self, key: Item) -> Read | None:
        """One consistent GetItem."""
        return self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")

    def many(self, keys: Iterable[Item]) -> Iterator[Read]:
        """One consistent BatchGetItem per hundred keys; those that exist. A key may be named only once."""
        left = list(keys)
        while left:
            yield from self._batch(left[:_KEYS_AT_ONCE])
            left = left[_KEYS_AT_ONCE:]

    def partition(self, condition: str, values: Item, *, only: str = "") -> Iterator[Read]:
        """One consistent Query per page of a partition; `only`: the one attribute that is wanted."""
        return self._pages(condition, values, ConsistentRead=True, **({"ProjectionExpression": only} if only else {}))

    def index(self, name: str, condition: str, values: Item, *, page: int = 0) -> Iterator[Read]:
        """One Query per page of an index, read no further than is asked for."""
        return self._pages(condition, values, IndexName=name, **({"Limit": page} if page else {}))

    def _batch(self, keys: Sequence[Item]) -> Iterator[Read]:
        asked: Any = {self._table: {"Keys": keys, "ConsistentRead": True}}
        for attempt in range(_TRIES):
            answer = self._client.batch_get_item(RequestItems=asked)
            yield from answer["Responses"].get(self._table, ())
            asked = answer.get("UnprocessedKeys")
            if not asked:
                return
            self._clock.pause(backoff(attempt, self._ids.fraction()))
        raise RunError(Diagnosis.of(Code.DEFECT, what=f"DynamoDB left keys unread {_TRIES} times"))

    def _pages(self, condition: str, values: Item, **how: Any) -> Iterator[Read]:
        asked: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            **how,
        }
        while True:
            answer = self._client.query(**asked)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
