"""A tenant of Maycur as paysync meets it over sockets: the simulator, our client, one shared login token."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import httpx

from fakes.journal import MemoryJournal
from fakes.system import START, FakeClock, SeededIds
from fakes.tokens import MemoryTokenStore, SharedTokens
from paysync.adapters.maycur.client import MaycurClient, http_client
from paysync.adapters.maycur.login import Login
from paysync.adapters.maycur.source import MaycurSource
from paysync.adapters.replies import Page
from paysync.core.codes import Code
from paysync.core.outcomes import Done, Outcome
from paysync.core.scheme import Paging
from paysync.core.times import Instant, Window, from_epoch_ms
from simulators.common.running import RunningSimulator
from unit.adapters.maycur.doubles import MadeUpSecret, source_part

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

    def __init__(self, simulator: RunningSimulator, start: Instant = START) -> None:
        super().__init__(start)
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


def payment(number: int, at: int, **more: Any) -> dict[str, Any]:
    """A payment, paid so many milliseconds after the window's start."""
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
    """The key of a row."""
    key = row.get("paymentBizCode")
    return key if isinstance(key, str) else None


def keys(outcome: Outcome[Page]) -> list[str | None]:
    """The keys of a page that was read."""
    assert isinstance(outcome, Done), outcome
    return [key_of(row) for row in outcome.value.rows]


def code_of(outcome: Outcome[Page]) -> Code:
    """Why a page was not read."""
    assert not isinstance(outcome, Done), outcome
    return outcome.diagnosis.code


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
