"""What an answer of Maycur proves: the table of maycur-openapi.md 6, line by line."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paysync.adapters.maycur import answers
from paysync.adapters.maycur.answers import Page, Reply, Session, masked
from paysync.core.codes import Code
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown

ROW = {"paymentBizCode": "PT1"}


def said(status: int = 200, **envelope: Any) -> Reply:
    return Reply(status, json.dumps(envelope, ensure_ascii=False).encode())


def ack(data: Any, **more: Any) -> Reply:
    return said(code="ACK", message=None, success=True, data=data, **more)


def nack(message: Any, status: int = 200, **more: Any) -> Reply:
    return said(status, code="NACK", message=message, data=None, **more)


def code_of(outcome: Outcome[Any]) -> Code:
    assert not isinstance(outcome, Done), outcome
    return outcome.diagnosis.code


def rows_of(outcome: Outcome[Page]) -> list[Any]:
    assert isinstance(outcome, Done), outcome
    return list(outcome.value.rows)


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ([ROW], "data"),
        ({"list": [ROW]}, "data.list"),
        ({"rows": [ROW], "hasNext": False}, "data.rows"),
        ({"records": [ROW], "list": None}, "data.records"),
    ],
)
def test_rows_are_found_wherever_tenants_put_them(data: Any, path: str) -> None:
    """`auto` takes a list at data, data.list, data.rows or data.records, and says which."""
    assert answers.page(ack(data)) == Done(Page((ROW,), None, path))
    assert answers.page(ack(data), row_path=path) == Done(Page((ROW,), None, path))


def test_an_empty_list_means_no_rows() -> None:
    """Only this, of the three empty-looking answers."""
    assert rows_of(answers.page(ack([]))) == []
    assert rows_of(answers.page(ack({"list": []}))) == []


@pytest.mark.parametrize("data", [None, {"list": None}])
def test_null_is_not_empty_unless_the_setting_says_so(data: Any) -> None:
    """ACK with `data: null` fails the run, until doctor has found that this tenant answers empty windows so."""
    outcome = answers.page(ack(data))
    assert isinstance(outcome, Unknown)
    assert code_of(outcome) is Code.MAYCUR_NULL
    assert rows_of(answers.page(ack(data), null_means_empty=True)) == []


def test_an_absent_list_is_not_empty_unless_the_setting_says_so() -> None:
    """The key is missing, or the object at `data` holds nothing."""
    for reply in (said(code="ACK", success=True), ack({}), ack({"total": 0, "pageNum": 1})):
        assert code_of(answers.page(reply)) is Code.MAYCUR_SHAPE
        assert rows_of(answers.page(reply, null_means_empty=True)) == []


@pytest.mark.parametrize(
    "data", [{"items": [ROW]}, {"page": {"list": [ROW]}}, {"total": 3}, {"total": "3", "list": None}, "", 0, "[]"]
)
def test_null_means_empty_never_hides_rows_that_lie_elsewhere(data: Any) -> None:
    """Where another list, another object, or a total says that there are rows, nothing counts as empty."""
    assert code_of(answers.page(ack(data), null_means_empty=True)) in {Code.MAYCUR_SHAPE, Code.MAYCUR_NULL}


@pytest.mark.parametrize(
    "data", [{"list": [], "rows": []}, {"list": [ROW], "records": [ROW]}, {"list": None, "rows": None}]
)
def test_several_places_for_rows_are_an_error(data: Any) -> None:
    """Rows are not chosen by guess."""
    assert code_of(answers.page(ack(data))) is Code.MAYCUR_SHAPE


@pytest.mark.parametrize(
    ("data", "path"),
    [([ROW], "data.list"), ({"list": [ROW]}, "data"), ({"list": [ROW]}, "data.rows"), ({"list": "x"}, "data.list")],
)
def test_a_row_path_that_does_not_fit_is_an_error(data: Any, path: str) -> None:
    """The scheme names one place; rows elsewhere are not taken."""
    assert code_of(answers.page(ack(data), row_path=path)) is Code.MAYCUR_SHAPE
    assert code_of(answers.page(ack(data), row_path=path, null_means_empty=True)) is Code.MAYCUR_SHAPE


@pytest.mark.parametrize("row", [None, 1, "PT1", [ROW]])
def test_a_row_that_is_no_object_fails_the_page(row: Any) -> None:
    """Nothing can be kept of it."""
    assert code_of(answers.page(ack([ROW, row]))) is Code.MAYCUR_SHAPE


@pytest.mark.parametrize(
    ("reply", "total"),
    [
        (ack([ROW], total=7), 7),
        (ack({"list": [ROW], "total": "7"}), 7),
        (ack([ROW], total=True), None),
        (ack([ROW], total=-1), None),
        (ack([ROW], total="many"), None),
        (ack([ROW], total="²"), None),
        (ack([ROW]), None),
    ],
)
def test_a_total_is_read_where_one_is_said(reply: Reply, total: int | None) -> None:
    """Beside the rows or in the envelope; what is no whole number says nothing."""
    outcome = answers.page(reply)
    assert isinstance(outcome, Done)
    assert outcome.value.total == total


def test_money_is_read_from_the_text() -> None:
    """1234.50 keeps its digits; nothing passes through a binary float."""
    reply = Reply(200, b'{"code":"ACK","data":[{"payableAmount":1234.50,"auditTimeStamp":1675152000000}]}')
    (row,) = rows_of(answers.page(reply))
    assert str(row["payableAmount"]) == "1234.50"
    assert isinstance(row["payableAmount"], Decimal)
    assert row["auditTimeStamp"] == 1_675_152_000_000


@pytest.mark.parametrize("success", [False, "true", 0, 1, "false"])
def test_success_that_does_not_agree_with_ack_is_a_nack(success: Any) -> None:
    """If the two disagree, it is not done; a missing or null `success` says nothing."""
    assert code_of(answers.page(said(code="ACK", success=success, data=[ROW]))) is Code.MAYCUR_NACK
    assert code_of(answers.page(said(code="NACK", success=True, data=[ROW]))) is Code.MAYCUR_NACK
    assert rows_of(answers.page(said(code="ACK", success=None, data=[ROW]))) == [ROW]


@pytest.mark.parametrize("code", [None, "", "ack", "OK", 0, 200, ["ACK"], {}])
def test_a_code_that_is_neither_is_an_unknown_shape(code: Any) -> None:
    """A missing envelope field fails the run."""
    outcome = answers.page(said(code=code, data=[ROW]))
    assert isinstance(outcome, Unknown)
    assert code_of(outcome) is Code.MAYCUR_SHAPE
    assert code_of(answers.page(said(data=[ROW]))) is Code.MAYCUR_SHAPE


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("参数错误: pageNum 0", Code.MAYCUR_NACK),
        ("无权限", Code.MAYCUR_NACK),
        (None, Code.MAYCUR_NACK),
        ("", Code.MAYCUR_NACK),
        ({"a": 1}, Code.MAYCUR_NACK),
        ("token已失效, 请重新登录", Code.MAYCUR_TOKEN),
        ("TOKEN invalid", Code.MAYCUR_TOKEN),
        ("请先登陆", Code.MAYCUR_TOKEN),
        ("会话过期", Code.MAYCUR_TOKEN),
        ("fail to login", Code.MAYCUR_TOKEN),
        ("请求过于频繁, 已被限制", Code.MAYCUR_THROTTLED),
        ("接口限制 10次/秒", Code.MAYCUR_THROTTLED),
        ("账号已被禁用, 请联系管理员", Code.MAYCUR_DISABLED),
        ("登录过于频繁, 账号已被禁用", Code.MAYCUR_DISABLED),
    ],
)
def test_a_nack_is_judged_by_its_words(message: Any, code: Code) -> None:
    """Disabled before throttled before token; whatever is not recognised is a NACK, permanent until someone acts."""
    for reply in (nack(message), said(code="NACK", errorMessage=message), nack(message, status=400)):
        outcome = answers.page(reply)
        assert isinstance(outcome, DefinitelyNot)
        assert outcome.diagnosis.code is code
        assert outcome.transient is (code is Code.MAYCUR_THROTTLED)


def test_the_vendors_words_are_kept() -> None:
    """A line in a log is enough to ask the vendor."""
    outcome = answers.page(nack("无权限"))
    assert isinstance(outcome, DefinitelyNot)
    assert outcome.diagnosis.vendor == "无权限"


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, b"", Code.MAYCUR_TOKEN),
        (403, b"<html>Forbidden</html>", Code.MAYCUR_TOKEN),
        (403, "账号已被禁用".encode(), Code.MAYCUR_DISABLED),
        (429, b'{"code":"NACK","message":"x"}', Code.MAYCUR_THROTTLED),
        (500, b'{"code":"NACK","message":"x"}', Code.MAYCUR_SERVER),
        (502, b"<html>Bad Gateway</html>", Code.MAYCUR_SERVER),
        (503, b'{"code":"ACK","success":true,"data":[]}', Code.MAYCUR_SERVER),
        (400, b'{"code":"ACK","success":true,"data":[]}', Code.MAYCUR_SHAPE),
        (404, b"<html>Not Found</html>", Code.MAYCUR_UNREADABLE),
        (302, b"", Code.MAYCUR_UNREADABLE),
        (200, b"", Code.MAYCUR_UNREADABLE),
        (200, b"<!DOCTYPE html><title>Login</title>", Code.MAYCUR_UNREADABLE),
        (200, b'{"code":"ACK","success":true,"data":[{"paym', Code.MAYCUR_UNREADABLE),
        (200, b'[{"code":"ACK"}]', Code.MAYCUR_UNREADABLE),
        (200, b'{"code":"ACK","data":[{"payableAmount":NaN}]}', Code.MAYCUR_UNREADABLE),
        (200, b'{"code":"ACK","data":[{"payableAmount":1e9999999999999999999}]}', Code.MAYCUR_UNREADABLE),
        (200, b'{"code":"ACK","data":[{"n":' + b"9" * 5000 + b"}]}", Code.MAYCUR_UNREADABLE),
        (200, b'{"code":"ACK","data":' + b"[" * 100_000, Code.MAYCUR_UNREADABLE),
        (200, '{"code":"ACK","message":"成功"}'.encode("gbk"), Code.MAYCUR_UNREADABLE),
    ],
)
def test_an_answer_that_is_no_clean_ack_is_never_rows(status: int, body: bytes, code: Code) -> None:
    """The HTTP status never means success, and a body that cannot be read is never read as empty."""
    assert code_of(answers.page(Reply(status, body), null_means_empty=True)) is code


def test_a_byte_order_mark_is_no_obstacle() -> None:
    """Some gateways add one."""
    assert rows_of(answers.page(Reply(200, b'\xef\xbb\xbf{"code":"ACK","data":[]}'))) == []


@given(st.integers(100, 599), st.binary(max_size=60), st.booleans())
def test_no_bytes_make_the_judge_raise_or_find_rows(status: int, body: bytes, null_means_empty: bool) -> None:  # noqa: FBT001 - drawn
    """Whatever comes, it is an Outcome, and noise is never Done."""
    outcome = answers.page(Reply(status, body), null_means_empty=null_means_empty)
    assert isinstance(outcome, DefinitelyNot | Unknown)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "ACK", "NACK", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["list", "rows", "records", "total", "items"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(JSON, JSON, JSON, st.booleans())
def test_no_envelope_makes_the_judge_raise(code: Any, success: Any, data: Any, null_means_empty: bool) -> None:  # noqa: FBT001 - drawn
    """Any JSON in any place of the envelope; rows come only out of an ACK."""
    outcome = answers.page(said(code=code, success=success, data=data), null_means_empty=null_means_empty)
    if isinstance(outcome, Done):
        assert code == "ACK"
        assert success in (None, True)


@pytest.mark.parametrize(
    "reply",
    [
        ack({"entCode": "EC1", "tokenId": "T1"}),
        said(code="ACK", success=True, message=None, entCode="EC1", tokenId="T1", refreshTokenId="R1"),
        said(code="ACK", data=None, entCode="EC1", tokenId="T1"),
        said(code="ACK", data={"entCode": "EC1"}, entCode="EC1", tokenId="T1"),
    ],
)
def test_a_session_is_found_in_data_or_at_the_top(reply: Reply) -> None:
    """The vendor's page and every client seen disagree; both forms are accepted."""
    assert answers.session(reply) == Done(Session("EC1", "T1"))


