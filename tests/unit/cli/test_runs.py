"""`backfill` and `reconcile`: what is asked of the functions, how a cut run goes on, and what failures say."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from unit.cli.conftest import Run, Stand

SPAN: Final = ("--from", "2025-01-31", "--to", "2025-02-01")


def read(reached: str, **counts: int) -> dict[str, Any]:
    """What fetch answers to a backfill."""
    totals = {"seen": 0, "new": 0, "rejected": 0, "changed": 0, **counts}
    return {"paid-to-paybill": {**totals, "reached": reached}}


def test_a_backfill_that_was_cut_goes_on_where_it_stopped(stand: Stand, run: Run) -> None:
    """One run of fetch after another until the end of the range; days are Shanghai's; the counts are added up."""
    stand.functions.answers = [
        read("2025-01-31T04:00:00.000Z", seen=5, new=2),
        read("2025-01-31T16:00:00.000Z", seen=1, rejected=1),
    ]
    said = run("backfill", *SPAN, "--yes", "--json")
    assert said.code == 0
    assert said.documents == [
        {
            "scheme": "paid-to-paybill",
            "from": "2025-01-30T16:00:00.000Z",
            "to": "2025-01-31T16:00:00.000Z",
            "seen": 6,
            "new": 2,
            "rejected": 1,
            "changed": 0,
        }
    ]
    starts = [payload["from"] for _, payload in stand.functions.invoked]
    assert starts == ["2025-01-30T16:00:00.000Z", "2025-01-31T04:00:00.000Z"]
    assert {function for function, _ in stand.functions.invoked} == {"fetch"}
    assert {payload["mode"] for _, payload in stand.functions.invoked} == {"backfill"}


@pytest.mark.parametrize(("start", "earlier"), [("2024-12-31", True), ("2025-01-01", False)])
def test_before_a_backfill_it_is_said_what_it_books(stand: Stand, run: Run, start: str, earlier: bool) -> None:  # noqa: FBT001
    """In which scheme, and that it goes behind FetchSince where it does: the old way may have booked those."""
    asked = run("backfill", "--from", start, "--to", "2025-02-01", types="n\n").err
    assert "of paid-to-paybill; payments that the ledger lacks are BOOKED" in asked
    assert ("also those paid before FetchSince (2024-12-31T16:00:00.000Z)" in asked) is earlier
    stand.functions.answers = [read("2025-01-31T16:00:00.000Z", seen=1)]
    assert run("backfill", *SPAN, "--yes").out.startswith("paid-to-paybill: 1 seen")


def test_a_backfill_waits_for_a_scheduled_run_and_leaves_room_for_the_next(stand: Stand, run: Run) -> None:
    """Fetch runs once at a time: a refused invocation has not begun, and nothing is lost."""
    throttled = {"refused": "TooManyRequestsException"}
    stand.functions.answers = [
        throttled, throttled, read("2025-01-31T04:00:00.000Z", seen=5), throttled, read("2025-01-31T16:00:00.000Z"),
    ]  # fmt: skip
    said = run("backfill", *SPAN, "--yes", "--json")
    assert (said.code, said.documents[0]["seen"], len(stand.functions.invoked)) == (0, 5, 5)
    assert [span.total_seconds() for span in stand.pauses] == [10, 10, 3, 10]


@pytest.mark.parametrize("answer", [{"refused": "AccessDeniedException"}, {"errorMessage": "no", "errorType": "X"}])
def test_a_backfill_that_ends_midway_says_how_to_go_on(stand: Stand, run: Run, answer: dict[str, Any]) -> None:
    """What was read before is not read again."""
    stand.functions.answers = [read("2025-01-31T04:00:00.000Z", seen=5), answer]
    said = run("backfill", *SPAN, "--yes", "--json")
    assert (said.code, said.out) == (1, "")
    assert "go on with --from 2025-01-31T04:00:00.000Z" in said.err


def test_nobody_waits_for_ever_for_a_run_that_does_not_end(
    stand: Stand, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After ten minutes what Lambda says is told."""
    monkeypatch.setattr("paysync.cli.runs._LONGEST_WAIT", timedelta())
    stand.functions.answers = [{"refused": "TooManyRequestsException"}]
    said = run("backfill", *SPAN, "--yes")
    assert (said.code, len(stand.functions.invoked), stand.pauses) == (1, 1, [])
    assert "Rate Exceeded" in said.err


def test_a_backfill_without_progress_ends_with_1(stand: Stand, run: Run) -> None:
    """It does not turn in circles; where it stopped is told."""
    stand.functions.answers = [read("2025-01-30T16:00:00.000Z")]
    said = run("backfill", *SPAN, "--yes")
    assert (said.code, "no progress beyond 2025-01-30T16:00:00.000Z" in said.err) == (1, True)
    assert len(stand.functions.invoked) == 1


@pytest.mark.parametrize("words", [("backfill",), ("reconcile",)])
def test_a_run_that_failed_says_what_the_function_said(stand: Stand, run: Run, words: tuple[str, ...]) -> None:
    """Its own words, exit code 1, nothing on stdout that a machine could take for a result."""
    stand.functions.answers = [{"errorMessage": "Maycur refuses [/x] the login", "errorType": "RunError"}]
    said = run(*words, *SPAN, "--yes", "--json")
    assert (said.code, said.out) == (1, "")
    assert "Maycur refuses [/x] the login" in said.err


@pytest.mark.parametrize("words", [("backfill",), ("reconcile",)])
@pytest.mark.parametrize(
    "span", [(), ("2025-01-31",), ("yesterday", "today"), ("2025-02-01", "2025-01-31"), ("2025-01-31", "2025-01-31")]
)
def test_a_range_that_is_none_is_wrong_usage(
    stand: Stand, run: Run, words: tuple[str, ...], span: tuple[str, ...]
) -> None:
    """Half of one, no times, backwards, empty: nothing is invoked."""
    options = [word for name, at in zip(("--from", "--to"), span, strict=False) for word in (name, at)]
    assert run(*words, *options, "--yes").code == 2
    assert stand.functions.invoked == []
