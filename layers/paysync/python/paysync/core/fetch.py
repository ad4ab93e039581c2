"""fetch: paid rows into the ledger first, then their messages onto the queue; the watermark only over what is stored.

A run reads `[watermark − overlap, now − safety delay)`: new rows first, then the overlap with a cursor of its own,
because a row can appear behind the watermark. A nightly deep scan looks back further, a backfill reads any range.
A row that is known and unchanged costs no write.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from paysync.core.diagnosis import Diagnosis
from paysync.core.due import Schedule
from paysync.core.errors import RunError
from paysync.core.intake import Intake, take_in
from paysync.core.paging import Failed, Leaf, Stuck, leaves
from paysync.core.ports import Clock, Journal, Ledger, Outbox, Source
from paysync.core.reading import key_text, payments, skipped
from paysync.core.records import Payment, Watermark
from paysync.core.scheme import Scheme
from paysync.core.shape import Seen, Shapes, watch
from paysync.core.times import MILLISECOND, Instant, Window

PAID: Final = "paid"
OVERLAP: Final = "overlap"
DEEP: Final = "deep"
REMEDY: Final = "remedy"
_HEADROOM: Final = timedelta(seconds=60)
"""Time that one window may still take; a run stops at a window's boundary before that."""


@dataclass(frozen=True, slots=True)
class FetchPorts:
    """All that fetch needs for one scheme. `since`: where the very first window starts; nothing earlier is queued.

    `schedule`: the scheme's own pace, None to run at every tick. `remedy`: the source by the
    remedy's request, where the scheme has one.
    """

    scheme: Scheme
    source: Source
    ledger: Ledger
    outbox: Outbox
    clock: Clock
    journal: Journal
    since: Instant
    code_version: str
    actor: str = "fetch"
    schedule: Schedule | None = None
    remedy: Source | None = None
    shapes: Shapes | None = None
    """Where the shape of the source's rows is kept; None: nobody looks at it."""
    rows: Seen | None = None
    """The rows of this run, while it looks at their shape."""
    floor: Instant | None = None
    """For a request that need not ask by paid time: nothing paid before this is taken, whatever window shows it."""


@dataclass(slots=True)
class Report(Intake):
    """What one run did. `reached`: how far its range was read; `complete` unless the deadline cut it.

    `due`: whether it was the scheme's time at all.
    """

    due: bool = True
    skipped: int = 0
    windows: int = 0
    reached: Instant | None = None
    complete: bool = True
    stuck: list[Diagnosis] = field(default_factory=list)
    drift: Diagnosis | None = None


def run(ports: FetchPorts, *, deadline: Instant) -> Report:
    """One scheduled run: what is new, then the overlap again. Raises RunError with nothing half-done."""
    report, ports = Report(), replace(ports, rows=Seen())
    mark = ports.ledger.watermark(ports.scheme.name, PAID)
    start = max(mark.at, ports.since) if mark else ports.since
    end = ports.clock.now() - ports.scheme.source.safety_delay
    report.complete = _has_time(ports, deadline)
    if report.complete and end > start:
        _read_new(ports, report, mark, Window(start, end), deadline)
    if report.complete:
        _read_again(ports, report, OVERLAP, _before(start, ports.scheme.source.overlap), deadline)
    report.drift = _drift(ports)
    ports.journal.count("WatermarkLagSeconds", _lag(ports))
    return report


def deep_scan(ports: FetchPorts, *, deadline: Instant) -> Report:
    """Read again, far behind the watermark, what a caller-supplied paid time may have put there since."""
    report, ports = Report(), replace(ports, rows=Seen())
    mark = ports.ledger.watermark(ports.scheme.name, PAID)
    if mark:
        _read_again(ports, report, DEEP, _before(mark.at, ports.scheme.source.deep_scan), deadline)
        report.drift = _drift(ports)
    return report


def remedy(ports: FetchPorts, report: Report, *, deadline: Instant) -> None:
    """Read the remedy's span again by the remedy's request. Nothing paid before `since` is taken, whatever it shows."""
    told = ports.scheme.source.remedy
    if told is None or ports.remedy is None:
        return
    end = ports.clock.now() - ports.scheme.source.safety_delay
    asking = replace(ports, source=ports.remedy, floor=ports.since)
    _read_again(asking, report, REMEDY, Window(end - told.span, end), deadline)


def backfill(ports: FetchPorts, window: Window, *, deadline: Instant) -> Report:
    """Read any range again, also before `since`. Moves no cursor; `report.reached` says where to go on when cut."""
    report = Report(reached=window.start)
    for leaf in _leaves(ports, window, report, deadline):
        take_in(ports, report, _payments_of(ports, report, leaf))
        report.reached = leaf.window.end
    return report


