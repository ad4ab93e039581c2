"""What every ledger promises, asked of the fake, of the adapter on moto, and of the adapter on a local AWS."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from fakes import builders as b
from fakes.system import START
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import DefectError
from paysync.core.keys import BillKey, PaymentKey, SourceKey
from paysync.core.ports import Ledger
from paysync.core.records import (
    BillRef,
    Change,
    Committed,
    Doubt,
    Intent,
    Lease,
    LockStep,
    Pause,
    Refused,
    Row,
    Watermark,
)
from paysync.core.states import Event, State
from paysync.core.times import NEVER

if TYPE_CHECKING:
    from conformance.conftest import Bench

SOURCE = SourceKey(b.FORM, "FKSQ-1")
BILL = BillKey("AP_PAYBILL", "100001")
SECOND = timedelta(seconds=1)


def created(ledger: Ledger, *rows: Row) -> list[Row]:
    """Rows in the ledger, as fetch puts them there."""
    rows = rows or (b.row(),)
    return list(ledger.create(rows, b.entry(rows[0], Event.SEEN, actor="fetch")))


def stands(ledger: Ledger, row: Row) -> Row:
    """The row as it stands now."""
    return ledger.rows([row.key])[row.key]


def claimed(row: Row) -> Change:
    """The claim of a row, with its lock."""
    lease = Lease(f"lease{row.fence + 1}", START + timedelta(minutes=4))
    return b.change(row, Event.CLAIMED, fence=row.fence + 1, lease=lease, lock=LockStep.TAKE)


def full(row: Row) -> Row:
    """A row with a value in every field."""
    return replace(
        row,
        fence=7,
        lease=Lease("lease", START),
        intent=Intent("token", 6, ("1", "2"), Decimal("10.5"), "src-1", START + SECOND),
        doubt=Doubt(START + SECOND, 1),
        bill=BillRef(BILL, "FKD-1"),
        not_ours=("3",),
        diagnosis=Diagnosis.of(Code.ERP_TIMEOUT, vendor="超时"),
        waits_for=b.key("PAY-0"),
        retries=3,
        owes_letter=True,
        repushed=True,
        changed=b.sighting(row),
    )


class TestRows:
    """Reading and first writing."""

    def test_a_row_comes_back_as_it_was_written(self, bench: "Bench") -> None:
        """Every field, Chinese text and exact decimals included."""
        row = full(b.row())
        created(bench.ledger, row)
        assert stands(bench.ledger, row) == row

    def test_a_row_without_facts_comes_back(self, bench: "Bench") -> None:
        """A payment that does not fit the scheme is kept with its fault, REJECTED and owing a letter."""
        payment = replace(b.payment(), facts=None, fault=Diagnosis.of(Code.PAYMENT_BAD_FIELD, field="amount"))
        (row,) = created(bench.ledger, b.row(payment))
        assert stands(bench.ledger, row) == row
        assert (row.state, row.owes_letter) == (State.REJECTED, True)

    def test_absent_rows_are_left_out(self, bench: "Bench") -> None:
        """Only rows that exist are in the answer; asking for none, or twice for one, is allowed."""
        (row,) = created(bench.ledger)
        assert bench.ledger.rows([row.key, b.key("PAY-404"), row.key]) == {row.key: row}
        assert bench.ledger.rows([]) == {}

    def test_more_rows_than_one_request_takes(self, bench: "Bench") -> None:
        """Both writing and reading go beyond the limits of one request."""
        rows = [b.row(b.payment(f"PAY-{i}")) for i in range(105)]
        assert created(bench.ledger, *rows) == rows
        assert bench.ledger.rows(row.key for row in rows) == {row.key: row for row in rows}
        assert bench.ledger.counts(b.SCHEME).states == {State.NEW: 105}

    def test_a_known_row_is_not_overwritten(self, bench: "Bench") -> None:
        """The answer has what stands there; new rows beside it are written, and the count is exact."""
        (old,) = created(bench.ledger)
        changed = claimed(old)
        bench.ledger.commit(changed)
        again = [b.row(b.payment("PAY-2")), b.row(b.payment(amount="7.00", digest="other")), b.row(b.payment("PAY-3"))]
        assert created(bench.ledger, *again) == [again[0], changed.after, again[2]]
        assert bench.ledger.counts(b.SCHEME).states == {State.NEW: 3}

    def test_one_key_twice_in_one_call(self, bench: "Bench") -> None:
        """The first of them is written; both answers say what stands there."""
        first, second = b.row(), b.row(b.payment(digest="other"))
        assert created(bench.ledger, first, second) == [first, first]

    def test_the_raw_row_is_kept_beside(self, bench: "Bench") -> None:
        """The whole row of the source is there when asked for, and never comes with the row."""
        created(bench.ledger, b.row(b.payment(raw='{"更多": 1}')), b.row(b.payment("PAY-2")))
        assert bench.ledger.raw(b.key()) == '{"更多": 1}'
        assert bench.ledger.raw(b.key("PAY-2")) == ""
        assert bench.ledger.raw(b.key("PAY-404")) == ""
        assert stands(bench.ledger, b.row()).payment.raw == ""

    def test_creating_is_safe_when_the_answer_is_lost(self, bench: "Bench") -> None:
        """The repeated request writes nothing twice and answers with the rows."""
        rows = [b.row(b.payment(f"PAY-{i}")) for i in range(3)]
        bench.lose_the_next_answer()
        assert created(bench.ledger, *rows) == rows
        assert bench.ledger.counts(b.SCHEME).states == {State.NEW: 3}
        assert len(bench.ledger.history(b.key("PAY-0"))) == 1

    def test_reading_writes_nothing(self, bench: "Bench") -> None:
        """Seeing a known row again costs no write request."""
        (row,) = created(bench.ledger)
        before = bench.writes()
        bench.ledger.rows([row.key])
        bench.ledger.history(row.key)
        bench.ledger.raw(row.key)
        bench.ledger.counts(b.SCHEME)
        bench.ledger.unsettled(b.SCHEME, State.NEW, due=NEVER, limit=10, taken=False)
        assert bench.writes() == before


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


class TestSightings:
    """Other content of a known row."""

    def test_a_sighting_touches_nothing_else(self, bench: "Bench") -> None:
        """Only `changed` differs afterwards, and the history tells of it; a second time is answered False."""
        (row,) = created(bench.ledger)
        seen = b.sighting(row)
        assert bench.ledger.sighted(row.key, seen, b.entry(row, Event.CHANGED))
        assert stands(bench.ledger, row) == replace(row, changed=seen)
        assert not bench.other.sighted(row.key, seen, b.entry(row, Event.CHANGED, note="again"))
        assert [line.event for line in bench.ledger.history(row.key)] == [Event.SEEN, Event.CHANGED]

    def test_the_raw_row_of_accepted_content_takes_over(self, bench: "Bench") -> None:
        """`raw` is that of the content which the row has."""
        (row,) = created(bench.ledger, b.row(b.payment(raw="old")))
        seen = b.sighting(row, raw="new")
        bench.ledger.sighted(row.key, seen, b.entry(row, Event.CHANGED))
        assert bench.ledger.raw(row.key) == "old"
        now = stands(bench.ledger, row)
        assert now.changed is not None
        bench.ledger.commit(b.change(now, Event.NOTED, payment=now.changed.payment, changed=None, fence=1))
        assert bench.ledger.raw(row.key) == "new"

    def test_a_sighting_of_nothing_is_a_defect(self, bench: "Bench") -> None:
        """There must be a row to stand on."""
        with pytest.raises(DefectError):
            bench.ledger.sighted(b.key(), b.sighting(b.row()), b.entry(b.row(), Event.CHANGED))


class TestHistory:
    """The life of a payment."""

    def test_oldest_first_whatever_the_order_of_writing(self, bench: "Bench") -> None:
        """By time; within a millisecond by the fence, then by what causes what."""
        (row,) = created(bench.ledger)
        wanted = [Event.CLAIMED, Event.INTENT_WRITTEN, Event.BILL_MADE, Event.SAVED, Event.SUBMITTED, Event.COMPLETED]
        lines = [replace(b.entry(row, event), fence=1) for event in wanted]
        later = replace(b.entry(row, Event.NOTED), at=row.updated + SECOND)
        for line in (later, *reversed(lines)):
            bench.ledger.note(row.key, line)
        assert bench.ledger.history(row.key) == [b.entry(row, Event.SEEN, actor="fetch"), *lines, later]

    def test_evidence_is_not_overwritten_by_other_evidence(self, bench: "Bench") -> None:
        """Two notes of one moment both stay; the same note written twice stands once."""
        (row,) = created(bench.ledger)
        for note in ("a", "b", "a"):
            bench.ledger.note(row.key, b.entry(row, Event.NOTED, note=note))
        assert sorted(line.note for line in bench.ledger.history(row.key)) == ["", "a", "b"]

    def test_a_line_comes_back_whole(self, bench: "Bench") -> None:
        """With its diagnosis, its actor, its bill and its note."""
        line = replace(
            b.entry(b.row(), Event.NOTED), diagnosis=Diagnosis.of(Code.DOUBT_NONE, n=1), note="查无", bill="7"
        )
        bench.ledger.note(b.key(), line)
        assert bench.ledger.history(b.key()) == [line]

    def test_a_row_tells_its_state_in_the_first_line(self, bench: "Bench") -> None:
        """One entry serves a whole chunk of new rows; each line has its own row's state."""
        bad = b.row(replace(b.payment("PAY-2"), facts=None, fault=Diagnosis.of(Code.PAYMENT_NO_KEY)))
        created(bench.ledger, b.row(), bad)
        assert bench.ledger.history(bad.key)[0].state is State.REJECTED


