"""The control API under /_sim/: load, settings, faults, books, calls. JSON, without credentials; not K3Cloud's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import process_time
from typing import Any

from aiohttp import web

from simulators.common.faults import FaultError, FaultPlan
from simulators.common.http import JSON_HEADERS
from simulators.k3cloud import jsontext
from simulators.k3cloud.forms import PAYAPPLY
from simulators.k3cloud.inspection import bill_by_hand, bill_json, books_json, void_by_hand
from simulators.k3cloud.loading import LoadError, load, mend
from simulators.k3cloud.settings import SettingError
from simulators.k3cloud.state import State

STATE = web.AppKey("state", State)
Handler = Callable[[State, web.Request, Any], object]


def routes() -> list[web.RouteDef]:
    """Every route of the control API."""
    return [
        web.get("/_sim/health", _handler(lambda _state, _request, _body: {"ok": True, "cpu_seconds": process_time()})),
        web.post("/_sim/reset", _handler(_reset)),
        web.post("/_sim/load", _handler(lambda state, _, body: {"loaded": load(state, body)})),
        web.get("/_sim/settings", _handler(lambda state, _request, _body: state.settings.to_json())),
        web.post("/_sim/settings", _handler(_settings)),
        web.get("/_sim/faults", _handler(lambda state, _request, _body: state.plan.to_json())),
        web.post("/_sim/faults", _handler(_faults)),
        web.get("/_sim/books", _handler(lambda state, _request, _body: books_json(state))),
        web.get("/_sim/calls", _handler(_calls)),
        web.post("/_sim/calls/reset", _handler(_forget_calls)),
        web.post("/_sim/sessions/forget", _handler(_forget_sessions)),
        web.post("/_sim/applications/{number}", _handler(_mend)),
        web.post("/_sim/bills", _handler(lambda state, _, body: bill_json(state, bill_by_hand(state, body)))),
        web.post("/_sim/void/{id}", _handler(_void)),
    ]


def _handler(act: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    """JSON in, JSON out; what cannot be understood is 400 with the reason."""

    async def handle(request: web.Request) -> web.Response:
        text = await request.text()
        try:
            answer, code = act(request.app[STATE], request, jsontext.loads(text) if text.strip() else {}), 200
        except (LoadError, SettingError, FaultError) as error:
            answer, code = {"error": str(error)}, 400
        except (KeyError, TypeError, ValueError) as error:
            answer, code = {"error": f"{type(error).__name__}: {error}"}, 400
        return web.Response(status=code, body=jsontext.dumps(answer).encode(), headers=JSON_HEADERS)

    return handle


def _reset(state: State, _request: web.Request, _body: object) -> object:
    state.reset()
    load(state, {})
    return {"reset": True}


def _settings(state: State, _request: web.Request, body: dict[str, Any]) -> object:
    state.settings = state.settings.updated(body)
    return state.settings.to_json()


def _faults(state: State, _request: web.Request, body: Any) -> object:
    state.plan = FaultPlan.from_json(body["faults"] if isinstance(body, dict) else body)
    return state.plan.to_json()


def _calls(state: State, _request: web.Request, _body: object) -> object:
    calls = state.calls
    return {
        "counts": dict(calls.counts),
        "total": calls.counts.total(),
        "faults": dict(calls.faults),
        "in_flight": calls.in_flight,
        "max_in_flight": calls.max_in_flight,
        "sessions_opened": state.sessions.opened,
        "last": list(calls.last),
    }


def _forget_calls(state: State, _request: web.Request, _body: object) -> object:
    calls = state.calls
    calls.counts.clear()
    calls.faults.clear()
    calls.last.clear()
    calls.max_in_flight = calls.in_flight
    return {"reset": True}


def _forget_sessions(state: State, _request: web.Request, _body: object) -> object:
    forgotten = len(state.sessions.live)
    state.sessions.forget_all()
    return {"forgotten": forgotten}


def _mend(state: State, request: web.Request, body: dict[str, Any]) -> object:
    number = request.match_info["number"]
    application = state.books.by_number(PAYAPPLY, number)
    if application is None:
        message = f"no application {number}"
        raise LoadError(message)
    mend(state, application, body)
    return {"number": application.number, "status": application.status}


def _void(state: State, request: web.Request, _body: object) -> object:
    return bill_json(state, void_by_hand(state, int(request.match_info["id"])))
