"""The control API under `/_sim/`: fill the books, switch settings, plan faults, look at what happened. JSON both ways.

| call                | body                                                                                     |
| ------------------- | ---------------------------------------------------------------------------------------- |
| POST /_sim/reset    | `{}` for all, or `{"only": ["ban", "tokens"]}`; credentials stay                          |
| POST /_sim/load     | `{"credentials", "payments", "reimbursements", "accounts", "scripted", "replace": false}` |
| POST /_sim/settings | `{"paging_reading": "B"}`; GET lists all with default, choices and meaning               |
| POST /_sim/faults   | `{"faults": [{"kind": "cut_body", "operation": "paid_list", "nth": 2}]}` replaces the plan |
| POST /_sim/clock    | `{"advance_seconds": 1801}`                                                              |
| GET  /_sim/books    | every row with what is hidden from clients, derived document status, counters            |
| GET  /_sim/calls    | counts per operation, logins, most at once, the last requests (`?last=20`)               |
| POST /_sim/calls/reset | counts at zero                                                                        |

A request that cannot be understood is answered with 400 and `{"error": …}`, and changes nothing.
"""

import dataclasses
import json
from collections.abc import Awaitable, Callable
from time import process_time
from typing import Any, Final

from aiohttp import web

from simulators.common.http import JSON_HEADERS
from simulators.common.jsontext import Json, JsonObject, parsed_object, written
from simulators.maycur import scripts, voices
from simulators.maycur.books import Books
from simulators.maycur.login import Credentials
from simulators.maycur.settings import explained
from simulators.maycur.tenant import PARTS, Tenant

Control = Callable[[Tenant, web.Request, bytes], object]
_LOADABLE: Final = frozenset({"credentials", "payments", "reimbursements", "accounts", "scripted", "replace"})
_LAST_CALLS: Final = 50


class ControlError(ValueError):
    """A request to the control API that cannot be understood; the text says what would be."""


def add_routes(app: web.Application, tenant: Tenant) -> None:
    """Put the control API beside the vendor's paths."""
    for method, path, control in (
        ("POST", "reset", reset),
        ("POST", "load", load),
        ("POST", "settings", change_settings),
        ("GET", "settings", show_settings),
        ("POST", "faults", plan_faults),
        ("GET", "faults", show_faults),
        ("POST", "clock", move_clock),
        ("GET", "books", show_books),
        ("GET", "calls", show_calls),
        ("POST", "calls/reset", reset_calls),
        ("GET", "health", health),
    ):
        app.router.add_route(method, f"/_sim/{path}", _handler(tenant, control))


def reset(tenant: Tenant, _: web.Request, body: bytes) -> object:
    """Put everything, or the parts named in `only`, back to how the server was started; credentials stay."""
    only = parsed_object(body).get("only", list(PARTS))
    if not isinstance(only, list) or not set(map(str, only)) <= set(PARTS):
        message = f"`only` lists some of {', '.join(PARTS)}"
        raise ControlError(message)
    tenant.reset(map(str, only))
    return {"reset": only}


def load(tenant: Tenant, _: web.Request, body: bytes) -> object:
    """Fill the books; `replace` empties them (and the scripts) first."""
    return loaded(tenant, parsed_object(body))


def loaded(tenant: Tenant, document: JsonObject) -> dict[str, int]:
    """The same for a document that is at hand. All of it or, with an error, nothing."""
    if unknown := sorted(document.keys() - _LOADABLE):
        message = f"unknown {unknown}; known are {sorted(_LOADABLE)}"
        raise ControlError(message)
    payments, forms = _objects(document, "payments"), _objects(document, "reimbursements")
    now_ms = tenant.clock.now_ms()
    scripted = [scripts.script(each, now_ms=now_ms) for each in _objects(document, "scripted")]
    credentials = _credentials(document.get("credentials"))
    books = Books() if document.get("replace") is True else tenant.books
    Books().load_forms(forms)  # a load is all or nothing: forms that would be refused are refused before payments
    books.load_payments(payments)
    books.load_forms(forms)
    if books is not tenant.books:
        tenant.reset(("books", "scripted"))
        tenant.books = books
    tenant.books.accounts |= set(map(str, _list(document, "accounts")))
    tenant.stage.waiting += scripted
    if credentials is not None:
        tenant.desk.credentials = credentials
    tenant.play_scripts()
    return {"payments": len(payments), "reimbursements": len(forms), "scripted": len(scripted)}


def change_settings(tenant: Tenant, _: web.Request, body: bytes) -> object:
    """Replace some settings; answers with all of them."""
    tenant.settings = tenant.settings.changed(parsed_object(body))
    return tenant.settings.values()


