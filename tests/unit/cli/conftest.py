"""A stack whose ledger and queues are moto's. Only where to find them is given, everything else is the real command."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeAlias, cast
from unittest import mock

import pytest
from botocore.exceptions import ClientError

from fakes import aws
from fakes import builders as b
from fakes.system import START
from paysync.adapters.system import SystemClock
from paysync.bootstrap.collecting import told_apart
from paysync.cli.main import main
from paysync.cli.stack import Stack
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.ports import Ledger
from paysync.core.records import Lease, Row, RowChanges
from paysync.core.states import Event
from paysync.core.turn import deliver_letter
from paysync.schemes.load import load
from paysync.settings import Settings

HANDED_ON: Final = Path(__file__).parents[1] / "core" / "handed-on.yaml"
NOBODY_LISTENS: Final = "http://127.0.0.1:9/"
SETTINGS: Final = {
    "STAGE": "test",
    "SCHEME": b.SCHEME,
    "TABLE": "ledger",
    "FETCH_SINCE": "2025-01-01T00:00:00+08:00",
    "RULE_ID": "R-1",
    "QUIET_PERIOD_SECONDS": "600",
    "ON_UNRESOLVED": "park",
    "ALLOW_PLAIN_HTTP": "true",
    "MAYCUR_REQUESTS_PER_SECOND": "10",
    "SAFETY_DELAY_SECONDS": "60",
    "MAYCUR_URL": NOBODY_LISTENS,
    "MAYCUR_SECRET": "maycur",
    "K3CLOUD_URL": NOBODY_LISTENS,
    "K3CLOUD_SECRET": "k3cloud",
}
SECRETS: Final = {
    "maycur": {"app_code": "A", "app_secret": "s"},
    "k3cloud": {
        "acct_id": "64a1f0c2b3d4e5",
        "user_name": "webapi_user",
        "app_id": "900001_MDE3N2I2PzBrPzg4OD45N3IhK3B1InIk",
        "app_secret": "0123456789abcdef0123456789abcdef",
        "lcid": 2052,
        "org_num": "0",
    },
}
UNAUDITED: Final = Diagnosis.of(Code.SOURCE_NOT_AUDITED, number="FKSQ-1", status="B")


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def documents(self) -> list[Any]:
        """One JSON document per line of stdout."""
        return [json.loads(line) for line in self.out.splitlines()]


class Terminal(io.StringIO):
    """A person at a keyboard, who types just this."""

    def isatty(self) -> bool:
        """It is one."""
        return True


Run: TypeAlias = Callable[..., Answer]


def command(*arguments: str, types: str | None = None) -> Answer:
    """`paysync ARGUMENTS` as the shell runs it; `types` is what a person answers, None is a pipe without anybody."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    keyboard = io.StringIO() if types is None else Terminal(types)
    with (
        mock.patch.object(sys, "argv", ["paysync", *arguments]),
        mock.patch.object(sys, "stdin", keyboard),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Answer(code, out.getvalue(), err.getvalue())


@dataclass
class Functions:
    """Lambda, as far as a command sees it: what was invoked, and what the functions answer."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    invoked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def invoke(self, **request: Any) -> dict[str, Any]:
        """The next answer; `errorMessage` in it is a function that failed, `refused` what Lambda says instead."""
        self.invoked.append((request["FunctionName"], json.loads(request["Payload"])))
        answer = self.answers.pop(0)
        if "refused" in answer:
            raise ClientError({"Error": {"Code": answer["refused"], "Message": "Rate Exceeded."}}, "Invoke")
        payload = {"Payload": io.BytesIO(json.dumps(answer).encode())}
        return payload | ({"FunctionError": "Unhandled"} if "errorMessage" in answer else {})


class Stand:
    """The stack behind the commands."""

    def __init__(self) -> None:
        self.pauses: list[timedelta] = []
        """What the commands would have waited."""
        self.sqs: Any = aws.client("sqs")
        self.queue, self.dlq = (self.sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("main", "dead"))
        aws.client("dynamodb").create_table(TableName="ledger", **aws.table_of_template())
        for name, secret in SECRETS.items():
            aws.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(secret))
        self.environment = {**SETTINGS, "QUEUE_URL": self.queue, "DLQ_URL": self.dlq}
        self.functions = Functions()

    @property
    def settings(self) -> Settings:
        """As reconcile was deployed with."""
        named = {f"PAYSYNC_{name}": value for name, value in self.environment.items()}
        return Settings.of(named, needs=frozenset({"maycur", "k3cloud"}))

    @cached_property
    def ledger(self) -> Ledger:
        """The operator's own."""
        return Stack("test").operator.ledger

    def seen(self, code: str = "PAY-1", number: str = "FKSQ-1", scheme: str = b.SCHEME) -> Row:
        """A payment that fetch has seen."""
        row = b.row(b.payment(code, number=number, scheme=scheme, digest=f"digest of {code}"))
        (created,) = self.ledger.create([row], b.entry(row, Event.SEEN, actor="fetch"))
        return created

    def moved(self, row: Row, event: Event, why: Diagnosis | None = None, **changes: Any) -> Row:
        """The next step of its life."""
        parts = cast("RowChanges", {"diagnosis": why, **changes})
        change = b.change(row, event, **parts)
        self.ledger.commit(change)
        return change.after

    def claimed(self, code: str = "PAY-1") -> Row:
        """A payment in the hands of a push that is long gone."""
        lease = Lease("token", START + timedelta(minutes=4))
        return self.moved(self.seen(code, number=f"FKSQ-{code}"), Event.CLAIMED, fence=1, lease=lease)

    def rejected(self, code: str = "PAY-1", why: Diagnosis = UNAUDITED) -> Row:
        """A payment that push has rejected, with its dead letter."""
        refused = self.moved(self.claimed(code), Event.REFUSED, why, lease=None, owes_letter=True)
        outbox = Stack("test").operator.outbox
        delivered = deliver_letter(self.ledger, outbox, refused, refused.updated, "push")
        assert delivered is not None
        return delivered

    def parked(self, code: str = "PAY-1", why: Diagnosis | None = None) -> Row:
        """A payment that waits for a person."""
        reason = why or Diagnosis.of(Code.LOOKUP_NONE, lookup="pay_org", form="CN_BANKACNT", number="FKSQ-1")
        return self.moved(self.claimed(code), Event.PARKED, reason, lease=None)

    def row(self, code: str) -> Row:
        """As it stands."""
        return self.ledger.rows([b.key(code)])[b.key(code)]

    def messages(self, url: str) -> list[dict[str, Any]]:
        """What a queue shows now, without taking it."""
        found = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
        return [json.loads(message["Body"]) for message in found]

    def everything(self) -> object:
        """All that a command might have changed."""
        table = aws.client("dynamodb").scan(TableName="ledger")["Items"]
        items = sorted(json.dumps(item, sort_keys=True, default=str) for item in table)
        depths = [self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"]) for url in (self.queue, self.dlq)]
        counts = [depth["Attributes"]["ApproximateNumberOfMessages"] for depth in depths]
        return items, counts, list(self.functions.invoked)


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    """A stack `test` with an empty ledger, which PAYSYNC_STACK names."""
    for name, value in {
        "AWS_DEFAULT_REGION": aws.ACCESS["region_name"],
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "PAYSYNC_STACK": "test",
        "COLUMNS": "400",
    }.items():
        monkeypatch.setenv(name, value)
    with aws.in_process():
        made = Stand()
        outputs = {"FetchFunction": "fetch", "ReconcileFunction": "reconcile"}
        monkeypatch.setattr(Stack, "session", property(lambda _stack: aws._session()))  # a new one is slow
        monkeypatch.setattr(Stack, "settings", property(lambda _stack: told_apart(made.settings)))
        monkeypatch.setattr(Stack, "outputs", property(lambda _stack: outputs))
        monkeypatch.setattr(Stack, "functions", property(lambda _stack: made.functions))
        monkeypatch.setattr(SystemClock, "pause", lambda _clock, span: made.pauses.append(span))
        yield made


@pytest.fixture
def two_schemes(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> Stand:
    """A stack that also runs a scheme without anything to fetch."""
    stand.environment["SCHEME"] = f"{b.SCHEME},handed-on"

    def loaded(name: str, *rest: Any) -> Any:
        return load(HANDED_ON) if name == "handed-on" else load(name, *rest)

    monkeypatch.setattr("paysync.bootstrap.ground.load", loaded)
    return stand


@pytest.fixture
def run() -> Run:
    """Runs a command."""
    return command
