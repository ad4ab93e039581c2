"""Payments on the deployed stack, through its own command line: whatever dies or is sent again, the books agree."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from cloud.conftest import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cloud.conftest import Deployed

pytestmark = pytest.mark.cloud

_SERIAL = count(1)
_SEED = 20250131


def test_what_maycur_has_paid_is_booked_once_to_the_cent(stack: Deployed) -> None:
    """Two transactions of one application, a Chinese number, and one that stands in the list twice."""
    single, chinese, double = pay(stack, "12.30"), pay(stack, "88.00", prefix="付款申请"), pay(stack, "1.00", "2.50")
    stack.maycur.load(payments=single)

    run(stack)

    codes = [row["paymentBizCode"] for row in (*single, *chinese, *double)]
    assert [one["state"] for one in show(stack, codes)] == ["DONE"] * 4
    assert_booked_once(stack, codes)


def test_a_killed_push_neither_doubles_nor_loses(stack: Deployed) -> None:
    """SIGKILL of its process, again and again at random among fifty payments; a doubt is resolved by asking K3Cloud."""
    chance = random.Random(_SEED)
    codes = [row["paymentBizCode"] for _ in range(50) for row in pay(stack, f"{chance.randrange(100, 99999)}.07")]
    stack.k3cloud.settings(latency_ms=150)
    assert "FunctionError" not in stack.invoke(stack.outputs.fetch_function, {"mode": "run"})
    killed = 0
    until = time.monotonic() + 20
    while time.monotonic() < until:
        time.sleep(chance.uniform(0.2, 1.5))
        for worker in workers(stack)[:1]:
            os.kill(worker, signal.SIGKILL)
            killed += 1
    assert killed >= 2
    stack.k3cloud.settings(latency_ms=0)

    run(stack, timeout=540)

    states = {one["key"]: one["state"] for one in show(stack, codes)}
    assert set(states.values()) <= {"DONE", "REVIEW"}, states
    assert_booked_once(stack, codes)
    bills = booked(stack)
    parked = [code for code, state in states.items() if state == "REVIEW"]
    assert not [code for code in parked if code in bills], "a payment with a finished bill is not left to a person"
    for code in parked:  # killed between INTENT and Push: K3Cloud shows no bill, and a person says so
        paysync("review", "confirm-none", code, "--reason", "the worker was killed", "--yes")
    run(stack, timeout=300)
    assert {one["state"] for one in show(stack, codes)} == {"DONE"}
    assert_booked_once(stack, codes)


@pytest.mark.parametrize("way", ["paysync replay", "start-message-move-task"])
def test_dead_letters_sent_three_times_book_once_what_was_mended(
    stack: Deployed, eventually: Callable[[Callable[[], bool], str], None], way: str
) -> None:
    """Two applications that were not audited are mended, a third is not; all three are sent again three times."""
    rows = [pay(stack, "7.77", status="B")[0] for _ in range(3)]
    numbers = [row["payeeTargetBusinessCode"] for row in rows]
    codes = [row["paymentBizCode"] for row in rows]
    run(stack)
    assert [one["state"] for one in show(stack, codes)] == ["REJECTED"] * 3
    assert {one["diagnosis"]["code"] for one in show(stack, codes)} == {"source.not_audited"}
    assert stack.messages(stack.outputs.dlq_url) >= len(codes)
    for number in numbers[:2]:
        stack.k3cloud.post(f"applications/{number}", {"status": "C"})

    for _ in range(3):
        if way == "paysync replay":
            paysync("replay", *codes, "--yes")
        else:
            redrive(stack, eventually)
        run(stack)

    assert [one["state"] for one in show(stack, codes)] == ["DONE", "DONE", "REJECTED"]
    assert_booked_once(stack, codes)
    assert codes[2] not in booked(stack)
    stack.k3cloud.post(f"applications/{numbers[2]}", {"status": "C"})
    paysync("replay", codes[2], "--yes")
    run(stack)
    assert show(stack, codes[2:])[0]["state"] == "DONE"


def test_a_lost_answer_is_resolved_by_asking(stack: Deployed) -> None:
    """The connection breaks after K3Cloud has made the bill: it is found, adopted, and no second one is made."""
    stack.k3cloud.faults({"kind": "reset_after", "operation": "Push", "nth": 1})
    (code,) = (row["paymentBizCode"] for row in pay(stack, "55.55"))

    run(stack)

    (seen,) = show(stack, [code])
    assert seen["state"] == "DONE"
    assert "IN_DOUBT" in [line["state"] for line in seen["history"]]
    assert_booked_once(stack, [code])


def test_the_command_line_speaks_to_machines(stack: Deployed) -> None:
    """The contracts of status, show, list, replay --dry-run, reconcile and doctor, and their exit codes."""
    (code,) = (row["paymentBizCode"] for row in pay(stack, "3.00"))
    run(stack)

    status = json.loads(paysync("status", "--json").stdout)
    assert {"states", "queue", "dlq", "watermark", "lag_seconds"} <= status.keys()
    assert set(status["states"]) == {
        *("NEW", "INTENT", "PUSHED", "SAVED", "SUBMITTED", "DONE", "IN_DOUBT", "REVIEW", "REJECTED", "CLOSED")
    }
    known, unknown = show(stack, [code, "NOBODY"])
    assert (known["key"], known["state"], known["bill"]["form"]) == (code, "DONE", "AP_PAYBILL")
    assert (unknown["key"], unknown["state"], unknown["bill"]) == ("NOBODY", None, None)
    assert code in {
        row["key"] for row in json.loads(paysync("list", "--state", "DONE", "--json", "--limit", "9999").stdout)
    }
    assert json.loads(paysync("replay", code, "--dry-run", "--json").stdout)["dry_run"] is True
    assert paysync("replay", "NOBODY", "--yes", fails=True).returncode == 1
    assert paysync("replay", fails=True).returncode == 2
    now = datetime.now(UTC)
    compared = json.loads(
        paysync("reconcile", "--from", iso(now - timedelta(days=2)), "--to", iso(now), "--yes", "--json").stdout
    )
    assert compared["findings"] == []
    assert compared["booked_sum"] == compared["bill_sum"]


def test_a_case_is_closed_with_a_reason_and_a_name(stack: Deployed) -> None:
    """An account that K3Cloud does not know is held for a person; closing it records who and why."""
    (row,) = pay(stack, "9.99", account="6222000000009999")
    code = row["paymentBizCode"]
    run(stack)
    assert code in {one["key"] for one in json.loads(paysync("review", "list", "--json").stdout)}

    paysync("review", "close", code, "--reason", "paid by hand", "--yes")

    (seen,) = show(stack, [code])
    assert seen["state"] == "CLOSED"
    assert "paid by hand" in json.dumps(seen["history"][-1], ensure_ascii=False)
    assert seen["history"][-1]["actor"]


def test_no_log_line_holds_a_secret_or_an_account(stack: Deployed) -> None:
    """Of all that the functions have logged so far."""
    text = "\n".join(line for name in ("fetch", "push", "sweep", "reconcile") for line in stack.lines(name))
    assert text
    for forbidden in ("cloud-secret", "0123456789abcdef0123456789abcdef", ACCOUNT):
        assert forbidden not in text


# ----------------------------------------------------------------------------------------------------------------------


def pay(
    stack: Deployed, *amounts: str, prefix: str = "FKSQ", account: str = ACCOUNT, status: str = "C"
) -> list[dict[str, Any]]:
    """An application in K3Cloud, and a paid transaction in Maycur for each amount."""
    number = f"{prefix}C{next(_SERIAL):05d}"
    total = str(sum(map(Decimal, amounts)))
    stack.k3cloud.load(applications=[{"number": number, "amount": total, "pay_org": "100", "status": status}])
    paid = datetime.now(UTC) - timedelta(hours=1)
    rows = [
        {
            "paymentBizCode": f"PTC{next(_SERIAL):06d}",
            "payeeTargetBusinessCode": number,
            "payerAccountName": "基本户",
            "payerAccountNumber": account,
            "payableAmount": amount,
            "auditTimeStamp": int(paid.timestamp() * 1000) + index,
        }
        for index, amount in enumerate(amounts)
    ]
    stack.maycur.load(payments=rows)
    return rows


def paysync(*arguments: str, fails: bool = False) -> subprocess.CompletedProcess[str]:
    """The real command, as a user types it."""
    command = [sys.executable, "-m", "paysync.cli.main", "--stack", "local", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "200"})
    assert fails or done.returncode == 0, done.stdout + done.stderr
    return done


def run(stack: Deployed, *, timeout: int = 120) -> None:
    """`paysync local run`, as it is documented."""
    command = [sys.executable, "-m", "paysync.cli.main", "local", "run", "--until-idle", "--timeout", str(timeout)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr + json.dumps(stack.k3cloud.calls()["counts"])


def show(stack: Deployed, codes: Sequence[str]) -> list[dict[str, Any]]:
    """One document per key, in the order asked for."""
    del stack
    return [json.loads(line) for line in paysync("show", *codes, "--json").stdout.splitlines()]


def booked(stack: Deployed) -> dict[str, list[dict[str, Any]]]:
    """The bills of K3Cloud's own books by the payment that they name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for bill in stack.k3cloud.books()["bills"]:
        if not bill["voided"]:
            found.setdefault(bill["third_bill_no"], []).append(bill)
    return found


