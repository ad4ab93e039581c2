"""What httpx's exceptions say about a request, and what may be an address: for every client that uses httpx."""

from collections.abc import Mapping
from enum import Enum
from typing import Final
from urllib.parse import urlsplit

import httpx


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
RAISED: Final = (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError)
"""The roots of all that httpx raises."""


def fate_of(error: Exception) -> Fate:
    """By the most specific class that the table has."""
    return next(FATES[kind] for kind in type(error).__mro__ if kind in FATES)


def fault_of_address(url: str, *, allow_plain_http: bool) -> str:
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
