"""Callers that die in the middle of their request: a killed worker is no defect of the simulator."""

from collections.abc import Awaitable, Callable

from aiohttp import web


@web.middleware
async def may_leave(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Nobody hears this answer; without it the log would show where the request was being read."""
    try:
        return await handler(request)
    except ConnectionResetError:
        return web.Response(status=400)
