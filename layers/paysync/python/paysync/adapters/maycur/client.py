"""HTTP to Maycur: paced, with timeouts, never raising for what the network does. Every call is a read or a login."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Final, TypeVar, assert_never

import httpx

from paysync.adapters.network import RAISED, Fate, fate_of, fault_of_address
from paysync.adapters.pacing import Pacer
from paysync.adapters.reading import Cut, body_of
from paysync.adapters.replies import Reply
from paysync.adapters.retries import asked_again
from paysync.core.bills import Json
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.errors import DefectError, SettingsError
from paysync.core.outcomes import DefinitelyNot, Failure, Outcome, Unknown
from paysync.core.ports import Clock, Ids
from paysync.core.times import Instant

T = TypeVar("T")

BASE_PATH: Final = "/api/openapi"
TIMEOUT: Final = httpx.Timeout(connect=5, read=20, write=10, pool=5)
WHOLE_CALL: Final = timedelta(seconds=80)
"""The longest that one call may take with its repeats."""
_LARGEST_ANSWER: Final = 20 * 2**20
_LARGEST_LIMITS: Final = httpx.Limits(max_connections=2, max_keepalive_connections=1)


@dataclass(frozen=True, slots=True)
class Call:
    """One request below the base path. `body` is sent as JSON by POST and as parameters by GET."""

    path: str
    body: Mapping[str, Json] = field(repr=False)
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Lost:
    """A call without an answer. `sent`: the server may have received it."""

    failure: Failure
    sent: bool


def http_client(
    url: str,
    *,
    allow_plain_http: bool = False,
    timeout: httpx.Timeout = TIMEOUT,
    transport: httpx.BaseTransport | None = None,
) -> httpx.Client:
    """HTTP/1.1 with verified TLS, no redirects, nothing from the environment. Raises SettingsError for a wrong address.

    `url` is the tenant's host, with or without ``/api/openapi``.
    """
    url = url.strip()
    base = url.rstrip("/").removesuffix(BASE_PATH) + BASE_PATH
    if fault := fault_of_address(url, allow_plain_http=allow_plain_http):
        raise _wrong_address(fault)
    return httpx.Client(
        base_url=base,
        timeout=timeout,
        limits=_LARGEST_LIMITS,
        follow_redirects=False,
        trust_env=False,
        transport=transport,
        headers={"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "paysync"},
    )


class MaycurClient:
    """Sends calls one at a time, at most `requests_per_second`."""

    def __init__(self, http: httpx.Client, *, clock: Clock, ids: Ids, requests_per_second: Decimal) -> None:
        self._http = http
        self._clock = clock
        self._ids = ids
        self._pacer = Pacer(clock, requests_per_second)

    def read(self, call: Call, judge: Callable[[Reply], Outcome[T]]) -> Outcome[T]:
        """The judged answer to a call without effect; after transient trouble asked again, at most twice."""
        until = self._clock.now() + WHOLE_CALL

        def ask() -> tuple[Outcome[T], str]:
            reply = self.once(call, until=until)
            return (reply.failure, "") if isinstance(reply, Lost) else (judge(reply), reply.retry_after)

        return asked_again(ask, clock=self._clock, ids=self._ids, until=until)

    def once(self, call: Call, *, until: Instant | None = None) -> Reply | Lost:
        """Exactly one request. Raises SettingsError or DefectError for what no repetition mends."""
        self._pacer.wait()
        try:
            with self._http.stream(
                call.method,
                call.path,
                headers=dict(call.headers),
                content=None if call.method == "GET" else json.dumps(call.body, ensure_ascii=False, default=str),
                params={name: str(value) for name, value in call.body.items()} if call.method == "GET" else None,
            ) as answer:
                return self._heard(answer, until or self._clock.now() + WHOLE_CALL)
        except RAISED as error:
            return _lost(error)

    def _heard(self, answer: httpx.Response, until: Instant) -> Reply | Lost:
        match body_of(answer, self._clock, until=until, largest=_LARGEST_ANSWER):
            case Cut() as cut:
                return Lost(Unknown(Diagnosis.of(Code.MAYCUR_UNREADABLE, what=cut.value)), sent=True)
            case body:
                return Reply(answer.status_code, body, answer.headers.get("Retry-After", ""))


# ----------------------------------------------------------------------------------------------------------------------


def _lost(error: Exception) -> Lost:
    fate = fate_of(error)
    name = type(error).__name__
    match fate:
        case Fate.NOT_SENT:
            return Lost(DefinitelyNot(Diagnosis.of(Code.MAYCUR_UNREACHABLE, what=name), transient=True), sent=False)
        case Fate.LOST:
            return Lost(Unknown(Diagnosis.of(Code.MAYCUR_UNREACHABLE, what=name)), sent=True)
        case Fate.UNREADABLE:
            return Lost(Unknown(Diagnosis.of(Code.MAYCUR_UNREADABLE, what=name)), sent=True)
        case Fate.SETTING:
            fault = f"is no address that can be called ({name})"
            raise _wrong_address(fault) from error
        case Fate.DEFECT:
            what = f"the Maycur client met {name}"
            raise DefectError.of(what) from error
        case unreachable:
            assert_never(unreachable)


def _wrong_address(fault: str) -> SettingsError:
    what = f"{fault}; use the https:// address of the tenant, such as https://dt.maycur.com"
    return SettingsError(Diagnosis.of(Code.SETTING, setting="MaycurBaseUrl", what=what))
