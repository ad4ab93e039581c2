"""The connector `http` against the simulator of a JSON API, by the scheme that docs/connectors.md shows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import httpx

from contract import example
from contract.bench import PATIENCE, T0, Paid
from fakes.journal import MemoryJournal
from fakes.system import FakeClock, SeededIds
from paysync.adapters.http.client import HttpClient, http_client
from paysync.adapters.http.headers import Sealed, headers_of, hidden_in
from paysync.adapters.http.source import HttpSource
from paysync.adapters.http.target import HttpTarget
from paysync.core.bills import Bill, Inquiry, Json
from paysync.core.exchanges import BODY, KEY, PATH
from paysync.core.keys import PaymentKey
from paysync.core.outcomes import Outcome
from paysync.core.ports import Source, Target
from paysync.core.scheme import Paging, Scheme
from simulators.common.running import RunningSimulator
from simulators.jsonapi.state import TOKEN

_STRANGER: Final = "a-token-that-nobody-knows-0000"
_OPERATIONS: Final = {"make": "create", "find": "find", "read": "read"}


class _JsonApi:
    """What both sides share."""

    secrets: Sequence[str] = (TOKEN, _STRANGER)

    def __init__(self, simulator: RunningSimulator) -> None:
        simulator.reset()
        self.simulator = simulator
        self.scheme = example.scheme()
        self.clock = FakeClock()
        self.http = http_client(simulator.url, allow_plain_http=True, timeout=httpx.Timeout(PATIENCE))

    def close(self) -> None:
        """Give the connections back."""
        self.http.close()

    def client(self, token: str = TOKEN) -> HttpClient:
        """A client that knows this token."""
        return HttpClient(self.http, clock=self.clock, ids=SeededIds(), hidden=hidden_in({"token": token}))

    def headers(self, token: str = TOKEN) -> Sealed:
        """The scheme's headers with this token."""
        listing = self.scheme.source.listing
        assert listing is not None
        return headers_of(listing.headers, {"token": token}, {}, setting="HttpSecretArn")

    def count(self, operation: str) -> int:
        """How many calls of an operation have arrived."""
        return int(self.simulator.calls()["counts"].get(operation, 0))


class JsonApiSource(_JsonApi):
    """The list of payments."""

    readings: Sequence[Paging] = (
        Paging.PAGE_FROM_1,
        Paging.PAGE_FROM_0,
        Paging.OFFSET_FROM_0,
        Paging.OFFSET_FROM_1,
    )
    list_operation = "payments"

    def __init__(self, simulator: RunningSimulator) -> None:
        super().__init__(simulator)
        self.journal = MemoryJournal()

    def source(self, **changes: object) -> Source:
        return self._source(TOKEN, **changes)

    def stranger(self) -> Source:
        return self._source(_STRANGER)

    def _source(self, token: str, **changes: Any) -> HttpSource:
        part = replace(self.scheme.source, **changes)
        return HttpSource(part, {}, client=self.client(token), headers=self.headers(token))

    def put(self, *payments: Paid) -> None:
        self.simulator._control.post(
            "/_sim/load",
            content='{"payments": [' + ", ".join(_row(one) for one in payments) + "]}",
        ).raise_for_status()

    def reads_as(self, reading: Paging) -> None:
        self.simulator.settings(reading=reading.value)

    def says_null(self) -> None:
        self.simulator.settings(empty="null", totals="no")

    def breaks(self, *faults: Mapping[str, Any]) -> None:
        self.simulator.faults(*({**fault, "operation": "payments"} for fault in faults))

    def calls(self) -> int:
        return self.count("payments")

    def key_of(self, row: Mapping[str, object]) -> str | None:
        key = row.get("id")
        return key if isinstance(key, str) else None

    def amount_of(self, row: Mapping[str, object]) -> object:
        return row["amount"]


class JsonApiTarget(_JsonApi):
    """The documents. Without `find` and `read` where the scheme is changed so."""

    finds = reads = True
    steps = False

    def target(self) -> Target:
        return HttpTarget(self.client(), self.scheme, self.headers())

    def stranger(self) -> Target:
        return HttpTarget(self.client(_STRANGER), self.scheme, self.headers(_STRANGER))

    def request(self, code: str, amount: Decimal = Decimal("622.00")) -> Mapping[str, Json]:
        body: dict[str, Json] = {"reference": code, "document": "FK-1", "account": "1", "amount": amount}
        return {KEY: code, PATH: "/api/v1/documents", BODY: body}

    def refused(self, code: str) -> Mapping[str, Json]:
        request = dict(self.request(code))
        request[BODY] = {"reference": code, "account": "unknown", "amount": Decimal(1)}
        return request

    def inquiry(self, code: str) -> Inquiry:
        return Inquiry(PaymentKey(self.scheme.name, code), code, None, "")

    def edit_of(self, target: Target, bill: Bill, code: str) -> Mapping[str, Outcome[None]]:
        raise NotImplementedError(target, bill, code)

    def made_for(self, code: str) -> int:
        return sum(one["reference"] == code for one in self.simulator.books()["documents"])

    def breaks(self, what: str, *faults: Mapping[str, Any]) -> None:
        self.simulator.faults(*({**fault, "operation": _OPERATIONS[what]} for fault in faults))

    def calls(self, what: str) -> int:
        return self.count(_OPERATIONS[what])

    def with_scheme(self, scheme: Scheme) -> "JsonApiTarget":
        """The same system by another scheme."""
        self.scheme = scheme
        return self


def _row(paid: Paid) -> str:
    """A payment as JSON text, its amount by its digits."""
    return (
        f'{{"id": "{paid.key}", "document": "FK-{paid.key}", "account": "6222000011112222", '
        f'"amount": {paid.amount}, "paid_at": {T0 + paid.at}}}'
    )
