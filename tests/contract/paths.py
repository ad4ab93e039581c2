"""The whole path of an http scheme, ledger and queue in memory, the system behind a real socket."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from contract import example
from contract.benches.jsonapi import JsonApiSource, JsonApiTarget
from fakes.journal import MemoryJournal
from fakes.ledger import MemoryLedger
from fakes.queue import MemoryInbox, MemoryOutbox, MemoryQueue
from fakes.system import START, FakeClock, SeededIds
from paysync.core.fetch import FetchPorts, run
from paysync.core.push import push_batch
from paysync.core.records import Row
from paysync.core.scheme import Scheme
from paysync.core.sweep import SweepPorts, sweep
from paysync.core.times import epoch_ms
from paysync.core.turn import Acknowledge, PushPorts
from simulators.common.running import RunningSimulator

PAID: Final = epoch_ms(START) - 3_600_000
ATTESTED: Final = {"on_unresolved": "repush_once", "attestation": "somebody, 2025-03-03: the vendor keeps keys"}


def variant(*steps: str, **changes: Any) -> Scheme:
    """The example with some of its steps, and with changes."""
    return example.scheme_of_file(example.variant(*steps, **changes))


class System:
    """paysync between a list and the documents of one simulator."""

    def __init__(self, simulator: RunningSimulator, scheme: Scheme) -> None:
        self.books = JsonApiTarget(simulator).with_scheme(scheme)
        self.simulator, self.scheme = simulator, scheme
        self.clock: FakeClock = self.books.clock
        self.ledger, self.ids, self.journal = MemoryLedger(), SeededIds(), MemoryJournal()
        self.queue = MemoryQueue(self.clock, self.ids)
        self.outbox = MemoryOutbox(self.queue, MemoryQueue(self.clock, SeededIds(prefix="d")))
        self.source = JsonApiSource(simulator)

    def close(self) -> None:
        """Give all connections back."""
        self.books.close()
        self.source.close()

    def pay(self, *codes: str, amount: str = "622.00") -> None:
        """Payments on the list, and their rows in the ledger and on the queue."""
        rows = [
            {"id": code, "document": f"FK-{code}", "account": "6222", "amount": amount, "paid_at": PAID}
            for code in codes
        ]
        self.simulator.load(payments=rows)
        report = run(self.fetch, deadline=self.clock.now() + timedelta(minutes=5))
        assert report.new == len(codes)

    @property
    def fetch(self) -> FetchPorts:
        """What fetch stands on."""
        return FetchPorts(
            scheme=self.scheme,
            source=self.source.source(),
            ledger=self.ledger,
            outbox=self.outbox,
            clock=self.clock,
            journal=self.journal,
            since=START - timedelta(days=1),
            code_version="1",
        )

    def push(self) -> None:
        """One delivery of all that is visible."""
        ports = PushPorts(
            scheme=self.scheme,
            ledger=self.ledger,
            target=self.books.target(),
            outbox=self.outbox,
            inbox=MemoryInbox(self.queue),
            clock=self.clock,
            ids=self.ids,
            journal=self.journal,
            integration_user="",
            call_span=timedelta(seconds=90),
            code_version="1",
        )
        received = self.queue.receive()
        deadline = self.clock.now() + timedelta(minutes=3)
        verdicts = push_batch(received, {self.scheme.name: ports}, deadline=deadline)
        for one in received:
            if isinstance(verdicts[one.id], Acknowledge):
                self.queue.delete(one.receipt)

    def settle(self, *, rounds: int = 8) -> None:
        """Let hours pass, with the queue and sweep at work."""
        for _ in range(rounds):
            self.clock.advance(timedelta(minutes=30))
            sweep(SweepPorts(self.scheme, self.ledger, self.outbox, self.clock, self.journal, {}, "1"))
            self.push()

    def row(self, code: str) -> Row:
        """The payment's row."""
        return next(row for key, row in self.ledger.table.items() if key.code == code)

    def history(self, code: str) -> list[str]:
        """What happened to a payment."""
        return [str(entry.event) for entry in self.ledger.history(self.row(code).key)]

    @property
    def documents(self) -> list[Mapping[str, Any]]:
        """The documents in the books."""
        found: list[Mapping[str, Any]] = self.simulator.books()["documents"]
        return found
