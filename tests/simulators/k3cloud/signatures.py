"""Both signatures of a request, verified exactly (reference, section 2). Pure: headers and path in, verdict out."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MASK = b"0054f397c6234378b09ca7d3e5debce7"
_SECRET_PART = re.compile(r"[A-Za-z0-9+/]{32}")
_SECONDS, _MILLISECONDS = 10, 13
_SIGNED_HEADERS = frozenset({"x-api-timestamp,x-api-nonce", "X-Api-TimeStamp,X-Api-Nonce"})
_AppData: TypeAlias = tuple[str, str, str, str]  # acct_id, user_name, lcid, org_num
LANGUAGES = frozenset({"2052", "1033", "3076"})


@dataclass(frozen=True, slots=True)
class Credentials:
    """One app and one user that the administrator has let in."""

    acct_id: str
    user_name: str
    app_id: str
    app_secret: str


class Verdict(StrEnum):
    """What the server thinks of the headers of one request."""

    GOOD = "good"
    WRONG_ACCOUNT = "wrong_account"
    STALE = "stale"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, for whom, and the cause as the server's own log would name it."""

    verdict: Verdict
    user_name: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class StampRule:
    """Which time stamps are taken: their units, and how far from `now` (Unix seconds) they may be."""

    milliseconds: bool = True
    window_minutes: int = 0
    now: float = 0.0


def client_keys(app_id: str) -> tuple[str, str]:
    """Client id and client secret that are hidden in an app id; empty where it is malformed."""
    parts = app_id.split("_")
    if len(parts) != 2:
        return "", ""
    if not _SECRET_PART.fullmatch(parts[1]):
        return parts[0], ""
    masked = base64.b64decode(parts[1])
    return parts[0], base64.b64encode(bytes(a ^ b for a, b in zip(masked, _MASK, strict=False))).decode()


def signature(key: str, text: str) -> str:
    """Base64 of the lower-case hex of the HMAC, as K3Cloud wants it."""
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest().encode()).decode()


def encoded_paths(raw_path: str) -> tuple[str, ...]:
    """The path as it may have been signed: decoded and encoded again; with `+` for blanks by the Java SDK."""
    plain = unquote(raw_path)
    usual = quote(plain, safe="")
    return (usual,) if " " not in plain else (usual, usual.replace("%20", "+"))


def judge(headers: Mapping[str, str], raw_path: str, known: Iterable[Credentials], stamps: StampRule) -> Judgement:
    """Whether this request is let in without a session. `headers` must find names in any case."""
    known = tuple(known)
    app_data = _app_data(headers.get("X-Kd-Appdata", ""))
    if app_data is None:
        return Judgement(Verdict.BAD, cause="X-Kd-Appdata is not acct_id,user_name,lcid,org_num in base64")
    acct_id, user_name, _, _ = app_data
    if acct_id not in {one.acct_id for one in known}:
        return Judgement(Verdict.WRONG_ACCOUNT, cause="Fail to verify thirty passport")
    app_id = headers.get("X-Kd-Appkey", "")
    fault = _kd_signature_fault(headers, app_data, known) or _api_signature_fault(headers, raw_path, app_id)
    if fault:
        return Judgement(Verdict.BAD, cause=fault)
    return _stamp_judgement(headers.get("x-api-timestamp", ""), stamps, user_name)


def _kd_signature_fault(headers: Mapping[str, str], app_data: _AppData, known: Iterable[Credentials]) -> str:
    acct_id, user_name, lcid, org_num = app_data
    app_id = headers.get("X-Kd-Appkey", "")
    fitting = [one for one in known if (one.acct_id, one.user_name, one.app_id) == (acct_id, user_name, app_id)]
    if not fitting:
        return "The passport is not exists or disabled"
    if lcid not in LANGUAGES or not org_num.isdigit():
        return f"lcid {lcid}"
    given, plain = headers.get("X-Kd-Signature", ""), app_id + ",".join(app_data)
    good = any(_same(given, signature(one.app_secret, plain)) for one in fitting)
    return "" if good else "Fail to verify X-KD-Signature"


def _app_data(text: str) -> _AppData | None:
    """The four fields, or None; also None when another base64 text would have meant the same."""
    try:
        plain = base64.b64decode(text, validate=True)
        fields = plain.decode().split(",")
    except (binascii.Error, UnicodeDecodeError):
        return None
    if len(fields) != 4 or base64.b64encode(plain).decode() != text:
        return None
    return fields[0], fields[1], fields[2], fields[3]


def _api_signature_fault(headers: Mapping[str, str], raw_path: str, app_id: str) -> str:
    client_id, client_secret = client_keys(app_id)
    if headers.get("X-Api-ClientID", "") != client_id or headers.get("X-Api-Auth-Version") != "2.0":
        return "X-Api-ClientID or X-Api-Auth-Version"
    if headers.get("x-api-signheaders", "") not in _SIGNED_HEADERS:
        return "x-api-signheaders"
    stamp = f"x-api-nonce:{headers.get('x-api-nonce', '')}\nx-api-timestamp:{headers.get('x-api-timestamp', '')}\n"
    texts = (f"POST\n{path}\n\n{stamp}" for path in encoded_paths(raw_path))
    given = headers.get("X-Api-Signature", "")
    return "" if any(_same(given, signature(client_secret, text)) for text in texts) else "X-Api-Signature"


def _stamp_judgement(text: str, stamps: StampRule, user_name: str) -> Judgement:
    lengths = {_SECONDS, _MILLISECONDS} if stamps.milliseconds else {_SECONDS}
    if not text.isdecimal() or len(text) not in lengths:
        return Judgement(Verdict.BAD, cause="x-api-timestamp")
    seconds = int(text) / (1000 if len(text) == _MILLISECONDS else 1)
    if stamps.window_minutes and abs(seconds - stamps.now) > stamps.window_minutes * 60:
        return Judgement(Verdict.STALE, cause="时间戳验证失败，请求链接已失效，请重试！")
    return Judgement(Verdict.GOOD, user_name)


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
