"""check: a read-only look at the target, every night, that finds what would fail before a payment does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, islice
from typing import Final

from paysync.core.collection import LookupKey
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import RunError
from paysync.core.inspection import Check, Inspector, Result, Sample, unseen
from paysync.core.outcomes import Done
from paysync.core.ports import Clock, Journal, Ledger
from paysync.core.records import Row
from paysync.core.scheme import Lookup, Scheme
from paysync.core.scope import scope_of
from paysync.core.states import State
from paysync.core.templates import TemplateFault, render
from paysync.core.times import Instant, local_date

_DAYS: Final = 7
_MOST_PAYMENTS: Final = 500
_DECIDED: Final = frozenset({State.REVIEW, State.REJECTED, State.CLOSED})
"""What failed or was given up is told already; the check is for those to come."""


@dataclass(frozen=True, slots=True)
class CheckPorts:
    """All that the check needs for one scheme. `inspector`: None where its target cannot be looked at."""

    scheme: Scheme
    ledger: Ledger
    inspector: Inspector | None
    clock: Clock
    journal: Journal


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was looked at, and when."""

    scheme: str
    at: Instant
    checks: Sequence[Check]

    @property
    def findings(self) -> Sequence[Check]:
        """What a payment would fail on."""
        return [one for one in self.checks if one.result is Result.FINDING]


def check(ports: CheckPorts) -> CheckReport:
    """Look at the target. Raises RunError where it cannot be asked: that is a check that failed, and no finding."""
    report = CheckReport(ports.scheme.name, ports.clock.now(), _checks(ports))
    ports.journal.count("CheckFindings", len(report.findings))
    for one in report.findings:
        ports.journal.tell("the check of the target has found", about=one.what, diagnosis=one.why)
    return report


def _checks(ports: CheckPorts) -> Sequence[Check]:
    connector = ports.scheme.target.connector
    if ports.inspector is None:
        return [unseen("target", Diagnosis.of(Code.CHECK_NO_INSPECTOR, what=connector))]
    match ports.inspector.inspect(_sample(ports)):
        case Done(checks):
            return checks
        case failure:
            raise RunError(failure.diagnosis, key=ports.scheme.name)


def _sample(ports: CheckPorts) -> Sample:
    rows = _recent_rows(ports)
    asked = {lookup.name: sorted(set(_asked(ports.scheme, lookup, rows))) for lookup in ports.scheme.lookups}
    booked = [row for row in rows if row.state is State.DONE and row.bill]
    last = max(booked, key=lambda row: row.updated, default=None)
    return Sample({name: keys for name, keys in asked.items() if keys}, last.bill if last else None)


def _recent_rows(ports: CheckPorts) -> Sequence[Row]:
    today, scheme = local_date(ports.clock.now()), ports.scheme.name
    days = (today - timedelta(days=back) for back in range(_DAYS))
    keys = chain.from_iterable(ports.ledger.paid_on(scheme, day) for day in days)
    found = ports.ledger.rows(list(islice(keys, _MOST_PAYMENTS)))
    return [row for row in found.values() if row.state not in _DECIDED and row.payment.facts]


def _asked(scheme: Scheme, lookup: Lookup, rows: Sequence[Row]) -> Iterator[LookupKey]:
    for row in rows:
        try:
            scope = scope_of(scheme, row)
            yield tuple(str(render(value, scope)) for _, value in lookup.where)
        except TemplateFault:
            continue
