"""The HTTP side of a call: one attempt, and whatever happens to it as a value. Alone knows httpx's exceptions."""

from collections.abc import Mapping
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx

from paysync.adapters.k3cloud.auth import PLAIN_URL, K3CloudAuth
from paysync.adapters.k3cloud.replies import Answer, Heard, Lost, NotSent
from paysync.adapters.k3cloud.sessions import Session
from paysync.adapters.k3cloud.settings import ConnectionSettings
from paysync.adapters.k3cloud.signing import Credentials
from paysync.adapters.reading import Cut, body_of
from paysync.adapters.tls import trusted
from paysync.core.codes import Code
from paysync.core.ports import Clock
from paysync.core.times import Instant

_NOT_SENT: Final = NotSent(Code.ERP_UNREACHABLE)
_LOST: Final = Lost(Code.ERP_CONNECTION_LOST)
_LATE: Final = Lost(Code.ERP_TIMEOUT)
_UNREADABLE: Final = Lost(Code.ERP_UNREADABLE)

EXCEPTIONS: Final[Mapping[type[Exception], NotSent | Lost]] = {
    # nothing was written
    httpx.ConnectError: _NOT_SENT,  # refused, no such host, certificate not trusted
    httpx.ConnectTimeout: _NOT_SENT,
    httpx.PoolTimeout: _NOT_SENT,
    httpx.UnsupportedProtocol: _NOT_SENT,
    httpx.InvalidURL: _NOT_SENT,
    # written, perhaps only in part
    httpx.ReadTimeout: _LATE,
    httpx.WriteTimeout: _LATE,
    httpx.TimeoutException: _LATE,
    httpx.ReadError: _LOST,
    httpx.WriteError: _LOST,
    httpx.CloseError: _LOST,
    httpx.NetworkError: _LOST,
    httpx.RemoteProtocolError: _LOST,
    httpx.LocalProtocolError: _LOST,
    httpx.ProtocolError: _LOST,
    httpx.ProxyError: _LOST,
    httpx.TransportError: _LOST,
    httpx.RequestError: _LOST,
    httpx.HTTPError: _LOST,
    # an answer came that cannot be used
    httpx.DecodingError: _UNREADABLE,
    httpx.TooManyRedirects: _UNREADABLE,
    httpx.HTTPStatusError: _UNREADABLE,
    httpx.CookieConflict: _UNREADABLE,
    httpx.StreamError: _UNREADABLE,
    httpx.StreamConsumed: _UNREADABLE,
    httpx.StreamClosed: _UNREADABLE,
    httpx.ResponseNotRead: _UNREADABLE,
    httpx.RequestNotRead: _UNREADABLE,
}
"""Each exception of httpx and what it proves. A test walks all of httpx to show that none is missing."""

_HEADERS: Final = {
    "Accept-Charset": "utf-8",
    "Content-Type": "application/json",
    "User-Agent": "Kingdee/Python WebApi SDK 7.3 (compatible; MSIE 6.0; Windows NT 5.1;SV1)",
}
"""As the vendor's SDK sends them (2.2)."""


class Wire:
    """Sends one request, gives back a value. HTTP/1.1, TLS verified, no redirects, no proxy from the environment."""

    def __init__(
        self,
        settings: ConnectionSettings,
        credentials: Credentials,
        clock: Clock,
        *,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.session = Session(keeps=settings.keeps_session)
        self._settings = settings
        self._clock = clock
        self._http = httpx.Client(
            auth=K3CloudAuth(credentials, self.session, clock),
            headers=_HEADERS,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            http2=False,
            trust_env=False,
            transport=transport,
            verify=trusted(settings.url, settings.ca_certificate),
        )

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def send(self, operation: str, content: bytes, *, until: Instant) -> Answer:
        """POST `content` once. Never raises for what network or server do; reads no further piece after `until`."""
        with_session = self.session.in_use
        url = self._settings.service_url(operation)
        try:
            with self._http.stream(
                "POST", url, content=content, timeout=self._timeout(until), extensions={PLAIN_URL: url}
            ) as response:
                return self._read(response, until, with_session=with_session)
        except tuple(EXCEPTIONS) as error:
            return _meaning(error)

    def _read(self, response: httpx.Response, until: Instant, *, with_session: bool) -> Answer:
        largest = self._settings.largest_answer_bytes
        match body_of(response, self._clock, until=until, largest=largest):
            case Cut.TOO_LONG:
                return Lost(Code.ERP_UNREADABLE, f"more than {largest} bytes")
            case Cut.TOO_LATE:
                return _LATE
            case body:
                return Heard(response.status_code, body, with_session)

    def _timeout(self, until: Instant) -> httpx.Timeout:
        left = max((until - self._clock.now()) / timedelta(seconds=1), 0.1)
        settings = self._settings
        return httpx.Timeout(
            connect=min(settings.connect_seconds, left),
            read=min(settings.read_seconds, left),
            write=min(settings.write_seconds, left),
            pool=min(settings.pool_seconds, left),
        )


def _meaning(error: Exception) -> NotSent | Lost:
    """By the most specific class that the table has."""
    found = next(EXCEPTIONS[kind] for kind in type(error).__mro__ if kind in EXCEPTIONS)
    said = f"{type(error).__name__}: {error}"
    return NotSent(found.code, said) if isinstance(found, NotSent) else Lost(found.code, said)
