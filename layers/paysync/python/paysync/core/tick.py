"""What one tick of the stack's schedule starts for one scheme: its run and its remedy, each when its own time has come.

The start of a run is kept in the ledger once it is through, as a cursor: a tick that comes twice starts nothing, and
what failed or was cut by its deadline is due again at the next tick.
"""

from typing import Final

from paysync.core import fetch
from paysync.core.due import Schedule, due
from paysync.core.fetch import FetchPorts, Report
from paysync.core.records import Watermark
from paysync.core.times import Instant

RUN_STARTED: Final = "run_started"
REMEDY_STARTED: Final = "remedy_started"


def tick(ports: FetchPorts, *, deadline: Instant) -> Report:
    """The run, then the remedy, by their schedules. Raises RunError as they do."""
    report = _scheduled_run(ports, deadline)
    told = ports.scheme.source.remedy
    if told:
        started = ports.clock.now()
        last = ports.ledger.watermark(ports.scheme.name, REMEDY_STARTED)
        if due(told.schedule, last.at if last else None, started):
            run_complete, report.complete = report.complete, True
            fetch.remedy(ports, report, deadline=deadline)
            _note(ports, REMEDY_STARTED, last, started, report)
            report.complete = report.complete and run_complete
    return report


def _scheduled_run(ports: FetchPorts, deadline: Instant) -> Report:
    if ports.schedule is None:
        return fetch.run(ports, deadline=deadline)
    return _paced_run(ports, ports.schedule, deadline)


def _paced_run(ports: FetchPorts, schedule: Schedule, deadline: Instant) -> Report:
    started = ports.clock.now()
    last = ports.ledger.watermark(ports.scheme.name, RUN_STARTED)
    if not due(schedule, last.at if last else None, started):
        return Report(due=False)
    report = fetch.run(ports, deadline=deadline)
    _note(ports, RUN_STARTED, last, started, report)
    return report


def _note(ports: FetchPorts, cursor: str, last: Watermark | None, started: Instant, report: Report) -> None:
    if report.complete:
        version = last.version + 1 if last else 1
        ports.ledger.advance(last, Watermark(ports.scheme.name, cursor, started, version))
