"""Maycur as a target: what is sent, what an answer proves, and that nothing is sent without a token."""

import json
from typing import Any, Final

import httpx
import pytest

from fakes.system import START
from paysync.adapters.maycur import answers
from paysync.adapters.maycur.results import MaycurResults
from paysync.adapters.replies import Reply
from paysync.core.bills import Json, Made
from paysync.core.codes import Code
from paysync.core.diagnosis import Kind
from paysync.core.errors import DefectError
from paysync.core.exchanges import BODY, KEY, PATH
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown
from paysync.core.templates import render
from paysync.core.times import epoch_ms
from paysync.schemes.load import load
from unit.adapters.maycur.doubles import World, logged_in, said

REQUEST: Final[dict[str, Json]] = {KEY: "PT-1", PATH: "/api/openapi/result", BODY: {"formNo": "FK-1"}}


def results(answer: Any) -> tuple[World, MaycurResults]:
    """A tenant that logs in, and answers a result like this."""

    def handle(request: httpx.Request) -> httpx.Response:
        return logged_in() if request.url.path.endswith("/auth/login") else answer(request)

    world = World(handle)
    return world, MaycurResults(world.client(), world.login(), world.clock)


def judged(document: object, status: int = 200, name: str = "FK-1") -> Outcome[Made]:
    """What an answer proves of the row that is called `name` in the call."""
    body = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
    return answers.written(Reply(status, body), "PT-1", {name})


def test_a_result_is_sent_once_as_maycur_takes_it() -> None:
    """Wrapped with the time, by the shared token, to the path that the scheme binds; the payment's key is its id."""
    world, target = results(lambda _: said(code="ACK", success=True, data=None))
    assert target.make(REQUEST) == Done(Made("PT-1", "PT-1"))
    assert world.paths == ["login", "result"]
    sent = world.requests[-1]
    assert json.loads(sent.content) == {"timestamp": epoch_ms(START), "data": {"formNo": "FK-1"}}
    assert sent.url.path == "/api/openapi/result"
    assert sent.headers["tokenId"] == "T1"


@pytest.mark.parametrize(
    ("document", "status", "code"),
    [
        ({"code": "NACK", "success": False, "message": "参数错误", "data": None}, 200, Code.MAYCUR_NACK),
        ({"code": "NACK", "message": "请勿频繁请求", "data": None}, 200, Code.MAYCUR_NACK),
        ({"code": "NACK", "data": [], "errorData": "单据FK-1不存在"}, 200, Code.MAYCUR_NACK),
        ({"code": "NACK", "message": "单据已失效", "data": None}, 200, Code.MAYCUR_NACK),
        ({"code": "NACK", "message": "供应商已禁用, 部分失败"}, 200, Code.MAYCUR_NACK),
        ({"code": "NACK", "message": "系统异常", "data": {"requestId": "abc"}}, 200, Code.MAYCUR_NACK),
        ({"code": "NACK", "errorData": [{"FK-2": "单据不存在"}]}, 200, Code.MAYCUR_NACK),
        ({"code": "ACK", "errorData": [{"FK-1": "单据不存在"}]}, 200, Code.MAYCUR_SHAPE),
        ({"code": "ACK", "errorData": "单据不存在"}, 200, Code.MAYCUR_SHAPE),
        ({"code": "ACK", "data": [{"FK-1": "单据不存在"}], "errorData": []}, 200, Code.MAYCUR_SHAPE),
        ({"code": "NACK", "message": "单据FK-2已更新, token已失效, 请重新登录"}, 200, Code.MAYCUR_NACK),
        ({"code": "NACK", "message": "供应商token已失效的单据未处理"}, 200, Code.MAYCUR_NACK),
        ({"code": "NACK", "message": "token因禁用失效"}, 200, Code.MAYCUR_NACK),
        ({"code": "NACK", "message": "付款账户已禁用"}, 400, Code.MAYCUR_NACK),
        ({"code": "NACK", "message": "请求过于频繁"}, 400, Code.MAYCUR_NACK),
        ({"code": "NACK", "message": "参数错误"}, 404, Code.MAYCUR_NACK),
        ("付款账户已禁用".encode(), 400, Code.MAYCUR_NACK),
        ({"code": "ACK", "success": True}, 404, Code.MAYCUR_SHAPE),
        ({"success": True}, 200, Code.MAYCUR_SHAPE),
        (b"<html>", 200, Code.MAYCUR_UNREADABLE),
        (b"", 200, Code.MAYCUR_UNREADABLE),
        ({"code": "ACK"}, 502, Code.MAYCUR_SERVER),
    ],
    ids=str,
)
def test_what_proves_nothing_is_unknown(document: object, status: int, code: Code) -> None:
    """A NACK without a row's reason too: it may come from the middle of the work."""
    outcome = judged(document, status)
    assert isinstance(outcome, Unknown)
    assert outcome.diagnosis.code is code


