"""An integrator's checkout: this tree as it is, and scheme files of his own beside the shipped ones. No other change.

Its `paysync` runs as a user runs it, a process for each command: which schemes there are is a matter of the tree.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cloud.command import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT = Path(__file__).parents[2]
_TREE = ("functions", "layers", "template.yaml")
_TOOLS = (".sam", ".local-aws")
_PACKAGE = Path("layers/paysync/python")
_SCHEMES = _PACKAGE / "paysync" / "schemes"


class Checkout:
    """A copy of the tree that `sam build` reads, with the tools of this one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in _TREE:
            here = ROOT / name
            if here.is_dir():
                shutil.copytree(here, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(here, folder / name)
        for name in _TOOLS:
            (folder / name).symlink_to(ROOT / name)

    def add(self, schemes: Iterable[Path]) -> None:
        """Put schemes beside the shipped ones."""
        for file in schemes:
            shutil.copy(file, self.folder / _SCHEMES / file.name)

    def differs(self) -> Sequence[str]:
        """The files in which it is not this tree, as `git status` would name them."""
        mine, theirs = _files(ROOT), _files(self.folder)
        return sorted(name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name))

    def paysync(self, *arguments: str, ends: int | None = 0) -> Answer:
        """Run `paysync --stack local …` of this checkout and check its exit code; None takes any."""
        done = subprocess.run(
            [sys.executable, "-c", "from paysync.cli.main import main; main()", "--stack", "local", *arguments],
            env={**os.environ, "PYTHONPATH": str(self.folder / _PACKAGE), "PYTHONDONTWRITEBYTECODE": "1"},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        said = f"{done.stdout}{done.stderr}"
        assert ends in {done.returncode, None}, f"paysync {' '.join(arguments)} ended with {done.returncode}:\n{said}"
        return Answer(done.returncode, done.stdout, done.stderr)


def _files(root: Path) -> dict[str, bytes]:
    trees = [
        file for name in _TREE for file in ([root / name] if (root / name).is_file() else (root / name).rglob("*"))
    ]
    return {
        str(file.relative_to(root)): file.read_bytes()
        for file in trees
        if file.is_file() and "__pycache__" not in file.parts
    }
