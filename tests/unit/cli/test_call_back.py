"""What an operator sees of call-backs, and of a scheme whose rows another one hands over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fakes import builders as b
from fakes.system import START
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.fetch import PAID
from paysync.core.records import Row, Watermark
from paysync.core.states import Event

if TYPE_CHECKING:
    from unit.cli.conftest import Run, Stand

NO_TAKER: Final = Diagnosis.of(Code.CALL_BACK_NO_TAKER, scheme="handed-on")


def booked(stand: Stand, code: str, *, owes: bool) -> Row:
    """A payment that is DONE, its row for another scheme handed on or not."""
    pushed = stand.moved(stand.claimed(code), Event.BILL_FOUND, lease=None)
    done = stand.moved(pushed, Event.COMPLETED, owes_call_back=owes, wake_at=START)
    return stand.moved(done, Event.NOTED, NO_TAKER) if owes else done


def test_status_says_how_many_rows_are_still_owed(stand: Stand, run: Run) -> None:
    """To people only where there are some."""
    booked(stand, "PAY-1", owes=False)
    assert run("status", "--json").documents[0]["call_backs_owed"] == 0
    assert "owed" not in run("status").out
    booked(stand, "PAY-2", owes=True)
    assert run("status", "--json").documents[0]["call_backs_owed"] == 1
    assert "call-backs owed 1" in run("status").out


def test_those_that_owe_are_listed(stand: Stand, run: Run) -> None:
    """However long ago they were paid, and nothing else."""
    booked(stand, "PAY-1", owes=False)
    booked(stand, "PAY-2", owes=True)
    stand.seen("PAY-3")
    assert [row["key"] for row in run("list", "--owed", "--json").documents[0]] == ["PAY-2"]


def test_show_says_that_it_is_booked_and_what_is_owed(stand: Stand, run: Run) -> None:
    """The accountant reads DONE; who runs the stack reads why the row is not handed on, and what to do."""
    booked(stand, "PAY-2", owes=True)
    said = run("show", "PAY-2").out
    assert "DONE" in said
    assert "its row for another scheme is still owed" in said
    assert NO_TAKER.solution("en") in said
    assert NO_TAKER.solution("zh") in said
    (document,) = run("show", "PAY-2", "--json").documents
    assert (document["state"], document["owes_call_back"]) == ("DONE", True)


def test_show_tells_a_payment_s_life_in_every_scheme_that_knows_it(two_schemes: Stand, run: Run) -> None:
    """Whoever asks for a payment does not have to know how many schemes it goes through."""
    booked(two_schemes, "PAY-2", owes=False)
    two_schemes.seen("PAY-2", scheme="handed-on")
    two_schemes.seen("PAY-3", scheme="handed-on")

    told = run("show", "PAY-2", "PAY-3", "NOBODY", "--json").documents
    assert [(one["key"], one["scheme"], one["state"]) for one in told] == [
        ("PAY-2", b.SCHEME, "DONE"),
        ("PAY-2", "handed-on", "NEW"),
        ("PAY-3", "handed-on", "NEW"),
        ("NOBODY", b.SCHEME, None),
    ]
    assert [one["scheme"] for one in run("show", "PAY-2", "--scheme", "handed-on", "--json").documents] == ["handed-on"]


def test_what_acts_on_a_payment_of_two_schemes_asks_which(two_schemes: Stand, run: Run) -> None:
    """A look may show both; a replay must be meant."""
    booked(two_schemes, "PAY-2", owes=False)
    two_schemes.seen("PAY-2", scheme="handed-on")

    said = run("replay", "PAY-2", "--yes")

    assert said.code == 1
    assert "PAY-2 is known in several schemes" in said.err
    assert "--scheme" in said.err


def test_a_scheme_without_anything_to_fetch_keeps_no_watermark_back(two_schemes: Stand, run: Run) -> None:
    """The overview's watermark is that of the schemes that are fetched."""
    two_schemes.ledger.advance(None, Watermark(b.SCHEME, PAID, START, 1))
    assert run("status", "--json").documents[0]["watermark"] == "2025-03-03T01:00:00.000Z"
    assert run("status", "--scheme", "handed-on", "--json").documents[0]["watermark"] is None


def test_a_backfill_of_rows_that_are_handed_over_is_a_usage_error(two_schemes: Stand, run: Run) -> None:
    """There is nothing to read again; no function is asked."""
    said = run("backfill", "--from", "2025-01-31", "--to", "2025-02-01", "--scheme", "handed-on", "--yes")
    assert said.code == 2
    assert "another scheme hands its rows over" in said.err
    assert two_schemes.functions.invoked == []


def test_reconcile_of_such_a_scheme_shows_two_books(two_schemes: Stand, run: Run) -> None:
    """No line of nought for a source that nobody asks."""
    sums = {f"{book}_sum": "7.50" for book in ("source", "booked", "bill")}
    counts = {f"{book}_count": 1 for book in ("source", "ledger", "booked", "bill", "open", "parked")}
    report = {**sums, **counts, "queued": 0, "findings": [], "has_source": False}
    two_schemes.functions.answers = [{"handed-on": report}]
    said = run("reconcile", "--from", "2025-01-31", "--to", "2025-02-01", "--scheme", "handed-on", "--yes")
    assert said.code == 0
    assert "ledger, booked" in said.out
    assert "Maycur, paid" not in said.out
