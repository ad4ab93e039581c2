"""What an answer proves by a scheme's conditions: one verdict of a write, and no failure of a read is “none”."""

import json
from dataclasses import replace
from typing import Any, Final

import pytest

from contract import example
from paysync.adapters.http import answers
from paysync.adapters.replies import Reply
from paysync.core.bills import Made
from paysync.core.codes import Code
from paysync.core.exchanges import Verdicts
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown
from paysync.core.scheme import Condition

EXCHANGE: Final = example.exchange()


def reply(document: object, status: int = 200) -> Reply:
    """An answer; bytes as they are."""
    return Reply(status, document if isinstance(document, bytes) else json.dumps(document).encode())


def made(document: object, status: int = 201) -> Outcome[Made]:
    """What an answer to create proves."""
    return answers.made(reply(document, status), EXCHANGE.create, "P-1")


@pytest.mark.parametrize(
    ("document", "status", "verdict", "code"),
    [
        ({"code": "INVALID", "message": "no"}, 422, "no", Code.HTTP_REFUSED),
        ({"code": "OTHER", "message": "no"}, 422, "unknown", Code.HTTP_UNRECOGNISED),
        ({"code": "INVALID"}, 400, "unknown", Code.HTTP_UNRECOGNISED),
        ({"code": "OK", "data": {"id": "d"}}, 200, "unknown", Code.HTTP_UNRECOGNISED),
        ({"code": "OK", "data": {}}, 201, "unknown", Code.HTTP_SHAPE),
        ({"code": "OK", "data": {"id": True}}, 201, "unknown", Code.HTTP_SHAPE),
        ([], 201, "unknown", Code.HTTP_UNRECOGNISED),
        (b"", 201, "unknown", Code.HTTP_UNREADABLE),
        (b"<html>", 201, "unknown", Code.HTTP_UNREADABLE),
        (b'{"code": "OK", "data": {"id": "d', 201, "unknown", Code.HTTP_UNREADABLE),
        ({"code": "OK", "data": {"id": "d"}}, 500, "unknown", Code.HTTP_SERVER),
        (b"", 504, "unknown", Code.HTTP_SERVER),
        ({}, 429, "later", Code.HTTP_BUSY),
        (b"<html>", 401, "no", Code.HTTP_CREDENTIALS),
    ],
    ids=str,
)
def test_only_what_is_recognised_is_a_verdict(document: object, status: int, verdict: str, code: Code) -> None:
    """Everything else is Unknown."""
    outcome = made(document, status)
    assert not isinstance(outcome, Done)
    kind = "unknown" if isinstance(outcome, Unknown) else "later" if outcome.transient else "no"
    assert (kind, outcome.diagnosis.code) == (verdict, code)


@pytest.mark.parametrize("status", [199, 200, 299, 300, 302, 404, 408, 500, 504])
@pytest.mark.parametrize("code", ["OK", "INVALID"])
def test_conditions_on_the_body_alone_are_not_enough(code: str, status: int) -> None:
    """A document is made only by a good status, and a refusal from a server in trouble, or one too late, is none."""
    conditions: dict[str, Any] = {
        f"{verdict}_when": [[{"field": "body.code", "logic": "eq", "value": word}]]
        for verdict, word in (("done", "OK"), ("refused", "INVALID"))
    }
    create = example.scheme_of_file(example.variant("create", **conditions)).target.exchange
    assert create
    outcome = answers.made(reply({"code": code, "data": {"id": "d"}}, status), create.create, "P-1")
    believed = status in {200, 299} if code == "OK" else status not in {408, 500, 504}
    assert isinstance(outcome, (Done if code == "OK" else DefinitelyNot) if believed else Unknown)


@pytest.mark.parametrize(("identity", "number"), [("d-1", "DOC1"), (7, ""), ("7", None)])
def test_what_was_made_is_named_by_its_answer(identity: object, number: object) -> None:
    """An id that is a number is text from here on; without a number the id stands for it."""
    outcome = made({"code": "OK", "data": {"id": identity, "number": number}})
    assert outcome == Done(Made(str(identity), str(number or identity)))


