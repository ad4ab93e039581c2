"""`make docs`: write the generated pages anew. `--check` writes nothing and ends with 1 when one is stale."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import generate_diagnoses

from paysync.core.states import SETTLED, TRANSITIONS, State
from paysync.schemes import reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT: Final = Path(__file__).parents[1]
_BEGIN, _END = "<!-- states:begin -->\n", "<!-- states:end -->"


def pages() -> Mapping[Path, str]:
    """Every generated page and what it must say."""
    architecture = ROOT / "docs" / "architecture.md"
    return {
        ROOT / "docs" / "reference" / "diagnoses.md": generate_diagnoses.page(),
        architecture: with_states(architecture.read_text(encoding="utf-8")),
        **{ROOT / name: text for name, text in reference.documents().items()},
    }


def with_states(text: str) -> str:
    """The page with the picture of `core/states.py` between its marks."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    picture = "\n".join(["", "```mermaid", *_states(), "```", ""])
    return f"{before}{_BEGIN}{picture}\n{_END}{after}"


def _states() -> Iterator[str]:
    yield "stateDiagram-v2"
    yield "    [*] --> NEW"
    yield "    [*] --> REJECTED: unreadable row"
    for state in State:
        for event, then in TRANSITIONS[state].items():
            yield f"    {state} --> {then}: {event}"
    yield from (f"    {state} --> [*]" for state in State if state in SETTLED)


def main() -> int:
    """Write, or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        print(f"{'stale' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.write_text(pages()[path], encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
