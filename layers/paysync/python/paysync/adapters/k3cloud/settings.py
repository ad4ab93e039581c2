"""How the K3Cloud server is reached. Frozen, checked once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self
from urllib.parse import urlsplit

from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import SettingsError

_SERVICE: Final = "Kingdee.BOS.WebApi.ServicesStub.DynamicFormService"
_AROUND_READING: Final = 20
"""What a whole call may take beyond the time in which an answer must come."""
_READ_SECONDS: Final = range(5, 101)
"""At most so that a call has ended before the shortest quiet period has."""


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """Raises SettingsError for a URL that cannot be signed or must not be used."""

    url: str
    """Usually `https://host/K3Cloud/`, not percent-encoded."""
    allow_plain_http: bool = False
    connect_seconds: float = 5
    read_seconds: float = 60
    write_seconds: float = 10
    pool_seconds: float = 5
    whole_call_seconds: float = 80
    """The longest that one call may take with its repeats: what the core must have left before it makes one."""
    largest_answer_bytes: int = 20 * 2**20
    keeps_session: bool = True
    """False: no session is ever sent, for tenants with several nodes (U13) and for `doctor`."""
    data_as_text: bool = False
    """`data` as a JSON string that holds JSON, for tenants that want it so (U10)."""
    ca_certificate: str = field(default="", repr=False)
    """Certificates (PEM) to trust instead of the built-in ones, for a server with a company's own certificate."""

    @classmethod
    def of(cls, url: str, chosen: Mapping[str, str], *, allow_plain_http: bool = False) -> Self:
        """With what the stack's K3CloudSettings chooses. Raises SettingsError for what cannot be chosen."""
        values: dict[str, Any] = {}
        for name, text in chosen.items():
            if name not in CHOICES:
                raise _no_choice(f"names {name!r}; there are {', '.join(CHOICES)}")
            values[name] = CHOICES[name](name, text)
        if "read_seconds" in values:
            values["whole_call_seconds"] = values["read_seconds"] + _AROUND_READING
        return cls(url, allow_plain_http=allow_plain_http, **values)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and self.allow_plain_http):
            raise _wrong("does not begin with https://")
        if not parts.hostname or parts.username or parts.query or parts.fragment:
            raise _wrong("must be a host with a path and nothing else")
        if "%" in self.url:
            raise _wrong("is percent-encoded; write it as it reads (k3cloud-webapi.md 2.1)")

    def service_url(self, operation: str) -> str:
        """Where `operation` of the form service answers; a slash is put between only where the base has none (1)."""
        slash = "" if self.url.endswith("/") else "/"
        return f"{self.url}{slash}{_SERVICE}.{operation}.common.kdsvc"


def _flag(name: str, text: str) -> bool:
    if text not in {"true", "false"}:
        raise _no_choice(f"says {name}={text}; write true or false")
    return text == "true"


def _seconds(name: str, text: str) -> int:
    if not text.isdecimal() or int(text) not in _READ_SECONDS:
        raise _no_choice(f"says {name}={text}; write {_READ_SECONDS[0]} to {_READ_SECONDS[-1]}")
    return int(text)


CHOICES: Final[Mapping[str, Callable[[str, str], bool | int]]] = {
    "data_as_text": _flag,
    "keeps_session": _flag,
    "read_seconds": _seconds,
}
"""What a stack may choose, and how it is read."""


def _no_choice(what: str) -> SettingsError:
    return SettingsError(Diagnosis.of(Code.SETTING, setting="K3CloudSettings", what=what))


def _wrong(what: str) -> SettingsError:
    return SettingsError(Diagnosis.of(Code.SETTING, setting="K3CloudBaseUrl", what=what))
