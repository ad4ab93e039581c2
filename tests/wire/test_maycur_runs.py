"""Whole runs of fetch against the simulator over real sockets: four readings, faults in the middle, tokens that end."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest

from fakes.ledger import MemoryLedger
from fakes.queue import MemoryOutbox, MemoryQueue
from fakes.system import FakeClock, SeededIds
from paysync.core import fetch
from paysync.core.codes import Code
from paysync.core.errors import RunError
from paysync.core.fetch import PAID, FetchPorts, Report
from paysync.core.outcomes import Outcome
from paysync.core.ports import Source, SourcePage
from paysync.core.scheme import Paging
from paysync.core.times import Instant, Window, epoch_ms
from simulation.pair import NAME, scheme
from wire.maycur_tenant import HOUR, T0, TRUTH, WINDOW, Stack, payment

pytestmark = pytest.mark.wire

DELAY: Final = timedelta(minutes=2)
PAGE: Final = 10
MOMENTS: Final = [n // 4 * 230_000 for n in range(60)]
"""Sixty payments in bursts of four, all through the hour."""
ALL: Final = {f"PT{n:06d}" for n in range(60)}


class Hooked:
    """A source that lets something happen before its n-th page."""

    def __init__(self, source: Source, nth: int, happen: Callable[[], object]) -> None:
        self.source, self.left, self.happen = source, nth, happen

    def page(self, window: Window, number: int) -> Outcome[SourcePage]:
        self.left -= 1
        if not self.left:
            self.happen()
        return self.source.page(window, number)


class Fetcher:
    """fetch of one scheme against the tenant, its ledger and queue in memory, just after the hour is over."""

    def __init__(self, stack: Stack, paging: Paging = Paging.UNION) -> None:
        self.stack = stack
        self.clock = stack.clock = FakeClock(WINDOW.end + DELAY)
        self.scheme = scheme(paging=paging, page_size=PAGE)
        self.ledger = MemoryLedger()
        self.queue = MemoryQueue(self.clock, SeededIds())
        self.nth = 0
        self.happen: Callable[[], object] = lambda: None
        stack.simulator.load(payments=[payment(n, at) for n, at in enumerate(MOMENTS)])

    def run(self) -> Report:
        """A run with a login of its own and the shared token."""
        source = Hooked(self.stack.source(page_size=PAGE), self.nth, self.happen)
        ports = FetchPorts(
            scheme=self.scheme,
            source=source,
            ledger=self.ledger,
            outbox=MemoryOutbox(self.queue, self.queue),
            clock=self.clock,
            journal=self.stack.journal,
            since=WINDOW.start,
            code_version="0.1.0",
        )
        return fetch.run(ports, deadline=self.clock.now() + timedelta(hours=1))

    def before_page(self, nth: int, happen: Callable[[], object]) -> None:
        """What happens in the middle of the next run."""
        self.nth, self.happen = nth, happen

    @property
    def known(self) -> set[str]:
        """What the ledger holds."""
        return {key.code for key in self.ledger.table}

    @property
    def sent(self) -> list[str]:
        """The codes of all messages."""
        return sorted(held.message.key.code for held in self.queue.held.values() if held.message)

    @property
    def watermark(self) -> Instant:
        """Where the main cursor stands."""
        mark = self.ledger.watermark(NAME, PAID)
        return mark.at if mark else WINDOW.start

    def assert_nothing_half_done(self) -> None:
        """All that the watermark has passed is in the ledger, and all messages have their rows."""
        passed = epoch_ms(self.watermark) - T0
        assert {f"PT{n:06d}" for n, at in enumerate(MOMENTS) if at < passed} <= self.known
        assert set(self.sent) == self.known

    def assert_complete(self) -> None:
        """All sixty, each with one message, and the watermark at the hour's end or later."""
        assert self.known == ALL
        assert self.sent == sorted(ALL)
        assert self.watermark >= WINDOW.end


