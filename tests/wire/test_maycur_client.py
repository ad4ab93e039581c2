"""Our Maycur client against the simulator, over real sockets: logins, tokens, refusals, faults, and whole windows."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import httpx
import pytest

from fakes.journal import MemoryJournal
from fakes.system import FakeClock, SeededIds
from fakes.tokens import MemoryTokenStore, SharedTokens
from paysync.adapters.maycur.answers import Page
from paysync.adapters.maycur.client import MaycurClient, http_client
from paysync.adapters.maycur.login import CIRCUIT, Login
from paysync.adapters.maycur.source import MaycurSource
from paysync.core.codes import Code
from paysync.core.outcomes import Done, Outcome
from paysync.core.paging import Failed, Leaf, Stuck, leaves
from paysync.core.probe import PROBE_PAGE_SIZE, Why, probe
from paysync.core.scheme import Paging
from paysync.core.times import Window, from_epoch_ms
from simulators.common.running import RunningSimulator
from simulators.maycur.server import make_app
from unit.adapters.maycur.doubles import MadeUpSecret, source_part

pytestmark = pytest.mark.wire

T0: Final = 1_675_152_000_000
HOUR: Final = 3_600_000
WINDOW: Final = Window(from_epoch_ms(T0), from_epoch_ms(T0 + HOUR))
TRUTH: Final = {
    "A": Paging.PAGE_FROM_1,
    "B": Paging.OFFSET_FROM_0,
    "C": Paging.PAGE_FROM_0,
    "D": Paging.OFFSET_FROM_1,
}
QUICK: Final = httpx.Timeout(0.25)


class SharedClock(FakeClock):
    """Nobody waits for real: when whole seconds have passed here, they pass at the simulator too."""

    def __init__(self, simulator: RunningSimulator) -> None:
        super().__init__()
        self._simulator = simulator
        self._told = self.now()

    def advance(self, span: timedelta) -> None:
        super().advance(span)
        seconds = (self.now() - self._told) // timedelta(seconds=1)
        self._told += timedelta(seconds=seconds)
        self._simulator.post("clock", {"advance_seconds": seconds})


class Stack:
    """paysync's side: one shared token, any number of runs."""

    def __init__(self, simulator: RunningSimulator, clock: FakeClock | None = None) -> None:
        self.simulator = simulator
        self.clock = clock or FakeClock()
        self.journal = MemoryJournal()
        self.shared = SharedTokens()
        self.secret = MadeUpSecret()
        self.floor = timedelta(minutes=10)
        self.http = http_client(simulator.url, allow_plain_http=True, timeout=QUICK)

    def source(self, **changes: object) -> MaycurSource:
        """The source of a new run."""
        client = MaycurClient(self.http, clock=self.clock, ids=SeededIds(), requests_per_second=Decimal(1000))
        store = MemoryTokenStore(self.shared, self.clock, floor=self.floor)
        login = Login(client, store, lambda: self.secret, clock=self.clock, journal=self.journal)
        return MaycurSource(source_part(**changes), {}, client=client, login=login, journal=self.journal)

    def page(self, **changes: object) -> Outcome[Page]:
        """The first page of a new run."""
        return self.source(**changes).page(WINDOW, 1)

    def counts(self, operation: str) -> int:
        """How many calls of an operation have arrived."""
        return int(self.simulator.calls()["counts"].get(operation, 0))


@pytest.fixture(scope="module")
def simulator() -> Iterator[RunningSimulator]:
    with RunningSimulator.in_thread(make_app) as running:
        yield running


@pytest.fixture
def stack(simulator: RunningSimulator) -> Iterator[Stack]:
    """A simulator as new, and paysync without a token."""
    simulator.reset()
    made = Stack(simulator)
    yield made
    made.http.close()


def payment(number: int, at: int, **more: Any) -> dict[str, Any]:
    return {
        "paymentBizCode": f"PT{number:06d}",
        "payeeTargetBusinessCode": f"付款{number}",
        "payerAccountName": "基本户",
        "payerAccountNumber": "6222000011112222",
        "payableAmount": 1234.5,
        "auditTimeStamp": T0 + at,
        **more,
    }


def key_of(row: Any) -> str | None:
    key = row.get("paymentBizCode")
    return key if isinstance(key, str) else None


def keys(outcome: Outcome[Page]) -> list[str | None]:
    assert isinstance(outcome, Done), outcome
    return [key_of(row) for row in outcome.value.rows]


