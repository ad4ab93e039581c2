"""Runs that once broke a promise, kept for ever.

A seed means another run once the dice are thrown in another order: what matters is kept as a scenario with its faults.
"""

from typing import Final

from simulation import guards
from simulation.faults import Fault
from simulation.guards import Saw

SEEDS: Final = (35, 55, 78, 154, 227, 256, 346, 449, 624, 60988, 75254)
"""Of `play_seed`."""
_OVERTAKEN: Final = {17: Fault.EXPIRY, 21: Fault.AHEAD, 22: Fault.SLOW}
PLANS: Final[tuple[tuple[str, dict[int, Fault], tuple[Saw, ...]], ...]] = (
    ("ten_with_two_faulty", {13: Fault.ROTATED}, (guards.no_lease, guards.no_pause_on_credentials)),
    (
        "ten_with_two_faulty",
        {11: Fault.NOT_SENT},
        (
            guards.no_source_lock,
            guards.no_intent,
            guards.no_ledger_before_the_queue,
            guards.no_ledger_before_the_watermark,
        ),
    ),
    ("ten_with_two_faulty", {32: Fault.NOT_SENT}, (guards.no_confirmation_of_a_dead_letter,)),
    ("three_with_two_faulty", {2: Fault.TWICE}, (guards.no_fence, guards.no_discretion_in_a_reason)),
    ("its_message_is_lost", {19: Fault.SLOW}, (guards.no_fence_for_wake_times,)),
    ("one_payment", _OVERTAKEN, (guards.no_look_at_the_state,)),
    ("one_payment", {21: Fault.ANSWER_LOST}, (guards.no_owner_token,)),
    ("one_payment", {21: Fault.CRASH_AFTER}, (guards.no_lock_in_review,)),
    ("one_payment", {22: Fault.SESSION}, (guards.no_new_intent_for_a_second_push,)),
    ("one_payment", {22: Fault.TIMEOUT_NOT}, (guards.no_policy, guards.no_doubt)),
    ("one_payment", {22: Fault.TIMEOUT_LATE}, (guards.no_doubt,)),
    ("one_payment", {25: Fault.TIMEOUT_NOT}, (guards.no_read_back_before_submit,)),
    ("one_payment", {25: Fault.REFUSED}, (guards.no_way_back_to_the_bill,)),
    ("attested", {22: Fault.CRASH_LATE}, (guards.no_quiet_period,)),
    ("attested", {22: Fault.TIMEOUT_NOT}, (guards.no_second_look, guards.no_time_between_looks)),
    ("attested", {16: Fault.BEHIND, 22: Fault.TIMEOUT_NOT}, (guards.no_second_look,)),
    ("attested", {22: Fault.TIMEOUT_DONE}, (guards.no_heed_of_what_is_shown,)),
    ("attested", {22: Fault.TIMEOUT_NOT, 44: Fault.TIMEOUT_NOT}, (guards.no_once,)),
    ("two_of_one", {2: Fault.TWICE}, (guards.no_write_before_the_acknowledgement,)),
)
"""Of `assert_ends_well`: each breaks a promise as soon as one of the guards beside it is taken out."""
