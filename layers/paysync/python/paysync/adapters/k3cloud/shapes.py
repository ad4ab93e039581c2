"""From bytes to a document: what every answer that is not JSON means, and what JSON refuses as a whole (4). Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from paysync.adapters import jsontext
from paysync.adapters.k3cloud.refusals import NOT_LOGGED_IN, Meaning, Sort, at_the_door, meaning_of
from paysync.adapters.k3cloud.replies import NEVER_RECOGNISED, Answer, Call, Lost, NotSent
from paysync.adapters.k3cloud.statuses import (
    Complaint,
    MalformedError,
    Statuses,
    complaint_of,
    said,
    statuses_of,
    traces_in,
)
from paysync.core.bills import Json
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.outcomes import DefinitelyNot, Done, Failure, Unknown

_GOOD: Final = frozenset({200, 206})
_UNAUTHORISED: Final = 401
_FORBIDDEN: Final = 403
_OLD_GATEWAY: Final = 519
_SERVER_ERRORS: Final = 500
_STALE_STAMP: Final = "4006"
_REFUSED_AT_THE_GATEWAY: Final = frozenset({"5001", "4002", _STALE_STAMP})
"""No such API, no app id, a stale stamp; what else that gateway says may be about what lies behind it."""
_DIGITS: Final = re.compile(r"\d{9,}|\d{4}(?: \d{3,4}){2,}")
_LONGEST_SHOWN: Final = 300
_LONGEST_NOTICE: Final = 1000
"""A door's refusal is a short text; a page that happens to hold its words is not one."""
_DEEPEST: Final = 8


def document_of(answer: Answer, call: Call) -> Done[Json] | Failure:
    """The JSON document of a good HTTP answer, or what it means that there is none."""
    if isinstance(answer, NotSent):
        return DefinitelyNot(diagnosis(answer.code, call, answer.said), transient=True)
    if isinstance(answer, Lost):
        return unclear(call, answer.code, answer.said)
    if answer.status in _GOOD:
        return _json(answer.body, call)
    return _refused_by_http(answer.status, answer.body, call)


def refusal_of(document: Json, call: Call) -> Failure | None:
    """The refusal of the whole call that `document` is in any of its shapes, or None where it is none.

    Query errors come inside lists that look like rows (5.3). For a write only a proper `Result` is believed, with one
    exception: a lost session is one in every shape.
    """
    peeled, nested = _peeled(document, whole=call.effect)
    bare = complaint_of(peeled)
    if bare is not None:
        failure = refused(call, 0, (bare,))
        return failure if not call.effect or _is_credentials(failure) else None
    if not isinstance(peeled, Mapping):
        return None
    result = peeled.get("Result")
    if not isinstance(result, Mapping):
        return None
    try:
        statuses, traces = statuses_of(result), traces_in(result)
    except MalformedError:
        return None
    if not is_refusal(statuses) or (call.effect and (traces or statuses.boasts or statuses.names)):
        return None
    failure = refused(call, code_in(statuses, call), statuses.errors)
    return failure if not (nested and call.effect) or _is_credentials(failure) else None


def refused(call: Call, msg_code: int, complaints: Sequence[Complaint], **particulars: object) -> Failure:
    """What a failing status proves. Of a write only refusals that this tenant recognises are believed."""
    texts = [(one.text, one.field) for one in complaints]
    meaning = meaning_of(call.operation, msg_code, texts)
    vendor = "; ".join(dict.fromkeys(one.text for one in complaints if one.text)) or f"MsgCode {msg_code}"
    believed = not call.effect or msg_code in call.recognised - NEVER_RECOGNISED
    if meaning.sort is Sort.UNCLEAR or not believed:
        code = meaning.code if meaning.sort is Sort.UNCLEAR else Code.ERP_UNRECOGNISED
        return Unknown(diagnosis(code, call, vendor, msg_code=msg_code, **particulars))
    why = diagnosis(meaning.code, call, vendor, msg_code=msg_code, **particulars)
    return DefinitelyNot(why, transient=meaning.sort is Sort.TRANSIENT)


def unclear(call: Call, code: Code, vendor: str = "", **particulars: object) -> Failure:
    """No whole answer: a read may be asked again, a write may have been carried out."""
    why = diagnosis(code, call, vendor, **particulars)
    return Unknown(why) if call.effect else DefinitelyNot(why, transient=True)


