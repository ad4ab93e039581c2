"""What every ledger promises of a change, of locks and claims, and when an answer is lost."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from conformance.ledger_steps import BILL, SECOND, SOURCE, claimed, created, full, stands
from fakes import builders as b
from fakes.system import START
from paysync.core.errors import DefectError
from paysync.core.keys import BillKey
from paysync.core.ports import Ledger
from paysync.core.records import (
    BillRef,
    Change,
    Committed,
    Intent,
    LockStep,
    Refused,
    Row,
    Watermark,
)
from paysync.core.states import Event, State

if TYPE_CHECKING:
    from conformance.conftest import Bench


class TestCommit:
    """One change, with all that belongs to it, or nothing of it."""

    def test_everything_changes_together_in_one_request(self, bench: "Bench") -> None:
        """Row, history, counts, lock and claim, by one write request."""
        (row,) = created(bench.ledger)
        before = bench.writes()
        change = b.change(row, Event.BILL_FOUND, bill=BillRef(BILL), lock=LockStep.TAKE, claim=BILL.id)
        assert bench.ledger.commit(change) == Committed(change.after)
        assert bench.writes() == before + 1
        assert stands(bench.ledger, row) == change.after
        assert bench.ledger.lock_owner(SOURCE) == row.key
        assert bench.ledger.bill_owners([BILL, BillKey("AP_PAYBILL", "2")]) == {BILL: row.key}
        assert [line.event for line in bench.ledger.history(row.key)] == [Event.SEEN, Event.BILL_FOUND]
        assert bench.ledger.counts(b.SCHEME).states == {State.PUSHED: 1}

    def test_every_field_can_be_set_and_cleared(self, bench: "Bench") -> None:
        """What is None, empty or False afterwards is so in the ledger."""
        (row,) = created(bench.ledger)
        filled = full(replace(row, updated=row.updated + SECOND))
        bench.ledger.commit(Change(row, filled, b.entry(filled, Event.NOTED)))
        assert stands(bench.ledger, row) == filled
        cleared = replace(row, fence=8, updated=filled.updated + SECOND)
        bench.ledger.commit(Change(filled, cleared, b.entry(cleared, Event.NOTED)))
        assert stands(bench.ledger, row) == cleared

    @pytest.mark.parametrize("stale", ["fence", "state"])
    def test_a_stale_change_is_refused_with_the_row(self, bench: "Bench", stale: str) -> None:
        """Fence and state must be those of `before`; the refusal shows what stands there, and nothing has changed."""
        (row,) = created(bench.ledger)
        moved = claimed(row) if stale == "fence" else b.change(row, Event.PARKED)
        bench.other.commit(moved)
        late = b.change(row, Event.BILL_FOUND, bill=BillRef(BILL), claim=BILL.id)
        assert bench.ledger.commit(late) == Refused(row=moved.after)
        assert stands(bench.ledger, row) == moved.after
        assert bench.ledger.bill_owners([BILL]) == {}
        assert len(bench.ledger.history(row.key)) == 2
        assert sum(bench.ledger.counts(b.SCHEME).states.values()) == 1

    def test_one_of_many_claims_wins(self, bench: "Bench") -> None:
        """Two sandboxes that read the same row cannot both claim it."""
        (row,) = created(bench.ledger)
        results = [hand.commit(claimed(row)) for hand in (bench.ledger, bench.other, bench.ledger)]
        assert [type(result) for result in results] == [Committed, Refused, Refused]

    def test_a_change_of_nothing_is_a_defect(self, bench: "Bench") -> None:
        """A row that is not in the ledger cannot be changed into it."""
        with pytest.raises(DefectError):
            bench.ledger.commit(claimed(b.row()))

    def test_what_others_wrote_meanwhile_stays(self, bench: "Bench") -> None:
        """`changed` and `wake_at` are others' as well: a change that does not mean them leaves them."""
        (row,) = created(bench.ledger)
        bench.ledger.commit(first := claimed(row))
        held = first.after
        seen = b.sighting(row)
        bench.other.sighted(row.key, seen, b.entry(row, Event.CHANGED, actor="fetch"))
        bench.other.wake_later(held, START + timedelta(days=1))
        step = b.change(held, Event.INTENT_WRITTEN, intent=Intent("t", 1, (), None, "", START))
        bench.ledger.commit(step)
        assert stands(bench.ledger, row) == replace(step.after, changed=seen, wake_at=START + timedelta(days=1))

    def test_a_wake_time_of_ones_own_is_written(self, bench: "Bench") -> None:
        """Who owns the fence may move `wake_at`, whatever sweep did to it."""
        (row,) = created(bench.ledger)
        bench.other.wake_later(row, START + timedelta(days=1))
        step = b.change(row, Event.WAITED, wake_at=START + timedelta(hours=2))
        bench.ledger.commit(step)
        assert stands(bench.ledger, row).wake_at == START + timedelta(hours=2)

    def test_unchanged_content_is_asked_for(self, bench: "Bench") -> None:
        """With other content sighted, a change that needs the known one is refused with the row that shows it."""
        (row,) = created(bench.ledger)
        bench.other.sighted(row.key, seen := b.sighting(row), b.entry(row, Event.CHANGED))
        step = b.change(row, Event.INTENT_WRITTEN, unchanged_content=True)
        assert bench.ledger.commit(step) == Refused(row=replace(row, changed=seen))
        assert isinstance(bench.ledger.commit(replace(step, unchanged_content=False)), Committed)

    def test_accepting_content_takes_just_the_one_that_was_seen(self, bench: "Bench") -> None:
        """A change that takes over the sighted content is refused when yet another one has been sighted meanwhile."""
        (row,) = created(bench.ledger)
        bench.other.sighted(row.key, first := b.sighting(row), b.entry(row, Event.CHANGED))
        seen = replace(row, changed=first)
        accept = b.change(seen, Event.NOTED, payment=first.payment, changed=None, fence=1)
        second = b.sighting(row, digest="d3", amount="5.00")
        bench.other.sighted(row.key, second, b.entry(row, Event.CHANGED, note="again"))
        assert bench.ledger.commit(accept) == Refused(row=replace(row, changed=second))
        bench.other.sighted(row.key, first, b.entry(row, Event.CHANGED, note="and back"))
        assert isinstance(bench.ledger.commit(accept), Committed)
        assert stands(bench.ledger, row) == accept.after


