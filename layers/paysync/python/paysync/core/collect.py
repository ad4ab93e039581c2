"""collect: the rows of a form become one generation of a collection. Complete or not at all; reads the form only.

A collection saves questions, it decides nothing alone: what it does not know, or knows twice, is asked live. So a
failure here is told and counted and stops nobody (docs/decisions/lookups-ask-live.md).
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from paysync.core.collection import Cells, CollectedRows, Collection, FormRows, Generation
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import PaysyncError, RunError
from paysync.core.outcomes import Done
from paysync.core.ports import Clock, Journal
from paysync.core.times import Instant

_HEADROOM: Final = timedelta(seconds=60)
"""What one page, or storing all of them, may still take."""
_MOST_OF_A_KEY: Final = 200
"""A key that more rows share finds nothing here, and is asked live."""
MOST_ROWS: Final = 50_000
"""More do not fit into a function's memory, nor into a run."""


@dataclass(frozen=True, slots=True)
class CollectPorts:
    """All that collecting needs for one collection."""

    collection: Collection
    form: FormRows
    kept: CollectedRows
    clock: Clock
    journal: Journal


@dataclass(frozen=True, slots=True)
class CollectReport:
    """What became of it. `due`: whether it was time; `failed`: why the old generation stays."""

    collection: str
    due: bool = True
    generation: int = 0
    rows: int = 0
    failed: Diagnosis | None = None


def collect(ports: CollectPorts, *, deadline: Instant, now_whatever: bool = False) -> CollectReport:
    """Read the form and make what it showed the current generation, if it is time. Never raises what stops fetch."""
    name = ports.collection.name
    before = ports.kept.current(name)
    if before and not now_whatever and not _is_due(ports.collection, before, ports.clock.now()):
        return CollectReport(name, due=False, generation=before.number, rows=before.rows)
    try:
        after = _collected(ports, before, deadline)
    except PaysyncError as error:
        ports.journal.tell("a collection was not read; lookups ask live", collection=name, diagnosis=error.diagnosis)
        ports.journal.count("CollectionFailed")
        return CollectReport(
            name, generation=before.number if before else 0, rows=before.rows if before else 0, failed=error.diagnosis
        )
    ports.journal.count("CollectedRows", after.rows)
    return CollectReport(name, generation=after.number, rows=after.rows)


def _is_due(collection: Collection, last: Generation, now: Instant) -> bool:
    return last.of != collection.version or now - last.began >= collection.every


def _collected(ports: CollectPorts, before: Generation | None, deadline: Instant) -> Generation:
    collection, began = ports.collection, ports.clock.now()
    rows = _rows(ports, deadline)
    after = Generation(before.number + 1 if before else 1, began, len(rows), collection.version)
    by_key: dict[str, list[Cells]] = {}
    for row in rows:
        for key in collection.keys_of(row):
            by_key.setdefault(key, []).append(row)
    few = {key: found for key, found in by_key.items() if len(found) <= _MOST_OF_A_KEY}
    if not ports.kept.replace(collection.name, before, after, few):
        ports.journal.tell("another run has collected it meanwhile", collection=collection.name)
        return ports.kept.current(collection.name) or after
    return after


def _rows(ports: CollectPorts, deadline: Instant) -> list[Cells]:
    """Every row, page after page by ascending id: a row that comes or goes meanwhile moves no other one.

    Only an empty page is the end: a short one may have been cut in silence (k3cloud-webapi.md 5.1).
    """
    rows: list[Cells] = []
    last = 0
    while True:
        if deadline - ports.clock.now() < _HEADROOM:
            raise _cut(ports, Code.COLLECTION_NO_TIME, len(rows))
        match ports.form.page(last):
            case Done(page):
                if not page:
                    return rows
                rows += [cells for _, cells in page]
                last = page[-1][0]
            case failure:
                raise RunError(failure.diagnosis, key=ports.collection.name)
        if len(rows) > MOST_ROWS:
            raise _cut(ports, Code.COLLECTION_TOO_LARGE, len(rows))


def _cut(ports: CollectPorts, code: Code, rows: int) -> RunError:
    return RunError(Diagnosis.of(code, rows=rows), key=ports.collection.name)
