"""Reports of reconcile (`REPORT#<scheme>`) and of the target's check (`CHECK#<scheme>`), by when they were made."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from paysync.adapters.aws.items import key, s
from paysync.core.times import Instant, iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_LARGEST: Final = 300_000
"""Bytes of one report; an item may have 400 KB."""


def keep_report(client: "DynamoDBClient", table: str, scheme: str, document: Mapping[str, Any], *, at: Instant) -> None:
    """One PutItem. Of very many findings the first are kept, and `left_out` says how many are not."""
    _keep(client, table, f"REPORT#{scheme}", document, at)


def keep_check(client: "DynamoDBClient", table: str, scheme: str, document: Mapping[str, Any], *, at: Instant) -> None:
    """The same for the check of a target."""
    _keep(client, table, f"CHECK#{scheme}", document, at)


def latest_report(client: "DynamoDBClient", table: str, scheme: str) -> Mapping[str, Any] | None:
    """The report that was made last; None before the first."""
    return _latest(client, table, f"REPORT#{scheme}")


def latest_check(client: "DynamoDBClient", table: str, scheme: str) -> Mapping[str, Any] | None:
    """The check that was made last; None before the first."""
    return _latest(client, table, f"CHECK#{scheme}")


def _keep(client: "DynamoDBClient", table: str, pk: str, document: Mapping[str, Any], at: Instant) -> None:
    findings: Sequence[Any] = document.get("findings", ())
    kept = dict(document)
    while len(text := json.dumps(kept, ensure_ascii=False).encode()) > _LARGEST and kept.get("findings"):
        few = kept["findings"][: len(kept["findings"]) // 2]
        kept |= {"findings": few, "left_out": len(findings) - len(few)}
    client.put_item(TableName=table, Item={**key(pk, iso(at)), "report": s(text.decode())})


def _latest(client: "DynamoDBClient", table: str, pk: str) -> Mapping[str, Any] | None:
    found = client.query(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": s(pk)},
        ScanIndexForward=False,
        Limit=1,
    )["Items"]
    if not found:
        return None
    report: Mapping[str, Any] = json.loads(found[0]["report"]["S"])
    return report
