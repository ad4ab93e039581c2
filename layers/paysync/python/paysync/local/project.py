"""Where things lie: the checkout, its environments, and the folder of the local AWS."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from paysync.local.errors import LocalError

_CHECKOUT = Path(__file__).resolve().parents[5]  # layers/paysync/python/paysync/local/project.py


@dataclass(frozen=True, slots=True)
class Project:
    root: Path
    home: Path
    """State, log and data of the one local AWS. PAYSYNC_LOCAL_HOME moves it, so that several may run."""

    @property
    def template(self) -> Path:
        return self.root / "template.yaml"

    @property
    def sam(self) -> Path:
        return self.root / ".sam" / "bin" / "sam"

    @property
    def python(self) -> Path:
        """The interpreter of the local AWS, on which its Lambda workers run too."""
        return self.root / ".local-aws" / "bin" / "python"

    @property
    def uv(self) -> Path:
        return Path(sys.executable).with_name("uv")

    @property
    def builds(self) -> Path:
        """Shared by all local AWSs of this checkout: a build depends on the tree alone."""
        return self.root / ".paysync-local" / "build"

    @property
    def state_file(self) -> Path:
        return self.home / "state.json"

    @property
    def run(self) -> Path:
        """What the running process writes; gone with it."""
        return self.home / "run"


def here() -> Project:
    """The project of this checkout, complete enough to run a local AWS."""
    found = unchecked()
    for needed in (found.template, found.sam, found.python):
        if not needed.exists():
            missing = needed.relative_to(found.root)
            msg = f"{missing} is missing: the local AWS runs from a checkout of paysync, after `make dev`"
            raise LocalError(msg)
    return found


def unchecked() -> Project:
    """The same without the checks: enough to ask whether something runs."""
    elsewhere = os.environ.get("PAYSYNC_LOCAL_HOME")
    return Project(_CHECKOUT, Path(elsewhere).resolve() if elsewhere else _CHECKOUT / ".paysync-local")
