"""Each guard of the protocol, and how it is taken out: by patching one place of the core, or of the ledger."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from fakes import ledger
from fakes.ledger import MemoryLedger
from paysync.core import call_back, claim, complete, fetch, intake, make, prepare, push, replay, resolve, review, turn
from paysync.core.bills import Cell
from paysync.core.diagnosis import Diagnosis
from paysync.core.judge import NothingYet
from paysync.core.keys import PaymentKey
from paysync.core.outcomes import Failure
from paysync.core.paging import Leaf
from paysync.core.records import Change, Letter, LockStep, Message, Payment, Row
from paysync.core.scheme import Lookup
from paysync.core.states import Event
from paysync.core.times import NEVER, Instant
from paysync.core.turn import Acknowledge, Desk, GiveBack, Turn
from simulation import pair, world
from simulation.ports import SimOutbox

Saw = Callable[[pytest.MonkeyPatch], None]


def no_fence(patch: pytest.MonkeyPatch) -> None:
    """A row in the same state may be changed by whoever read it once, although others have had it since."""
    original = ledger._holds

    def holds(change: Change, stands: Row) -> bool:
        return original(change, replace(stands, fence=change.before.fence))

    patch.setattr(ledger, "_holds", holds)


def no_look_at_the_state(patch: pytest.MonkeyPatch) -> None:
    """A row may be changed by whoever has its fence, although it has gone on to another state."""
    original = ledger._holds

    def holds(change: Change, stands: Row) -> bool:
        return original(change, replace(stands, state=change.before.state))

    patch.setattr(ledger, "_holds", holds)


def no_fence_for_wake_times(patch: pytest.MonkeyPatch) -> None:
    """Sweep sets the time of a row that somebody has taken in hand since it was read."""
    original = MemoryLedger._wake_later

    def wake_later(self: MemoryLedger, row: Row, at: Instant) -> bool:
        return original(self, self.table[row.key], at)

    patch.setattr(MemoryLedger, "_wake_later", wake_later)


def no_lease(patch: pytest.MonkeyPatch) -> None:
    """A row may be taken while somebody else has it in hand, and no fence tells them apart."""
    original = claim.decide

    def decide(row: Row, attempt: int | None, now: Instant) -> claim.Decision:
        return original(replace(row, lease=None), attempt, now)

    patch.setattr(claim, "decide", decide)
    no_fence(patch)


def no_owner_token(patch: pytest.MonkeyPatch) -> None:
    """A write whose answer was lost is not known again when the client library repeats it."""
    original = MemoryLedger._commit

    def commit(self: MemoryLedger, change: Change, mine: object) -> Any:
        self._last.pop(change.before.key, None)
        return original(self, change, mine)

    patch.setattr(MemoryLedger, "_commit", commit)


def no_source_lock(patch: pytest.MonkeyPatch) -> None:
    """Two payments of one application may be in flight at once."""
    _without(patch, lock=LockStep.KEEP)
    patch.setattr(MemoryLedger, "_lock", lambda *_: None)
    patch.setattr(push, "_without_siblings", lambda waiting, _: (list(waiting), []))


def no_lock_in_review(patch: pytest.MonkeyPatch) -> None:
    """A payment that waits for a person lets go of its application."""

    def park(self: Desk, mine: Turn, diagnosis: Diagnosis, event: Event = Event.PARKED, **_: object) -> None:
        self._ended(mine, event, diagnosis, LockStep.FREE, wake_at=NEVER)

    patch.setattr(turn.Desk, "park", park)


def no_unique_claim(patch: pytest.MonkeyPatch) -> None:
    """One bill may be claimed by two payments."""
    _without(patch, claim=None)


def no_baseline(patch: pytest.MonkeyPatch) -> None:
    """A Push although a bill of unknown origin stands there."""
    patch.setattr(prepare, "_baseline_is_clear", lambda *_: True)


def no_intent(patch: pytest.MonkeyPatch) -> None:
    """A Push without a durable intent before it."""
    patch.setattr(make, "_intend", lambda *_: True)


def no_new_intent_for_a_second_push(patch: pytest.MonkeyPatch) -> None:
    """After a lost session the same intent is used again."""
    original, intended = make._intend, list[Turn]()

    def intend(desk: Desk, mine: Turn) -> bool:
        if any(mine is other for other in intended):
            return True
        intended.append(mine)
        return original(desk, mine)

    patch.setattr(make, "_intend", intend)


def no_quiet_period(patch: pytest.MonkeyPatch) -> None:
    """K3Cloud is asked at once, while the request may still be carried out."""
    patch.setattr(pair, "QUIET", timedelta(seconds=1))


def no_policy(patch: pytest.MonkeyPatch) -> None:
    """A Push without a trace is repeated although the tenant wants such a payment parked."""
    patch.setattr(resolve, "_may_repush", lambda _, mine: not mine.row.repushed)


def no_once(patch: pytest.MonkeyPatch) -> None:
    """What the tenant allows once is done as often as the answer is lost."""
    original = resolve._may_repush

    def may_repush(desk: Desk, mine: Turn) -> bool:
        return original(desk, replace(mine, row=replace(mine.row, repushed=False)))

    patch.setattr(resolve, "_may_repush", may_repush)


def no_second_look(patch: pytest.MonkeyPatch) -> None:
    """What K3Cloud does not show at once counts as not made."""
    patch.setattr(resolve, "LOOKS", 1)


def no_heed_of_what_is_shown(patch: pytest.MonkeyPatch) -> None:
    """A look counts as empty whatever K3Cloud shows."""
    patch.setattr(resolve, "doubt_of", lambda *_: NothingYet())


def no_time_between_looks(patch: pytest.MonkeyPatch) -> None:
    """The second look comes at once, and shows what the first one has shown."""
    patch.setattr(resolve, "_BETWEEN_LOOKS", timedelta())


def no_doubt(patch: pytest.MonkeyPatch) -> None:
    """An unknown answer is taken for a no."""
    patch.setattr(make, "_doubt", lambda desk, mine, why: desk.later(mine, why, event=Event.TURNED_AWAY))


def no_single_source(patch: pytest.MonkeyPatch) -> None:
    """The Push of one payment carries its source twice, as that of a neighbour would be."""
    original = make._request

    def request(desk: Desk, mine: Turn) -> Any:
        made = original(desk, mine)
        facts = mine.row.payment.facts
        return made and facts and {**made, "Numbers": [facts.source.number] * 2}

    patch.setattr(make, "_request", request)


def no_look_at_the_remaining_time(patch: pytest.MonkeyPatch) -> None:
    """A call may begin that the deadline will cut."""
    patch.setattr(Desk, "time_for_a_call", lambda _: True)


def no_read_back_before_submit(patch: pytest.MonkeyPatch) -> None:
    """A bill is submitted on the word of Save's answer."""
    patch.setattr(complete, "read_back_fault", lambda *_: None)


