"""What the system answers: an envelope with a code, the words of a refusal, and the right HTTP status."""

from simulators.common.faults import Fault, Kind
from simulators.common.http import Reply
from simulators.common.jsontext import Json, JsonObject, written
from simulators.jsonapi.state import Document, Settings


def ok(data: Json, status: int = 200) -> Reply:
    """Done, with what came of it."""
    return _reply(status, {"code": "OK", "message": "ok", "data": data})


def refused(status: int, code: str, message: str) -> Reply:
    """A no, in the system's words."""
    return _reply(status, {"code": code, "message": message, "data": None})


def rows(found: list[JsonObject], total: int, settings: Settings) -> Reply:
    """A page of payments."""
    if not found and settings.empty == "404":
        return refused(404, "NO_DATA", "nothing in this window")
    data: JsonObject = {"total": total} if settings.totals == "yes" else {}
    if found or settings.empty == "[]":
        data["items"] = list(found)
    elif settings.empty == "null":
        data["items"] = None
    return ok(data)


def shown(document: Document, settings: Settings) -> JsonObject:
    """A document as clients see it."""
    amount: Json = document.amount if settings.amounts == "number" else str(document.amount)
    return {
        "id": document.id,
        "number": document.number,
        "reference": document.reference,
        "amount": amount,
        "status": document.status,
        **document.more,
    }


def spoilt(fault: Fault) -> Reply:
    """How this system words the faults that each vendor words in its own way."""
    match fault.kind:
        case Kind.THROTTLE:
            reply = refused(429, "SLOW_DOWN", fault.text or "too many requests")
            return reply._replace(headers={**reply.headers, "Retry-After": str(int(fault.seconds) or 1)})
        case Kind.LOST_SESSION:
            return refused(401, "UNAUTHENTICATED", fault.text or "the token has expired")
        case Kind.MSGCODE:
            return refused(fault.status, "ERROR", fault.text)
        case _:
            return Reply(fault.status, fault.text.encode())


def _reply(status: int, document: JsonObject) -> Reply:
    return Reply(status, written(document).encode())
