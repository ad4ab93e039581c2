"""replay: an operator sends payments through push again. Safe at any time, any number of times: the ledger decides."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from paysync.core.claim import reopened, resume_event
from paysync.core.keys import PaymentKey
from paysync.core.ports import Clock, Ledger, Outbox
from paysync.core.records import Change, Committed, Entry, Message, Row
from paysync.core.states import SETTLED, State
from paysync.core.times import Instant


class Action(StrEnum):
    """What a replay does with a payment as it stands."""

    REOPEN = "reopen"
    WAKE = "wake"
    WAIT = "wait"
    REVIEW = "review"
    ALREADY = "already_settled"
    UNREADABLE = "unreadable"
    UNKNOWN = "unknown_key"


@dataclass(frozen=True, slots=True)
class Planned:
    """One payment and what a replay would do; `row` is None where the ledger has none."""

    key: PaymentKey
    row: Row | None
    action: Action
    until: Instant | None = None
    """With WAIT: when it can go on."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a replay did: `sent` only when the queue has confirmed the message."""

    planned: Planned
    sent: bool
    row: Row | None


@dataclass(frozen=True, slots=True)
class ReplayPorts:
    """All that replay needs."""

    ledger: Ledger
    outbox: Outbox
    clock: Clock
    operator: str


def plan(ledger: Ledger, keys: Sequence[PaymentKey], now: Instant) -> Sequence[Planned]:
    """What a replay would do to each of `keys`; nothing is written."""
    rows = ledger.rows(keys)
    return [_planned(key, rows.get(key), now) for key in keys]


def replay(ports: ReplayPorts, planned: Iterable[Planned], *, pause: timedelta) -> Iterator[Result]:
    """Carry the plan out, one payment after another with `pause` between; yields as it goes."""
    for item in planned:
        yield _replayed(ports, item)
        if item.action in {Action.REOPEN, Action.WAKE} and pause:
            ports.clock.pause(pause)


def _planned(key: PaymentKey, row: Row | None, now: Instant) -> Planned:  # noqa: PLR0911 - one for each action
    if row is None:
        return Planned(key, None, Action.UNKNOWN)
    if row.state in SETTLED:
        return Planned(key, row, Action.ALREADY)
    if row.state is State.REVIEW:
        return Planned(key, row, Action.REVIEW)
    if row.state is State.REJECTED:
        return Planned(key, row, Action.REOPEN if reopened(row).payment.facts else Action.UNREADABLE)
    if row.state is State.IN_DOUBT and row.doubt and row.doubt.quiet_until > now:
        return Planned(key, row, Action.WAIT, row.doubt.quiet_until)
    if row.lease and row.lease.until > now:
        return Planned(key, row, Action.WAIT, row.lease.until)
    return Planned(key, row, Action.WAKE)


def _replayed(ports: ReplayPorts, planned: Planned) -> Result:
    row = planned.row
    if row is None or planned.action not in {Action.REOPEN, Action.WAKE}:
        return Result(planned, sent=False, row=row)
    if planned.action is Action.REOPEN:
        row = _reopen(ports, row)
        if row is None:
            return Result(planned, sent=False, row=ports.ledger.rows([planned.key]).get(planned.key))
    unsent = ports.outbox.send([Message(row.key, row.payment.digest)])
    return Result(planned, sent=row.key not in unsent, row=row)


def _reopen(ports: ReplayPorts, row: Row) -> Row | None:
    """Open the row in the ledger before anything is sent; None when somebody else has changed it meanwhile."""
    now = ports.clock.now()
    event = resume_event(row)
    after = reopened(row).moved(event, now, fence=row.fence + 1, wake_at=now + timedelta(minutes=1))
    entry = Entry(now, event, after.state, after.fence, ports.operator, note="replay")
    return after if isinstance(ports.ledger.commit(Change(row, after, entry)), Committed) else None
