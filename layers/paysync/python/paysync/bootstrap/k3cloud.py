"""K3Cloud as a connector, by the credentials that its secret holds now."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from paysync.adapters.k3cloud.client import K3CloudClient
from paysync.adapters.k3cloud.settings import ConnectionSettings
from paysync.adapters.k3cloud.signing import Credentials
from paysync.adapters.k3cloud.target import K3CloudTarget
from paysync.bootstrap.connectors import RECORDING, Connector, endpoint_of

if TYPE_CHECKING:
    from paysync.adapters.aws.secrets import K3CloudSecret
    from paysync.bootstrap.ground import Ground
    from paysync.core.collection import Collection, FormRows
    from paysync.core.inspection import Inspector
    from paysync.core.ports import Target
    from paysync.core.scheme import Scheme


class K3Cloud(Connector):
    """All targets share one client, which is made anew when the secret was rotated."""

    def __init__(self, ground: "Ground") -> None:
        super().__init__(ground)
        self._endpoint = endpoint_of(ground.settings.k3cloud)
        known = ground.settings
        self._settings = ConnectionSettings.of(
            self._endpoint.url, known.k3cloud_settings, allow_plain_http=known.allow_plain_http
        )
        self._made_with: K3CloudSecret | None = None
        self._targets: dict[str, K3CloudTarget] = {}

    @property
    def user(self) -> str:
        """Who K3Cloud says has made our bills."""
        return self._secret().user_name

    @property
    def call_span(self) -> timedelta:
        """With the recording of the call's outcome."""
        return timedelta(seconds=self._settings.whole_call_seconds) + RECORDING

    def target(self, scheme: "Scheme") -> "Target":
        """The scheme's target."""
        client = self._current_client()
        if scheme.name not in self._targets:
            self._targets[scheme.name] = K3CloudTarget(client, scheme, self._ground.clock)
        return self._targets[scheme.name]

    def inspector(self, scheme: "Scheme") -> "Inspector":
        """A look at the scheme's target that asks everything afresh."""
        from paysync.adapters.k3cloud.inspector import K3CloudInspector

        client = self._current_client()
        return K3CloudInspector(client, scheme, K3CloudTarget(client, scheme, self._ground.clock))

    def rows(self, collection: "Collection") -> "FormRows":
        """The rows of a collection's form."""
        from paysync.adapters.k3cloud.collecting import K3CloudRows

        return K3CloudRows(self._current_client(), collection)

    def _current_client(self) -> K3CloudClient:
        secret = self._secret()
        if secret != self._made_with:
            self._targets.clear()
            settings = replace(self._settings, ca_certificate=secret.ca_certificate)
            self._client = K3CloudClient(settings, _credentials(secret), self._ground.clock, self._ground.ids)
            self._made_with = secret
        return self._client

    def _secret(self) -> "K3CloudSecret":
        return self._ground.secrets.k3cloud(self._endpoint.secret)


def _credentials(secret: "K3CloudSecret") -> Credentials:
    return Credentials(secret.acct_id, secret.user_name, secret.app_id, secret.app_secret, secret.lcid, secret.org_num)
