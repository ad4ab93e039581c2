"""What the store of the shared login token promises: concurrent runs log in once, and a refusal is remembered."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from conformance.conftest import FLOOR
from fakes.system import START
from paysync.core.errors import DefectError
from paysync.core.records import LoginRefusal, Token

if TYPE_CHECKING:
    from conformance.conftest import Bench

LEASE = timedelta(seconds=30)
LIFE = timedelta(minutes=30)


def token(value: str = "one") -> Token:
    """A token of half an hour."""
    return Token(value, "EC1", START + LIFE)


def test_a_token_is_kept_until_it_expires(bench: "Bench") -> None:
    """Every run sees it; expired it is as if there were none."""
    run, other = bench.token_store(), bench.token_store()
    assert run.current() is None
    assert run.acquire_right_to_login(START, LEASE)
    run.store(token())
    assert other.current() == token()
    bench.clock.advance(LIFE)
    assert other.current() is None


def test_concurrent_runs_log_in_once(bench: "Bench") -> None:
    """While one has the right no other gets it; afterwards the token is there and no login is needed."""
    run, other = bench.token_store(), bench.token_store()
    assert run.acquire_right_to_login(START, LEASE)
    assert not other.acquire_right_to_login(START, LEASE)
    run.store(token())
    assert not other.acquire_right_to_login(START + FLOOR, LEASE)


def test_the_right_of_a_dead_run_passes_on(bench: "Bench") -> None:
    """After its lease, and not before the floor: it may have logged in before it died."""
    run, other = bench.token_store(), bench.token_store()
    assert run.acquire_right_to_login(START, LEASE)
    assert not other.acquire_right_to_login(START + LEASE, LEASE)
    assert other.acquire_right_to_login(START + FLOOR, LEASE)
    other.store(token("two"))
    run.store(token("late"))
    assert other.current() == token("two")


def test_a_token_that_the_vendor_refused_may_be_replaced(bench: "Bench") -> None:
    """Only that one: who still holds an older token is told to read the newer; and the floor holds."""
    run, other = bench.token_store(), bench.token_store()
    run.acquire_right_to_login(START, LEASE)
    run.store(token())
    assert not run.acquire_right_to_login(START + LEASE, LEASE, instead_of=token())
    at = START + FLOOR
    assert run.acquire_right_to_login(at, LEASE, instead_of=token())
    run.store(token("two"))
    assert not other.acquire_right_to_login(at + FLOOR, LEASE, instead_of=token())
    assert other.current() == token("two")


def test_a_refused_login_is_remembered_until_one_succeeds(bench: "Bench") -> None:
    """For the circuit; the floor holds after a refusal as well."""
    run, other = bench.token_store(), bench.token_store()
    assert run.refusal() is None
    run.acquire_right_to_login(START, LEASE)
    run.refuse(LoginRefusal(START, "mark"))
    assert other.refusal() == LoginRefusal(START, "mark")
    assert not other.acquire_right_to_login(START + LEASE, LEASE)
    assert other.acquire_right_to_login(START + FLOOR, LEASE)
    other.store(token())
    assert run.refusal() is None


def test_a_login_that_was_not_sent_gives_the_right_back(bench: "Bench") -> None:
    """Another may try at once."""
    run, other = bench.token_store(), bench.token_store()
    run.acquire_right_to_login(START, LEASE)
    run.give_back()
    assert other.acquire_right_to_login(START, LEASE)


def test_the_right_is_not_lost_with_an_answer(bench: "Bench") -> None:
    """A repeated request knows that it was let through before."""
    run = bench.token_store()
    if hasattr(bench, "client"):
        bench.lose_the_next_answer()
    assert run.acquire_right_to_login(START, LEASE)
    if hasattr(bench, "client"):
        bench.lose_the_next_answer()
    run.store(token())
    assert run.current() == token()


def test_nothing_is_stored_without_the_right(bench: "Bench") -> None:
    """A login without it is a defect of ours."""
    with pytest.raises(DefectError):
        bench.token_store().store(token())


def test_a_token_does_not_print_itself() -> None:
    """It may stand in a traceback or a log line."""
    assert "s3ss10n" not in repr(token("s3ss10n"))
