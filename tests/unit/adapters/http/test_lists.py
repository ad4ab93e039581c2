"""A page of any system's list: rows, no rows, or no answer to the question; never a guess."""

import json
from typing import Any, Final

import pytest

from paysync.adapters.http import answers
from paysync.adapters.replies import Page, Reply
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.exchanges import Listing, Verdicts
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown
from paysync.core.scheme import Condition

OK: Final = (Condition("body.code", "eq", "OK"),)
LISTING: Final = Listing(
    headers=(),
    verdicts=Verdicts(
        done_when=(OK, (Condition("body.rows", "egt", 0),), (Condition("body", "like", "["),)),
        busy_when=((Condition("status", "eq", 429),), (Condition("body.code", "eq", "LATER"),)),
        denied_when=((Condition("status", "eq", 401),), (Condition("body.code", "eq", "DENIED"),)),
    ),
    empty_when=((Condition("body.code", "eq", "NONE"),),),
)
ROWS: Final = [{"id": "a"}, {"id": "b"}]


def page(
    document: object, status: int = 200, *, row_path: str = "body.data.items", null_means_empty: bool = False
) -> Outcome[Page]:
    """The judged answer; bytes as they are."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return answers.page(Reply(status, body), LISTING, row_path=row_path, null_means_empty=null_means_empty)


def ok(data: Any, **more: Any) -> dict[str, Any]:
    """An answer that is recognised as success."""
    return {"code": "OK", "data": data, **more}


@pytest.mark.parametrize(
    ("document", "row_path", "total"),
    [
        (ok({"items": ROWS, "total": 7}, total=9), "body.data.items", 7),
        (ok({"items": ROWS}, total="9"), "body.data.items", 9),
        (ok({"items": ROWS}), "body.data.items", None),
        (ok(ROWS, total=2), "body.data", 2),
        (ROWS, "body", None),
    ],
)
def test_rows_come_with_the_total_that_lies_nearest(document: object, row_path: str, total: int | None) -> None:
    """In their order, with where they lay."""
    assert page(document, row_path=row_path) == Done(Page(tuple(ROWS), total, row_path))


@pytest.mark.parametrize(
    ("document", "row_path", "holds"),
    [
        (ok({"items": None}), "body.data.items", True),
        (ok(None), "body.data", True),
        (ok({"items": None, "total": 0}), "body.data.items", True),
        (ok({"items": None, "total": 3}), "body.data.items", False),
        (ok({"items": None}, total=3), "body.data.items", False),
        (ok({}), "body.data.items", False),
        (ok(None), "body.data.items", False),
        (ok("items"), "body.data.items", False),
        (ok({"items": {}}), "body.data.items", False),
        (ok({"items": ""}), "body.data.items", False),
    ],
)
def test_null_is_no_rows_only_where_the_scheme_says_so(document: object, row_path: str, *, holds: bool) -> None:
    """And only a null that stands there, beside no total that says otherwise."""
    empty = Done(Page((), None, row_path))
    assert (page(document, row_path=row_path, null_means_empty=True) == empty) == holds
    assert isinstance(page(document, row_path=row_path), Unknown)


def test_a_list_that_is_the_whole_answer_may_be_null_too() -> None:
    """The row path is `body` then."""
    listing = Listing((), Verdicts(((Condition("status", "eq", 200),),)), ())
    asked = [
        answers.page(Reply(200, body), listing, row_path="body", null_means_empty=means_empty)
        for body, means_empty in ((b"null", True), (b"null", False), (b"", True))
    ]
    assert asked[0] == Done(Page((), None, "body"))
    assert [one.diagnosis for one in asked[1:] if isinstance(one, Unknown)] == [
        Diagnosis.of(Code.HTTP_SHAPE, what="null at body"),
        Diagnosis.of(Code.HTTP_UNREADABLE, status=200),
    ]


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (ok({"items": [{"id": "a"}, "b"]}), "a row at body.data.items is no object"),
        (ok({"items": None}), "null at body.data.items"),
        (ok({"items": {"id": "a"}}), "no list at body.data.items"),
        (ok({"rows": []}), "no list at body.data.items"),
        (ok(7), "no list at body.data.items"),
        ({"rows": "many"}, "body.rows is not a plain number, so the scheme's condition cannot judge it"),
    ],
)
def test_another_shape_says_where_it_differs(document: object, what: str) -> None:
    """The words are an operator's."""
    assert page(document) == Unknown(Diagnosis.of(Code.HTTP_SHAPE, what=what))


@pytest.mark.parametrize(
    ("document", "status", "failure"),
    [
        ({}, 401, DefinitelyNot(Diagnosis.of(Code.HTTP_CREDENTIALS, vendor="HTTP 401"))),
        (b"<html>", 401, DefinitelyNot(Diagnosis.of(Code.HTTP_CREDENTIALS, vendor="HTTP 401"))),
        (
            {"code": "DENIED", "msg": "token expired"},
            503,
            DefinitelyNot(Diagnosis.of(Code.HTTP_CREDENTIALS, vendor="HTTP 503 token expired")),
        ),
        ({}, 429, DefinitelyNot(Diagnosis.of(Code.HTTP_BUSY, vendor="HTTP 429"), transient=True)),
        (
            {"code": "LATER", "title": "busy"},
            503,
            DefinitelyNot(Diagnosis.of(Code.HTTP_BUSY, vendor="HTTP 503 busy"), transient=True),
        ),
        (
            {"code": "NO", "detail": "no such filter"},
            499,
            DefinitelyNot(Diagnosis.of(Code.HTTP_REFUSED, vendor="HTTP 499 no such filter")),
        ),
        (ok({"items": ROWS}), 500, Unknown(Diagnosis.of(Code.HTTP_SERVER, status=500))),
        ({"code": "NONE"}, 500, Unknown(Diagnosis.of(Code.HTTP_SERVER, status=500))),
        (b"<html>", 502, Unknown(Diagnosis.of(Code.HTTP_SERVER, status=502))),
        (b"<html>", 200, Unknown(Diagnosis.of(Code.HTTP_UNREADABLE, status=200))),
    ],
)
def test_what_is_no_success_is_told_apart(document: object, status: int, failure: Outcome[Page]) -> None:
    """Credentials, a no that passes, a no that stays, a server in trouble, a page that nobody can read."""
    assert page(document, status) == failure


def test_an_answer_without_rows_in_another_way() -> None:
    """`empty_when`."""
    assert page({"code": "NONE"}, 404) == Done(Page((), None, "body.data.items"))


@pytest.mark.parametrize("field", ["message", "msg", "errorMessage", "error_description", "detail", "title", "error"])
def test_the_systems_own_words_are_passed_on(field: str) -> None:
    """At most 200 characters, without what may be an account number."""
    outcome = page({"code": "NO", "other": "not this", field: f"6222000011112222 {'text ' * 100}"}, 400)
    assert isinstance(outcome, DefinitelyNot)
    said = f"************2222 {'text ' * 100}"[:200]
    assert outcome.diagnosis.vendor == f"HTTP 400 {said}"
    assert said == said.strip()