@pytest.mark.parametrize(("reading", "confirmed"), [*itertools.product("ABCD", [False, True])])
def test_a_run_takes_in_all_payments_and_the_next_one_nothing(stack: Stack, reading: str, confirmed: bool) -> None:  # noqa: FBT001 - drawn
    """Under every reading of the page number, known or not; seen again, a row costs no write."""
    stack.simulator.settings(paging_reading=reading)
    fetcher = Fetcher(stack, TRUTH[reading] if confirmed else Paging.UNION)
    assert fetcher.run().new == 60
    fetcher.assert_complete()
    writes = fetcher.ledger.writes["create"]
    fetcher.clock.advance(timedelta(minutes=10))
    report = fetcher.run()
    assert (report.seen, report.new, report.changed) == (60, 0, 0)
    assert fetcher.ledger.writes["create"] == writes
    assert stack.counts("login") == 1


LASTING: Final[list[tuple[dict[str, Any], Code]]] = [
    ({"kind": "reset_before"}, Code.MAYCUR_UNREACHABLE),
    ({"kind": "reset_after"}, Code.MAYCUR_UNREACHABLE),
    ({"kind": "cut_body"}, Code.MAYCUR_UNREACHABLE),
    ({"kind": "status", "status": 503}, Code.MAYCUR_SERVER),
    ({"kind": "html"}, Code.MAYCUR_UNREADABLE),
    ({"kind": "throttle_429"}, Code.MAYCUR_THROTTLED),
    ({"kind": "throttle_nack"}, Code.MAYCUR_THROTTLED),
    ({"kind": "nack", "text": "无权限"}, Code.MAYCUR_NACK),
    ({"kind": "null_data"}, Code.MAYCUR_NULL),
    ({"kind": "disabled"}, Code.MAYCUR_DISABLED),
    ({"kind": "lost_session"}, Code.MAYCUR_LOGIN_TOO_SOON),
]


@pytest.mark.parametrize(("fault", "code"), LASTING, ids=lambda part: part["kind"] if isinstance(part, dict) else part)
@pytest.mark.parametrize(("reading", "calls"), [("A", 1), ("B", 2), ("C", 7), ("D", 12), ("A", 30)])
def test_a_fault_in_the_middle_fails_the_run_and_the_next_one_finishes_it(
    stack: Stack, fault: dict[str, Any], code: Code, reading: str, calls: int
) -> None:
    """Whatever fails from the n-th page on: the watermark stays with the ledger, and nothing is lost or sent twice."""
    stack.simulator.settings(paging_reading=reading)
    fetcher = Fetcher(stack)
    fetcher.before_page(calls, lambda: stack.simulator.faults({**fault, "operation": "paid_list"}))
    with pytest.raises(RunError) as caught:
        fetcher.run()
    assert (caught.value.diagnosis.code, caught.value.key) == (code, NAME)
    assert fetcher.watermark < WINDOW.end
    fetcher.assert_nothing_half_done()
    stack.simulator.faults()
    fetcher.before_page(0, lambda: None)
    fetcher.clock.advance(timedelta(minutes=11))
    fetcher.run()
    fetcher.assert_complete()


PASSING: Final[list[dict[str, Any]]] = [
    {"kind": kind} for kind in ("reset_before", "reset_after", "cut_body", "html", "throttle_429", "throttle_nack")
] + [{"kind": "status", "status": status} for status in (500, 502, 504)]


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: f"{fault['kind']} {fault.get('status', '')}")
def test_trouble_that_passes_does_not_fail_a_run(stack: Stack, fault: dict[str, Any]) -> None:
    """Every third call fails, each is asked again, and all comes in one run."""
    fetcher = Fetcher(stack)
    nth = [n for n in range(1, 900) if n % 3 == 0]
    stack.simulator.faults({**fault, "operation": "paid_list", "nth": nth})
    assert fetcher.run().new == 60
    fetcher.assert_complete()


