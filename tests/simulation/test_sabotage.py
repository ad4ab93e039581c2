"""Each guard is taken out in turn, and the world must notice: a guard whose loss nothing notices is untested."""

import pytest

from simulation.guards import GUARDS, Saw
from simulation.sabotage import Run, all_runs, noticed

pytestmark = pytest.mark.simulation


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    """A bounded number of them."""
    return all_runs()


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
def test_the_loss_of_a_guard_is_noticed(guard: Saw, runs: list[Run], monkeypatch: pytest.MonkeyPatch) -> None:
    """By the promise that it guards, within every single fault, every act, and a bounded number of seeds."""
    guard(monkeypatch)
    assert noticed(GUARDS[guard], iter(runs))
