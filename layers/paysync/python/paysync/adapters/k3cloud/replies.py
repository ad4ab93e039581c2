"""What a call brought home, before anybody judges it, and what kind of call it was. Pure values."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from paysync.core.codes import Code

RECOGNISED: Final = frozenset({0, 1, 2, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15})
"""MsgCodes whose refusal of a write counts as "nothing was done" (0 only with a known text); a tenant may shorten it.

4 (exception) and 6 (database) are never among them: they may come from the middle of a write (12.1, U3).
"""
NEVER_RECOGNISED: Final = frozenset({4, 6})


@dataclass(frozen=True, slots=True)
class Call:
    """One operation of the form service and how its answer may be read."""

    operation: str
    effect: bool = False
    """Whether it may change the books: then whatever is unclear is Unknown, and nothing is retried."""
    repeat_lost_session: bool = True
    """False for the making call: its repeat needs a new INTENT first."""
    recognised: frozenset[int] = RECOGNISED
    subject: str = ""
    """The number or id that the call is about, for diagnoses."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A whole HTTP answer."""

    status: int
    body: bytes
    with_session: bool = False
    """Whether the request carried a session."""


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nothing was written to the server: proof that nothing happened."""

    code: Code
    said: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """Sent, at least in part, and no whole answer came: it may have been carried out."""

    code: Code
    said: str = ""


Answer: TypeAlias = Heard | NotSent | Lost
