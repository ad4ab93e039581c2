"""Hypothesis makes the world's history up, step by step: it looks for the shortest one that breaks I1 to I10.

The world's own checker watches every commit, Push, deletion and move of the watermark. The other runs begin from a
scenario or a seed; here the order of people, schedules, payments and faults is itself what is searched, and shrunk.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fakes.system import START
from paysync.core.states import FINAL, SETTLED, State
from simulation import guards
from simulation.books import Application
from simulation.faults import KINDS, Fault
from simulation.pair import scheme
from simulation.scenarios import OneBill, pay
from simulation.strikes import BY_HAND, HARMLESS
from simulation.world import Load, World

if TYPE_CHECKING:
    from paysync.core.keys import PaymentKey

pytestmark = pytest.mark.simulation

_STRIKES: Final = [(op, kind) for op, kinds in KINDS.items() for kind in kinds]
_LOST_PUSHES: Final = [("make", kind) for kind in KINDS["make"]]
_TELLING: Final = [
    *((op, kind) for op in ("save", "submit", "audit") for kind in (Fault.REFUSED, Fault.PERIOD)),
    *(("save", kind) for kind in (Fault.IGNORED, Fault.TIMEOUT_NOT, Fault.PARTIAL)),
    *(("commit", Fault.ANSWER_LOST), ("make", Fault.SESSION), ("sources", Fault.ROTATED), ("bury", Fault.NOT_SENT)),
]
"""Those that only one guard stands against."""
_SPANS: Final = (timedelta(seconds=1), timedelta(seconds=20), timedelta(minutes=7), timedelta(minutes=50))
_MOST_PAYMENTS: Final = 4


_TRUE: Final = sorted(BY_HAND.keys() - {"confirm_none"})
"""A person may do anything but say of a bill that it is not ours when it is: that assumption is docs/promise.md's."""


class Struck(World):
    """A world in which the next call of a kind is struck."""

    def __init__(self, load: Load | None = None) -> None:
        self.strikes: dict[str, Fault] = {}
        self.strikes_at: dict[int, Fault] = {}
        super().__init__(plan=self.strikes_at, load=load)

    def point(self, op: str) -> Fault | None:
        if op in self.strikes:
            self.strikes_at[self.points + 1] = self.strikes.pop(op)
        return super().point(op)


