"""One payment in the hands of one push invocation, and the steps that end its turn. Every step is one commit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, TypeAlias, Unpack

from paysync.core.bills import Cell, SourceDocument
from paysync.core.collection import CollectedRows
from paysync.core.diagnosis import Code, Diagnosis, Kind
from paysync.core.keys import BillKey
from paysync.core.outcomes import DefinitelyNot, Failure
from paysync.core.pace import retry_pause, strike_pause
from paysync.core.ports import Clock, Ids, Inbox, Journal, Ledger, Outbox, Target
from paysync.core.records import (
    Change,
    Committed,
    Doubt,
    Entry,
    Intent,
    Letter,
    LockStep,
    Message,
    Pause,
    Received,
    Refused,
    Row,
    RowChanges,
)
from paysync.core.scheme import Scheme
from paysync.core.states import Event
from paysync.core.times import NEVER, Instant

HANDOVER_AT: Final = 5
"""Deliveries after which a message that must wait is acknowledged and left to sweep, so that waiting never burns the
receive count into the dead-letter queue (maxReceiveCount is 8)."""
_BOOKING: Final = {Event.INTENT_WRITTEN, Event.COMPLETED}
"""Steps after which the row names the scheme and the code that took them."""


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """The message may be deleted: the row says why."""


@dataclass(frozen=True, slots=True)
class GiveBack:
    """The message stays on the queue and comes again after `span`."""

    span: timedelta


Verdict: TypeAlias = Acknowledge | GiveBack


@dataclass(frozen=True, slots=True)
class PushPorts:
    """All that push needs for one scheme. `call_span`: what one ERP call with its recording may take at most."""

    scheme: Scheme
    ledger: Ledger
    target: Target
    outbox: Outbox
    inbox: Inbox
    clock: Clock
    ids: Ids
    journal: Journal
    integration_user: str
    call_span: timedelta
    code_version: str
    collected: CollectedRows | None = None
    """What the stack has collected; None where it collects nothing."""


@dataclass(slots=True)
class Turn:
    """A claimed payment on its way through one invocation. `verdict` is set once; then the turn is over."""

    received: Received
    row: Row
    verdict: Verdict | None = None
    document: SourceDocument | None = None
    lookups: Mapping[str, Cell] = field(default_factory=dict)
    intent: Intent | None = None
    """What would be true just before the Push; written with the INTENT."""


class Desk:
    """The hand of one invocation on the ledger: commits under the fence, and ends turns in order."""

    def __init__(self, ports: PushPorts, *, deadline: Instant, actor: str = "push") -> None:
        self.ports = ports
        self.scheme = ports.scheme
        self.deadline = deadline
        self._actor = actor
        self._paused: Pause | None = None
        self.owing: list[Row] = []
        """What this invocation has booked and not yet handed on to another scheme."""

    def time_for_a_call(self) -> bool:
        """Whether one more ERP call and its recording fit before the deadline."""
        return self.deadline - self.ports.clock.now() >= self.ports.call_span

    def entry(self, row: Row, event: Event, *, because: Diagnosis | None = None, note: str = "") -> Entry:
        """The line of history that `row` after `event` deserves."""
        return Entry(
            at=row.updated,
            event=event,
            state=row.state,
            fence=row.fence,
            actor=self._actor,
            diagnosis=because,
            note=note,
            bill=row.bill.key.id if row.bill else "",
        )

    def step(  # noqa: PLR0913 - each is one part of a commit, and all are named at the call
        self,
        turn: Turn,
        event: Event,
        *,
        because: Diagnosis | None = None,
        note: str = "",
        lock: LockStep = LockStep.KEEP,
        claim: BillKey | None = None,
        unchanged_content: bool = False,
        **changes: Unpack[RowChanges],
    ) -> Refused | None:
        """Commit one step of the row; None when it stands. A refusal by the row itself ends the turn (fenced)."""
        if event in _BOOKING:
            changes["scheme_version"], changes["code_version"] = self.scheme.version, self.ports.code_version
        row = turn.row.moved(event, self.ports.clock.now(), **changes)
        change = Change(
            before=turn.row,
            after=row,
            entry=self.entry(row, event, because=because, note=note),
            lock=lock,
            claim=claim,
            unchanged_content=unchanged_content,
        )
        match self.ports.ledger.commit(change):
            case Committed():
                turn.row = row
                return None
            case Refused() as refused:
                if refused.row is not None and not _only_content_changed(turn.row, refused.row):
                    self.fenced(turn)
                return refused

    def fenced(self, turn: Turn) -> None:
        """Somebody else has the row now: leave it to them, and look again soon."""
        self.ports.journal.tell("fenced out", key=turn.row.key, fence=turn.row.fence)
        turn.verdict = GiveBack(timedelta(seconds=30))

    def done(self, turn: Turn) -> None:
        """The bill is complete and compared: final state and release of the lock in one commit.

        So is the debt of a call-back, which is sweep's from the end of this invocation on. Whatever becomes of it, the
        payment is booked.
        """
        owes = self.scheme.call_back is not None
        wake_at = self.deadline if owes else NEVER
        if self._ended(turn, Event.COMPLETED, None, LockStep.FREE, wake_at=wake_at, retries=0, owes_call_back=owes):
            self.ports.journal.count("Booked")
            self.owing += [turn.row] if owes else []

    def reject(self, turn: Turn, diagnosis: Diagnosis) -> None:
        """A definite no: REJECTED with a dead letter owed and then sent. A row with a bill keeps its source lock."""
        lock = LockStep.FREE if turn.row.bill is None else LockStep.KEEP
        now = self.ports.clock.now()
        if not self._ended(turn, Event.REFUSED, diagnosis, lock, owes_letter=True, wake_at=now):
            return
        self.ports.journal.count("Rejected")
        delivered = deliver_letter(self.ports.ledger, self.ports.outbox, turn.row, self.ports.clock.now(), self._actor)
        turn.row = delivered or turn.row

    def park(
        self, turn: Turn, diagnosis: Diagnosis, event: Event = Event.PARKED, *, doubt: Doubt | None = None
    ) -> None:
        """To REVIEW, with the source locked: a person decides. `doubt`: what came of the last Push is not known."""
        changes: RowChanges = {"wake_at": NEVER}
        if doubt:
            changes["doubt"] = doubt
        if self._ended(turn, event, diagnosis, **changes):
            self.ports.journal.count("Review")

    def hold_or_reject(self, turn: Turn, refusal: DefinitelyNot) -> None:
        """A permanent no: parked where the scheme wants it held (closed period), else rejected."""
        held = refusal.diagnosis.code is Code.ERP_PERIOD_CLOSED and self.scheme.policies.closed_period == "hold"
        if held or refusal.diagnosis.kind is Kind.REVIEW:
            self.park(turn, refusal.diagnosis)
        else:
            self.reject(turn, refusal.diagnosis)

    def later(self, turn: Turn, diagnosis: Diagnosis, *, event: Event = Event.WAITED) -> None:
        """Not now: the lease goes, the row says why, the message (or sweep) comes again at a growing, jittered pace."""
        retries = turn.row.retries + 1
        span = retry_pause(retries, self.ports.ids.fraction())
        self.come_back(turn, span, event=event, because=diagnosis, retries=retries)

    def out_of_time(self, turn: Turn) -> None:
        """The deadline is near: the next delivery goes on from here."""
        self.come_back(turn, timedelta(seconds=1), because=turn.row.diagnosis)

    def come_back(
        self,
        turn: Turn,
        span: timedelta,
        *,
        because: Diagnosis | None,
        event: Event = Event.WAITED,
        **changes: Unpack[RowChanges],
    ) -> None:
        """Return the row in order (no lease) and let its message come again after `span`."""
        now = self.ports.clock.now()
        handed_over = turn.received.receives >= HANDOVER_AT
        wake_at = now + span if handed_over else now + 2 * span + timedelta(minutes=5)
        changes["wake_at"] = wake_at
        if self._ended(turn, event, because, **changes):
            turn.verdict = Acknowledge() if handed_over else GiveBack(span)

    def failed_call(self, turns: Sequence[Turn], failure: Failure) -> None:
        """A call that all `turns` needed failed without effect on them: they come again; bad credentials pause."""
        self.pause_on_credentials(failure)
        for turn in turns:
            self.later(turn, failure.diagnosis)

    def pause_on_credentials(self, failure: Failure) -> None:
        """No call can succeed with these credentials: let consumption stand still instead of refusing payments."""
        if failure.diagnosis.kind is not Kind.CREDENTIAL or self._paused:
            return
        before = self.ports.ledger.pause(self.scheme.name)
        strikes = before.strikes + 1 if before else 1
        self._paused = Pause(self.ports.clock.now() + strike_pause(strikes), strikes, failure.diagnosis)
        self.ports.ledger.set_pause(self.scheme.name, self._paused)
        self.ports.journal.count("CredentialTrouble")

    @property
    def is_paused(self) -> bool:
        """Whether this invocation has run into credential trouble."""
        return self._paused is not None

    def _ended(
        self,
        turn: Turn,
        event: Event,
        because: Diagnosis | None,
        lock: LockStep = LockStep.KEEP,
        **changes: Unpack[RowChanges],
    ) -> bool:
        because = because.at(self.scheme.target.system) if because else None
        changes["lease"], changes["diagnosis"] = None, because
        refused = self.step(turn, event, because=because, lock=lock, **changes)
        if refused is None:
            turn.verdict = Acknowledge()
        return refused is None


def unfinished(turns: Iterable[Turn]) -> list[Turn]:
    """Those that still go on."""
    return [turn for turn in turns if turn.verdict is None]


def deliver_letter(ledger: Ledger, outbox: Outbox, row: Row, now: Instant, actor: str) -> Row | None:
    """Send the dead letter that a rejected row owes; the row without the debt, or None while it is not confirmed."""
    if row.diagnosis is None or not outbox.bury(Letter(Message(row.key, row.payment.digest, row.fence), row.diagnosis)):
        return None
    after = row.moved(Event.DELIVERED, now, owes_letter=False, wake_at=NEVER)
    entry = Entry(now, Event.DELIVERED, after.state, after.fence, actor)
    match ledger.commit(Change(row, after, entry)):
        case Committed():
            return after
        case Refused():
            return None


def _only_content_changed(mine: Row, now: Row) -> bool:
    return mine.fence == now.fence and mine.state is now.state
