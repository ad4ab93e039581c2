"""What an answer of Maycur's list proves: the table of maycur-openapi.md 6, line by line."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paysync.adapters.maycur import answers
from paysync.adapters.replies import Page, Reply
from paysync.core.codes import Code
from paysync.core.outcomes import DefinitelyNot, Done, Unknown
from unit.adapters.maycur.replies import ack, code_of, nack, rows_of, said

ROW = {"paymentBizCode": "PT1"}


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
    assert answers.page(ack(data), row_path="auto") == answers.page(ack(data))
    assert answers.page(ack(data), row_path=path) == Done(Page((ROW,), None, path))


def test_an_empty_list_means_no_rows() -> None:
    """Only this, of the three empty-looking answers; with any good status."""
    assert rows_of(answers.page(said(299, code="ACK", data=[]))) == []
    assert rows_of(answers.page(ack([]))) == []
    assert rows_of(answers.page(ack({"list": []}))) == []


@pytest.mark.parametrize("data", [None, {"list": None}])
def test_null_is_not_empty_unless_the_setting_says_so(data: Any) -> None:
    """ACK with `data: null` fails the run, until doctor has found that this tenant answers empty windows so."""
    outcome = answers.page(ack(data))
    assert isinstance(outcome, Unknown)
    assert code_of(outcome) is Code.MAYCUR_NULL
    assert dict(outcome.diagnosis.details)["path"] == ("data.list" if data else "data")
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


def test_null_on_the_way_to_the_rows_is_null() -> None:
    """A path through something that is not there finds nothing; it is not empty for that."""
    assert code_of(answers.page(ack(None), row_path="data.page.list")) is Code.MAYCUR_NULL
    assert code_of(answers.page(ack({}), row_path="data.page.list")) is Code.MAYCUR_SHAPE
    assert rows_of(answers.page(ack({"page": {"list": [ROW]}}), row_path="data.page.list")) == [ROW]
    assert rows_of(answers.page(ack({}), row_path="data.page.list", null_means_empty=True)) == []
    elsewhere = answers.page(ack({"items": [ROW]}), row_path="data.page.list", null_means_empty=True)
    assert code_of(elsewhere) is Code.MAYCUR_SHAPE


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
        ([1.5], Code.MAYCUR_NACK),
        ({"原因": "凭证失效"}, Code.MAYCUR_TOKEN),
        ("请重新登录", Code.MAYCUR_TOKEN),
        ("凭证已失效", Code.MAYCUR_TOKEN),
        ("token已失效, 请重新登录", Code.MAYCUR_TOKEN),
        ("TOKEN invalid", Code.MAYCUR_TOKEN),
        ("请先登陆", Code.MAYCUR_TOKEN),
        ("会话过期", Code.MAYCUR_TOKEN),
        ("fail to login", Code.MAYCUR_TOKEN),
        ("请求过于频繁, 已被限制", Code.MAYCUR_THROTTLED),
        ("接口限制 10次/秒", Code.MAYCUR_THROTTLED),
        ("调用次数超限", Code.MAYCUR_THROTTLED),
        ("查询时间跨度超过限制", Code.MAYCUR_NACK),
        ("pageNum超出限制", Code.MAYCUR_NACK),
        ("接口权限限制", Code.MAYCUR_NACK),
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
    for words in ("无权限", "Token EXPIRED", "Too many: 频繁", "ACCOUNT 已被禁用"):
        outcome = answers.page(nack(words))
        assert isinstance(outcome, DefinitelyNot)
        assert outcome.diagnosis.vendor == words


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (nack(None), "(no message)"),
        (nack("无权限", status=299), "无权限"),
        (nack("无权限", status=400), "HTTP 400 无权限"),
        (Reply(401, b""), "HTTP 401 (no message)"),
        (nack({"原因": "不行"}), '{"原因": "不行"}'),
    ],
)
def test_a_refusal_that_is_no_good_answer_says_its_status(reply: Reply, said: str) -> None:
    """And one without a word says so."""
    outcome = answers.page(reply)
    assert isinstance(outcome, DefinitelyNot)
    assert outcome.diagnosis.vendor == said


@pytest.mark.parametrize("status", [429, 500, 404])
def test_what_is_no_answer_says_its_status(status: int) -> None:
    """All that there is to say of it."""
    outcome = answers.page(Reply(status, b"<html>"))
    assert not isinstance(outcome, Done)
    assert dict(outcome.diagnosis.details)["status"] == str(status)


def test_a_row_may_speak_of_what_is_forbidden() -> None:
    """A word in a good answer disables no account."""
    assert rows_of(answers.page(ack([{"reason": "账号禁用"}]))) == [{"reason": "账号禁用"}]


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (199, b'{"code":"ACK","success":true,"data":[]}', Code.MAYCUR_SHAPE),
        (300, b'{"code":"ACK","success":true,"data":[]}', Code.MAYCUR_SHAPE),
        (399, "禁用".encode(), Code.MAYCUR_UNREADABLE),
        (400, "禁用".encode(), Code.MAYCUR_DISABLED),
        (499, "禁用".encode(), Code.MAYCUR_DISABLED),
        (499, b"", Code.MAYCUR_UNREADABLE),
        (500, "禁用".encode(), Code.MAYCUR_SERVER),
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
