"""The HTTP side: the paths, the fault around each answer, and the control API under /_sim/.

| call                   | body                                                                              |
| ---------------------- | --------------------------------------------------------------------------------- |
| POST /_sim/reset       | everything as it was started                                                      |
| POST /_sim/load        | `{"payments": [{"id", "document", "amount", "paid_at", …}], "documents": [{…}]}`  |
| POST /_sim/settings    | `{"reading": "offset_0"}`                                                         |
| POST /_sim/faults      | `[{"kind": "reset_after", "operation": "create"}]` replaces the plan              |
| GET  /_sim/books       | payments, documents, switches                                                     |
| GET  /_sim/calls       | counts per operation, most at once, the last requests                             |
| POST /_sim/calls/reset | counts at zero                                                                    |
"""

import dataclasses
import itertools
import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from aiohttp import web

from simulators.common import http
from simulators.common.callers import may_leave
from simulators.common.calls import CallLog
from simulators.common.faults import FaultPlan
from simulators.common.http import JSON_HEADERS
from simulators.common.jsontext import parsed, written
from simulators.jsonapi import answers
from simulators.jsonapi.api import Asked, answer
from simulators.jsonapi.state import Document, State

BASE: Final = "/api/v1"
ROUTES: Final = (
    ("GET", "/payments", "payments"),
    ("POST", "/payments/search", "payments"),
    ("POST", "/documents", "create"),
    ("GET", "/documents", "find"),
    ("GET", "/documents/{id}", "read"),
)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Control = Callable[[State, Any], object]


def make_app(state: State | None = None) -> web.Application:
    """The application of one system; a fresh one unless given."""
    state = state or State()
    app = web.Application(middlewares=[may_leave])
    for method, path, operation in ROUTES:
        app.router.add_route(method, BASE + path, _handler(state, operation))
    for method, path, control in _CONTROLS:
        app.router.add_route(method, f"/_sim/{path}", _control(state, control))
    app.on_shutdown.append(partial(_stop, state))
    return app


def load(state: State, given: Any) -> object:
    """Add to the books."""
    state.payments += given.get("payments", [])
    for one in given.get("documents", []):
        document = Document(**one)
        state.documents[document.id] = document
    return {"payments": len(state.payments), "documents": len(state.documents)}


# ----------------------------------------------------------------------------------------------------------------------


def _handler(state: State, operation: str) -> Handler:
    numbers = itertools.count()

    async def handle(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        call = state.calls.arrived(operation, request.path_qs, body, at_ms=next(numbers))
        asked = Asked(
            operation,
            dict(request.query),
            body,
            authorization=request.headers.get("Authorization", ""),
            idempotency_key=request.headers.get("Idempotency-Key", ""),
            id=request.match_info.get("id", ""),
        )
        told = body.decode(errors="replace") + request.path_qs
        fault = state.faults.next_for(operation, told) if state.faults.faults else None
        if fault is not None:
            state.calls.struck(call, fault.kind.value)
        try:
            effect = partial(answer, state, asked)
            return await http.answer(request, fault, effect, voice=answers.spoilt, late=state.late)
        finally:
            state.calls.left()

    return handle


def _control(state: State, control: Control) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        text = await request.text()
        try:
            found = control(state, parsed(text) if text.strip() else {})
        except (ValueError, TypeError, AttributeError) as error:
            return web.Response(status=400, text=json.dumps({"error": str(error)}), headers=JSON_HEADERS)
        return web.Response(text=written(found), headers=JSON_HEADERS)

    return handle


def _reset(state: State, _: Any) -> object:
    state.reset()
    return {}


def _settings(state: State, given: Any) -> object:
    state.settings = state.settings.changed(given)
    return dataclasses.asdict(state.settings)


def _faults(state: State, given: Any) -> object:
    state.faults = FaultPlan.from_json(given if isinstance(given, list) else given.get("faults", []))
    return state.faults.to_json()


def _books(state: State, _: Any) -> object:
    documents = [dataclasses.asdict(one) for one in state.documents.values()]
    return {"payments": state.payments, "documents": documents, "settings": dataclasses.asdict(state.settings)}


def _calls(state: State, _: Any) -> object:
    calls = state.calls
    return {
        "counts": dict(calls.counts),
        "max_in_flight": calls.max_in_flight,
        "last": [{"operation": one.operation, "path": one.path, "body": one.body.decode()} for one in calls.last],
    }


def _reset_calls(state: State, _: Any) -> object:
    state.calls = CallLog()
    return {}


def _health(_: State, __: Any) -> object:
    return {"ok": True}


async def _stop(state: State, _: web.Application) -> None:
    state.late.cancel()


_CONTROLS: Final[tuple[tuple[str, str, Control], ...]] = (
    ("POST", "reset", _reset),
    ("POST", "load", load),
    ("POST", "settings", _settings),
    ("POST", "faults", _faults),
    ("GET", "books", _books),
    ("GET", "calls", _calls),
    ("POST", "calls/reset", _reset_calls),
    ("GET", "health", _health),
)
