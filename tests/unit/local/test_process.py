"""The process of the local AWS: ours only, ended by its own id, and never left behind by a command that failed."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from paysync import local
from paysync.local import aws, deploy, project, stack, state
from paysync.local.errors import LocalError
from paysync.local.project import Project

SECRETS = {
    "maycur.json": '{"app_code": "a", "app_secret": "b"}',
    "k3cloud.json": json.dumps(dict.fromkeys(("acct_id", "user_name", "app_id", "app_secret", "lcid", "org_num"), "x")),
}
NOTHING = state.StackOutputs(*[""] * 10)


class Processes:
    """Processes that look like a local AWS to whoever lists them."""

    def __init__(self) -> None:
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, *names: str, ignores_signal: bool = False) -> int:
        """One that waits to be ended; `names` are seen in the list of processes."""
        ignore = f"signal.signal({int(signal.SIGTERM)}, signal.SIG_IGN);" if ignores_signal else ""
        code = f"import signal; {ignore} print(1, flush=True); signal.pause()"
        made = subprocess.Popen(
            [sys.executable, "-c", code, *(names or ("launcher.py",))], stdout=subprocess.PIPE, start_new_session=True
        )
        assert made.stdout is not None
        made.stdout.readline()
        made.stdout.close()
        self.started.append(made)
        aws._children[made.pid] = made
        return made.pid


@pytest.fixture
def processes() -> Iterator[Processes]:
    """None is left behind."""
    made = Processes()
    yield made
    for process in made.started:
        process.kill()
        process.wait()
        del aws._children[process.pid]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A local AWS of this test's own."""
    monkeypatch.setenv("PAYSYNC_LOCAL_HOME", str(tmp_path / "home"))
    for name, text in SECRETS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return project.unchecked()


def known(home: Project, pid: int, port: int = 1234) -> None:
    """What a former `up` has left."""
    state.write(home.state_file, state.LocalStack(port, pid, NOTHING))


def test_it_ends_by_the_signal_that_lets_it_keep_its_state(processes: Processes) -> None:
    """SIGTERM first; a graceful end is told from a kill, and one that is gone already is no trouble."""
    pid = processes.start()
    assert aws.runs(pid)
    assert aws.stop(pid, patience=20)
    assert not aws.runs(pid)
    assert aws.stop(pid, patience=0)