class TestLocksAndClaims:
    """Who holds a source document, who owns a bill."""

    def two(self, ledger: Ledger) -> tuple[Row, Row]:
        """Two payments of one payment application, spelled as the ERP would compare it."""
        rows = created(ledger, b.row(), b.row(b.payment("PAY-2", number="fksq-1  ")))
        return rows[0], rows[1]

    def test_a_held_lock_refuses_and_names_its_owner(self, bench: "Bench") -> None:
        """The lock alone is the reason, so the row is not named; nothing has changed."""
        first, second = self.two(bench.ledger)
        bench.ledger.commit(claimed(first))
        assert bench.other.commit(claimed(second)) == Refused(lock_owner=first.key)
        assert stands(bench.ledger, second) == second

    def test_the_owner_takes_its_lock_again(self, bench: "Bench") -> None:
        """The lock belongs to the payment, not to the attempt."""
        first, _ = self.two(bench.ledger)
        bench.ledger.commit(one := claimed(first))
        assert isinstance(bench.other.commit(claimed(one.after)), Committed)

    def test_a_lock_is_taken_only_from_the_named_owner(self, bench: "Bench") -> None:
        """`lock_from` names whom it may be taken from; anybody else's stays."""
        first, second = self.two(bench.ledger)
        bench.ledger.commit(claimed(first))
        wrong = replace(claimed(second), lock_from=b.key("PAY-9"))
        assert bench.other.commit(wrong) == Refused(lock_owner=first.key)
        assert isinstance(bench.other.commit(replace(wrong, lock_from=first.key)), Committed)
        assert bench.ledger.lock_owner(SOURCE) == second.key

    def test_a_freed_lock_is_free(self, bench: "Bench") -> None:
        """Final state and release are one change; the sibling then gets the lock."""
        first, second = self.two(bench.ledger)
        bench.ledger.commit(one := claimed(first))
        bench.ledger.commit(b.change(one.after, Event.REFUSED, lock=LockStep.FREE))
        assert bench.ledger.lock_owner(SOURCE) is None
        assert isinstance(bench.other.commit(claimed(second)), Committed)

    def test_freeing_what_is_free_changes_nothing_else(self, bench: "Bench") -> None:
        """A row may end without ever having held the lock."""
        first, _ = self.two(bench.ledger)
        assert isinstance(bench.ledger.commit(b.change(first, Event.REFUSED, lock=LockStep.FREE)), Committed)

    def test_anothers_lock_is_neither_freed_nor_in_the_way(self, bench: "Bench") -> None:
        """A change that frees a lock which has passed to another is made, and the other keeps it."""
        first, second = self.two(bench.ledger)
        bench.ledger.commit(claimed(second))
        bench.lose_the_next_answer()
        change = b.change(first, Event.REFUSED, lock=LockStep.FREE)
        assert bench.ledger.commit(change) == Committed(change.after)
        assert stands(bench.ledger, first) == change.after
        assert bench.ledger.lock_owner(SOURCE) == second.key

    def test_a_bill_has_one_owner(self, bench: "Bench") -> None:
        """A claimed bill refuses another payment and names its owner; the owner may claim it again."""
        first, second = self.two(bench.ledger)
        bench.ledger.commit(one := b.change(first, Event.BILL_FOUND, claim=BILL.id, bill=BillRef(BILL)))
        late = b.change(second, Event.BILL_FOUND, claim=BILL.id, bill=BillRef(BILL))
        assert bench.other.commit(late) == Refused(bill_owner=first.key)
        again = b.change(one.after, Event.SAVED, claim=BILL.id)
        assert isinstance(bench.ledger.commit(again), Committed)

    def test_a_refusal_names_every_reason_and_no_other(self, bench: "Bench") -> None:
        """Row, lock and bill, each with what stands there."""
        first, second = self.two(bench.ledger)
        bench.ledger.commit(replace(b.change(first, Event.BILL_FOUND, claim=BILL.id), lock=LockStep.TAKE))
        bench.ledger.commit(now := b.change(second, Event.WAITED, fence=1))
        late = b.change(second, Event.BILL_FOUND, lock=LockStep.TAKE, claim=BILL.id)
        assert bench.other.commit(late) == Refused(now.after, first.key, first.key)
        assert bench.other.commit(replace(late, claim=None)) == Refused(now.after, first.key)
        assert bench.other.commit(replace(late, lock=LockStep.KEEP)) == Refused(now.after, bill_owner=first.key)

    def test_many_bills_are_asked_for_at_once(self, bench: "Bench") -> None:
        """Only those with an owner are in the answer."""
        assert bench.ledger.bill_owners(BillKey("AP_PAYBILL", str(i)) for i in range(130)) == {}


