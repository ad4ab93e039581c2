"""What every function of a stack stands on: settings, clock, ledger, queue, schemes. Made once per process."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

from paysync.adapters.aws.collected import DynamoCollectedRows
from paysync.adapters.aws.journal import PowertoolsJournal
from paysync.adapters.aws.ledger import SHARDS, DynamoLedger
from paysync.adapters.aws.queue import SqsInbox, SqsOutbox
from paysync.adapters.aws.secrets import Secrets
from paysync.adapters.system import SystemClock, SystemIds
from paysync.bootstrap.collecting import told_apart
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.due import Schedule
from paysync.core.errors import SettingsError
from paysync.core.scheme import Scheme
from paysync.core.times import Instant, iso
from paysync.schemes.binding import bindings
from paysync.schemes.load import Overrides, load
from paysync.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

AWS: Final = Config(
    connect_timeout=3, read_timeout=10, retries={"mode": "standard", "max_attempts": 4}, tcp_keepalive=True
)


class Ground:
    """The ports that any function may need. Clients are made by the caller: in Lambda, or for an operator's stack."""

    def __init__(
        self,
        settings: Settings,
        *,
        dynamodb: "DynamoDBClient",
        sqs: "SQSClient",
        secrets: "SecretsManagerClient",
        journal: PowertoolsJournal | None = None,
    ) -> None:
        self.settings = settings = told_apart(settings)
        self.dynamodb = dynamodb
        self.clock = SystemClock()
        self.ids = SystemIds()
        self.journal = journal or PowertoolsJournal()
        self.secrets = Secrets(secrets, clock=self.clock)
        self.outbox = SqsOutbox(sqs, queue_url=settings.queue_url, dlq_url=settings.dlq_url, journal=self.journal)
        self.inbox = SqsInbox(sqs, queue_url=settings.queue_url, journal=self.journal)
        shard = int(self.ids.fraction() * SHARDS)
        self.ledger = DynamoLedger(dynamodb, settings.table, clock=self.clock, ids=self.ids, shard=shard)
        self.collected = DynamoCollectedRows(dynamodb, settings.table, clock=self.clock, ids=self.ids)
        self._schemes: dict[str, Scheme] = {}

    @classmethod
    def of_function(cls, settings: Settings) -> "Ground":
        """In Lambda: clients of the function's own account and region."""
        return cls(
            settings,
            dynamodb=boto3.client("dynamodb", config=AWS),
            sqs=boto3.client("sqs", config=AWS),
            secrets=boto3.client("secretsmanager", config=AWS),
        )

    def chosen(self, wanted: str = "") -> tuple[Scheme, ...]:
        """The scheme that is named; without a name every scheme of the stack, in the order of its parameter."""
        return tuple(self.scheme(name) for name in ([wanted] if wanted else self.settings.schemes))

    def scheme(self, wanted: str = "") -> Scheme:
        """The checked scheme with this stack's parameters; the stack's first where none is named."""
        known = self.settings.schemes
        name = wanted or known[0]
        if name not in known:
            what = f"is {wanted!r}: use one of {', '.join(known)}"
            raise SettingsError(Diagnosis.of(Code.SETTING, setting="scheme", what=what))
        if name not in self._schemes:
            self._schemes[name] = load(name, self._bindings[name], _overrides(self.settings))
        return self._schemes[name]

    def since(self, scheme: Scheme) -> Instant:
        """Where the scheme's first window starts: its own start, else the stack's; of the first scheme the later one.

        So that a scheme which is moved to the first place never books again what was booked before its start.
        """
        stacks, own = self.settings.fetch_since, scheme.source.since
        if own is None:
            return stacks
        return max(stacks, own) if self._is_first(scheme) else own

    def schedule(self, scheme: Scheme) -> Schedule | None:
        """The scheme's own pace; the first scheme's is the stack's, which is the tick itself."""
        return None if self._is_first(scheme) else scheme.source.schedule

    def _is_first(self, scheme: Scheme) -> bool:
        return scheme.name == self.settings.schemes[0]

    @cached_property
    def _bindings(self) -> Mapping[str, Mapping[str, str]]:
        known = self.settings
        since = iso(known.fetch_since)
        return bindings(known.schemes, rule_id=known.rule_id, since=since, given=known.scheme_parameters)


def _overrides(settings: Settings) -> Overrides:
    return Overrides(
        quiet_period=settings.quiet_period,
        on_unresolved=settings.on_unresolved,
        attestation=settings.attestation or None,
        requests_per_second=settings.maycur_requests_per_second,
        safety_delay=settings.safety_delay,
    )
