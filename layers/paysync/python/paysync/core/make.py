"""The one call that cannot be taken back. A durable INTENT first, then one Push of one source, then its record."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from paysync.core.bills import Json, Made
from paysync.core.diagnosis import Code, Diagnosis, Kind
from paysync.core.errors import DefectError
from paysync.core.judge import claimed
from paysync.core.keys import BillKey
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown
from paysync.core.records import BillRef, Doubt
from paysync.core.scope import scope_of
from paysync.core.states import Event
from paysync.core.templates import TemplateFault, render
from paysync.core.turn import Desk, Turn

_MAY_BE_PAID_BY_THE_FIRST: Final = frozenset({Code.SOURCE_USED_UP, Code.SOURCE_OVER_LIMIT})
"""After a Push of our own that nobody knows the end of, these say most likely that it did make its bill."""
_SESSION_TRIES: Final = 2
"""A lost session means that nothing was executed: one more Push, under a new intent."""


def make(desk: Desk, turn: Turn) -> None:
    """Push for a turn that `prepare` left ready; ends in PUSHED, or with a verdict."""
    request = _request(desk, turn)
    if request is None:
        return
    for _ in range(_SESSION_TRIES):
        if not _intend(desk, turn):
            return
        outcome = desk.ports.target.make(request)
        if not _session_was_lost(outcome):
            _record(desk, turn, outcome)
            return
        desk.step(turn, Event.TURNED_AWAY, note="session lost, nothing executed")
        if turn.verdict is not None:
            return
    if isinstance(outcome, DefinitelyNot):
        desk.failed_call([turn], outcome)


def _request(desk: Desk, turn: Turn) -> Mapping[str, Json] | None:
    try:
        request = render(desk.scheme.target.make_request, scope_of(desk.scheme, turn.row, turn.lookups))
    except TemplateFault as fault:
        desk.reject(turn, fault.diagnosis)
        return None
    if not isinstance(request, dict):
        raise DefectError.of("a making request is a mapping", key=turn.row.key.code)
    return request


def _intend(desk: Desk, turn: Turn) -> bool:
    """Write the INTENT, unless the time is short, other content was sighted, or the row is somebody else's by now."""
    if desk.is_paused or not desk.time_for_a_call():
        desk.out_of_time(turn)
        return False
    if turn.intent is None:
        raise DefectError.of("a Push without a prepared intent", key=turn.row.key.code)
    intent = replace(turn.intent, token=desk.ports.ids.token())
    refused = desk.step(turn, Event.INTENT_WRITTEN, unchanged_content=True, intent=intent, diagnosis=None)
    if refused is not None and turn.verdict is None:
        if refused.row is not None and refused.row.other is None:
            desk.out_of_time(turn)  # it was another for a moment; the next claim begins with what is shown now
        else:
            desk.park(turn, Diagnosis.of(Code.PAYMENT_CHANGED))
    return refused is None


def _record(desk: Desk, turn: Turn, outcome: Outcome[Made]) -> None:
    match outcome:
        case Done(made):
            _made(desk, turn, made)
        case Unknown(diagnosis):
            _doubt(desk, turn, diagnosis)
        case DefinitelyNot(diagnosis, transient):
            if transient or diagnosis.kind is Kind.CREDENTIAL:
                desk.pause_on_credentials(outcome)
                desk.later(turn, diagnosis, event=Event.TURNED_AWAY)
            elif turn.row.repushed and diagnosis.code in _MAY_BE_PAID_BY_THE_FIRST:
                desk.park(turn, diagnosis, doubt=Doubt(desk.ports.clock.now()))
            else:
                desk.hold_or_reject(turn, outcome)


def _made(desk: Desk, turn: Turn, made: Made) -> None:
    if made.id in {*(turn.row.intent.baseline if turn.row.intent else ()), *turn.row.not_ours}:
        # No Push makes a bill that existed before it: whatever was made, it is not known which.
        why = Diagnosis.of(Code.BILL_NOT_NEW, bill=made.number or made.id, bill_id=made.id)
        desk.park(turn, why, doubt=Doubt(desk.ports.clock.now()))
        return
    key = BillKey(desk.scheme.target.form, made.id)
    refused = desk.step(
        turn, Event.BILL_MADE, claim=key, bill=BillRef(key, made.number), retries=0, note="" if made.number else "draft"
    )
    if refused is None:
        return
    if refused.bill_owner and turn.verdict is None:
        desk.park(turn, claimed(turn.row, made, refused.bill_owner), doubt=Doubt(desk.ports.clock.now()))
        return
    _keep_evidence(desk, turn, made)


def _keep_evidence(desk: Desk, turn: Turn, made: Made) -> None:
    """The answer came after its sender was fenced out: whoever has the row now finds the bill by asking; this helps."""
    why = Diagnosis.of(Code.FENCED, bill=made.number or made.id, bill_id=made.id)
    entry = desk.entry(
        turn.row, Event.NOTED, because=why, note=f"late answer: bill {made.number or made.id} ({made.id})"
    )
    desk.ports.ledger.note(turn.row.key, entry)


def _doubt(desk: Desk, turn: Turn, diagnosis: Diagnosis) -> None:
    quiet = desk.scheme.policies.quiet_period
    doubt = Doubt(desk.ports.clock.now() + quiet)
    desk.come_back(turn, quiet, event=Event.ANSWER_LOST, because=diagnosis, doubt=doubt)
    desk.ports.journal.count("InDoubt")


def _session_was_lost(outcome: Outcome[Made]) -> bool:
    return isinstance(outcome, DefinitelyNot) and outcome.transient and outcome.diagnosis.code is Code.ERP_CREDENTIALS
