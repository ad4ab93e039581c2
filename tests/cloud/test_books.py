"""Payments on the deployed stack: what Maycur has paid is booked once, whatever a vendor's answer looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cloud.deployed import codes

if TYPE_CHECKING:
    from cloud.deployed import Deployed

pytestmark = pytest.mark.cloud


def test_what_maycur_has_paid_is_booked_once_to_the_cent(stack: Deployed) -> None:
    """Two transactions of one application, a Chinese number, and one that stands in the list twice."""
    single, chinese, double = stack.pay("12.30"), stack.pay("88.00", prefix="付款申请"), stack.pay("1.00", "2.50")
    stack.maycur.load(payments=single)

    stack.run()

    keys = codes([*single, *chinese, *double])
    assert stack.states(keys) == ["DONE"] * 4
    stack.assert_books_agree(keys)


def test_a_second_run_books_nothing_again(stack: Deployed) -> None:
    """Fetch reads the overlap on every run; what it sees again costs nothing and changes nothing."""
    keys = stack.paid("21.00")
    stack.run()
    before = stack.show(keys)
    stack.run()
    assert stack.show(keys) == before


def test_a_lost_answer_is_resolved_by_asking(stack: Deployed) -> None:
    """The connection breaks after K3Cloud has made the bill: it is found, adopted, and no second one is made."""
    stack.k3cloud.faults({"kind": "reset_after", "operation": "Push", "nth": 1})
    keys = stack.paid("55.55")

    stack.run()

    (seen,) = stack.show(keys)
    assert seen["state"] == "DONE"
    assert "IN_DOUBT" in [line["state"] for line in seen["history"]]
    stack.assert_books_agree(keys)


def test_a_push_that_never_arrived_is_left_to_a_person(stack: Deployed) -> None:
    """Nobody can tell it from one that commits later: it is parked, and pushed again only when a person says so."""
    stack.k3cloud.faults({"kind": "reset_before", "operation": "Push", "nth": 1})
    keys = stack.paid("66.66")

    stack.run()

    assert stack.states(keys) == ["REVIEW"]
    assert keys[0] not in stack.bills()
