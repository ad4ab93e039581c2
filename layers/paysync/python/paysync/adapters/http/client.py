"""HTTP to a system that paysync does not know: reads are repeated where that helps, a write is sent exactly once."""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, TypeVar, assert_never

import httpx

from paysync.adapters import jsontext
from paysync.adapters.network import RAISED, Fate, fate_of, fault_of_address
from paysync.adapters.pacing import Pacer
from paysync.adapters.reading import Cut, body_of
from paysync.adapters.replies import Reply
from paysync.adapters.retries import asked_again
from paysync.adapters.tls import trusted
from paysync.core.bills import Json
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.errors import DefectError, SettingsError
from paysync.core.outcomes import DefinitelyNot, Failure, Outcome, Unknown
from paysync.core.ports import Clock, Ids
from paysync.core.times import Instant

T = TypeVar("T")

TIMEOUT: Final = httpx.Timeout(connect=5, read=60, write=10, pool=5)
WHOLE_CALL: Final = timedelta(seconds=80)
"""The longest that one call of the port may take with its repeats: what the core must have left before it makes one."""
_LARGEST_ANSWER: Final = 20 * 2**20
_LIMITS: Final = httpx.Limits(max_connections=2, max_keepalive_connections=1)
_LEAST_SECRET: Final = 8
"""Shorter values are not taken out of answers: they might be anything."""
_HIDDEN: Final = b"***"


@dataclass(frozen=True, slots=True)
class Call:
    """One request below the base address. The path is escaped already; a GET has a query, others a JSON body."""

    method: str
    path: str
    content: Mapping[str, Json] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


def http_client(
    url: str,
    *,
    allow_plain_http: bool = False,
    ca_certificate: str = "",
    timeout: httpx.Timeout = TIMEOUT,
    transport: httpx.BaseTransport | None = None,
) -> httpx.Client:
    """HTTP/1.1, TLS verified, no redirects, nothing from the environment. Raises SettingsError for a wrong address."""
    url = url.strip()
    if fault := fault_of_address(url, allow_plain_http=allow_plain_http):
        raise _wrong_address(fault)
    return httpx.Client(
        base_url=url.rstrip("/"),
        timeout=timeout,
        limits=_LIMITS,
        follow_redirects=False,
        trust_env=False,
        transport=transport,
        verify=trusted(url, ca_certificate),
        headers={"Accept": "application/json", "User-Agent": "paysync"},
    )


class HttpClient:
    """Calls of one scheme's source or target. `hidden`: values of the secret, which no answer may carry further."""

    def __init__(
        self,
        http: httpx.Client,
        *,
        clock: Clock,
        ids: Ids,
        pacer: Pacer | None = None,
        hidden: frozenset[str] = frozenset(),
    ) -> None:
        self._http = http
        self._clock = clock
        self._ids = ids
        self._pacer = pacer
        self._hidden = tuple(one.encode() for one in hidden if len(one) >= _LEAST_SECRET)

    def deadline(self) -> Instant:
        """When a call of the port that begins now must have come to its end."""
        return self._clock.now() + WHOLE_CALL

    def read(self, call: Call, judge: Callable[[Reply], Outcome[T]], *, until: Instant) -> Outcome[T]:
        """The judged answer to a call without effect; after transient trouble asked again, at most twice."""

        def ask() -> tuple[Outcome[T], str]:
            reply = self.once(call, until=until)
            return (judge(reply), reply.retry_after) if isinstance(reply, Reply) else (reply, "")

        return asked_again(ask, clock=self._clock, ids=self._ids, until=until)

    def once(self, call: Call, *, until: Instant) -> Reply | Failure:
        """Exactly one request; DefinitelyNot only where nothing was sent. Raises for what no repetition mends."""
        if fault := _fault_of_path(call.path):
            return DefinitelyNot(Diagnosis.of(Code.HTTP_UNREACHABLE, what=fault), transient=True)
        if self._pacer is not None:
            self._pacer.wait()
        if self._clock.now() >= until:
            return DefinitelyNot(Diagnosis.of(Code.HTTP_UNREACHABLE, what="no time left"), transient=True)
        try:
            request = self._request(call, self._timeout(until))
            with closing(self._http.send(request, stream=True)) as response:
                return self._read(response, until)
        except RAISED as error:
            return _failure(error)

    def _request(self, call: Call, timeout: httpx.Timeout) -> httpx.Request:
        build, headers = self._http.build_request, dict(call.headers)
        if call.method == "GET":
            query = {name: _in_query(value) for name, value in call.content.items()}
            return build(call.method, call.path, headers=headers, params=query, timeout=timeout)
        headers["Content-Type"] = "application/json"
        content = jsontext.dumps(dict(call.content)).encode("ascii")
        return build(call.method, call.path, headers=headers, content=content, timeout=timeout)

    def _read(self, response: httpx.Response, until: Instant) -> Reply | Failure:
        match body_of(response, self._clock, until=until, largest=_LARGEST_ANSWER):
            case Cut.TOO_LONG:
                return Unknown(Diagnosis.of(Code.HTTP_UNREADABLE, status=response.status_code))
            case Cut.TOO_LATE:
                return Unknown(Diagnosis.of(Code.HTTP_LOST, what="the answer did not end"))
            case body:
                said = self._without_secrets(body)
                return Reply(response.status_code, said, response.headers.get("Retry-After", ""))

    def _without_secrets(self, body: bytes) -> bytes:
        for secret in self._hidden:
            body = body.replace(secret, _HIDDEN)
        return body

    def _timeout(self, until: Instant) -> httpx.Timeout:
        left = max((until - self._clock.now()) / timedelta(seconds=1), 0.1)
        limits = self._http.timeout
        return httpx.Timeout(
            connect=min(limits.connect or left, left),
            read=min(limits.read or left, left),
            write=min(limits.write or left, left),
            pool=min(limits.pool or left, left),
        )


# ----------------------------------------------------------------------------------------------------------------------


def _in_query(value: Json) -> str:
    match value:
        case str():
            return value
        case dict() | list():
            raise DefectError.of("a query holds single values")
        case _:
            return jsontext.dumps(value)


def _fault_of_path(path: str) -> str:
    """A path that begins with two slashes would name another host, and take the secret there."""
    if not path.startswith("/") or path.startswith("//") or not path.isascii() or not path.isprintable():
        return f"the path {path!r} of a call is none: it begins with one slash and is escaped"
    return f"the path {path!r} of a call holds more than a path" if set(path) & set("?#\\ ") else ""


def _failure(error: Exception) -> Failure:
    name = type(error).__name__
    match fate_of(error):
        case Fate.NOT_SENT | Fate.SETTING:
            return DefinitelyNot(Diagnosis.of(Code.HTTP_UNREACHABLE, what=name), transient=True)
        case Fate.LOST:
            return Unknown(Diagnosis.of(Code.HTTP_LOST, what=name))
        case Fate.UNREADABLE:
            return Unknown(Diagnosis.of(Code.HTTP_UNREADABLE, status=name))
        case Fate.DEFECT:
            what = f"the HTTP client met {name}"
            raise DefectError.of(what) from error
        case unreachable:
            assert_never(unreachable)


def _wrong_address(fault: str) -> SettingsError:
    what = f"{fault}; use the https:// address of the system"
    return SettingsError(Diagnosis.of(Code.SETTING, setting="HttpBaseUrl", what=what))
