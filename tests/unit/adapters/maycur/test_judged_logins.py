"""What an answer to a login proves, and what of an answer an operator gets to read."""

from typing import Any, Final

import pytest

from paysync.adapters.maycur import answers
from paysync.adapters.maycur.answers import Session
from paysync.adapters.replies import Reply, masked
from paysync.core.codes import Code
from paysync.core.diagnosis import Language
from paysync.core.outcomes import Done, Unknown
from unit.adapters.maycur.replies import ack, code_of, nack, said

LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
NO_ROWS: Final[list[Any]] = [None, {}, {"list": None}, [1], {"list": [], "rows": []}, 7]
TROUBLE: Final = [
    *(nack(words, status) for words in (None, "无权限", "token", "频繁", "禁用") for status in (200, 400, 500)),
    *(Reply(status, b"<html>") for status in (200, 401, 403, 404, 429, 502)),
    *(ack(data) for data in NO_ROWS),
    said(code="?"),
    said(201, code="ACK", data=[]),
]


@pytest.mark.parametrize("reply", TROUBLE)
@pytest.mark.parametrize("judge", [answers.page, answers.session])
def test_every_diagnosis_has_what_its_texts_ask_for(reply: Reply, judge: Any) -> None:
    """No text reaches an operator with a gap such as {vendor} in it."""
    outcome = judge(reply)
    if isinstance(outcome, Done):
        return
    for language in LANGUAGES:
        said = outcome.diagnosis
        assert "{" not in said.problem(language) + said.cause(language) + said.solution(language)


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
             {"entCode": "EC1", "tokenId": "T\r\nX: y"}, {"entCode": "租户", "tokenId": "T1"},
             {"entCode": "EC1", "tokenId": "T\n"}, {"entCode": "EC 1", "tokenId": "T1"}]
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
