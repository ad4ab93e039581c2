"""Runs that once broke a promise, kept for ever.

A seed means another run once the dice are thrown in another order: what matters is kept as a scenario with its faults.
"""

from typing import Final

from simulation.faults import Fault

SEEDS: Final = (35, 55, 78, 154, 227, 256, 346, 449, 624, 60988, 75254)
"""Of `play_seed`."""
PLANS: Final[tuple[tuple[str, dict[int, Fault]], ...]] = (
    ("ten_with_two_faulty", {13: Fault.ROTATED}),  # no fence, no lease, no pause on credentials
    ("ten_with_two_faulty", {11: Fault.NOT_SENT}),  # no source lock, no intent, no ledger before queue or watermark
    ("ten_with_two_faulty", {32: Fault.NOT_SENT}),  # no confirmation of a dead letter
    ("one_payment", {21: Fault.ANSWER_LOST}),  # no owner token
    ("one_payment", {21: Fault.CRASH_AFTER}),  # no lock in review
    ("one_payment", {22: Fault.SESSION}),  # no new intent for a second Push
    ("one_payment", {22: Fault.TIMEOUT_LATE}),  # no doubt
    ("one_payment", {25: Fault.TIMEOUT_NOT}),  # no read-back before Submit
    ("one_payment", {25: Fault.REFUSED}),  # no way back to the bill
    ("attested", {22: Fault.CRASH_LATE}),  # no quiet period
    ("two_of_one", {2: Fault.TWICE}),  # no write before the acknowledgement
)
"""Of `assert_ends_well`: each breaks a promise as soon as the guard beside it is taken out (see guards.py)."""
