"""Maycur as a connector, by one login token that all runs share."""

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

from paysync.adapters.aws.tokens import DynamoTokenStore
from paysync.adapters.maycur.client import MaycurClient, http_client
from paysync.adapters.maycur.login import Login
from paysync.adapters.maycur.results import MaycurResults
from paysync.adapters.maycur.source import MaycurSource
from paysync.bootstrap.connectors import RECORDING, Connector, endpoint_of

if TYPE_CHECKING:
    from paysync.adapters.aws.secrets import MaycurSecret
    from paysync.bootstrap.ground import Ground
    from paysync.core.ports import Source, Target
    from paysync.core.scheme import Scheme

_LOGIN_FLOOR: Final = timedelta(minutes=10)
"""The shortest time between two logins: frequent ones get the account disabled (maycur-openapi.md 3)."""
_LOGIN_AND_CALL: Final = timedelta(seconds=110)
"""Thirty seconds of waiting for a token, a login and a call of at most forty each."""


class Maycur(Connector):
    """One client and one shared token; a token that Maycur refuses is replaced at most once in a run."""

    def __init__(self, ground: "Ground") -> None:
        super().__init__(ground)
        self._endpoint = endpoint_of(ground.settings.maycur)

    def source(self, scheme: "Scheme") -> "Source":
        """The scheme's source for one run."""
        journal = self._ground.journal
        return MaycurSource(scheme.source, scheme.parameters, client=self._client, login=self._login(), journal=journal)

    @property
    def call_span(self) -> timedelta:
        """A login that waits for another's, the call itself, and its recording."""
        return _LOGIN_AND_CALL + RECORDING

    def target(self, scheme: "Scheme") -> "Target":  # noqa: ARG002 - the rendered request says all
        """The scheme's target: results of payments."""
        return MaycurResults(self._client, self._login(), self._ground.clock)

    def _login(self) -> Login:
        ground = self._ground
        return Login(self._client, self._tokens, self._secret, clock=ground.clock, journal=ground.journal)

    def _secret(self) -> "MaycurSecret":
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