def assert_booked_once(stack: Deployed, codes: Sequence[str]) -> None:
    """DONE means exactly one audited bill of the right amount; no other bill is there that belongs to nobody."""
    bills, paid = booked(stack), {row["paymentBizCode"]: row for row in stack.maycur.books()["payments"]}
    for one in show(stack, codes):
        mine = bills.get(one["key"], [])
        if one["state"] == "DONE":
            assert [(bill["status"], Decimal(bill["amount"])) for bill in mine] == [
                ("C", Decimal(paid[one["key"]]["payableAmount"]))
            ]
        else:
            assert len(mine) <= 1
    assert all(len(found) == 1 for code, found in bills.items() if code)


def redrive(stack: Deployed, eventually: Callable[[Callable[[], bool], str], None]) -> None:
    """What an operator does in the SQS console."""
    source, target = stack.queue_arn(stack.outputs.dlq_url), stack.queue_arn(stack.outputs.queue_url)
    stack.sqs.start_message_move_task(SourceArn=source, DestinationArn=target)
    eventually(
        lambda: stack.sqs.list_message_move_tasks(SourceArn=source)["Results"][0]["Status"] == "COMPLETED",
        "all dead letters are moved",
    )


def workers(stack: Deployed) -> list[int]:
    """The processes that run push now."""
    mark, command = f"ministack-lambda-{stack.outputs.push_function}-", ["ps", "-axww", "-o", "pid=,command="]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [int(line.split(maxsplit=1)[0]) for line in listed.splitlines() if mark in line]


def iso(at: datetime) -> str:
    return at.isoformat()
