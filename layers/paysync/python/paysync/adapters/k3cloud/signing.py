"""The two signatures of a K3Cloud request (k3cloud-webapi.md 2). Pure: credentials, URL and time in, headers out."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import SettingsError

_MASK: Final = b"0054f397c6234378b09ca7d3e5debce7"
_SECRET_PART: Final = re.compile(r"[A-Za-z0-9+/]{32}")
_APP_ID: Final = re.compile(r"[\x21-\x5e\x60-\x7e]+_[A-Za-z0-9+/]{32}")
_PARTS: Final = 2
_SIMPLIFIED_CHINESE: Final = 2052
_PATH_FROM: Final = 10
"""The SDK looks for the path's first slash from here on, so a scheme with a host of two characters loses a segment."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """One integration user's grant (第三方系统登录授权). Raises SettingsError where it could never sign a request."""

    acct_id: str
    user_name: str
    app_id: str
    app_secret: str = field(repr=False)
    lcid: int = _SIMPLIFIED_CHINESE
    org_num: int = 0

    def __post_init__(self) -> None:
        for name in ("acct_id", "user_name", "app_id", "app_secret"):
            if not getattr(self, name).strip():
                raise _wrong(name, "is empty")
        if not _APP_ID.fullmatch(self.app_id):
            raise _wrong("app_id", "is not `<client id>_<32 base64 characters>`")
        if "," in self.acct_id + self.user_name:
            raise _wrong("acct_id, user_name", "must not hold a comma")

        if self.lcid != _SIMPLIFIED_CHINESE:
            raise _wrong("lcid", "must be 2052: answers are understood in simplified Chinese alone")

    @property
    def app_data(self) -> str:
        """`acct_id,user_name,lcid,org_num`: what the second signature is about."""
        return app_data(self.acct_id, self.user_name, self.lcid, self.org_num)

    @classmethod
    def of(cls, secret: Mapping[str, object]) -> "Credentials":
        """From the JSON of the secret; `lcid` and `org_num` may be left out, and may be text or numbers."""
        texts = {name: str(secret.get(name) or "").strip() for name in ("acct_id", "user_name", "app_id", "app_secret")}
        return cls(**texts, lcid=_whole(secret, "lcid", _SIMPLIFIED_CHINESE), org_num=_whole(secret, "org_num", 0))


def signed_headers(credentials: Credentials, url: str, *, seconds: int) -> dict[str, str]:
    """The nine headers that let one POST to `url` in at Unix time `seconds`. `url` is not percent-encoded."""
    return headers_of(
        app_id=credentials.app_id,
        app_secret=credentials.app_secret,
        app_data=credentials.app_data,
        url=url,
        stamp=str(seconds),
    )


def headers_of(*, app_id: str, app_secret: str, app_data: str, url: str, stamp: str) -> dict[str, str]:
    """The SDK's rule for any input, malformed ids included: those give an empty client id or an empty key."""
    client_id, client_secret = client_keys(app_id)
    text = f"POST\n{encoded_path(url)}\n\nx-api-nonce:{stamp}\nx-api-timestamp:{stamp}\n"
    return {
        "X-Api-ClientID": client_id,
        "X-Api-Auth-Version": "2.0",
        "x-api-timestamp": stamp,
        "x-api-nonce": stamp,
        "x-api-signheaders": "x-api-timestamp,x-api-nonce",
        "X-Api-Signature": signature(client_secret, text),
        "X-Kd-Appkey": app_id,
        "X-Kd-Appdata": base64.b64encode(app_data.encode()).decode(),
        "X-Kd-Signature": signature(app_secret, app_id + app_data),
    }


def app_data(acct_id: str, user_name: str, lcid: int, org_num: int) -> str:
    """Who calls, in which data centre, language and organisation."""
    return f"{acct_id},{user_name},{lcid},{org_num}"


def client_keys(app_id: str) -> tuple[str, str]:
    """Client id and client secret that are hidden in an app id; either is empty where it is malformed (2.1, step 2)."""
    parts = app_id.split("_")
    if len(parts) != _PARTS:
        return "", ""
    if not _SECRET_PART.fullmatch(parts[1]):
        return parts[0], ""
    masked = base64.b64decode(parts[1])
    return parts[0], base64.b64encode(bytes(a ^ b for a, b in zip(masked, _MASK, strict=False))).decode()


def encoded_path(url: str) -> str:
    """The signed form of a URL's path: UTF-8, upper-case hex, every slash `%2F` (2.1, step 3)."""
    start = url.find("/", _PATH_FROM)
    return quote(url[start:] if start >= 0 else url, safe="")


def signature(key: str, text: str) -> str:
    """Base64 over the 64 lower-case hex characters of the HMAC, not over its 32 bytes."""
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest().encode()).decode()


def _whole(secret: Mapping[str, object], name: str, default: int) -> int:
    text = str(secret.get(name, default)).strip()
    if not (text.isascii() and text.isdecimal()):
        raise _wrong(name, "is not a whole number")
    return int(text)


def _wrong(name: str, what: str) -> SettingsError:
    return SettingsError(Diagnosis.of(Code.SETTING, setting=f"K3Cloud secret: {name}", what=what))
