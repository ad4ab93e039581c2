"""The stack on the local AWS with both vendors: what is deployed, what is paid, and what has become of it."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any

import boto3

from cloud.books import Comparison, compare
from cloud.command import Answer, paysync
from paysync import local
from simulators.common.running import RunningSimulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from mypy_boto3_cloudformation import CloudFormationClient
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
ACCOUNT, UNKNOWN_ACCOUNT = "6222000000000001", "6222000000009999"
FUNCTIONS = ("fetch", "push", "sweep", "reconcile")
_PATIENCE_SECONDS = 90.0


@dataclass
class Deployed:
    """The stack, its clients, and the two vendors that it talks to."""

    maycur: RunningSimulator
    k3cloud: RunningSimulator
    folder: Path
    command: Callable[..., Answer] = paysync
    """`paysync --stack local …` of the checkout that was deployed, where it matters which schemes there are."""
    _serial: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def local(self) -> LocalStack:
        """As it runs now: after a restart its process is another one."""
        running = local.current()
        assert running is not None, "no local stack is up"
        return running

    @cached_property
    def outputs(self) -> StackOutputs:
        return self.local.outputs

    @cached_property
    def sqs(self) -> SQSClient:
        return self.session().client("sqs", endpoint_url=self.local.endpoint_url)

    @cached_property
    def functions(self) -> LambdaClient:
        return self.session().client("lambda", endpoint_url=self.local.endpoint_url)

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        return self.session().client("logs", endpoint_url=self.local.endpoint_url)

    @cached_property
    def schedules(self) -> EventBridgeSchedulerClient:
        return self.session().client("scheduler", endpoint_url=self.local.endpoint_url)

    @cached_property
    def stacks(self) -> CloudFormationClient:
        return self.session().client("cloudformation", endpoint_url=self.local.endpoint_url)

    def session(self) -> boto3.Session:
        """Of the local account's root user."""
        return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=self.local.region)

    def up(self, **parameters: str) -> None:
        """Deploy; on the stack that is up already, deploy anew: what is not named is as the template says."""
        local.up(self.maycur.url, f"{self.k3cloud.url}/K3Cloud/", *self.secrets(), overrides=_chosen(parameters))

    def up_by_command(self, **parameters: str) -> None:
        """The same by the command line, of whichever checkout it is."""
        maycur, k3cloud = map(str, self.secrets())
        urls = ["--maycur-url", self.maycur.url, "--k3cloud-url", f"{self.k3cloud.url}/K3Cloud/"]
        chosen = [text for name, value in _chosen(parameters).items() for text in ("--set", f"{name}={value}")]
        self.command("local", "up", *urls, "--maycur-secret", maycur, "--k3cloud-secret", k3cloud, *chosen)

    def secrets(self) -> tuple[Path, Path]:
        """Files with what opens both vendors."""
        return _written(self.folder / "maycur.json", MAYCUR), _written(self.folder / "k3cloud.json", K3CLOUD)

    def function(self, name: str) -> str:
        """The full name of `fetch`, `push`, `sweep` or `reconcile`."""
        return str(getattr(self.outputs, f"{name}_function"))

    def invoke(self, function: str, payload: object) -> dict[str, Any]:
        """The whole answer of `fetch`, `push`, `sweep` or `reconcile`, with the payload read."""
        answer = self.functions.invoke(FunctionName=self.function(function), Payload=json.dumps(payload).encode())
        return {**answer, "Payload": json.loads(answer["Payload"].read() or b"null")}

    def workers(self, function: str) -> list[int]:
        """The processes of `fetch`, `push`, `sweep` or `reconcile`."""
        return local.workers(self.local.pid, self.function(function))

    def kill(self, function: str, *, at_most: int = 1) -> int:
        """SIGKILL of processes that run a function; how many were killed."""
        killed = 0
        for pid in self.workers(function)[:at_most]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            killed += 1
        return killed

    @contextmanager
    def impatient(self) -> Iterator[None]:
        """Leases and visibility as short as they can be: whoever kills push need not wait as long as for the real ones.

        push lives for 100 s at most here; leases last a minute longer.
        """
        push, queue = self.function("push"), self.outputs.queue_url
        before = self.functions.get_function_configuration(FunctionName=push)["Timeout"]
        visibility = self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["VisibilityTimeout"])["Attributes"]
        self.functions.update_function_configuration(FunctionName=push, Timeout=100)
        self.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "30"})
        try:
            yield
        finally:
            self.functions.update_function_configuration(FunctionName=push, Timeout=before)
            self.sqs.set_queue_attributes(QueueUrl=queue, Attributes=visibility)

    def queue_arn(self, url: str) -> str:
        return self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def messages(self, url: str) -> int:
        """On the queue, in flight ones included."""
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return int(found["ApproximateNumberOfMessages"]) + int(found["ApproximateNumberOfMessagesNotVisible"])

    def lines(self, function: str) -> list[str]:
        """What `fetch`, `push`, `sweep` or `reconcile` has logged."""
        group = f"/aws/lambda/{self.local.stack_name}-{function}"
        pages = self.logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event["message"] for page in pages for event in page["events"]]

    # what is paid, and what becomes of it

    def pay(
        self,
        *amounts: str,
        prefix: str = "FKSQ",
        account: str = ACCOUNT,
        status: str = "C",
        ago: timedelta = timedelta(hours=1),
        **application: object,
    ) -> list[dict[str, Any]]:
        """An application in K3Cloud, and a paid transaction in Maycur for each amount."""
        number = f"{prefix}C{next(self._serial):05d}"
        total = str(sum(map(Decimal, amounts)))
        self.k3cloud.load(
            applications=[{"number": number, "amount": total, "pay_org": "100", "status": status, **application}]
        )
        paid = datetime.now(UTC) - ago
        rows = [
            {
                "paymentBizCode": f"PTC{next(self._serial):06d}",
                "payeeTargetBusinessCode": number,
                "payerAccountName": "基本户",
                "payerAccountNumber": account,
                "payableAmount": amount,
                "auditTimeStamp": int(paid.timestamp() * 1000) + index,
            }
            for index, amount in enumerate(amounts)
        ]
        self.maycur.load(payments=rows)
        return rows

    def paid(self, *amounts: str, **application: Any) -> list[str]:
        """The same; only the payments' keys."""
        return codes(self.pay(*amounts, **application))

    def claim(self, *amounts: str, ago: timedelta = timedelta(hours=1)) -> list[str]:
        """A completed reimbursement form in Maycur for each amount; their numbers."""
        submitted = int((datetime.now(UTC) - ago).timestamp() * 1000)
        forms = [
            {
                "formCode": f"BXC{next(self._serial):06d}",
                "coverEmployeeId": "E-0001",
                "legalEntityBizCode": "100",
                "reimburseName": "差旅",
                "amount": amount,
                "submittedAt": submitted + index,
                "_status": "COMPLETED",
            }
            for index, amount in enumerate(amounts)
        ]
        self.maycur.load(reimbursements=forms)
        return [str(form["formCode"]) for form in forms]

    def fetch(self) -> None:
        """One run of fetch."""
        answer = self.invoke("fetch", {"mode": "run"})
        assert "FunctionError" not in answer, answer["Payload"]

    def run(self, *, timeout: int = 120) -> None:
        """`paysync local run --until-idle`."""
        self.command("local", "run", "--until-idle", "--timeout", str(timeout))

    def show(self, keys: Sequence[str], *, scheme: str = "") -> list[dict[str, Any]]:
        """`paysync show --json`: one document per key, in the order asked for."""
        return paysync("show", *keys, "--json", "--scheme", scheme).documents

    def states(self, keys: Sequence[str], *, scheme: str = "") -> list[str]:
        return [one["state"] for one in self.show(keys, scheme=scheme)]

    def bills(self) -> dict[str, list[dict[str, Any]]]:
        """The unvoided bills of K3Cloud's own books, by the payment that they name."""
        found: dict[str, list[dict[str, Any]]] = {}
        for bill in self.k3cloud.books()["bills"]:
            if not bill["voided"]:
                found.setdefault(bill["third_bill_no"], []).append(bill)
        return found

    def compare(self, shown: Sequence[Mapping[str, Any]]) -> Comparison:
        """The three books, about the payments that `show` has shown."""
        paid, bills = self.maycur.books()["payments"], self.k3cloud.books()["bills"]
        return compare(shown, paid, bills, ours=str(K3CLOUD["user_name"]))

    def assert_books_agree(self, keys: Sequence[str], *, scheme: str = "") -> None:
        """DONE means exactly one audited bill of the right amount, and no payment has two bills."""
        found = self.compare(self.show(keys, scheme=scheme))
        assert found.agree, found
        assert all(len(bills) == 1 for code, bills in self.bills().items() if code)

    def assert_no_log_line_holds_a_secret(self) -> None:
        """Nor a login token nor an account number (I9): of all that the functions have logged until now."""
        text = "\n".join(line for function in FUNCTIONS for line in self.lines(function))
        assert "function_request_id" in text, "nothing was logged at all"
        item = (
            self.session()
            .client("dynamodb", endpoint_url=self.local.endpoint_url)
            .get_item(TableName=self.outputs.ledger_table, Key={"pk": {"S": "TOKEN#maycur"}, "sk": {"S": "TOKEN"}})[
                "Item"
            ]
        )
        hidden = [str(MAYCUR["app_secret"]), str(K3CLOUD["app_secret"]), str(K3CLOUD["app_id"]).partition("_")[2]]
        for secret in (*hidden, item["value"]["S"], ACCOUNT, UNKNOWN_ACCOUNT):
            assert secret not in text

    def redrive(self, *, destination: bool = True) -> None:
        """What an operator does in the SQS console: move all dead letters back."""
        source = self.queue_arn(self.outputs.dlq_url)
        if destination:
            target = self.queue_arn(self.outputs.queue_url)
            self.sqs.start_message_move_task(SourceArn=source, DestinationArn=target)
        else:
            self.sqs.start_message_move_task(SourceArn=source)
        eventually(
            lambda: self.sqs.list_message_move_tasks(SourceArn=source)["Results"][0]["Status"] == "COMPLETED",
            "all dead letters are moved",
        )


