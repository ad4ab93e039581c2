"""fetch: what becomes of each row that it sees: for the first time, again, changed, faulty, without a key."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from paysync.core.claim import reopened
from paysync.core.codes import Code
from paysync.core.records import Entry, Message, new_row
from paysync.core.scheme import Condition, FieldSpec, FieldType
from paysync.core.states import Event, State
from unit.core.fetching import MINUTE, NOW, SECOND, World, key, paid

DAY = timedelta(days=1)


def test_a_new_row_becomes_a_ledger_row_and_a_message_with_its_digest() -> None:
    """NEW, by this version of scheme and code, with its first line of history; the message holds ids and a digest."""
    world = World(paid("P1", SECOND))
    world.run()
    row = world.rows["P1"]
    assert (row.state, row.scheme_version, row.code_version) == (State.NEW, "1-sim", "0.1.0")
    assert [held.message for held in world.queue.held.values()] == [Message(key("P1"), row.payment.digest)]
    (line,) = world.ledger.history(key("P1"))
    assert (line.event, line.state, line.actor) == (Event.SEEN, State.NEW, "fetch")


@pytest.mark.parametrize("again", ["run", "deep_scan", "backfill"])
def test_a_known_row_again_costs_no_write_and_no_message(again: str) -> None:
    """The overlap, the nightly scan and a backfill see every row again and again."""
    world = World(*[paid(f"P{n}", n * MINUTE) for n in range(9)], paid("BAD", MINUTE, payableAmount="x"))
    world.run()
    for _ in range(3):
        world.later()
        writes, sent = world.writes, world.sent
        report = world.backfill(0, NOW) if again == "backfill" else getattr(world, again)()
        assert (report.seen, report.new, report.changed, report.rejected) == (10, 0, 0, 0)
        assert (world.writes, world.sent) == (writes, sent)


def test_other_content_is_recorded_and_raised_and_changes_nothing() -> None:
    """CHANGED beside the row, with the whole row as it came, once; no message, no new state."""
    world = World(paid("P1", SECOND))
    world.run()
    before = world.rows["P1"]
    world.source.rows = [paid("P1", SECOND, payableAmount="99.00", note="corrected")]
    world.later()
    assert world.run().changed == 1
    row = world.rows["P1"]
    assert row.changed
    assert row == replace(before, changed=row.changed)
    assert row.changed.payment.record["payableAmount"] == "99.00"
    assert '"note":"corrected"' in world.ledger._raws[key("P1"), row.changed.digest]
    last = world.ledger.history(key("P1"))[-1]
    assert (last.event, last.diagnosis and last.diagnosis.code) == (Event.CHANGED, Code.PAYMENT_CHANGED)
    assert world.journal.counts["Changed"] == 1
    assert world.sent == ["P1"]
    writes = world.writes
    world.later()
    assert world.run().changed == 0
    assert world.writes == writes


def test_content_that_comes_back_is_seen_to_come_back() -> None:
    """Else what was shown for a day and corrected would be taken over by the next replay."""
    world = World(paid("P1", SECOND))
    world.run()
    recorded = world.rows["P1"].payment
    world.source.rows = [paid("P1", SECOND, payableAmount="99.00")]
    world.later()
    assert world.run().changed == 1
    assert world.rows["P1"].other
    world.source.rows = [paid("P1", SECOND)]
    assert world.run().changed == 1
    row = world.rows["P1"]
    assert row.changed
    assert (row.other, row.payment, row.changed.payment.facts) == (None, recorded, recorded.facts)
    assert world.run().changed == 0


def test_a_change_that_another_run_records_meanwhile_is_raised_once() -> None:
    """The ledger tells who was first."""
    world, other = World(paid("P1", SECOND)), World(paid("P1", SECOND))
    for one in (world, other):
        one.run()
        one.source.rows = [paid("P1", SECOND, payableAmount="99.00")]
        one.later()
    other.run()

    def meanwhile(operation: str, moment: str) -> None:
        if (operation, moment) == ("sighted", "before"):
            world.ledger.table[key("P1")] = other.rows["P1"]

    world.step = meanwhile
    assert world.run().changed == 0
    assert world.journal.counts["Changed"] == 0


def test_a_field_that_the_scheme_declares_later_changes_no_payment() -> None:
    """A new version of the scheme does not raise every payment that it has booked."""
    world = World(paid("P1", SECOND, note="x"))
    world.run()
    world.change(fields=(*world.scheme.source.fields, FieldSpec("note", "备注", FieldType.STRING)))
    world.later()
    assert world.run().changed == 0
    world.source.rows = [paid("P1", SECOND, note="x", payableAmount="1.00")]
    assert world.run().changed == 1
    assert world.run().changed == 0


def test_what_a_corrected_scheme_makes_of_the_same_content_is_raised_while_it_matters() -> None:
    """It had read the amount in cents: the row waits for a person, who accepts it; once, and none that is booked."""
    world = World(paid("P1", SECOND, other="9.50"), paid("P2", SECOND, other="9.50"))
    fields = (*world.scheme.source.fields, FieldSpec("other", "", FieldType.AMOUNT))
    world.change(fields=fields)
    world.run()
    booked = world.rows["P2"]
    world.ledger.table[booked.key] = replace(booked, state=State.DONE)
    world.change(fields=fields, amount="other")
    world.later()
    assert [world.run().changed for _ in range(3)] == [1, 0, 0]
    other = world.rows["P1"].other
    assert other
    assert other.facts
    assert (other.facts.amount.value, world.rows["P2"].other) == (Decimal("9.50"), None)


def test_a_rejected_row_is_replayed_as_a_corrected_scheme_reads_it() -> None:
    """Deploy, let fetch read it again, replay: it must not stay unreadable."""
    world = World(paid("P1", SECOND, other="9.50"))
    fields = (*world.scheme.source.fields, FieldSpec("other", "", FieldType.AMOUNT, required=True))
    world.change(fields=(*world.scheme.source.fields, FieldSpec("missing", "", FieldType.STRING, required=True)))
    world.run()
    assert world.rows["P1"].state is State.REJECTED
    world.change(fields=fields)
    world.later()
    assert [world.run().changed for _ in range(2)] == [1, 0]
    opened = reopened(world.rows["P1"])
    assert opened.payment.facts
    assert opened.payment.record["other"] == "9.50"


def test_a_rejected_row_gets_the_field_that_its_templates_lacked() -> None:
    """Declared since it was stored: with the record as it was, each replay would be rejected again."""
    world = World(paid("P1", SECOND, note="x"))
    world.run()
    row = world.rows["P1"]
    world.ledger.table[row.key] = replace(row, state=State.REJECTED)
    world.change(fields=(*world.scheme.source.fields, FieldSpec("note", "", FieldType.STRING)))
    world.later()
    assert [world.run().changed for _ in range(2)] == [1, 0]
    assert reopened(world.rows["P1"]).payment.record["note"] == "x"


def test_two_contents_of_one_payment_in_one_answer_are_a_row_and_its_change() -> None:
    """Neither is smoothed over, and there is one message."""
    world = World(paid("P1", SECOND), paid("P1", 2 * SECOND, payableAmount="99.00"))
    report = world.run()
    assert (report.seen, report.new, report.changed) == (2, 1, 1)
    row = world.rows["P1"]
    assert row.changed
    assert row.payment.record["payableAmount"] == "99.00"  # the list shows the newest first
    assert row.changed.payment.record["payableAmount"] == "12.50"
    assert world.sent == ["P1"]


BAD: list[tuple[dict[str, Any], Code]] = [
    ({"payableAmount": None}, Code.PAYMENT_BAD_FIELD),
    ({"payableAmount": "1,234.50"}, Code.PAYMENT_BAD_FIELD),
    ({"payableAmount": "-1.00"}, Code.PAYMENT_BAD_FIELD),
    ({"auditTimeStamp": 1_700_000_000}, Code.PAYMENT_BAD_FIELD),
    ({"payeeTargetBusinessCode": ""}, Code.PAYMENT_BAD_FIELD),
    ({"payeeTargetBusinessCode": "FK\n1"}, Code.SOURCE_UNSPEAKABLE),
]


@pytest.mark.parametrize(("fault", "code"), BAD)
def test_a_bad_row_is_rejected_with_its_reason_and_the_others_go_on(fault: dict[str, Any], code: Code) -> None:
    """It is kept, owes a dead letter at once, gets no message, and does not hold the watermark."""
    world = World(paid("P1", SECOND), paid("P2", SECOND, **fault), paid("P3", SECOND))
    report = world.run()
    assert (report.new, report.rejected) == (3, 1)
    row = world.rows["P2"]
    assert (row.state, row.owes_letter, row.wake_at) == (State.REJECTED, True, world.clock.now())
    assert row.diagnosis
    assert row.diagnosis.code is code
    assert sorted(world.sent) == ["P1", "P3"]
    assert world.watermark == NOW - 2 * MINUTE


def test_a_row_without_a_key_is_kept_under_its_contents_digest() -> None:
    """Once for each content, however often it is seen."""
    world = World(paid(None, SECOND), paid(None, SECOND, payableAmount="7.00"), paid("P1", SECOND))
    assert world.run().rejected == 2
    nameless = {code: row for code, row in world.rows.items() if code != "P1"}
    assert set(nameless) == {f"~{row.payment.digest}" for row in nameless.values()}
    assert {row.diagnosis.code for row in nameless.values() if row.diagnosis} == {Code.PAYMENT_NO_KEY}
    world.later()
    assert world.run().new == 0
    assert len(world.rows) == 3


def test_rows_that_the_scheme_filters_out_are_counted() -> None:
    """No row, no message, but a number."""
    world = World(paid("P1", SECOND), paid("P2", SECOND, payeeTargetBusinessCode="BX-2"))
    world.change(where=((Condition("payeeTargetBusinessCode", "like", "FK"),),))
    report = world.run()
    assert (report.seen, report.skipped, set(world.rows)) == (1, 1, {"P1"})


def test_a_message_that_was_not_confirmed_is_told_and_left_to_sweep() -> None:
    """The row is there and due; nothing is sent twice by guess."""
    world = World(paid("P1", SECOND), paid("P2", SECOND))
    world.outbox.refused = {key("P1")}
    report = world.run()
    assert (report.new, report.unsent, world.sent) == (2, 1, ["P2"])
    assert [line.key for line in world.journal.lines] == [key("P1")]
    assert world.watermark == NOW - 2 * MINUTE


@pytest.mark.parametrize(("fence", "sent"), [(0, ["P1"]), (1, [])])
def test_a_row_that_another_run_creates_meanwhile_is_not_created_again(fence: int, sent: list[str]) -> None:
    """Its message may be sent twice, which is harmless, but not once somebody has it in hand."""
    world, other = World(paid("P1", SECOND)), World(paid("P1", SECOND))
    other.run()
    theirs = replace(other.rows["P1"], fence=fence)

    def meanwhile(operation: str, moment: str) -> None:
        if (operation, moment) == ("create", "before"):
            world.ledger.table[key("P1")] = theirs

    world.step = meanwhile
    report = world.run()
    assert (world.rows["P1"], world.sent, report.new) == (theirs, sent, len(sent))


def test_a_row_that_another_run_creates_with_other_content_is_a_change() -> None:
    """What stands in the ledger counts; ours is the second sighting."""
    world, other = World(paid("P1", SECOND)), World(paid("P1", SECOND, payableAmount="7.00"))
    other.run()
    theirs = other.rows["P1"].payment

    def meanwhile(operation: str, moment: str) -> None:
        if (operation, moment) == ("create", "before"):
            row = new_row(theirs, world.clock.now(), wake_after=DAY, versions=("1", "1"))
            other.ledger.table.clear()
            world.step = lambda _operation, _moment: None
            world.ledger.create([row], Entry(world.clock.now(), Event.SEEN, State.NEW, 0, "fetch"))

    world.step = meanwhile
    report = world.run()
    assert (report.new, report.changed, world.sent) == (0, 1, [])
    assert world.rows["P1"].payment.digest == theirs.digest
