"""Our Maycur client against the simulator, over real sockets: logins, tokens, refusals, faults."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from fakes.tokens import SharedTokens
from paysync.adapters.maycur.client import http_client
from paysync.adapters.maycur.login import CIRCUIT
from paysync.core.codes import Code
from paysync.core.outcomes import Done
from simulators.common.running import RunningSimulator
from simulators.maycur.server import make_app
from unit.adapters.maycur.doubles import MadeUpSecret
from wire.maycur_tenant import (
    FAULTS,
    QUICK,
    T0,
    WINDOW,
    SharedClock,
    Stack,
    code_of,
    keys,
    payment,
)

pytestmark = pytest.mark.wire


def test_many_runs_log_in_once(stack: Stack) -> None:
    """Twenty minutes of runs, one login."""
    for _ in range(20):
        assert keys(stack.page()) == []
        stack.clock.advance(timedelta(minutes=1) - timedelta(seconds=1))
    assert stack.counts("login") == 1
    assert stack.counts("paid_list") == 20


@pytest.mark.parametrize("place", ["data", "top"])
def test_both_forms_of_a_login_are_understood(stack: Stack, place: str) -> None:
    """The session in `data`, or at the top."""
    stack.simulator.settings(login_result=place)
    assert keys(stack.page()) == []


@pytest.mark.parametrize("reply", ["nack", "401", "403"])
def test_an_expired_token_is_replaced_once(stack: Stack, reply: str) -> None:
    """Whatever the tenant answers to it. Here the vendor's token lives shorter than we believe."""
    stack.simulator.settings(expired_token=reply, token_life_seconds=60)
    stack.simulator.load(payments=[payment(1, 5)])
    source = stack.source()
    assert len(keys(source.page(WINDOW, 1))) == 1
    stack.simulator.post("clock", {"advance_seconds": 700})
    stack.clock.advance(timedelta(seconds=700))
    assert len(keys(source.page(WINDOW, 1))) == 1
    assert stack.counts("login") == 2
    stack.simulator.post("clock", {"advance_seconds": 700})
    stack.clock.advance(timedelta(seconds=700))
    assert code_of(source.page(WINDOW, 1)) is Code.MAYCUR_TOKEN
    assert stack.counts("login") == 2


def test_a_tenant_whose_new_login_ends_the_old_token(stack: Stack) -> None:
    """The run with the old token takes the new one from the store, without a login of its own."""
    stack.simulator.settings(new_login="kills")
    old = stack.source()
    assert keys(old.page(WINDOW, 1)) == []
    stack.clock.advance(timedelta(minutes=11))
    stack.simulator.post("reset", {"only": ["tokens"]})
    assert keys(stack.page()) == []
    assert keys(old.page(WINDOW, 1)) == []
    assert stack.counts("login") == 2


def test_a_wrong_secret_does_not_become_a_ban(stack: Stack) -> None:
    """A day of runs every ten minutes: one login an hour, and the account is never disabled."""
    stack.secret = MadeUpSecret(app_secret="wrong")
    stack.simulator.settings(ban_window_seconds=4 * 3600)
    for _ in range(6 * 3):
        assert code_of(stack.page()) is Code.MAYCUR_LOGIN
        stack.clock.advance(timedelta(minutes=10))
        stack.simulator.post("clock", {"advance_seconds": 600})
    assert stack.counts("login") == 3
    assert not stack.simulator.calls()["account_disabled"]


@pytest.mark.parametrize(("reply", "code"), [("fail_to_login", Code.MAYCUR_LOGIN), ("disabled", Code.MAYCUR_DISABLED)])
def test_a_banned_account_is_left_alone(stack: Stack, reply: str, code: Code) -> None:
    """One try, then the circuit; after the ban is lifted a later run goes on by itself."""
    stack.simulator.settings(ban_logins=1, ban_reply=reply)
    assert keys(stack.page()) == []
    stack.clock.advance(timedelta(minutes=21))
    assert code_of(stack.page()) is code
    for _ in range(3):
        assert code_of(stack.page()) is Code.MAYCUR_LOGIN
    assert stack.counts("login") == 2
    stack.simulator.post("reset", {"only": ["ban"]})
    stack.clock.advance(CIRCUIT)
    assert keys(stack.page()) == []


def test_nack_null_absent_and_empty_are_four_different_things(stack: Stack) -> None:
    """Only the last means "no rows"; null and absent do where the setting says so."""
    assert keys(stack.page()) == []
    for empty, code in (("null", Code.MAYCUR_NULL), ("absent", Code.MAYCUR_SHAPE)):
        stack.simulator.settings(empty=empty)
        assert code_of(stack.page()) is code
        assert keys(stack.page(null_means_empty=True)) == []
    stack.simulator.settings(empty="[]")
    stack.simulator.faults({"kind": "nack", "operation": "paid_list", "text": "无权限"})
    assert code_of(stack.page(null_means_empty=True)) is Code.MAYCUR_NACK


