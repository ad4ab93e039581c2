"""The command line on a deployed stack: what machines read of it, and its exit codes (docs/reference/json.md)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from cloud.command import paysync
from cloud.deployed import codes
from paysync.core.states import State

if TYPE_CHECKING:
    from cloud.deployed import Deployed

pytestmark = pytest.mark.cloud

DAY = timedelta(days=1)


def test_status_is_one_document_with_the_promised_keys(stack: Deployed) -> None:
    """All ten states, the queues, the watermark as an instant and its lag in seconds."""
    stack.paid("3.10")
    stack.run()
    status = paysync("status", "--json").document
    assert {"states", "queue", "dlq", "watermark", "lag_seconds"} <= status.keys()
    assert set(status["states"]) == set(State)
    assert status["states"]["DONE"] >= 1
    assert (status["queue"], status["open"]) == (0, 0)
    lag = datetime.now(UTC) - datetime.fromisoformat(status["watermark"])
    assert 0 <= status["lag_seconds"] <= lag.total_seconds() + 1


def test_show_has_one_document_per_key_in_the_order_asked_for(stack: Deployed) -> None:
    """Unknown ones too, with null, so that a reader can go through both lists side by side."""
    (first, second) = stack.paid("3.20", "3.30")
    stack.run()
    asked = [second, "NOBODY", first, second]
    shown = stack.show(asked)
    assert [one["key"] for one in shown] == asked
    assert [one["state"] for one in shown] == ["DONE", None, "DONE", "DONE"]
    assert shown[1]["bill"] is None
    (bill,) = stack.bills()[first]
    assert shown[2]["bill"] == {"id": str(bill["id"]), "number": bill["number"], "form": "AP_PAYBILL"}
    assert Decimal(shown[2]["amount"]) == Decimal("3.20")
    states = [line["state"] for line in shown[2]["history"]]
    assert [state for state in State if state in states] == [
        *(State.NEW, State.INTENT, State.PUSHED, State.SAVED, State.SUBMITTED, State.DONE)
    ]


def test_list_selects_by_state_reason_and_day(stack: Deployed) -> None:
    """And --limit is the most that it shows."""
    done, refused = stack.paid("3.40"), stack.paid("3.50", status="B")
    stack.run()

    def listed(*arguments: str) -> set[str]:
        return {row["key"] for row in paysync("list", "--json", "--limit", "9999", *arguments).document}

    today = datetime.now(UTC).date()
    assert set(done) <= listed("--state", "DONE")
    assert set(refused) <= listed("--state", "REJECTED", "--code", "source.not_audited")
    assert not set(refused) & listed("--state", "DONE")
    assert not set(refused) & listed("--code", "erp.rule_missing")
    assert {*done, *refused} <= listed("--from", str(today - DAY), "--to", str(today + DAY))
    assert not listed("--from", "2025-01-01", "--to", "2025-01-02")
    assert len(paysync("list", "--json", "--limit", "1").document) == 1


def test_a_dry_run_says_what_would_happen_and_sends_nothing(stack: Deployed) -> None:
    """One action for each payment, and neither row nor queue is touched."""
    done, refused = stack.paid("3.60"), stack.paid("3.70", status="B")
    stack.run()
    before = stack.show(refused)
    plan = paysync("replay", *done, *refused, "NOBODY", "--dry-run", "--json").document
    assert plan["dry_run"] is True
    assert [(one["key"], one["state"], one["action"]) for one in plan["payments"]] == [
        (done[0], "DONE", "already_settled"),
        (refused[0], "REJECTED", "reopen"),
        ("NOBODY", None, "unknown_key"),
    ]
    assert stack.show(refused) == before
    assert stack.messages(stack.outputs.queue_url) == 0


def test_exit_codes_tell_a_failure_from_wrong_usage(stack: Deployed) -> None:
    """0 ok, 1 failed, 2 usage; a question that nobody can answer is usage."""
    done, refused = stack.paid("3.80"), stack.paid("3.90", status="B")
    stack.run()
    paysync("replay", *done, "--yes")
    paysync("replay", "NOBODY", "--yes", ends=1)
    paysync("replay", ends=2)
    paysync("replay", *done, "--all", ends=2)
    paysync("replay", *refused, ends=2)
    paysync("list", "--state", "PAID", ends=2)
    paysync("doctor", "--from", "2025-01-01", ends=2)
    paysync("--stack", "no-such-stack", "status", ends=1)
    assert stack.states(refused) == ["REJECTED"]


def test_backfill_reads_what_lies_before_the_first_window(stack: Deployed) -> None:
    """A run never queues it, by whatever means it shows up; a range that an operator names is read."""
    (row,) = stack.pay("4.10")
    long_ago = datetime.now(UTC) - 40 * DAY
    old = {**row, "paymentBizCode": f"{row['paymentBizCode']}OLD", "auditTimeStamp": int(long_ago.timestamp() * 1000)}
    number = old["payeeTargetBusinessCode"] = f"{row['payeeTargetBusinessCode']}OLD"
    stack.k3cloud.load(applications=[{"number": number, "amount": "4.10", "pay_org": "100", "status": "C"}])
    stack.maycur.load(payments=[old])
    keys = codes([old])
    stack.run()
    assert stack.states(keys) == [None]

    start, end = (long_ago - DAY).isoformat(), (long_ago + DAY).isoformat()
    report = paysync("backfill", "--from", start, "--to", end, "--yes", "--json").document
    assert (report["seen"], report["new"]) == (1, 1)
    stack.run()
    assert stack.states(keys) == ["DONE"]
    stack.assert_books_agree(keys)
    paysync("backfill", "--from", "yesterday", "--to", end, "--yes", ends=2)


def test_reconcile_compares_to_the_cent_and_ends_with_1_where_the_books_differ(stack: Deployed) -> None:
    """A bill that a person has made void is found, and nothing is booked again for it."""
    (row,) = stack.pay("4.20")
    (key,) = codes([row])
    stack.run()
    paid = datetime.fromtimestamp(row["auditTimeStamp"] / 1000, UTC)
    span = "--from", paid.isoformat(), "--to", (paid + timedelta(milliseconds=1)).isoformat()
    agree = paysync("reconcile", *span, "--yes", "--json").document
    assert agree["findings"] == []
    assert agree["source_sum"] == agree["booked_sum"] == agree["bill_sum"]

    stack.k3cloud.post(f"void/{stack.bills()[key][0]['id']}")
    differ = paysync("reconcile", *span, "--yes", "--json", ends=1).document
    assert [one["key"] for one in differ["findings"]] == [key]
    stack.run()
    assert key not in stack.bills()
    paysync("reconcile", "--from", "yesterday", "--to", "today", "--yes", ends=2)


@pytest.mark.parametrize(
    ("reading", "verdict"),
    [("A", "page_1"), ("B", "offset_0"), ("C", "page_0"), ("D", "offset_1")],
)
def test_doctor_finds_out_what_the_page_number_counts(stack: Deployed, reading: str, verdict: str) -> None:
    """By six reads of a closed window; the scheme's setting is printed."""
    keys = [key for _ in range(6) for key in stack.paid("0.01")]
    stack.maycur.settings(paging_reading=reading)
    now = datetime.now(UTC)
    span = "--from", (now - DAY).isoformat(), "--to", now.isoformat()
    try:
        found = paysync("doctor", "--paging", *span, "--json").document
    finally:
        stack.maycur.settings(paging_reading="A")
    assert (found["paging"], found["why"]) == (verdict, "decided")
    assert stack.states(keys) == [None] * len(keys), "doctor writes nothing"


