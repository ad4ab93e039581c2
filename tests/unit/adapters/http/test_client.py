"""The HTTP client: where a call may go, what it carries, and that no secret comes back out of an answer."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from fakes.system import START, FakeClock, SeededIds
from paysync.adapters.http.client import _LARGEST_ANSWER, WHOLE_CALL, Call, HttpClient, http_client
from paysync.adapters.http.headers import Sealed, headers_of, hidden_in
from paysync.adapters.pacing import Pacer
from paysync.adapters.replies import Reply
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.errors import DefectError, SettingsError
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown
from paysync.core.templates import parse

Answer = Callable[[httpx.Request], httpx.Response]


def client(answer: Answer, clock: FakeClock, pacer: Pacer | None = None) -> HttpClient:
    """A client whose requests end in `answer`."""
    http = http_client("https://system.example/base", transport=httpx.MockTransport(answer))
    hidden = hidden_in({"token": "a-token-of-some-length", "short": "abc"})
    return HttpClient(http, clock=clock, ids=SeededIds(), pacer=pacer, hidden=hidden)


def get(path: str = "/a", **query: str) -> Call:
    """A read."""
    return Call("GET", path, dict(query), {"Authorization": "Bearer x"})


def test_a_get_has_a_query_and_other_methods_a_body() -> None:
    """Below the base address, numbers exact, nothing rounded on the way."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=b"{}")

    clock = FakeClock()
    one = client(answer, clock)
    one.once(get("/a/%2Fb", x="1 2"), until=one.deadline())
    one.once(Call("POST", "/c", {"amount": Decimal("12345678901234567.10")}, {}), until=one.deadline())
    assert str(seen[0].url) == "https://system.example/base/a/%2Fb?x=1+2"
    assert seen[0].headers["Authorization"] == "Bearer x"
    assert seen[1].content == b'{"amount": 12345678901234567.10}'


@pytest.mark.parametrize("path", ["//other.example/a", "a", "", "/a?b", "/a#b", "/a\\b", "/付", "/a b", "/a\n"])
def test_a_path_that_could_lead_elsewhere_is_not_called(path: str) -> None:
    """The secret goes to the stack's address only; nothing was sent, so it is a passing no."""

    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError(request.url)

    one = client(answer, FakeClock())
    outcome = one.once(get(path), until=one.deadline())
    assert isinstance(outcome, DefinitelyNot)
    assert outcome.transient


def test_a_secret_that_the_system_repeats_goes_no_further() -> None:
    """An answer that quotes the token would carry it into a diagnosis and the log; a short value may be anything."""
    one = client(lambda _: httpx.Response(401, content=b'{"message": "a-token-of-some-length abc"}'), FakeClock())
    reply = one.once(get(), until=one.deadline())
    assert isinstance(reply, Reply)
    assert reply.body == b'{"message": "*** abc"}'
    assert "abc" not in repr(reply)


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    """Another host would get the headers."""
    calls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(str(request.url))
        return httpx.Response(302, headers={"Location": "https://other.example/"})

    one = client(answer, FakeClock())
    reply = one.once(get(), until=one.deadline())
    assert isinstance(reply, Reply)
    assert (reply.status, len(calls)) == (302, 1)


def test_no_try_begins_when_the_time_is_up() -> None:
    """What a call may take with its repeats is bounded."""
    clock = FakeClock()

    def answer(_: httpx.Request) -> httpx.Response:
        clock.advance(timedelta(seconds=50))
        return httpx.Response(503)

    def judge(reply: Reply) -> Outcome[None]:
        return Unknown(Diagnosis.of(Code.HTTP_SERVER, status=reply.status))

    one = client(answer, clock)
    assert not isinstance(one.read(get(), judge, until=one.deadline()), Done)
    assert clock.now() - START <= WHOLE_CALL + timedelta(seconds=50)
    outcome = one.once(get(), until=clock.now())
    assert isinstance(outcome, DefinitelyNot)
    assert outcome.transient


def test_calls_keep_their_distance() -> None:
    """Two a second, whoever makes them."""
    clock = FakeClock()
    one = client(lambda _: httpx.Response(200), clock, Pacer(clock, Decimal(2)))
    for _ in range(3):
        one.once(get(), until=one.deadline())
    assert clock.now() - START == timedelta(seconds=1)


