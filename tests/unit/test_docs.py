"""The pages say what the code and the template say: alarms, parameters, links, generated parts."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Final

import pytest

from paysync.adapters.k3cloud.forms import Forms
from paysync.adapters.k3cloud.settings import CHOICES

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
OPERATIONS: Final = [ROOT / "docs" / name for name in ("operations.md", "operations.zh-CN.md")]
TEMPLATE: Final = (ROOT / "template.yaml").read_text(encoding="utf-8")


def test_generated_pages_are_fresh() -> None:
    """`make docs` would change nothing."""
    command = [sys.executable, str(ROOT / "tools" / "docs.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", OPERATIONS, ids=lambda page: page.name)
def test_every_alarm_has_its_heading(page: Path) -> None:
    """An alarm's text names a place in the operations page; whoever is paged must find it."""
    wanted = set(re.findall(r"docs/operations\.md#([a-z-]+)", re.sub(r"-\n\s+", "-", TEMPLATE)))
    headings = set(re.findall(r"^### (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE))
    assert wanted
    assert wanted <= headings


@pytest.mark.parametrize("page", OPERATIONS, ids=lambda page: page.name)
def test_every_parameter_is_explained(page: Path) -> None:
    """What `sam deploy --guided` asks for is on the page."""
    block = re.split(r"\n(?=[A-Z])", TEMPLATE.partition("\nParameters:\n")[2])[0]
    names = re.findall(r"^  (\w+):$", block, re.MULTILINE)
    text = page.read_text(encoding="utf-8")
    assert names
    assert [name for name in names if name not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """A relative link names a file that is there."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [target for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_option_of_k3cloud_is_explained() -> None:
    """What a tenant may have otherwise is on the page, with what it is when nobody says."""
    text = (ROOT / "docs" / "connectors.md").read_text(encoding="utf-8")
    told = {name for row in re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert [one.name for one in fields(Forms) if one.name not in told] == []
    assert [name for name in CHOICES if name not in told] == []
