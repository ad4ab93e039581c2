"""Maycur as a target: the result of a payment, written by one call. Off by default, and judged with care.

Which endpoint a tenant has is unconfirmed, so the scheme binds it (docs/decisions/write-back-into-maycur.md).
"""

from collections.abc import Mapping
from typing import Final

from paysync.adapters.creating import CreatingTarget
from paysync.adapters.maycur import answers
from paysync.adapters.maycur.client import BASE_PATH, Call, Lost, MaycurClient
from paysync.adapters.maycur.login import Login
from paysync.core.bills import Json, Made
from paysync.core.codes import Code
from paysync.core.diagnosis import Kind
from paysync.core.errors import DefectError
from paysync.core.exchanges import BODY, KEY, PATH
from paysync.core.outcomes import DefinitelyNot, Done, Failure, Outcome
from paysync.core.ports import Clock
from paysync.core.records import Token
from paysync.core.times import epoch_ms


class MaycurResults(CreatingTarget):
    """One call per payment, sent once. It can neither be asked for a result nor show one."""

    def __init__(self, client: MaycurClient, login: Login, clock: Clock) -> None:
        self._client = client
        self._login = login
        self._clock = clock

    def make(self, request: Mapping[str, Json]) -> Outcome[Made]:
        """Write one result; the payment's key is its id."""
        path, data, key = (request.get(part) for part in (PATH, BODY, KEY))
        if not isinstance(path, str) or not isinstance(data, dict) or not isinstance(key, str):
            raise DefectError.of("a making request of another connector")
        match self._login.token():
            case Done(token):
                return self._written(path, data, key, token)
            case failure:
                return _not_sent(failure)

    def _written(self, path: str, data: dict[str, Json], key: str, token: Token) -> Outcome[Made]:
        headers = {"entCode": token.tenant, "tokenId": token.value}
        body: dict[str, Json] = {"timestamp": epoch_ms(self._clock.now()), "data": data}
        reply = self._client.once(Call(path.removeprefix(BASE_PATH), body, "POST", headers))
        if isinstance(reply, Lost):
            return reply.failure
        outcome = answers.written(reply, key, _names_in(data))
        if not isinstance(outcome, Done) and outcome.diagnosis.code is Code.MAYCUR_TOKEN:
            self._login.replacement(token)  # the next attempt, under a new intent, has another one
        return outcome


_SHORTEST_NAME: Final = 4


def _names_in(data: Json) -> set[str]:
    """Every text of a row, by which an answer may name it; a short one could be anything."""
    if isinstance(data, dict):
        return {name for value in data.values() for name in _names_in(value)}
    if isinstance(data, list):
        return {name for value in data for name in _names_in(value)}
    return {data} if isinstance(data, str) and len(data) >= _SHORTEST_NAME else set()


def _not_sent(failure: Failure) -> DefinitelyNot:
    """Without a token nothing was sent; what passes by itself or waits for credentials refuses no payment."""
    return DefinitelyNot(failure.diagnosis, transient=failure.diagnosis.kind is not Kind.CREDENTIAL)
