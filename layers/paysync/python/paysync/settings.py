"""A function's environment, checked once into frozen settings before the first line of work. Holds no secret value."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final, Literal

from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import SettingsError
from paysync.core.times import Instant, from_shanghai_iso

Vendor = Literal["maycur", "k3cloud"]
_PREFIX: Final = "PAYSYNC_"
_PAIR_NAME: Final = re.compile(r"([a-z][a-z0-9-]*\.)?[a-z][a-z0-9_]*\Z")
SHORTEST_QUIET_PERIOD: Final = 150
"""As of a scheme's own: a request of K3Cloud's SDK may run for 120 s, and what it has begun goes on without it."""
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
    scheme_parameters: Mapping[str, str]
    """`name` or `scheme.name` and its value; which of them a scheme takes is known where schemes are loaded."""
    quiet_period: timedelta
    on_unresolved: str
    attestation: str
    """Who attested, when and for which tenant, that a repush is safe; empty: nobody."""
    allow_plain_http: bool
    maycur_requests_per_second: Decimal
    safety_delay: timedelta
    maycur: Endpoint | None
    k3cloud: Endpoint | None
    http: Endpoint | None
    """The system of a generic HTTP connector, where the stack has one; its secret may be empty."""
    k3cloud_settings: Mapping[str, str]
    """How K3Cloud is called, where a tenant needs it otherwise; which there are is known where it is called."""
    collections: tuple[str, ...] = ()
    """Those names of the stack's `Scheme` that are collections; told apart where collections are known."""

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
            scheme_parameters=env.pairs("SCHEME_PARAMETERS"),
            quiet_period=env.quiet_period(plain=plain),
            on_unresolved=env.one_of("ON_UNRESOLVED", ("park", "repush_once")),
            attestation=env.optional("ATTESTATION"),
            allow_plain_http=plain,
            maycur_requests_per_second=Decimal(env.whole("MAYCUR_REQUESTS_PER_SECOND", 1, 1000)),
            safety_delay=timedelta(seconds=env.whole("SAFETY_DELAY_SECONDS", 0, _LONGEST_SAFETY_DELAY)),
            maycur=(env.endpoint if "maycur" in needs else env.optional_endpoint)("MAYCUR", plain=plain),
            k3cloud=env.endpoint("K3CLOUD", plain=plain) if "k3cloud" in needs else None,
            http=env.optional_endpoint("HTTP", plain=plain),
            k3cloud_settings=env.pairs("K3CLOUD_SETTINGS"),
        )


class _Environment:
    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def optional(self, name: str) -> str:
        return self._variables.get(_PREFIX + name, "").strip()

    def text(self, name: str) -> str:
        value = self.optional(name)
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

    def quiet_period(self, *, plain: bool) -> timedelta:
        """Plain http is for simulators alone, which have done or dropped a request at once."""
        least = 1 if plain else SHORTEST_QUIET_PERIOD
        return timedelta(seconds=self.whole("QUIET_PERIOD_SECONDS", least, _LONGEST_QUIET_PERIOD))

    def instant(self, name: str) -> Instant:
        value = self.text(name)
        try:
            return from_shanghai_iso(value)
        except ValueError:
            raise _wrong(name, f"is {value!r}", "use ISO 8601, such as 2025-01-31T00:00:00+08:00") from None

    def pairs(self, name: str) -> Mapping[str, str]:
        try:
            return pairs(self.optional(name))
        except ValueError as error:
            raise _wrong(name, f"has {error}", "write name=value or scheme.name=value") from None

    def endpoint(self, name: str, *, plain: bool) -> Endpoint:
        return Endpoint(self._url(name, plain=plain), self.text(f"{name}_SECRET"))

    def optional_endpoint(self, name: str, *, plain: bool) -> Endpoint | None:
        secret = self.optional(f"{name}_SECRET")
        if self.optional(f"{name}_URL"):
            return Endpoint(self._url(name, plain=plain), secret)
        if secret:
            raise _wrong(f"{name}_URL", f"is empty, but {_PREFIX}{name}_SECRET is set", "set both, or none")
        return None

    def _url(self, name: str, *, plain: bool) -> str:
        url = self.text(f"{name}_URL")
        if not url.startswith("https://") and not (plain and url.startswith("http://")):
            raise _wrong(f"{name}_URL", f"is {url!r}", "use an https:// address")
        return url


def pairs(text: str) -> Mapping[str, str]:
    """`name=value` pairs, with commas or line breaks between. A value may hold `=`, but no comma. Raises ValueError."""
    found: dict[str, str] = {}
    for piece in text.replace("\n", ",").split(","):
        if not piece.strip():
            continue
        name, equals, value = (part.strip() for part in piece.partition("="))
        if not _PAIR_NAME.match(name) or not equals or not value:
            msg = f"{piece.strip()!r}, which is no pair"
            raise ValueError(msg)
        if name in found:
            msg = f"{name!r} twice"
            raise ValueError(msg)
        found[name] = value
    return found


def _wrong(name: str, what: str, remedy: str) -> SettingsError:
    return SettingsError(Diagnosis.of(Code.SETTING, setting=_PREFIX + name, what=f"{what}: {remedy}"))