class TestLostAnswers:
    """boto3 repeats a request whose answer was lost: the change counts as made, once."""

    def test_a_change_whose_answer_was_lost_is_made_once(self, bench: "Bench") -> None:
        """Committed, one line of history, exact counts."""
        (row,) = created(bench.ledger)
        bench.lose_the_next_answer()
        change = b.change(row, Event.BILL_FOUND, claim=BILL.id, bill=BillRef(BILL), lock=LockStep.TAKE)
        assert bench.ledger.commit(change) == Committed(change.after)
        assert len(bench.ledger.history(row.key)) == 2
        assert bench.ledger.counts(b.SCHEME).states == {State.PUSHED: 1}

    def test_a_refusal_whose_answer_was_lost_stays_a_refusal(self, bench: "Bench") -> None:
        """Asking twice does not turn a no into a yes."""
        (row,) = created(bench.ledger)
        bench.other.commit(claimed(row))
        bench.lose_the_next_answer()
        assert isinstance(bench.ledger.commit(claimed(row)), Refused)

    def test_sweep_in_between_does_not_hide_our_own_write(self, bench: "Bench") -> None:
        """A later wake time and a sighting leave the write token alone."""
        (row,) = created(bench.ledger)
        change = claimed(row)
        bench.lose_the_next_answer(lambda: bench.other.wake_later(change.after, START + timedelta(days=1)))
        assert isinstance(bench.ledger.commit(change), Committed)

    def test_wake_sighting_cursor_and_note(self, bench: "Bench") -> None:
        """The single writes answer True and write once, too."""
        (row,) = created(bench.ledger)
        bench.lose_the_next_answer()
        assert bench.ledger.wake_later(row, START + SECOND)
        bench.lose_the_next_answer()
        assert bench.ledger.sighted(row.key, b.sighting(row), b.entry(row, Event.CHANGED))
        mark = Watermark(b.SCHEME, "head", START, 1)
        bench.lose_the_next_answer()
        assert bench.ledger.advance(None, mark)
        bench.lose_the_next_answer()
        assert bench.ledger.advance(mark, replace(mark, version=2))
        bench.lose_the_next_answer()
        bench.ledger.note(row.key, b.entry(row, Event.NOTED, note="late answer"))
        assert len(bench.ledger.history(row.key)) == 3
