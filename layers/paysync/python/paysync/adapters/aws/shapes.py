"""The known shape of each scheme's rows, in the ledger's table: `SHAPE#<scheme>`, one item."""

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from paysync.adapters.aws.items import Item, Read, key, s
from paysync.core.ports import Journal
from paysync.core.shape import Field, Shape

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PRINT_LENGTH: Final = 16
_REFUSED: Final = "ConditionalCheckFailedException"


class DynamoShapes:
    """`core.shape.Shapes`. What AWS refuses is told and fails no run: its rows are stored by then."""

    def __init__(self, client: "DynamoDBClient", table: str, journal: Journal) -> None:
        self._client = client
        self._table = table
        self._journal = journal

    def shape(self, scheme: str) -> Shape | None:
        """One consistent GetItem."""
        try:
            found = self._client.get_item(TableName=self._table, Key=_place(scheme), ConsistentRead=True)
        except (BotoCoreError, ClientError) as error:
            self._trouble(error)
            return None
        return _shape(found["Item"]) if "Item" in found else None

    def keep(self, scheme: str, before: Shape | None, after: Shape) -> bool:
        """One PutItem, conditional on the print of what was read. Made twice it is the same, so it needs no token."""
        text = _text(after)
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": {**_place(scheme), "shape": s(text), "print": s(_print(text))},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if before is None:
            put["ConditionExpression"] = "attribute_not_exists(pk)"
        else:
            put["ConditionExpression"] = "#print = :print"
            put["ExpressionAttributeNames"] = {"#print": "print"}
            put["ExpressionAttributeValues"] = {":print": s(_print(_text(before)))}
        try:
            self._client.put_item(**put)
        except (BotoCoreError, ClientError) as error:
            if not isinstance(error, ClientError) or error.response["Error"]["Code"] != _REFUSED:
                self._trouble(error)
                return False
            stands: Any = error.response.get("Item") or {}
            return bool(stands.get("print", {}).get("S") == _print(text))
        return True

    def _trouble(self, error: Exception) -> None:
        self._journal.tell("the shape of the source's rows is not looked at this time", error=str(error))


def _place(scheme: str) -> Item:
    return key(f"SHAPE#{scheme}", "SHAPE")


def _text(shape: Shape) -> str:
    """By path the types, and a question mark where the field is optional."""
    fields = {path: [*sorted(one.types), *(["?"] if one.optional else [])] for path, one in shape.fields.items()}
    return json.dumps([shape.rows, fields], ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _shape(item: Read) -> Shape:
    rows, fields = json.loads(item["shape"]["S"])
    return Shape(rows, {path: Field(frozenset(kinds) - {"?"}, "?" in kinds) for path, kinds in fields.items()})


def _print(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_PRINT_LENGTH]