@pytest.mark.parametrize(
    "data", [None, {}, {"entCode": "EC1"}, {"entCode": "EC1", "tokenId": ""}, {"entCode": 1, "tokenId": "T"},
             {"entCode": "EC1", "tokenId": "T\r\nX: y"}, {"entCode": "租户", "tokenId": "T1"}]
)  # fmt: skip
def test_an_ack_without_a_usable_session_is_no_login(data: Any) -> None:
    """Both values must be there, and be fit for a header."""
    outcome = answers.session(ack(data))
    assert isinstance(outcome, Unknown)
    assert code_of(outcome) is Code.MAYCUR_SHAPE


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (nack("fail to login"), Code.MAYCUR_LOGIN),
        (nack("appCode不存在"), Code.MAYCUR_LOGIN),
        (nack(None), Code.MAYCUR_LOGIN),
        (Reply(401, b""), Code.MAYCUR_LOGIN),
        (nack("账号已被禁用"), Code.MAYCUR_DISABLED),
        (nack("请求过于频繁"), Code.MAYCUR_THROTTLED),
        (Reply(502, b""), Code.MAYCUR_SERVER),
        (Reply(200, b"<html>"), Code.MAYCUR_UNREADABLE),
    ],
)
def test_a_refused_login_is_told_from_trouble(reply: Reply, code: Code) -> None:
    """Only a no to the login itself may open the circuit."""
    assert code_of(answers.session(reply)) is code


def test_a_session_does_not_print_its_token() -> None:
    """Nor does anything that prints it."""
    assert "T1" not in repr(Session("EC1", "T1"))


def test_what_may_be_an_account_number_or_a_token_is_masked() -> None:
    """In words that end in a diagnosis; document codes stay readable."""
    assert masked("账号 6222000011112222 无效") == "账号 ************2222 无效"
    assert masked("账号 6222 0000 1111 2222 无效") == "账号 ***************2222 无效"
    assert masked("token 0123456789abcdef0123456789abcdef gone") == "token *** gone"
    assert masked("单据 MK118070702 不存在") == "单据 MK*****0702 不存在"
    outcome = answers.page(nack("账号 6222000011112222 无效"))
    assert "6222000011112222" not in repr(outcome)
