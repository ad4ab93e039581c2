"""What an answer proves by the conditions of the scheme. Pure: status and body in, Outcome out.

Of a read: whatever is not recognised as success is a failure of it, never “none”. Of a write: exactly one of done,
refused, busy and denied must hold; whatever else comes is Unknown. An answer in which there is nothing to look at is
no answer of the system: no condition on what lies in its body holds then, not even that it is empty or another one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from paysync.adapters.replies import Page, Reply, json_in, masked, total_in
from paysync.core.bills import Bill, BillHead, BillStatus, Made
from paysync.core.codes import Code
from paysync.core.conditions import UndecidableError
from paysync.core.diagnosis import Diagnosis
from paysync.core.exchanges import Alternatives, Creating, Finding, Listing, Reading, Verdicts, met
from paysync.core.fields import at, scalar
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown

Seen: TypeAlias = Mapping[str, Any]
"""An answer as conditions look at it: `status` and, where one could be read, `body`."""
_BODY: Final = "body"
_GOOD: Final = range(200, 300)
_SERVER: Final = 500
_UNDECIDED: Final = frozenset({408})
"""The request may have been carried out."""
_WORDS: Final = ("message", "msg", "errorMessage", "error_description", "detail", "title", "error")
_LONGEST_WORDS: Final = 200


def page(reply: Reply, listing: Listing, *, row_path: str, null_means_empty: bool) -> Outcome[Page]:
    """The rows of a list."""
    match _read(reply, listing.verdicts, listing.empty_when):
        case Done(seen):
            return (
                Done(Page((), None, row_path))
                if seen is None
                else _page(seen, row_path, null_means_empty=null_means_empty)
            )
        case failure:
            return failure


def made(reply: Reply, creating: Creating, key: str) -> Outcome[Made]:
    """The document that a making call made. `key`: the payment's, which is its id where the answer has none."""
    match _written(reply, creating.verdicts):
        case Done(seen):
            found = _name(at(creating.id, seen)) if creating.id else key
            if not found:
                return _shape(f"no id at {creating.id}")
            return Done(Made(found, _name(at(creating.number, seen)) or found))
        case failure:
            return failure


def heads(reply: Reply, finding: Finding, reference: str) -> Outcome[Sequence[BillHead]]:
    """The documents that carry our reference.

    DefinitelyNot(DOUBT_UNTRUSTED) where the question was refused, or others came back: it was not understood.
    """
    match _read(reply, finding.verdicts, finding.none_when):
        case Done(seen):
            if seen is None:
                return Done(())
            return _heads(seen, finding, reference)
        case DefinitelyNot(why) if why.code is Code.HTTP_REFUSED:
            return _untrusted(f"the question was refused ({why.vendor})")
        case failure:
            return failure


def bill(reply: Reply, reading: Reading, bill_id: str, fields: Sequence[str], reference: str) -> Outcome[Bill | None]:
    """The document with `fields`; None where there is none. `reference`: where a document has ours, if it is known."""
    match _read(reply, reading.verdicts, reading.gone_when):
        case Done(seen):
            return (
                Done(None) if seen is None else _bill(at(reading.row_path, seen), reading, bill_id, fields, reference)
            )
        case failure:
            return failure


# ----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came, and whether its body could be read; none at all is none that could not."""

    seen: Seen
    readable: bool

    @property
    def status(self) -> int:
        return int(self.seen["status"])

    def meets(self, alternatives: Alternatives) -> bool:
        """Whether an alternative holds that looks at nothing but what is there. Raises UndecidableError."""
        return met(self._apt(alternatives), self.seen)

    def clearly_meets(self, alternatives: Alternatives) -> bool:
        """The same, where what a condition cannot judge does not hold."""
        return _holds(self._apt(alternatives), self.seen)

    def _apt(self, alternatives: Alternatives) -> Alternatives:
        return tuple(lines for lines in alternatives if all(self._has(line.field) for line in lines))

    def _has(self, field: str) -> bool:
        if field.startswith(f"{_BODY}."):
            return isinstance(self.seen.get(_BODY), dict)
        return field != _BODY or self.readable


def _answer(reply: Reply) -> _Answer:
    if not reply.body.strip():
        return _Answer({"status": reply.status}, readable=True)
    try:
        return _Answer({"status": reply.status, _BODY: json_in(reply.body)}, readable=True)
    except ValueError:
        return _Answer({"status": reply.status}, readable=False)


def _read(reply: Reply, verdicts: Verdicts, none_when: Alternatives) -> Outcome[Seen | None]:
    try:
        return _read_by(_answer(reply), verdicts, none_when)
    except UndecidableError as error:
        return _shape(f"{error.field} {error}")


