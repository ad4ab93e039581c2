"""push dies in the middle of its work, again and again: nothing is doubled, nothing is lost, and things settle."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import pytest

from cloud.command import paysync
from cloud.deployed import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cloud.deployed import Deployed

pytestmark = pytest.mark.cloud

_SEED = 20250131
_PAYMENTS, _KILLS = 50, 5


@pytest.fixture
def impatient(stack: Deployed) -> Iterator[Deployed]:
    """The stack with short leases."""
    with stack.impatient():
        yield stack


def test_a_killed_push_neither_doubles_nor_loses(impatient: Deployed) -> None:
    """SIGKILL of its process while it calls K3Cloud, at random among fifty payments; each doubt is asked about."""
    stack, chance = impatient, random.Random(_SEED)
    keys = [key for _ in range(_PAYMENTS) for key in stack.paid(f"{chance.randrange(100, 99999)}.07")]
    stack.k3cloud.settings(latency_ms=300)
    stack.fetch()
    killed = 0
    while killed < _KILLS:
        eventually(lambda: bool(stack.k3cloud.calls()["in_flight"]), "push calls K3Cloud")
        time.sleep(chance.uniform(0, 0.6))
        killed += stack.kill("push")
    stack.k3cloud.settings(latency_ms=0)

    stack.run(timeout=400)

    states = dict(zip(keys, stack.states(keys), strict=True))
    assert set(states.values()) <= {"DONE", "REVIEW"}, states
    stack.assert_books_agree(keys)
    parked, bills = [key for key, state in states.items() if state == "REVIEW"], stack.bills()
    assert not [key for key in parked if key in bills], "a payment with a finished bill is not left to a person"
    for key in parked:  # killed between INTENT and Push: K3Cloud shows no bill, and a person says so
        paysync("review", "confirm-none", key, "--reason", "the worker was killed", "--yes")
    stack.run(timeout=300)
    assert set(stack.states(keys)) == {"DONE"}
    stack.assert_books_agree(keys)
