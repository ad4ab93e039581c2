"""What a soak has finished, kept on disk: one that was broken off goes on where it was, if the code is the same.

A file for each state of the code that is loaded and each Python, a line for each finished piece.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from simulation.soaking import Tally

if TYPE_CHECKING:
    from collections.abc import Callable

Found: TypeAlias = Tally | tuple[str, str, str]
_RUNS_ON: Final = ("layers/paysync", "tests")
_COUNTERS: Final = ("struck", "ends", "broken", "seen")


class Kept:
    """The finished pieces of one state of the code, in a folder."""

    def __init__(self, folder: Path, code: str) -> None:
        self._file = folder / f"{code}.jsonl"
        self._found: dict[str, Found] = {}
        lines = self._file.read_text(encoding="utf-8").splitlines() if self._file.exists() else []
        for line in lines:
            read = _read(line)
            if read is not None:
                self._found[read[0]] = read[1]

    def __len__(self) -> int:
        return len(self._found)

    def get(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Found | None:
        """What a piece came to, if it is finished and nothing failed: a failure is run again, to be seen."""
        return self._found.get(_name(function, arguments))

    def keep(self, function: Callable[..., Any], arguments: tuple[Any, ...], found: Found) -> None:
        """Write down a finished piece."""
        failed = found.failures if isinstance(found, Tally) else not found[2]
        if failed:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        said = vars(found) if isinstance(found, Tally) else list(found)
        with self._file.open("a", encoding="utf-8") as file:
            line = json.dumps([_name(function, arguments), said], ensure_ascii=False)
            file.write(f"\n{line}\n")  # the line before may have been cut off


def loaded_code(root: Path) -> str:
    """A digest of all code of ours that is loaded, and of the Python that runs it."""
    places = tuple(root / place for place in _RUNS_ON)
    files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    loaded = {Path(file) for file in files if file}
    digest = hashlib.sha256(platform.python_version().encode())
    for path in sorted(path for path in loaded if any(path.is_relative_to(place) for place in places)):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _name(function: Callable[..., Any], arguments: tuple[Any, ...]) -> str:
    return f"{function.__name__}{arguments!r}"


def _read(line: str) -> tuple[str, Found] | None:
    """A line, or None for one that was cut off when the machine went down."""
    try:
        name, said = json.loads(line)
    except ValueError:
        return None
    if isinstance(said, list):
        guard, without, words = said
        return name, (guard, without, words)
    tally = Tally(said["name"])
    for field, value in said.items():
        setattr(tally, field, Counter(value) if field in _COUNTERS else value)
    return name, tally
