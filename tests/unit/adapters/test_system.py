"""The real clock and the real ids."""

from datetime import UTC, timedelta

from paysync.adapters.system import SystemClock, SystemIds
from paysync.core.times import from_iso, iso


def test_the_clock_tells_whole_milliseconds_in_utc() -> None:
    """What is written to the ledger and read back is the same instant."""
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert from_iso(iso(now)) == now


def test_a_pause_lets_time_pass() -> None:
    """And one of nothing, or less, does not raise."""
    clock = SystemClock()
    before = clock.now()
    clock.pause(timedelta(milliseconds=5))
    clock.pause(timedelta(seconds=-1))
    assert clock.now() - before >= timedelta(milliseconds=4)


def test_ids_differ_and_fit_a_request_token() -> None:
    """At most 36 characters; fractions below one."""
    ids = SystemIds()
    tokens = {ids.token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {32}
    assert all(0 <= ids.fraction() < 1 for _ in range(100))