class History(RuleBasedStateMachine):
    """One tenant: payments come, time passes, calls fail, people act; nothing promised may break at any step."""

    def __init__(self) -> None:
        super().__init__()
        self.world = Struck()
        self.fences: dict[PaymentKey, int] = {}
        self.settled: dict[PaymentKey, State] = {}
        self.undisturbed = True
        self.names_one = False

    @initialize(
        guard=st.booleans(),
        lag=st.sampled_from((0, 5)),
        repush=st.booleans(),
        names_one=st.sampled_from((False, False, True)),
    )
    def tenant(self, guard: bool, lag: int, repush: bool, names_one: bool) -> None:  # noqa: FBT001 - drawn
        """What is true of it from the first moment; `names_one`: its ERP answers every Push with the first bill."""
        load = Load(over_push_guard=guard, query_lag=timedelta(minutes=lag), scheme=scheme(repush=repush))
        self.world = Struck(load)
        self.names_one = names_one
        if names_one:
            self.world.books = self.world.target.books = OneBill()
            self.undisturbed = False

    @precondition(lambda self: len(self.world.maycur.rows) < _MOST_PAYMENTS)
    @rule(
        cents=st.lists(st.integers(1, 10_000), min_size=1, max_size=2),
        spare=st.sampled_from((0, 5)),
        draft=st.booleans(),
    )
    def payments_of_an_application(self, cents: list[int], spare: int, draft: bool) -> None:  # noqa: FBT001 - drawn
        """Somebody has paid an application, in one part or in two, or not all of it."""
        number = f"FK-{len(self.world.books.applications)}"
        amounts = [Decimal(one) / 100 for one in cents]
        self.world.books.add(Application(f"id-{number}", number, sum(amounts, Decimal(spare)), draft=draft))
        for amount in amounts:
            pay(self.world, f"P{len(self.world.maycur.rows)}", number, str(amount), appears=self.world.now - START)

    @precondition(lambda self: not self.names_one)
    @rule(strike=st.sampled_from(_LOST_PUSHES) | st.sampled_from(_TELLING) | st.sampled_from(_STRIKES))
    def a_call_will_fail(self, strike: tuple[str, Fault]) -> None:
        """The next call of one kind: the Push, a refusal of its bill, or any."""
        op, kind = strike
        self.world.strikes[op] = kind
        self.undisturbed = False

    @rule()
    def fetch_comes(self) -> None:
        """By its schedule."""
        self.world.fetch()

    @rule(span=st.sampled_from(_SPANS))
    def time_passes(self, span: timedelta) -> None:
        """Lambda, SQS and the sweep do their work."""
        self.world.run_for(span)

    @rule(act=st.sampled_from(sorted(HARMLESS)))
    def a_schedule_or_an_operator(self, act: str) -> None:
        """Fetch, sweep, backfill, replay, redrive, a decision."""
        HARMLESS[act](self.world)

    @precondition(lambda self: self.world.books.applications and not self.names_one)
    @rule(act=st.sampled_from(_TRUE))
    def a_person(self, act: str) -> None:
        """A bill made, changed, voided, deleted or finished by hand, a case closed, a payment corrected."""
        BY_HAND[act](self.world)
        self.undisturbed = False

    @invariant()
    def the_fence_only_grows(self) -> None:
        """I8."""
        for key, row in self.world.ledger.table.items():
            assert row.fence >= self.fences.get(key, 0), "I8: the fence went back"
            self.fences[key] = row.fence

    @invariant()
    def what_is_settled_stays_settled(self) -> None:
        """DONE and CLOSED are the end, whoever sends, replays or decides what."""
        for key, state in self.settled.items():
            assert self.world.ledger.table[key].state is state, f"I2: {key.code} was {state}"
        rows = self.world.ledger.table.items()
        self.settled |= {key: row.state for key, row in rows if row.state in SETTLED}

    @invariant()
    def a_bill_has_one_owner_and_a_payment_one_bill(self) -> None:
        """I1 and I4, at every moment and not only in the end."""
        for key in self.world.ledger.table:
            assert len(self.world.checker.bills_of(key)) <= 1, f"I1: {key.code} has two bills"
        owned = [row.bill.key for row in self.world.ledger.table.values() if row.bill]
        assert len(owned) == len(set(owned)), "I4: a bill has two owners"

    def teardown(self) -> None:
        """I10 and I2: in the end all is settled; without a fault or a hand in it, every payment is booked by itself."""
        try:
            if self.undisturbed:
                self.world.fetch()
                self.world.run_for(timedelta(hours=2))
                assert {row.state for row in self.world.ledger.table.values()} <= FINAL
            self.world.settle()
            if self.undisturbed:
                assert {row.state for row in self.world.ledger.table.values()} <= {State.DONE}
        finally:
            self.world.stop()


TestHistory = pytest.mark.simulation(History.TestCase)
TestHistory.__doc__ = "No history that Hypothesis can think of breaks a promise."
TestHistory.settings = settings(
    max_examples=150, stateful_step_count=25, derandomize=True, suppress_health_check=list(HealthCheck)
)


SEEN: Final = (
    guards.no_fence,
    guards.no_lease,
    guards.no_source_lock,
    guards.no_lock_in_review,
    guards.no_unique_claim,
    guards.no_baseline,
    guards.no_intent,
    guards.no_new_intent_for_a_second_push,
    guards.no_quiet_period,
    guards.no_doubt,
    guards.no_single_source,
    guards.no_read_back_before_submit,
    guards.no_way_back_to_the_bill,
    guards.no_ledger_before_the_queue,
    guards.no_ledger_before_the_watermark,
    guards.no_write_before_the_acknowledgement,
)
"""The others need a scenario or a seed of their own: test_sabotage.py takes out every guard there is."""


def said(error: BaseException | None) -> Iterator[str]:
    """What was wrong, and what had been wrong before: the end of a history that has failed may fail as well."""
    while error is not None:
        yield str(error)
        error = error.__context__


@pytest.mark.parametrize("guard", SEEN, ids=lambda guard: guard.__name__)
def test_the_loss_of_a_guard_ends_in_a_history_that_breaks_its_promise(
    guard: guards.Saw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within a bounded number of histories, always the same ones."""
    guard(monkeypatch)
    with pytest.raises(AssertionError) as broken:
        run_state_machine_as_test(
            History,
            settings=settings(
                TestHistory.settings,
                max_examples=400,
                database=None,
                phases=[Phase.generate],
                report_multiple_bugs=False,
            ),
        )
    assert any(words.startswith(f"{guards.GUARDS[guard]}: ") for words in said(broken.value))
