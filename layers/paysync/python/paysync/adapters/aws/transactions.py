"""One TransactWriteItems, sent until it is decided: made, or refused for reasons that are named."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from botocore.exceptions import ClientError

from paysync.core.ports import Clock, Ids

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from paysync.adapters.aws.items import Item, Read

Action: TypeAlias = "TransactWriteItemTypeDef"

_TRIES: Final = 9
_LONGEST_PAUSE: Final = 1.0
_COLLISION: Final = frozenset(
    {
        "TransactionConflict",
        "ThrottlingError",
        "ThrottlingException",
        "ProvisionedThroughputExceeded",
        "TransactionInProgressException",
    }
)
"""Nothing was decided: the same request, under the same token, may be sent again."""
REFUSED: Final = "ConditionalCheckFailed"


class Reason:
    """What one action of a refused transaction has to say: whether it was the reason, and what stood there."""

    __slots__ = ("failed", "old")

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self.failed = answer.get("Code") == REFUSED
        self.old: Read | None = answer.get("Item") or None


class Transactions:
    """Sends transactions. A collision with another sandbox is waited out, for a bounded time, with jitter."""

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock, ids: Ids) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._ids = ids

    def send(self, actions: Sequence[Action], token: str) -> Sequence[Reason] | None:
        """None when all of it is in the table, else a reason per action.

        The request carries `token` itself, so that a repetition within ten minutes, by boto3 or here, is done once.
        Past that, a transaction that was made is refused by its own effect: the caller finds `token` on the row.
        """
        for attempt in range(_TRIES):
            try:
                self._client.transact_write_items(TransactItems=actions, ClientRequestToken=token)
            except ClientError as error:
                reasons = _reasons(error)
                if any(reason.failed for reason in reasons):
                    return reasons
                if not _is_collision(error) or attempt == _TRIES - 1:
                    raise
                self._clock.pause(backoff(attempt, self._ids.fraction()))
            else:
                return None
        raise AssertionError  # pragma: no cover - the last try returns or raises

    def put(self, item: "Item", condition: str = "", names: Mapping[str, str] | None = None, **values: Any) -> Action:
        """A Put on the table."""
        put: Any = {"TableName": self._table, "Item": item, **_guard(condition, names, values)}
        return {"Put": put}

    def update(self, key: "Item", change: str, condition: str, names: Mapping[str, str], values: "Item") -> Action:
        """An Update on the table."""
        update: Any = {"TableName": self._table, "Key": key, "UpdateExpression": change}
        return {"Update": update | _guard(condition, names, values)}

    def delete(self, key: "Item", condition: str, names: Mapping[str, str], **values: Any) -> Action:
        """A Delete on the table."""
        delete: Any = {"TableName": self._table, "Key": key, **_guard(condition, names, values)}
        return {"Delete": delete}


def backoff(attempt: int, fraction: float) -> timedelta:
    """The pause before the next try: doubles from 25 ms up to a second, somewhere in its upper half."""
    longest = min(_LONGEST_PAUSE, 0.025 * 2**attempt)
    return timedelta(seconds=longest * (0.5 + fraction / 2))


def _guard(condition: str, names: Mapping[str, str] | None, values: Mapping[str, Any]) -> Any:
    guard: dict[str, Any] = {}
    if condition:
        guard |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    if names:
        guard["ExpressionAttributeNames"] = names
    if values:
        guard["ExpressionAttributeValues"] = {k if k.startswith(":") else f":{k}": v for k, v in values.items()}
    return guard


def _reasons(error: ClientError) -> Sequence[Reason]:
    return [Reason(answer) for answer in error.response.get("CancellationReasons") or ()]


def _is_collision(error: ClientError) -> bool:
    codes = {answer.get("Code", "None") for answer in error.response.get("CancellationReasons") or ()} - {"None"}
    return (codes or {error.response["Error"]["Code"]}) <= _COLLISION
