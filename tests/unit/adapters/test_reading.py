"""Reading an answer: bounds of size and time, of which the last wait is one that the real client must keep."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from typing import Final

import httpx
import pytest

from fakes.system import FakeClock
from paysync.adapters.reading import BETWEEN_PIECES, Cut, body_of

_LEFT: Final = timedelta(seconds=0.2)
_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{"


def read(pieces: Iterator[bytes], clock: FakeClock, *, largest: int = 10) -> bytes | Cut:
    """What is read of an answer in these pieces, with a minute to go."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=pieces))
    with httpx.Client(transport=transport) as client, client.stream("GET", "https://x.example/") as response:
        return body_of(response, clock, until=clock.now() + timedelta(minutes=1), largest=largest)


@pytest.mark.parametrize(("size", "wanted"), [(10, b"x" * 10), (11, Cut.TOO_LONG)])
def test_an_answer_may_be_so_long_and_no_longer(size: int, wanted: object) -> None:
    """The rest is not read."""
    assert read(iter([b"x" * size]), FakeClock()) == wanted


@pytest.mark.parametrize(("seconds", "wanted"), [(60, b"{}"), (61, Cut.TOO_LATE)])
def test_an_answer_that_drips_is_left_when_the_time_is_up(seconds: int, wanted: object) -> None:
    """Each piece comes in time, the whole does not."""
    clock = FakeClock()

    def pieces() -> Iterator[bytes]:
        yield b"{"
        clock.advance(timedelta(seconds=seconds))
        yield b"}"

    assert read(pieces(), clock) == wanted


@pytest.mark.parametrize(
    ("given", "left", "wanted"),
    [
        (60, timedelta(seconds=70), BETWEEN_PIECES.total_seconds()),
        (60, timedelta(seconds=7), 7),
        (5, timedelta(seconds=7), 5),
        (60, timedelta(seconds=-1), 0.1),
    ],
)
def test_the_body_is_waited_for_no_longer_than_is_left(given: float, left: timedelta, wanted: float) -> None:
    """The timeout that was right when the call began is shortened when its answer does."""
    clock, seen = FakeClock(), []

    def answer(request: httpx.Request) -> httpx.Response:
        def pieces() -> Iterator[bytes]:
            seen.append(request.extensions["timeout"]["read"])
            yield b"{}"

        return httpx.Response(200, content=pieces())

    with (
        httpx.Client(transport=httpx.MockTransport(answer), timeout=given) as client,
        client.stream("GET", "https://x.example/") as response,
    ):
        body_of(response, clock, until=clock.now() + left, largest=10)
    assert seen == [pytest.approx(wanted)]


@contextmanager
def stalls() -> Iterator[str]:
    """A real server that sends half an answer; the rest only after seconds, or when the test is over."""
    over = Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(_HEAD)
                if not over.wait(5):
                    connection.sendall(b"}")

        thread = Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        over.set()
        thread.join()


def test_the_real_client_keeps_the_shortened_time() -> None:
    """A stalled body ends with what was left, not with the timeout of the call: else the rest would be read here."""
    clock = FakeClock()
    with (
        stalls() as url,
        httpx.Client(timeout=30, trust_env=False) as client,
        client.stream("GET", url) as response,
        pytest.raises(httpx.ReadTimeout),
    ):
        body_of(response, clock, until=clock.now() + _LEFT, largest=10)
