"""`sam deploy` onto the local AWS, and what has to follow it: permissions, secrets, outputs."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from paysync.local.build import empty_config, run_sam
from paysync.local.errors import LocalError
from paysync.local.parameters import as_arguments
from paysync.local.permissions import POLICY_NAME, batch_statements, policies_of
from paysync.local.project import Project
from paysync.local.secrets import Secrets
from paysync.local.state import REGION, STACK_NAME, StackOutputs, endpoint, environment

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

_OF_OTHERS = ("http_proxy", "https_proxy", "all_proxy")


def deploy(project: Project, template: Path, port: int, parameters: Mapping[str, str]) -> None:
    command: list[str | Path] = [project.sam, "deploy", "--template-file", template, "--stack-name", STACK_NAME]
    command += ["--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset"]
    command += ["--no-fail-on-empty-changeset", "--config-file", empty_config(project)]
    try:
        run_sam([*command, "--parameter-overrides", *as_arguments(parameters)], deploy_environment(project, port))
    except LocalError as failed:
        msg = "\n".join([str(failed), *_reasons(_client_of_stacks(port))])
        raise LocalError(msg) from None


def deploy_environment(project: Project, port: int) -> dict[str, str]:
    """No profile and no proxy of the developer's: nothing may reach a real account from here."""
    foreign = {name for name in os.environ if name.startswith("AWS_") or name.lower() in _OF_OTHERS}
    mine = {name: value for name, value in os.environ.items() if name not in foreign}
    nothing = str(project.run / "no-such-file")
    return (
        mine
        | environment(port)
        | {
            "AWS_CONFIG_FILE": nothing,
            "AWS_SHARED_CREDENTIALS_FILE": nothing,
            "SAM_CLI_TELEMETRY": "0",
            "__SAM_CLI_APP_DIR": str(project.builds / "sam"),
        }
    )


def allow_batches(port: int) -> None:
    iam = _session().client("iam", endpoint_url=endpoint(port))
    for role in _roles(_client_of_stacks(port)):
        extra = [statement for policy in policies_of(iam, role) for statement in batch_statements(policy)]
        if extra:
            document = json.dumps({"Version": "2012-10-17", "Statement": extra})
            iam.put_role_policy(RoleName=role, PolicyName=POLICY_NAME, PolicyDocument=document)


def fill_secrets(port: int, outputs: StackOutputs, secrets: Secrets) -> None:
    manager = _session().client("secretsmanager", endpoint_url=endpoint(port))
    manager.put_secret_value(SecretId=outputs.maycur_secret, SecretString=secrets.maycur)
    manager.put_secret_value(SecretId=outputs.k3cloud_secret, SecretString=secrets.k3cloud)


def outputs_of(port: int) -> StackOutputs:
    stack = _client_of_stacks(port).describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    return StackOutputs.of({each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]})


def _roles(cloudformation: "CloudFormationClient") -> list[str]:
    resources = cloudformation.describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    return [each["PhysicalResourceId"] for each in resources if each["ResourceType"] == "AWS::IAM::Role"]


def _reasons(cloudformation: "CloudFormationClient") -> list[str]:
    """Why resources of the newest attempt could not be made."""
    stacks = cloudformation.describe_stacks()["Stacks"]
    if not any(stack["StackName"] == STACK_NAME for stack in stacks):
        return []
    events = cloudformation.describe_stack_events(StackName=STACK_NAME)["StackEvents"]
    return [
        f"{event.get('LogicalResourceId')}: {event.get('ResourceStatusReason')}"
        for event in events
        if event.get("ResourceStatus", "").endswith("FAILED")
    ]


def _client_of_stacks(port: int) -> "CloudFormationClient":
    return _session().client("cloudformation", endpoint_url=endpoint(port))


def _session() -> boto3.Session:
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)  # noqa: S106
