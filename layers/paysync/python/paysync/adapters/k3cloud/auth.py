"""Signing as an httpx auth flow: each attempt gets a fresh stamp, no signed request is ever sent twice (U14)."""

from collections.abc import Generator
from typing import Final

import httpx

from paysync.adapters.k3cloud.sessions import Session
from paysync.adapters.k3cloud.signing import Credentials, signed_headers
from paysync.core.ports import Clock
from paysync.core.times import epoch_ms

PLAIN_URL: Final = "paysync_plain_url"
"""Request extension with the URL as it was configured: the path is signed before it is percent-encoded."""
_SETS_COOKIES: Final = frozenset({200, 206})


class K3CloudAuth(httpx.Auth):
    """Signs a request and carries the session. A lost session is the client's business."""

    def __init__(self, credentials: Credentials, session: Session, clock: Clock) -> None:
        self._credentials = credentials
        self._session = session
        self._clock = clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """One request, one answer; the cookies of a good one are kept for the next."""
        seconds = epoch_ms(self._clock.now()) // 1000
        url = str(request.extensions.get(PLAIN_URL) or request.url)
        request.headers.update(signed_headers(self._credentials, url, seconds=seconds))
        request.headers.update(self._session.headers())
        response = yield request
        if response.status_code in _SETS_COOKIES:
            self._session.keep(response.headers.get_list("Set-Cookie"))
