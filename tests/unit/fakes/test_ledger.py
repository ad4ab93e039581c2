"""What the ledger in memory offers to a simulation beyond the port: hooks around every operation, a lagging index."""

import pytest

from fakes import builders as b
from fakes.faults import Moment
from fakes.ledger import MemoryLedger
from paysync.core.states import Event, State
from paysync.core.times import NEVER


class CrashError(Exception):
    """The sandbox is gone."""


def test_every_operation_can_be_cut_before_and_after() -> None:
    """Before: it never arrived. After: it stands, and nobody knows."""
    cut: tuple[str, Moment] | None = None
    seen: list[tuple[str, Moment]] = []

    def hook(name: str, moment: Moment) -> None:
        seen.append((name, moment))
        if (name, moment) == cut:
            raise CrashError

    ledger = MemoryLedger(io=hook)
    row = b.row()
    ledger.create([row], b.entry(row, Event.SEEN))
    assert seen == [("create", "before"), ("create", "after")]
    cut = ("commit", "before")
    with pytest.raises(CrashError):
        ledger.commit(b.change(row, Event.PARKED))
    assert ledger.table[row.key].state is State.NEW
    cut = ("commit", "after")
    with pytest.raises(CrashError):
        ledger.commit(b.change(row, Event.PARKED))
    assert ledger.table[row.key].state is State.REVIEW


def test_a_lagging_index_names_rows_that_have_gone_on() -> None:
    """It lists work and decides nothing: a reader must look at the row."""
    ledger = MemoryLedger(lag=1)
    row = b.row()
    ledger.create([row], b.entry(row, Event.SEEN))
    assert ledger.unsettled(b.SCHEME, State.NEW, due=NEVER, limit=9, taken=False) == []
    ledger.commit(b.change(row, Event.PARKED, fence=1))
    assert ledger.unsettled(b.SCHEME, State.REVIEW, due=NEVER, limit=9) == []
    assert ledger.unsettled(b.SCHEME, State.NEW, due=NEVER, limit=9) == [row.key]
