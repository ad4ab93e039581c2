"""The sample events in events/: each is what its function really gets, to the last field; a wrong sample fails here.

tests/wire/test_sample_events.py gives them to the real handlers.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, Final

import pytest

from fakes.aws import template
from fakes.system import START
from paysync.adapters.aws import events
from paysync.adapters.aws.bodies import letter_attributes, letter_body, main_body, parse_body
from paysync.adapters.aws.requests import FetchRequest, ReconcileRequest
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.records import Letter
from paysync.core.times import Window, from_iso
from paysync.core.turn import Acknowledge

ROOT: Final = Path(__file__).parents[2]
SAMPLES: Final = sorted((ROOT / "events").rglob("*.json"))
PUSH: Final = [sample for sample in SAMPLES if sample.parent.name == "push"]
JANUARY_31: Final = Window(from_iso("2025-01-30T16:00:00Z"), from_iso("2025-01-31T16:00:00Z"))
OF_A_RECORD: Final = {
    *("messageId", "receiptHandle", "body", "attributes", "messageAttributes", "md5OfBody"),
    *("eventSource", "eventSourceARN", "awsRegion"),
}
OF_ITS_ATTRIBUTES: Final = {
    *("ApproximateReceiveCount", "SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"),
}


def sample(name: str) -> Any:
    """A sample by its path under events/."""
    return json.loads((ROOT / "events" / f"{name}.json").read_text(encoding="utf-8"))


def test_every_function_has_samples_and_every_sample_a_function() -> None:
    """events/ has the folders of functions/, so that a newcomer finds the event to the function."""
    assert {file.parent.name for file in SAMPLES} == {app.parent.name for app in (ROOT / "functions").glob("*/app.py")}
    assert {str(file.relative_to(ROOT / "events")) for file in SAMPLES} == {
        *("fetch/run.json", "fetch/deep-scan.json", "fetch/remedy.json", "fetch/backfill.json"),
        *("push/new-payment.json", "push/redriven-letter.json", "push/unreadable-body.json", "push/batch.json"),
        *("sweep/schedule.json", "reconcile/schedule.json", "reconcile/range.json"),
    }


@pytest.mark.parametrize(
    ("name", "function", "event"),
    [
        ("fetch/run", "FetchFunction", "Run"),
        ("fetch/deep-scan", "FetchFunction", "DeepScan"),
        ("sweep/schedule", "SweepFunction", "Run"),
        ("reconcile/schedule", "ReconcileFunction", "Run"),
    ],
)
def test_what_a_schedule_sends_is_what_the_template_says(name: str, function: str, event: str) -> None:
    """The sample is the schedule's own input."""
    schedule = template()["Resources"][function]["Properties"]["Events"][event]["Properties"]
    assert sample(name) == json.loads(schedule["Input"])


def test_fetch_understands_its_samples() -> None:
    """A run, a deep scan, a remedy, and a backfill of one day of Shanghai."""
    requests = {name: FetchRequest.of(sample(f"fetch/{name}")) for name in ("run", "deep-scan", "remedy", "backfill")}
    assert [request.mode for request in requests.values()] == ["run", "deep_scan", "remedy", "backfill"]
    assert requests["backfill"].scheme == "paid-to-paybill"
    assert requests["backfill"].window() == JANUARY_31


def test_reconcile_understands_its_samples() -> None:
    """By schedule the last five weeks, on demand the day that is named."""
    assert ReconcileRequest.of(sample("reconcile/schedule")).window(START).end < START
    asked = ReconcileRequest.of(sample("reconcile/range"))
    assert (asked.scheme, asked.window(START)) == ("paid-to-paybill", JANUARY_31)


@pytest.mark.parametrize("file", PUSH, ids=lambda file: file.stem)
def test_a_delivery_has_all_that_lambda_hands_over(file: Path) -> None:
    """The fields of AWS's own documentation and no others, ids that differ, the digest of the very body."""
    records = json.loads(file.read_text(encoding="utf-8"))["Records"]
    for record in records:
        assert record.keys() == OF_A_RECORD
        assert record["attributes"].keys() == OF_ITS_ATTRIBUTES
        assert record["md5OfBody"] == hashlib.md5(record["body"].encode(), usedforsecurity=False).hexdigest()
        assert (record["eventSource"], record["eventSourceARN"].split(":")[2]) == ("aws:sqs", "sqs")
    assert len({record["messageId"] for record in records}) == len(records) <= 10


@pytest.mark.parametrize("name", ["new-payment", "batch"])
def test_a_message_of_fetch_is_written_as_fetch_writes_it(name: str) -> None:
    """Byte for byte, and without an attempt."""
    bodies = [record["body"] for record in sample(f"push/{name}")["Records"]]
    read = {body: message for body in bodies if (message := parse_body(body))}
    assert read
    assert [main_body(message) for message in read.values()] == list(read)
    assert {message.attempt for message in read.values()} == {None}


def test_a_redriven_letter_is_written_as_push_writes_it() -> None:
    """Byte for byte with its diagnosis, and with the attributes that a person filters by."""
    (record,) = sample("push/redriven-letter")["Records"]
    message, reason = parse_body(record["body"]), json.loads(record["body"])["diagnosis"]
    assert message is not None
    assert message.attempt is not None
    letter = Letter(message, Diagnosis.of(Code(reason["code"]), **reason["details"]))
    assert letter_body(letter) == record["body"]
    assert {name: one["stringValue"] for name, one in record["messageAttributes"].items()} == letter_attributes(letter)


def test_an_unreadable_body_stays_on_the_queue() -> None:
    """Alone, and beside nine good ones: only it is named as failed."""
    for name in ("unreadable-body", "batch"):
        received = events.received(sample(f"push/{name}"))
        strangers = [one.id for one in received if one.message is None]
        verdicts = {one.id: Acknowledge() for one in received if one.message is not None}
        assert len(strangers) == 1
        assert events.answer(received, verdicts) == {"batchItemFailures": [{"itemIdentifier": strangers[0]}]}
