"""What K3Cloud says: the ResponseStatus and its dialects, and a refusal that any operation may raise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulators.k3cloud.settings import Settings

SESSION_LOST = "会话信息已丢失，请重新登录"
Document = dict[str, Any]


class RefusedError(Exception):
    """An operation says no. Becomes a failing ResponseStatus in the shape of the call."""

    def __init__(self, msg_code: int, message: str, *, field_name: str | None = None) -> None:
        super().__init__(message)
        self.msg_code, self.message, self.field_name = msg_code, message, field_name


class FrameworkError(Exception):
    """An exception that K3Cloud itself did not expect: plain text behind `response_error:`."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One item of Errors[]."""

    message: str
    index: int = 0
    field_name: str | None = None
    msg_code: int = 11

    @classmethod
    def of(cls, refused: RefusedError, index: int = 0) -> Complaint:
        """What a raised refusal looks like in a list."""
        return cls(refused.message, index, refused.field_name, refused.msg_code)


@dataclass(frozen=True, slots=True)
class Entity:
    """One item of SuccessEntitys[]. A draft has no number."""

    id: int
    number: str
    index: int = 0


def status(
    settings: Settings,
    *,
    entities: Sequence[Entity] = (),
    errors: Sequence[Complaint] = (),
    success: bool | None = None,
) -> Document:
    """A ResponseStatus. Success is what has no errors, unless told otherwise."""
    ok = not errors if success is None else success
    failing: Document = {} if ok else {"ErrorCode": 500}
    document: Document = {
        **failing,
        "IsSuccess": ok,
        "Errors": [_complaint(one) for one in errors],
        "SuccessEntitys": [
            {"Id": identifier(settings, one.id), "Number": one.number, "DIndex": one.index} for one in entities
        ],
        "SuccessMessages": [],
        "MsgCode": 0 if ok or not errors else errors[0].msg_code,
    }
    return _as_text(document) if settings.answers_as_text else document


def refusal(settings: Settings, refused: RefusedError) -> Document:
    """A whole answer that says no."""
    return {"Result": {"ResponseStatus": status(settings, errors=[Complaint.of(refused)])}}


def query_refusal(settings: Settings, refused: RefusedError) -> Document | list[Any]:
    """The same from a query: by default a list that looks like a row."""
    document = refusal(settings, refused)
    match settings.query_error_shape:
        case "dict":
            return document
        case "list":
            return [document]
        case "bare":
            return [_complaint(Complaint.of(refused))]
        case _:
            return [[document]]


def identifier(settings: Settings, value: int) -> int | str:
    """An id as this tenant writes it."""
    return str(value) if settings.ids_as_text else value


def _complaint(one: Complaint) -> Document:
    return {"FieldName": one.field_name, "Message": one.message, "DIndex": one.index}


def _as_text(document: Document) -> Document:
    def text(value: object) -> object:
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value) if isinstance(value, int) else value

    return {key: text(value) for key, value in document.items()}
