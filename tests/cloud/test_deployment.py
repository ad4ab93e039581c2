"""The deployment itself: what the stack promises before the first payment."""

from __future__ import annotations

import json
from dataclasses import astuple
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_scheduler.type_defs import GetScheduleOutputTypeDef
    from mypy_boto3_sqs.type_defs import StartMessageMoveTaskRequestTypeDef

    from cloud.conftest import Deployed

pytestmark = pytest.mark.cloud


def test_the_outputs_are_complete(stack: Deployed) -> None:
    """The command line finds everything by them."""
    assert all(astuple(stack.outputs))
    assert stack.outputs.dashboard_url.startswith("https://us-east-1.console.aws.amazon.com/")


def test_every_handler_loads_from_the_layers(stack: Deployed) -> None:
    """Cold start with the built layers, settings and hand-written policies: nothing is missing for it."""
    for function in (stack.outputs.fetch_function, stack.outputs.sweep_function, stack.outputs.push_function):
        payload: dict[str, object] = {"Records": []} if function == stack.outputs.push_function else {"mode": "run"}
        assert "Worker init failed" not in json.dumps(stack.invoke(function, payload)["Payload"])


@pytest.mark.parametrize("function", ["push", "fetch", "sweep"])
def test_a_function_has_its_own_rights_and_no_more(stack: Deployed, function: str) -> None:
    """Only reconcile may read both secrets, and nobody may read what he does not call."""
    forbidden = {"push": [stack.outputs.maycur_secret], "fetch": [stack.outputs.k3cloud_secret]}.get(
        function, [stack.outputs.maycur_secret, stack.outputs.k3cloud_secret]
    )
    secrets = _as_role_of(stack, f"{function}_function").client("secretsmanager", endpoint_url=stack.local.endpoint_url)
    for secret in forbidden:
        with pytest.raises(ClientError, match="AccessDenied"):
            secrets.get_secret_value(SecretId=secret)


def test_only_push_may_take_messages(stack: Deployed) -> None:
    """K3CloudConcurrency bounds the calls only if nobody else consumes."""
    sqs = _as_role_of(stack, "sweep_function").client("sqs", endpoint_url=stack.local.endpoint_url)
    with pytest.raises(ClientError, match="AccessDenied"):
        sqs.receive_message(QueueUrl=stack.outputs.queue_url)


def test_a_dead_letter_of_ours_is_moved_only_with_a_destination(
    stack: Deployed, spare: dict[str, str], eventually: Callable[[Callable[[], bool], str], None]
) -> None:
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


def test_the_schedule_of_sweep_fires(stack: Deployed, eventually: Callable[[Callable[[], bool], str], None]) -> None:
    """The scheduler's role may start it, and its input is one that the function takes."""
    name = f"{stack.local.stack_name}-sweep"
    schedule = stack.schedules.get_schedule(Name=name)
    before = len(stack.lines("sweep"))
    _reschedule(stack, schedule, "rate(1 minute)")
    try:
        eventually(lambda: len(stack.lines("sweep")) > before, "a run of sweep is logged")
    finally:
        _reschedule(stack, schedule, schedule["ScheduleExpression"])


@pytest.fixture
def spare(stack: Deployed) -> Iterator[dict[str, str]]:
    """A queue with a dead-letter queue that no function listens to."""
    dlq = stack.sqs.create_queue(QueueName="spare-dlq")["QueueUrl"]
    policy = json.dumps({"deadLetterTargetArn": stack.queue_arn(dlq), "maxReceiveCount": 8})
    queue = stack.sqs.create_queue(QueueName="spare", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    yield {"queue": queue, "dlq": dlq}
    for url in (queue, dlq):
        stack.sqs.delete_queue(QueueUrl=url)


def _reschedule(stack: Deployed, schedule: GetScheduleOutputTypeDef, expression: str) -> None:
    stack.schedules.update_schedule(
        Name=schedule["Name"],
        ScheduleExpression=expression,
        ScheduleExpressionTimezone=schedule["ScheduleExpressionTimezone"],
        FlexibleTimeWindow=schedule["FlexibleTimeWindow"],
        Target=schedule["Target"],
    )


def _newest_task(stack: Deployed, source: str) -> dict[str, Any]:
    return dict(stack.sqs.list_message_move_tasks(SourceArn=source)["Results"][0])


def _as_role_of(stack: Deployed, function: str) -> boto3.Session:
    """A session with the credentials of the role that the function runs as."""
    name: str = getattr(stack.outputs, function)
    role = stack.functions.get_function_configuration(FunctionName=name)["Role"]
    sts = boto3.client(
        "sts",
        endpoint_url=stack.local.endpoint_url,
        region_name=stack.local.region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    given = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        region_name=stack.local.region,
    )
