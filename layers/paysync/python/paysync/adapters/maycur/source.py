"""Maycur's lists as a source of payments: the scheme's request, a token, one page per call."""

from collections.abc import Mapping
from typing import Final

from paysync.adapters.maycur import answers
from paysync.adapters.maycur.client import BASE_PATH, Call, MaycurClient
from paysync.adapters.maycur.login import Login
from paysync.adapters.replies import Page, Reply
from paysync.core.bills import Json
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.errors import SchemeError
from paysync.core.outcomes import Done, Outcome
from paysync.core.ports import Journal
from paysync.core.records import Token
from paysync.core.scheme import SourcePart
from paysync.core.scope import asking_scope
from paysync.core.templates import render
from paysync.core.times import Window

_METHODS: Final = ("POST", "GET")


class MaycurSource:
    """`core.ports.Source` for one scheme and, because of its `login`, for one run."""

    def __init__(
        self, part: SourcePart, parameters: Mapping[str, str], *, client: MaycurClient, login: Login, journal: Journal
    ) -> None:
        if part.method not in _METHODS:
            raise SchemeError(Diagnosis.of(Code.SCHEME, what=f"source method {part.method}; use POST or GET"))
        self._part = part
        self._parameters = parameters
        self._client = client
        self._login = login
        self._journal = journal
        self._path = ""

    def page(self, window: Window, number: int) -> Outcome[Page]:
        """One page. The start is sent a millisecond early: complete whether the server's bounds include or exclude."""
        body = self._body(window, number)
        match self._login.token():
            case Done(token):
                outcome = self._read(body, token)
            case failure:
                return failure
        if isinstance(outcome, Done) or outcome.diagnosis.code is not Code.MAYCUR_TOKEN:
            return outcome
        match self._login.replacement(token):
            case None:
                return outcome
            case Done(fresh):
                return self._read(body, fresh)
            case failure:
                return failure

    def _read(self, body: Mapping[str, Json], token: Token) -> Outcome[Page]:
        headers = {"entCode": token.tenant, "tokenId": token.value}
        call = Call(self._part.endpoint.removeprefix(BASE_PATH), body, self._part.method, headers)
        outcome = self._client.read(call, self._judged)
        if isinstance(outcome, Done) and outcome.value.path != self._path:
            self._path = outcome.value.path
            self._journal.tell("where Maycur's rows lie", path=self._path)
        return outcome

    def _judged(self, reply: Reply) -> Outcome[Page]:
        return answers.page(reply, row_path=self._part.row_path, null_means_empty=self._part.null_means_empty)

    def _body(self, window: Window, number: int) -> Mapping[str, Json]:
        """What the scheme asks for. Window and page are text, as in the vendor's published configuration."""
        body = render(self._part.request, asking_scope(self._part, self._parameters, window, number))
        if not isinstance(body, dict):
            raise SchemeError(Diagnosis.of(Code.SCHEME, what="source.request is no mapping"))
        return body