def code_of(outcome: Outcome[Page]) -> Code:
    assert not isinstance(outcome, Done), outcome
    return outcome.diagnosis.code


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
    source._client._distance = timedelta(seconds=0.5)
    for number in range(8):
        assert keys(source.page(WINDOW, number + 1)) == []
    assert throttling.counts("paid_list") == 8


FAULTS: Final[list[tuple[dict[str, Any], Code, int]]] = [
    ({"kind": "delay", "seconds": 0.5}, Code.MAYCUR_UNREACHABLE, 3),
    ({"kind": "delay", "seconds": 0.5, "effect": True}, Code.MAYCUR_UNREACHABLE, 3),
    ({"kind": "refuse"}, Code.MAYCUR_UNREACHABLE, 3),
    ({"kind": "reset_before"}, Code.MAYCUR_UNREACHABLE, 3),
    ({"kind": "reset_after"}, Code.MAYCUR_UNREACHABLE, 3),
    ({"kind": "late_commit", "seconds": 0.1}, Code.MAYCUR_UNREACHABLE, 3),
    ({"kind": "cut_body"}, Code.MAYCUR_UNREACHABLE, 3),
    ({"kind": "status", "status": 500}, Code.MAYCUR_SERVER, 3),
    ({"kind": "status", "status": 502}, Code.MAYCUR_SERVER, 3),
    ({"kind": "status", "status": 504, "effect": True}, Code.MAYCUR_SERVER, 3),
    ({"kind": "status", "status": 404}, Code.MAYCUR_UNREADABLE, 3),
    ({"kind": "empty_body"}, Code.MAYCUR_UNREADABLE, 3),
    ({"kind": "html"}, Code.MAYCUR_UNREADABLE, 3),
    ({"kind": "throttle_429"}, Code.MAYCUR_THROTTLED, 3),
    ({"kind": "throttle_nack"}, Code.MAYCUR_THROTTLED, 3),
    ({"kind": "throttle_429", "seconds": 600}, Code.MAYCUR_THROTTLED, 1),
    ({"kind": "nack"}, Code.MAYCUR_NACK, 1),
    ({"kind": "nack", "text": "参数错误"}, Code.MAYCUR_NACK, 1),
    ({"kind": "null_data"}, Code.MAYCUR_NULL, 1),
    ({"kind": "disabled"}, Code.MAYCUR_DISABLED, 1),
    ({"kind": "disabled", "status": 400}, Code.MAYCUR_DISABLED, 1),
    ({"kind": "lost_session"}, Code.MAYCUR_LOGIN_TOO_SOON, 1),
]


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


TENANTS: Final = [
    *({"paging_reading": r, "page_zero": z} for r, z in itertools.product("ABCD", ["refused", "clamped", "empty"])),
    *({"paging_reading": r, "bounds": b, "order": "oldest"} for r, b in itertools.product("AB", ["[]", "()", "(]"])),
    *({"paging_reading": r, "page_size_cap": 4, "row_path": "data.list"} for r in "ABCD"),
    *({"paging_reading": r, "order": "unstable", "paging_fields": True} for r in "ABCD"),
    {"amounts": "string", "times": "string", "empty": "null"},
]


