"""`sam build` for the interpreter of the local AWS, cached by content: an unchanged tree builds nothing."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paysync.local.errors import LocalError
from paysync.local.project import Project

_SOURCES = ("functions", "layers")
_NOT_SHIPPED = {"cli", "console", "local", "__pycache__"}
_KEPT = 4


def built(project: Project, runtime: str) -> tuple[Path, bool]:
    """The built template of the tree as it is now, and whether it had to be built."""
    folder = project.builds / digest(project.root, runtime)
    template = folder / "template.yaml"
    with _alone(project.builds):
        if template.exists():
            os.utime(folder)
            return template, False
        _sam_build(project, runtime, folder)
        _prune(project.builds)
    return template, True


def digest(root: Path, runtime: str) -> str:
    """Of everything that `sam build` reads."""
    total = hashlib.sha256(runtime.encode())
    for file in sources(root):
        total.update(f"\0{file.relative_to(root)}\0".encode())
        total.update(file.read_bytes())
    return total.hexdigest()[:16]


def sources(root: Path) -> list[Path]:
    trees = [file for name in _SOURCES for file in (root / name).rglob("*") if file.is_file()]
    shipped = [file for file in trees if not _NOT_SHIPPED.intersection(file.relative_to(root).parts)]
    return sorted([root / "template.yaml", *shipped])


def _sam_build(project: Project, runtime: str, folder: Path) -> None:
    unfinished = folder.with_suffix(".unfinished")
    command: list[str | Path] = [project.sam, "build", "--template", project.template, "--base-dir", project.root]
    command += ["--build-dir", unfinished, "--cached", "--cache-dir", project.builds / f"cache-{runtime}"]
    command += ["--parameter-overrides", f"PythonRuntime={runtime}", "--config-file", empty_config(project)]
    run_sam(command, build_environment(project))
    unfinished.rename(folder)


def build_environment(project: Project) -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
    return mine | {
        "PAYSYNC_LAYER_TARGET": "local",
        "PAYSYNC_LAYER_PYTHON": str(project.python),
        "PAYSYNC_LAYER_UV": str(project.uv) if project.uv.exists() else "",
        "AWS_DEFAULT_REGION": "us-east-1",
        "SAM_CLI_TELEMETRY": "0",
        "__SAM_CLI_APP_DIR": str(project.builds / "sam"),
    }


def run_sam(command: list[str | Path], env: dict[str, str]) -> None:
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip() and "Uploading" not in line]
        said = "\n".join(lines[-30:])
        msg = f"`sam {command[1]}` failed. The end of what it said:\n{said}"
        raise LocalError(msg)


def empty_config(project: Project) -> Path:
    """samconfig.toml is about the cloud; nothing of it may reach the local stack."""
    file = project.builds / "samconfig.toml"
    file.write_text("version = 0.1\n", encoding="utf-8")
    return file


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two test sessions of one checkout must not build into the same folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _prune(folder: Path) -> None:
    finished = sorted((file.parent for file in folder.glob("*/template.yaml")), key=lambda each: each.stat().st_mtime)
    for old in finished[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
