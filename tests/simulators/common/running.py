"""A simulator that runs for as long as a `with` block: in a thread of this process, or as a process of its own.

Example:
    with RunningSimulator.in_thread(lambda: make_app(State())) as simulator:
        simulator.load(applications=[…])
        client(simulator.url)
        assert simulator.books()["bills"] == []

Both simulators are driven alike, by what they answer under /_sim/.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

import httpx
from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
    from types import TracebackType

_TESTS = Path(__file__).parents[2]
_PATIENCE_SECONDS = 20.0


class RunningSimulator:
    """Starts on entry, stops on exit. `url` has no path; every simulator answers under /_sim/."""

    def __init__(self, start: Callable[[], _Server]) -> None:
        self._start = start
        self.url = ""

    @classmethod
    def in_thread(cls, make_app: Callable[[], web.Application], *, port: int = 0) -> Self:
        """Serve an application from a thread with its own event loop."""
        return cls(lambda: _ThreadServer(make_app, port))

    @classmethod
    def in_process(cls, name: str, *arguments: str) -> Self:
        """Run `python -m simulators.<name> --port <free> …`."""
        return cls(lambda: _ProcessServer(name, arguments))

    def __enter__(self) -> Self:
        self._server = self._start()
        self.url = self._server.url
        self._control = httpx.Client(base_url=self.url, trust_env=False, timeout=30)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._control.close()
        self._server.stop()

    def get(self, path: str) -> Any:
        """GET /_sim/<path>."""
        return _checked(self._control.get(f"/_sim/{path}"))

    def post(self, path: str, document: object = None) -> Any:
        """POST /_sim/<path> with a JSON document."""
        return _checked(self._control.post(f"/_sim/{path}", json={} if document is None else document))

    def books(self) -> Any:
        """All that the simulator knows."""
        return self.get("books")

    def calls(self) -> Any:
        """What was called, how often, how many at once."""
        return self.get("calls")

    def load(self, **what: object) -> Any:
        """Add to the books."""
        return self.post("load", what)

    def settings(self, **changes: object) -> Any:
        """Change switches."""
        return self.post("settings", changes)

    def faults(self, *faults: Mapping[str, object]) -> Any:
        """Replace the plan; without arguments nothing goes wrong any more."""
        return self.post("faults", list(faults))

    @contextmanager
    def unreachable(self) -> Iterator[None]:
        """Nobody listens inside the block: connections are refused (only for a simulator in a thread)."""
        assert isinstance(self._server, _ThreadServer), "only a simulator in a thread can stop listening"
        self._server.pause()
        try:
            yield
        finally:
            self._server.resume()

    def reset(self) -> None:
        """Back to the beginning."""
        self.post("reset")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _checked(response: httpx.Response) -> Any:
    if response.status_code != httpx.codes.OK:
        message = f"{response.request.url}: {response.status_code} {response.text}"
        raise RuntimeError(message)
    return response.json()


class _Server(Protocol):
    """Something that runs at `url` until it is stopped."""

    url: str

    def stop(self) -> None:
        """End it and wait for the end."""
        ...


class _ThreadServer:
    """An aiohttp application in a thread of its own."""

    def __init__(self, make_app: Callable[[], web.Application], port: int) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="simulator")
        self._thread.start()
        self._port = port
        self._await(self._begin(make_app))
        self.url = f"http://127.0.0.1:{self._port}"

    def pause(self) -> None:
        """Stop listening and drop every connection."""
        self._await(self._unlisten())

    def resume(self) -> None:
        """Listen on the same port again."""
        self._await(self._listen())

    def stop(self) -> None:
        self._await(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE_SECONDS)
        self._loop.close()

    def _await(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE_SECONDS)

    async def _begin(self, make_app: Callable[[], web.Application]) -> None:
        self._runner = web.AppRunner(make_app(), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await self._listen()
        self._port = int(self._runner.addresses[0][1])

    async def _listen(self) -> None:
        self._site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await self._site.start()

    async def _end(self) -> None:
        await self._runner.cleanup()
        left = asyncio.all_tasks() - {asyncio.current_task()}  # of connections that were dropped in mid-request
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _unlisten(self) -> None:
        await self._site.stop()
        server = self._runner.server
        for connection in server.connections if server else ():
            connection.force_close()


class _ProcessServer:
    """`python -m simulators.<name>` on a free port."""

    def __init__(self, name: str, arguments: Iterable[str]) -> None:
        port = free_port()
        command = [sys.executable, "-m", f"simulators.{name}", "--port", str(port), *arguments]
        self._process = subprocess.Popen(command, cwd=_TESTS, env={**os.environ, "PYTHONPATH": str(_TESTS)})
        self.url = f"http://127.0.0.1:{port}"
        try:
            _await_health(self.url, self._process)
        except BaseException:
            self._process.kill()
            raise

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(_PATIENCE_SECONDS)


def _await_health(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            message = f"the simulator ended at once with {process.returncode}"
            raise RuntimeError(message)
        try:
            httpx.get(f"{url}/_sim/health", trust_env=False).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    message = f"no simulator at {url} after {_PATIENCE_SECONDS} s"
    raise RuntimeError(message)