class TestListsAndCounts:
    """What sweep, status and reconcile read."""

    def test_only_what_is_due_and_longest_due_first(self, bench: "Bench") -> None:
        """Rows in the state whose time has come, up to the limit."""
        rows = [
            replace(b.row(b.payment(f"PAY-{i}")), wake_at=START + timedelta(minutes=5 - i), fence=1) for i in range(5)
        ]
        created(bench.ledger, *rows)
        due = START + timedelta(minutes=3)
        found = bench.ledger.unsettled(b.SCHEME, State.NEW, due=due, limit=10)
        assert found == [b.key("PAY-4"), b.key("PAY-3"), b.key("PAY-2")]
        assert bench.ledger.unsettled(b.SCHEME, State.NEW, due=due, limit=2) == [b.key("PAY-4"), b.key("PAY-3")]
        assert bench.ledger.unsettled("other", State.NEW, due=due, limit=2) == []

    def test_rows_that_nobody_has_claimed_lie_apart(self, bench: "Bench") -> None:
        """A backlog does not hide the rows that were in hand; a claim moves a row over."""
        fresh, taken = created(bench.ledger, b.row(), b.row(b.payment("PAY-2", number="FKSQ-2")))
        bench.ledger.commit(claimed(taken))
        assert bench.ledger.unsettled(b.SCHEME, State.NEW, due=NEVER, limit=9, taken=True) == [taken.key]
        assert bench.ledger.unsettled(b.SCHEME, State.NEW, due=NEVER, limit=9, taken=False) == [fresh.key]

    def test_a_row_rejected_at_first_sight_is_found(self, bench: "Bench") -> None:
        """Nobody has claimed it, but it owes a letter: it does not lie apart."""
        bad = b.row(replace(b.payment(), facts=None, fault=Diagnosis.of(Code.PAYMENT_NO_KEY)))
        created(bench.ledger, bad)
        assert bench.ledger.unsettled(b.SCHEME, State.REJECTED, due=NEVER, limit=9) == [bad.key]

    @pytest.mark.parametrize(
        ("event", "state"),
        [(Event.PARKED, State.REVIEW), (Event.REFUSED, State.REJECTED), (Event.COMPLETED, State.DONE)],
    )
    def test_the_index_is_sparse(self, bench: "Bench", event: Event, state: State) -> None:
        """A row leaves its old list with the change; DONE and CLOSED stand in none."""
        (row,) = created(bench.ledger, replace(b.row(), state=State.PUSHED, fence=1))
        bench.ledger.commit(b.change(row, event))
        assert bench.ledger.unsettled(b.SCHEME, State.PUSHED, due=NEVER, limit=9) == []
        expected = [] if state is State.DONE else [row.key]
        assert bench.ledger.unsettled(b.SCHEME, state, due=NEVER, limit=9) == expected

    def test_wake_later_moves_only_the_wake_time(self, bench: "Bench") -> None:
        """True while fence and state are the row's; else False, and nothing has changed."""
        (row,) = created(bench.ledger, replace(b.row(), fence=1))
        at = START + timedelta(days=2)
        assert bench.ledger.wake_later(row, at)
        assert stands(bench.ledger, row) == replace(row, wake_at=at)
        assert bench.ledger.unsettled(b.SCHEME, State.NEW, due=at - SECOND, limit=9) == []
        bench.ledger.commit(step := b.change(row, Event.PARKED))
        assert not bench.ledger.wake_later(row, START)
        assert stands(bench.ledger, row).wake_at in {step.after.wake_at, at}

    def test_paid_days_are_days_in_shanghai(self, bench: "Bench") -> None:
        """00:30 in China belongs to its own day, whatever the state, and follows accepted content."""
        night = b.payment(paid_at=START.replace(hour=16, minute=30))
        (row, _) = created(bench.ledger, b.row(night), b.row(b.payment("PAY-2")))
        bench.ledger.commit(b.change(row, Event.PARKED))
        assert list(bench.ledger.paid_on(b.SCHEME, date(2025, 3, 4))) == [row.key]
        assert list(bench.ledger.paid_on(b.SCHEME, date(2025, 3, 3))) == [b.key("PAY-2")]
        now = stands(bench.ledger, row)
        bench.ledger.commit(b.change(now, Event.NOTED, payment=b.payment(digest="d9")))
        assert list(bench.ledger.paid_on(b.SCHEME, date(2025, 3, 3))) == [b.key(), b.key("PAY-2")]

    def test_counts_are_exact_after_many_changes(self, bench: "Bench") -> None:
        """By two hands, with refusals and lost answers in between."""
        rows = created(bench.ledger, *(b.row(b.payment(f"PAY-{i}", number=f"N{i}")) for i in range(12)))
        for place, row in enumerate(rows):
            hand = (bench.ledger, bench.other)[place % 2]
            if place % 3 == 0:
                bench.lose_the_next_answer()
            step = b.change(row, Event.BILL_FOUND, fence=1)
            hand.commit(step)
            bench.other.commit(step)
            if place % 4 == 0:
                bench.ledger.commit(b.change(step.after, Event.COMPLETED))
        assert bench.ledger.counts(b.SCHEME).states == {State.PUSHED: 9, State.DONE: 3}
        assert bench.ledger.counts("other").states == {}


