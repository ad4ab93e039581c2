"""From a pushed bill to a finished one, by its own status: Save what differs, read back, Submit, Audit, look again.

Each call is one for the whole batch and safe to repeat, because the bill says what has been done. A bill is believed
only after it was read: never by the word of a batch answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from paysync.core.bills import EDITABLE, Bill, BillStatus, Edit
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import DefectError
from paysync.core.finished import finished_statuses
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown
from paysync.core.prepare import look_up, park_changed
from paysync.core.records import BillRef
from paysync.core.scope import scope_of
from paysync.core.states import Event, State
from paysync.core.templates import TemplateFault
from paysync.core.turn import Desk, Turn, unfinished
from paysync.core.wanted import Wanted, differences, edit_of, read_back_fault, unfit, wanted_of

_LOOKS: Final = 4
"""So many looks, over about two minutes, before a bill that is not shown is called gone."""
Write: TypeAlias = "Callable[[Sequence[Work]], Mapping[str, Outcome[None]]]"
"""A writing call of the target for some bills."""


@dataclass(slots=True)
class Work:
    """A turn with its bill as it was last read and what it must become."""

    turn: Turn
    bill: Bill
    wanted: Wanted | None
    unsure: Diagnosis | None = None
    """Why the last write's outcome is not known; reading decides."""
    left_as: BillStatus | None = None
    """Where our own Submit should have left the bill since it was read: no sign of another hand."""


def complete(desk: Desk, turns: Sequence[Turn]) -> None:
    """Bring each bill to the state that the scheme wants; every turn ends with a verdict."""
    if not desk.scheme.target.reads:
        _take_its_word(desk, turns)
        return
    park_changed(desk, turns)
    look_up(desk, [t for t in unfinished(turns) if not t.lookups])
    works = _read(desk, unfinished(turns))
    _save(desk, works)
    _submit(desk, _going(works))
    _audit(desk, _going(works))
    _finish(desk, _going(works))


def _take_its_word(desk: Desk, turns: Sequence[Turn]) -> None:
    """A target that cannot be read has said that the bill was made as it was asked for: nothing is left to complete."""
    for turn in turns:
        desk.done(turn)


def _read(desk: Desk, turns: Sequence[Turn]) -> list[Work]:
    bills = _bills(desk, turns)
    works = [Work(t, bills[_bill_id(t)], _wanted(desk, t)) for t in unfinished(turns) if _bill_id(t) in bills]
    for turn in unfinished(turns):
        if _bill_id(turn) not in bills:
            _gone(desk, turn)
    for work in works:
        fault = _stranger(work) or unfit(work.bill, work.wanted) if work.turn.verdict is None else None
        if fault:
            desk.park(work.turn, fault)
    return _going(works)


def _gone(desk: Desk, turn: Turn) -> None:
    """K3Cloud may show a bill late: it is called gone only after several looks, minutes apart."""
    why = Diagnosis.of(Code.BILL_GONE, bill=_bill_name(turn), bill_id=_bill_id(turn))
    if turn.row.retries < _LOOKS - 1:
        desk.later(turn, why)
    else:
        desk.park(turn, why)


def _stranger(work: Work) -> Diagnosis | None:
    """A bill under our id that has another number than the one that was answered is not the one that was made."""
    known, head = work.turn.row.bill, work.bill.head
    if known is None or not known.number or not head.number or head.number == known.number:
        return None
    return Diagnosis.of(Code.DOUBT_MISMATCH, bill=known.number, bill_id=known.key.id, what="number", found=head.number)


def _wanted(desk: Desk, turn: Turn) -> Wanted | None:
    try:
        return wanted_of(desk.scheme, turn.row, scope_of(desk.scheme, turn.row, turn.lookups))
    except TemplateFault as fault:
        desk.reject(turn, fault.diagnosis)
        return None


def _save(desk: Desk, works: Sequence[Work]) -> None:
    edits: dict[str, Edit] = {}
    for work in works:
        edit = edit_of(work.bill, work.wanted)
        if edit:
            edits[edit.bill_id] = edit
    edited = [w for w in works if _bill_id(w.turn) in edits]
    _write(desk, edited, lambda some: desk.ports.target.save([edits[_bill_id(w.turn)] for w in some]))
    _read_again(desk, _going(edited))
    for work in _going(works):
        fault = read_back_fault(work.bill, work.wanted)
        if fault and work.unsure:
            desk.later(work.turn, work.unsure)
        elif fault:
            desk.park(work.turn, fault)
        else:
            _saved(desk, work)


def _saved(desk: Desk, work: Work) -> None:
    work.unsure = None
    if work.turn.row.state is State.PUSHED:
        _step(desk, work, Event.SAVED)


def _submit(desk: Desk, works: Sequence[Work]) -> None:
    if not desk.scheme.target.submit:
        return
    due = [w for w in works if w.bill.head.status in EDITABLE]
    _write(desk, due, lambda some: desk.ports.target.submit([_bill_id(w.turn) for w in some]))
    for work in _going(due):
        work.left_as = BillStatus.SUBMITTED
        if work.turn.row.state is State.SAVED and work.unsure is None:
            _step(desk, work, Event.SUBMITTED)


