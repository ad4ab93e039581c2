"""The session that K3Cloud opens by cookies. Only an optimisation: every call must succeed without it (3.1, U13)."""

import re
from collections.abc import Iterable
from typing import Final

_NAME: Final = "kdservice-sessionid"
_COOKIE: Final = re.compile(
    r"\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)=([\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*)\s*(?:;|$)"
)


class Session:
    """What the last answer set, and the two headers that carry it back (2.2)."""

    def __init__(self, *, keeps: bool = True) -> None:
        self._keeps = keeps
        self._id = ""
        self._cookies: dict[str, str] = {}

    @property
    def in_use(self) -> bool:
        """Whether the next request carries a session, which may mask broken credentials."""
        return bool(self._id or self._cookies)

    def headers(self) -> dict[str, str]:
        """The session's headers for the next request; none before a cookie was set."""
        found = {_NAME: self._id} if self._id else {}
        if self._cookies:
            found["Cookie"] = ";".join(
                ["Theme=standard", *(f"{name}={value}" for name, value in self._cookies.items())]
            )
        return found

    def keep(self, set_cookies: Iterable[str]) -> None:
        """Take over the cookies of an answer, in the order received, in place of the earlier ones."""
        found = {match[1]: match[2] for line in set_cookies if (match := _COOKIE.match(line))}
        if self._keeps and found:
            self._cookies = found
            self._id = found.get(_NAME) or self._id

    def drop(self) -> None:
        """Forget it: the next request goes by its signatures alone."""
        self._id = ""
        self._cookies = {}
