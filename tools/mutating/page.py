"""docs/mutants.md: what it explains, and the table at its end, which a run fills in."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


def explained(page: str, module: str) -> set[str]:
    """The names in the module's section that a paragraph follows, which says why they are no holes."""
    section = re.search(rf"^## {re.escape(module)}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    if not section:
        return set()
    blocks = [*re.split(r"\n\s*\n", section[1].strip()), ""]
    lists = [block for block, following in pairwise(blocks) if block.startswith("- ") and following[:2].strip(" -")]
    return {" ".join(item.split()) for block in lists for item in re.split(r"(?:\A|\n)- ", block)[1:]}


def faults(page: str, module: str, survivors: Collection[str]) -> list[str]:
    """What the page must still say of a module, and what it says though it is so no more."""
    told = explained(page, module)
    wanted = [f"not explained: {name}" for name in survivors if name not in told]
    return wanted + [f"explained, but noticed: {name}" for name in sorted(told - set(survivors))]


def with_row(page: str, module: str, mutants: int, timeouts: int, survivors: int) -> str:
    """The page with the module's line in its table."""
    killed = mutants - survivors
    row = f"| {module} | {mutants} | {killed} | {timeouts} | {survivors} | {killed / mutants:.1%} |"
    line = re.compile(rf"^\| {re.escape(module)} \|.*$", re.MULTILINE)
    return line.sub(lambda _: row, page) if line.search(page) else f"{page.rstrip()}\n{row}\n"
