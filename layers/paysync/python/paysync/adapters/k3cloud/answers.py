"""The judges: HTTP answer in, Outcome out. Pure; Unknown is the default for what a write's answer does not prove.

One judge per kind of call: rows of a query (5.3), the document of an inspection (5.4), the bill of a making call (6.2,
in making.py), each bill of a batch (7.3, 8). Order of evidence: HTTP and shape, MsgCode, the text last (12.3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final, TypeAlias

from paysync.adapters.k3cloud.making import made_of
from paysync.adapters.k3cloud.refusals import WHOLE_CALL, Sort, meaning_of
from paysync.adapters.k3cloud.replies import Answer, Call
from paysync.adapters.k3cloud.shapes import diagnosis, document_of, refusal_of, refused, unreadable
from paysync.adapters.k3cloud.statuses import Block, MalformedError, block_of
from paysync.core.bills import Cell, Json
from paysync.core.codes import Code
from paysync.core.outcomes import DefinitelyNot, Done, Failure, Outcome, Unknown

__all__ = [
    "Cells",
    "document_in",
    "each_of",
    "failure_of",
    "made_of",
    "may_be_of_the_session",
    "rows_of",
    "session_was_lost",
    "worth_repeating",
]

Cells: TypeAlias = tuple[Cell, ...]
_LARGEST_EXPONENT: Final = 30


def session_was_lost(failure: Failure | None) -> bool:
    """Whether the call was turned away for want of a session or of credentials, so that nothing was executed (4)."""
    return isinstance(failure, DefinitelyNot) and failure.diagnosis.code is Code.ERP_CREDENTIALS


def may_be_of_the_session(failure: Failure | None, call: Call) -> bool:
    """Whether a call without the session might do better: anything but a refusal of a write that proves itself (4)."""
    return failure is not None and not (call.effect and isinstance(failure, DefinitelyNot))


def worth_repeating(failure: Failure | None, call: Call) -> bool:
    """Whether a read may do better in a moment. Never true of a write."""
    return not call.effect and isinstance(failure, DefinitelyNot) and failure.transient


def failure_of(answer: Answer, call: Call) -> Failure | None:
    """Why the call as a whole failed, whatever kind it was; None where its own judge must look closer."""
    match document_of(answer, call):
        case Done(document):
            return refusal_of(document, call)
        case failure:
            return failure


def rows_of(answer: Answer, call: Call, columns: int) -> Outcome[tuple[Cells, ...]]:
    """The rows of a query, all of them well formed and `columns` wide, or none at all: an error is never a row."""
    match document_of(answer, call):
        case Done(document):
            return refusal_of(document, call) or _rows(document, call, columns)
        case failure:
            return failure


def document_in(answer: Answer, call: Call) -> Outcome[Mapping[str, Json]]:
    """The `Result` of an inspecting call that succeeded."""
    match document_of(answer, call):
        case Done(document):
            result = document.get("Result") if isinstance(document, Mapping) else None
            found = Done(result) if isinstance(result, Mapping) else unreadable(call, "no Result")
            return refusal_of(document, call) or found
        case failure:
            return failure


def each_of(answer: Answer, call: Call, ids: Sequence[str]) -> Mapping[str, Outcome[None]]:
    """What became of each bill of a batch: never judged as a whole; in neither list means not confirmed (7.3, 8)."""
    match document_of(answer, call):
        case Done(document):
            return _each(document, call, ids)
        case failure:
            return dict.fromkeys(ids, failure)


def _rows(document: Json, call: Call, columns: int) -> Outcome[tuple[Cells, ...]]:
    rows = document.get("Result") if isinstance(document, Mapping) else document
    if not isinstance(rows, list):
        return unreadable(call, "no list of rows")
    found: list[Cells] = []
    for row in rows:
        cells = _cells(row)
        if cells is None or len(cells) != columns:
            return unreadable(call, f"a row that is not {columns} columns of plain values")
        found.append(cells)
    return Done(tuple(found))


def _cells(row: Json) -> Cells | None:
    if not isinstance(row, list):
        return None
    cells = tuple(_written_out(value) for value in row if not isinstance(value, (list, Mapping)) and _is_sane(value))
    return cells if len(cells) == len(row) else None


def _is_sane(value: Cell) -> bool:
    return not isinstance(value, Decimal) or abs(value.adjusted()) <= _LARGEST_EXPONENT


def _written_out(value: Cell) -> Cell:
    """Numbers with an exponent in plain notation, so that their text compares as well."""
    return Decimal(format(value, "f")) if isinstance(value, Decimal) else value


def _each(document: Json, call: Call, ids: Sequence[str]) -> Mapping[str, Outcome[None]]:
    result = document.get("Result") if isinstance(document, Mapping) else None
    try:
        block = block_of(result.get("ResponseStatus")) if isinstance(result, Mapping) else None
    except MalformedError as error:
        return dict.fromkeys(ids, unreadable(call, str(error)))
    if block is None or block.success is None:
        return dict.fromkeys(ids, refusal_of(document, call) or unreadable(call, "no ResponseStatus"))
    if _speaks_of_the_call(block):
        return dict.fromkeys(ids, refused(call, block.code, block.errors))
    return {bill_id: _one(block, replace(call, subject=bill_id), at, len(ids)) for at, bill_id in enumerate(ids)}


def _speaks_of_the_call(block: Block) -> bool:
    """A refusal of the caller or of the whole call, although its only complaint bears the index of the first bill."""
    if block.success or any(one.id for one in block.entities) or block.code not in WHOLE_CALL:
        return False
    return len(block.errors) <= 1


def _one(block: Block, call: Call, at: int, asked: int) -> Outcome[None]:
    """One bill of the batch: named among the successes by its id, or complained about by its index, never both."""
    succeeded = any(one.id == call.subject for one in block.entities)
    complaints = tuple(one for one in block.errors if one.index == at or asked == 1)
    if succeeded and not complaints:
        return Done(None)
    if succeeded or not complaints:
        vendor = "; ".join(one.text for one in complaints or block.errors)
        return Unknown(diagnosis(Code.ERP_UNCONFIRMED, call, vendor))
    texts = [(one.text, one.field) for one in complaints]
    if meaning_of(call.operation, block.code, texts).sort is Sort.ALREADY:
        return Done(None)
    return refused(call, block.code, complaints)
