"""An answer about bills that contradicts itself: only the payment that it is about waits for a person."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from fakes import builders as b
from fakes.journal import MemoryJournal
from fakes.ledger import MemoryLedger
from fakes.queue import MemoryInbox, MemoryOutbox, MemoryQueue
from fakes.system import START, FakeClock, SeededIds
from paysync.core.bills import BillHead, Inquiry
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.keys import PaymentKey
from paysync.core.outcomes import DefinitelyNot, Done, Outcome
from paysync.core.prepare import prepare
from paysync.core.reading import payments
from paysync.core.records import Committed, Doubt, Intent, LockStep, Received
from paysync.core.resolve import resolve
from paysync.core.states import Event, State
from paysync.core.times import epoch_ms
from paysync.core.turn import Desk, PushPorts, Turn
from paysync.schemes.load import load

CODES = ("P1", "P2", "P3")
PAID = {"submittedAt": epoch_ms(START)}
INTENT = Intent("token", 1, baseline=(), open_amount=None, source_id="", sender_dead_at=START)


class Target:
    """Its ways of asking disagree about one payment. Nothing else is asked of it here."""

    def __init__(self, disagrees_about: str) -> None:
        self.disagrees_about = disagrees_about
        self.asked: list[tuple[str, ...]] = []

    def existing(
        self, asked: Sequence[Inquiry], *, creators: bool = False
    ) -> Outcome[Mapping[PaymentKey, Sequence[BillHead]]]:
        """None for each, unless that one is among them."""
        del creators
        self.asked.append(tuple(one.payment.code for one in asked))
        if self.disagrees_about in self.asked[-1]:
            return DefinitelyNot(Diagnosis.of(Code.DOUBT_UNTRUSTED))
        return Done({one.payment: () for one in asked})

    def lookup(self, name: str, asked: Sequence[tuple[str, ...]]) -> Outcome[Mapping[tuple[str, ...], Sequence[str]]]:
        """One result for each."""
        del name
        return Done(dict.fromkeys(asked, ("6222",)))


def taken(target: Target, *moves: tuple[Event, dict[str, Any]]) -> tuple[Desk, list[Turn]]:
    """Three payments in one hand, after these moves."""
    scheme = load("reimbursement-to-paybill", {"bill_type": "T", "purpose": "P", "since": "2025-01-01"})
    ledger, clock, ids = MemoryLedger(), FakeClock(), SeededIds()
    outbox = MemoryOutbox(MemoryQueue(clock, ids), MemoryQueue(clock, SeededIds(prefix="d")))
    ports = PushPorts(
        *(scheme, ledger, cast("Any", target), outbox, MemoryInbox(outbox.queue), clock, ids),
        journal=MemoryJournal(),
        integration_user="integration",
        call_span=timedelta(seconds=30),
        code_version="1",
    )
    turns = []
    for code in CODES:
        raw = {"formCode": code, "coverEmployeeId": "E", "legalEntityBizCode": "101", "amount": Decimal(1), **PAID}
        new = b.row(payments(scheme, raw, now=START)[0])
        row = ledger.create([new], b.entry(new, Event.SEEN))[0]
        for event, changes in moves:
            moved = ledger.commit(b.change(row, event, lock=LockStep.TAKE, **changes))
            assert isinstance(moved, Committed)
            row = moved.row
        turns.append(Turn(Received(code, code, 1, None), row))
    return Desk(ports, deadline=START + timedelta(minutes=3)), turns


@pytest.mark.parametrize(
    ("works", "moves", "left"),
    [
        (prepare, [], State.NEW),
        (
            resolve,
            [(Event.INTENT_WRITTEN, {"intent": INTENT}), (Event.ANSWER_LOST, {"doubt": Doubt(START)})],
            State.IN_DOUBT,
        ),
    ],
)
def test_only_the_payment_in_question_waits(
    works: Callable[[Desk, list[Turn]], None], moves: list[tuple[Event, dict[str, Any]]], left: State
) -> None:
    """The batch is asked for once, then each alone; the neighbours go on as if nothing had been."""
    target = Target("P2")
    desk, turns = taken(target, *moves)
    works(desk, turns)
    assert [turn.row.state for turn in turns] == [left, State.REVIEW, left]
    assert turns[1].row.diagnosis == Diagnosis.of(Code.DOUBT_UNTRUSTED, system="K3Cloud")
    assert target.asked == [CODES, ("P1",), ("P2",), ("P3",)]
