"""Any system that answers JSON as a connector: the stack's HttpBaseUrl, with the values of HttpSecretArn in headers."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from paysync.adapters.aws.secrets import ca_certificate
from paysync.adapters.http.client import WHOLE_CALL, HttpClient, http_client
from paysync.adapters.http.headers import headers_of, hidden_in
from paysync.adapters.http.source import HttpSource
from paysync.adapters.http.target import HttpTarget
from paysync.adapters.pacing import Pacer
from paysync.bootstrap.connectors import RECORDING, Connector
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import SettingsError

if TYPE_CHECKING:
    import httpx

    from paysync.bootstrap.ground import Ground
    from paysync.core.inspection import Inspector
    from paysync.core.ports import Source, Target
    from paysync.core.scheme import Scheme


class Http(Connector):
    """One connection pool for all schemes; headers are written anew for each run, by the secret as it is then."""

    def __init__(self, ground: "Ground") -> None:
        super().__init__(ground)
        known = ground.settings.http
        if known is None:
            what = "is empty, but a scheme of the stack has connector http"
            raise SettingsError(Diagnosis.of(Code.SETTING, setting="HttpBaseUrl", what=what))
        self._endpoint = known
        self._made_with: str | None = None

    @property
    def call_span(self) -> timedelta:
        """With the recording of the call's outcome."""
        return WHOLE_CALL + RECORDING

    def source(self, scheme: "Scheme") -> "Source":
        """The scheme's source for one run."""
        part, secret = scheme.source, self._secret()
        headers = headers_of(
            part.listing.headers if part.listing else (), secret, scheme.parameters, setting=self._endpoint.secret
        )
        pacer = Pacer(self._ground.clock, part.requests_per_second)
        return HttpSource(part, scheme.parameters, client=self._client(secret, pacer), headers=headers)

    def target(self, scheme: "Scheme") -> "Target":
        """The scheme's target."""
        secret, exchange = self._secret(), scheme.target.exchange
        headers = headers_of(
            exchange.headers if exchange else (), secret, scheme.parameters, setting=self._endpoint.secret
        )
        return HttpTarget(self._client(secret), scheme, headers)

    def inspector(self, scheme: "Scheme") -> "Inspector":
        """A look at the scheme's documents by its own questions."""
        from paysync.adapters.http.inspector import HttpInspector

        return HttpInspector(self.target(scheme), scheme)

    def source_inspector(self, scheme: "Scheme") -> "Inspector":
        """A look at the scheme's list."""
        from paysync.adapters.http.inspector import HttpSourceInspector

        return HttpSourceInspector(self.source(scheme), scheme, self._ground.clock)

    def _client(self, secret: Mapping[str, object], pacer: Pacer | None = None) -> HttpClient:
        ground = self._ground
        pool = self._pool_trusting(ca_certificate(secret, self._endpoint.secret))
        return HttpClient(pool, clock=ground.clock, ids=ground.ids, pacer=pacer, hidden=hidden_in(secret))

    def _secret(self) -> Mapping[str, object]:
        return self._ground.secrets.fields(self._endpoint.secret) if self._endpoint.secret else {}

    def _pool_trusting(self, certificate: str) -> "httpx.Client":
        if certificate != self._made_with:
            plain = self._ground.settings.allow_plain_http
            self._pool = http_client(self._endpoint.url, allow_plain_http=plain, ca_certificate=certificate)
            self._made_with = certificate
        return self._pool
