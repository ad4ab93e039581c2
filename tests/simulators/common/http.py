"""One fault applied around one answer, with aiohttp: the only place that knows how a connection is spoilt."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from aiohttp import web

from simulators.common.faults import Fault, Kind

JSON_HEADERS: Mapping[str, str] = {"Content-Type": "application/json; charset=utf-8"}
TEXT_HEADERS: Mapping[str, str] = {"Content-Type": "text/plain; charset=utf-8"}
HTML_HEADERS: Mapping[str, str] = {"Content-Type": "text/html; charset=utf-8"}
_LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Login</title></head><body>{text}</body></html>"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Reply(NamedTuple):
    """A whole answer: what a handler would send if nothing went wrong."""

    status: int
    body: bytes
    headers: Mapping[str, str] = JSON_HEADERS


Effect = Callable[[], Reply]  # does the work of the call, at once and without awaiting, and says the answer
Voice = Callable[[Fault], Reply]  # how this vendor words response_error, msgcode, throttle, lost_session


@dataclass(slots=True)
class LateWork:
    """Effects that are still to come although their caller has gone."""

    pending: set[asyncio.TimerHandle] = field(default_factory=set)

    def schedule(self, seconds: float, effect: Effect) -> None:
        """Let `effect` happen in `seconds`; its answer goes nowhere."""
        loop = asyncio.get_running_loop()

        def land() -> None:
            self.pending.discard(handle)
            effect()

        handle = loop.call_later(seconds, land)
        self.pending.add(handle)

    def cancel(self) -> None:
        """Forget what has not happened yet (used by reset)."""
        for handle in self.pending:
            handle.cancel()
        self.pending.clear()


async def answer(
    request: web.Request, fault: Fault | None, effect: Effect, *, voice: Voice, late: LateWork
) -> web.StreamResponse:
    """Do the work and answer, or do what `fault` says instead."""
    if fault is None:
        return whole(effect())
    match fault.kind:
        case Kind.DELAY:
            response: web.StreamResponse = await _delayed(fault, effect)
        case Kind.REFUSE | Kind.RESET_BEFORE:
            response = _cut_off(request, reset=fault.kind is Kind.RESET_BEFORE)
        case Kind.RESET_AFTER:
            effect()
            response = _cut_off(request, reset=True)
        case Kind.LATE_COMMIT:
            late.schedule(fault.seconds, effect)
            await asyncio.sleep(fault.hold_seconds)
            response = _cut_off(request, reset=True)
        case Kind.CUT_BODY:
            response = await _half(request, effect())
        case _:
            if fault.has_effect:
                effect()
            response = whole(_spoilt(fault, voice))
    return response


def whole(reply: Reply) -> web.Response:
    """The answer as it should be."""
    return web.Response(status=reply.status, body=reply.body, headers=reply.headers)


async def _delayed(fault: Fault, effect: Effect) -> web.Response:
    if not fault.has_effect:
        await asyncio.sleep(fault.seconds)
        return whole(effect())
    reply = effect()
    await asyncio.sleep(fault.seconds)
    return whole(reply)


def _spoilt(fault: Fault, voice: Voice) -> Reply:
    match fault.kind:
        case Kind.STATUS:
            return Reply(fault.status, fault.text.encode(), HTML_HEADERS)
        case Kind.EMPTY_BODY:
            return Reply(200, b"", JSON_HEADERS)
        case Kind.HTML:
            return Reply(200, _LOGIN_PAGE.format(text=fault.text or "请登录").encode(), HTML_HEADERS)
        case _:
            return voice(fault)


async def _half(request: web.Request, reply: Reply) -> web.StreamResponse:
    """Promise the whole length, send half of it, hang up."""
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    response.content_length = len(reply.body)
    await response.prepare(request)
    await response.write(reply.body[: len(reply.body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


def _cut_off(request: web.Request, *, reset: bool) -> web.Response:
    """Drop the connection, with a reset (RST) or by closing it; the response returned reaches nobody."""
    transport = request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        if reset and sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.abort()
    return web.Response(status=500)
