"""push: delivered messages become bills. A batch goes through the phases together; only the Push is one call for each.

claim → (doubts: ask what came of them) → baseline → intent → Push → complete the bill → done. Each phase is either the
ledger only or exactly one ERP call; a payment that cannot go on ends its turn with a verdict and the others go on.
Payments of one source document are never in flight together: they take turns, round by round. What is booked by then is
handed on to other schemes last.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TypeAlias

from paysync.core.call_back import CallBackPorts, call_back
from paysync.core.claim import claim, hold_back
from paysync.core.complete import complete
from paysync.core.keys import PaymentKey, SourceKey
from paysync.core.make import make
from paysync.core.prepare import prepare
from paysync.core.records import Message, Received, Row
from paysync.core.resolve import resolve
from paysync.core.scheme import Scheme
from paysync.core.states import WITH_BILL, State
from paysync.core.times import Instant
from paysync.core.turn import Acknowledge, Desk, GiveBack, PushPorts, Turn, Verdict, unfinished

_UNREADABLE = timedelta(minutes=5)
_Question: TypeAlias = tuple[PaymentKey, int | None]


def push_batch(
    received: Sequence[Received],
    schemes: Mapping[str, PushPorts],
    *,
    deadline: Instant,
    takers: Mapping[str, Scheme] | None = None,
) -> Mapping[str, Verdict]:
    """Work through one delivery; per message id, whether it may be deleted. Messages that go back are postponed.

    `takers`: the schemes of the stack, also those that cannot run now; else those of `schemes`.
    """
    verdicts: dict[str, Verdict] = {}
    desks: list[Desk] = []
    for name, ports in schemes.items():
        mine = [r for r in received if r.message and r.message.key.scheme == name]
        if mine:
            desks.append(Desk(ports, deadline=deadline))
            verdicts.update(_push_scheme(mine, desks[-1]))
    for message in received:
        verdicts.setdefault(message.id, GiveBack(_UNREADABLE))
    known = takers or {name: ports.scheme for name, ports in schemes.items()}
    for desk in desks:
        _hand_on(desk, known)
    return verdicts


def _push_scheme(received: Sequence[Received], desk: Desk) -> dict[str, Verdict]:
    ports = desk.ports
    pause = ports.ledger.pause(ports.scheme.name)
    now = ports.clock.now()
    if pause and pause.until > now:
        verdicts = _stand_still(desk, received, pause.until - now)
    else:
        verdicts = _rounds(desk, received)
        if pause and not desk.is_paused:
            ports.ledger.set_pause(ports.scheme.name, None)
    for message in received:
        verdict = verdicts[message.id]
        if isinstance(verdict, GiveBack):
            ports.inbox.postpone(message, verdict.span)
    return verdicts


def _hand_on(desk: Desk, takers: Mapping[str, Scheme]) -> None:
    """The call-backs of what was booked, while there is time; sweep has the rest."""
    if not desk.owing or not desk.time_for_a_call():
        return
    ports = desk.ports
    call_back(
        CallBackPorts(
            *(ports.scheme, takers, ports.ledger, ports.outbox, ports.clock, ports.journal, ports.code_version),
            actor="push",
        ),
        desk.owing,
    )


def _stand_still(desk: Desk, received: Sequence[Received], span: timedelta) -> dict[str, Verdict]:
    rows = desk.ports.ledger.rows({r.message.key for r in received if r.message})
    return {r.id: hold_back(desk, r, rows.get(r.message.key) if r.message else None, span) for r in received}


def _rounds(desk: Desk, received: Sequence[Received]) -> dict[str, Verdict]:
    verdicts: dict[str, Verdict] = {}
    first: dict[_Question, str] = {}
    waiting: list[Received] = []
    for message in received:
        if message.message is None:
            continue
        known = first.setdefault(_question(message.message), message.id)
        if known == message.id:
            waiting.append(message)
    while waiting:
        rows = desk.ports.ledger.rows(m.message.key for m in waiting if m.message)
        now, waiting = _without_siblings(waiting, rows)
        verdicts.update(_round(desk, now, rows))
    for message in received:
        if message.message is not None:
            verdicts.setdefault(message.id, verdicts[first[_question(message.message)]])
    return verdicts


def _question(message: Message) -> _Question:
    """What copies have in common. A dead letter of the last attempt opens the row again; one without does not."""
    return message.key, message.attempt


def _without_siblings(
    waiting: Sequence[Received], rows: Mapping[PaymentKey, Row]
) -> tuple[list[Received], list[Received]]:
    taken: set[SourceKey | PaymentKey] = set()
    now: list[Received] = []
    after: list[Received] = []
    for message in waiting:
        mine = _taken_by(message, rows)
        (now if taken.isdisjoint(mine) else after).append(message)
        taken |= mine
    return now, after


def _taken_by(message: Received, rows: Mapping[PaymentKey, Row]) -> set[SourceKey | PaymentKey]:
    """What a message keeps others from meanwhile: its payment, and its source document."""
    if message.message is None:
        return set()
    key = message.message.key
    row = rows.get(key)
    facts = row.payment.facts if row else None
    return {key, facts.source.document} if facts else {key}


def _round(desk: Desk, received: Sequence[Received], rows: Mapping[PaymentKey, Row]) -> dict[str, Verdict]:
    verdicts: dict[str, Verdict] = {}
    turns: list[Turn] = []
    for message in received:
        row = rows.get(message.message.key) if message.message else None
        result = claim(desk, message, row)
        if isinstance(result, Turn):
            turns.append(result)
        else:
            verdicts[message.id] = result
    _work(desk, turns)
    verdicts.update({t.received.id: t.verdict or Acknowledge() for t in turns})
    return verdicts


def _work(desk: Desk, turns: Sequence[Turn]) -> None:
    if not turns:
        return
    resolve(desk, _in(turns, {State.IN_DOUBT}))
    new = _in(turns, {State.NEW})
    prepare(desk, new)
    for turn in unfinished(new):
        if turn.row.state is State.NEW:
            make(desk, turn)
    complete(desk, _in(turns, WITH_BILL))


def _in(turns: Iterable[Turn], states: Iterable[State]) -> list[Turn]:
    wanted = frozenset(states)
    return [t for t in unfinished(turns) if t.row.state in wanted]