def test_success_that_denies_the_code_is_a_nack(stack: Stack) -> None:
    """Also at login."""
    stack.simulator.settings(success_field="disagrees")
    assert code_of(stack.page()) is Code.MAYCUR_LOGIN
    stack.simulator.settings(success_field="absent")
    stack.shared = SharedTokens()
    assert keys(stack.page()) == []


@pytest.fixture
def throttling() -> Iterator[Stack]:
    """A simulator of its own, whose clock goes with ours."""
    with RunningSimulator.in_thread(make_app) as running:
        made = Stack(running, SharedClock(running))
        yield made
        made.http.close()


@pytest.mark.parametrize("said", ["429", "nack"])
def test_a_throttled_call_waits_and_is_asked_again(throttling: Stack, said: str) -> None:
    """However the tenant says it, and Retry-After where there is one."""
    throttling.simulator.settings(requests_per_second=1, throttling=said, retry_after_seconds=3)
    source = throttling.source()
    for number in range(3):
        assert keys(source.page(WINDOW, number + 1)) == []
    assert throttling.counts("paid_list") == 5
    assert throttling.simulator.calls()["answered"]["paid_list"] == 3


def test_a_client_that_keeps_its_distance_is_not_throttled(throttling: Stack) -> None:
    """Two calls a second, as the setting says."""
    throttling.simulator.settings(requests_per_second=2)
    source = throttling.source()
    source._client._pacer._distance = timedelta(seconds=0.5)
    for number in range(8):
        assert keys(source.page(WINDOW, number + 1)) == []
    assert throttling.counts("paid_list") == 8


@pytest.mark.parametrize(("fault", "code", "calls"), FAULTS, ids=str)
def test_every_fault_fails_the_read_and_nothing_is_taken_for_empty(
    stack: Stack, fault: dict[str, Any], code: Code, calls: int
) -> None:
    """With rows waiting: an outcome of the right code, at most two retries, and good again once it is over."""
    stack.simulator.load(payments=[payment(1, 5)])
    stack.simulator.faults({**fault, "operation": "paid_list"})
    assert code_of(stack.page()) is code
    assert stack.counts("paid_list") == calls
    stack.simulator.faults()
    stack.clock.advance(timedelta(minutes=11))
    assert keys(stack.page()) == ["PT000001"]


@pytest.mark.parametrize(("fault", "code", "calls"), FAULTS, ids=str)
def test_every_fault_of_a_login_costs_one_login(stack: Stack, fault: dict[str, Any], code: Code, calls: int) -> None:
    """No login is ever repeated in a run, nor by the next run."""
    del code, calls
    stack.simulator.faults({**fault, "operation": "login"})
    for _ in range(3):
        assert not isinstance(stack.page(), Done)
    assert stack.counts("login") == 1
    assert stack.counts("paid_list") == 0
    stack.simulator.faults()
    stack.clock.advance(CIRCUIT)
    assert keys(stack.page()) == []


def test_no_connection_is_no_login(stack: Stack) -> None:
    """The right to log in is given back, so that the next run may try at once."""
    stack.http = http_client("http://127.0.0.1:9", allow_plain_http=True, timeout=QUICK)
    assert code_of(stack.page()) is Code.MAYCUR_UNREACHABLE
    stack.http.close()
    stack.http = http_client(stack.simulator.url, allow_plain_http=True, timeout=QUICK)
    assert keys(stack.page()) == []


def test_rows_come_as_they_were_written(stack: Stack) -> None:
    """Digits of an amount, Chinese codes, nulls and unknown fields."""
    text = '{"payments":[{"paymentBizCode":"PT1","payeeTargetBusinessCode":"报销-1","payableAmount":1234.50,'
    text += f'"auditTimeStamp":{T0},"payerAccountNumber":null,"unknown":{{"a":[1.10]}}}}]}}'
    httpx.post(f"{stack.simulator.url}/_sim/load", content=text, trust_env=False).raise_for_status()
    outcome = stack.page()
    assert isinstance(outcome, Done)
    (row,) = outcome.value.rows
    assert str(row["payableAmount"]) == "1234.50"
    assert row["payeeTargetBusinessCode"] == "报销-1"
    assert row["payerAccountNumber"] is None
    assert row["unknown"] == {"a": [Decimal("1.10")]}
