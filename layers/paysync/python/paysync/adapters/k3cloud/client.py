"""One call to K3Cloud: which body it gets, and the one place that decides whether it may be sent again.

A write is sent once. A lost session means that nothing was executed (4), so the call is made once more without one;
not the making call, whose repeat needs a new INTENT first. A read is tried at most twice more on what passes by itself.
A session may be lost in words that nobody foresaw: after any answer that is not understood the next call has none.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import httpx

from paysync.adapters import jsontext
from paysync.adapters.k3cloud.answers import failure_of, may_be_of_the_session, session_was_lost, worth_repeating
from paysync.adapters.k3cloud.replies import Answer, Call, Heard
from paysync.adapters.k3cloud.settings import ConnectionSettings
from paysync.adapters.k3cloud.signing import Credentials
from paysync.adapters.k3cloud.transport import Wire
from paysync.core.bills import Json
from paysync.core.ports import Clock, Ids

_PAUSES: Final = (timedelta(seconds=0.5), timedelta(seconds=2))
"""Before the second and the third try of a read, each from half to one and a half of it."""
_WORTH_A_TRY: Final = 0.25
"""A repeat starts only with this share of the read timeout left."""


class K3CloudClient:
    """Signed calls over one connection pool and one session. One per sandbox: the first call of a session is slow."""

    def __init__(
        self,
        settings: ConnectionSettings,
        credentials: Credentials,
        clock: Clock,
        ids: Ids,
        *,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._ids = ids
        self._wire = Wire(settings, credentials, clock, transport=transport)

    def close(self) -> None:
        """Give the connections back."""
        self._wire.close()

    def call(self, call: Call, data: Mapping[str, Json], *, form: str = "") -> Answer:
        """Make one call and bring home what came back; no attempt begins after `whole_call_seconds`.

        `form` is for operations that name their form beside `data` (1); queries have it inside.
        """
        content = self._content(data, form)
        until = self._clock.now() + timedelta(seconds=self._settings.whole_call_seconds)
        may_lose_session, pauses = call.repeat_lost_session, iter(_PAUSES)
        while True:
            answer = self._wire.send(call.operation, content, until=until)
            failure = failure_of(answer, call)
            if session_was_lost(failure):
                self._wire.session.drop()
                masked = isinstance(answer, Heard) and answer.with_session
                if not (masked and may_lose_session):
                    return answer
                may_lose_session = False
            else:
                if may_be_of_the_session(failure, call):
                    self._wire.session.drop()
                if not worth_repeating(failure, call) or not self._pause(next(pauses, None)):
                    return answer
            if (until - self._clock.now()) < timedelta(seconds=self._settings.read_seconds) * _WORTH_A_TRY:
                return answer

    def _pause(self, span: timedelta | None) -> bool:
        if span is not None:
            self._clock.pause(span * (0.5 + self._ids.fraction()))
        return span is not None

    def _content(self, data: Mapping[str, Json], form: str) -> bytes:
        inner: Json = jsontext.dumps(dict(data)) if self._settings.data_as_text else dict(data)
        envelope: dict[str, Json] = {"formid": form, "data": inner} if form else {"data": inner}
        return jsontext.dumps(envelope).encode("ascii")