@pytest.mark.parametrize("said", ["nack", "401", "403"])
def test_a_token_that_ends_in_the_middle_is_replaced_once(stack: Stack, said: str) -> None:
    """By one login, in the same run, and no page is lost with it; where it ends again, the run fails."""
    stack.simulator.settings(expired_token=said)
    fetcher = Fetcher(stack)
    stack.floor = timedelta()
    forget = {"only": ["tokens"]}
    fetcher.before_page(9, lambda: stack.simulator.post("reset", forget))
    assert fetcher.run().new == 60
    fetcher.assert_complete()
    assert stack.counts("login") == 2
    stack.simulator.faults({"kind": "lost_session", "operation": "paid_list", "share": 0.5})
    with pytest.raises(RunError) as caught:
        fetcher.run()
    assert caught.value.diagnosis.code is Code.MAYCUR_TOKEN
    assert stack.counts("login") == 3


def test_a_token_that_ends_too_soon_waits_for_the_floor(stack: Stack) -> None:
    """Better a late run than a banned account: the watermark stays, and a later run logs in."""
    fetcher = Fetcher(stack)
    fetcher.before_page(9, lambda: stack.simulator.post("reset", {"only": ["tokens"]}))
    with pytest.raises(RunError) as caught:
        fetcher.run()
    assert caught.value.diagnosis.code is Code.MAYCUR_LOGIN_TOO_SOON
    fetcher.assert_nothing_half_done()
    fetcher.before_page(0, lambda: None)
    for _ in range(3):
        with pytest.raises(RunError):
            fetcher.run()
    assert stack.counts("login") == 1
    fetcher.clock.advance(timedelta(minutes=10))
    fetcher.run()
    fetcher.assert_complete()
    assert stack.counts("login") == 2


def test_a_banned_account_stops_all_runs_after_one_login(stack: Stack) -> None:
    """Each run says why; none logs in again before the circuit closes, and then all is read from the watermark on."""
    stack.simulator.settings(ban_logins=1, ban_reply="disabled")
    fetcher = Fetcher(stack)
    fetcher.before_page(9, lambda: stack.simulator.post("reset", {"only": ["tokens"]}))
    stack.floor = timedelta()
    codes = []
    for _ in range(4):
        with pytest.raises(RunError) as caught:
            fetcher.run()
        codes.append(caught.value.diagnosis.code)
        fetcher.clock.advance(timedelta(minutes=10))
        fetcher.assert_nothing_half_done()
    assert codes[0] is Code.MAYCUR_DISABLED
    assert set(codes[1:]) <= {Code.MAYCUR_LOGIN, Code.MAYCUR_TOKEN}
    assert stack.counts("login") == 2
    stack.simulator.post("reset", {"only": ["ban"]})
    fetcher.before_page(0, lambda: None)
    fetcher.clock.advance(timedelta(hours=1))
    fetcher.run()
    fetcher.assert_complete()


def test_payments_that_come_late_and_change_are_found_by_the_overlap(stack: Stack) -> None:
    """One with a paid time of the past, one that changes its amount, one that leaves: none takes another along."""
    fetcher = Fetcher(stack)
    fetcher.run()
    late = payment(70, HOUR // 2)
    stack.simulator.load(
        payments=[],
        scripted=[
            {"after_calls": 0, "insert": late},
            {"after_calls": 0, "change": "PT000004", "set": {"payableAmount": 7}},
            {"after_calls": 0, "remove": "PT000009"},
        ],
    )
    fetcher.clock.advance(timedelta(minutes=10))
    report = fetcher.run()
    fetcher.clock.advance(timedelta(minutes=10))
    again = fetcher.run()
    assert report.new + again.new == 1
    assert report.changed + again.changed == 1
    assert fetcher.known == ALL | {"PT000070"}
    assert fetcher.sent == sorted(ALL | {"PT000070"})