def test_doctor_says_so_when_it_cannot_decide(stack: Deployed) -> None:
    """An empty window decides nothing; the scheme's default stays right."""
    assert stack.outputs.reconcile_function, "the settings that doctor reads"
    span = "--from", "2025-01-01", "--to", "2025-01-02"
    found = paysync("doctor", "--paging", *span, "--json", ends=1).document
    assert found["paging"] == "union"


def test_local_run_ends_with_1_when_fetch_fails(stack: Deployed) -> None:
    """Maycur answers, but not with a list: nothing is half-done, and the reason is told."""
    before = paysync("status", "--json").document["watermark"]
    stack.maycur.faults({"kind": "html", "operation": "paid_list"})
    try:
        answer = paysync("local", "run", "--until-idle", "--timeout", "30", ends=1)
    finally:
        stack.maycur.faults()
    assert "fetch of paid-to-paybill failed" in answer.err
    assert paysync("status", "--json").document["watermark"] == before


def test_local_run_without_until_idle_only_fetches(stack: Deployed) -> None:
    """Ends with 0 as soon as the rows are in the ledger."""
    keys = stack.paid("4.30")
    paysync("local", "run")
    assert stack.states(keys)[0] is not None
    stack.run()


def test_local_up_refuses_what_cannot_be_right(stack: Deployed) -> None:
    """A second port, an unknown parameter, a pair without a value: told before anything starts."""
    files = "--maycur-secret", str(stack.folder / "maycur.json"), "--k3cloud-secret", str(stack.folder / "k3cloud.json")
    urls = "--maycur-url", stack.maycur.url, "--k3cloud-url", f"{stack.k3cloud.url}/K3Cloud/"
    pid = stack.local.pid
    assert "FetchSchedule" in paysync("local", "up", *urls, *files, "--set", "FetchShedule=x", ends=1).err
    assert "Parameter=Value" in paysync("local", "up", *urls, *files, "--set", "FetchSchedule", ends=1).err
    assert "paysync local down" in paysync("local", "up", *urls, *files, "--port", "1", ends=1).err
    assert stack.local.pid == pid