def _audit(desk: Desk, works: Sequence[Work]) -> None:
    if not desk.scheme.target.audit:
        return
    due = [w for w in works if w.unsure is None and w.bill.head.status is not BillStatus.AUDITED]
    _write(desk, due, lambda some: desk.ports.target.audit([_bill_id(w.turn) for w in some]))


def _finish(desk: Desk, works: Sequence[Work]) -> None:
    """One last look at every bill that was touched since it was read: its status and, once more, every cent."""
    finished = finished_statuses(desk.scheme.target)
    _read_again(desk, [w for w in works if w.bill.head.status not in finished])
    for work in _going(works):
        differ = differences(work.bill, work.wanted)
        if differ:
            name = _bill_name(work.turn)
            desk.park(
                work.turn,
                Diagnosis.of(Code.BILL_READBACK, bill=name, bill_id=_bill_id(work.turn), fields=", ".join(differ)),
            )
        elif work.bill.head.status in finished:
            desk.done(work.turn)
        else:
            unsure = work.unsure or Diagnosis.of(
                Code.ERP_UNCONFIRMED, bill=_bill_name(work.turn), status=work.bill.head.status
            )
            desk.later(work.turn, unsure)


def _write(desk: Desk, works: Sequence[Work], call: Write) -> None:
    """One writing call for `works`, each judged by itself: refused ones end here, unknown ones by reading again.

    Where several are refused, each is tried alone: K3Cloud may refuse a whole batch for what is wrong with one of it.
    """
    if not works:
        return
    if not desk.time_for_a_call() or desk.is_paused:
        for work in works:
            desk.out_of_time(work.turn)
        return
    outcomes = call(works)
    refused: list[tuple[Work, DefinitelyNot]] = []
    for work in works:
        match outcomes.get(_bill_id(work.turn)):
            case Done():
                pass
            case Unknown(diagnosis):
                work.unsure = diagnosis
            case DefinitelyNot() as refusal:
                refused += _lasting(desk, work, refusal)
            case None:
                work.unsure = Diagnosis.of(Code.ERP_UNCONFIRMED, bill=_bill_name(work.turn))
    if len(refused) > 1:
        _each_alone(desk, [work for work, _ in refused], call)
    else:
        _judge_refused(desk, refused)


def _lasting(desk: Desk, work: Work, refusal: DefinitelyNot) -> list[tuple[Work, DefinitelyNot]]:
    """The refusal where it stays one; else the turn ends here, to come again."""
    desk.pause_on_credentials(refusal)
    if refusal.transient or desk.is_paused:
        desk.later(work.turn, refusal.diagnosis)
        return []
    return [(work, refusal)]


def _each_alone(desk: Desk, works: Sequence[Work], call: Write) -> None:
    for work in works:
        _write(desk, [work], call)


def _judge_refused(desk: Desk, refused: Sequence[tuple[Work, DefinitelyNot]]) -> None:
    """The bill's own status decides: a late request of ours, or another hand, may have done what is refused now."""
    bills = _bills(desk, [work.turn for work, _ in refused])
    for work, refusal in refused:
        if work.turn.verdict is not None:
            continue
        bill = bills.get(_bill_id(work.turn))
        if bill is not None and bill.head.status not in {work.bill.head.status, work.left_as}:
            desk.later(work.turn, refusal.diagnosis)
        else:
            desk.hold_or_reject(work.turn, refusal)


def _read_again(desk: Desk, works: Sequence[Work]) -> None:
    bills = _bills(desk, [w.turn for w in works])
    for work in _going(works):
        bill = bills.get(_bill_id(work.turn))
        if bill is None:
            _gone(desk, work.turn)
        else:
            work.bill = bill


def _bills(desk: Desk, turns: Sequence[Turn]) -> Mapping[str, Bill]:
    if not turns:
        return {}
    if not desk.time_for_a_call():
        for turn in turns:
            desk.out_of_time(turn)
        return {}
    match desk.ports.target.bills([_bill_id(t) for t in turns]):
        case Done(bills):
            return bills
        case DefinitelyNot() | Unknown() as failure:
            desk.failed_call(turns, failure)
            return {}


def _step(desk: Desk, work: Work, event: Event) -> None:
    known = work.turn.row.bill
    bill = BillRef(known.key, work.bill.head.number) if known else None
    desk.step(work.turn, event, bill=bill, diagnosis=None, retries=0)


def _bill_id(turn: Turn) -> str:
    if turn.row.bill is None:
        raise DefectError.of("completing a row without a bill", key=turn.row.key.code)
    return turn.row.bill.key.id


def _bill_name(turn: Turn) -> str:
    return turn.row.bill.number or turn.row.bill.key.id if turn.row.bill else ""


def _going(works: Sequence[Work]) -> list[Work]:
    return [w for w in works if w.turn.verdict is None]
