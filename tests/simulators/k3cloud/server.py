"""The HTTP server: who may come in, which operation it is, what goes wrong, and the answer's bytes."""

from __future__ import annotations

import asyncio
import functools
from typing import Any

from aiohttp import web
from multidict import CIMultiDict

from simulators.common.callers import may_leave
from simulators.common.faults import Fault, Kind
from simulators.common.http import HTML_HEADERS, JSON_HEADERS, TEXT_HEADERS, Reply, answer, whole
from simulators.k3cloud import control, jsontext, protocol
from simulators.k3cloud.answers import SESSION_LOST, FrameworkError, RefusedError
from simulators.k3cloud.dispatch import perform, refused_as
from simulators.k3cloud.loading import load
from simulators.k3cloud.sessions import offered_id, set_cookies
from simulators.k3cloud.signatures import StampRule, Verdict, judge
from simulators.k3cloud.state import State

_TEXTS = {1: SESSION_LOST, 4: "异常", 6: "数据库操作失败", 7: "许可错误", 13: "网控冲突", 14: "调用限制"}
_LOGIN_PAGE = "<!DOCTYPE html><html><title>金蝶云星空 登录</title></html>".encode()
_MOST_KEPT = 4_000


def make_app(state: State | None = None) -> web.Application:
    """The whole simulator as an aiohttp application."""
    app = web.Application(middlewares=[may_leave], client_max_size=64 * 2**20)
    app[control.STATE] = state or State()
    load(app[control.STATE], {})
    app.add_routes(control.routes())
    app.router.add_route("POST", "/{path:.*}", _serve)
    return app


async def _serve(request: web.Request) -> web.StreamResponse:
    """One call from its first byte to its last."""
    state = request.app[control.STATE]
    operation = protocol.operation_of(request.path)
    if operation is None:
        return whole(Reply(404, b"<html><body>404</body></html>", HTML_HEADERS))
    body = await request.read()
    calls, books = state.calls, state.books
    number = calls.begin(operation)
    try:
        fault = _struck(state, operation, body)
        _remember(state, request, operation, body, fault)
        await _wait(state, request, operation)
        reply = functools.partial(_reply, state, request, operation, body, number)

        def effect() -> Reply:
            return reply() if state.books is books else Reply(503, b"")  # reset in between: nothing happens any more

        return await answer(request, fault, effect, voice=functools.partial(_voice, state, operation), late=state.late)
    finally:
        calls.end()


def _struck(state: State, operation: str, body: bytes) -> Fault | None:
    """What goes wrong with this call, by plan or because too many are in flight."""
    fault = state.plan.next_for(operation, body.decode("utf-8", "replace")) if state.plan.faults else None
    most = state.settings.max_in_flight
    if fault is None and most and state.calls.in_flight > most:
        fault = Fault(Kind.THROTTLE)
    if fault is not None:
        state.calls.faults[fault.kind] += 1
    return fault


def _remember(state: State, request: web.Request, operation: str, body: bytes, fault: Fault | None) -> None:
    state.calls.last.append(
        {
            "operation": operation,
            "path": request.raw_path,
            "body": body[:_MOST_KEPT].decode("utf-8", "replace"),
            "fault": fault.kind.value if fault else None,
        }
    )


async def _wait(state: State, request: web.Request, operation: str) -> None:
    settings = state.settings
    milliseconds = settings.latency_ms_by_operation.get(operation, settings.latency_ms)
    if settings.first_call_ms and offered_id(request.headers) not in state.sessions.live:
        milliseconds += settings.first_call_ms
    if milliseconds:
        await asyncio.sleep(milliseconds / 1000)


def _reply(state: State, request: web.Request, operation: str, body: bytes, number: int) -> Reply:
    """Let the caller in, do the work, write the answer."""
    headers = CIMultiDict(JSON_HEADERS)
    try:
        user = _admitted(state, request, operation, headers)
    except _DeadSessionError:
        return Reply(200, _LOGIN_PAGE, HTML_HEADERS)
    except _AccountError:
        return Reply(500, b"Fail to verify thirty passport", TEXT_HEADERS)
    except RefusedError as refused:
        return Reply(200, _document(state, refused_as(state, operation, refused)), headers)
    try:
        call = protocol.unwrap(operation, body, request.headers.get("Content-Type", ""), user)
    except FrameworkError as error:
        headers.update(TEXT_HEADERS)
        return Reply(200, _response_error(state, str(error)), headers)
    return Reply(200, _document(state, perform(state, call, number)), headers)


class _DeadSessionError(Exception):
    """The session is no more, and a page is all that is said."""


class _AccountError(Exception):
    """The data centre is not ours."""


def _admitted(state: State, request: web.Request, operation: str, headers: CIMultiDict[str]) -> str:
    """The user in whose name the call runs. Opens a session where the signature was needed."""
    settings = state.settings
    if not settings.check_signatures or operation == "GetDataCenterList":
        return state.credentials[0].user_name
    session = state.sessions.find(offered_id(request.headers), idle_seconds=settings.session_idle_seconds)
    if session is not None and settings.session_masks_credentials:
        return session.user_name
    if session is None and offered_id(request.headers):
        _refuse_dead(settings.dead_session)
    stamps = StampRule(settings.millisecond_stamps, settings.clock_window_minutes, state.unix())
    found = judge(request.headers, request.raw_path.partition("?")[0], state.credentials, stamps)
    match found.verdict:
        case Verdict.WRONG_ACCOUNT:
            raise _AccountError
        case Verdict.STALE:
            raise RefusedError(1, found.cause)
        case Verdict.BAD:
            raise RefusedError(1, SESSION_LOST)
    if session is None:
        for name, value in set_cookies(state.sessions.open(found.user_name)):
            headers.add(name, value)
    return found.user_name


def _refuse_dead(how: str) -> None:
    """Nothing is executed; how that is said is the tenant's."""
    match how:
        case "coded":
            raise RefusedError(1, SESSION_LOST)
        case "worded":
            raise RefusedError(0, "用户登录状态异常，请联系管理员")
        case "page":
            raise _DeadSessionError


def _voice(state: State, operation: str, fault: Fault) -> Reply:
    """How K3Cloud words a fault."""
    match fault.kind:
        case Kind.RESPONSE_ERROR:
            return Reply(200, _response_error(state, fault.text or "未将对象引用设置到对象的实例。"), TEXT_HEADERS)
        case Kind.LOST_SESSION:
            state.sessions.forget_all()
            code = 1
        case Kind.THROTTLE:
            code = 14
        case _:
            code = fault.msg_code
    refused = RefusedError(code, fault.text or _TEXTS.get(code, "错误"))
    return Reply(200, _document(state, refused_as(state, operation, refused)))


def _response_error(state: State, text: str) -> bytes:
    return f"response_error:发生时间：{state.now():%Y-%m-%d %H:%M:%S} 错误信息：{text}".encode()


def _document(state: State, content: Any) -> bytes:
    return jsontext.dumps(content, date_separator=state.settings.date_separator).encode()
