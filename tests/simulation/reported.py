"""What reconcile may say: of the reports of a run, at its end, when it is known what became of every bill."""

from typing import TYPE_CHECKING

from paysync.core.reconcile import Difference, Finding
from paysync.core.states import State
from simulation.books import BookedBill
from simulation.invariants import ViolationError

if TYPE_CHECKING:
    from simulation.world import World


def check_reports(world: "World") -> None:
    """Nothing was ever doubled, and a bill without an owner was one in the making, or one that a person left so."""
    for finding in (finding for report in world.reports for finding in report.findings):
        if finding.difference is Difference.DOUBLED:
            raise ViolationError(f"I1: {finding.key}: reconcile saw {finding.bill}")
        if finding.difference is Difference.UNKNOWN_BILL and not _has_cause(world, finding):
            raise ViolationError(f"I1: {finding.key}: reconcile saw bill {finding.bill}, which belongs to nobody")


def _has_cause(world: "World", finding: Finding) -> bool:
    found = [bill for bill in world.books.bills.values() if finding.bill in {bill.id, bill.number}]
    return any(bill.key in world.ledger.claims or _was_left(world, bill) for bill in found)


def _was_left(world: "World", bill: BookedBill) -> bool:
    """Whether a person took it out, or closed its payment's case with it."""
    row = world.ledger.table.get(bill.pushed_for) if bill.pushed_for else None
    return not bill.counts or (row is not None and (row.state is State.CLOSED or bill.id in row.not_ours))
