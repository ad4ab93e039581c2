"""The simulator's own books must add up, whatever is done to them: a judge that errs is worse than none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulators.k3cloud.dispatch import Tenant
from simulators.k3cloud.inspection import books_json

STEPS = ("Push", "Save", "Submit", "Audit", "UnAudit", "Cancel", "Delete")
Steps = list[tuple[str, int, str]]


def act(made: Tenant, step: str, at: int, amount: str) -> Any:
    """One step on one of the applications or bills there are."""
    books = books_json(made.state)
    if step == "Push":
        number = books["applications"][at % 2]["number"]
        return made.call("Push", "CN_PAYAPPLY", {"Numbers": [number], "RuleId": "CN_PAYAPPLYTOPAYBILL"})
    if not books["bills"]:
        return None
    bill = books["bills"][at % len(books["bills"])]
    if step == "Save":
        entry = {"FEntryID": bill["entries"][0]["id"], "FPAYAMOUNTFOR_E": Decimal(amount)}
        model = {"FID": bill["id"], "FPAYBILLENTRY": [entry]}
        return made.call("Save", "AP_PAYBILL", {"IsDeleteEntry": False, "Model": model})
    operation, name = ("ExcuteOperation", "Cancel") if step == "Cancel" else (step, "")
    return made.call(operation, "AP_PAYBILL", {"Ids": str(bill["id"])}, name)


def run(steps: Steps, *, guard: bool) -> Tenant:
    """Two applications, of one entry and of two, and everything that is done to them."""
    made = Tenant()
    made.load(
        applications=[
            {"number": "FKSQ1", "amount": "100.00", "pay_org": "100"},
            {"number": "FKSQ2", "entries": [{"amount": "70.10"}, {"amount": "29.90"}], "pay_org": "100", "paid": "5"},
        ],
        settings={"over_push_guard": guard},
    )
    for step, at, amount in steps:
        act(made, step, at, amount)
    return made


any_steps = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 5), st.sampled_from(["0.01", "30", "70.105", "100", "1000"])),
    max_size=25,
)


@given(any_steps)
def test_with_the_guard_no_source_is_ever_overpaid(steps: Steps) -> None:
    """Open amounts never go below zero, and paid and open are what was applied for."""
    books = books_json(run(steps, guard=True).state)
    for application in books["applications"]:
        rest, before, applied = (Decimal(application[key]) for key in ("open", "paid_before", "applied"))
        own = [bill for bill in books["bills"] if application["number"] in bill["source_numbers"]]
        assert rest >= 0
        assert sum(Decimal(bill["amount"]) for bill in own if not bill["voided"]) + before + rest == applied


@given(any_steps)
def test_every_bill_ever_made_is_in_the_log_once(steps: Steps) -> None:
    """Bills in the books and bills deleted are together the bills pushed; numbers are never given twice."""
    books = books_json(run(steps, guard=False).state)
    pushed = [line["bill_id"] for line in books["log"] if line["effect"] == "pushed"]
    deleted = [line["bill_id"] for line in books["log"] if line["effect"] == "deleted"]
    numbers = [line["bill_number"] for line in books["log"] if line["effect"] == "pushed"]
    assert sorted(pushed) == sorted(deleted + [bill["id"] for bill in books["bills"]])
    assert len(set(numbers)) == len(numbers)
