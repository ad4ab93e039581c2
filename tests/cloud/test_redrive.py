"""StartMessageMoveTask on the local AWS does as in AWS; otherwise what is proved with it here would prove nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from cloud.deployed import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_sqs.type_defs import StartMessageMoveTaskRequestTypeDef

    from cloud.deployed import Deployed

pytestmark = pytest.mark.cloud


def test_a_dead_letter_of_ours_is_moved_only_with_a_destination(stack: Deployed, spare: dict[str, str]) -> None:
    """SQS did not move it there, so it does not know where it came from; docs tell operators the same."""
    stack.sqs.send_message(
        QueueUrl=spare["dlq"],
        MessageBody='{"key": "PT1"}',
        MessageAttributes={"code": {"DataType": "String", "StringValue": "erp.rule"}},
    )
    source, target = stack.queue_arn(spare["dlq"]), stack.queue_arn(spare["queue"])

    stack.sqs.start_message_move_task(SourceArn=source)
    eventually(lambda: _newest_task(stack, source)["Status"] == "FAILED", "the task without destination fails")
    assert _newest_task(stack, source)["FailureReason"] == "CouldNotDetermineMessageSource"
    assert stack.messages(spare["dlq"]) == 1

    stack.sqs.start_message_move_task(SourceArn=source, DestinationArn=target)
    eventually(lambda: _newest_task(stack, source)["Status"] == "COMPLETED", "the task with destination ends")
    moved = stack.sqs.receive_message(
        QueueUrl=spare["queue"], MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"]
    )["Messages"][0]
    assert moved["Body"] == '{"key": "PT1"}'
    assert moved["MessageAttributes"]["code"]["StringValue"] == "erp.rule"
    assert moved["Attributes"]["ApproximateReceiveCount"] == "1"


def test_one_move_task_at_a_time_and_it_can_be_cancelled(stack: Deployed, spare: dict[str, str]) -> None:
    """As the console does it: slowly, and stopped half-way."""
    for _ in range(3):
        stack.sqs.send_message(QueueUrl=spare["dlq"], MessageBody="x")
    source, target = stack.queue_arn(spare["dlq"]), stack.queue_arn(spare["queue"])
    slow: StartMessageMoveTaskRequestTypeDef = {
        "SourceArn": source,
        "DestinationArn": target,
        "MaxNumberOfMessagesPerSecond": 1,
    }
    handle = stack.sqs.start_message_move_task(**slow)["TaskHandle"]
    with pytest.raises(ClientError, match="already a task running"):
        stack.sqs.start_message_move_task(**slow)
    stack.sqs.cancel_message_move_task(TaskHandle=handle)
    assert _newest_task(stack, source)["Status"] == "CANCELLED"
    assert stack.messages(spare["dlq"]) > 0


def test_a_queue_that_is_no_dead_letter_queue_has_no_move_task(stack: Deployed, spare: dict[str, str]) -> None:
    """AWS refuses it, so tooling must not rely on it."""
    with pytest.raises(ClientError, match="Dead Letter Queue"):
        stack.sqs.start_message_move_task(SourceArn=stack.queue_arn(spare["queue"]))


@pytest.fixture
def spare(stack: Deployed) -> Iterator[dict[str, str]]:
    """A queue with a dead-letter queue that no function listens to."""
    dlq = stack.sqs.create_queue(QueueName="spare-dlq")["QueueUrl"]
    policy = json.dumps({"deadLetterTargetArn": stack.queue_arn(dlq), "maxReceiveCount": 8})
    queue = stack.sqs.create_queue(QueueName="spare", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    yield {"queue": queue, "dlq": dlq}
    for url in (queue, dlq):
        stack.sqs.delete_queue(QueueUrl=url)


def _newest_task(stack: Deployed, source: str) -> dict[str, Any]:
    return dict(stack.sqs.list_message_move_tasks(SourceArn=source)["Results"][0])