def no_way_back_to_the_bill(patch: pytest.MonkeyPatch) -> None:
    """A row with a bill that is opened again starts from the beginning."""
    for module in (claim, replay, review):
        patch.setattr(module, "resume_event", lambda _: Event.REOPENED)


def no_look_for_other_content(patch: pytest.MonkeyPatch) -> None:
    """A Push although Maycur has corrected the payment since it was claimed."""
    _without(patch, unchanged_content=False)


def no_ledger_before_the_queue(patch: pytest.MonkeyPatch) -> None:
    """The message is sent before its row is written."""
    original = intake._create

    def create(ports: intake.IntakePorts, found: Sequence[Payment]) -> Sequence[Row]:
        if found:
            ports.outbox.send([Message(p.key, p.digest) for p in found])
        return original(ports, found)

    patch.setattr(intake, "_create", create)


def no_ledger_before_the_watermark(patch: pytest.MonkeyPatch) -> None:
    """The watermark moves over a window before its rows are stored."""
    original, held = fetch._take_in, list[Any]()

    def late(ports: fetch.FetchPorts, report: fetch.Report, leaf: Leaf) -> None:
        if held:
            original(*held.pop())
        held.append((ports, report, leaf))

    patch.setattr(fetch, "_take_in", late)


def no_write_before_the_acknowledgement(patch: pytest.MonkeyPatch) -> None:
    """Every message of a batch is deleted, whatever became of its row."""
    patch.setattr(world, "Acknowledge", Acknowledge | GiveBack)


def no_confirmation_of_a_dead_letter(patch: pytest.MonkeyPatch) -> None:
    """A dead letter counts as sent although SQS did not say so."""
    original = SimOutbox.bury

    def bury(self: SimOutbox, letter: Letter) -> bool:
        original(self, letter)
        return True

    patch.setattr(SimOutbox, "bury", bury)


