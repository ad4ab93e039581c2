"""Explore the model of the protocol (tests/model): its size under each safe policy, the harm without each guard.

`--traces` prints the shortest way to each harm in words, `--only TEXT` picks by name. Ends with 1 when a safe policy
breaks a promise or leaves somebody stuck, or when a guard can be taken out and nothing is found.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from model.assumptions import SAFE, WITHOUT, Without
from model.explore import explore, stuck, trace
from model.rows import PERSON, SYSTEM
from paysync.core.states import FINAL, SETTLED, State

if TYPE_CHECKING:
    from model.explore import Explored
    from model.world import Rules, World


def main() -> int:
    """Print everything; the exit code says whether all is as it must be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--traces", action="store_true", help="print the shortest way to each harm")
    parser.add_argument("--only", default="", metavar="TEXT", help="only what has TEXT in its name")
    options = parser.parse_args()
    safe = [_safe(name, rules) for name, rules in SAFE.items() if options.only in name]
    needed = [_needed(without, traces=options.traces) for without in WITHOUT if options.only in without.what]
    return 0 if all(safe) and all(needed) else 1


def _safe(name: str, rules: Rules) -> bool:
    started = time.perf_counter()
    found = explore(rules)
    if found.broken:
        print(f"BROKEN   {name}: {found.broken}")
        _tell(found)
        return False
    at_rest = stuck(found, lambda world: _all_in(FINAL, world), [SYSTEM])
    ended = stuck(found, lambda world: _all_in(SETTLED, world), [SYSTEM, PERSON])
    seconds = time.perf_counter() - started
    print(
        f"safe     {name}: {len(found.worlds):,} worlds, {found.steps:,} steps, 0 broken, "
        f"{len(at_rest) + len(ended)} stuck, {seconds:.1f} s"
    )
    return not (at_rest or ended)


def _needed(without: Without, *, traces: bool) -> bool:
    found = without.found()
    if not found.broken:
        print(f"UNNEEDED {without.what}: nothing goes wrong in {len(found.worlds):,} worlds")
        return False
    steps = len(trace(found))
    print(f"needed   without “{without.what}”: {found.broken}, after {steps} steps ({len(found.worlds):,} worlds)")
    if traces:
        _tell(found)
    return True


def _tell(found: Explored) -> None:
    for number, text in enumerate(trace(found), start=1):
        print(f"         {number:>3}. {text}")


def _all_in(states: frozenset[State], world: World) -> bool:
    return all(State(payment.state) in states for payment in world.payments)


if __name__ == "__main__":
    sys.exit(main())
