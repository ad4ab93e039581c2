"""How the K3Cloud server is reached. Frozen, checked once."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import SettingsError

_SERVICE: Final = "Kingdee.BOS.WebApi.ServicesStub.DynamicFormService"


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
    ca_file: str = ""
    """Certificates to trust instead of the built-in ones, for a server with a company's own certificate."""

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


def _wrong(what: str) -> SettingsError:
    return SettingsError(Diagnosis.of(Code.SETTING, setting="K3CloudBaseUrl", what=what))
