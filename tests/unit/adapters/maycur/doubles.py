"""What stands in for the world around the Maycur adapter: credentials, a scheme's source part, a scripted server."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx

from fakes.journal import MemoryJournal
from fakes.system import FakeClock, SeededIds
from fakes.tokens import MemoryTokenStore, SharedTokens
from paysync.adapters.maycur.client import MaycurClient, http_client
from paysync.adapters.maycur.login import Login
from paysync.adapters.maycur.source import MaycurSource
from paysync.core.scheme import Paging, SourcePart
from paysync.core.templates import parse


@dataclass(frozen=True, slots=True)
class MadeUpSecret:
    """The simulator's own credentials."""

    app_code: str = "EXAMPLEAPP"
    app_secret: str = field(default="example-secret", repr=False)


def source_part(**changes: object) -> SourcePart:
    """The paid list as the published configuration asks for it."""
    texts = {
        "startPaidTime": "{{window.start}}",
        "endPaidTime": "{{window.end}}",
        "pageSize": "{{page.size}}",
        "pageNum": "{{page.number}}",
    }
    values: dict[str, object] = {
        "connector": "maycur",
        "endpoint": "/paymenttransaction/paid/list",
        "method": "POST",
        "request": {name: parse(text) for name, text in texts.items()},
        "row_path": "auto",
        "null_means_empty": False,
        "fields": (),
        "key": "paymentBizCode",
        "number": "payeeTargetBusinessCode",
        "amount": "payableAmount",
        "paid_time": "auditTimeStamp",
        "currency": "CNY",
        "currency_field": "",
        "where": (),
        "flatten": "",
        "flatten_key": "",
        "paging": Paging.UNION,
        "page_size": 50,
        "requests_per_second": Decimal(1000),
        "max_window": timedelta(days=1),
        "overlap": timedelta(days=3),
        "deep_scan": timedelta(days=35),
        "safety_delay": timedelta(minutes=5),
    }
    return SourcePart(**{**values, **changes})  # type: ignore[arg-type]  # a test gives what the field takes


Answer = Callable[[httpx.Request], httpx.Response]


@dataclass(slots=True)
class World:
    """One tenant behind `answer`, one shared token, any number of runs."""

    answer: Answer
    clock: FakeClock = field(default_factory=FakeClock)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    shared: SharedTokens = field(default_factory=SharedTokens)
    floor: timedelta = timedelta(minutes=10)
    requests: list[httpx.Request] = field(default_factory=list)
    secret: MadeUpSecret = field(default_factory=MadeUpSecret)

    def client(self, requests_per_second: Decimal = Decimal(1000)) -> MaycurClient:
        """A client whose requests end in `answer`."""

        def handle(request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            return self.answer(request)

        http = http_client("https://maycur.example", transport=httpx.MockTransport(handle))
        return MaycurClient(http, clock=self.clock, ids=SeededIds(), requests_per_second=requests_per_second)

    def store(self) -> MemoryTokenStore:
        """A run's view of the shared token."""
        return MemoryTokenStore(self.shared, self.clock, floor=self.floor)

    def login(self) -> Login:
        """The login of a new run."""
        return Login(self.client(), self.store(), lambda: self.secret, clock=self.clock, journal=self.journal)

    def source(self, **changes: object) -> MaycurSource:
        """The source of a new run."""
        return MaycurSource(source_part(**changes), {}, client=self.client(), login=self.login(), journal=self.journal)

    @property
    def paths(self) -> list[str]:
        """The last part of each path that was asked for."""
        return [request.url.path.rsplit("/", 1)[-1] for request in self.requests]


def said(status: int = 200, headers: dict[str, str] | None = None, **envelope: Any) -> httpx.Response:
    """An answer with this envelope."""
    return httpx.Response(status, headers=headers, content=json.dumps(envelope))


def logged_in(session: str = "T1") -> httpx.Response:
    """The answer to a good login."""
    return said(code="ACK", success=True, data={"entCode": "EC1", "tokenId": session})


def rows(*keys: str) -> httpx.Response:
    """A page of rows."""
    return said(code="ACK", success=True, data=[{"paymentBizCode": key} for key in keys])


def nack(message: str | None) -> httpx.Response:
    """A refusal."""
    return said(code="NACK", success=False, message=message, data=None)
