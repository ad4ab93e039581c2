"""The JSON API of nobody in particular: its list, its documents, its switches, and how it words what goes wrong."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from simulators.common.faults import Fault, Kind
from simulators.common.jsontext import parsed
from simulators.jsonapi import answers, server
from simulators.jsonapi.api import LARGEST_PAGE, OPERATIONS, Asked, answer
from simulators.jsonapi.state import TOKEN, Settings, SettingsError, State, explained

ROWS = [{"id": f"P{at}", "amount": Decimal("1.10"), "paid_at": at} for at in (10, 20, 30)]


def state(**settings: str) -> State:
    made = State(settings=Settings().changed(settings))
    made.payments += [dict(row) for row in ROWS]
    return made


def read(body: bytes) -> Any:
    return parsed(body)


def ask(system: State, operation: str, body: object = None, *, token: str = TOKEN, **more: Any) -> tuple[int, Any]:
    content = b"" if body is None else json.dumps(body).encode()
    query = more.pop("query", {})
    reply = answer(system, Asked(operation, query, content, authorization=f"Bearer {token}", **more))
    return reply.status, read(reply.body)


def listed(system: State, *, start: int = 0, end: int = 100, page: int = 1, size: int = 50) -> list[str]:
    query = {"from": str(start), "to": str(end), "page": str(page), "size": str(size)}
    status, said = ask(system, "payments", query=query)
    assert (status, said["code"]) == (200, "OK")
    return [row["id"] for row in said["data"]["items"]]


def made(system: State, reference: str = "P1", **more: Any) -> tuple[int, Any]:
    key = more.pop("idempotency_key", "")
    body = {"reference": reference, "amount": "1.10", **more}
    return ask(system, "create", body, idempotency_key=key)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_nobody_gets_in_without_the_token(operation: str) -> None:
    """And nothing is done for whoever has another one."""
    system = state()
    status, said = ask(system, operation, {"reference": "P1", "amount": "1"}, token="another")
    assert (status, said["code"]) == (401, "UNAUTHENTICATED")
    assert system.documents == {}


@pytest.mark.parametrize(("bounds", "found"), [("[)", ["P10", "P20"]), ("[]", ["P10", "P20", "P30"]), ("()", ["P20"])])
def test_a_window_has_the_ends_that_the_switch_says(bounds: str, found: list[str]) -> None:
    """Vendors differ, and rows at an end are the ones that get lost."""
    assert listed(state(bounds=bounds), start=10, end=30) == found


@pytest.mark.parametrize(
    ("reading", "first", "second"), [("page_1", 1, 2), ("page_0", 0, 1), ("offset_0", 0, 2), ("offset_1", 1, 3)]
)
def test_a_page_is_counted_as_the_switch_says(reading: str, first: int, second: int) -> None:
    """By pages or by rows, from zero or from one; a number below the first is refused."""
    system = state(reading=reading)
    assert listed(system, page=first, size=2) == ["P10", "P20"]
    assert listed(system, page=second, size=2) == ["P30"]
    query = {"from": "0", "to": "100", "page": str(first - 1), "size": "2"}
    assert ask(system, "payments", query=query)[0] == 400


@pytest.mark.parametrize("wrong", [{"size": "0"}, {"size": str(LARGEST_PAGE + 1)}, {"page": "x"}, {"to": ""}])
def test_a_question_that_is_none_is_refused(wrong: dict[str, str]) -> None:
    """400, and no row."""
    query = {"from": "0", "to": "100", "page": "1", "size": "2", **wrong}
    status, said = ask(state(), "payments", query=query)
    assert (status, said["code"], said["data"]) == (400, "INVALID", None)


def test_the_list_can_be_asked_by_post_as_well() -> None:
    """The query in the body."""
    status, said = ask(state(), "payments", {"from": 0, "to": 25, "page": 1, "size": 9})
    assert status == 200
    assert [row["id"] for row in said["data"]["items"]] == ["P10", "P20"]


@pytest.mark.parametrize(
    ("empty", "status", "data"),
    [
        ("[]", 200, {"total": 0, "items": []}),
        ("null", 200, {"total": 0, "items": None}),
        ("absent", 200, {"total": 0}),
        ("404", 404, None),
    ],
)
def test_nothing_looks_as_the_switch_says(empty: str, status: int, data: Any) -> None:
    """What a client must not take for an error, or for the end."""
    query = {"from": "50", "to": "60", "page": "1", "size": "9"}
    found = ask(state(empty=empty), "payments", query=query)
    assert (found[0], found[1]["data"]) == (status, data)


@pytest.mark.parametrize(("amounts", "shown"), [("number", Decimal("1.10")), ("text", "1.10")])
def test_money_keeps_its_digits(amounts: str, shown: object) -> None:
    """As a number or as text, in the list and on a document, never through a float."""
    system = state(amounts=amounts)
    query = {"from": "0", "to": "100", "page": "1", "size": "9"}
    row = ask(system, "payments", query=query)[1]["data"]["items"][0]
    document = made(system)[1]["data"]
    assert (repr(row["amount"]), repr(document["amount"])) == (repr(shown), repr(shown))


def test_a_document_is_made_found_and_read() -> None:
    """With what was sent; another reference is not found, another id not there."""
    system = state()
    status, said = made(system, document="FK-1")
    assert status == 201
    document = said["data"]
    assert (document["reference"], document["document"], document["status"]) == ("P1", "FK-1", "POSTED")
    assert ask(system, "find", query={"reference": "P1"})[1]["data"]["items"] == [document]
    assert ask(system, "find", query={"reference": "P2"})[1]["data"]["items"] == []
    assert ask(system, "read", id=document["id"]) == (200, {"code": "OK", "message": "ok", "data": document})
    assert ask(system, "read", id="d-9")[0] == 404


@pytest.mark.parametrize("body", [{"reference": "P1"}, {"reference": "P1", "amount": "much"}])
def test_a_document_without_its_amount_is_not_made(body: dict[str, str]) -> None:
    """A definite no."""
    system = state()
    assert ask(system, "create", body)[0] == 422
    assert made(system, account="unknown")[0] == 422
    assert system.documents == {}


def test_a_second_document_of_a_reference_is_what_the_switch_says() -> None:
    """Most systems make it, which is why a lost answer is not simply asked again."""
    careless, careful = state(), state(twice="refused")
    assert [made(careless)[0], made(careless)[0]] == [201, 201]
    assert [made(careful)[0], made(careful)[0]] == [201, 409]
    assert (len(careless.documents), len(careful.documents)) == (2, 1)


def test_a_key_that_was_seen_gets_the_first_answer() -> None:
    """Where the system keeps that promise."""
    keeps, forgets = state(), state(keys="ignored")
    for system in (keeps, forgets):
        made(system, idempotency_key="K1")
        made(system, "P2", idempotency_key="K1")
    assert [one.reference for one in keeps.documents.values()] == ["P1"]
    assert [one.reference for one in forgets.documents.values()] == ["P1", "P2"]


@pytest.mark.parametrize(("search", "status", "found"), [("ignored", 200, 2), ("refused", 400, None)])
def test_a_search_may_not_be_understood(search: str, status: int, found: int | None) -> None:
    """Then it shows everybody's documents, or refuses."""
    system = state(search=search)
    made(system, "P1")
    made(system, "P2")
    seen, said = ask(system, "find", query={"reference": "P1"})
    assert seen == status
    assert (len(said["data"]["items"]) if said["data"] else None) == found


