"""Fault plans: which call is struck by what."""

from __future__ import annotations

import pytest

from simulators.common.faults import Fault, FaultError, FaultPlan, Kind


def struck(plan: FaultPlan, calls: int, operation: str = "Push", body: str = "") -> list[int]:
    """The numbers of the calls, from 1, that something happens to."""
    return [call for call in range(1, calls + 1) if plan.next_for(operation, body)]


def test_selectors_choose_calls_of_their_operation_only() -> None:
    """The n-th, the first n, all; calls of other operations do not count."""
    plan = FaultPlan.from_json([{"kind": "refuse", "operation": "Push", "nth": [2, 4]}])
    assert struck(plan, 9, "Save") == []
    assert struck(plan, 5) == [2, 4]
    assert struck(FaultPlan([Fault(Kind.HTML, first=2)]), 4) == [1, 2]
    assert struck(FaultPlan([Fault(Kind.HTML)]), 3) == [1, 2, 3]


def test_a_share_is_the_same_in_every_run_and_about_as_large_as_asked() -> None:
    """A share depends on its seed and the call's number, on nothing else."""
    first, second = (struck(FaultPlan([Fault(Kind.STATUS, share=0.2, seed=7)]), 1000) for _ in range(2))
    assert first == second
    assert 150 < len(first) < 250
    assert first != struck(FaultPlan([Fault(Kind.STATUS, share=0.2, seed=8)]), 1000)


def test_times_and_containing_narrow_a_fault() -> None:
    """At most so many strikes; calls without the text are not even counted."""
    plan = FaultPlan([Fault(Kind.RESET_AFTER, containing="FKSQ1", times=1)])
    assert struck(plan, 2, body="FKSQ2") == []
    assert struck(plan, 3, body="{FKSQ1}") == [1]


def test_the_first_fault_that_strikes_wins_and_all_count() -> None:
    """A list is an order of precedence."""
    plan = FaultPlan([Fault(Kind.DELAY, nth=(1,)), Fault(Kind.HTML, nth=(1, 2))])
    found = [plan.next_for("Push") for _ in range(3)]
    assert [one.kind if one else None for one in found] == [Kind.DELAY, Kind.HTML, None]


def test_a_plan_survives_json() -> None:
    """What is written can be read again, counters apart."""
    documents = [{"kind": "status", "status": 502, "operation": "Save", "share": 0.1, "effect": True}]
    plan = FaultPlan.from_json(documents)
    plan.next_for("Save")
    again = FaultPlan.from_json(plan.to_json())
    assert again.faults == plan.faults
    assert plan.to_json()[0]["seen"] == 1


@pytest.mark.parametrize("bad", [{"kind": "explode"}, {"kind": "html", "operaton": "Push"}, {}])
def test_a_fault_that_is_not_understood_is_refused(bad: dict[str, object]) -> None:
    """A typing error never means: nothing goes wrong."""
    with pytest.raises(FaultError):
        FaultPlan.from_json([bad])


def test_which_kinds_have_an_effect() -> None:
    """Three always do their work; the others when told."""
    assert {kind for kind in Kind if Fault(kind).has_effect} == {Kind.RESET_AFTER, Kind.LATE_COMMIT, Kind.CUT_BODY}
    assert Fault(Kind.STATUS, effect=True).has_effect
