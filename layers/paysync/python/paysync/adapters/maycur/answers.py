"""What an answer of Maycur proves. Pure: status and body in, Outcome out (maycur-openapi.md 5 and 6).

Only a clean ACK with a list of rows is "these are the rows". `data: null`, an absent list and an empty list are three
different things. The HTTP status never means success.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from paysync.adapters.replies import Page, Reply, json_in, masked, total_in
from paysync.core.bills import Made
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown

AUTO: Final = "auto"
LIST_NAMES: Final = ("list", "rows", "records")
"""Where, below `data`, rows may lie when the row path is `auto`."""

Envelope: TypeAlias = Mapping[str, Any]
_GOOD, _BAD_REQUEST, _TOO_MANY, _SERVER = range(200, 300), range(400, 500), 429, 500
_NO_TOKEN: Final = (401, 403)
_MISSING: Final = object()
_THROTTLED: Final = re.compile(r"频繁|频率|限流|接口限制|(?:请求|调用|访问)[^，。;；]{0,6}(?:次数|限制)")
"""How often is limited; 限制 alone may be about a span of time or a page number, and then asking for less helps."""
_NO_EFFECT: Final = (*_NO_TOKEN, _TOO_MANY)
"""The statuses that say of a write, too, that it was turned away before anybody looked at it."""
_TOKEN_REFUSED: Final = re.compile(
    r"(?:您的)?(?:access ?)?token[^，。,;；]{0,4}(?:失效|过期|无效)(?:[，,;； ]*请(?:先|重新)?登[录陆])?"
    r"|请(?:先|重新)?登[录陆]",
    re.IGNORECASE,
)
"""The whole message: a sentence that goes on may tell of a row, or of what was done before."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a good login hands out."""

    ent_code: str
    token_id: str = field(repr=False)


def page(reply: Reply, *, row_path: str = AUTO, null_means_empty: bool = False) -> Outcome[Page]:
    """The rows of a list call, where `row_path` says or wherever they lie (`auto`)."""
    match acknowledged(reply):
        case Done(envelope):
            return _page(envelope, row_path, null_means_empty=null_means_empty)
        case failure:
            return failure


def session(reply: Reply) -> Outcome[Session]:
    """The session of a login: in `data`, as clients see it, or at the top, as the vendor's page has it."""
    match acknowledged(reply):
        case Done(envelope):
            return _session(envelope)
        case DefinitelyNot(diagnosis) if diagnosis.code in {Code.MAYCUR_NACK, Code.MAYCUR_TOKEN}:
            return DefinitelyNot(Diagnosis(Code.MAYCUR_LOGIN, diagnosis.details))
        case failure:
            return failure


def written(reply: Reply, key: str, names: Collection[str]) -> Outcome[Made]:
    """What became of a call that writes one row; `names`: what the row is called in it, beside the payment's `key`.

    A NACK is a definite no only with a reason for this very row in it: a batch may be applied in part, and a NACK
    without one may come from the middle of the work. Its words prove nothing else, but that the token was refused: an
    account or a document that is 禁用 or 失效 is no trouble with credentials. Rows beside an ACK may be the failed
    ones: some tenants list them in `data`.
    """
    match acknowledged(reply):
        case Done(envelope) if envelope.get("errorData") or _rows_beside(envelope):
            return _shape("ACK with rows that may have failed")
        case Done():
            return Done(Made(key, key))
        case DefinitelyNot(why) if reply.status not in _NO_EFFECT:
            return _refused_row(_envelope(reply.body) or {}, {key, *names}, why)
        case failure:
            return failure


def _refused_row(envelope: Envelope, names: Collection[str], why: Diagnosis) -> DefinitelyNot | Unknown:
    failed = _failed_rows(envelope)
    if not failed:
        whole = _TOKEN_REFUSED.fullmatch(_words(envelope).strip(" 。.!！")) and why.code is Code.MAYCUR_TOKEN
        return DefinitelyNot(why) if whole else Unknown(Diagnosis(Code.MAYCUR_NACK, why.details))
    said = json.dumps(failed, ensure_ascii=False, default=str)
    if not any(name in said for name in names if name):
        return Unknown(Diagnosis(Code.MAYCUR_NACK, why.details))
    return DefinitelyNot(Diagnosis.of(Code.MAYCUR_RESULT, vendor=masked(said)))


def _rows_beside(envelope: Envelope) -> bool:
    data = envelope.get("data")
    return isinstance(data, list) and bool(data)


def acknowledged(reply: Reply) -> Outcome[Envelope]:
    """The envelope of a clean ACK; else what the answer says instead."""
    envelope = _envelope(reply.body)
    if reply.status == _TOO_MANY:
        return DefinitelyNot(Diagnosis.of(Code.MAYCUR_THROTTLED, status=reply.status), transient=True)
    if reply.status >= _SERVER:
        return Unknown(Diagnosis.of(Code.MAYCUR_SERVER, status=reply.status))
    if reply.status in _BAD_REQUEST and "禁用" in reply.body.decode(errors="replace"):
        return _refused(Code.MAYCUR_DISABLED, envelope, reply.status)
    if reply.status in _NO_TOKEN:
        return _refused(Code.MAYCUR_TOKEN, envelope, reply.status)
    if envelope is None:
        return Unknown(Diagnosis.of(Code.MAYCUR_UNREADABLE, status=reply.status))
    return _by_code(envelope, reply.status)


