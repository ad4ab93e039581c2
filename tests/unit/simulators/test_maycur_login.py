"""The login desk: signature, tokens, ban."""

import hashlib
from typing import Final

import pytest

from simulators.common.jsontext import JsonObject
from simulators.maycur.login import ENT_CODE, LoginDesk, Refusal, Session, signature
from simulators.maycur.settings import Settings

TIMESTAMP: Final = 1_700_000_000_000
NOW: Final = TIMESTAMP / 1000
VECTOR: Final = "d64b82656e5c1f9516d3c8be3c9c8d244cd5945ae68a5e721f56875e7cc5d6d0"
NO_BAN: Final = Settings(ban_logins=0)


def body(*, secret: str = VECTOR, timestamp: int | str = TIMESTAMP, code: str = "EXAMPLEAPP") -> JsonObject:
    return {"appCode": code, "timestamp": timestamp, "secret": secret}


def log_in(desk: LoginDesk, *, now: float = NOW, settings: Settings = NO_BAN) -> Session:
    outcome = desk.log_in(body(), now=now, settings=settings)
    assert isinstance(outcome, Session)
    return outcome


def test_the_signature_is_that_of_the_reference() -> None:
    """The published vector, digit for digit."""
    assert signature("example-secret", "EXAMPLEAPP", str(TIMESTAMP)) == VECTOR


@pytest.mark.parametrize("timestamp", [TIMESTAMP, str(TIMESTAMP)])
def test_a_good_signature_logs_in_with_the_time_as_number_or_string(timestamp: int | str) -> None:
    """Clients were seen to send either."""
    assert isinstance(LoginDesk().log_in(body(timestamp=timestamp), now=NOW, settings=NO_BAN), Session)


def test_a_signature_without_colons_is_refused() -> None:
    """The variant that begins with 9ca7aa39, which a faithful simulator must not let in."""
    without = hashlib.sha256(f"example-secretEXAMPLEAPP{TIMESTAMP}".encode()).hexdigest()
    assert without.startswith("9ca7aa39")
    assert isinstance(LoginDesk().log_in(body(secret=without), now=NOW, settings=NO_BAN), Refusal)


@pytest.mark.parametrize(
    "wrong",
    [
        body(secret=VECTOR.upper()),
        body(timestamp=TIMESTAMP + 1),
        body(code="OTHER"),
        body(timestamp="soon"),
        {"appCode": "EXAMPLEAPP", "secret": VECTOR},
        {},
    ],
)
def test_anything_else_is_refused_in_the_vendors_words(wrong: JsonObject) -> None:
    """Upper-case hex, another time than the one signed, an unknown code, missing fields."""
    outcome = LoginDesk().log_in(wrong, now=NOW, settings=NO_BAN)
    assert isinstance(outcome, Refusal)
    assert outcome.message == "fail to login"


def test_an_old_timestamp_is_refused_only_where_the_clock_is_checked() -> None:
    """The skew a tenant allows is unknown, hence a setting."""
    late = NOW + 301
    assert isinstance(LoginDesk().log_in(body(), now=late, settings=NO_BAN), Session)
    strict = NO_BAN.changed({"login_clock_skew_seconds": 300})
    assert isinstance(LoginDesk().log_in(body(), now=late, settings=strict), Refusal)


def test_a_token_is_good_for_its_life_and_no_longer() -> None:
    """1800 seconds by default."""
    desk = LoginDesk()
    token = log_in(desk).token
    assert desk.knows(token, ENT_CODE, now=NOW + 1799, settings=NO_BAN)
    assert not desk.knows(token, ENT_CODE, now=NOW + 1800, settings=NO_BAN)
    assert not desk.knows(token, "EC00000002", now=NOW, settings=NO_BAN)


@pytest.mark.parametrize(("new_login", "first_is_good"), [("keeps", True), ("kills", False)])
def test_a_second_login_keeps_or_kills_the_first_token(new_login: str, *, first_is_good: bool) -> None:
    """Unknown on a real tenant, hence both."""
    desk, settings = LoginDesk(), NO_BAN.changed({"new_login": new_login})
    first, second = log_in(desk, settings=settings), log_in(desk, settings=settings)
    assert desk.knows(first.token, ENT_CODE, now=NOW, settings=settings) is first_is_good
    assert desk.knows(second.token, ENT_CODE, now=NOW, settings=settings)


def test_five_logins_in_a_minute_are_one_too_many_for_ever() -> None:
    """The fifth is answered and closes the desk; waiting does not open it, lifting the ban does."""
    desk, settings = LoginDesk(), Settings()
    for second in range(5):
        log_in(desk, now=NOW + second, settings=settings)
    assert isinstance(desk.log_in(body(), now=NOW + 3600, settings=settings), Refusal)
    desk.lift_ban()
    log_in(desk, now=NOW + 3601, settings=settings)


def test_logins_spread_over_time_are_no_reason_for_a_ban() -> None:
    """Five in more than a minute pass."""
    desk, settings = LoginDesk(), Settings()
    for number in range(10):
        log_in(desk, now=NOW + 16 * number, settings=settings)
    assert not desk.disabled


def test_refused_logins_count_towards_the_ban() -> None:
    """A wrong secret in a loop is what gets an account disabled."""
    desk, settings = LoginDesk(), Settings()
    for _ in range(5):
        desk.log_in(body(secret="wrong"), now=NOW, settings=settings)
    assert isinstance(desk.log_in(body(), now=NOW, settings=settings), Refusal)
