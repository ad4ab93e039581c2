"""Runs that once broke a promise, kept for ever.

A seed means another run once the dice are thrown in another order: what matters is kept as a scenario with its faults.
"""

from typing import Final

from simulation.faults import Fault

SEEDS: Final = (35, 55, 78, 154, 227, 256, 346, 449, 624)
"""Of `play_seed`."""
PLANS: Final[tuple[tuple[str, dict[int, Fault]], ...]] = ()
"""Of `assert_ends_well`."""
