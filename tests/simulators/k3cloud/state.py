"""One simulated tenant: settings, credentials, sessions, books, faults and the record of its calls."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from simulators.common.faults import FaultPlan
from simulators.common.http import LateWork
from simulators.k3cloud.books import Books, Stamp
from simulators.k3cloud.records import Record, day
from simulators.k3cloud.sessions import Sessions
from simulators.k3cloud.settings import Settings
from simulators.k3cloud.signatures import Credentials

if TYPE_CHECKING:
    from collections.abc import Callable

SHANGHAI = timezone(timedelta(hours=8))
DEFAULT_CREDENTIALS = Credentials(
    acct_id="64a1f0c2b3d4e5",
    user_name="webapi_user",
    app_id="900001_MDE3N2I2PzBrPzg4OD45N3IhK3B1InIk",
    app_secret="0123456789abcdef0123456789abcdef",
)
_KEPT_REQUESTS = 200


@dataclass(slots=True)
class Calls:
    """How often what was called, how many at once, and the last requests with their bodies."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0
    max_in_flight: int = 0
    last: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_KEPT_REQUESTS))

    def begin(self, operation: str) -> int:
        """Count a call; gives its number over all operations, from 1."""
        self.counts[operation] += 1
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        return self.counts.total()

    def end(self) -> None:
        """A call has been answered, or not."""
        self.in_flight -= 1


@dataclass(slots=True)
class State:
    """Everything. `unix` and `monotonic` are the clocks; tests may bring their own."""

    credentials: list[Credentials] = field(default_factory=lambda: [DEFAULT_CREDENTIALS])
    settings: Settings = field(default_factory=Settings)
    books: Books = field(default_factory=Books)
    plan: FaultPlan = field(default_factory=FaultPlan)
    calls: Calls = field(default_factory=Calls)
    unix: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    late: LateWork = field(default_factory=LateWork)
    sessions: Sessions = field(init=False)

    def __post_init__(self) -> None:
        self.sessions = Sessions(self.monotonic)

    def now(self) -> datetime:
        """The server's local time: Asia/Shanghai without a zone, on the day that `settings.today` says."""
        now = datetime.fromtimestamp(self.unix(), tz=UTC).astimezone(SHANGHAI).replace(tzinfo=None)
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        return datetime.combine(day(self.settings.today), now.time()) if self.settings.today else now

    def today(self) -> date:
        """The simulator's date."""
        return self.now().date()

    def in_closed_period(self, when: object) -> bool:
        """Whether a document of this date may not be touched any more."""
        return bool(self.books.closed_until) and isinstance(when, date) and when <= day(self.books.closed_until)

    def reset(self) -> None:
        """An empty tenant with default settings; the credentials stay."""
        self.late.cancel()
        self.settings, self.books, self.plan, self.calls = Settings(), Books(), FaultPlan(), Calls()
        self.sessions = Sessions(self.monotonic)


@dataclass(frozen=True, slots=True)
class Actor:
    """In whose name a call changes the books, and which call that is."""

    state: State
    user: str
    operation: str
    call: int

    def note(self, effect: str, bill: Record, detail: str = "") -> None:
        """Write what was done into the log."""
        state = self.state
        at = state.now().isoformat(timespec="milliseconds")
        state.books.write(effect, bill, Stamp(at, self.user, self.operation, self.call), detail)
