"""Faults that only Maycur has, put into the words of the common plan and back, and how Maycur says each of them.

| kind           | the answer                                                                              |
| -------------- | --------------------------------------------------------------------------------------- |
| `nack`         | NACK with `text` as message; without `text` the message is null                          |
| `null_data`    | ACK with `data: null`                                                                   |
| `disabled`     | NACK saying that the account is disabled (禁用), with HTTP `status` if one is given      |
| `throttle`     | as the setting `throttling` says, `seconds` is the Retry-After                           |
| `throttle_429` | HTTP 429 with Retry-After                                                                |
| `throttle_nack`| NACK speaking of 频繁                                                                    |
| `lost_session` | every token is forgotten, and the call is told so                                        |
"""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, Final

from simulators.common.faults import Fault, FaultError, FaultPlan, Kind
from simulators.common.http import Reply
from simulators.maycur import answers
from simulators.maycur.settings import Settings

OPERATIONS: Final = ("login", "paid_list", "reimburse_list", "reimburse_detail", "cursor_list", "update")
OWN_KINDS: Final = ("nack", "null_data", "disabled", "throttle_429", "throttle_nack")
_FOREIGN: Final = frozenset({Kind.RESPONSE_ERROR.value, Kind.MSGCODE.value})


def plan(documents: Iterable[Mapping[str, Any]]) -> FaultPlan:
    """The common plan of faults in Maycur's words."""
    return FaultPlan.from_json([_to_common(document) for document in documents])


def plan_to_json(faults: FaultPlan) -> list[dict[str, Any]]:
    """A plan with its counters, in Maycur's words."""
    return [_from_common(document) for document in faults.to_json()]


def reply_to(fault: Fault, settings: Settings) -> Reply:
    """What Maycur says when this fault strikes."""
    match fault.kind:
        case Kind.THROTTLE:
            return _throttled(fault, settings)
        case Kind.LOST_SESSION:
            return answers.token_refused(settings)
        case _:
            return _own(fault, settings)


def name_of(fault: Fault) -> str:
    """The kind in Maycur's words."""
    return OWN_KINDS[fault.msg_code] if fault.kind is Kind.MSGCODE else fault.kind.value


# ------------------------------------------------------------------------------------------------------------------


def _own(fault: Fault, settings: Settings) -> Reply:
    match OWN_KINDS[fault.msg_code]:
        case "nack":
            return answers.nack(fault.text or None, settings)
        case "null_data":
            return answers.ack("null", settings)
        case "disabled":
            status = 200 if fault.status == _DEFAULT_STATUS else fault.status
            return answers.account_disabled(settings)._replace(status=status)
        case "throttle_429":
            return _throttled(fault, dataclasses.replace(settings, throttling="429"))
        case _:
            return _throttled(fault, dataclasses.replace(settings, throttling="nack"))


def _throttled(fault: Fault, settings: Settings) -> Reply:
    return answers.throttled(settings, retry_after_seconds=int(fault.seconds) if fault.seconds else None)


def _to_common(document: Mapping[str, Any]) -> dict[str, Any]:
    kind = document.get("kind")
    if "msg_code" in document:
        message = "msg_code is K3Cloud's"
        raise FaultError(message)
    if document.get("operation", "*") not in {"*", *OPERATIONS}:
        message = f"no operation {document['operation']!r}; known are {', '.join(OPERATIONS)}"
        raise FaultError(message)
    known = sorted({each.value for each in Kind} - _FOREIGN | set(OWN_KINDS))
    if kind not in known:
        message = f"unknown kind {kind!r}; known are {', '.join(known)}"
        raise FaultError(message)
    if kind in OWN_KINDS:
        return {**document, "kind": Kind.MSGCODE.value, "msg_code": OWN_KINDS.index(kind)}
    return dict(document)


def _from_common(document: Mapping[str, Any]) -> dict[str, Any]:
    if document["kind"] != Kind.MSGCODE.value:
        return dict(document)
    shown = {name: value for name, value in document.items() if name != "msg_code"}
    return {**shown, "kind": OWN_KINDS[document.get("msg_code", _DEFAULT_CODE)]}


_DEFAULT_STATUS: Final = Fault(kind=Kind.MSGCODE).status
_DEFAULT_CODE: Final = Fault(kind=Kind.MSGCODE).msg_code
