"""Which stack a command is about: its outputs as CloudFormation has them, who acts, and the local one beside it."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import pytest
from botocore.stub import Stubber

from fakes import aws
from fakes.system import START
from paysync import local
from paysync.cli.stack import LOCAL, Stack
from paysync.core.errors import SettingsError
from paysync.local import aws as process
from paysync.local.project import unchecked
from paysync.local.state import LocalStack, StackOutputs, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An account in this process, found as boto3 finds one."""
    for name, value in {"AWS_DEFAULT_REGION": aws.ACCESS["region_name"], "AWS_ACCESS_KEY_ID": "test"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with aws.in_process():
        yield


@pytest.fixture
def stacks(account: None, monkeypatch: pytest.MonkeyPatch) -> Stubber:  # noqa: ARG001 - it must be there
    """CloudFormation, which answers as it is told and checks what it is asked."""
    client = aws.client("cloudformation")
    monkeypatch.setattr(Stack, "client", lambda _stack, _service: client)
    told = Stubber(client)
    told.activate()
    return told


def test_the_outputs_are_those_of_the_named_stack(stacks: Stubber) -> None:
    """By the names of template.yaml."""
    made = {"StackName": "prod", "CreationTime": START, "StackStatus": "CREATE_COMPLETE"}
    outputs = [{"OutputKey": "QueueUrl", "OutputValue": "https://queue.example"}]
    stacks.add_response("describe_stacks", {"Stacks": [{**made, "Outputs": outputs}]}, {"StackName": "prod"})
    assert Stack("prod").outputs == {"QueueUrl": "https://queue.example"}


def test_a_stack_that_is_not_there_is_told_with_what_to_check(stacks: Stubber) -> None:
    """AWS's own words, and the name, the region, the rights."""
    stacks.add_client_error("describe_stacks", "ValidationError", "Stack with id nobody does not exist")
    with pytest.raises(SettingsError) as failed:
        _ = Stack("nobody").outputs
    for said in ("stack nobody cannot be read", "does not exist", "Check the name, the region and your rights"):
        assert said in str(failed.value)


@pytest.mark.usefixtures("account")
def test_who_acts_is_the_identity_that_aws_knows_and_the_user_of_this_machine() -> None:
    """The record says who it was, also where many share one role."""
    who = Stack("paysync-prod").who
    assert who.endswith(f" ({getpass.getuser()})")
    assert who.partition(" ")[0]


def test_the_local_stack_has_its_own_access_and_never_the_developers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its endpoint, its keys: a command for it reaches no account."""
    monkeypatch.setenv("PAYSYNC_LOCAL_HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "the developer's")
    monkeypatch.setattr(process, "runs", lambda _pid: True)
    write(unchecked().state_file, LocalStack(1234, 99, StackOutputs(*[""] * 10)))
    stack = Stack(LOCAL)
    credentials = stack.session.get_credentials()
    assert credentials is not None
    assert credentials.access_key == "test"
    assert stack.client("sqs").meta.endpoint_url == "http://127.0.0.1:1234"
    assert stack.who == getpass.getuser()
    assert local.current() is not None