class TestCursorsAndPauses:
    """Watermarks only go forward; a pause is set and lifted."""

    def test_a_cursor_moves_by_the_version_that_was_read(self, bench: "Bench") -> None:
        """Of two runs that read the same, one moves it; cursors of one scheme do not meet."""
        first = Watermark(b.SCHEME, "head", START, 1)
        assert bench.ledger.watermark(b.SCHEME, "head") is None
        assert bench.ledger.advance(None, first)
        assert not bench.other.advance(None, first)
        second = Watermark(b.SCHEME, "head", START + SECOND, 2)
        assert bench.ledger.advance(first, second)
        assert not bench.other.advance(first, replace(second, at=START + timedelta(hours=1)))
        assert bench.ledger.watermark(b.SCHEME, "head") == second
        assert bench.ledger.watermark(b.SCHEME, "deep") is None

    def test_a_cursor_never_goes_back(self, bench: "Bench") -> None:
        """An earlier time is refused; the same time may be written with a new version."""
        first = Watermark(b.SCHEME, "head", START, 1)
        bench.ledger.advance(None, first)
        assert not bench.ledger.advance(first, Watermark(b.SCHEME, "head", START - SECOND, 2))
        assert bench.ledger.advance(first, Watermark(b.SCHEME, "head", START, 2))

    def test_a_cursor_that_reads_again_may_go_back(self, bench: "Bench") -> None:
        """Only where the move says so, and still by the version that was read; what is kept does not say it."""
        first, back = Watermark(b.SCHEME, "overlap", START, 1), Watermark(b.SCHEME, "overlap", START - SECOND, 2)
        bench.ledger.advance(None, first)
        assert bench.ledger.advance(first, replace(back, only_forward=False))
        assert not bench.other.advance(first, replace(back, only_forward=False))
        assert bench.ledger.watermark(b.SCHEME, "overlap") == back

    def test_a_version_must_grow(self, bench: "Bench") -> None:
        """Else two runs could both move it: a defect of the caller."""
        first = Watermark(b.SCHEME, "head", START, 1)
        with pytest.raises(DefectError):
            bench.ledger.advance(first, replace(first, at=START + SECOND))

    def test_a_pause_is_set_and_lifted(self, bench: "Bench") -> None:
        """Per scheme, with its reason."""
        pause = Pause(START, 3, Diagnosis.of(Code.ERP_CREDENTIALS, vendor="会话信息已丢失"))
        bench.ledger.set_pause(b.SCHEME, pause)
        assert bench.ledger.pause(b.SCHEME) == pause
        assert bench.ledger.pause("other") is None
        bench.ledger.set_pause(b.SCHEME, None)
        assert bench.ledger.pause(b.SCHEME) is None

    def test_schemes_do_not_meet(self, bench: "Bench") -> None:
        """One key of two schemes is two payments."""
        created(bench.ledger, b.row(), b.row(b.payment(scheme="other")))
        assert set(bench.ledger.rows([b.key(), PaymentKey("other", "PAY-1")])) == {b.key(), b.key(scheme="other")}
        assert bench.ledger.counts("other").states == {State.NEW: 1}
