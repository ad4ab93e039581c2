"""The shared login token in memory."""

from datetime import timedelta

from paysync.core.errors import DefectError
from paysync.core.ports import Clock
from paysync.core.records import LoginRefusal, Token
from paysync.core.times import Instant


class SharedTokens:
    """What all runs share; one per world."""

    __slots__ = ("holder", "lease_until", "login_at", "refusal", "token")

    def __init__(self) -> None:
        self.token: Token | None = None
        self.holder: object = None
        self.lease_until: Instant | None = None
        self.login_at: Instant | None = None
        self.refusal: LoginRefusal | None = None


class MemoryTokenStore:
    """`core.ports.TokenStore`, one per run; runs share `shared`."""

    def __init__(self, shared: SharedTokens, clock: Clock, *, floor: timedelta) -> None:
        self._shared = shared
        self._clock = clock
        self._floor = floor
        self._has_right = False

    def current(self) -> Token | None:
        token = self._shared.token
        return token if token and token.expires_at > self._clock.now() else None

    def acquire_right_to_login(self, now: Instant, lease: timedelta, *, instead_of: Token | None = None) -> bool:
        shared = self._shared
        if shared.lease_until and shared.lease_until > now:
            return False
        if shared.login_at and shared.login_at > now - self._floor:
            return False
        if shared.token and shared.token.expires_at > now and shared.token.value != (instead_of and instead_of.value):
            return False
        shared.holder, shared.lease_until, shared.login_at = self, now + lease, now
        self._has_right = True
        return True

    def store(self, token: Token) -> None:
        if self._use_right():
            self._shared.token = token
            self._shared.refusal = None

    def refuse(self, refusal: LoginRefusal) -> None:
        if self._use_right():
            self._shared.refusal = refusal

    def give_back(self) -> None:
        if self._use_right():
            self._shared.login_at = None

    def refusal(self) -> LoginRefusal | None:
        return self._shared.refusal

    def _use_right(self) -> bool:
        """Whether the right is still ours; it ends here either way."""
        if not self._has_right:
            raise DefectError.of(what="a login without the right to it")
        self._has_right = False
        if self._shared.holder is not self:
            return False
        self._shared.holder = self._shared.lease_until = None
        return True