def test_two_verdicts_at_once_are_none() -> None:
    """Done and denied in one answer: the scheme's conditions contradict each other there."""
    create = example.scheme_of_file(
        example.variant("create", refused_when=[[{"field": "body.data.id", "logic": "eq", "value": "d"}]])
    ).target.exchange
    assert create is not None
    both = answers.made(reply({"code": "OK", "data": {"id": "d"}}, 201), create.create, "P-1")
    assert isinstance(both, Unknown)
    assert both.diagnosis.code is Code.HTTP_UNRECOGNISED


def test_a_page_of_html_is_never_done() -> None:
    """Also where the status is all that a scheme asks for, which validation refuses without an id."""
    by_status = replace(EXCHANGE.create, id="", verdicts=Verdicts(((Condition("status", "eq", 201),),)))
    assert answers.made(reply({}, 201), by_status, "P-1") == Done(Made("P-1", "P-1"))
    outcome = answers.made(reply(b"<html>", 201), by_status, "P-1")
    assert isinstance(outcome, Unknown)
    assert outcome.diagnosis.code is Code.HTTP_UNREADABLE


def test_a_condition_that_cannot_judge_does_not_hold() -> None:
    """Text where a number is compared proves nothing."""
    create = example.scheme_of_file(
        example.variant("create", refused_when=[[{"field": "body.code", "logic": "gt", "value": 5}]])
    ).target.exchange
    assert create is not None
    outcome = answers.made(reply({"code": "many"}, 400), create.create, "P-1")
    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize(
    ("document", "status", "code"),
    [
        ({"code": "OK", "data": {"items": [{"id": "d", "reference": "P-2"}]}}, 200, Code.DOUBT_UNTRUSTED),
        ({"code": "OK", "data": {"items": [{"id": "d"}]}}, 200, Code.DOUBT_UNTRUSTED),
        ({"code": "OK", "data": {"items": [{"reference": "P-1"}]}}, 200, Code.HTTP_SHAPE),
        ({"code": "OK", "data": {"items": None}}, 200, Code.HTTP_SHAPE),
        ({"code": "OK", "data": {}}, 200, Code.HTTP_SHAPE),
        ({"message": "no such filter"}, 400, Code.DOUBT_UNTRUSTED),
        ({"message": "gone"}, 404, Code.DOUBT_UNTRUSTED),
        (b"", 200, Code.HTTP_UNREADABLE),
        ({}, 500, Code.HTTP_SERVER),
    ],
    ids=str,
)
def test_a_question_is_answered_by_our_own_documents_or_not_at_all(document: object, status: int, code: Code) -> None:
    """“None” is an empty list, and nothing else unless the scheme says so."""
    find = EXCHANGE.find
    assert find is not None
    outcome = answers.heads(reply(document, status), find, "P-1")
    assert not isinstance(outcome, Done)
    assert outcome.diagnosis.code is code


def test_documents_that_are_voided_are_told_as_such() -> None:
    """They neither block nor are taken."""
    find = EXCHANGE.find
    assert find is not None
    items = [{"id": 1, "number": "A", "reference": "P-1", "status": status} for status in ("VOID", "POSTED")]
    outcome = answers.heads(reply({"code": "OK", "data": {"items": items}}), find, "P-1")
    assert isinstance(outcome, Done)
    assert [head.voided for head in outcome.value] == [True, False]


def test_a_document_that_is_gone_is_none_only_where_the_scheme_says_so() -> None:
    """A 404 of the example is “gone”; any other refusal is a failure."""
    read = EXCHANGE.read
    assert read is not None
    assert answers.bill(reply({}, 404), read, "d", ["amount"], "reference") == Done(None)
    refused = answers.bill(reply({"message": "forbidden"}, 403), read, "d", ["amount"], "reference")
    assert isinstance(refused, DefinitelyNot)
    assert refused.diagnosis.vendor == "HTTP 403 forbidden"
