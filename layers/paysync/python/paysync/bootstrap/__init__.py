"""Wiring: an environment becomes the ports of a function or of an operator. Only this package knows all adapters.

What is costly to make (clients, connections) is made once per process; what belongs to one run anew for each. A
function imports only what its schemes use: sweep knows no system at all.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from paysync import __version__
from paysync.adapters.aws.shapes import DynamoShapes
from paysync.bootstrap.collecting import collecting
from paysync.bootstrap.connectors import Connectors
from paysync.bootstrap.ground import Ground
from paysync.core.call_back import fault_of
from paysync.core.collect import CollectPorts
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import SchemeError, SettingsError
from paysync.core.fetch import FetchPorts
from paysync.core.probe import PROBE_PAGE_SIZE
from paysync.core.runs import all_that_can_be, tell_failed
from paysync.core.sweep import SweepPorts
from paysync.core.times import Instant
from paysync.core.turn import PushPorts
from paysync.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

    from paysync.adapters.aws.journal import PowertoolsJournal
    from paysync.adapters.system import SystemClock
    from paysync.core.check import CheckPorts
    from paysync.core.collection import CollectedRows
    from paysync.core.ports import Clock, Ledger, Outbox, Source, Target
    from paysync.core.reconcile import ReconcilePorts
    from paysync.core.scheme import Scheme

_UNKNOWN_DEADLINE: Final = timedelta(minutes=15)


def deadline_of(clock: "Clock", context: Any) -> Instant:
    """When Lambda will end this invocation."""
    left = getattr(context, "get_remaining_time_in_millis", None)
    return clock.now() + (timedelta(milliseconds=left()) if left else _UNKNOWN_DEADLINE)


class Function:
    """What the wiring of every function shares."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    @property
    def clock(self) -> "SystemClock":
        """The machine's."""
        return self._ground.clock

    @property
    def journal(self) -> "PowertoolsJournal":
        """With the logger and the metrics that the handler's decorators take."""
        return self._ground.journal


class PushFunction(Function):
    """push: the targets and the ledger."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self._connectors = Connectors(ground)
        self._connectors.prepare(scheme.target.connector for scheme in ground.chosen())
        takers = self.takers()
        for scheme in takers.values():
            if fault := fault_of(scheme, takers):
                error = SchemeError(Diagnosis.of(Code.SCHEME, what=fault))
                tell_failed(scheme.name, error, ground.journal)

    def schemes(self) -> Mapping[str, PushPorts]:
        """The ports of every scheme of the stack that can be made, by the credentials as they are now.

        Messages of the others are not touched, and come again.
        """
        makers = [(scheme.name, partial(self._ports, scheme)) for scheme in self._ground.chosen()]
        return all_that_can_be(makers, journal=self.journal)

    def takers(self) -> "Mapping[str, Scheme]":
        """Every scheme of the stack, whether it can run now or not: rows may be handed on to it."""
        return {scheme.name: scheme for scheme in self._ground.chosen()}

    def _ports(self, scheme: "Scheme") -> PushPorts:
        ground, system = self._ground, self._connectors.named(scheme.target.connector)
        return PushPorts(
            scheme=scheme,
            ledger=ground.ledger,
            target=system.target(scheme),
            outbox=ground.outbox,
            inbox=ground.inbox,
            clock=ground.clock,
            ids=ground.ids,
            journal=ground.journal,
            integration_user=system.user,
            call_span=system.call_span,
            code_version=__version__,
            collected=ground.collected if ground.settings.collections else None,
        )


class FetchFunction(Function):
    """fetch: the sources and the ledger."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self._connectors = Connectors(ground)
        self._connectors.prepare(scheme.source.connector for scheme in fetched(ground, ""))

    def schemes(self, wanted: str) -> Iterator[tuple[str, Callable[[], FetchPorts]]]:
        """What makes the ports of the scheme that is named, or of all that have something to fetch, for one run.

        All share one deadline, so each run begins with another one: the backlog of one does not starve the others.
        """
        found = fetched(self._ground, wanted)
        first = int(self._ground.ids.fraction() * len(found))
        for scheme in (*found[first:], *found[:first]):
            yield scheme.name, partial(self._ports, scheme)

    def collections(self, wanted: str) -> Iterator[tuple[str, Callable[[], CollectPorts]]]:
        """What makes the ports of the collection that is named, or of all, for one run."""
        return collecting(self._ground, self._connectors, wanted)

    def _ports(self, scheme: "Scheme") -> FetchPorts:
        ports = fetch_ports_of(self._ground, scheme, self._connectors.source(scheme))
        if scheme.source.remedy:
            asking = replace(scheme, source=scheme.source.asking_for_remedy())
            ports = replace(ports, remedy=self._connectors.source(asking))
        return replace(ports, schedule=self._ground.schedule(scheme))


class SweepFunction(Function):
    """sweep: the ledger and the queue, no vendor."""

    def schemes(self) -> Iterator[tuple[str, Callable[[], SweepPorts]]]:
        """What makes the ports of every scheme of the stack."""
        all_of_them = {scheme.name: scheme for scheme in self._ground.chosen()}
        for name, scheme in all_of_them.items():
            yield name, partial(self._ports, scheme, all_of_them)

    def _ports(self, scheme: "Scheme", all_of_them: "Mapping[str, Scheme]") -> SweepPorts:
        ground = self._ground
        return SweepPorts(scheme, ground.ledger, ground.outbox, ground.clock, ground.journal, all_of_them, __version__)


