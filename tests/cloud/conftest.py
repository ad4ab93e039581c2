"""One stack for the session: the real template, built and deployed as in the cloud, against both simulators.

Each test uses keys, or a queue's state, of its own rather than a reset. What a function logged is printed when a
test that used the stack fails.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from paysync import local
from simulators.common.running import RunningSimulator

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_sqs import SQSClient

    from paysync.local import LocalStack, StackOutputs

MAYCUR = {"app_code": "CLOUDAPP", "app_secret": "cloud-secret"}
K3CLOUD = {
    "acct_id": "64a1f0c2b3d4e5",
    "user_name": "integration",
    "app_id": "900001_MDE3N2I2PzBrPzg4OD45N3IhK3B1InIk",
    "app_secret": "0123456789abcdef0123456789abcdef",
    "lcid": 2052,
    "org_num": "0",
}
RULE = "994f9913-a23f-46fb-b5d9-f1f271b4ef6c"
ACCOUNT = "6222000000000001"
_PATIENCE_SECONDS = 90.0


@dataclass(frozen=True)
class Deployed:
    """The stack, its clients, and the two vendors that it talks to."""

    local: LocalStack
    maycur: RunningSimulator
    k3cloud: RunningSimulator

    @property
    def outputs(self) -> StackOutputs:
        return self.local.outputs

    @cached_property
    def sqs(self) -> SQSClient:
        return self._session.client("sqs", endpoint_url=self.local.endpoint_url)

    @cached_property
    def functions(self) -> LambdaClient:
        return self._session.client("lambda", endpoint_url=self.local.endpoint_url)

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        return self._session.client("logs", endpoint_url=self.local.endpoint_url)

    @cached_property
    def iam(self) -> IAMClient:
        return self._session.client("iam", endpoint_url=self.local.endpoint_url)

    @cached_property
    def schedules(self) -> EventBridgeSchedulerClient:
        return self._session.client("scheduler", endpoint_url=self.local.endpoint_url)

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=self.local.region)

    def invoke(self, function: str, payload: object) -> dict[str, Any]:
        """The whole answer, with the payload read."""
        answer = self.functions.invoke(FunctionName=function, Payload=json.dumps(payload).encode())
        return {**answer, "Payload": json.loads(answer["Payload"].read() or b"null")}

    def queue_arn(self, url: str) -> str:
        return self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def messages(self, url: str) -> int:
        """On the queue, in flight ones included."""
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return int(found["ApproximateNumberOfMessages"]) + int(found["ApproximateNumberOfMessagesNotVisible"])

    def lines(self, function: str) -> list[str]:
        """What `fetch`, `push`, `sweep` or `reconcile` has logged."""
        group = f"/aws/lambda/{self.local.stack_name}-{function}"
        return [event["message"] for event in self.logs.filter_log_events(logGroupName=group)["events"]]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("cloud")
    secrets = _written(folder / "maycur.json", MAYCUR), _written(folder / "k3cloud.json", K3CLOUD)
    with (
        pytest.MonkeyPatch.context() as patch,
        RunningSimulator.in_process("maycur", *_arguments(MAYCUR, "app_code", "app_secret")) as maycur,
        RunningSimulator.in_process(
            "k3cloud", *_arguments(K3CLOUD, "acct_id", "user_name", "app_id", "app_secret")
        ) as k3cloud,
    ):
        patch.setenv("PAYSYNC_LOCAL_HOME", str(folder))  # beside the one that a developer may have up
        k3cloud.load(
            rules=[{"id": RULE}],
            organisations=[{"number": "100", "name": "示例集团"}],
            bank_accounts=[{"number": ACCOUNT, "name": "基本户", "use_org": "100"}],
        )
        overrides = {"QuietPeriodSeconds": "5", "RuleId": RULE}
        local.up(maycur.url, f"{k3cloud.url}/K3Cloud/", *secrets, overrides=overrides)
        try:
            running = local.current()
            assert running is not None
            yield Deployed(running, maycur, k3cloud)
        finally:
            local.down()


@pytest.fixture(scope="session")
def eventually() -> Callable[[Callable[[], bool], str], None]:
    """Wait for a condition, at most a minute and a half."""

    def wait(condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"not within {_PATIENCE_SECONDS:.0f} s: {what}"
            time.sleep(0.2)

    return wait


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    used = getattr(item, "funcargs", {}).get("stack")
    if report.failed and isinstance(used, Deployed):
        for function in ("fetch", "push", "sweep", "reconcile"):
            report.sections.append((f"last lines of {function}", "\n".join(used.lines(function)[-15:])))
    return report


def _written(file: Path, secret: dict[str, Any]) -> Path:
    file.touch(mode=0o600)
    file.write_text(json.dumps(secret), encoding="utf-8")
    return file


def _arguments(secret: dict[str, Any], *names: str) -> list[str]:
    return [text for name in names for text in (f"--{name.replace('_', '-')}", str(secret[name]))]
