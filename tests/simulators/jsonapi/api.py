"""The work of each call, at once and without waiting: list payments, make a document, find and read documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from simulators.common.http import Reply
from simulators.common.jsontext import Json, JsonError, JsonObject, parsed_object
from simulators.jsonapi import answers
from simulators.jsonapi.state import Document, State

LARGEST_PAGE: Final = 200
_FIRST: Final = {"page_1": 1, "page_0": 0, "offset_0": 0, "offset_1": 1}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as far as the work looks at it."""

    operation: str
    query: Mapping[str, str]
    body: bytes
    authorization: str = ""
    idempotency_key: str = ""
    id: str = ""


def answer(state: State, asked: Asked) -> Reply:
    """Do the work and answer."""
    if asked.authorization != f"Bearer {state.token}":
        return answers.refused(401, "UNAUTHENTICATED", "no such token")
    return _WORK[asked.operation](state, asked)


def _payments(state: State, asked: Asked) -> Reply:
    """The payments of a window, by GET or by POST."""
    try:
        said: Mapping[str, Json] = {**asked.query, **parsed_object(asked.body)}
        start, end, number, size = (int(str(said[name])) for name in ("from", "to", "page", "size"))
    except (JsonError, KeyError, ValueError):
        return answers.refused(400, "INVALID", "from, to, page and size are whole numbers")
    first = _FIRST[state.settings.reading]
    if number < first or not 1 <= size <= LARGEST_PAGE:
        return answers.refused(400, "INVALID", f"page {number} of {size}")
    found = [row for row in state.payments if _within(int(str(row["paid_at"])), start, end, state.settings.bounds)]
    begin = (number - first) * (size if state.settings.reading.startswith("page") else 1)
    shown = [_as_written(row, state) for row in found[begin : begin + size]]
    return answers.rows(shown, len(found), state.settings)


def _within(at: int, start: int, end: int, bounds: str) -> bool:
    after = at >= start if bounds[0] == "[" else at > start
    return after and (at <= end if bounds[1] == "]" else at < end)


def _as_written(row: JsonObject, state: State) -> JsonObject:
    amount = row.get("amount")
    if state.settings.amounts == "text" and isinstance(amount, (int, Decimal)):
        return {**row, "amount": str(amount)}
    return row


def _create(state: State, asked: Asked) -> Reply:
    """Make a document; a key that was seen gets the first answer again."""
    known = state.answers.get(asked.idempotency_key) if state.settings.keys == "kept" else None
    if known is not None:
        return answers.ok(answers.shown(known, state.settings), 201)
    try:
        said = parsed_object(asked.body)
        amount = Decimal(str(said["amount"]))
    except (JsonError, KeyError, InvalidOperation):
        return answers.refused(422, "INVALID", "amount is missing or no number")
    reference = str(said.get("reference", ""))
    if said.get("account") == "unknown":
        return answers.refused(422, "INVALID", "no such account")
    if state.settings.twice == "refused" and any(one.reference == reference for one in state.documents.values()):
        return answers.refused(409, "EXISTS", f"{reference} exists")
    document = _made(state, reference, amount, said)
    if asked.idempotency_key:
        state.answers[asked.idempotency_key] = document
    return answers.ok(answers.shown(document, state.settings), 201)


def _made(state: State, reference: str, amount: Decimal, said: JsonObject) -> Document:
    number = len(state.documents) + 1
    more = {name: value for name, value in said.items() if name not in {"reference", "amount"}}
    document = Document(f"d-{number}", f"DOC{number:06d}", reference, amount, more=more)
    state.documents[document.id] = document
    return document


def _find(state: State, asked: Asked) -> Reply:
    """Documents by their reference."""
    if state.settings.search == "refused":
        return answers.refused(400, "INVALID", "no such filter: reference")
    wanted = asked.query.get("reference")
    ignored = state.settings.search == "ignored" or wanted is None
    those = [one for one in state.documents.values() if ignored or one.reference == wanted]
    found = [answers.shown(one, state.settings) for one in those]
    return answers.rows(found, len(found), state.settings)


def _read(state: State, asked: Asked) -> Reply:
    """One document."""
    document = state.documents.get(asked.id)
    if document is None:
        return answers.refused(404, "NOT_FOUND", "no such document")
    return answers.ok(answers.shown(document, state.settings))


_WORK: Final = {"payments": _payments, "create": _create, "find": _find, "read": _read}
OPERATIONS: Final = tuple(_WORK)
