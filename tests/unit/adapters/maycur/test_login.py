"""One token for all runs: as few logins as possible, never two at once, none in a loop."""

import json
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from fakes.system import FakeClock
from paysync.adapters.maycur.login import CIRCUIT, PATIENCE
from paysync.adapters.maycur.signing import login_secret, mark_of
from paysync.core.codes import Code
from paysync.core.outcomes import Done, Outcome
from paysync.core.records import LoginRefusal, Token
from paysync.core.times import epoch_ms
from unit.adapters.maycur.doubles import MadeUpSecret, World, logged_in, nack, said

WHAT = "made up"


class BusyClock(FakeClock):
    """While somebody waits, others go on."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self._meanwhile = meanwhile

    def pause(self, span: timedelta) -> None:
        super().pause(span)
        self._meanwhile()


def token_of(outcome: Outcome[Token] | None) -> str:
    assert isinstance(outcome, Done), outcome
    return outcome.value.value


def code_of(outcome: Outcome[Token] | None) -> Code:
    assert outcome is not None
    assert not isinstance(outcome, Done)
    return outcome.diagnosis.code


def numbered() -> World:
    """A tenant whose logins are answered with T1, T2 and so on."""
    world = World(lambda _: logged_in(f"T{len(world.requests)}"))
    return world


def test_a_login_sends_the_signature_of_its_own_time_stamp() -> None:
    """The body holds code, number and secret over both; no token header goes along."""
    world = numbered()
    assert token_of(world.login().token()) == "T1"
    body = json.loads(world.requests[0].content)
    assert body["timestamp"] == epoch_ms(world.clock.now())
    assert body["secret"] == login_secret("example-secret", "EXAMPLEAPP", body["timestamp"])
    assert "tokenId" not in world.requests[0].headers


def test_many_runs_share_one_login() -> None:
    """Runs inside twenty minutes read the token of the first; each reads the store once."""
    world = numbered()
    for _ in range(4):
        assert token_of(world.login().token()) == "T1"
        world.clock.advance(timedelta(minutes=5) - timedelta(seconds=1))
    assert len(world.requests) == 1


def test_a_token_is_renewed_before_it_ends() -> None:
    """After 1200 s, although the vendor's lasts 1800 s: also in the middle of a run."""
    world = numbered()
    login = world.login()
    assert token_of(login.token()) == "T1"
    world.clock.advance(timedelta(seconds=1199))
    assert token_of(login.token()) == "T1"
    world.clock.advance(timedelta(seconds=1))
    assert token_of(login.token()) == "T2"


def test_runs_that_need_a_token_at_the_same_time_log_in_once() -> None:
    """One has the right, the others wait for its token by looking at the store."""
    world = numbered()
    world.clock = BusyClock(lambda: holder.store(Token("T-other", "EC1", world.clock.now() + timedelta(minutes=20))))
    holder = world.store()
    assert holder.acquire_right_to_login(world.clock.now(), timedelta(seconds=60))
    assert token_of(world.login().token()) == "T-other"
    assert world.requests == []


def test_waiting_for_another_runs_login_is_bounded() -> None:
    """The holder may have died: this run fails, and the next one finds the right free again."""
    world = numbered()
    world.store().acquire_right_to_login(world.clock.now(), timedelta(seconds=60))
    start = world.clock.now()
    assert code_of(world.login().token()) is Code.MAYCUR_LOGIN_TOO_SOON
    assert world.clock.now() - start == PATIENCE
    assert world.requests == []
    world.clock.advance(timedelta(minutes=10))
    assert token_of(world.login().token()) == "T1"


def test_a_refused_token_is_replaced_once_in_a_run() -> None:
    """The second time it is no longer chance."""
    world = numbered()
    login = world.login()
    first = login.token()
    assert isinstance(first, Done)
    world.clock.advance(timedelta(minutes=11))
    assert token_of(login.replacement(first.value)) == "T2"
    assert token_of(login.token()) == "T2"
    assert login.replacement(first.value) is None
    assert len(world.requests) == 2


def test_a_refused_token_that_another_run_has_replaced_needs_no_login() -> None:
    """A second login ends the first run's token (assumed): the store has the newer one."""
    world = numbered()
    login, other = world.login(), world.login()
    first = login.token()
    assert isinstance(first, Done)
    assert token_of(other.token()) == "T1"
    world.clock.advance(timedelta(minutes=11))
    assert token_of(other.replacement(first.value)) == "T2"
    assert token_of(login.replacement(first.value)) == "T2"
    assert len(world.requests) == 2


