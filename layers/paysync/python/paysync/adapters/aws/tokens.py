"""The one login token that all runs share, as an item of the ledger's table (encrypted at rest like all of it).

`TOKEN#<name>`: `value` `tenant` `expires_at` of the token; `login_at` when the right to log in was last used,
`lease_by` `lease_until` who has it now; `refused_at` `refused_mark` while the last login was refused.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from paysync.adapters.aws.items import Item, Read, key, s
from paysync.core.errors import DefectError
from paysync.core.ports import Clock, Ids
from paysync.core.records import LoginRefusal, Token
from paysync.core.times import Instant, from_iso, iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_MAY_LOGIN = " AND ".join(
    f"({condition})"
    for condition in (
        "attribute_not_exists(lease_until) OR lease_until <= :now",
        "attribute_not_exists(login_at) OR login_at <= :floor",
        "attribute_not_exists(expires_at) OR expires_at <= :now OR #value = :instead_of",
    )
)


class DynamoTokenStore:
    """`core.ports.TokenStore`. `floor`: the shortest time between two logins, whatever became of the first."""

    def __init__(  # noqa: PLR0913 - wired in one place, all by name
        self, client: "DynamoDBClient", table: str, name: str, *, clock: Clock, ids: Ids, floor: timedelta
    ) -> None:
        self._client = client
        self._table = table
        self._key = key(f"TOKEN#{name}", "TOKEN")
        self._clock = clock
        self._ids = ids
        self._floor = floor
        self._right = ""

    def current(self) -> Token | None:
        """One consistent GetItem."""
        item = self._item()
        if "expires_at" not in item or from_iso(item["expires_at"]["S"]) <= self._clock.now():
            return None
        return Token(item["value"]["S"], item["tenant"]["S"], from_iso(item["expires_at"]["S"]))

    def acquire_right_to_login(self, now: Instant, lease: timedelta, *, instead_of: Token | None = None) -> bool:
        """One UpdateItem; of many at once, one is let through."""
        right = self._ids.token()
        values = {
            ":now": s(iso(now)),
            ":floor": s(iso(now - self._floor)),
            ":instead_of": s(instead_of.value if instead_of else ""),
            ":until": s(iso(now + lease)),
            ":by": s(right),
        }
        change = "SET lease_until = :until, lease_by = :by, login_at = :now"
        if not self._update(change, _MAY_LOGIN, values, right, {"#value": "value"}):
            return False
        self._right = right
        return True

    def store(self, token: Token) -> None:
        """One UpdateItem, unless the right has passed to another run meanwhile: then that one's login is the later."""
        change = (
            "SET #value = :value, tenant = :tenant, expires_at = :expires "
            "REMOVE lease_until, lease_by, refused_at, refused_mark"
        )
        values = {":value": s(token.value), ":tenant": s(token.tenant), ":expires": s(iso(token.expires_at))}
        self._use_right(change, values, {"#value": "value"})

    def refuse(self, refusal: LoginRefusal) -> None:
        """One UpdateItem; the floor stands."""
        change = "SET refused_at = :at, refused_mark = :mark REMOVE lease_until, lease_by"
        self._use_right(change, {":at": s(iso(refusal.at)), ":mark": s(refusal.mark)})

    def give_back(self) -> None:
        """One UpdateItem; the floor had passed when the right was given, so it needs no restoring."""
        self._use_right("REMOVE lease_until, lease_by, login_at", {})

    def refusal(self) -> LoginRefusal | None:
        """One consistent GetItem."""
        item = self._item()
        if "refused_at" not in item:
            return None
        return LoginRefusal(from_iso(item["refused_at"]["S"]), item["refused_mark"]["S"])

    def _item(self) -> Read:
        return self._client.get_item(TableName=self._table, Key=self._key, ConsistentRead=True).get("Item", {})

    def _use_right(self, change: str, values: Item, names: dict[str, str] | None = None) -> None:
        if not self._right:
            raise DefectError.of(what="a login without the right to it")
        self._update(change, "lease_by = :right", {**values, ":right": s(self._right)}, self._right, names)
        self._right = ""

    def _update(
        self, change: str, condition: str, values: Item, right: str, names: dict[str, str] | None = None
    ) -> bool:
        update: dict[str, Any] = {
            "TableName": self._table,
            "Key": self._key,
            "UpdateExpression": change,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if names:
            update["ExpressionAttributeNames"] = names
        try:
            self._client.update_item(**update)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            stands: Any = error.response.get("Item") or {}
            return bool(stands.get("lease_by", {}).get("S") == right)  # made before, and the answer lost
        return True
