"""The judges of queries and inspections: rows or an error, never an error as rows."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paysync.adapters.k3cloud.answers import (
    document_in,
    failure_of,
    may_be_of_the_session,
    rows_of,
    session_was_lost,
    worth_repeating,
)
from paysync.adapters.k3cloud.replies import Call, Heard, Lost, NotSent
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown
from unit.adapters.k3cloud.doubles import PUSH, QUERY, error, refusal, result, said, status, verdict

LOST = refusal(1, "会话信息已丢失，请重新登录")


def rows(document: object, columns: int = 2, http: int = 200) -> Outcome[Any]:
    """What a query's answer says."""
    return rows_of(said(document, http), QUERY, columns)


# -------------------------------------------------------------------------------------------------------------- queries


WHY = Diagnosis.of(Code.ERP_REFUSED, vendor="x")


def test_rows_come_as_they_are() -> None:
    """Texts, numbers, flags, nothing; amounts as decimals; an empty list is no rows."""
    assert rows('[[1, 622.00], ["会话信息已丢失，请重新登录", null], [true, 1e2]]') == Done(
        ((1, Decimal("622.00")), ("会话信息已丢失，请重新登录", None), (True, Decimal(100)))
    )
    assert rows([]) == Done(())
    assert rows({"Result": [[1, "a"]]}) == Done(((1, "a"),))


def test_an_exponent_is_written_out() -> None:
    """So that its text compares with another spelling of the same number."""
    outcome = rows("[[1e2, 1.50E+3]]")
    assert isinstance(outcome, Done)
    assert [str(cell) for cell in outcome.value[0]] == ["100", "1500"]


def test_a_number_is_sane_up_to_thirty_digits() -> None:
    """No amount has more; written out, a larger one would fill the memory."""
    for text in ("1e30", "1e-30", "-9.99e30"):
        assert isinstance(rows(f"[[{text}]]", columns=1), Done)
    for text in ("1e31", "1e-31", "-1e31"):
        assert verdict(rows(f"[[{text}]]", columns=1)) == ("unknown", Code.ERP_UNREADABLE, False)


def test_what_is_no_cell_is_not_left_out() -> None:
    """A row is not made to fit by dropping what is no plain value."""
    assert verdict(rows([[1, [2]]], columns=1)) == ("unknown", Code.ERP_UNREADABLE, False)


@pytest.mark.parametrize(
    "document",
    [
        [[1]],
        [[1, 2, 3]],
        [[1, 2], [1]],
        [[1, 2], [1, {"Result": 1}]],
        [[1, 2], [1, [2]]],
        [1, 2],
        [[]],
        [[1, 2], None],
        {"Result": {"a": 1}},
        {"Result": "x"},
        {"Result": [[1]]},
        {},
        "null",
        "7",
        '"x"',
        "[[1e99, 2]]",
        "[" * 12 + "]" * 12,
        result(status()),
        result(status(success=None, errors=[error()])),
        {"Result": {"ResponseStatus": {"IsSuccess": False, "Errors": {}}}},
        {"Result": {"ResponseStatus": {"IsSuccess": False}, "Id": {}}},
    ],
    ids=range(21),
)
def test_anything_else_is_no_rows(document: object) -> None:
    """Not "none found": the answer was not understood."""
    assert verdict(rows(document)) == ("unknown", Code.ERP_UNREADABLE, False)


@pytest.mark.parametrize(
    "peel", [lambda one: [[one]], lambda one: [one], lambda one: one, lambda one: [[[one]], [1, 2]]]
)
@pytest.mark.parametrize(
    ("msg_code", "wanted"),
    [
        (9, ("no", Code.ERP_FIELD, False)),
        (4, ("unknown", Code.ERP_EXCEPTION, False)),
        (14, ("no", Code.ERP_CALL_LIMIT, True)),
        (1, ("no", Code.ERP_CREDENTIALS, False)),
        (10, ("no", Code.ERP_REFUSED, False)),
        (77, ("unknown", Code.ERP_UNRECOGNISED, False)),
    ],
)
def test_an_error_in_any_wrapping_is_an_error(peel: Any, msg_code: int, wanted: tuple[str, Code, bool]) -> None:
    """Also one that looks like a row of the right width."""
    assert verdict(rows(peel(refusal(msg_code)), columns=1)) == wanted


@pytest.mark.parametrize("wrap", [lambda one: [one], lambda one: [[one]], lambda one: one])
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("会话信息已丢失，请重新登录", ("no", Code.ERP_CREDENTIALS, False)),
        ("会话信息已丢失", ("no", Code.ERP_CREDENTIALS, False)),
        ("时间戳验证失败，请求链接已失效，请重试！", ("no", Code.ERP_CREDENTIALS, False)),
        ("您没有付款单的查看权限，请联系系统管理员", ("no", Code.ERP_RIGHT, False)),
        ("session 会话信息已丢失 等", ("unknown", Code.ERP_UNRECOGNISED, False)),
    ],
)
def test_a_bare_error_speaks_by_its_whole_text(wrap: Any, text: str, wanted: tuple[str, Code, bool]) -> None:
    """There is no MsgCode in this form."""
    assert verdict(rows(wrap(error(text)))) == wanted


