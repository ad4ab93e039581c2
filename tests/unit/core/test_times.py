"""Times: aware and UTC inside, whole milliseconds and Shanghai dates at the borders, windows that leave no gap."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paysync.core.times import EPOCH, MILLISECOND, Instant, Window, epoch_ms, from_epoch_ms, from_iso, iso, local_date

MILLIS = st.integers(min_value=0, max_value=4_102_444_800_000)
START = datetime(2025, 3, 3, 1, 0, tzinfo=UTC)


@given(MILLIS)
def test_milliseconds_survive_both_borders(milliseconds: int) -> None:
    """An instant is the same after a trip through a vendor's number or through our text."""
    at = from_epoch_ms(milliseconds)
    assert epoch_ms(at) == milliseconds
    assert from_iso(iso(at)) == at


@given(MILLIS, MILLIS)
def test_text_order_is_time_order(one: int, other: int) -> None:
    """The ledger's indexes sort times as text."""
    first, second = sorted([one, other])
    assert iso(from_epoch_ms(first)) <= iso(from_epoch_ms(second))
    assert len(iso(from_epoch_ms(first))) == len("2025-03-03T01:00:00.000Z")


def test_parts_of_a_millisecond_are_cut_not_rounded() -> None:
    """Rounding up would name a moment that has not come yet."""
    at = START + timedelta(microseconds=1_999)
    assert epoch_ms(at) == epoch_ms(START) + 1
    assert iso(at) == "2025-03-03T01:00:00.001Z"


def test_other_zones_are_brought_to_utc() -> None:
    """What comes in with another offset means the same moment."""
    assert from_iso("2025-03-03T09:00:00+08:00") == START
    assert from_iso("2025-03-03T09:00:00+08:00").tzinfo is UTC
    assert iso(datetime(2025, 3, 3, 9, tzinfo=timezone(timedelta(hours=8)))) == "2025-03-03T01:00:00.000Z"


def test_a_time_without_a_zone_is_refused() -> None:
    """Guessing the zone would move a payment to another day."""
    with pytest.raises(ValueError, match="no time zone"):
        from_iso("2025-03-03T09:00:00")


@pytest.mark.parametrize(("at", "day"), [(START.replace(hour=15, minute=59), 3), (START.replace(hour=16), 4)])
def test_a_bills_date_is_shanghais(at: Instant, day: int) -> None:
    """The day changes at 16:00 UTC, when it is midnight in China."""
    assert local_date(at) == date(2025, 3, day)


@pytest.mark.parametrize("length", [timedelta(), -MILLISECOND])
def test_a_window_is_not_empty(length: timedelta) -> None:
    """A window that ends before it has begun would read nothing and still move the watermark."""
    with pytest.raises(ValueError, match="ends after it starts"):
        Window(START, START + length)


@given(MILLIS, st.integers(min_value=2, max_value=10**10))
def test_halves_are_the_window(start: int, length: int) -> None:
    """Two halves touch, overlap nowhere, leave nothing out, and are both shorter."""
    window = Window(from_epoch_ms(start), from_epoch_ms(start) + MILLISECOND * length)
    first, second = window.halves()
    assert (first.start, first.end, second.end) == (window.start, second.start, window.end)
    assert first.milliseconds + second.milliseconds == window.milliseconds == length


@given(st.integers(min_value=1, max_value=5_000), st.integers(min_value=1, max_value=700))
def test_pieces_are_the_window(length: int, longest: int) -> None:
    """Pieces follow each other without a gap, none is longer than asked, and together they are the window."""
    window = Window(EPOCH, EPOCH + MILLISECOND * length)
    pieces = list(window.pieces(MILLISECOND * longest))
    assert (pieces[0].start, pieces[-1].end) == (window.start, window.end)
    assert all(one.end == other.start for one, other in pairwise(pieces))
    assert max(piece.milliseconds for piece in pieces) <= longest
