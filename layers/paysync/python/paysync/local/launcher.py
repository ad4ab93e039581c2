"""Runs ministack with what it lacks for us. A script: it runs in .local-aws, without paysync.

An operator may redrive dead letters through the SQS console, which calls StartMessageMoveTask; demo and tests do
the same against the local AWS, so here it behaves as in AWS: the source must be a dead-letter queue, one task per
queue, a rate, new message ids, a receive count of zero, body and attributes kept, and a message that was *sent* to
the queue ends the task as FAILED unless a destination is given.
"""

import asyncio
import base64
import copy
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeAlias

import ministack.app
from ministack.services import lambda_svc, sqs

Json: TypeAlias = dict[str, Any]
_FASTEST = 500


@dataclass(slots=True)
class MoveTask:
    source: str
    destination: str | None
    rate: int | None
    waiting: int
    task_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started: int = field(default_factory=lambda: int(time.time() * 1000))
    status: str = "RUNNING"
    failure: str | None = None
    moved: int = 0

    @property
    def handle(self) -> str:
        return base64.b64encode(json.dumps({"taskId": self.task_id, "sourceArn": self.source}).encode()).decode()

    def described(self) -> Json:
        running = self.status == "RUNNING"
        known = {
            "TaskHandle": self.handle if running else None,
            "Status": self.status,
            "SourceArn": self.source,
            "DestinationArn": self.destination,
            "MaxNumberOfMessagesPerSecond": self.rate,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.waiting,
            "FailureReason": self.failure,
            "StartedTimestamp": self.started,
        }
        return {name: value for name, value in known.items() if value is not None}


_tasks: list[MoveTask] = []
_running: set[asyncio.Task[None]] = set()


def start(data: Json, _url: str) -> Json:
    source = _queue(data, "SourceArn")
    if data.get("DestinationArn"):
        _queue(data, "DestinationArn")
    arn = data["SourceArn"]
    rate = data.get("MaxNumberOfMessagesPerSecond")
    if not _is_dead_letter_queue(arn):
        _refuse("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.")
    if rate is not None and not 1 <= int(rate) <= _FASTEST:
        _refuse("InvalidParameterValue", f"Value for parameter MaxNumberOfMessagesPerSecond must be 1 to {_FASTEST}.")
    if any(task.source == arn and task.status == "RUNNING" for task in _tasks):
        _refuse(
            "InvalidParameterValue",
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
        )
    task = MoveTask(arn, data.get("DestinationArn"), int(rate) if rate else None, len(_visible(source)))
    _tasks.append(task)
    runner = asyncio.get_running_loop().create_task(_move_all(task, source))
    _running.add(runner)
    runner.add_done_callback(_running.discard)
    return {"TaskHandle": task.handle}


def list_tasks(data: Json, _url: str) -> Json:
    _queue(data, "SourceArn")
    of_queue = [task.described() for task in reversed(_tasks) if task.source == data["SourceArn"]]
    return {"Results": of_queue[: int(data.get("MaxResults") or 1)]}


def cancel(data: Json, _url: str) -> Json:
    task = next((task for task in _tasks if task.handle == data.get("TaskHandle")), None)
    if task is None or task.status != "RUNNING":
        _refuse("ResourceNotFoundException", "Task does not exist.")
    task.status = "CANCELLED"
    return {"ApproximateNumberOfMessagesMoved": task.moved}


async def _move_all(task: MoveTask, source: Json) -> None:
    for message in _visible(source):
        if task.status != "RUNNING":
            return
        destination = sqs._queue_by_arn(task.destination or message["sys"].get("DeadLetterQueueSourceArn", ""))
        if destination is None:
            task.status, task.failure = "FAILED", "CouldNotDetermineMessageSource"
            return
        if message in source["messages"] and message["visible_at"] <= time.time():  # not received meanwhile
            source["messages"].remove(message)
            destination["messages"].append(_as_new(message))
            task.moved += 1
            sqs.esm_wake.set()
        await asyncio.sleep(1 / (task.rate or _FASTEST))
    task.status = "COMPLETED"


def _as_new(message: Json) -> Json:
    """Body and attributes of `message`; everything that SQS itself counts starts anew."""
    now = time.time()
    moved = copy.deepcopy(message)
    moved["sys"].pop("DeadLetterQueueSourceArn", None)
    moved["sys"]["SentTimestamp"] = str(int(now * 1000))
    return moved | {
        "id": str(uuid.uuid4()),
        "receipt_handle": None,
        "sent_at": now,
        "visible_at": now,
        "receive_count": 0,
        "first_receive_at": None,
    }


def _visible(queue: Json) -> list[Json]:
    return [message for message in queue["messages"] if message["visible_at"] <= time.time()]


def _queue(data: Json, parameter: str) -> Json:
    queue: Json | None = sqs._queue_by_arn(data.get(parameter) or "")
    if queue is None:
        msg = f"The resource that you specified for the {parameter} parameter doesn't exist."
        _refuse("ResourceNotFoundException", msg, 404)
    return queue


def _is_dead_letter_queue(arn: str) -> bool:
    policies = (queue["attributes"].get("RedrivePolicy") for _, queue in sqs._queues.all_items())
    return any(json.loads(policy).get("deadLetterTargetArn") == arn for policy in policies if policy)


def _refuse(code: str, message: str, status: int = 400) -> NoReturn:
    raise sqs._Err(code, message, status)


_concurrency = lambda_svc._sqs_esm_concurrency


def concurrency(mapping: Json, *others: Any) -> int:
    """MaximumConcurrency from a stack parameter arrives as text, on which the queue's poller stops for good."""
    scaling = mapping.get("ScalingConfig") or {}
    if "MaximumConcurrency" in scaling:
        scaling["MaximumConcurrency"] = int(scaling["MaximumConcurrency"])
    return int(_concurrency(mapping, *others))


lambda_svc._sqs_esm_concurrency = concurrency
for _name, _act in (
    ("StartMessageMoveTask", start),
    ("ListMessageMoveTasks", list_tasks),
    ("CancelMessageMoveTask", cancel),
):
    sqs._HANDLERS.setdefault(_name, _act)  # a ministack that has learnt it keeps its own


if __name__ == "__main__":
    ministack.app.main()
