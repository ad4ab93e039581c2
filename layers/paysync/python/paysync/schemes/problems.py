"""What is wrong with a scheme's file: each problem with its line, in plain words, and what would be right."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import SchemeError

_MOST_NAMES: Final = 12


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem: the line (from 1), what is wrong there, and what to write instead."""

    line: int
    what: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.what}; {self.hint}" if self.hint else self.what


class SchemeFileError(SchemeError):
    """A scheme that is refused when it is loaded, with every problem that was found in it."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file, self.problems = file, tuple(sorted(set(problems)))
        super().__init__(Diagnosis.of(Code.SCHEME, what="; ".join(self._lines())))

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Sequence[str]:
        return [f"{self.file}:{problem.line}: {problem}" for problem in self.problems]


def suggestion(written: str, valid: Iterable[str]) -> str:
    """What the writer probably meant, or the names that would be valid."""
    names = list(dict.fromkeys(valid))
    near = difflib.get_close_matches(written.lower(), [name.lower() for name in names], n=1, cutoff=0.6)
    if near:
        meant = next(name for name in names if name.lower() == near[0])
        return f"did you mean {meant}?"
    if not names:
        return ""
    more = " …" if len(names) > _MOST_NAMES else ""
    return f"valid: {', '.join(names[:_MOST_NAMES])}{more}"