# ----------------------------------------------------------------------------------------------------------------------


def _envelope(body: bytes) -> Envelope | None:
    """The JSON object, or None for what is none (cut, HTML, another encoding, a number that is no JSON)."""
    try:
        value = json_in(body)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _by_code(envelope: Envelope, status: int) -> Outcome[Envelope]:
    code, agrees = envelope.get("code"), envelope.get("success")
    if code not in ("ACK", "NACK"):
        return _shape(f"`code` is neither ACK nor NACK (HTTP {status})")
    if code == "NACK" or (agrees is not None and agrees is not True):
        return _nack(envelope, status)
    if status not in _GOOD:
        return _shape(f"ACK with HTTP {status}")
    return Done(envelope)


def _nack(envelope: Envelope, status: int) -> DefinitelyNot:
    words = _words(envelope)
    said = words.lower()
    if "禁用" in said:
        return _refused(Code.MAYCUR_DISABLED, envelope, status)
    if _THROTTLED.search(said):
        return DefinitelyNot(Diagnosis.of(Code.MAYCUR_THROTTLED, vendor=masked(words)), transient=True)
    if any(word in said for word in ("token", "登录", "登陆", "login", "失效", "过期")):
        return _refused(Code.MAYCUR_TOKEN, envelope, status)
    return _refused(Code.MAYCUR_NACK, envelope, status)


def _refused(code: Code, envelope: Envelope | None, status: int) -> DefinitelyNot:
    said = masked(_words(envelope or {})) or "(no message)"
    return DefinitelyNot(Diagnosis.of(code, vendor=said if status in _GOOD else f"HTTP {status} {said}"))


def _words(envelope: Envelope) -> str:
    said = envelope.get("message") or envelope.get("errorMessage") or ""
    return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False, default=str)


def _session(envelope: Envelope) -> Outcome[Session]:
    inner = envelope.get("data")
    for place in (inner if isinstance(inner, dict) else {}, envelope):
        ent_code, token_id = place.get("entCode"), place.get("tokenId")
        if _fits_header(ent_code) and _fits_header(token_id):
            return Done(Session(str(ent_code), str(token_id)))
    return _shape("a login without entCode and tokenId")


def _fits_header(value: object) -> bool:
    return isinstance(value, str) and bool(value) and value.isascii() and value.isprintable() and " " not in value


def _failed_rows(envelope: Envelope) -> object:
    """The rows that a NACK refuses, where either kind of tenant lists them; nothing where there are none."""
    for name in ("errorData", "data"):
        found = envelope.get(name)
        if isinstance(found, (list, dict)) and found:
            return found
    return None


def _page(envelope: Envelope, row_path: str, *, null_means_empty: bool) -> Outcome[Page]:
    data = envelope.get("data", _MISSING)
    path = _found_path(data) if row_path == AUTO else row_path
    if path is None:
        return _shape("more than one list of rows")
    place, holder = _at(envelope, path)
    if isinstance(place, list):
        if not all(isinstance(row, dict) for row in place):
            return _shape(f"a row at {path} is no object")
        return Done(Page(tuple(place), total_in(holder, envelope), path))
    if null_means_empty and place in (None, _MISSING) and _holds_nothing(holder) and not total_in(holder, envelope):
        return Done(Page((), None, path))
    if place is None:
        return Unknown(Diagnosis.of(Code.MAYCUR_NULL, path=path))
    return _shape(f"no list at {path}")


def _found_path(data: object) -> str | None:
    """Where the rows lie; `data` where nothing is found; None where more than one place could be meant."""
    if not isinstance(data, dict):
        return "data"
    lists = [name for name in LIST_NAMES if isinstance(data.get(name), list)]
    named = lists or [name for name in LIST_NAMES if name in data]
    if len(named) > 1:
        return None
    return f"data.{named[0]}" if named else "data"


def _at(envelope: Envelope, path: str) -> tuple[object, object]:
    """What lies at a dotted path (null as soon as a step is null), and what holds it; an object counts as a holder."""
    holder: object = envelope
    place: object = envelope
    for step in path.split("."):
        if place is None or place is _MISSING:
            return place, holder
        holder = place
        place = place.get(step, _MISSING) if isinstance(place, dict) else _MISSING
    return (_MISSING, place) if isinstance(place, dict) else (place, holder)


def _holds_nothing(holder: object) -> bool:
    """Whether an object has no filled list or object in it, where rows might lie under another name."""
    return isinstance(holder, dict) and not any(value for value in holder.values() if isinstance(value, list | dict))


def _shape(what: str) -> Unknown:
    return Unknown(Diagnosis.of(Code.MAYCUR_SHAPE, what=what))
