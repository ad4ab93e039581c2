"""The HTTP client: what every trouble of the network becomes, how often it asks, and how fast."""

import inspect
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from paysync.adapters.maycur import answers
from paysync.adapters.maycur.client import _LARGEST_ANSWER, WHOLE_CALL, Call, Lost, http_client
from paysync.adapters.network import FATES, Fate
from paysync.adapters.replies import Page
from paysync.core.codes import Code
from paysync.core.errors import DefectError, SettingsError
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown
from unit.adapters.maycur.doubles import World, nack, rows, said

WHAT = "made up"
CALL = Call("/paymenttransaction/paid/list", {"pageNum": "1"}, headers={"tokenId": "T1"})
EXCEPTIONS = [
    kind
    for _, kind in inspect.getmembers(httpx, inspect.isclass)
    if issubclass(kind, Exception) and kind.__module__.startswith("httpx")
]


def raised(kind: type[Exception]) -> World:
    def fail(request: httpx.Request) -> httpx.Response:
        if issubclass(kind, httpx.HTTPStatusError):
            raise kind(WHAT, request=request, response=httpx.Response(500))
        raise kind(WHAT) if inspect.signature(kind).parameters else kind()

    return World(fail)


def read(world: World) -> Outcome[Page]:
    return world.client().read(CALL, answers.page)


def test_every_exception_of_httpx_has_its_fate() -> None:
    """None is left to fall through, and none of the table has left httpx."""
    assert set(EXCEPTIONS) == set(FATES)


@pytest.mark.parametrize("kind", EXCEPTIONS, ids=lambda kind: kind.__name__)
def test_every_exception_of_httpx_becomes_what_the_table_says(kind: type[Exception]) -> None:
    """A read gets an Outcome, whatever the network does; only a wrong address and our own mistakes are raised."""
    match FATES[kind]:
        case Fate.SETTING:
            with pytest.raises(SettingsError, match=f"it is no address that can be called .{kind.__name__}.; use"):
                read(raised(kind))
        case Fate.DEFECT:
            with pytest.raises(DefectError):
                read(raised(kind))
        case Fate.NOT_SENT:
            outcome = read(raised(kind))
            assert isinstance(outcome, DefinitelyNot)
            assert (outcome.diagnosis.code, outcome.transient) == (Code.MAYCUR_UNREACHABLE, True)
        case fate:
            outcome = read(raised(kind))
            assert isinstance(outcome, Unknown)
            expected = Code.MAYCUR_UNREACHABLE if fate is Fate.LOST else Code.MAYCUR_UNREADABLE
            assert outcome.diagnosis.code is expected


def test_an_exception_that_a_later_httpx_adds_takes_the_fate_of_its_root() -> None:
    """Unknown trouble is a lost answer, never a crash."""

    class NewError(httpx.ReadError):
        """Not in the table."""

    assert isinstance(raised(NewError).client().once(CALL), Lost)


@pytest.mark.parametrize("kind", [kind for kind, fate in FATES.items() if fate in {Fate.NOT_SENT, Fate.LOST}])
def test_whether_a_call_was_sent_is_known_only_where_no_connection_came_about(kind: type[Exception]) -> None:
    """A login that was certainly not sent does not count as one; every other may have been received."""
    reply = raised(kind).client().once(CALL)
    assert isinstance(reply, Lost)
    assert reply.sent is (FATES[kind] is Fate.LOST)


@pytest.mark.parametrize("trouble", [said(502), said(429), httpx.Response(200, text="<html>"), nack("请求过于频繁")])
def test_a_read_is_asked_again_at_most_twice(trouble: httpx.Response) -> None:
    """Three requests in all, with growing pauses; then the trouble is the outcome."""
    world = World(lambda _: trouble)
    start = world.clock.now()
    assert not isinstance(read(world), Done)
    assert len(world.requests) == 3
    assert timedelta(seconds=4) <= world.clock.now() - start <= timedelta(seconds=5.1)


def test_trouble_that_passes_costs_a_pause_and_no_more() -> None:
    """The second answer is as good as a first one."""
    coming = [said(503), rows("P1")]
    world = World(lambda _: coming.pop(0))
    assert read(world) == Done(Page(({"paymentBizCode": "P1"},), None, "data"))


@pytest.mark.parametrize("answer", [nack("无权限"), nack("token已失效"), said(code="ACK", data=None), said(code="ACK")])
def test_what_would_be_answered_the_same_is_not_asked_again(answer: httpx.Response) -> None:
    """A NACK, a lost token, a null, an unknown shape."""
    world = World(lambda _: answer)
    assert not isinstance(read(world), Done)
    assert len(world.requests) == 1


def test_retry_after_is_waited_for() -> None:
    """The server's wish comes before ours."""
    coming = [said(429, {"Retry-After": "7"}), rows()]
    world = World(lambda _: coming.pop(0))
    start = world.clock.now()
    assert isinstance(read(world), Done)
    assert world.clock.now() - start >= timedelta(seconds=7)


def test_a_wish_for_minutes_ends_the_read_at_once() -> None:
    """The next run will ask; this one does not sleep until it is killed."""
    world = World(lambda _: said(429, {"Retry-After": "600"}))
    outcome = read(world)
    assert isinstance(outcome, DefinitelyNot)
    assert outcome.diagnosis.code is Code.MAYCUR_THROTTLED
    assert len(world.requests) == 1


