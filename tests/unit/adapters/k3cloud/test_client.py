"""The client against a scripted tenant: what is repeated and what is not, bounds in time and size, every exception."""

import inspect
from datetime import timedelta
from typing import Final

import httpx
import pytest

from paysync.adapters.k3cloud.answers import failure_of, session_was_lost
from paysync.adapters.k3cloud.replies import Answer, Call, Heard, Lost, NotSent
from paysync.adapters.k3cloud.transport import EXCEPTIONS
from paysync.core.codes import Code
from paysync.core.outcomes import Failure
from unit.adapters.k3cloud.doubles import AUDIT, PUSH, QUERY, refusal, said, server

LOST = refusal(1, "会话信息已丢失，请重新登录")
GOOD: list[object] = []
OPENS = httpx.Response(200, headers=[("Set-Cookie", "kdservice-sessionid=a; path=/")], content=b"[]")


def httpx_exceptions() -> list[type[Exception]]:
    """Every exception that httpx has."""
    found = [one for _, one in inspect.getmembers(httpx, inspect.isclass) if issubclass(one, Exception)]
    return [one for one in found if one is not httpx.HTTPStatusError]


def test_every_exception_of_httpx_has_its_meaning() -> None:
    """None can fly past the judges; a new one of a new version fails here first."""
    assert set(httpx_exceptions()) <= set(EXCEPTIONS)


def made(kind: type[Exception]) -> Exception:
    """An instance, whatever it takes."""
    takes = [one for one in inspect.signature(kind.__init__).parameters if one != "self"]
    return kind("x") if takes and takes[0] == "message" else kind()


@pytest.mark.parametrize("kind", httpx_exceptions(), ids=lambda kind: kind.__name__)
def test_no_exception_reaches_the_caller(kind: type[Exception]) -> None:
    """It becomes a value: not sent only where not a byte was written."""
    tenant = server(made(kind))
    answer = tenant.client().call(PUSH, {})
    before = {httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL}
    assert isinstance(answer, NotSent if kind in before else Lost)
    assert len(tenant.requests) == 1


@pytest.mark.parametrize("call", [PUSH, AUDIT])
@pytest.mark.parametrize(
    "answer",
    [httpx.ReadTimeout("x"), httpx.ConnectError("x"), httpx.Response(503), refusal(14), b"<html>", b""],
    ids=str,
)
def test_a_write_is_sent_once(call: Call, answer: object) -> None:
    """Whatever went wrong, also what a read would be repeated for."""
    tenant = server(answer)
    tenant.client().call(call, {})
    assert len(tenant.requests) == 1


def test_a_read_is_tried_three_times_with_growing_jittered_pauses() -> None:
    """Half a second and two seconds, each from half to one and a half of it."""
    tenant = server(httpx.Response(503))
    before = tenant.clock.now()
    assert tenant.client().call(QUERY, {}) == Heard(503, b"")
    waited = tenant.clock.now() - before
    assert len(tenant.requests) == 3
    assert timedelta(seconds=1.25) <= waited <= timedelta(seconds=3.75)
    assert waited != timedelta(seconds=2.5)


def test_a_read_that_took_too_long_is_not_repeated() -> None:
    """Without a quarter of the read timeout left no try is begun: the invocation's deadline holds."""
    tenant = server(httpx.ReadTimeout("x"), read_seconds=60, whole_call_seconds=80)
    tenant.takes = timedelta(seconds=60)
    tenant.client().call(QUERY, {})
    assert len(tenant.requests) == 2
    slow = server(httpx.ReadTimeout("x"), read_seconds=60, whole_call_seconds=80)
    slow.takes = timedelta(seconds=70)
    slow.client().call(QUERY, {})
    assert len(slow.requests) == 1


def test_the_last_try_may_wait_only_as_long_as_the_call_may_take() -> None:
    """Its timeouts shrink to what is left."""
    tenant = server(httpx.ReadTimeout("x"), read_seconds=60, whole_call_seconds=80)
    tenant.takes = timedelta(seconds=60)
    tenant.client().call(QUERY, {})
    first, second = (request.extensions["timeout"] for request in tenant.requests)
    assert (first["read"], first["connect"]) == (60, 5)
    assert 15 < second["read"] < 20


