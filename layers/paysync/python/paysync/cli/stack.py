"""Which stack a command is about, and the ports to it. Everything is found from the stack's name alone."""

import getpass
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import boto3
import typer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from paysync import local
from paysync.adapters.aws.queue import DeadLetters
from paysync.bootstrap import Operator, operator
from paysync.bootstrap.collecting import told_apart
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import SchemeError, SettingsError
from paysync.core.keys import PaymentKey
from paysync.core.times import iso
from paysync.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

LOCAL: Final = "local"
_INVOKE: Final = Config(read_timeout=920, retries={"max_attempts": 0}, tcp_keepalive=True)
"""A run may take a quarter of an hour, in which a NAT forgets a silent connection; it must not be started twice."""

StackOption = Annotated[
    str, typer.Option("--stack", help="The stack: a name, or `local`. Else PAYSYNC_STACK, else samconfig.toml's.")
]
SchemeOption = Annotated[str, typer.Option("--scheme", help="The scheme, where the stack runs several.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on stdout, for machines.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What `--stack` before the command says."""

    name: str = ""


def stack_of(ctx: typer.Context, option: str = "") -> "Stack":
    """The stack that this command is about."""
    chosen = option or (ctx.obj.name if isinstance(ctx.obj, Chosen) else "")
    return Stack(chosen or os.environ.get("PAYSYNC_STACK", "") or _from_samconfig())


def _from_samconfig() -> str:
    try:
        config = tomllib.loads(Path("samconfig.toml").read_text(encoding="utf-8"))
        return str(config["default"]["global"]["parameters"]["stack_name"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        raise unclear("no stack was named", "Use --stack NAME or set PAYSYNC_STACK") from None


class Stack:
    """A deployed stack: its outputs, its functions' settings, and an operator's ports to it."""

    def __init__(self, name: str) -> None:
        self.name = name

    @cached_property
    def session(self) -> boto3.Session:
        """Credentials as boto3 finds them; the local AWS has its own."""
        if self.name != LOCAL:
            return boto3.Session()
        environment = self._local.environment
        return boto3.Session(
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            region_name=environment["AWS_REGION"],
        )

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """The stack's outputs by their names in template.yaml."""
        name = self._local.stack_name if self.name == LOCAL else self.name
        try:
            found = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        except (ClientError, BotoCoreError) as error:
            raise unclear(
                f"stack {self.name} cannot be read: {said(error)}", "Check the name, the region and your rights"
            ) from None
        return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", ())}

    @cached_property
    def settings(self) -> Settings:
        """What reconcile, which may call both vendors, was deployed with."""
        function = self.client("lambda").get_function_configuration(FunctionName=self.outputs["ReconcileFunction"])
        return told_apart(Settings.of(function["Environment"]["Variables"], needs=frozenset({"maycur", "k3cloud"})))

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client of the stack's account."""
        endpoint = self._local.endpoint_url if self.name == LOCAL else None
        try:
            return self.session.client(service, endpoint_url=endpoint, **options)  # type: ignore[call-overload]  # the service's name is a variable
        except BotoCoreError as error:
            raise unclear(f"AWS cannot be reached: {said(error)}", "Set AWS_REGION and your credentials") from None

    @cached_property
    def operator(self) -> Operator:
        """Ledger, queue and clock, in the operator's hand."""
        return operator(
            dynamodb=self.client("dynamodb"),
            sqs=self.client("sqs"),
            secrets=self.client("secretsmanager"),
            settings=self.settings,
        )

    @cached_property
    def who(self) -> str:
        """Who acts, for the record: the identity that AWS knows, and the user of this machine."""
        user = getpass.getuser()
        if self.name == LOCAL:
            return user
        arn = str(self.client("sts").get_caller_identity()["Arn"])
        return f"{arn.rpartition(':')[2]} ({user})"

    @cached_property
    def dead_letters(self) -> DeadLetters:
        """The dead-letter queue's reading side."""
        return DeadLetters(self.client("sqs"), dlq_url=self.settings.dlq_url)

    @cached_property
    def functions(self) -> "LambdaClient":
        """For invoking the stack's functions and waiting for their answer."""
        client: LambdaClient = self.client("lambda", config=_INVOKE)
        return client

    def scheme(self, option: str) -> str:
        """The scheme that is meant: the option, or the only one of the stack."""
        schemes = self.settings.schemes
        if option in self.settings.collections:
            raise unclear(
                f"{option} is a collection, which lookups read and which holds no payment: {self._kept(option)}",
                "`paysync status` shows the collections of the stack; name a scheme here",
            )
        if option and option not in schemes:
            raise unclear(f"the stack does not run a scheme {option!r}", f"Use one of {', '.join(schemes)}")
        return option or schemes[0]

    def keys(self, codes: list[str], scheme: str) -> list[PaymentKey]:
        """The keys that `codes` name. With several schemes and none given, the one whose ledger knows the code."""
        if scheme or len(self.settings.schemes) == 1:
            return [PaymentKey(self.scheme(scheme), code) for code in codes]
        return [self._only_one(code) for code in codes]

    def keys_in_all(self, codes: list[str], scheme: str) -> list[PaymentKey]:
        """The same for looking: with several schemes and none given, every one whose ledger knows the code."""
        if scheme or len(self.settings.schemes) == 1:
            return self.keys(codes, scheme)
        return [key for code in codes for key in self._known(code) or [PaymentKey(self.scheme(""), code)]]

    def is_fetched(self, scheme: str) -> bool:
        """Whether the scheme has a watermark; one that this machine does not have, or cannot read, is taken for one."""
        try:
            return self.operator.scheme(scheme).source.is_fetched
        except SchemeError:
            return True

    def target_of(self, scheme: str) -> str:
        """What a person calls the scheme's target; in general words where this machine does not have the scheme."""
        try:
            return self.operator.scheme(scheme).target.system
        except SchemeError:
            return "the target system"

    def _kept(self, collection: str) -> str:
        stands = self.operator.collected.current(collection)
        if stands is None:
            return "nothing was collected yet"
        return f"{stands.rows} rows, generation {stands.number}, read at {iso(stands.began)}"

    def _only_one(self, code: str) -> PaymentKey:
        known = self._known(code)
        if len(known) > 1:
            raise unclear(f"{code} is known in several schemes", "Name one with --scheme")
        return known[0] if known else PaymentKey(self.scheme(""), code)

    def _known(self, code: str) -> list[PaymentKey]:
        possible = [PaymentKey(scheme, code) for scheme in self.settings.schemes]
        rows = self.operator.ledger.rows(possible)
        return [key for key in possible if key in rows]

    @cached_property
    def _local(self) -> local.LocalStack:
        running = local.current()
        if running is None:
            raise unclear("no local stack is running", "Start one with `paysync local up`")
        return running


def said(error: Exception) -> str:
    """An error's words, to be put into a sentence of ours."""
    return str(error).rstrip(".")


def unclear(what: str, remedy: str) -> SettingsError:
    """The error of a command that cannot find, or may not use, what it is about."""
    return SettingsError(Diagnosis.of(Code.STACK, what=what, remedy=remedy))
