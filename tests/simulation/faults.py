"""Every kind of fault that the world knows, and which of them can happen at which call.

At the ports, a read that was reset, cut short, answered in HTML or refused is a read that gave nothing: the port says
Unknown or DefinitelyNot, whatever was on the wire, so that TIMEOUT_NOT and SERVER_NOT stand for all of them; that the
clients say so of each is held by tests/unit/adapters and tests/wire. DynamoDB or SQS that throttles for longer than
their client repeats raises in the middle of an invocation, which ends there: the same as CRASH_BEFORE.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Fault(StrEnum):
    """What goes wrong at one call. The first ones hit the caller, the last ones the world around it."""

    CRASH_BEFORE = "the sandbox is killed before the request leaves"
    CRASH_AFTER = "the sandbox is killed after the effect, before the answer"
    CRASH_LATE = "the sandbox is killed, and the request is carried out later"
    STALL = "the call hangs until the sandbox is killed at its deadline"
    SLOW = "the call takes minutes, so that others overtake"
    TIMEOUT_NOT = "timeout, not executed"
    TIMEOUT_DONE = "timeout, executed"
    TIMEOUT_LATE = "timeout, executed later"
    SERVER_NOT = "5xx without effect"
    SERVER_DONE = "5xx with effect"
    RESET = "connection reset in mid-answer, executed"
    CUT_JSON = "JSON cut short, executed"
    HTML_NOT = "HTML with status 200, not executed"
    HTML_DONE = "HTML with status 200, executed"
    REFUSED = "IsSuccess false with a known refusal"
    PERIOD = "IsSuccess false: the period is closed"
    PARTIAL = "200, but only some were treated"
    IGNORED = "200, but a field was ignored in silence"
    THROTTLED = "throttled"
    SESSION = "session lost, nothing executed"
    UNTRUSTED = "two ways of asking disagree"
    ANSWER_LOST = "write applied, answer lost, the client library repeats it"
    STALE = "the index still shows what was"
    NOT_SENT = "send not confirmed, not made"
    SENT_UNCONFIRMED = "send made, not confirmed"
    LOST = "the call has no effect and nobody notices"
    NACK = "the source says no"
    MALFORMED = "an envelope field is missing"
    DUPLICATE = "the message is delivered to another sandbox as well"
    EXPIRY = "the visibility of what is in flight runs out"
    REDRIVE = "the dead letters are moved back"
    TWICE = "the schedules fire now"
    AHEAD = "this sandbox's clock is five minutes ahead from now on"
    BEHIND = "this sandbox's clock is five minutes behind from now on"
    ROTATED = "the secret is rotated: nothing is accepted for ten minutes"


F = Fault
AROUND: Final = frozenset({F.EXPIRY, F.REDRIVE, F.TWICE, F.AHEAD, F.BEHIND, F.ROTATED})
"""These happen to the world at the moment of a call; the call itself goes on."""

_EVERYWHERE: Final = (F.CRASH_BEFORE, F.SLOW)
_AROUND_PUSH: Final = (F.EXPIRY, F.TWICE, F.REDRIVE)
_SKEW: Final = (F.AHEAD, F.BEHIND)
_READ: Final = _EVERYWHERE
_WRITE: Final = (*_EVERYWHERE, F.CRASH_AFTER, F.ANSWER_LOST, F.STALL)
_SEND: Final = (*_EVERYWHERE, F.CRASH_AFTER, F.NOT_SENT, F.SENT_UNCONFIRMED)
_ERP_READ: Final = (*_EVERYWHERE, F.TIMEOUT_NOT, F.SERVER_NOT, F.THROTTLED, F.SESSION, F.ROTATED)
_ERP_UNKNOWN: Final = (
    F.TIMEOUT_NOT,
    F.TIMEOUT_DONE,
    F.TIMEOUT_LATE,
    F.SERVER_NOT,
    F.SERVER_DONE,
    F.RESET,
    F.CUT_JSON,
    F.HTML_NOT,
    F.HTML_DONE,
)
_ERP_WRITE: Final = (
    *_EVERYWHERE,
    F.EXPIRY,
    F.CRASH_AFTER,
    F.CRASH_LATE,
    F.STALL,
    *_ERP_UNKNOWN,
    F.REFUSED,
    F.PERIOD,
    F.THROTTLED,
    F.SESSION,
    F.ROTATED,
)

KINDS: Final[Mapping[str, tuple[Fault, ...]]] = {
    "rows": (*_READ, *_SKEW),
    "lock_owner": _READ,
    "bill_owners": _READ,
    "watermark": (*_READ, *_SKEW),
    "pause": _READ,
    "paid_on": (*_READ, F.STALE),
    "counts": _READ,
    "unsettled": (*_READ, F.STALE),
    "create": _WRITE,
    "commit": (*_WRITE, *_AROUND_PUSH),
    "note": _WRITE,
    "sighted": _WRITE,
    "wake_later": _WRITE,
    "advance": _WRITE,
    "set_pause": _WRITE,
    "send": _SEND,
    "send_many": (*_SEND, F.PARTIAL),
    "bury": _SEND,
    "waiting": _READ,
    "receive": (F.DUPLICATE, F.TWICE, F.REDRIVE, *_SKEW, F.ROTATED),
    "postpone": (*_EVERYWHERE, F.LOST),
    "delete": (*_EVERYWHERE, F.LOST),
    "page": (*_EVERYWHERE, F.TIMEOUT_NOT, F.NACK, F.MALFORMED, F.THROTTLED, F.TWICE),
    "sources": _ERP_READ,
    "existing": (*_ERP_READ, F.UNTRUSTED, F.EXPIRY),
    "bills": _ERP_READ,
    "lookup": _ERP_READ,
    "bills_by_reference": _ERP_READ,
    "bills_between": _ERP_READ,
    "make": _ERP_WRITE,
    "save": (*_ERP_WRITE, F.PARTIAL, F.IGNORED),
    "submit": (*_ERP_WRITE, F.PARTIAL),
    "audit": (*_ERP_WRITE, F.PARTIAL),
}
"""Operation → the kinds that can happen there. An operation that is not here fails the run: it must be listed first."""
READS: Final = frozenset(
    {
        "rows",
        "lock_owner",
        "bill_owners",
        "watermark",
        "pause",
        "paid_on",
        "counts",
        "unsettled",
        "waiting",
        "page",
        "sources",
        "existing",
        "bills",
        "lookup",
        "bills_by_reference",
        "bills_between",
    }
)
"""The operations that change nothing."""
WEIGHTS: Final[Mapping[str, int]] = {
    "make": 8,
    "save": 4,
    "submit": 4,
    "audit": 4,
    "commit": 2,
    "existing": 3,
    "bury": 3,
}
"""So many times more often than others is a call struck by chance: where money is made, faults are worth most."""