def test_a_session_is_dropped_and_the_call_made_once_more() -> None:
    """The repeat goes without it; a second refusal is final."""
    tenant = server(OPENS, LOST, GOOD)
    client = tenant.client()
    for call in (QUERY, AUDIT):
        client.call(call, {})
    assert [("kdservice-sessionid" in request.headers) for request in tenant.requests] == [False, True, False]
    tenant = server(OPENS, LOST, LOST, GOOD)
    client = tenant.client()
    client.call(QUERY, {})
    answer = client.call(AUDIT, {})
    assert isinstance(answer, Heard)
    assert b"MsgCode" in answer.body
    assert len(tenant.requests) == 3


def test_a_refusal_without_a_session_is_final_at_once() -> None:
    """There was nothing to lose."""
    for call in (QUERY, AUDIT, PUSH):
        tenant = server(LOST, GOOD)
        tenant.client().call(call, {})
        assert len(tenant.requests) == 1


GOOD_WITH_THE_WORD: Final = {
    "Result": {
        "ResponseStatus": {
            "IsSuccess": True,
            "MsgCode": 0,
            "Errors": [],
            "SuccessEntitys": [{"Id": 1, "Number": "session 会话信息已丢失"}],
        }
    }
}


def test_a_good_answer_with_the_word_session_is_not_asked_for_again() -> None:
    """Kin: "session" in a good answer made a client log in and write again. Ours: the write was made, once."""
    for call in (AUDIT, QUERY, PUSH):
        tenant = server(OPENS, GOOD_WITH_THE_WORD, GOOD)
        client = tenant.client()
        client.call(QUERY, {})
        answer = client.call(call, {})
        assert isinstance(answer, Heard)
        assert "session" in answer.body.decode()
        assert len(tenant.requests) == 2


def test_the_bug_of_our_kin_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that looks for the word makes the test above fail."""
    told = failure_of(said(LOST, with_session=True), AUDIT)
    assert session_was_lost(told)

    def by_the_word(answer: Answer, call: Call) -> Failure | None:
        spoken = isinstance(answer, Heard) and b"session" in answer.body
        return told if spoken else failure_of(answer, call)

    monkeypatch.setattr("paysync.adapters.k3cloud.client.failure_of", by_the_word)
    with pytest.raises(AssertionError):
        test_a_good_answer_with_the_word_session_is_not_asked_for_again()


LOST_IN_OTHER_WORDS: Final = {
    "page": httpx.Response(200, content=b"<html>login</html>"),
    "redirect": httpx.Response(302, headers={"Location": "/K3Cloud/html5/"}),
    "exception": httpx.Response(200, content="response_error:错误信息：ctx == null".encode()),
    "500": httpx.Response(500, content=b"Object reference not set"),
    "403": httpx.Response(403, content=b"forbidden"),
}


OF_A_READ: Final = {
    "traditional": httpx.Response(200, json=[{"Message": "會話資訊已丟失，請重新登入", "DIndex": 0}]),
    "english": httpx.Response(200, json=[{"Message": "Session has been lost", "DIndex": 0}]),
    "no MsgCode": httpx.Response(
        200,
        json=[[{"Result": {"ResponseStatus": {"IsSuccess": False, "Errors": [{"Message": "会话超时，请重新登录"}]}}}]],
    ),
}


@pytest.mark.parametrize(
    ("call", "answer"),
    [(call, answer) for call in (QUERY, AUDIT, PUSH) for answer in LOST_IN_OTHER_WORDS.values()]
    + [(QUERY, answer) for answer in OF_A_READ.values()],
)
def test_a_session_that_is_lost_in_words_nobody_foresaw_is_not_kept(call: Call, answer: httpx.Response) -> None:
    """Else nothing would go well in this sandbox any more; a write is not made again for it."""
    tenant = server(OPENS, answer, GOOD)
    client = tenant.client()
    client.call(QUERY, {})
    client.call(call, {})
    if call is not QUERY:
        assert len(tenant.requests) == 2
    client.call(QUERY, {})
    assert ["kdservice-sessionid" in request.headers for request in tenant.requests][:3] == [False, True, False]


def test_a_refusal_of_a_write_that_proves_itself_keeps_the_session() -> None:
    """A closed period refuses hundreds: each new session would be another login at the tenant."""
    refused = {"Result": {"ResponseStatus": {"IsSuccess": False, "MsgCode": 11, "Errors": [{"Message": "已关账"}]}}}
    tenant = server(OPENS, refused, GOOD)
    client = tenant.client()
    for call in (QUERY, AUDIT, QUERY):
        client.call(call, {})
    assert ["kdservice-sessionid" in request.headers for request in tenant.requests] == [False, True, True]


def test_a_push_is_not_repeated_after_a_lost_session_either() -> None:
    """Its repeat needs a new intent; the session is dropped for it all the same."""
    tenant = server(OPENS, LOST, GOOD)
    client = tenant.client()
    client.call(QUERY, {})
    answer = client.call(PUSH, {})
    assert isinstance(answer, Heard)
    assert answer.with_session
    assert len(tenant.requests) == 2
    client.call(PUSH, {})
    assert "kdservice-sessionid" not in tenant.requests[-1].headers


def test_a_lost_session_and_then_a_fault_are_each_got_over() -> None:
    """The repeat of a read may itself be repeated, a write's may not."""
    fault = httpx.Response(503)
    tenant = server(OPENS, LOST, fault, GOOD)
    client = tenant.client()
    client.call(QUERY, {})
    assert client.call(QUERY, {}) == Heard(200, b"[]")
    tenant = server(OPENS, LOST, fault, GOOD)
    client = tenant.client()
    client.call(QUERY, {})
    assert client.call(AUDIT, {}) == Heard(503, b"")


