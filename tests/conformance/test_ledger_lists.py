"""What every ledger promises of its lists, counts, cursors and pauses."""

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from conformance.ledger_steps import SECOND, claimed, created, stands
from fakes import builders as b
from fakes.system import START
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import DefectError
from paysync.core.keys import PaymentKey
from paysync.core.records import (
    Committed,
    Pause,
    Watermark,
)
from paysync.core.states import Event, State
from paysync.core.times import NEVER

if TYPE_CHECKING:
    from conformance.conftest import Bench


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

    def test_a_booked_row_is_listed_while_it_owes_a_call_back(self, bench: "Bench") -> None:
        """DONE with a debt stands in the list of DONE rows, until the debt is paid."""
        (row,) = created(bench.ledger, replace(b.row(), state=State.PUSHED, fence=1))
        booked = bench.ledger.commit(b.change(row, Event.COMPLETED, owes_call_back=True, wake_at=START))
        assert isinstance(booked, Committed)
        assert stands(bench.ledger, row) == booked.row
        assert bench.ledger.unsettled(b.SCHEME, State.DONE, due=START, limit=9) == [row.key]
        assert bench.ledger.counts(b.SCHEME).states == {State.DONE: 1}
        bench.ledger.commit(b.change(booked.row, Event.CALLED_BACK, owes_call_back=False))
        assert bench.ledger.unsettled(b.SCHEME, State.DONE, due=NEVER, limit=9) == []
        assert bench.ledger.counts(b.SCHEME).states == {State.DONE: 1}

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
