"""Sessions: an id that lets its bearer in without another look at the signatures (reference, section 3)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_COOKIE = "kdservice-sessionid"
_MOST = 10_000  # the oldest are dropped, so that clients without sessions do not fill the memory


@dataclass(slots=True)
class Session:
    """One login: who, and when it was last used (monotonic seconds)."""

    user_name: str
    used_at: float


@dataclass(slots=True)
class Sessions:
    """All live sessions, oldest first. `clock` counts seconds and never goes back."""

    clock: Callable[[], float]
    live: dict[str, Session] = field(default_factory=dict)
    opened: int = 0

    def find(self, session_id: str, *, idle_seconds: int) -> Session | None:
        """The live session of this id; using it keeps it alive."""
        session = self.live.get(session_id)
        if session is None:
            return None
        if idle_seconds and self.clock() - session.used_at > idle_seconds:
            del self.live[session_id]
            return None
        session.used_at = self.clock()
        return session

    def open(self, user_name: str) -> str:
        """A new session; its id looks like a real one and is the same in every run."""
        self.opened += 1
        session_id = hashlib.sha256(f"session {self.opened}".encode()).hexdigest()[:32]
        if len(self.live) >= _MOST:
            del self.live[next(iter(self.live))]
        self.live[session_id] = Session(user_name, self.clock())
        return session_id

    def forget_all(self) -> None:
        """What a restart of the server does."""
        self.live.clear()


def offered_id(headers: Mapping[str, str]) -> str:
    """The session id that a request brings: own header (Python SDK), `SID` (Java SDK) or cookie."""
    direct = headers.get(_COOKIE) or headers.get("SID")
    if direct:
        return direct
    try:
        morsel = SimpleCookie(headers.get("Cookie", "")).get(_COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def set_cookies(session_id: str) -> list[tuple[str, str]]:
    """The headers of a first answer. No `expires`: the SDK would tear its date apart at the comma."""
    asp = hashlib.sha256(session_id.encode()).hexdigest()[:24]
    return [("Set-Cookie", f"{_COOKIE}={session_id}; path=/"), ("Set-Cookie", f"ASP.NET_SessionId={asp}; path=/")]