def no_pause_on_credentials(patch: pytest.MonkeyPatch) -> None:
    """Call after call is made with credentials that are refused."""

    def go_on(self: Desk, failure: Failure) -> None:
        del self, failure

    patch.setattr(Desk, "pause_on_credentials", go_on)


def no_debt_on_the_booked_row(patch: pytest.MonkeyPatch) -> None:
    """That a row must be handed on is known only to the invocation that has booked it."""
    original = Desk._ended

    def ended(self: Desk, mine: Turn, *rest: Any, owes_call_back: bool = False, **changes: Any) -> bool:
        stands = original(self, mine, *rest, **changes)
        mine.row = replace(mine.row, owes_call_back=owes_call_back and stands)
        return stands

    patch.setattr(Desk, "_ended", ended)


def no_row_before_its_debt_is_paid(patch: pytest.MonkeyPatch) -> None:
    """The debt is taken from the booked row first, and then the row is handed on."""
    settled, held = call_back._settled, list[Any]()

    def after(*debt: Any) -> bool:
        paid = settled(*debt)
        while held:
            intake.take_in(*held.pop())
        return paid

    patch.setattr(call_back, "take_in", lambda *these: held.append(these))
    patch.setattr(call_back, "_settled", after)


def no_discretion_in_a_reason(patch: pytest.MonkeyPatch) -> None:
    """The bank account that was looked up in vain is named in full."""
    original = prepare._settle_lookup

    def settle(desk: Desk, mine: Turn, lookup: Lookup, results: Sequence[Cell]) -> None:
        original(desk, mine, replace(lookup, within=str(mine.row.payment.record["payerAccountNumber"])), results)

    patch.setattr(prepare, "_settle_lookup", settle)


def no_discretion_in_a_message(patch: pytest.MonkeyPatch) -> None:
    """A message carries the payment, not only its ids."""
    original = SimOutbox.send

    def send(self: SimOutbox, messages: Sequence[Message]) -> frozenset[PaymentKey]:
        table = self.world.ledger.table
        return original(self, [replace(m, digest=f"{dict(table[m.key].payment.record)}") for m in messages])

    patch.setattr(SimOutbox, "send", send)


def no_discretion_in_the_log(patch: pytest.MonkeyPatch) -> None:
    """What is booked is told with its whole record."""
    original = Desk.done

    def done(self: Desk, mine: Turn) -> None:
        original(self, mine)
        self.ports.journal.tell("booked", key=mine.row.key, **dict(mine.row.payment.record))

    patch.setattr(Desk, "done", done)


GUARDS: Final[Mapping[Saw, str]] = {
    no_fence: "I8",
    no_look_at_the_state: "I8",
    no_fence_for_wake_times: "I8",
    no_lease: "I8",
    no_owner_token: "I10",
    no_source_lock: "I7",
    no_lock_in_review: "I7",
    no_unique_claim: "I4",
    no_baseline: "I1",
    no_intent: "I6",
    no_new_intent_for_a_second_push: "I6",
    no_quiet_period: "I7",
    no_policy: "I7",
    no_once: "I7",
    no_second_look: "I7",
    no_heed_of_what_is_shown: "I7",
    no_time_between_looks: "I7",
    no_doubt: "I7",
    no_single_source: "I1",
    no_look_at_the_remaining_time: "time",
    no_read_back_before_submit: "I2",
    no_way_back_to_the_bill: "I1",
    no_look_for_other_content: "I2",
    no_ledger_before_the_queue: "I5",
    no_ledger_before_the_watermark: "I5",
    no_write_before_the_acknowledgement: "I3",
    no_confirmation_of_a_dead_letter: "I3",
    no_pause_on_credentials: "pause",
    no_debt_on_the_booked_row: "I11",
    no_row_before_its_debt_is_paid: "I11",
    no_discretion_in_a_reason: "I9",
    no_discretion_in_a_message: "I9",
    no_discretion_in_the_log: "I9",
}
"""What is taken out, and the promise that breaks without it."""


def _without(patch: pytest.MonkeyPatch, **changes: Any) -> None:
    """The ledger's own judgement of a change, blind to one part of it."""
    original = MemoryLedger._refusal

    def refusal(self: MemoryLedger, change: Change, stands: Row) -> Any:
        return original(self, replace(change, **changes), stands)

    patch.setattr(MemoryLedger, "_refusal", refusal)
