"""Logging in: the signature, the tokens and their life, and the ban for logging in too often."""

import hashlib
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from simulators.common.jsontext import JsonObject
from simulators.maycur.settings import Settings

ENT_CODE: Final = "EC00000001"
FAILED: Final = "fail to login"
DISABLED: Final = "账号已被禁用, 请联系管理员"


def signature(app_secret: str, app_code: str, timestamp: str) -> str:
    """Lower-case hex of the SHA-256 of secret, code and timestamp joined by colons."""
    return hashlib.sha256(f"{app_secret}:{app_code}:{timestamp}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the vendor issues to an API account. The defaults are the made-up ones of the reference."""

    app_code: str = "EXAMPLEAPP"
    app_secret: str = field(default="example-secret", repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """What a login hands out."""

    token: str
    refresh_token: str
    ent_code: str = ENT_CODE


@dataclass(frozen=True, slots=True)
class Refusal:
    """A login that was refused, in the vendor's words. `why` is for the person who reads the simulator's log."""

    message: str
    why: str


@dataclass(slots=True)
class LoginDesk:
    """Hands out tokens, remembers them, and closes for whoever comes too often."""

    credentials: Credentials = field(default_factory=Credentials)
    disabled: bool = False
    attempts: int = 0
    issued: int = 0
    _tokens: dict[str, float] = field(default_factory=dict)
    _recent: deque[float] = field(default_factory=deque)

    def log_in(self, body: JsonObject, *, now: float, settings: Settings) -> Session | Refusal:
        """One login. Refused ones count towards the ban too: a wrong secret in a loop is what the ban is for."""
        self.attempts += 1
        banned_before = self.disabled
        self._count_towards_ban(now, settings)
        if banned_before:
            return Refusal(FAILED if settings.ban_reply == "fail_to_login" else DISABLED, "account disabled")
        if why := self._fault_of(body, now, settings):
            return Refusal(FAILED, why)
        return self._issue(now, kill_others=settings.new_login == "kills")

    def knows(self, token: str, ent_code: str, *, now: float, settings: Settings) -> bool:
        """Whether a call with these two headers is let in."""
        born = self._tokens.get(token)
        return born is not None and ent_code == ENT_CODE and now - born < settings.token_life_seconds

    def forget_tokens(self) -> None:
        """Every token handed out so far becomes unknown."""
        self._tokens.clear()

    def lift_ban(self) -> None:
        """Open again, and forget the logins that led to the ban."""
        self.disabled = False
        self._recent.clear()

    # --------------------------------------------------------------------------------------------------------------

    def _count_towards_ban(self, now: float, settings: Settings) -> None:
        self._recent.append(now)
        while self._recent and now - self._recent[0] >= settings.ban_window_seconds:
            self._recent.popleft()
        if settings.ban_logins and len(self._recent) >= settings.ban_logins:
            self.disabled = True

    def _fault_of(self, body: JsonObject, now: float, settings: Settings) -> str:
        timestamp = body.get("timestamp")
        if isinstance(timestamp, bool) or not isinstance(timestamp, int | str) or not str(timestamp).isdecimal():
            return "timestamp is not epoch milliseconds"
        if body.get("appCode") != self.credentials.app_code:
            return "unknown appCode"
        if body.get("secret") != signature(self.credentials.app_secret, self.credentials.app_code, str(timestamp)):
            return "wrong signature"
        skew = settings.login_clock_skew_seconds
        if skew and abs(int(timestamp) / 1000 - now) > skew:
            return "timestamp too far from the server's clock"
        return ""

    def _issue(self, now: float, *, kill_others: bool) -> Session:
        if kill_others:
            self._tokens.clear()
        self.issued += 1
        seed = f"{self.credentials.app_code}:{self.issued}:{now}".encode()
        token = hashlib.sha256(seed).hexdigest()[:32]
        self._tokens[token] = now
        return Session(token, refresh_token=token[::-1])
