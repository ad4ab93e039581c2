"""What is known of the running local AWS, and the file that remembers it between commands."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Self

REGION = "us-east-1"
STACK_NAME = "paysync-local"


@dataclass(frozen=True, slots=True)
class StackOutputs:
    """The outputs of template.yaml, under Python's names."""

    queue_url: str
    dlq_url: str
    ledger_table: str
    fetch_function: str
    push_function: str
    sweep_function: str
    reconcile_function: str
    dashboard_url: str
    maycur_secret: str
    k3cloud_secret: str

    @classmethod
    def of(cls, outputs: Mapping[str, str]) -> Self:
        """From CloudFormation's names, of which there may be more."""
        named = {_snake(name): value for name, value in outputs.items()}
        return cls(**{field.name: named[field.name] for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class LocalStack:
    """A local AWS that runs, with the stack on it."""

    port: int
    pid: int
    outputs: StackOutputs
    stack_name: str = STACK_NAME
    region: str = REGION

    @property
    def endpoint_url(self) -> str:
        return endpoint(self.port)

    @property
    def environment(self) -> dict[str, str]:
        """What boto3 needs in the environment to talk to this AWS and to no other."""
        return environment(self.port)


def endpoint(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def environment(port: int) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoint(port),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def write(file: Path, stack: LocalStack) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(stack), indent=2), encoding="utf-8")


def read(file: Path) -> LocalStack | None:
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return LocalStack(**{**known, "outputs": StackOutputs(**known["outputs"])})


def _snake(name: str) -> str:
    """`K3CloudSecret` is k3cloud_secret, `QueueUrl` queue_url."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace("k3_cloud", "k3cloud")
