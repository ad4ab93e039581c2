"""A hand on the ledger for tests of one phase: a target that answers as scripted, and claimed payments before it."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final, cast

from fakes import builders as b
from fakes.journal import MemoryJournal
from fakes.ledger import MemoryLedger
from fakes.queue import MemoryInbox, MemoryOutbox, MemoryQueue
from fakes.system import START, FakeClock, SeededIds
from paysync.core.keys import PaymentKey, SourceKey
from paysync.core.money import Amount
from paysync.core.outcomes import Done
from paysync.core.records import Committed, Facts, Lease, LockStep, Payment, Received, Row, Scalar
from paysync.core.scheme import Scheme
from paysync.core.states import Event
from paysync.core.times import epoch_ms
from paysync.core.turn import Desk, PushPorts, Turn
from simulation.pair import NAME, SOURCE_FORM, scheme

ACCOUNT: Final = "6222000011112222"
ORGANISATION: Final = 100003
MINE: Final = "paysync"
DEADLINE: Final = START + timedelta(minutes=3)


class Target:
    """Answers each operation with its scripted outcome, or with what a scripted function gives; remembers the calls."""

    def __init__(self, **script: Any) -> None:
        self.script: Mapping[str, Any] = {"lookup": _one_organisation, **script}
        self.calls: list[str] = []

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(*asked: Any, **_: Any) -> Any:
            self.calls.append(operation)
            answer = self.script[operation]
            return answer(*asked) if callable(answer) else answer

        return call


def _one_organisation(name: str, asked: Any) -> Any:
    del name
    return Done(dict.fromkeys(asked, (ORGANISATION,)))


def desk_of(target: Target, of: Scheme | None = None) -> Desk:
    """The hand of one invocation at the start of its three minutes."""
    clock, ids = FakeClock(), SeededIds()
    outbox = MemoryOutbox(MemoryQueue(clock, ids), MemoryQueue(clock, SeededIds(prefix="d")))
    ports = PushPorts(
        scheme=of or scheme(),
        ledger=MemoryLedger(),
        target=cast("Any", target),
        outbox=outbox,
        inbox=MemoryInbox(outbox.queue),
        clock=clock,
        ids=ids,
        journal=MemoryJournal(),
        integration_user=MINE,
        call_span=timedelta(seconds=25),
        code_version="1",
    )
    return Desk(ports, deadline=DEADLINE)


def payment(code: str = "P1", amount: str = "40.00", number: str = "FK-1") -> Payment:
    """A payment of the simulated scheme."""
    record: dict[str, Scalar] = {
        "paymentBizCode": code,
        "payeeTargetBusinessCode": number,
        "payerAccountNumber": ACCOUNT,
        "payableAmount": Decimal(amount),
        "auditTimeStamp": epoch_ms(START),
    }
    facts = Facts(SourceKey(SOURCE_FORM, number), Amount(Decimal(amount), "CNY"), START)
    return Payment(PaymentKey(NAME, code), record, f"digest of {code}", facts)


def taken(desk: Desk, *moves: tuple[Event, dict[str, Any]], of: Payment | None = None) -> Turn:
    """A payment that this hand has claimed, after these moves."""
    new = b.row(of or payment())
    row = ledger_of(desk).create([new], b.entry(new, Event.SEEN))[0]
    lease = Lease("t", DEADLINE + timedelta(minutes=1))
    for event, changes in ((Event.CLAIMED, {"fence": 1, "lease": lease}), *moves):
        moved = ledger_of(desk).commit(b.change(row, event, after=timedelta(), lock=LockStep.TAKE, **changes))
        assert isinstance(moved, Committed)
        row = moved.row
    return Turn(Received(row.key.code, row.key.code, 1, None), row)


def ledger_of(desk: Desk) -> MemoryLedger:
    """The ledger behind it."""
    return cast("MemoryLedger", desk.ports.ledger)


def row_of(desk: Desk, turn: Turn) -> Row:
    """The payment's row as it stands in the ledger, whatever the hand believes."""
    return ledger_of(desk).table[turn.row.key]


def events_of(desk: Desk, turn: Turn) -> list[Event]:
    """Its history since it was claimed, as it was written: here all happens in one moment."""
    return [entry.event for entry in ledger_of(desk)._lines[turn.row.key]][2:]


def overtaken(desk: Desk, turn: Turn, answer: Any) -> Callable[..., Any]:
    """Somebody else claims the payment while the call is under way; then it is answered."""

    def call(*_: Any) -> Any:
        overtake(desk, turn)
        return answer

    return call


def overtake(desk: Desk, turn: Turn) -> Row:
    """Somebody else claims the payment."""
    row = row_of(desk, turn)
    moved = ledger_of(desk).commit(b.change(row, Event.CLAIMED, after=timedelta(), fence=row.fence + 1))
    assert isinstance(moved, Committed)
    return moved.row
