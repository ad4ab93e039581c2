"""Up, down, and what runs now."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from paysync.local import aws, deploy, project, state
from paysync.local.build import built
from paysync.local.errors import LocalError
from paysync.local.parameters import check_connections, check_names, check_schemes, in_full, local_parameters
from paysync.local.project import Project
from paysync.local.secrets import Secrets
from paysync.local.state import LocalStack, StackOutputs

_GRACEFUL_SECONDS = 60.0
_IMPATIENT_SECONDS = 5.0  # nothing is kept of one that goes down
_NEWEST_RUNTIME = (3, 14)  # of the template's PythonRuntime; what really runs is the interpreter of .local-aws


def up(  # noqa: PLR0913 — one for each option of the command
    maycur_url: str,
    k3cloud_url: str,
    maycur_secret: Path,
    k3cloud_secret: Path,
    *,
    port: int | None = None,
    overrides: Mapping[str, str] | None = None,
    progress: Callable[[str], None] = lambda _step: None,
) -> StackOutputs:
    """Build, start and deploy; on one that runs already, deploy anew. Its workers and data stay."""
    here, chosen = project.here(), overrides or {}
    check_names(chosen, here.template)
    secrets = Secrets.of(maycur_secret, k3cloud_secret)
    parameters = local_parameters(maycur_url, k3cloud_url, runtime=_runtime(), now=datetime.now(UTC), chosen=chosen)
    check_schemes(parameters, here.template)
    check_connections(parameters, here.template)

    progress("building functions and layers")
    template, anew = built(here, parameters["PythonRuntime"])
    if not anew:
        progress("nothing has changed: built before")

    stack, started = _running(here, port, progress)
    try:
        progress("deploying the stack")
        outputs = _deployed(here, template, stack.port, in_full(parameters, here.template), secrets)
    except BaseException:
        if started:
            _end(here, stack.pid)
        raise
    state.write(here.state_file, replace(stack, outputs=outputs))
    progress("up")
    return outputs


def down() -> bool:
    """Stop it and forget its data. False if none ran."""
    here = project.unchecked()
    known = state.read(here.state_file)
    found = known is not None and aws.runs(known.pid)
    if known is not None:
        _end(here, known.pid)
    return found


def current() -> LocalStack | None:
    """The stack that `up` has made, if it still runs."""
    known = state.read(project.unchecked().state_file)
    return known if known is not None and aws.runs(known.pid) else None


def restart() -> LocalStack:
    """Stop and start it with all its data kept, as a chaos test does."""
    here, stack = project.here(), current()
    if stack is None:
        msg = "No local AWS runs: `paysync local up` starts one"
        raise LocalError(msg)
    if not aws.stop(stack.pid, patience=_GRACEFUL_SECONDS):
        msg = f"The local AWS did not stop within {_GRACEFUL_SECONDS:.0f} s and was killed: its data went back in time"
        raise LocalError(msg)
    again = replace(stack, pid=aws.start(here, stack.port))
    state.write(here.state_file, again)
    return again


_NO_OUTPUTS = StackOutputs(*[""] * len(StackOutputs.__dataclass_fields__))


def _running(here: Project, port: int | None, progress: Callable[[str], None]) -> tuple[LocalStack, bool]:
    """The local AWS to deploy on, and whether it was started for that."""
    stack = current()
    if stack is None:
        aws.forget(here)
        chosen = port or aws.free_port()
        progress(f"starting the local AWS on port {chosen}")
        return LocalStack(chosen, aws.start(here, chosen), _NO_OUTPUTS), True
    if port not in {None, stack.port}:
        msg = f"A local AWS runs on port {stack.port}: `paysync local down` ends it"
        raise LocalError(msg)
    return stack, False


def _deployed(
    here: Project, template: Path, port: int, parameters: Mapping[str, str], secrets: Secrets
) -> StackOutputs:
    deploy.deploy(here, template, port, parameters)
    deploy.allow_batches(port)
    outputs = deploy.outputs_of(port)
    deploy.fill_secrets(port, outputs, secrets)
    return outputs


def _end(here: Project, pid: int) -> None:
    aws.stop(pid, patience=_IMPATIENT_SECONDS)
    aws.forget(here)


def _runtime() -> str:
    major, minor = min(sys.version_info[:2], _NEWEST_RUNTIME)
    return f"python{major}.{minor}"