def test_a_child_that_ends_is_waited_for(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once it has no command line any more it still takes a while to end, and nobody else would take it away."""
    pid = processes.start()
    seen = iter([{pid: "launcher.py"}])
    monkeypatch.setattr(aws, "_processes", lambda *_: next(seen, {}))
    monkeypatch.setattr(processes.started[0], "poll", lambda: None)
    assert aws.stop(pid, patience=20)
    assert processes.started[0].returncode == -signal.SIGTERM


def test_one_that_does_not_end_is_killed_and_that_is_told(processes: Processes) -> None:
    """Its data may have gone back in time then."""
    pid = processes.start(ignores_signal=True)
    assert not aws.stop(pid, patience=0)
    assert not aws.runs(pid)


def test_a_process_of_somebody_else_is_never_ours(processes: Processes) -> None:
    """Ids are used again: what is not our launcher is neither ours nor ended."""
    pid = processes.start("somebody-else.py")
    assert not aws.runs(pid)
    assert aws.stop(pid, patience=0)
    assert processes.started[0].poll() is None


def test_workers_are_those_of_one_local_aws(processes: Processes) -> None:
    """Every local AWS names its functions alike; and one that has ended meanwhile is nobody's."""
    pid = processes.start("ministack-lambda-push-1")
    assert pid in aws.workers(pid, "push")
    assert aws.workers(pid, "fetch") == []
    assert aws.workers(pid + 1, "push") == []
    assert aws._group(2**22 + 1) == 0


def test_one_that_does_not_start_says_the_end_of_its_log(tmp_path: Path) -> None:
    """The interpreter lacks the local AWS: the reason is in the error, and no process is left."""
    here = Project(tmp_path, tmp_path / "home")
    here.python.parent.mkdir(parents=True)
    here.python.symlink_to(sys.executable)
    with pytest.raises(LocalError) as failed:
        aws.start(here, aws.free_port())
    assert "did not start on port" in str(failed.value)
    assert "ministack" in str(failed.value)
    assert aws.last_lines(here, 1) in str(failed.value)


def test_down_ends_it_and_forgets_its_data(home: Project, processes: Processes) -> None:
    """True only where one ran; the second time there is nothing to do."""
    known(home, processes.start())
    home.run.mkdir()
    assert local.current() is not None
    assert local.down()
    assert (home.run.exists(), home.state_file.exists(), local.current()) == (False, False, None)
    assert not local.down()


def test_what_is_not_running_is_not_restarted(home: Project) -> None:
    """With the command that starts one."""
    assert not home.state_file.exists()
    with pytest.raises(LocalError, match="paysync local up"):
        local.restart()


def test_a_restart_that_was_no_graceful_end_is_an_error(
    home: Project, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chaos test must not take lost data for the program's."""
    known(home, processes.start(ignores_signal=True))
    monkeypatch.setattr(stack, "_GRACEFUL_SECONDS", 0.0)
    with pytest.raises(LocalError, match="went back in time"):
        local.restart()


def test_a_restart_keeps_port_and_outputs(home: Project, processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process, remembered in the place of the former one."""
    known(home, processes.start())
    monkeypatch.setattr(aws, "start", lambda _here, _port: processes.start())
    again = local.restart()
    assert (again.port, again.pid) == (1234, processes.started[1].pid)
    assert local.current() == again


@pytest.fixture
def built_and(monkeypatch: pytest.MonkeyPatch, processes: Processes) -> pytest.MonkeyPatch:
    """Nothing is built here, and the process that starts is an empty one; tests/cloud does both."""
    monkeypatch.setattr(stack, "built", lambda here, _runtime: (here.template, False))
    monkeypatch.setattr(aws, "start", lambda _here, _port: processes.start())
    for name, answer in {"deploy": None, "allow_batches": None, "outputs_of": NOTHING, "fill_secrets": None}.items():
        monkeypatch.setattr(deploy, name, lambda *_, answer=answer: answer)
    return monkeypatch


def up(home: Project, port: int | None = None, **overrides: str) -> list[str]:
    """`up` against endpoints where nobody listens; the steps that it told."""
    steps: list[str] = []
    secrets = [home.home.parent / name for name in SECRETS]
    nobody = "http://127.0.0.1:9/"
    local.up(nobody, nobody, *secrets, port=port, overrides=overrides, progress=steps.append)
    return steps


@pytest.mark.usefixtures("built_and")
def test_up_starts_one_and_deploys_on_what_runs(home: Project, processes: Processes) -> None:
    """The second time nothing is started: workers and data stay. Another port would need another one."""
    steps = up(home, port=1235)
    assert steps[-1] == "up"
    assert "starting the local AWS on port 1235" in steps
    assert not any("starting" in step for step in up(home))
    assert len(processes.started) == 1
    with pytest.raises(LocalError, match="runs on port 1235"):
        up(home, port=1236)


def test_an_up_that_fails_leaves_no_process_behind(
    home: Project, processes: Processes, built_and: pytest.MonkeyPatch
) -> None:
    """But one that had been running goes on: its data is somebody's."""

    def refused(*_: object) -> None:
        raise LocalError("refused")

    with built_and.context() as patch:
        patch.setattr(deploy, "deploy", refused)
        with pytest.raises(LocalError, match="refused"):
            up(home)
    assert not aws.runs(processes.started[0].pid)
    assert local.current() is None
    up(home)
    built_and.setattr(deploy, "deploy", refused)
    with pytest.raises(LocalError, match="refused"):
        up(home)
    assert local.current() is not None


@pytest.mark.usefixtures("built_and")
def test_a_slip_in_a_parameter_costs_no_build(home: Project, processes: Processes) -> None:
    """It is told before anything starts."""
    with pytest.raises(LocalError):
        up(home, NoSuchParameter="1")
    assert processes.started == []


def test_a_checkout_that_is_not_complete_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And which command makes it."""
    monkeypatch.setattr(project, "_CHECKOUT", tmp_path)
    monkeypatch.delenv("PAYSYNC_LOCAL_HOME", raising=False)
    assert project.unchecked().home == tmp_path / ".paysync-local"
    with pytest.raises(LocalError, match=r"template\.yaml is missing.*make dev"):
        project.here()