@pytest.mark.parametrize("tenant", TENANTS, ids=lambda tenant: " ".join(map(str, tenant.values())))
@pytest.mark.parametrize("confirmed", [False, True], ids=["union", "confirmed"])
def test_a_window_is_read_completely_from_any_tenant(
    stack: Stack,
    tenant: dict[str, Any],
    confirmed: bool,  # noqa: FBT001 - drawn
) -> None:
    """Sixty payments in bursts: every one of the window comes, in pieces without a gap, and none from far outside."""
    stack.simulator.settings(**tenant)
    moments = [-1, 0, 0, 1, HOUR - 1, HOUR, *(n // 5 * 61_001 for n in range(54))]
    stack.simulator.load(payments=[payment(number, at) for number, at in enumerate(moments)])
    paging = TRUTH[tenant.get("paging_reading", "A")] if confirmed else Paging.UNION
    source = stack.source(page_size=10, null_means_empty="empty" in tenant)
    found, reached = set(), WINDOW.start
    for piece in leaves(WINDOW, source.page, paging=paging, page_size=10, key_of=key_of):
        assert isinstance(piece, Leaf) or tenant.get("page_size_cap"), piece
        assert not isinstance(piece, Failed), piece
        assert piece.window.start == reached
        reached = piece.window.end
        found |= {key_of(row) for row in piece.rows}
    assert reached == WINDOW.end
    inside = {f"PT{number:06d}" for number, at in enumerate(moments) if 0 <= at < HOUR}
    assert inside <= found
    assert found <= inside | {"PT000000", "PT000005"}


def test_a_burst_in_one_millisecond_is_stuck_and_does_not_stop_the_rest(stack: Stack) -> None:
    """Sixty rows of one moment do not fit a page of fifty: all are read, the watermark waits, later rows come."""
    rows = [payment(number, 1000) for number in range(60)]
    stack.simulator.load(payments=[*rows, payment(99, 2000)])
    source = stack.source()
    pieces = list(leaves(WINDOW, source.page, paging=Paging.UNION, page_size=50, key_of=key_of))
    stuck = [piece for piece in pieces if isinstance(piece, Stuck)]
    assert stuck
    assert all(piece.settled for piece in stuck)
    assert len({key_of(row) for row in stuck[0].rows}) == 60
    assert "PT000099" in {key_of(row) for piece in pieces if isinstance(piece, Leaf) for row in piece.rows}


@pytest.mark.parametrize("reading", "ABCD")
def test_rows_that_come_and_go_between_two_calls_take_no_other_along(stack: Stack, reading: str) -> None:
    """The server's own scripts insert, void and change rows while a window is read."""
    stack.simulator.settings(paging_reading=reading)
    scripted = [
        {"after_calls": 1, "insert": payment(70, 500)},
        {"after_calls": 2, "remove": "PT000003"},
        {"after_calls": 3, "insert": payment(71, HOUR * 2)},
        {"after_calls": 5, "change": "PT000004", "set": {"payableAmount": 7}},
        {"after_calls": 6, "duplicate": "PT000005"},
        {"after_calls": 8, "remove": "PT000006"},
    ]
    stack.simulator.load(payments=[payment(n, n * 1000) for n in range(40)], scripted=scripted)
    source = stack.source(page_size=10)
    pieces = list(leaves(WINDOW, source.page, paging=Paging.UNION, page_size=10, key_of=key_of))
    assert all(isinstance(piece, Leaf) for piece in pieces)
    found = {key_of(row) for piece in pieces if not isinstance(piece, Failed) for row in piece.rows}
    assert {f"PT{n:06d}" for n in range(40) if n not in {3, 6}} <= found
    assert stack.simulator.calls()["scripts_failed"] == []


@pytest.mark.parametrize(("reading", "zero"), [*itertools.product("ABCD", ["refused", "clamped", "empty"])])
def test_the_probe_finds_the_reading(stack: Stack, reading: str, zero: str) -> None:
    """Six calls with two rows a page decide; the tenant's own refusal of "0" is no failure."""
    stack.simulator.settings(paging_reading=reading, page_zero=zero)
    stack.simulator.load(payments=[payment(n, n * 1000) for n in range(6)])
    source = stack.source(page_size=PROBE_PAGE_SIZE)
    verdict = probe(lambda number: source.page(WINDOW, number), key_of=key_of)
    assert (verdict.paging, verdict.why) == (TRUTH[reading], Why.DECIDED)
    assert stack.counts("paid_list") == 6


def test_the_probe_decides_nothing_on_a_shuffling_tenant(stack: Stack) -> None:
    """It says why, and the union stays."""
    stack.simulator.settings(order="unstable")
    stack.simulator.load(payments=[payment(n, n * 1000) for n in range(30)])
    source = stack.source(page_size=PROBE_PAGE_SIZE)
    verdict = probe(lambda number: source.page(WINDOW, number), key_of=key_of)
    assert (verdict.paging, verdict.why) == (Paging.UNION, Why.UNSTABLE)


def test_a_limit_on_the_span_is_met_by_halving_where_the_setting_says_so(stack: Stack) -> None:
    """Otherwise the refusal fails the run, in the vendor's words."""
    stack.simulator.settings(max_span_seconds=7200 + 1)
    stack.simulator.load(payments=[payment(1, 5), payment(2, 7 * HOUR)])
    window = Window(WINDOW.start, WINDOW.start + timedelta(hours=8))
    source = stack.source()
    (failed,) = leaves(window, source.page, paging=Paging.UNION, page_size=50, key_of=key_of)
    assert isinstance(failed, Failed)
    assert "7201" in failed.failure.diagnosis.vendor
    pieces = list(leaves(window, source.page, paging=Paging.UNION, page_size=50, key_of=key_of, halve_refused=True))
    assert len(pieces) == 4
    assert {key_of(row) for piece in pieces if isinstance(piece, Leaf) for row in piece.rows} == {
        "PT000001",
        "PT000002",
    }