@pytest.mark.parametrize(
    ("body", "http", "wanted"),
    [
        ("", 200, ("no", Code.ERP_UNREADABLE, True)),
        ("<html>", 200, ("no", Code.ERP_UNREADABLE, True)),
        ("[[1,2", 200, ("no", Code.ERP_UNREADABLE, True)),
        ("会话信息已丢失，请重新登录", 200, ("no", Code.ERP_CREDENTIALS, False)),
        ("ctx == null", 200, ("no", Code.ERP_CREDENTIALS, False)),
        ("当前IP:203.0.113.7 白名单失败", 200, ("no", Code.ERP_ADDRESS, False)),
        ("当前IP:203.0.113.7 白名单失败" + " " * 2_000, 200, ("no", Code.ERP_UNREADABLE, True)),
        ("response_error:x", 200, ("unknown", Code.ERP_EXCEPTION, False)),
        ("", 503, ("no", Code.ERP_SERVER, True)),
        ("", 404, ("no", Code.ERP_SERVER, False)),
        ("", 302, ("no", Code.ERP_SERVER, False)),
        ("Fail to verify thirty passport", 500, ("no", Code.ERP_DATA_CENTRE, False)),
        ("", 401, ("no", Code.ERP_CREDENTIALS, False)),
    ],
    ids=range(13),
)
def test_a_read_that_got_no_answer_may_be_asked_again(body: str, http: int, wanted: tuple[str, Code, bool]) -> None:
    """Transient where it passes by itself; what is refused at the door is a no at once."""
    assert verdict(rows(body, http=http)) == wanted


@pytest.mark.parametrize(
    ("failure", "of_a_read", "of_a_write"),
    [(None, False, False), (Unknown(WHY), True, True), (DefinitelyNot(WHY), True, False)],
)
def test_only_what_proves_itself_keeps_the_session(failure: Any, *, of_a_read: bool, of_a_write: bool) -> None:
    """A good answer, and of a write a refusal that is believed; a refused read may be a lost session in other words."""
    assert (may_be_of_the_session(failure, QUERY), may_be_of_the_session(failure, PUSH)) == (of_a_read, of_a_write)


def test_only_reads_are_worth_repeating() -> None:
    """And only after what passes by itself; a lost session is another matter."""
    for answer, again in (
        (Lost(Code.ERP_TIMEOUT), True),
        (NotSent(Code.ERP_UNREACHABLE), True),
        (Heard(503, b""), True),
        (said(refusal(14)), True),
        (said([[1]]), False),
        (said(LOST), False),
        (said(refusal(9)), False),
        (said("response_error:x"), False),
    ):
        assert worth_repeating(failure_of(answer, QUERY), QUERY) is again
        assert not worth_repeating(failure_of(answer, PUSH), PUSH)


def test_a_lost_session_is_known_by_its_code_alone() -> None:
    """Kin: "session" in a good answer made a client log in and write again. Ours: no word in an answer does."""
    assert session_was_lost(failure_of(said(LOST), QUERY))
    assert session_was_lost(failure_of(said(LOST), PUSH))
    for answer in (said([["会话信息已丢失"]]), said(refusal(11, "会话信息已丢失，请重新登录")), Heard(500, b"session")):
        assert not session_was_lost(failure_of(answer, QUERY))
        assert not session_was_lost(failure_of(answer, PUSH))


@given(st.binary(max_size=100), st.integers(100, 599))
def test_noise_is_never_rows(body: bytes, http: int) -> None:
    """Unless it is exactly rows."""
    outcome = rows_of(Heard(http, body), QUERY, 2)
    assert not isinstance(outcome, Done) or body.strip().startswith((b"[", b"{"))


# ---------------------------------------------------------------------------------------------------------- inspections


def test_an_inspection_gives_its_result() -> None:
    """QueryBusinessInfo: the Result where nothing is refused."""
    call = Call("QueryBusinessInfo")
    document = result(status(), NeedReturnData={"Id": "CN_PAYAPPLY"})
    assert document_in(said(document), call) == Done(document["Result"])
    assert verdict(document_in(said(refusal(10)), call)) == ("no", Code.ERP_REFUSED, False)
    assert verdict(document_in(said([]), call)) == ("unknown", Code.ERP_UNREADABLE, False)
    assert verdict(document_in(said({"Result": None}), call)) == ("unknown", Code.ERP_UNREADABLE, False)
    assert verdict(document_in(Lost(Code.ERP_TIMEOUT), call)) == ("no", Code.ERP_TIMEOUT, True)
