"""The two vendors' systems as a scheme's source and target. Connections live as long as the process."""

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

from paysync.adapters.aws.secrets import K3CloudSecret, MaycurSecret
from paysync.adapters.aws.tokens import DynamoTokenStore
from paysync.adapters.k3cloud.client import K3CloudClient
from paysync.adapters.k3cloud.settings import ConnectionSettings
from paysync.adapters.k3cloud.signing import Credentials
from paysync.adapters.k3cloud.target import K3CloudTarget
from paysync.adapters.maycur.client import MaycurClient, http_client
from paysync.adapters.maycur.login import Login
from paysync.adapters.maycur.source import MaycurSource
from paysync.bootstrap.ground import Ground
from paysync.core.errors import DefectError
from paysync.core.scheme import Scheme
from paysync.settings import Endpoint

if TYPE_CHECKING:
    from paysync.core.ports import Source, Target

_LOGIN_FLOOR: Final = timedelta(minutes=10)
"""The shortest time between two logins: frequent ones get the account disabled (maycur-openapi.md 3)."""
_RECORDING: Final = timedelta(seconds=10)
"""What the ledger may take after an ERP call."""


class K3Cloud:
    """K3Cloud by the credentials that its secret holds now."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._endpoint = _endpoint(ground.settings.k3cloud)
        self._settings = ConnectionSettings(self._endpoint.url, allow_plain_http=ground.settings.allow_plain_http)
        self._made_with: K3CloudSecret | None = None
        self._targets: dict[str, K3CloudTarget] = {}

    @property
    def user(self) -> str:
        """Who K3Cloud says has made our bills."""
        return self._secret().user_name

    @property
    def call_span(self) -> timedelta:
        """What must be left of an invocation before it makes one more call."""
        return timedelta(seconds=self._settings.whole_call_seconds) + _RECORDING

    def target(self, scheme: Scheme) -> "Target":
        """The scheme's target; all targets share one client, which is made anew when the secret was rotated."""
        secret = self._secret()
        if secret != self._made_with:
            self._targets.clear()
            self._client = K3CloudClient(self._settings, _credentials(secret), self._ground.clock, self._ground.ids)
            self._made_with = secret
        if scheme.name not in self._targets:
            self._targets[scheme.name] = K3CloudTarget(self._client, scheme, self._ground.clock)
        return self._targets[scheme.name]

    def _secret(self) -> K3CloudSecret:
        return self._ground.secrets.k3cloud(self._endpoint.secret)


class Maycur:
    """Maycur by one login token that all runs share."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._endpoint = _endpoint(ground.settings.maycur)

    def source(self, scheme: Scheme) -> "Source":
        """The scheme's source for one run: a token that Maycur refuses is replaced at most once in it."""
        ground = self._ground
        login = Login(self._client, self._tokens, self._secret, clock=ground.clock, journal=ground.journal)
        return MaycurSource(scheme.source, scheme.parameters, client=self._client, login=login, journal=ground.journal)

    def _secret(self) -> MaycurSecret:
        return self._ground.secrets.maycur(self._endpoint.secret, fresh=True)

    @cached_property
    def _client(self) -> MaycurClient:
        settings = self._ground.settings
        return MaycurClient(
            http_client(self._endpoint.url, allow_plain_http=settings.allow_plain_http),
            clock=self._ground.clock,
            ids=self._ground.ids,
            requests_per_second=settings.maycur_requests_per_second,
        )

    @cached_property
    def _tokens(self) -> DynamoTokenStore:
        ground = self._ground
        return DynamoTokenStore(
            ground.dynamodb,
            ground.settings.table,
            "maycur",
            clock=ground.clock,
            ids=ground.ids,
            floor=_LOGIN_FLOOR,
        )


def _endpoint(known: Endpoint | None) -> Endpoint:
    if known is None:
        raise DefectError.of("a function that was not given this vendor's address asks for it")
    return known


def _credentials(secret: K3CloudSecret) -> Credentials:
    return Credentials(secret.acct_id, secret.user_name, secret.app_id, secret.app_secret, secret.lcid, secret.org_num)