def test_switches_are_checked_before_any_is_moved() -> None:
    """One that there is not, or a value that it cannot have; `--help` names each."""
    before = Settings()
    for wrong in ({"readings": "page_1"}, {"reading": "page_9"}, {"search": "ignored", "twice": "never"}):
        with pytest.raises(SettingsError, match="known are"):
            before.changed(wrong)
    assert all(f"  {name} = " in explained() for name in ("reading", "search", "keys"))


def test_reset_is_as_it_was_started() -> None:
    """Rows, documents, keys, switches and faults are gone; the token stays."""
    system = state(search="ignored")
    made(system, idempotency_key="K1")
    system.reset()
    assert (system.payments, system.documents, system.answers, system.settings) == ([], {}, {}, Settings())
    assert system.token == TOKEN


def test_what_is_loaded_is_in_the_books() -> None:
    """Rows of the list, and documents of others."""
    system = State()
    document = {"id": "d-9", "number": "DOC9", "reference": "P9", "amount": "1.00"}
    assert server.load(system, {"payments": ROWS, "documents": [document]}) == {"payments": 3, "documents": 1}
    assert ask(system, "find", query={"reference": "P9"})[1]["data"]["items"][0]["number"] == "DOC9"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (Fault(Kind.THROTTLE), 429, "SLOW_DOWN"),
        (Fault(Kind.LOST_SESSION), 401, "UNAUTHENTICATED"),
        (Fault(Kind.MSGCODE, status=409), 409, "ERROR"),
    ],
)
def test_faults_are_worded_as_this_system_words_them(fault: Fault, status: int, code: str) -> None:
    """Throttled with the time to wait, an expired token, an error of its own."""
    reply = answers.spoilt(fault)
    assert (reply.status, read(reply.body)["code"]) == (status, code)
    assert ("Retry-After" in (reply.headers or {})) is (status == 429)
