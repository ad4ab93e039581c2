"""A run with many schemes ends before Lambda ends it, and says which of them it did not begin."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fakes.journal import MemoryJournal
from fakes.system import FakeClock
from paysync.bootstrap.in_time import in_time
from paysync.core.codes import Code
from paysync.core.errors import RunError
from paysync.core.runs import for_each


def test_what_cannot_be_begun_is_told_and_the_run_fails() -> None:
    """The first two took all the time: they are whole, the third is named, and the alarm counts it."""
    clock, journal = FakeClock(), MemoryJournal()
    ran: list[str] = []

    def run(scheme: str) -> None:
        ran.append(scheme)
        clock.pause(timedelta(minutes=7))

    due = [(name, lambda name=name: name) for name in ("a", "b", "c")]
    with pytest.raises(RunError, match=r"could not run: c\. .*ran: a, b") as raised:
        for_each(in_time(due, clock, clock.now() + timedelta(minutes=15)), run, journal=journal)
    assert ran == ["a", "b"]
    assert raised.value.diagnosis.code is Code.SCHEMES_FAILED


def test_one_scheme_alone_is_named_with_what_to_do() -> None:
    """Its own diagnosis: the scheme, and the command that compares it alone."""
    clock = FakeClock()
    with pytest.raises(RunError) as raised:
        for_each(in_time([("a", lambda: "a")], clock, clock.now()), lambda _ports: None, journal=MemoryJournal())
    assert raised.value.diagnosis.code is Code.OUT_OF_TIME
    assert "paysync reconcile --scheme a" in raised.value.diagnosis.solution("en")
