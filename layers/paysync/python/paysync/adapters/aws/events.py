"""Lambda's SQS event in, partial batch answer out. Pure. A message is deleted only when a verdict says so."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from paysync.adapters.aws.bodies import parse_body
from paysync.core.records import Received
from paysync.core.turn import Acknowledge, Verdict

Answer: TypeAlias = dict[str, list[dict[str, str]]]


def received(event: Mapping[str, Any]) -> list[Received]:
    """The deliveries of an event, in its order."""
    return [_received(record) for record in event["Records"]]


def answer(batch: Iterable[Received], verdicts: Mapping[str, Verdict]) -> Answer:
    """What Lambda shall not delete: all of `batch` that is not acknowledged, by verdict per message id.

    Every delivery is named by the id it came with, so that Lambda can match the answer: one unknown or empty id would
    bring the whole batch back.
    """
    kept = [one.id for one in batch if not isinstance(verdicts.get(one.id), Acknowledge)]
    return {"batchItemFailures": [{"itemIdentifier": id_} for id_ in kept]}


def _received(record: Mapping[str, Any]) -> Received:
    return Received(
        id=record["messageId"],
        receipt=record["receiptHandle"],
        receives=int(record["attributes"]["ApproximateReceiveCount"]),
        message=parse_body(record["body"]),
    )
