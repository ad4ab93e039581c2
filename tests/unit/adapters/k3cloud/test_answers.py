"""The judges of queries, inspections and batches: rows or an error, never an error as rows; each bill by itself."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paysync.adapters.k3cloud.answers import (
    document_in,
    each_of,
    failure_of,
    rows_of,
    session_was_lost,
    worth_repeating,
)
from paysync.adapters.k3cloud.replies import Call, Heard, Lost, NotSent
from paysync.core.codes import Code
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown
from unit.adapters.k3cloud.doubles import AUDIT, PUSH, QUERY, entity, error, refusal, result, said, status

LOST = refusal(1, "会话信息已丢失，请重新登录")
SUBMIT = Call("Submit", effect=True)


def verdict(outcome: Outcome[Any]) -> tuple[str, Code | None, bool]:
    """Class, code and transience."""
    match outcome:
        case Done():
            return "done", None, False
        case DefinitelyNot(why, transient):
            return "no", why.code, transient
        case Unknown(why):
            return "unknown", why.code, False


def rows(document: object, columns: int = 2, http: int = 200) -> Outcome[Any]:
    """What a query's answer says."""
    return rows_of(said(document, http), QUERY, columns)


# -------------------------------------------------------------------------------------------------------------- queries


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


# -------------------------------------------------------------------------------------------------------------- batches


def each(document: object, *ids: str, call: Call = AUDIT) -> list[tuple[str, Code | None, bool]]:
    """What became of each bill."""
    outcomes = each_of(said(document), call, ids)
    assert list(outcomes) == list(ids)
    return [verdict(one) for one in outcomes.values()]


DONE = ("done", None, False)
UNCONFIRMED = ("unknown", Code.ERP_UNCONFIRMED, False)


def test_a_bill_is_done_by_its_id_among_the_successes() -> None:
    """Ids as numbers or text, in any order; what is in neither list was not confirmed."""
    document = result(status(entities=[entity("2"), entity(1)]))
    assert each(document, "1", "2", "3") == [DONE, DONE, UNCONFIRMED]


def test_a_success_flag_alone_confirms_nothing() -> None:
    """Skipped in silence."""
    assert each(result(status()), "1", "2") == [UNCONFIRMED, UNCONFIRMED]
    assert each(result(status()), "1") == [UNCONFIRMED]


def test_each_complaint_goes_to_the_bill_of_its_index() -> None:
    """The others keep their own verdict, whatever the flag of the whole says."""
    document = result(
        status(
            success=False, code=11, errors=[error("反写超额", 1), error("已被其他用户修改", "2")], entities=[entity(1)]
        )
    )
    assert each(document, "1", "2", "3", "4") == [
        DONE,
        ("no", Code.SOURCE_OVER_LIMIT, False),
        ("no", Code.ERP_LOCKED, True),
        UNCONFIRMED,
    ]


def test_a_bill_in_both_lists_is_not_believed() -> None:
    """Named a success and complained about."""
    document = result(status(success=False, code=11, errors=[error(index=0)], entities=[entity(1)]))
    assert each(document, "1", "2") == [UNCONFIRMED, UNCONFIRMED]


def test_a_complaint_without_an_index_is_about_the_only_bill() -> None:
    """And about nobody in particular where there are several."""
    document = result(status(success=False, code=11, errors=[error("反写超额", None)]))
    assert each(document, "1") == [("no", Code.SOURCE_OVER_LIMIT, False)]
    assert each(document, "1", "2") == [UNCONFIRMED, UNCONFIRMED]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (AUDIT, "单据编号为“FKD1”的付款单，单据已经审核！"),
        (SUBMIT, "单据已提交"),
        (SUBMIT, "单据已经审核"),
        (SUBMIT, "非草稿状态"),
    ],
)
def test_what_was_done_before_is_done(call: Call, text: str) -> None:
    """Reading the status decides afterwards anyway."""
    assert each(result(status(success=False, code=11, errors=[error(text)])), "1", call=call) == [DONE]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (AUDIT, "只有已审核的单据才能下推"),
        (AUDIT, "未审核"),
        (AUDIT, "单据已提交"),
        (SUBMIT, "未提交的单据才能提交"),
        (Call("BatchSave", effect=True), "单据已经审核！"),
    ],
)
def test_a_condition_is_not_an_accomplishment(call: Call, text: str) -> None:
    """The same words in another sense, or from another operation, are a refusal."""
    assert each(result(status(success=False, code=11, errors=[error(text)])), "1", call=call)[0][0] == "no"


@pytest.mark.parametrize(
    ("msg_code", "code"), [(1, Code.ERP_CREDENTIALS), (7, Code.ERP_LICENCE), (14, Code.ERP_CALL_LIMIT)]
)
def test_a_refusal_of_the_caller_concerns_every_bill(msg_code: int, code: Code) -> None:
    """Although its only complaint bears the index of the first."""
    assert {one[1] for one in each(refusal(msg_code), "1", "2", "3")} == {code}
    bare = result(status(success=False, code=msg_code))
    assert {one[1] for one in each(bare, "1", "2")} == {code}
    assert each(refusal(msg_code), "1")[0][1] is code


def test_a_refusal_of_one_bill_does_not_concern_the_others() -> None:
    """Also where it is the only complaint."""
    assert each(refusal(11), "1", "2") == [("no", Code.ERP_REFUSED, False), UNCONFIRMED]
    named = result(status(success=False, code=1, errors=[error()], entities=[entity(2)]))
    assert each(named, "1", "2") == [("no", Code.ERP_CREDENTIALS, False), DONE]


@pytest.mark.parametrize(
    ("document", "wanted"),
    [
        ({}, Code.ERP_UNREADABLE),
        ([], Code.ERP_UNREADABLE),
        ({"Result": [[1]]}, Code.ERP_UNREADABLE),
        (result(None), Code.ERP_UNREADABLE),
        (result(status(success=None, entities=[entity(1)])), Code.ERP_UNREADABLE),
        (result(status(entities=[7])), Code.ERP_UNREADABLE),
        (result("x"), Code.ERP_UNREADABLE),
        ("response_error:x", Code.ERP_EXCEPTION),
        ("<html>", Code.ERP_UNREADABLE),
        ([[refusal(11)]], Code.ERP_UNREADABLE),
    ],
    ids=range(10),
)
def test_an_answer_that_is_none_leaves_every_bill_unknown(document: object, wanted: Code) -> None:
    """Reading decides."""
    assert each(document, "1", "2") == [("unknown", wanted, False)] * 2


def test_a_lost_session_in_a_list_refuses_the_batch() -> None:
    """Nothing was executed for any bill."""
    assert each([[LOST]], "1", "2") == [("no", Code.ERP_CREDENTIALS, False)] * 2


vendor_like: Any = st.recursive(
    st.none() | st.booleans() | st.text(max_size=4) | st.integers(-1, 20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Result", "ResponseStatus", "IsSuccess", "MsgCode", "Errors", "Message", "DIndex"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(st.binary(max_size=100) | vendor_like)
def test_no_bill_is_done_that_is_not_named(document: Any) -> None:
    """No noise and no answer without SuccessEntitys makes a bill of a batch done."""
    answer = Heard(200, document) if isinstance(document, bytes) else said(document)
    assert not any(
        isinstance(one, Done) for one in each_of(answer, Call("BatchSave", effect=True), ["1", "2"]).values()
    )