@pytest.mark.parametrize(("rate", "seconds"), [("2", 4.5), ("0.5", 18), ("10", 0.9)])
def test_calls_keep_their_distance(rate: str, seconds: float) -> None:
    """Ten calls at n a second take nine nths of a second; the first goes at once."""
    world = World(lambda _: rows())
    client, start = world.client(Decimal(rate)), world.clock.now()
    for _ in range(10):
        client.once(CALL)
    assert world.clock.now() - start == timedelta(seconds=seconds)


def test_a_clock_that_jumps_back_does_not_stop_the_client() -> None:
    """The pause is never longer than the distance between two calls."""
    world = World(lambda _: rows())
    client = world.client(Decimal(2))
    client.once(CALL)
    world.clock.set(world.clock.now() - timedelta(hours=1))
    start = world.clock.now()
    client.once(CALL)
    assert world.clock.now() - start == timedelta(seconds=0.5)


def test_an_answer_without_end_is_left_and_a_read_ends_in_time() -> None:
    """Neither its size nor its time may take the invocation down; what was sent stays sent."""
    endless = World(lambda _: httpx.Response(200, content=b"x" * (_LARGEST_ANSWER + 1)))
    reply = endless.client().once(CALL)
    assert isinstance(reply, Lost)
    assert (reply.sent, reply.failure.diagnosis.code) == (True, Code.MAYCUR_UNREADABLE)

    def slow(_: httpx.Request) -> httpx.Response:
        world.clock.advance(WHOLE_CALL)
        return said(503)

    world = World(slow)
    assert isinstance(read(world), Unknown)
    assert len(world.requests) == 1


def test_a_redirect_is_not_followed() -> None:
    """A token does not travel to another host."""
    world = World(lambda _: httpx.Response(302, headers={"Location": "https://elsewhere.example/"}))
    assert isinstance(read(world), Unknown)
    assert {request.url.host for request in world.requests} == {"maycur.example"}


def test_a_post_sends_json_and_a_get_sends_parameters() -> None:
    """Chinese goes as UTF-8, a Decimal as its text: Maycur's published requests are strings throughout."""
    world = World(lambda _: rows())
    world.client().once(Call("/form/reimburse", {"formStatus": "已完成", "least": Decimal("1.50")}))
    world.client().once(Call("/form/reimburse/报销1", {"a": "已"}, "GET"))
    posted, got = world.requests
    assert posted.content.decode() == '{"formStatus": "已完成", "least": "1.50"}'
    assert str(posted.url) == "https://maycur.example/api/openapi/form/reimburse"
    assert posted.headers["Content-Type"] == "application/json"
    assert got.content == b""
    assert got.url.raw_path.decode() == "/api/openapi/form/reimburse/%E6%8A%A5%E9%94%801?a=%E5%B7%B2"


@pytest.mark.parametrize(
    "url",
    ["https://dt.maycur.com", "https://dt.maycur.com/", " https://dt.maycur.com:443/api/openapi\n", "https://dt.maycur.com/api/openapi/"],
)  # fmt: skip
def test_the_address_is_taken_with_or_without_the_api_path(url: str) -> None:
    """Both are what people paste."""
    with http_client(url) as client:
        assert str(client.base_url) == "https://dt.maycur.com/api/openapi/"


@pytest.mark.parametrize(
    "url",
    [
        *["http://dt.maycur.com", "dt.maycur.com", "", " ", "https://", "ftp://x"],
        *["https://u:hidden@x", "https://hidden@x", "https://:hidden@x", "https://x?hidden=1", "https://x#hidden"],
        *["https://x:hidden", "https://[hidden", "https://x hidden", "https://x:99999", "https://x:0", "https://x\x00"],
    ],
)
def test_a_wrong_address_is_refused_before_the_first_call(url: str) -> None:
    """Plain HTTP would show the token to everyone on the way. The message names a good one and repeats no password."""
    with pytest.raises(SettingsError) as caught:
        http_client(url)
    said = caught.value.diagnosis
    assert said.code is Code.SETTING
    assert "hidden" not in repr(said)
    assert said.problem("en").startswith("Setting MaycurBaseUrl cannot be used: it ")
    assert "；请填写租户的 https:// 地址" in said.problem("zh")


def test_plain_http_is_for_local_use_only() -> None:
    """It needs the setting."""
    assert (
        str(http_client("http://127.0.0.1:8081", allow_plain_http=True).base_url)
        == "http://127.0.0.1:8081/api/openapi/"
    )


def test_certificates_are_verified_and_the_environment_does_not_count() -> None:
    """No proxy or netrc of the machine, no HTTP/2, no cookies to lose, four timeouts."""
    client = http_client("https://dt.maycur.com")
    assert not client.follow_redirects
    assert not client.trust_env
    assert None not in client.timeout.as_dict().values()


def test_a_call_does_not_print_its_body_or_its_token() -> None:
    """The body of a login holds the secret."""
    assert "T1" not in repr(CALL)
    assert "pageNum" not in repr(CALL)
