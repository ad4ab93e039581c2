"""The ledger's table on moto, with a wire on which answers can be scripted."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from fakes import aws
from fakes import builders as b
from fakes.journal import MemoryJournal
from fakes.system import FakeClock, SeededIds
from paysync.adapters.aws.ledger import DynamoLedger
from paysync.core.records import Row
from paysync.core.states import Event

TABLE = "ledger"


@dataclass
class Ground:
    """A fresh table, a ledger on it, and what both stand on."""

    client: Any
    wire: aws.Wire
    clock: FakeClock
    ids: SeededIds
    ledger: DynamoLedger

    def created(self, row: Row | None = None) -> Row:
        """A row in the ledger, as fetch puts it there."""
        row = row or b.row()
        return self.ledger.create([row], b.entry(row, Event.SEEN, actor="fetch"))[0]

    def stands(self, row: Row) -> Row:
        """The row as it stands now."""
        return self.ledger.rows([row.key])[row.key]


@pytest.fixture
def moto() -> Iterator[None]:
    """AWS in this process."""
    with aws.in_process():
        yield


@pytest.fixture
def ground(moto: None) -> Ground:  # noqa: ARG001 - it must be there
    """The ledger's table, empty."""
    client = aws.client("dynamodb")
    client.create_table(TableName=TABLE, **aws.table_of_template())
    clock, ids = FakeClock(), SeededIds()
    return Ground(client, aws.Wire(client), clock, ids, DynamoLedger(client, TABLE, clock=clock, ids=ids, shard=3))


@pytest.fixture
def journal() -> MemoryJournal:
    """A journal that remembers."""
    return MemoryJournal()
