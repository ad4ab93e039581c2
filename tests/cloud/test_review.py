"""A person decides on the deployed stack: K3Cloud is asked, the decision is recorded, and push carries it out."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from cloud.command import paysync
from cloud.deployed import UNKNOWN_ACCOUNT, codes

if TYPE_CHECKING:
    from cloud.deployed import Deployed

pytestmark = pytest.mark.cloud


def by_hand(stack: Deployed, amount: str, *, of: str = "") -> tuple[str, dict[str, Any]]:
    """A payment whose application (`of` more, perhaps) has a bill that a person made; push must not touch it."""
    (row,) = stack.pay(amount, amount=of or amount)
    rest = {"amount": str(Decimal(of) - Decimal(amount))} if of else {}
    made = stack.k3cloud.post("bills", {"source": row["payeeTargetBusinessCode"], **rest})
    stack.run()
    (key,) = codes([row])
    (seen,) = stack.show([key])
    assert (seen["state"], seen["diagnosis"]["code"]) == ("REVIEW", "bill.foreign")
    return key, made


def test_a_bill_made_by_hand_is_adopted_and_completed(stack: Deployed) -> None:
    """By its number; it gets our reference and amount, is audited, and no second one is made."""
    key, made = by_hand(stack, "17.00")
    assert key in {one["key"] for one in paysync("review", "list", "--json").document}
    assert "nothing was changed" in paysync("review", "adopt", key, "FKD-NO", "--reason", "r", "--yes", ends=1).err

    paysync("review", "adopt", key, made["number"], "--reason", "made by the cashier", "--yes")
    stack.run()

    (seen,) = stack.show([key])
    assert (seen["state"], seen["bill"]["id"]) == ("DONE", str(made["id"]))
    stack.assert_books_agree([key])
    assert _decision(seen, "made by the cashier")["actor"]


def test_confirming_that_no_bill_is_ours_lets_it_be_pushed(stack: Deployed) -> None:
    """The bill that stands there belongs to another matter: it is remembered as not ours and left alone."""
    key, made = by_hand(stack, "18.00", of="100.00")

    paysync("review", "confirm-none", key, "--reason", "that bill is the other instalment", "--yes")
    stack.run()

    (seen,) = stack.show([key])
    assert seen["state"] == "DONE"
    assert seen["bill"]["id"] != str(made["id"])
    stack.assert_books_agree([key])


def test_a_case_is_closed_with_a_reason_and_a_name(stack: Deployed) -> None:
    """An account that K3Cloud does not know is held for a person; closed, it is never booked, whatever is sent."""
    (key,) = stack.paid("9.99", account=UNKNOWN_ACCOUNT)
    stack.run()
    assert stack.states([key]) == ["REVIEW"]
    paysync("review", "close", key, "--yes", ends=2)

    paysync("review", "close", key, "--reason", "paid by hand", "--yes")
    paysync("replay", key, "--yes")
    stack.run()

    (seen,) = stack.show([key])
    assert seen["state"] == "CLOSED"
    assert _decision(seen, "paid by hand")["actor"]
    assert key not in stack.bills()
    assert "nothing was changed" in paysync("review", "close", key, "--reason", "again", "--yes", ends=1).err


def test_nothing_is_decided_while_k3cloud_cannot_be_asked(stack: Deployed) -> None:
    """What it showed yesterday may be wrong today."""
    (key,) = stack.paid("9.98", account=UNKNOWN_ACCOUNT)
    stack.run()
    stack.k3cloud.faults({"kind": "status", "status": 503, "operation": "*"})
    try:
        answer = paysync("review", "confirm-none", key, "--reason", "r", "--yes", ends=1)
    finally:
        stack.k3cloud.faults()
    assert "could not be asked" in answer.err
    assert stack.states([key]) == ["REVIEW"]


def _decision(seen: dict[str, Any], reason: str) -> dict[str, Any]:
    """The line of history that a person's decision left."""
    (line,) = [line for line in seen["history"] if reason in json.dumps(line, ensure_ascii=False)]
    return dict(line)