def test_a_replacement_keeps_the_floor_between_two_logins() -> None:
    """Nine minutes after a login nobody logs in, whatever is said of the token: better a late run than a ban."""
    world = numbered()
    login = world.login()
    first = login.token()
    assert isinstance(first, Done)
    world.clock.advance(timedelta(minutes=9))
    assert code_of(login.replacement(first.value)) is Code.MAYCUR_LOGIN_TOO_SOON
    assert len(world.requests) == 1


@pytest.mark.parametrize(
    ("answer", "code"), [(nack("fail to login"), Code.MAYCUR_LOGIN), (nack("账号已被禁用"), Code.MAYCUR_DISABLED)]
)
def test_a_refused_login_is_not_tried_again_until_the_circuit_closes(answer: httpx.Response, code: Code) -> None:
    """A wrong secret every ten minutes would become a ban: one login an hour, and every other run says why."""
    world = World(lambda _: answer)
    assert code_of(world.login().token()) is code
    for _ in range(5):
        world.clock.advance(CIRCUIT / 6)
        assert code_of(world.login().token()) is Code.MAYCUR_LOGIN
    assert len(world.requests) == 1
    world.clock.advance(CIRCUIT / 6)
    world.answer = lambda _: logged_in()
    assert token_of(world.login().token()) == "T1"
    assert world.shared.refusal is None


@pytest.mark.parametrize("corrected", [MadeUpSecret(app_secret="another"), MadeUpSecret(app_code="ANOTHER")])
def test_a_corrected_secret_is_tried_at_the_next_run(corrected: MadeUpSecret) -> None:
    """Whoever has mended it does not wait out the hour of the old one; only the floor between two logins stands."""
    world = World(lambda _: nack("fail to login"))
    assert code_of(world.login().token()) is Code.MAYCUR_LOGIN
    world.secret, world.answer = corrected, lambda _: logged_in()
    assert code_of(world.login().token()) is Code.MAYCUR_LOGIN_TOO_SOON
    world.clock.advance(timedelta(minutes=10))
    assert token_of(world.login().token()) == "T1"


def test_a_refusal_ends_the_waiting_of_other_runs() -> None:
    """They do not stand in line for the same wrong secret."""
    world = numbered()
    holder = world.store()
    holder.acquire_right_to_login(world.clock.now(), timedelta(seconds=60))
    holder.refuse(LoginRefusal(world.clock.now(), mark_of(world.secret.app_secret, world.secret.app_code)))
    assert code_of(world.login().token()) is Code.MAYCUR_LOGIN
    assert world.requests == []


@pytest.mark.parametrize("answer", [said(502), httpx.Response(200, text="<html>"), said(code="ACK"), said(429)])
def test_a_login_whose_answer_proves_nothing_is_not_repeated_within_the_floor(answer: httpx.Response) -> None:
    """It may have counted: one request, no circuit, and ten minutes until the next."""
    world = World(lambda _: answer)
    assert code_of(world.login().token()) is not Code.MAYCUR_LOGIN
    world.clock.advance(timedelta(minutes=9))
    assert code_of(world.login().token()) is Code.MAYCUR_LOGIN_TOO_SOON
    assert len(world.requests) == 1
    world.answer = lambda _: logged_in()
    world.clock.advance(timedelta(minutes=1))
    assert token_of(world.login().token()) == "T1"


def test_a_login_that_was_never_sent_costs_no_floor() -> None:
    """No connection: the right is given back, and the next run may try at once."""

    def no_connection(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(WHAT)

    world = World(no_connection)
    assert code_of(world.login().token()) is Code.MAYCUR_UNREACHABLE
    world.answer = lambda _: logged_in()
    assert token_of(world.login().token()) == "T1"


def test_a_login_whose_answer_was_lost_counts() -> None:
    """The server may have seen it."""

    def no_answer(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout(WHAT)

    world = World(no_answer)
    assert code_of(world.login().token()) is Code.MAYCUR_UNREACHABLE
    assert code_of(world.login().token()) is Code.MAYCUR_LOGIN_TOO_SOON
    assert len(world.requests) == 1


def test_neither_secret_nor_token_is_told() -> None:
    """Not in the journal, not in a diagnosis, also when the vendor repeats what it was sent."""
    world = World(lambda request: nack(f"bad {json.loads(request.content)['secret']} 6222000011112222"))
    outcome = world.login().token()
    world.answer = lambda _: logged_in("a-token-that-nobody-may-see")
    world.clock.advance(CIRCUIT)
    assert token_of(world.login().token()) == "a-token-that-nobody-may-see"
    told = repr((world.journal.lines, outcome, world.login()))
    assert world.journal.counts["MaycurLogin"] == 2
    for hidden in ("example-secret", "a-token-that", "6222000011112222", "d64b", "secret '"):
        assert hidden not in told