def _read_new(ports: FetchPorts, report: Report, mark: Watermark | None, window: Window, deadline: Instant) -> None:
    """Leaf by leaf, oldest first. A stuck millisecond holds the watermark; later windows are read all the same."""
    held = False
    for leaf in _leaves(ports, window, report, deadline):
        _take_in(ports, report, leaf)
        held = held or isinstance(leaf, Stuck)
        if held:
            continue
        moved = Watermark(ports.scheme.name, PAID, leaf.window.end, mark.version + 1 if mark else 1)
        if not ports.ledger.advance(mark, moved):
            report.complete = False
            ports.journal.tell("another run has moved the watermark")
            return
        mark = moved
        report.reached = moved.at


def _before(end: Instant, span: timedelta) -> Window | None:
    """What is to be read again; None where the scheme does not want it."""
    return Window(end - span, end) if span else None


def _read_again(ports: FetchPorts, report: Report, cursor: str, window: Window | None, deadline: Instant) -> None:
    """Read `window` again from where its cursor was cut; a finished pass starts over next time."""
    if window is None or window.end <= ports.since:
        return
    if not _has_time(ports, deadline):
        report.complete = False
        return
    begin, end = max(ports.since, window.start), window.end
    mark = ports.ledger.watermark(ports.scheme.name, cursor)
    start = mark.at if mark and begin < mark.at < end else begin
    reached = start
    for leaf in _leaves(ports, Window(start, end), report, deadline):
        _take_in(ports, report, leaf)
        reached = leaf.window.end
    at = begin if reached >= end else reached
    if mark is None or mark.at != at:
        version = mark.version + 1 if mark else 1
        ports.ledger.advance(mark, Watermark(ports.scheme.name, cursor, at, version, only_forward=False))


def _leaves(ports: FetchPorts, window: Window, report: Report, deadline: Instant) -> Iterator[Leaf | Stuck]:
    source = ports.scheme.source
    for piece in window.pieces(source.max_window):
        found = leaves(
            piece, ports.source.page, paging=source.paging, page_size=source.page_size, key_of=_key_reader(ports.scheme)
        )
        for leaf in found:
            if isinstance(leaf, Failed):
                raise RunError(leaf.failure.diagnosis, key=ports.scheme.name)
            if isinstance(leaf, Stuck):
                report.stuck.append(leaf.diagnosis)
                ports.journal.count("PageStuck")
                ports.journal.tell("the watermark waits", diagnosis=leaf.diagnosis)
            report.windows += 1
            if ports.rows is not None:
                ports.rows.add(leaf.rows)
            yield leaf
            if not _has_time(ports, deadline):
                report.complete = report.complete and leaf.window.end >= window.end
                if leaf.window.end < window.end:
                    return


def _has_time(ports: FetchPorts, deadline: Instant) -> bool:
    return deadline - ports.clock.now() >= _HEADROOM


def _key_reader(scheme: Scheme) -> Callable[[Mapping[str, object]], str | None]:
    return lambda raw: key_text(scheme, raw)


def _take_in(ports: FetchPorts, report: Report, leaf: Leaf | Stuck) -> None:
    """All of a window but the row too many that asking a millisecond early brings at `since`."""
    found = _payments_of(ports, report, leaf)
    wanted = [payment for payment in found if not _too_early(ports, payment)]
    report.skipped += len(found) - len(wanted)
    take_in(ports, report, wanted)


def _too_early(ports: FetchPorts, payment: Payment) -> bool:
    if payment.facts is None:
        return False
    before_floor = ports.floor is not None and payment.facts.paid_at < ports.floor
    return before_floor or ports.since - MILLISECOND <= payment.facts.paid_at < ports.since


def _payments_of(ports: FetchPorts, report: Report, leaf: Leaf | Stuck) -> Sequence[Payment]:
    found: list[Payment] = []
    for raw in leaf.rows:
        found.extend(payments(ports.scheme, raw, now=ports.clock.now()))
        report.skipped += skipped(ports.scheme, raw)
    return found


def _drift(ports: FetchPorts) -> Diagnosis | None:
    if ports.shapes is None or ports.rows is None:
        return None
    return watch(ports.shapes, ports.journal, ports.scheme.name, ports.rows)


def _lag(ports: FetchPorts) -> float:
    mark = ports.ledger.watermark(ports.scheme.name, PAID)
    return (ports.clock.now() - mark.at).total_seconds() if mark else 0.0