@pytest.mark.parametrize("name", ["errorData", "data"])
def test_a_row_that_was_refused_is_a_definite_no_with_its_reason(name: str) -> None:
    """Either kind of tenant says why; long numbers in it are masked."""
    outcome = judged({"code": "NACK", "success": False, name: [{"FK-1: 6222000011112222": "单据不存在"}]})
    assert isinstance(outcome, DefinitelyNot)
    assert not outcome.transient
    assert outcome.diagnosis.code is Code.MAYCUR_RESULT
    assert "单据不存在" in outcome.diagnosis.problem("zh")
    assert "6222000011112222" not in outcome.diagnosis.problem("zh")


def test_a_row_without_a_name_is_not_found_in_what_was_refused() -> None:
    """No name is part of every text."""
    assert isinstance(judged({"code": "NACK", "errorData": [{"FK-2": "单据不存在"}]}, name=""), Unknown)


@pytest.mark.parametrize("rows", [{"FK-1": "单据不存在"}, [{"key": "PT-1", "amount": 1.5}]], ids=str)
def test_the_reason_of_a_row_is_read_in_any_form(rows: object) -> None:
    """An object as well as a list, with numbers in it; an empty list of errors is none."""
    outcome = judged({"code": "NACK", "errorData": [], "data": rows})
    assert isinstance(outcome, DefinitelyNot)
    assert outcome.diagnosis.code is Code.MAYCUR_RESULT


@pytest.mark.parametrize("words", ["供应商已禁用", "该凭证已过期", "请勿频繁请求"])
def test_a_reason_for_the_row_itself_counts_whatever_the_words_say(words: str) -> None:
    """They would stop the whole scheme, or be tried for ever, if they were taken for credentials or throttling."""
    outcome = judged({"code": "NACK", "message": words, "errorData": [{"FK-1": words}]})
    assert isinstance(outcome, DefinitelyNot)
    assert (outcome.diagnosis.code, outcome.transient) == (Code.MAYCUR_RESULT, False)


@pytest.mark.parametrize("data", [None, [], {}, {"id": "7"}, "成功"], ids=str)
def test_an_ack_without_rows_is_done(data: object) -> None:
    """What it says beside is not about a row that failed."""
    assert judged({"code": "ACK", "data": data, "errorData": []}) == Done(Made("PT-1", "PT-1"))


@pytest.mark.parametrize(
    ("words", "status"),
    [
        *(("token失效", 200), ("token 已过期。", 200), ("TOKEN已失效, 请重新登录", 200)),
        *(("请先登录!", 400), ("不行", 401), ("不行", 403)),
    ],
)
def test_a_token_that_is_gone_had_no_effect(words: str, status: int) -> None:
    """Also when a good status says so, in nothing but these words: nothing was executed without one."""
    outcome = judged({"code": "NACK", "message": words}, status)
    assert isinstance(outcome, DefinitelyNot)
    assert outcome.diagnosis.code is Code.MAYCUR_TOKEN


def test_throttling_by_status_passes() -> None:
    """A 429 had no effect; push comes again."""
    assert judged({}, 429) == DefinitelyNot(judged({}, 429).diagnosis, transient=True)  # type: ignore[union-attr]


def test_a_token_that_is_gone_is_replaced_for_the_next_attempt() -> None:
    """Nothing was executed; this call is not repeated, since a repeat needs an intent of its own."""
    world, target = results(lambda _: said(401, code="NACK", message="token 失效"))
    outcome = target.make(REQUEST)
    assert isinstance(outcome, DefinitelyNot)
    assert outcome.diagnosis.kind is Kind.CREDENTIAL
    assert world.paths.count("result") == 1


def test_without_a_token_nothing_is_sent() -> None:
    """A login that failed is no doubt about the result: it was certainly not sent, and comes again."""
    world = World(lambda _: httpx.Response(503))
    outcome = MaycurResults(world.client(), world.login(), world.clock).make(REQUEST)
    assert isinstance(outcome, DefinitelyNot)
    assert outcome.transient
    assert "result" not in world.paths


def test_a_result_can_neither_be_asked_for_nor_changed() -> None:
    """The core asks only for what the scheme's target has."""
    _, target = results(lambda _: said(code="ACK"))
    scheme = load("payment-result-to-maycur", {"endpoint": "/api/openapi/result"})
    assert (scheme.target.finds, scheme.target.reads, scheme.target.lists) == (False, False, False)
    for ask in (
        lambda: target.existing([]),
        lambda: target.bills([]),
        lambda: target.bills_by_reference([]),
        lambda: target.bills_between(START.date(), START.date()),
        lambda: target.lookup("org", []),
        lambda: target.save([]),
        lambda: target.submit([]),
        lambda: target.audit([]),
    ):
        with pytest.raises(DefectError):
            ask()


def test_the_shipped_scheme_does_not_run_unbound_and_sends_to_the_path_as_it_is_bound() -> None:
    """Off by default; a bound path is not escaped."""
    with pytest.raises(Exception, match="endpoint"):
        load("payment-result-to-maycur")
    scheme = load("payment-result-to-maycur", {"endpoint": "/api/openapi/a/b"})
    request = scheme.target.make_request
    assert isinstance(request, dict)
    assert render(request[PATH], {"param": scheme.parameters}) == "/api/openapi/a/b"
