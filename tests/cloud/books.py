"""Three books side by side: what Maycur has paid, what the ledger says, what K3Cloud holds. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Document: TypeAlias = "Mapping[str, Any]"
_UNDECIDED = {"NEW", "INTENT", "PUSHED", "SAVED", "SUBMITTED", "IN_DOUBT", "REVIEW"}


@dataclass
class Comparison:
    """What is wrong, by payment or bill; and the sums of those that are booked."""

    lost: list[str] = field(default_factory=list)
    """Paid, and the ledger does not know it; or DONE without a bill."""
    doubled: list[str] = field(default_factory=list)
    """Payments with more than one bill, and bills of ours that nobody owns though its whole source is settled."""
    different: list[str] = field(default_factory=list)
    """DONE, but the bill has another amount, is not audited, or is not the one that the row names."""
    open: list[str] = field(default_factory=list)
    """Not DONE (yet)."""
    paid: Decimal = Decimal()
    booked: Decimal = Decimal()
    billed: Decimal = Decimal()

    @property
    def agree(self) -> bool:
        """Neither doubled nor lost, and what is DONE is right to the cent."""
        return not (self.lost or self.doubled or self.different)


def compare(shown: Sequence[Document], paid: Iterable[Document], bills: Iterable[Document], *, ours: str) -> Comparison:
    """`shown`: documents of `paysync show`; all that a source has paid must be among them. `ours`: who makes bills."""
    amounts = {row["paymentBizCode"]: Decimal(str(row["payableAmount"])) for row in paid}
    standing = [bill for bill in bills if not bill["voided"]]
    found = Comparison()
    for one in shown:
        _compare_one(found, one, amounts[one["key"]], [b for b in standing if b["third_bill_no"] == one["key"]])
    found.doubled += _orphans(shown, standing, ours)
    return found


def _compare_one(found: Comparison, row: Document, amount: Decimal, bills: Sequence[Document]) -> None:
    key, done = row["key"], row["state"] == "DONE"
    found.paid += amount
    found.billed += sum((Decimal(bill["amount"]) for bill in bills), Decimal())
    if len(bills) > 1:
        found.doubled.append(key)
    if row["state"] is None or (done and not bills):
        found.lost.append(key)
    if not done:
        found.open.append(key)
        return
    found.booked += Decimal(row["amount"])
    of_bills = [(bill["status"], Decimal(bill["amount"]), str(bill["id"])) for bill in bills[:1]]
    if bills and of_bills != [("C", amount, row["bill"]["id"])]:
        found.different.append(key)


def _orphans(shown: Sequence[Document], bills: Iterable[Document], ours: str) -> list[str]:
    """Bills that were made by us and that nobody owns: money that would be paid out twice."""
    owned = {row["bill"]["id"] for row in shown if row["bill"]}
    states: dict[str, set[str]] = defaultdict(set)
    for row in shown:
        states[row["source"]].add(row["state"])
    return [
        f"bill {bill['number'] or bill['id']}"
        for bill in bills
        if bill["creator"] == ours and str(bill["id"]) not in owned
        for source in bill["source_numbers"]
        if source in states and not states[source] & _UNDECIDED
    ]
