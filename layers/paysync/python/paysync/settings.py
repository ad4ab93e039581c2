"""A function's environment, checked once into frozen settings before the first line of work. Holds no secret value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import SettingsError
from paysync.core.times import SHANGHAI, Instant, from_iso

Vendor = Literal["maycur", "k3cloud"]
_PREFIX: Final = "PAYSYNC_"
_LONGEST_QUIET_PERIOD: Final = 86_400
_LONGEST_SAFETY_DELAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a vendor answers, and the ARN (or name) of the secret that opens it."""

    url: str
    secret: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What the stack tells every function; `maycur` and `k3cloud` only where the function may call them."""

    stage: str
    schemes: tuple[str, ...]
    table: str
    queue_url: str
    dlq_url: str
    fetch_since: Instant
    rule_id: str
    quiet_period: timedelta
    on_unresolved: str
    allow_plain_http: bool
    maycur_requests_per_second: Decimal
    safety_delay: timedelta
    maycur: Endpoint | None
    k3cloud: Endpoint | None

    @classmethod
    def of(cls, environment: Mapping[str, str], *, needs: frozenset[Vendor] = frozenset()) -> "Settings":
        """Settings from an environment. Raises SettingsError naming the variable that is missing or wrong."""
        env = _Environment(environment)
        plain = env.one_of("ALLOW_PLAIN_HTTP", ("true", "false")) == "true"
        return cls(
            stage=env.text("STAGE"),
            schemes=tuple(name.strip() for name in env.text("SCHEME").split(",")),
            table=env.text("TABLE"),
            queue_url=env.text("QUEUE_URL"),
            dlq_url=env.text("DLQ_URL"),
            fetch_since=env.instant("FETCH_SINCE"),
            rule_id=env.text("RULE_ID"),
            quiet_period=timedelta(seconds=env.whole("QUIET_PERIOD_SECONDS", 1, _LONGEST_QUIET_PERIOD)),
            on_unresolved=env.one_of("ON_UNRESOLVED", ("park", "repush_once")),
            allow_plain_http=plain,
            maycur_requests_per_second=Decimal(env.whole("MAYCUR_REQUESTS_PER_SECOND", 1, 1000)),
            safety_delay=timedelta(seconds=env.whole("SAFETY_DELAY_SECONDS", 0, _LONGEST_SAFETY_DELAY)),
            maycur=env.endpoint("MAYCUR", plain=plain) if "maycur" in needs else None,
            k3cloud=env.endpoint("K3CLOUD", plain=plain) if "k3cloud" in needs else None,
        )


class _Environment:
    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def text(self, name: str) -> str:
        value = self._variables.get(_PREFIX + name, "").strip()
        if not value:
            raise _wrong(name, "is missing", "deploy the stack's template anew")
        return value

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name)
        if value not in allowed:
            raise _wrong(name, f"is {value!r}", f"use one of {', '.join(allowed)}")
        return value

    def whole(self, name: str, least: int, most: int) -> int:
        value = self.text(name)
        if not value.isdecimal() or not least <= int(value) <= most:
            raise _wrong(name, f"is {value!r}", f"use a whole number from {least} to {most}")
        return int(value)

    def instant(self, name: str) -> Instant:
        value = self.text(name)
        try:
            return since(value)
        except ValueError:
            raise _wrong(name, f"is {value!r}", "use ISO 8601, such as 2025-01-31T00:00:00+08:00") from None

    def endpoint(self, name: str, *, plain: bool) -> Endpoint:
        url = self.text(f"{name}_URL")
        if not url.startswith("https://") and not (plain and url.startswith("http://")):
            raise _wrong(f"{name}_URL", f"is {url!r}", "use an https:// address")
        return Endpoint(url, self.text(f"{name}_SECRET"))


def since(text: str) -> Instant:
    """The instant of ISO 8601 `text`; a bare day or a time without zone is Shanghai's."""
    at = datetime.fromisoformat(text)
    return from_iso((at if at.tzinfo else at.replace(tzinfo=SHANGHAI)).isoformat())


def _wrong(name: str, what: str, remedy: str) -> SettingsError:
    return SettingsError(Diagnosis.of(Code.SETTING, setting=_PREFIX + name, what=f"{what}: {remedy}"))