class ReconcileFunction(Function):
    """reconcile: source, target and the ledger."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self._connectors = Connectors(ground)

    def schemes(self, wanted: str) -> "Iterator[tuple[str, Callable[[], ReconcilePorts]]]":
        """What makes the ports of the scheme that is named, or of all, for one run."""
        for scheme in self._ground.chosen(wanted):
            yield scheme.name, partial(self._ports, scheme)

    def checks(self, wanted: str) -> "Iterator[tuple[str, Callable[[], CheckPorts]]]":
        """What makes the look at the target of the scheme that is named, or of all."""
        for scheme in self._ground.chosen(wanted):
            yield f"check of {scheme.name}", partial(check_ports_of, self._ground, scheme, self._connectors)

    def _ports(self, scheme: "Scheme") -> "ReconcilePorts":
        from paysync.core.handed_over import HandedOver
        from paysync.core.reconcile import ReconcilePorts

        source = self._connectors.source(scheme) if scheme.source.is_fetched else HandedOver()
        fetch = fetch_ports_of(self._ground, scheme, source)
        system = self._connectors.named(scheme.target.connector)
        return ReconcilePorts(fetch, system.target(scheme), system.user)

    def keep(self, scheme: str, document: Mapping[str, Any]) -> None:
        """Keep a report in the ledger's table."""
        from paysync.adapters.aws.reports import keep_report

        ground = self._ground
        keep_report(ground.dynamodb, ground.settings.table, scheme, document, at=ground.clock.now())

    def keep_check(self, scheme: str, document: Mapping[str, Any]) -> None:
        """Keep what a check has seen in the ledger's table."""
        from paysync.adapters.aws.reports import keep_check

        ground = self._ground
        keep_check(ground.dynamodb, ground.settings.table, scheme, document, at=ground.clock.now())


class Operator:
    """A person's hands on a stack: the ledger and the queue, and the vendors to look at."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.clock: Clock = ground.clock
        self.ledger: Ledger = ground.ledger
        self.collected: CollectedRows = ground.collected
        self.outbox: Outbox = ground.outbox

    def scheme(self, name: str) -> "Scheme":
        """A scheme of the stack with its parameters."""
        return self._ground.scheme(name)

    def since(self, name: str) -> Instant:
        """Where the scheme's first window starts."""
        return self._ground.since(self.scheme(name))

    def target(self, name: str) -> "Target":
        """The scheme's target, to ask it afresh."""
        return Connectors(self._ground).target(self.scheme(name))

    def check_ports(self, name: str) -> "CheckPorts":
        """What looks at a scheme's target without changing anything."""
        return check_ports_of(self._ground, self.scheme(name), Connectors(self._ground))

    def probe_source(self, name: str) -> "Source":
        """The scheme's source with two rows a page, which tells the readings of its page number apart."""
        (scheme,) = fetched(self._ground, name)
        small = replace(scheme, source=replace(scheme.source, page_size=PROBE_PAGE_SIZE))
        return Connectors(self._ground).source(small)


def push_ports(environment: Mapping[str, str]) -> PushFunction:
    """What functions/push stands on."""
    return PushFunction(Ground.of_function(Settings.of(environment, needs=frozenset({"k3cloud"}))))


def fetch_ports(environment: Mapping[str, str]) -> FetchFunction:
    """What functions/fetch stands on."""
    return FetchFunction(Ground.of_function(Settings.of(environment, needs=frozenset({"maycur", "k3cloud"}))))


def sweep_ports(environment: Mapping[str, str]) -> SweepFunction:
    """What functions/sweep stands on."""
    return SweepFunction(Ground.of_function(Settings.of(environment)))


def reconcile_ports(environment: Mapping[str, str]) -> ReconcileFunction:
    """What functions/reconcile stands on."""
    return ReconcileFunction(Ground.of_function(Settings.of(environment, needs=frozenset({"maycur", "k3cloud"}))))


def operator(
    *,
    dynamodb: "DynamoDBClient",
    sqs: "SQSClient",
    secrets: "SecretsManagerClient",
    settings: Settings,
) -> Operator:
    """An operator at a stack, by clients of its account."""
    from paysync.adapters.aws.journal import PowertoolsJournal, quiet_logger

    journal = PowertoolsJournal(quiet_logger())
    return Operator(Ground(settings, dynamodb=dynamodb, sqs=sqs, secrets=secrets, journal=journal))


def fetched(ground: Ground, wanted: str) -> "tuple[Scheme, ...]":
    """The scheme that is named, or all of the stack, without those whose rows another scheme hands over."""
    if wanted in ground.settings.collections:
        return ()
    found = tuple(scheme for scheme in ground.chosen(wanted) if scheme.source.is_fetched)
    if wanted and not found:
        raise SettingsError(Diagnosis.of(Code.NOT_FETCHED, scheme=wanted))
    return found


def check_ports_of(ground: Ground, scheme: "Scheme", connectors: Connectors) -> "CheckPorts":
    """One scheme's ports for one look at its target, and at a source that can be looked at, whoever makes it."""
    from paysync.core.check import CheckPorts
    from paysync.core.inspection import Several

    looks = [connectors.named(scheme.target.connector).inspector(scheme)]
    if scheme.source.is_fetched:
        looks.append(connectors.named(scheme.source.connector).source_inspector(scheme))
    made = [look for look in looks if look is not None]
    inspector = Several(*made) if made else None
    return CheckPorts(scheme, ground.ledger, inspector, ground.clock, ground.journal)


def fetch_ports_of(ground: Ground, scheme: "Scheme", source: "Source") -> FetchPorts:
    """One scheme's ports for one run of fetch, whoever makes it."""
    return FetchPorts(
        scheme=scheme,
        source=source,
        ledger=ground.ledger,
        outbox=ground.outbox,
        clock=ground.clock,
        journal=ground.journal,
        since=ground.since(scheme),
        shapes=DynamoShapes(ground.dynamodb, ground.settings.table, ground.journal),
        code_version=__version__,
    )
