"""Whether a read is asked again, and when."""

from datetime import UTC, datetime, timedelta

import pytest

from paysync.adapters.retries import LONGEST_WAIT, may_be_repeated, pause_before
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.outcomes import DefinitelyNot, Done, Unknown

NOW = datetime(2025, 3, 3, 1, 0, tzinfo=UTC)
REPEATED = {Code.MAYCUR_THROTTLED, Code.MAYCUR_UNREACHABLE, Code.MAYCUR_SERVER, Code.MAYCUR_UNREADABLE}


@pytest.mark.parametrize("code", [code for code in Code if code.startswith("maycur.")])
def test_only_trouble_that_passes_by_itself_is_repeated(code: Code) -> None:
    """A NACK, a null, a strange shape, a lost token or a refused login would only be asked in vain, or do harm."""
    for outcome in (Unknown(Diagnosis.of(code)), DefinitelyNot(Diagnosis.of(code))):
        assert may_be_repeated(outcome) is (code in REPEATED)


def test_a_good_answer_is_not_repeated() -> None:
    """Done is done."""
    assert not may_be_repeated(Done(()))


def test_pauses_grow_and_are_spread_by_chance() -> None:
    """1 s, then 3 s, each up to a quarter longer."""
    assert [pause_before(tries, "", now=NOW, fraction=0.0) for tries in (1, 2)] == [
        timedelta(seconds=1),
        timedelta(seconds=3),
    ]
    assert pause_before(1, "", now=NOW, fraction=0.8) == timedelta(seconds=1.2)


@pytest.mark.parametrize("wish", ["7", "Mon, 03 Mar 2025 01:00:07 GMT"])
def test_retry_after_is_honoured_in_both_forms(wish: str) -> None:
    """As seconds or as a date; jitter only makes the pause longer."""
    assert pause_before(1, wish, now=NOW, fraction=0.0) == timedelta(seconds=7)
    assert pause_before(1, wish, now=NOW, fraction=0.9) > timedelta(seconds=7)  # type: ignore[operator]  # not None here


@pytest.mark.parametrize("wish", ["soon", "-1", "1.5", "", "²", "Mon, 03 Mar 2025 00:00:00 GMT"])
def test_a_retry_after_that_says_nothing_is_not_believed(wish: str) -> None:
    """Unreadable or in the past: the pause is ours."""
    assert pause_before(1, wish, now=NOW, fraction=0.0) == timedelta(seconds=1)


@pytest.mark.parametrize("wish", ["21", "86400", "9" * 400, "Tue, 04 Mar 2025 01:00:00 GMT"])
def test_a_long_retry_after_is_left_to_the_next_run(wish: str) -> None:
    """A run that waits for minutes would end by its timeout; it fails now and the next one goes on."""
    assert timedelta(seconds=20) == LONGEST_WAIT
    assert pause_before(1, wish, now=NOW, fraction=0.0) is None
