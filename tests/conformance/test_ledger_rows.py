"""What every ledger promises of rows, sightings and history."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.ledger_steps import SECOND, claimed, created, full, stands
from fakes import builders as b
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import DefectError
from paysync.core.states import Event, State
from paysync.core.times import NEVER

if TYPE_CHECKING:
    from conformance.conftest import Bench


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
