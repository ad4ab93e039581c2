"""HTTP to Maycur: paced, with timeouts, never raising for what the network does. Every call is a read or a login."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from typing import Final, TypeVar, assert_never
from urllib.parse import urlsplit

import httpx

from paysync.adapters.maycur.answers import Reply
from paysync.adapters.maycur.retries import MOST_TRIES, may_be_repeated, pause_before
from paysync.core.bills import Json
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.errors import DefectError, SettingsError
from paysync.core.outcomes import DefinitelyNot, Failure, Outcome, Unknown
from paysync.core.ports import Clock, Ids

T = TypeVar("T")

BASE_PATH: Final = "/api/openapi"
TIMEOUT: Final = httpx.Timeout(connect=5, read=20, write=10, pool=5)
_LARGEST_LIMITS: Final = httpx.Limits(max_connections=2, max_keepalive_connections=1)


class Fate(Enum):
    """What an exception of httpx says about the request."""

    NOT_SENT = "not sent"
    LOST = "perhaps received, without an answer"
    UNREADABLE = "answered with something unreadable"
    SETTING = "the address is wrong"
    DEFECT = "we use httpx wrongly"


FATES: Final[Mapping[type[Exception], Fate]] = {
    httpx.HTTPError: Fate.LOST,  # the roots stand for what a later httpx may add below them
    httpx.RequestError: Fate.LOST,
    httpx.TransportError: Fate.LOST,
    httpx.TimeoutException: Fate.LOST,
    httpx.ConnectTimeout: Fate.NOT_SENT,
    httpx.ReadTimeout: Fate.LOST,
    httpx.WriteTimeout: Fate.LOST,
    httpx.PoolTimeout: Fate.NOT_SENT,
    httpx.NetworkError: Fate.LOST,
    httpx.ConnectError: Fate.NOT_SENT,
    httpx.ReadError: Fate.LOST,
    httpx.WriteError: Fate.LOST,
    httpx.CloseError: Fate.LOST,
    httpx.ProxyError: Fate.NOT_SENT,
    httpx.UnsupportedProtocol: Fate.SETTING,
    httpx.ProtocolError: Fate.LOST,
    httpx.LocalProtocolError: Fate.DEFECT,
    httpx.RemoteProtocolError: Fate.LOST,
    httpx.DecodingError: Fate.UNREADABLE,
    httpx.TooManyRedirects: Fate.UNREADABLE,
    httpx.HTTPStatusError: Fate.DEFECT,
    httpx.InvalidURL: Fate.SETTING,
    httpx.CookieConflict: Fate.DEFECT,
    httpx.StreamError: Fate.DEFECT,
    httpx.StreamConsumed: Fate.DEFECT,
    httpx.StreamClosed: Fate.DEFECT,
    httpx.ResponseNotRead: Fate.DEFECT,
    httpx.RequestNotRead: Fate.DEFECT,
}
_RAISED: Final = (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError)


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
    if fault := _fault_of(url, allow_plain_http=allow_plain_http):
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
        self._distance = timedelta(seconds=float(1 / requests_per_second))
        self._free_at = clock.now()

    def read(self, call: Call, judge: Callable[[Reply], Outcome[T]]) -> Outcome[T]:
        """The judged answer to a call without effect; after transient trouble asked again, at most twice."""
        tries = 1
        while True:
            reply = self.once(call)
            outcome: Outcome[T] = reply.failure if isinstance(reply, Lost) else judge(reply)
            if tries == MOST_TRIES or not may_be_repeated(outcome):
                return outcome
            retry_after = "" if isinstance(reply, Lost) else reply.retry_after
            pause = pause_before(tries, retry_after, now=self._clock.now(), fraction=self._ids.fraction())
            if pause is None:
                return outcome
            self._clock.pause(pause)
            tries += 1

    def once(self, call: Call) -> Reply | Lost:
        """Exactly one request. Raises SettingsError or DefectError for what no repetition mends."""
        self._wait_for_turn()
        try:
            answer = self._http.request(
                call.method,
                call.path,
                headers=dict(call.headers),
                content=None if call.method == "GET" else json.dumps(call.body, ensure_ascii=False, default=str),
                params={name: str(value) for name, value in call.body.items()} if call.method == "GET" else None,
            )
        except _RAISED as error:
            return _lost(error)
        return Reply(answer.status_code, answer.content, answer.headers.get("Retry-After", ""))

    def _wait_for_turn(self) -> None:
        wait = min(self._free_at - self._clock.now(), self._distance)
        if wait > timedelta():
            self._clock.pause(wait)
        self._free_at = self._clock.now() + self._distance


# ----------------------------------------------------------------------------------------------------------------------


def _lost(error: Exception) -> Lost:
    fate = next(FATES[kind] for kind in type(error).__mro__ if kind in FATES)
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


def _fault_of(url: str, *, allow_plain_http: bool) -> str:
    """What is wrong with an address, without quoting it: it may hold a password."""
    try:
        httpx.URL(url)
        parts = urlsplit(url)
        readable = parts.port != 0 and not any(letter.isspace() for letter in url)
    except (ValueError, httpx.InvalidURL):
        readable = False
    if not readable:
        return "cannot be read as an address"
    if parts.scheme != "https" and not (allow_plain_http and parts.scheme == "http"):
        return "is no https:// address"
    if not parts.hostname:
        return "names no host"
    if parts.username or parts.password or parts.query or parts.fragment:
        return "holds more than host and path"
    return ""
