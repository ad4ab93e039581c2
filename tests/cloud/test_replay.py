"""Dead letters on the deployed stack: sent again by whatever way, any number of times, they book once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cloud.command import paysync
from cloud.deployed import codes, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

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

    for _ in range(3):
        stack.sqs.send_message(QueueUrl=stack.outputs.queue_url, MessageBody=body)
    stack.run()

    assert stack.states([key]) == ["DONE"]
    stack.assert_books_agree([key])
    history = stack.show([key])[0]["history"]
    assert [line["event"] for line in history].count("reopened") == 1


@pytest.fixture
def broken_push(stack: Deployed) -> Iterator[Deployed]:
    """A deployment that broke push: it ends before it looks at a message. SQS redrives after two deliveries."""
    function, queue = stack.function("push"), stack.outputs.queue_url
    stack.sqs.purge_queue(QueueUrl=stack.outputs.dlq_url)
    variables = stack.functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    attributes = stack.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["RedrivePolicy", "VisibilityTimeout"])[
        "Attributes"
    ]
    policy = {**json.loads(attributes["RedrivePolicy"]), "maxReceiveCount": 2}
    stack.sqs.set_queue_attributes(
        QueueUrl=queue, Attributes={"RedrivePolicy": json.dumps(policy), "VisibilityTimeout": "1"}
    )
    without = {name: value for name, value in variables.items() if name != "PAYSYNC_TABLE"}
    stack.functions.update_function_configuration(FunctionName=function, Environment={"Variables": without})
    yield stack
    stack.functions.update_function_configuration(FunctionName=function, Environment={"Variables": variables})
    stack.sqs.set_queue_attributes(QueueUrl=queue, Attributes=attributes)


def test_what_sqs_itself_has_redriven_is_booked_once(broken_push: Deployed) -> None:
    """Moved back by SQS, which knows where it came from, and by replay as well: the row was NEW all the time."""
    stack = broken_push
    keys = stack.paid("31.00", "32.00")
    variables = stack.functions.get_function_configuration(FunctionName=stack.function("push"))["Environment"]
    stack.fetch()
    eventually(lambda: stack.messages(stack.outputs.dlq_url) == len(keys), "SQS has moved both messages to the DLQ")
    assert stack.states(keys) == ["NEW", "NEW"]

    mended = {**variables["Variables"], "PAYSYNC_TABLE": stack.outputs.ledger_table}
    stack.functions.update_function_configuration(
        FunctionName=stack.function("push"), Environment={"Variables": mended}
    )
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