def test_a_session_that_is_lost_again_and_again_does_not_go_on_for_ever() -> None:
    """Each refusal opens a new one: still one repeat only."""
    refused = httpx.Response(200, headers=[("Set-Cookie", "kdservice-sessionid=b")], json=LOST)
    tenant = server(OPENS, refused)
    client = tenant.client()
    client.call(QUERY, {})
    client.call(QUERY, {})
    assert len(tenant.requests) == 3
    page = httpx.Response(200, headers=[("Set-Cookie", "kdservice-sessionid=c")], content=b"<html>")
    tenant = server(OPENS, refused, page, refused)
    client = tenant.client()
    client.call(QUERY, {})
    client.call(QUERY, {})
    assert len(tenant.requests) == 4


def test_an_answer_that_outlasts_the_call_is_late() -> None:
    """A body that trickles in does not hold the invocation."""
    tenant = server(b"[]", whole_call_seconds=80)
    tenant.takes = timedelta(seconds=81)
    answer = tenant.client().call(PUSH, {})
    assert isinstance(answer, Lost)
    assert answer.code is Code.ERP_TIMEOUT


def test_the_form_stands_beside_data_or_in_it() -> None:
    """Operations name it beside, queries have it inside."""
    tenant = server(GOOD)
    client = tenant.client()
    client.call(PUSH, {"Numbers": ["1"]}, form="CN_PAYAPPLY")
    assert tenant.body() == {"formid": "CN_PAYAPPLY", "data": {"Numbers": ["1"]}}
    client.call(QUERY, {"FormId": "CN_PAYAPPLY"})
    assert tenant.body() == {"data": {"FormId": "CN_PAYAPPLY"}}


def test_every_request_is_signed() -> None:
    """Also the second on a session, and also a repeat: all nine headers, with a stamp of its own time."""
    tenant = server(OPENS, httpx.Response(503), GOOD)
    client = tenant.client()
    for _ in range(2):
        client.call(QUERY, {})
    signed = {"x-api-clientid", "x-api-auth-version", "x-api-timestamp", "x-api-nonce", "x-api-signheaders",
              "x-api-signature", "x-kd-appkey", "x-kd-appdata", "x-kd-signature"}  # fmt: skip
    assert all(signed <= set(request.headers) for request in tenant.requests)
    assert tenant.requests[0].headers["x-api-timestamp"] == "1740963600"


def test_an_answer_without_end_is_given_up() -> None:
    """Sent, and not understood."""
    answer = server(b"x" * 11, largest_answer_bytes=10).client().call(PUSH, {})
    assert isinstance(answer, Lost)
    assert answer.code is Code.ERP_UNREADABLE


def test_closing_gives_the_connections_back() -> None:
    """After it no call can be made."""
    client = server(GOOD).client()
    client.close()
    with pytest.raises(RuntimeError):
        client.call(QUERY, {})
