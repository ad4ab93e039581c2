"""What fetch and reconcile are asked for, checked; and their reports as JSON."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from fakes.system import START
from paysync.adapters.aws.requests import FetchRequest, ReconcileRequest, report_document
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import RunError
from paysync.core.fetch import Report
from paysync.core.reconcile import Difference, Finding, ReconcileReport
from paysync.core.times import Window


def test_a_schedule_asks_for_a_run() -> None:
    """The event of EventBridge Scheduler has nothing in it that is ours."""
    assert FetchRequest.of({"version": "0"}) == FetchRequest("run", "", "", "")


def test_an_operator_asks_for_a_range() -> None:
    """With time zones, which may differ; of one scheme."""
    asked = {"mode": "backfill", "scheme": "s", "from": "2025-03-01T00:00:00+08:00", "to": "2025-03-02T00:00:00Z"}
    request = FetchRequest.of(asked)
    assert request.scheme == "s"
    assert request.window() == Window(datetime(2025, 2, 28, 16, tzinfo=UTC), datetime(2025, 3, 2, tzinfo=UTC))


def test_a_range_takes_in_every_millisecond_that_it_touches() -> None:
    """Who writes 23:59:59.999999 means the whole last millisecond; windows are made of whole ones."""
    asked = {"mode": "backfill", "from": "2025-03-01T00:00:00.000999Z", "to": "2025-03-01T23:59:59.999001Z"}
    window = FetchRequest.of(asked).window()
    assert (window.start, window.end) == (datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 3, 2, tzinfo=UTC))


@pytest.mark.parametrize("mode", ["", "deep", None, ["run"], {"run": 1}])
def test_an_unknown_mode_is_refused(mode: object) -> None:
    """Whatever type it has: a run of another kind than was meant may cost hours."""
    with pytest.raises(RunError) as caught:
        FetchRequest.of({"mode": mode})
    assert caught.value.diagnosis.code is Code.SETTING


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("", ""),
        ("2025-03-01T00:00:00", "2025-03-02T00:00:00"),
        ("2025-03-02T00:00:00Z", "2025-03-01T00:00:00Z"),
        ("2025-03-02T00:00:00Z", "yesterday"),
        ("0001-01-01T00:00:00+08:00", "2025-03-01T00:00:00Z"),
    ],
)
def test_a_wrong_range_is_refused(start: str, end: str) -> None:
    """Empty, without a zone, backwards, no time at all, before all time: none of it is guessed at."""
    with pytest.raises(RunError):
        FetchRequest.of({"mode": "backfill", "from": start, "to": end}).window()


def test_reconcile_compares_the_last_weeks_up_to_yesterday() -> None:
    """In Shanghai's days, since that is what the books are kept in."""
    window = ReconcileRequest.of({}).window(START)
    assert (window.start, window.end) == (datetime(2025, 1, 26, 16, tzinfo=UTC), datetime(2025, 3, 2, 16, tzinfo=UTC))


def test_half_a_range_is_refused() -> None:
    """It is not completed by a guess."""
    with pytest.raises(RunError):
        ReconcileRequest.of({"from": "2025-03-01T00:00:00Z"}).window(START)


@dataclass
class Odd:
    """Values that the reports of today do not have."""

    flag: bool = True
    pair: tuple[Any, ...] = (None, 1.5, Decimal("1.5"))
    more: Finding = field(default_factory=lambda: Finding(Difference.EXTRA, "PAY-1"))


@pytest.mark.parametrize(
    "report",
    [
        Report(reached=START, stuck=[Diagnosis.of(Code.PAGE_STUCK, size=1)]),
        ReconcileReport(
            Window(START, START.replace(hour=2)), findings=[Finding(Difference.AMOUNT, "PAY-1", ledger="1.00")]
        ),
        Odd(),
    ],
)
def test_a_report_is_json(report: object) -> None:
    """Every field, money and times as text."""
    document = report_document(report)
    assert json.loads(json.dumps(document)) == document


def test_money_and_times_are_text() -> None:
    """A sum has its cents, a range its two ends."""
    document = report_document(ReconcileReport(Window(START, START.replace(hour=2)), source_sum=Decimal("7.5")))
    assert document["source_sum"] == "7.50"
    assert document["window"] == {"from": "2025-03-03T01:00:00.000Z", "to": "2025-03-03T02:00:00.000Z"}


@pytest.mark.parametrize("mode", ["run", "deep_scan", "remedy"])
def test_a_scheduled_mode_needs_nothing_more(mode: str) -> None:
    """The schedule's event names the mode and no scheme: all of the stack's are meant, each at its own pace."""
    asked = FetchRequest.of({"mode": mode})
    assert (asked.mode, asked.scheme) == (mode, "")
