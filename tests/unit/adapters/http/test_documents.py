"""Documents of any system as its answers tell of them: found by our reference, read by their id; every word counts."""

import json
from typing import Any, Final

import pytest

from contract import example
from paysync.adapters.http import answers
from paysync.adapters.replies import Reply
from paysync.core.bills import Bill, BillHead, BillStatus
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown

EXCHANGE: Final = example.exchange()


def reply(status: int, document: dict[str, Any]) -> Reply:
    """An answer."""
    return Reply(status, json.dumps(document).encode())


def found(*documents: dict[str, Any], status: int = 200, **more: Any) -> Outcome[Any]:
    """What find makes of these documents."""
    find = EXCHANGE.find
    assert find is not None
    return answers.heads(reply(status, {"code": "OK", "data": {"items": documents}, **more}), find, "P-1")


def read(document: object, *, reference: str = "reference", **more: Any) -> Outcome[Bill | None]:
    """What read makes of a document."""
    reading = EXCHANGE.read
    assert reading is not None
    said = reply(200, {"code": "OK", "data": document, **more})
    return answers.bill(said, reading, "d", ["amount", "account"], reference)


@pytest.mark.parametrize(("number", "named"), [("DOC1", "DOC1"), (None, "7"), ("", "7")])
def test_a_found_document_is_named_by_its_number_or_else_its_id(number: object, named: str) -> None:
    """It has no status of its own that anything here rests on."""
    outcome = found({"id": 7, "number": number, "reference": "P-1"})
    assert outcome == Done((BillHead("7", named, BillStatus.CREATED, voided=False, reference="P-1"),))


@pytest.mark.parametrize(("number", "named"), [("DOC1", "DOC1"), (None, "d"), ("", "d")])
@pytest.mark.parametrize(("status", "voided"), [("POSTED", False), ("VOID", True)])
def test_a_read_document_has_what_was_asked_for(number: object, named: str, status: str, *, voided: bool) -> None:
    """Its fields, None for what it lacks."""
    outcome = read({"number": number, "status": status, "reference": "P-1", "amount": 5, "id": "x"})
    head = BillHead("d", named, BillStatus.CREATED, voided=voided, reference="P-1")
    assert outcome == Done(Bill(head, {"amount": 5, "account": None}, ()))


@pytest.mark.parametrize(("where", "carried"), [("reference", "P-1"), ("", ""), ("elsewhere", "")])
def test_a_read_document_has_our_reference_where_one_knows_where_it_lies(where: str, carried: str) -> None:
    """A target without find does not say."""
    outcome = read({"number": "DOC1", "reference": "P-1", "": "other"}, reference=where)
    assert isinstance(outcome, Done)
    assert outcome.value
    assert outcome.value.head.reference == carried


@pytest.mark.parametrize("document", [None, [], "d", [{"number": "DOC1"}]])
def test_no_document_where_one_was_recognised_is_another_shape(document: object) -> None:
    """Never “gone”."""
    assert read(document) == Unknown(Diagnosis.of(Code.HTTP_SHAPE, what="no document at body.data"))


@pytest.mark.parametrize(
    ("outcome", "what"),
    [
        (found(status=400, message="no such filter"), "the question was refused (HTTP 400 no such filter)"),
        (found({"id": "d", "reference": "P-2"}), "documents came back that carry another reference"),
    ],
)
def test_why_a_question_is_not_trusted(outcome: Outcome[Any], what: str) -> None:
    """The words are an operator's."""
    assert outcome == DefinitelyNot(Diagnosis.of(Code.DOUBT_UNTRUSTED, what=what))


@pytest.mark.parametrize(
    ("outcome", "what"),
    [
        (found({"reference": "P-1"}), "a document without id"),
        (found(data={"items": ["d"]}), "no documents at body.data.items"),
    ],
)
def test_documents_of_another_shape_say_where_they_differ(outcome: Outcome[Any], what: str) -> None:
    """Also one among others."""
    assert outcome == Unknown(Diagnosis.of(Code.HTTP_SHAPE, what=what))


@pytest.mark.parametrize(
    ("status", "code", "transient"), [(401, Code.HTTP_CREDENTIALS, False), (429, Code.HTTP_BUSY, True)]
)
def test_a_question_that_was_not_heard_is_asked_again(status: int, code: Code, *, transient: bool) -> None:
    """It says nothing of whether the system understands it."""
    assert found(status=status, message="wait") == DefinitelyNot(
        Diagnosis.of(code, vendor=f"HTTP {status} wait"), transient=transient
    )


@pytest.mark.parametrize(
    ("status", "said", "outcome"),
    [
        (422, "INVALID", DefinitelyNot(Diagnosis.of(Code.HTTP_REFUSED, vendor="HTTP 422 why"))),
        (429, "", DefinitelyNot(Diagnosis.of(Code.HTTP_BUSY, vendor="HTTP 429 why"), transient=True)),
        (401, "", DefinitelyNot(Diagnosis.of(Code.HTTP_CREDENTIALS, vendor="HTTP 401 why"))),
        (422, "OTHER", Unknown(Diagnosis.of(Code.HTTP_UNRECOGNISED, vendor="HTTP 422 why"))),
    ],
)
def test_the_words_of_a_create_that_failed_are_the_systems(status: int, said: str, outcome: Outcome[Any]) -> None:
    """Whoever must act reads them."""
    assert answers.made(reply(status, {"code": said, "message": "why"}), EXCHANGE.create, "P-1") == outcome