def _read_by(answer: _Answer, verdicts: Verdicts, none_when: Alternatives) -> Outcome[Seen | None]:
    if answer.meets(verdicts.denied_when):
        return DefinitelyNot(Diagnosis.of(Code.HTTP_CREDENTIALS, vendor=_words(answer.seen)))
    if answer.meets(verdicts.busy_when):
        return DefinitelyNot(Diagnosis.of(Code.HTTP_BUSY, vendor=_words(answer.seen)), transient=True)
    if answer.status >= _SERVER or not answer.readable:
        return _unrecognised(answer)
    if answer.meets(none_when):
        return Done(None)
    if not answer.meets(verdicts.done_when):
        return DefinitelyNot(Diagnosis.of(Code.HTTP_REFUSED, vendor=_words(answer.seen)))
    return Done(answer.seen) if _BODY in answer.seen else _unreadable(answer)


def _written(reply: Reply, verdicts: Verdicts) -> Outcome[Seen]:
    answer = _answer(reply)
    if answer.status >= _SERVER or answer.status in _UNDECIDED:
        return _unrecognised(answer)
    said = [
        answer.readable and answer.status in _GOOD and answer.clearly_meets(verdicts.done_when),
        answer.clearly_meets(verdicts.refused_when),
        answer.clearly_meets(verdicts.busy_when),
        answer.clearly_meets(verdicts.denied_when),
    ]
    match said:
        case [True, False, False, False]:
            return Done(answer.seen)
        case [False, True, False, False]:
            return DefinitelyNot(Diagnosis.of(Code.HTTP_REFUSED, vendor=_words(answer.seen)))
        case [False, False, True, False]:
            return DefinitelyNot(Diagnosis.of(Code.HTTP_BUSY, vendor=_words(answer.seen)), transient=True)
        case [False, False, False, True]:
            return DefinitelyNot(Diagnosis.of(Code.HTTP_CREDENTIALS, vendor=_words(answer.seen)))
        case _:
            return _unrecognised(answer)


def _holds(alternatives: Alternatives, seen: Seen) -> bool:
    """What a condition cannot judge does not hold."""
    try:
        return met(alternatives, seen)
    except UndecidableError:
        return False


def _unrecognised(answer: _Answer) -> Unknown:
    if answer.status >= _SERVER:
        return Unknown(Diagnosis.of(Code.HTTP_SERVER, status=answer.status))
    if _BODY not in answer.seen:
        return _unreadable(answer)
    return Unknown(Diagnosis.of(Code.HTTP_UNRECOGNISED, vendor=_words(answer.seen)))


def _page(seen: Seen, row_path: str, *, null_means_empty: bool) -> Outcome[Page]:
    within, _, name = row_path.rpartition(".")
    rows, holder = at(row_path, seen), at(within, seen) if within else seen
    if isinstance(rows, list):
        if not all(isinstance(row, dict) for row in rows):
            return _shape(f"a row at {row_path} is no object")
        return Done(Page(tuple(rows), total_in(holder, seen[_BODY]), row_path))
    is_null = rows is None and isinstance(holder, dict) and name in holder
    if is_null and null_means_empty and not total_in(holder, seen[_BODY]):
        return Done(Page((), None, row_path))
    return _shape(f"null at {row_path}" if is_null else f"no list at {row_path}")


def _heads(seen: Seen, finding: Finding, reference: str) -> Outcome[Sequence[BillHead]]:
    place = at(finding.row_path, seen)
    documents = place if isinstance(place, list) else [place]
    found: list[BillHead] = []
    for document in documents:
        if not isinstance(document, dict):
            return _shape(f"no documents at {finding.row_path}")
        bill_id, carried = _name(at(finding.id, document)), _name(at(finding.reference, document))
        if carried != reference:
            return _untrusted("documents came back that carry another reference")
        if not bill_id:
            return _shape(f"a document without {finding.id}")
        number = _name(at(finding.number, document)) or bill_id
        voided = _holds(finding.voided_when, document)
        found.append(BillHead(bill_id, number, BillStatus.CREATED, voided, carried))
    return Done(tuple(found))


def _bill(
    document: object, reading: Reading, bill_id: str, fields: Sequence[str], reference: str
) -> Outcome[Bill | None]:
    if not isinstance(document, dict):
        return _shape(f"no document at {reading.row_path}")
    number = _name(at(reading.number, document)) or bill_id
    carried = _name(at(reference, document)) if reference else ""
    head = BillHead(bill_id, number, BillStatus.CREATED, _holds(reading.voided_when, document), carried)
    return Done(Bill(head, {field: scalar(at(field, document)) for field in fields}, ()))


def _name(value: object) -> str:
    """An id, a number or a reference as text; nothing for what can be none."""
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def _words(seen: Seen) -> str:
    body = seen.get(_BODY)
    fields = body if isinstance(body, dict) else {}
    said = next((fields[name] for name in _WORDS if isinstance(fields.get(name), str)), "")
    return f"HTTP {seen['status']} {masked(said)[:_LONGEST_WORDS]}".strip()


def _unreadable(answer: _Answer) -> Unknown:
    return Unknown(Diagnosis.of(Code.HTTP_UNREADABLE, status=answer.status))


def _untrusted(what: str) -> DefinitelyNot:
    return DefinitelyNot(Diagnosis.of(Code.DOUBT_UNTRUSTED, what=what))


def _shape(what: str) -> Unknown:
    return Unknown(Diagnosis.of(Code.HTTP_SHAPE, what=what))
