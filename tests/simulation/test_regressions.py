"""The runs that are kept can still fail: each breaks the promise of a guard beside it once that one is taken out."""

import pytest

from simulation.faults import Fault
from simulation.guards import GUARDS, Saw
from simulation.invariants import ViolationError
from simulation.regressions import PLANS
from simulation.strikes import assert_ends_well

pytestmark = pytest.mark.simulation

PAIRS = [(name, plan, guard) for name, plan, without in PLANS for guard in without]


@pytest.mark.parametrize(("name", "plan", "guard"), PAIRS, ids=[f"{p[0]}-{p[2].__name__}" for p in PAIRS])
def test_a_plan_breaks_the_promise_of_the_guard_beside_it(
    name: str, plan: dict[int, Fault], guard: Saw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan whose faults have lost their place in the run would hold for nothing."""
    guard(monkeypatch)
    with pytest.raises(ViolationError, match=f"^{GUARDS[guard]}: "):
        assert_ends_well(name, plan)
