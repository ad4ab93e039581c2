"""The process of the local AWS: started on a clean environment, ended by SIGTERM, by its own id."""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from paysync.local.errors import LocalError
from paysync.local.project import Project
from paysync.local.state import endpoint, environment

_LAUNCHER = Path(__file__).with_name("launcher.py")
_START_SECONDS = 60
_KILLED_SECONDS = 20
_children: dict[int, subprocess.Popen[bytes]] = {}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def start(project: Project, port: int) -> int:
    """Start it and wait until it is ready; answers the process id."""
    for folder in (project.run / "tmp", project.run / "state"):
        folder.mkdir(parents=True, exist_ok=True)
    with log_file(project).open("ab") as log:
        process = subprocess.Popen(
            [project.python, "-P", _LAUNCHER],
            env=clean_environment(project, port),
            cwd=project.run,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C of the command that started it must not end it
        )
    _children[process.pid] = process
    deadline = time.monotonic() + _START_SECONDS
    while not ready(port):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            msg = f"The local AWS did not start on port {port}. The end of its log:\n{last_lines(project)}"
            raise LocalError(msg)
        time.sleep(0.1)
    return process.pid


def stop(pid: int, *, patience: float) -> bool:
    """End it and its workers. Gracefully, and then True, if that takes no longer than `patience` seconds."""
    if not runs(pid):
        return True
    os.kill(pid, signal.SIGTERM)
    graceful = _gone(pid, patience)
    if not graceful:
        os.killpg(pid, signal.SIGKILL)  # the session that `start` made: the process and its workers, nobody else
        _gone(pid, _KILLED_SECONDS)
    return graceful


def runs(pid: int) -> bool:
    """Whether the process is there and is ours: ids are used again."""
    _reap(pid)
    return _LAUNCHER.name in _processes("-p", str(pid)).get(pid, "")


def workers(pid: int, function: str) -> list[int]:
    """The processes of the local AWS `pid` in which `function`, by its full name, has been started and may be at work.

    Its own only: every local AWS of this machine gives the stack's functions the same names.
    """
    mark = f"ministack-lambda-{function}-"
    return [each for each, command in _processes("-ax").items() if mark in command and _group(each) == pid]


def ready(port: int) -> bool:
    no_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with no_proxy.open(f"{endpoint(port)}/_ministack/ready", timeout=2) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 — HTTP's OK
    except (urllib.error.URLError, OSError):
        return False


def clean_environment(project: Project, port: int) -> dict[str, str]:
    """All that the process gets. Its workers inherit it: no proxy, profile, path or token of the developer's."""
    return environment(port) | {
        "HOME": str(project.run),
        "PATH": f"{project.python.parent}:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TMPDIR": str(project.run / "tmp"),
        "STATE_DIR": str(project.run / "state"),
        "PERSIST_STATE": "1",  # for restarts
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "AUTH": "true",  # each function has only what its hand-written policy allows
    }


def forget(project: Project) -> None:
    """Remove what a stopped one has left."""
    shutil.rmtree(project.run, ignore_errors=True)
    project.state_file.unlink(missing_ok=True)


def log_file(project: Project) -> Path:
    return project.run / "aws.log"


def last_lines(project: Project, count: int = 20) -> str:
    return "\n".join(log_file(project).read_text(encoding="utf-8", errors="replace").splitlines()[-count:])


def _processes(*which: str) -> dict[int, str]:
    listed = subprocess.run(
        ["ps", *which, "-ww", "-o", "pid=,command="],  # noqa: S607 — wherever this system has it
        capture_output=True,
        text=True,
        check=False,
    )
    pairs = (line.split(maxsplit=1) for line in listed.stdout.splitlines())
    return {int(pair[0]): pair[-1] for pair in pairs}


def _group(pid: int) -> int:
    """The process group, which `start` has made; 0 of a process that has ended meanwhile."""
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def _gone(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while runs(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    if pid in _children:  # what ends has no command line any more before it can be waited for
        with suppress(subprocess.TimeoutExpired):
            _children[pid].wait(_KILLED_SECONDS)
    return True


def _reap(pid: int) -> None:
    """A child of ours that has ended stays in the table until it is waited for."""
    if pid in _children:
        _children[pid].poll()
