"""What reconcile does and says in the whole world: it queues what is missing, and finds what came too late."""

from datetime import timedelta
from decimal import Decimal

import pytest

from paysync.core.reconcile import Difference
from paysync.core.states import State
from simulation.books import BookedBill
from simulation.faults import Fault
from simulation.invariants import ViolationError
from simulation.pair import QUIET
from simulation.people import confirm_none_of_all
from simulation.reported import check_reports
from simulation.scenarios import apply, pay, play
from simulation.world import Load, World

pytestmark = pytest.mark.simulation


def _said(world: World) -> list[tuple[Difference, str]]:
    return [(finding.difference, finding.key) for report in world.reports for finding in report.findings]


def test_what_the_ledger_lacked_is_queued_by_reconcile() -> None:
    """Fetch had read past it when reconcile saw it; that it has gone from Maycur since is said as well."""
    world = play("reconcile_beside_push")
    assert [report.queued for report in world.reports] == [0, 1, 0, 0]
    assert _said(world) == [(Difference.MISSING, "P2"), (Difference.EXTRA, "P2")]


def _too_late() -> World:
    """The Push of P1 left no trace, a person said so, it was repeated, and then the first one is carried out."""
    ops = play("one_payment").ops or []
    world = World(plan={ops.index("make") + 1: Fault.TIMEOUT_NOT}, load=Load(over_push_guard=False))
    apply(world, "FK-1", "100.00")
    pay(world, "P1", "FK-1", "100.00")
    world.fetch()
    world.run_for(QUIET + timedelta(hours=1))
    assert [row.state for row in world.ledger.table.values()] == [State.REVIEW]
    confirm_none_of_all(world)
    world.run_for(timedelta(hours=1))
    assert [row.state for row in world.ledger.table.values()] == [State.DONE]
    late = world.books.push(["FK-1"], now=world.now, visible_at=world.now, pushed_for=None)
    assert isinstance(late, BookedBill)
    late.day = next(bill.day for bill in world.books.bills.values())
    assert late.amount == Decimal("100.00")
    world.reconcile()
    world.run_for(timedelta(minutes=10))
    world.stop()
    return world


def test_a_commit_later_than_the_quiet_period_is_reported() -> None:
    """It is beyond the promise that it cannot happen; reconcile says that there is a bill of nobody."""
    assert _said(_too_late()) == [(Difference.UNKNOWN_BILL, "")]


def test_a_bill_of_nobody_is_noticed_at_the_end_of_a_run() -> None:
    """The check of the reports can fail."""
    with pytest.raises(ViolationError, match="belongs to nobody"):
        check_reports(_too_late())