def show_settings(tenant: Tenant, _: web.Request, __: bytes) -> object:
    """Every setting with value, default, choices and meaning."""
    values = tenant.settings.values()
    return {each.name: {"value": values[each.name], **dataclasses.asdict(each)} for each in explained()}


def plan_faults(tenant: Tenant, _: web.Request, body: bytes) -> object:
    """Replace the plan of faults; an empty list heals."""
    document: Any = json.loads(body or b"{}")  # seconds and shares are floats here, there is no money in a fault
    faults = document.get("faults", []) if isinstance(document, dict) else document
    if not isinstance(faults, list) or not all(isinstance(each, dict) for each in faults):
        message = 'a plan is {"faults": [{"kind": …, "operation": …}]}'
        raise ControlError(message)
    tenant.faults = voices.plan(faults)
    return {"faults": voices.plan_to_json(tenant.faults)}


def show_faults(tenant: Tenant, _: web.Request, __: bytes) -> object:
    """The plan, with the calls that each fault has seen and struck."""
    return {"faults": voices.plan_to_json(tenant.faults)}


def move_clock(tenant: Tenant, _: web.Request, body: bytes) -> object:
    """Move the server's clock forward: tokens age, scripts become due."""
    seconds = parsed_object(body).get("advance_seconds", 0)
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        message = "advance_seconds is a whole number"
        raise ControlError(message)
    tenant.clock.offset_seconds += seconds
    tenant.play_scripts()
    return {"now_ms": tenant.clock.now_ms()}


def show_books(tenant: Tenant, _: web.Request, __: bytes) -> object:
    """Everything on the books, with what no client is shown."""
    tenant.play_scripts()
    books = tenant.books
    return {
        "payments": [{**row.fields, **row.controls()} for row in books.payments.values()],
        "reimbursements": [{**row.fields, **row.controls()} for row in books.forms.values()],
        "documents": {document: str(books.status_of(document) or "") for document in books.documents()},
        "accounts": sorted(books.accounts),
        "scripted": [each.to_json() for each in tenant.stage.waiting],
        "counters": {**_counters(tenant), "payments": len(books.payments), "listed": books.listed},
    }


def show_calls(tenant: Tenant, request: web.Request, __: bytes) -> object:
    """Counts since the start or the last reset, and the last requests, newest last."""
    wanted = int(request.query.get("last", _LAST_CALLS))
    last = list(tenant.calls.last)[-wanted:] if wanted > 0 else []
    return {**_counters(tenant), "last": [call.to_json() for call in last]}


def reset_calls(tenant: Tenant, _: web.Request, __: bytes) -> object:
    """Counts at zero."""
    tenant.reset(("calls",))
    return {"reset": ["calls"]}


def health(tenant: Tenant, _: web.Request, __: bytes) -> object:
    """Up, what time it is here, and how much of a core this process has used."""
    return {"ok": True, "now_ms": tenant.clock.now_ms(), "cpu_seconds": process_time()}


# ------------------------------------------------------------------------------------------------------------------


def _handler(tenant: Tenant, control: Control) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        body = await request.read()
        try:
            answer = control(tenant, request, body)
        except (ValueError, TypeError) as error:
            return web.Response(status=400, text=written({"error": str(error)}), headers=JSON_HEADERS)
        return web.Response(text=written(answer), headers=JSON_HEADERS)

    return handle


def _counters(tenant: Tenant) -> dict[str, object]:
    calls, desk = tenant.calls, tenant.desk
    return {
        "counts": dict(calls.counts),
        "answered": dict(calls.answered),
        "faulted": dict(calls.faulted),
        "in_flight": calls.in_flight,
        "max_in_flight": calls.max_in_flight,
        "logins": desk.attempts,
        "tokens_issued": desk.issued,
        "account_disabled": desk.disabled,
        "scripts_played": tenant.stage.played,
        "scripts_failed": list(tenant.stage.failed),
    }


def _credentials(value: Json) -> Credentials | None:
    if value is None:
        return None
    if not isinstance(value, dict) or value.keys() != {"app_code", "app_secret"}:
        message = "credentials are {app_code, app_secret}"
        raise ControlError(message)
    return Credentials(str(value["app_code"]), str(value["app_secret"]))


def _list(document: JsonObject, name: str) -> list[Json]:
    value = document.get(name) or []
    if not isinstance(value, list):
        message = f"`{name}` is a list"
        raise ControlError(message)
    return value


def _objects(document: JsonObject, name: str) -> list[JsonObject]:
    found = [each for each in _list(document, name) if isinstance(each, dict)]
    if len(found) != len(_list(document, name)):
        message = f"`{name}` holds objects"
        raise ControlError(message)
    return found
