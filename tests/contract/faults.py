"""What goes wrong in every suite, in the words of the common plan."""

from collections.abc import Mapping
from typing import Any, Final

from contract.bench import PATIENCE

Fault = Mapping[str, Any]

AMBIGUOUS: Final[tuple[Fault, ...]] = (
    {"kind": "refuse"},
    {"kind": "reset_before"},
    {"kind": "reset_after"},
    {"kind": "cut_body"},
    {"kind": "delay", "seconds": PATIENCE + 0.25, "effect": True},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 500, "effect": True},
    {"kind": "status", "status": 502},
    {"kind": "status", "status": 503, "effect": True},
    {"kind": "status", "status": 504, "effect": True},
    {"kind": "status", "status": 302},
    {"kind": "status", "status": 200, "text": "[1, 2"},
    {"kind": "status", "status": 200, "text": "{}", "effect": True},
    {"kind": "empty_body"},
    {"kind": "empty_body", "effect": True},
    {"kind": "html"},
    {"kind": "html", "effect": True},
)
"""Answers that prove nothing about a write, and that are no rows for a read."""
THROTTLED: Final[Fault] = {"kind": "throttle"}
PASSING: Final[tuple[Fault, ...]] = (
    {"kind": "reset_before"},
    {"kind": "cut_body"},
    {"kind": "status", "status": 503},
    {"kind": "throttle"},
)
"""Trouble of a read that is over at the third try."""
MOST_TRIES: Final = 3
