"""The deployment itself: what the stack promises before the first payment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from cloud.deployed import FUNCTIONS

if TYPE_CHECKING:
    from cloud.deployed import Deployed

pytestmark = pytest.mark.cloud

FIXED_OUTPUTS = {
    *("QueueUrl", "DlqUrl", "LedgerTable", "FetchFunction", "PushFunction", "SweepFunction", "ReconcileFunction"),
    "DashboardUrl",
}
FURTHER_OUTPUTS = {"MaycurSecret", "K3CloudSecret", "FailedRunsUrl", "AlarmTopic"}
"""What `local up`, and whoever fills a secret by hand, needs beyond."""


def test_the_outputs_are_those_that_were_promised(stack: Deployed) -> None:
    """Checks and tools outside this repository find everything by them."""
    found = {each["OutputKey"]: each["OutputValue"] for each in _deployed(stack)["Outputs"]}
    assert found.keys() == FIXED_OUTPUTS | FURTHER_OUTPUTS
    assert all(found.values())
    assert found["DashboardUrl"].startswith("https://us-east-1.console.aws.amazon.com/")


def test_every_function_answers(stack: Deployed) -> None:
    """Settings, layers and hand-written policies suffice for a first run of each."""
    stack.fetch()
    payloads: dict[str, dict[str, list[str]]] = {"push": {"Records": []}, "sweep": {}, "reconcile": {}}
    for function, payload in payloads.items():
        answer = stack.invoke(function, payload)
        assert "FunctionError" not in answer, answer["Payload"]


@dataclass(frozen=True)
class Act:
    """Something to try with a function's rights."""

    service: str
    operation: str
    arguments: dict[str, str]


def read_secret(of: str) -> Act:
    return Act("secretsmanager", "get_secret_value", {"SecretId": f"{of}_secret"})


RECEIVE = Act("sqs", "receive_message", {"QueueUrl": "queue_url"})
PURGE = Act("sqs", "purge_queue", {"QueueUrl": "dlq_url"})
SCAN = Act("dynamodb", "scan", {"TableName": "ledger_table"})
DROP = Act("dynamodb", "delete_table", {"TableName": "ledger_table"})
RUN_FETCH = Act("lambda", "invoke", {"FunctionName": "fetch_function"})
MAYCUR, K3CLOUD = read_secret("maycur"), read_secret("k3cloud")

FORBIDDEN: dict[str, tuple[Act, ...]] = {
    "fetch": (RECEIVE, PURGE, SCAN, DROP),
    "push": (MAYCUR, PURGE, SCAN, DROP, RUN_FETCH),
    "sweep": (MAYCUR, K3CLOUD, RECEIVE, PURGE, SCAN, DROP, RUN_FETCH),
    "reconcile": (RECEIVE, PURGE, SCAN, DROP, RUN_FETCH),
}
ALLOWED: dict[str, tuple[Act, ...]] = {
    "fetch": (MAYCUR, K3CLOUD),
    "push": (K3CLOUD,),
    "sweep": (Act("sqs", "get_queue_attributes", {"QueueUrl": "queue_url"}),),
    "reconcile": (MAYCUR, K3CLOUD),
}
"""The counter-proof: with the same credentials, what each function does need goes through."""


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_its_own_rights_and_no_more(stack: Deployed, function: str) -> None:
    """Only push consumes and books, nobody scans, and nobody opens a secret that he does not need."""
    role = _as_role_of(stack, function)
    for act in ALLOWED[function]:
        _try(stack, role, act)
    for act in FORBIDDEN[function]:
        with pytest.raises(ClientError, match="AccessDenied"):
            _try(stack, role, act)


def test_only_push_may_delete_from_the_ledger(stack: Deployed) -> None:
    """It frees locks; a row is never deleted. fetch may delete what it collected, by a condition that AWS enforces."""
    for function in ("sweep", "reconcile"):
        dynamodb = _as_role_of(stack, function).client("dynamodb", endpoint_url=stack.local.endpoint_url)
        with pytest.raises(ClientError, match="AccessDenied"):
            dynamodb.delete_item(TableName=stack.outputs.ledger_table, Key={"pk": {"S": "LOCK#x"}, "sk": {"S": "LOCK"}})


# ------------------------------------------------------------------------------------------------------------------


def _deployed(stack: Deployed) -> dict[str, Any]:
    return dict(stack.stacks.describe_stacks(StackName=stack.local.stack_name)["Stacks"][0])


def _try(stack: Deployed, role: boto3.Session, act: Act) -> None:
    client: Any = role.client(act.service, endpoint_url=stack.local.endpoint_url)  # type: ignore[call-overload]
    arguments = {name: getattr(stack.outputs, value, value) for name, value in act.arguments.items()}
    getattr(client, act.operation)(**arguments)


def _as_role_of(stack: Deployed, function: str) -> boto3.Session:
    """A session with the credentials of the role that the function runs as."""
    role = stack.functions.get_function_configuration(FunctionName=stack.function(function))["Role"]
    sts = stack.session().client("sts", endpoint_url=stack.local.endpoint_url)
    given = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        region_name=stack.local.region,
    )
