"""Dead letters on the deployed stack: sent again by whatever way, any number of times, they book once."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from cloud.command import paysync
from cloud.deployed import codes, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_sqs.literals import QueueAttributeNameType

    from cloud.deployed import Deployed

pytestmark = pytest.mark.cloud


@pytest.mark.parametrize("way", ["paysync replay", "start-message-move-task"])
def test_dead_letters_sent_three_times_book_once_what_was_mended(stack: Deployed, way: str) -> None:
    """Two applications that were not audited are mended, a third is not; all three are sent again three times."""
    rows = [stack.pay("7.77", status="B")[0] for _ in range(3)]
    keys, numbers = codes(rows), [row["payeeTargetBusinessCode"] for row in rows]
    stack.run()
    assert {one["diagnosis"]["code"] for one in stack.show(keys)} == {"source.not_audited"}
    assert stack.messages(stack.outputs.dlq_url) >= len(keys)
    for number in numbers[:2]:
        stack.k3cloud.post(f"applications/{number}", {"status": "C"})

    for _ in range(3):
        if way == "paysync replay":
            paysync("replay", *keys, "--yes")
        else:
            stack.redrive()
        stack.run()

    assert stack.states(keys) == ["DONE", "DONE", "REJECTED"]
    stack.assert_books_agree(keys)
    assert keys[2] not in stack.bills()
    stack.k3cloud.post(f"applications/{numbers[2]}", {"status": "C"})
    paysync("replay", keys[2], "--yes")
    stack.run()
    assert stack.states(keys[2:]) == ["DONE"]
    stack.assert_books_agree(keys)


def test_the_same_letter_three_times_over_opens_a_rejection_once(stack: Deployed) -> None:
    """Copies of one dead letter, sent by hand: the first re-opens the row, the others are stale and change nothing."""
    (row,) = stack.pay("8.88", status="B")
    (key,) = codes([row])
    stack.run()
    (seen,) = stack.show([key])
    body = json.dumps({"scheme": seen["scheme"], "key": key, "digest": "any", "attempt": seen["attempt"]})
    stack.k3cloud.post(f"applications/{row['payeeTargetBusinessCode']}", {"status": "C"})

    for copies in (2, 1):
        for _ in range(copies):
            stack.sqs.send_message(QueueUrl=stack.outputs.queue_url, MessageBody=body)
        eventually(lambda: stack.states([key]) == ["DONE"], "it is booked")

    stack.assert_books_agree([key])
    history = stack.show([key])[0]["history"]
    assert [line["event"] for line in history].count("reopened") == 1


def test_what_sqs_itself_has_redriven_is_booked_once(stack: Deployed) -> None:
    """A broken push ends before it looks at a message. Its letters come back by replay, and by SQS that moved them."""
    stack.sqs.purge_queue(QueueUrl=stack.outputs.dlq_url)
    keys = stack.paid("31.00", "32.00")
    with broken_push(stack):
        stack.fetch()
        eventually(lambda: stack.messages(stack.outputs.dlq_url) == len(keys), "SQS has moved both messages to the DLQ")
    assert stack.states(keys) == ["NEW", "NEW"]

    paysync("replay", keys[0], "--yes")
    stack.redrive(destination=False)
    stack.run()

    assert stack.states(keys) == ["DONE", "DONE"]
    stack.assert_books_agree(keys)
    assert stack.messages(stack.outputs.dlq_url) == 0


def test_a_message_that_nobody_understands_stays_and_the_others_are_booked(stack: Deployed) -> None:
    """ReportBatchItemFailures: of one batch only what a row explains is deleted."""
    stack.k3cloud.settings(latency_ms=400)  # the first batch keeps push busy while a mixed one gathers
    keys = stack.paid("41.00", "42.00")
    strangers = ["not json", json.dumps({"scheme": "paid-to-paybill", "key": "PT-NOBODY", "digest": "x"})]
    stack.fetch()
    for body in strangers:
        stack.sqs.send_message(QueueUrl=stack.outputs.queue_url, MessageBody=body)
    stack.k3cloud.settings(latency_ms=0)

    eventually(lambda: stack.states(keys) == ["DONE", "DONE"], "the payments are booked")
    eventually(lambda: stack.messages(stack.outputs.queue_url) == len(strangers), "only the strangers are left")
    answer = paysync("local", "run", "--until-idle", "--timeout", "3", ends=1)
    assert "2 messages in the queue" in answer.err
    stack.sqs.purge_queue(QueueUrl=stack.outputs.queue_url)


# ----------------------------------------------------------------------------------------------------------------------


@contextmanager
def broken_push(stack: Deployed) -> Iterator[None]:
    """A deployment that broke push: it lacks a setting. SQS gives up after two deliveries, a second apart."""
    function, queue = stack.function("push"), stack.outputs.queue_url
    variables = stack.functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    without = {name: value for name, value in variables.items() if name != "PAYSYNC_TABLE"}
    attributes = stack.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    kept: dict[QueueAttributeNameType, str] = {
        "RedrivePolicy": attributes["RedrivePolicy"],
        "VisibilityTimeout": attributes["VisibilityTimeout"],
    }
    impatient = json.dumps({**json.loads(kept["RedrivePolicy"]), "maxReceiveCount": 2})
    stack.functions.update_function_configuration(FunctionName=function, Environment={"Variables": without})
    stack.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": impatient, "VisibilityTimeout": "1"})
    try:
        yield
    finally:
        stack.functions.update_function_configuration(FunctionName=function, Environment={"Variables": variables})
        stack.sqs.set_queue_attributes(QueueUrl=queue, Attributes=kept)
