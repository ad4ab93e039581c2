"""The HTTP side: Maycur's paths, the fault around each answer, and the control API beside them."""

from collections.abc import Awaitable, Callable
from email.utils import formatdate
from functools import partial
from typing import Final

from aiohttp import web

from simulators.common import http
from simulators.common.callers import may_leave
from simulators.common.calls import Call
from simulators.maycur import control, voices
from simulators.maycur.tenant import Asked, Tenant

BASE: Final = "/api/openapi"
ROUTES: Final = (  # method, path below the base, operation, variant
    ("POST", "/auth/login", "login", ""),
    ("POST", "/paymenttransaction/paid/list", "paid_list", ""),
    ("POST", "/paymenttransaction/list", "cursor_list", ""),
    ("POST", "/paymenttransaction/update", "update", ""),
    ("POST", "/paymenttransaction/update/noSequence", "update", "noSequence"),
    ("POST", "/form/reimburse", "reimburse_list", ""),
    ("GET", "/form/reimburse/{code}", "reimburse_detail", ""),
    ("GET", "/form/reimburse/noFile/{code}", "reimburse_detail", ""),
)
_LARGEST_BODY: Final = 1 << 30

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(tenant: Tenant | None = None) -> web.Application:
    """The application of one tenant; a fresh one unless given."""
    tenant = tenant or Tenant()
    app = web.Application(middlewares=[may_leave], client_max_size=_LARGEST_BODY)
    for method, path, operation, variant in ROUTES:
        app.router.add_route(method, BASE + path, _handler(tenant, operation, variant))
    control.add_routes(app, tenant)
    app.on_shutdown.append(partial(_stop, tenant))
    return app


# ------------------------------------------------------------------------------------------------------------------


def _handler(tenant: Tenant, operation: str, variant: str) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        body, calls = await request.read(), tenant.calls
        call = calls.arrived(operation, request.path, body, at_ms=tenant.clock.now_ms())
        asked = Asked(
            operation,
            body,
            token=request.headers.get("tokenId", ""),
            ent_code=request.headers.get("entCode", ""),
            code=request.match_info.get("code", ""),
            variant=variant,
        )
        try:
            return await _answered(tenant, request, asked, call)
        finally:
            calls.left()

    return handle


async def _answered(tenant: Tenant, request: web.Request, asked: Asked, call: Call) -> web.StreamResponse:
    faults = tenant.faults
    fault = faults.next_for(asked.operation, asked.body.decode(errors="replace")) if faults.faults else None
    if fault is not None:
        tenant.calls.struck(call, voices.name_of(fault))
    effect = partial(tenant.answer, asked, call)
    response = await http.answer(request, fault, effect, voice=tenant.words_for, late=tenant.late)
    if tenant.clock.offset_seconds and not response.prepared:
        response.headers["Date"] = formatdate(tenant.clock.now(), usegmt=True)
    return response


async def _stop(tenant: Tenant, _: web.Application) -> None:
    tenant.late.cancel()