def eventually(condition: Callable[[], bool], what: str, *, seconds: float = _PATIENCE_SECONDS) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.1)


def codes(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The keys of payments."""
    return [str(row["paymentBizCode"]) for row in rows]


@contextmanager
def simulators() -> Iterator[tuple[RunningSimulator, RunningSimulator]]:
    """Maycur and K3Cloud with one rule, one organisation and one bank account."""
    with (
        RunningSimulator.in_process("maycur", *_arguments(MAYCUR, "app_code", "app_secret")) as maycur,
        RunningSimulator.in_process(
            "k3cloud", *_arguments(K3CLOUD, "acct_id", "user_name", "app_id", "app_secret")
        ) as k3cloud,
    ):
        k3cloud.load(
            rules=[{"id": RULE}],
            organisations=[{"number": "100", "name": "示例集团"}],
            bank_accounts=[{"number": ACCOUNT, "name": "基本户", "use_org": "100", "fields": {"FISDEFAULTBANK": True}}],
        )
        yield maycur, k3cloud


def _chosen(parameters: Mapping[str, str]) -> dict[str, str]:
    return {"QuietPeriodSeconds": "5", "RuleId": RULE, **parameters}


def _written(file: Path, secret: Mapping[str, Any]) -> Path:
    file.touch(mode=0o600)
    file.write_text(json.dumps(secret), encoding="utf-8")
    return file


def _arguments(secret: Mapping[str, Any], *names: str) -> list[str]:
    return [text for name in names for text in (f"--{name.replace('_', '-')}", str(secret[name]))]