@pytest.mark.parametrize("url", ["http://system.example", "https://", "https://user:pass@system.example", "x"])
def test_a_wrong_address_is_refused_without_being_quoted(url: str) -> None:
    """It may hold a password."""
    with pytest.raises(SettingsError) as refused:
        http_client(url)
    assert "HttpBaseUrl" in str(refused.value)
    assert "pass" not in str(refused.value)


def test_headers_take_the_secret_and_show_nothing() -> None:
    """Only whoever sends them sees the values."""
    headers = headers_of(
        (("Authorization", parse("Bearer {{secret.token}}")), ("X-Tenant", parse("{{param.tenant}}"))),
        {"token": "abcdefgh"},
        {"tenant": "t1"},
        setting="arn",
    )
    assert isinstance(headers, Sealed)
    assert headers.values == {"Authorization": "Bearer abcdefgh", "X-Tenant": "t1"}
    assert "abcdefgh" not in repr(headers)


@pytest.mark.parametrize("secret", [{}, {"token": ""}, {"token": "付款"}, {"token": "a\nb"}, {"token": {"a": "b"}}])
def test_a_secret_that_gives_no_header_is_named_and_not_quoted(secret: dict[str, object]) -> None:
    """Before anything is sent: which secret, which field."""
    with pytest.raises(SettingsError) as refused:
        headers_of((("Authorization", parse("Bearer {{secret.token}}")),), secret, {}, setting="arn:of:the:secret")
    assert "arn:of:the:secret" in str(refused.value)
    assert "付款" not in str(refused.value)


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        (httpx.ConnectError("x"), ("no", Code.HTTP_UNREACHABLE)),
        (httpx.PoolTimeout("x"), ("no", Code.HTTP_UNREACHABLE)),
        (httpx.ReadTimeout("x"), ("unknown", Code.HTTP_LOST)),
        (httpx.RemoteProtocolError("x"), ("unknown", Code.HTTP_LOST)),
        (httpx.DecodingError("x"), ("unknown", Code.HTTP_UNREADABLE)),
    ],
    ids=lambda part: type(part).__name__,
)
def test_only_what_was_not_sent_is_a_no(error: Exception, wanted: tuple[str, Code]) -> None:
    """A call whose answer is missing may have been carried out: unknown, and never repeated here."""
    calls: list[httpx.Request] = []

    def fail(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        raise error

    one = client(fail, FakeClock())
    outcome = one.once(Call("POST", "/a", {}, {}), until=one.deadline())
    assert isinstance(outcome, DefinitelyNot | Unknown)
    assert ("no" if isinstance(outcome, DefinitelyNot) else "unknown", outcome.diagnosis.code) == wanted
    assert len(calls) == 1


def test_a_defect_of_ours_is_no_answer_of_theirs() -> None:
    """The library says that we use it wrongly: that is raised, and not taken for an outage."""

    def fail(_: httpx.Request) -> httpx.Response:
        raise httpx.StreamConsumed

    one = client(fail, FakeClock())
    with pytest.raises(DefectError):
        one.once(get(), until=one.deadline())


def test_an_answer_without_end_is_left() -> None:
    """Neither its size nor its time may take the invocation down; what was done stays unknown."""
    endless = client(lambda _: httpx.Response(200, content=b"x" * (_LARGEST_ANSWER + 1)), FakeClock())
    outcome = endless.once(get(), until=endless.deadline())
    assert (isinstance(outcome, Unknown) and outcome.diagnosis.code) == Code.HTTP_UNREADABLE
    clock = FakeClock()

    def drips() -> Iterator[bytes]:
        yield b"{"
        clock.advance(WHOLE_CALL * 2)
        yield b"}"

    slow = client(lambda _: httpx.Response(200, content=drips()), clock)
    outcome = slow.once(get(), until=slow.deadline())
    assert (isinstance(outcome, Unknown) and outcome.diagnosis.code) == Code.HTTP_LOST


def test_a_query_holds_single_values_exactly() -> None:
    """Numbers as they are written; a list has no one meaning there."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=b"{}")

    one = client(answer, FakeClock())
    one.once(Call("GET", "/a", {"amount": Decimal("10.10"), "draft": True}, {}), until=one.deadline())
    assert str(seen[0].url).endswith("/a?amount=10.10&draft=true")
    with pytest.raises(DefectError):
        one.once(Call("GET", "/a", {"ids": [1, 2]}, {}), until=one.deadline())