def unreadable(call: Call, vendor: str = "") -> Unknown:
    """JSON, but not an answer that we know."""
    return Unknown(diagnosis(Code.ERP_UNREADABLE, call, vendor))


def diagnosis(code: Code, call: Call, vendor: str = "", **particulars: object) -> Diagnosis:
    """`code` with the particulars that its texts take; the vendor's own words without long runs of digits."""
    known: dict[str, object] = {"operation": call.operation, "vendor": spoken(vendor) or "-"}
    if code.startswith("source."):
        known |= {"number": call.subject or "?", "status": "?"}
    elif code.startswith("bill.") or code is Code.ERP_UNCONFIRMED:
        known |= {"bill": call.subject or "?"}
    return Diagnosis.of(code, **{**known, **particulars})


def spoken(text: str) -> str:
    """The vendor's words on one line, shortened, account numbers masked to their last four digits."""
    plain = " ".join(text.encode("utf-8", "replace").decode().split())
    if len(plain) > 2 * _LONGEST_SHOWN:
        plain = plain[: 2 * _LONGEST_SHOWN].rstrip("0123456789 ")
    return _DIGITS.sub(lambda digits: "…" + digits.group()[-4:], plain)[:_LONGEST_SHOWN]


def is_refusal(statuses: Statuses) -> bool:
    """Whether an answer says no: the save's own status where there is one, else the conversion's."""
    blocks = statuses.blocks
    return bool(blocks) and blocks[0].success is False and all(block.success is not None for block in blocks)


def code_in(statuses: Statuses, call: Call) -> int:
    """The MsgCode that decides: one that proves nothing before any other, else the first there is."""
    codes = statuses.codes
    proof = call.recognised - NEVER_RECOGNISED
    return next((code for code in codes if code not in proof), codes[0] if codes else 0)


def _json(body: bytes, call: Call) -> Done[Json] | Failure:
    text = body[:_LONGEST_NOTICE].decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    if text.startswith("response_error:"):
        return Unknown(diagnosis(Code.ERP_EXCEPTION, call, text.removeprefix("response_error:")))
    try:
        return Done(jsontext.loads(body))
    except ValueError:
        notice = _notice(body) if not call.effect else None
        if notice is not None:
            return DefinitelyNot(diagnosis(notice.code, call, text))
        return unclear(call, Code.ERP_UNREADABLE, text)


def _refused_by_http(status: int, body: bytes, call: Call) -> Failure:
    text = body[:_LONGEST_NOTICE].decode("utf-8", "replace")
    if status == _UNAUTHORISED or (status == _FORBIDDEN and re.search(r"\bN001\b", text)):
        return DefinitelyNot(diagnosis(Code.ERP_CREDENTIALS, call, text, status=status))
    if status == _OLD_GATEWAY and (errcode := _gateway_code(body)) in _REFUSED_AT_THE_GATEWAY:
        why = diagnosis(Code.ERP_GATEWAY, call, text, status=status)
        return DefinitelyNot(why, transient=errcode == _STALE_STAMP)
    notice = at_the_door(text) if len(body) < _LONGEST_NOTICE else None
    if notice is not None:
        return DefinitelyNot(diagnosis(notice.code, call, text, status=status))
    why = diagnosis(Code.ERP_SERVER, call, text, status=status)
    return Unknown(why) if call.effect else DefinitelyNot(why, transient=status >= _SERVER_ERRORS)


def _notice(body: bytes) -> Meaning | None:
    """What a plain text says to a read: not logged in, or turned away at the door."""
    if len(body) >= _LONGEST_NOTICE:
        return None
    text = body.decode("utf-8", "replace").strip()
    return NOT_LOGGED_IN.meaning if NOT_LOGGED_IN.fits("", text, "") else at_the_door(text)


def _gateway_code(body: bytes) -> str:
    try:
        document = jsontext.loads(body)
    except ValueError:
        return ""
    return said(document.get("errcode")) if isinstance(document, Mapping) else ""


def _peeled(document: Json, *, whole: bool) -> tuple[Json, bool]:
    """The dict or scalar that comes first inside lists; whether there were any. `whole`: only where it stands alone."""
    nested = False
    for _ in range(_DEEPEST):
        if not isinstance(document, list) or not document or (whole and len(document) > 1):
            break
        nested, document = True, document[0]
    return document, nested


def _is_credentials(failure: Failure) -> bool:
    return isinstance(failure, DefinitelyNot) and failure.diagnosis.code is Code.ERP_CREDENTIALS
