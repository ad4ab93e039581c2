"""What is remembered of a running local AWS."""

from dataclasses import fields
from pathlib import Path

from paysync.local import LocalStack, StackOutputs
from paysync.local.aws import clean_environment
from paysync.local.project import Project
from paysync.local.state import read, write

OUTPUTS = StackOutputs(*(field.name.upper() for field in fields(StackOutputs)))


def test_a_stack_is_read_as_it_was_written(tmp_path: Path) -> None:
    """One command starts it, another asks."""
    stack = LocalStack(port=1234, pid=99, outputs=OUTPUTS)
    write(tmp_path / "home" / "state.json", stack)
    assert read(tmp_path / "home" / "state.json") == stack


def test_nothing_written_is_no_stack(tmp_path: Path) -> None:
    """Before the first `up`, and after `down`."""
    assert read(tmp_path / "state.json") is None


def test_outputs_are_found_under_cloudformations_names() -> None:
    """And what the template tells beyond them does not matter."""
    names = ["QueueUrl", "DlqUrl", "LedgerTable", "FetchFunction", "PushFunction", "SweepFunction"]
    names += ["ReconcileFunction", "DashboardUrl", "MaycurSecret", "K3CloudSecret", "Further"]
    found = StackOutputs.of({name: name for name in names})
    assert (found.queue_url, found.k3cloud_secret) == ("QueueUrl", "K3CloudSecret")


def test_workers_inherit_nothing_of_the_developers(tmp_path: Path) -> None:
    """No proxy, no profile, no token, no path of packages; and it listens on this machine only."""
    environment = clean_environment(Project(tmp_path, tmp_path), 1234)
    assert environment["BIND_HOST"] == "127.0.0.1"
    assert not {"PYTHONPATH", "AWS_PROFILE", "HTTPS_PROXY"} & environment.keys()
