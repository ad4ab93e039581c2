"""An answer in which there is nothing to look at proves nothing: no “null”, no “not equal”, no “contains not”."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

import pytest

from contract import example
from paysync.adapters.http import answers
from paysync.adapters.replies import Page, Reply
from paysync.core.codes import Code
from paysync.core.exchanges import Alternatives, Listing, Verdicts
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown
from paysync.core.scheme import Condition

Ask: TypeAlias = Callable[[bytes, Alternatives], Outcome[object]]
EXCHANGE: Final = example.exchange()
BLANK, SPACES, HTML, CUT = b"", b" \r\n", b"<html>404</html>", b'{"code": "OK", "data": {"id": "d'
SILENT: Final = (BLANK, SPACES, HTML, CUT)
OTHER_SHAPES: Final = (b"null", b"[]", b'"Bad gateway"', b"404")
WEAK: Final = (
    Condition("body.data", "isnull", None),
    Condition("body.code", "neq", "OK"),
    Condition("body.code", "notlike", "OK"),
)


def on(status: int, *lines: Condition) -> Alternatives:
    """One alternative: the status, and these lines."""
    return ((Condition("status", "eq", status), *lines),)


def found(body: bytes, none_when: Alternatives) -> Outcome[object]:
    """What find makes of an answer."""
    assert EXCHANGE.find is not None
    return answers.heads(Reply(200, body), replace(EXCHANGE.find, none_when=none_when), "P-1")


def read(body: bytes, gone_when: Alternatives) -> Outcome[object]:
    """What read makes of an answer."""
    assert EXCHANGE.read is not None
    return answers.bill(Reply(200, body), replace(EXCHANGE.read, gone_when=gone_when), "d", ["amount"], "reference")


def listed(body: bytes, empty_when: Alternatives) -> Outcome[object]:
    """What a list makes of an answer."""
    listing = Listing((), Verdicts(on(200)), empty_when)
    return answers.page(Reply(200, body), listing, row_path="body.data", null_means_empty=False)


def refused(body: bytes, status: int, refused_when: Alternatives) -> Outcome[object]:
    """What create makes of an answer that is no success."""
    verdicts = replace(EXCHANGE.create.verdicts, refused_when=refused_when)
    return answers.made(Reply(status, body), replace(EXCHANGE.create, verdicts=verdicts), "P-1")


@pytest.mark.parametrize("line", WEAK, ids=str)
@pytest.mark.parametrize("body", [*SILENT, *OTHER_SHAPES])
@pytest.mark.parametrize("asked", [found, read, listed])
def test_no_body_is_never_none(asked: Ask, body: bytes, line: Condition) -> None:
    """Else a payment would be booked again, or missed, for a proxy's blank page."""
    assert not isinstance(asked(body, on(200, line)), Done)


@pytest.mark.parametrize("line", WEAK, ids=str)
@pytest.mark.parametrize("asked", [found, read, listed])
def test_where_there_is_a_body_they_hold(asked: Ask, line: Condition) -> None:
    """An object that lacks what is asked for is what the scheme speaks of."""
    nothing: dict[Ask, object] = {found: (), read: None, listed: Page((), None, "body.data")}
    assert asked(b'{"code": "NONE"}', on(200, line)) == Done(nothing[asked])


@pytest.mark.parametrize("asked", [found, read, listed])
def test_an_empty_answer_is_none_only_where_the_scheme_says_so(asked: Ask) -> None:
    """`body isnull` speaks of the body itself: none at all, or null; one that cannot be read is another matter."""
    empty = on(200, Condition("body", "isnull", None))
    assert [body for body in (*SILENT, *OTHER_SHAPES) if asked(body, empty) == asked(b"", empty)] == [
        BLANK,
        SPACES,
        b"null",
    ]
    assert isinstance(asked(b"", empty), Done)


@pytest.mark.parametrize("line", WEAK, ids=str)
@pytest.mark.parametrize("status", [201, 404, 422])
@pytest.mark.parametrize("body", [*SILENT, *OTHER_SHAPES])
def test_no_body_is_never_a_refusal(body: bytes, status: int, line: Condition) -> None:
    """The document may have been made: a gateway's page is not the system's no."""
    outcome = refused(body, status, on(status, line))
    assert isinstance(outcome, Unknown)
    assert outcome.diagnosis.code is (Code.HTTP_UNREADABLE if body in SILENT else Code.HTTP_UNRECOGNISED)


@pytest.mark.parametrize("body", [HTML, CUT])
def test_a_body_that_cannot_be_read_is_not_empty(body: bytes) -> None:
    """It was there, and may have said that all is done."""
    assert isinstance(refused(body, 200, on(200, Condition("body", "isnull", None))), Unknown)


@pytest.mark.parametrize("line", WEAK, ids=str)
def test_a_refusal_that_is_an_object_counts(line: Condition) -> None:
    """And one without a body, where the scheme names the status alone."""
    assert isinstance(refused(json.dumps({"code": "NO"}).encode(), 422, on(422, line)), DefinitelyNot)
    assert isinstance(refused(BLANK, 422, on(422)), DefinitelyNot)
    assert isinstance(refused(HTML, 422, on(422)), DefinitelyNot)


def test_one_alternative_that_looks_at_nothing_leaves_the_others() -> None:
    """They are an OR."""
    either = (*on(404, *WEAK), *on(404))
    assert isinstance(refused(HTML, 404, either), DefinitelyNot)
