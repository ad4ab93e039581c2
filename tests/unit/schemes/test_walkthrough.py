"""The walkthrough of docs/schemes.md: every command of it runs as it stands there, in a copy of the tree."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from paysync.schemes import FOLDER

ROOT: Final = Path(__file__).parents[3]
PAGE: Final = (ROOT / "docs" / "schemes.md").read_text(encoding="utf-8")
SECTION: Final = PAGE.partition("## Another pair of documents in fifteen minutes")[2].partition("\n## ")[0]
COMMANDS: Final = "\n".join(re.findall(r"^```sh\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL))
PACKAGE: Final = Path("layers/paysync/python")
SCHEMES: Final = PACKAGE / "paysync" / "schemes"
FAILS: Final = " # fails"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, and a `paysync` that runs it."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(FOLDER.parents[1], folder / PACKAGE, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    command = folder / "bin" / "paysync"
    command.parent.mkdir()
    command.write_text(f"#!{sys.executable}\nfrom paysync.cli.main import main\nmain()\n", encoding="utf-8")
    command.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def said(checkout: Path) -> str:
    """All that the commands say; each must end well, but one that the page calls a failure must not."""
    lines = [f"! {line.removesuffix(FAILS)}" if line.endswith(FAILS) else line for line in COMMANDS.splitlines()]
    path = f"{checkout / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["/usr/bin/env", "bash", "-euo", "pipefail", "-c", "\n".join(lines)],
        cwd=checkout,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(checkout / PACKAGE), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_commands_run_as_they_stand_on_the_page(said: str) -> None:
    """Copied, checked, tested, compared and previewed; the slip is told with what was meant."""
    assert COMMANDS.count("paysync scheme") == 7
    for words in (
        "no problem found",
        "2 of 2 passed",
        "source.endpoint",
        "'备用金'",
        "nothing was sent",
        "reson has no value here; did you mean reason?",
    ):
        assert words in said


def test_one_new_file_is_all(said: str, checkout: Path) -> None:
    """No line of code, of the template or of another scheme has changed."""
    assert said
    mine, theirs = (
        {str(file.relative_to(root)): file.read_bytes() for file in files(root)} for root in (ROOT, checkout)
    )
    changed = sorted(name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name))
    assert changed == [str(SCHEMES / "preconsume-to-paybill.yaml")]


def files(root: Path) -> list[Path]:
    """What the layer is built from."""
    found = [file for file in (root / PACKAGE / "paysync").rglob("*") if file.is_file()]
    return [file for file in found if "__pycache__" not in file.parts]
