"""Any system's list as a source of payments: the scheme's request, one page per call."""

from collections.abc import Mapping

from paysync.adapters.http import answers
from paysync.adapters.http.client import Call, HttpClient
from paysync.adapters.http.headers import Sealed
from paysync.adapters.replies import Page, Reply
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.errors import DefectError, SchemeError
from paysync.core.outcomes import Outcome
from paysync.core.scheme import SourcePart
from paysync.core.scope import asking_scope
from paysync.core.templates import render
from paysync.core.times import Window


class HttpSource:
    """`core.ports.Source` for one scheme."""

    def __init__(self, part: SourcePart, parameters: Mapping[str, str], *, client: HttpClient, headers: Sealed) -> None:
        if part.listing is None:
            raise DefectError.of("a scheme of another connector")
        self._part, self._listing = part, part.listing
        self._parameters = parameters
        self._client = client
        self._headers = headers

    def page(self, window: Window, number: int) -> Outcome[Page]:
        """One page. The start is sent a millisecond early: complete whether the server's bounds include or exclude."""
        asked = render(self._part.request, asking_scope(self._part, self._parameters, window, number))
        if not isinstance(asked, dict):
            raise SchemeError(Diagnosis.of(Code.SCHEME, what="source.request is no mapping"))
        call = Call(self._part.method, self._part.endpoint, asked, self._headers.values)
        return self._client.read(call, self._judged, until=self._client.deadline())

    def _judged(self, reply: Reply) -> Outcome[Page]:
        part = self._part
        return answers.page(reply, self._listing, row_path=part.row_path, null_means_empty=part.null_means_empty)
