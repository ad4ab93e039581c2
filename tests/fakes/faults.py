"""Where a simulation can step in: before and after each operation of a fake."""

from collections.abc import Callable
from typing import Literal, TypeAlias, TypeVar

T = TypeVar("T")

Moment: TypeAlias = Literal["before", "after"]
Io: TypeAlias = Callable[[str, Moment], None]
"""Called with an operation's name. It may switch to another sandbox, let time pass, or raise.

What it raises *before* means that the request never arrived, *after* that it was carried out and its answer is gone.
`AnswerLost` raised after is special: the client library repeats the request, as boto3 does.
"""


class AnswerLost(Exception):  # noqa: N818 - a thing that happens, not an error
    """The answer got lost on the way and the client library asks again."""


def through(io: Io | None, name: str, work: Callable[[], T]) -> T:
    """Carry out `work` with the hooks around it, again and again while its answer is lost."""
    if io is None:
        return work()
    while True:
        io(name, "before")
        answer = work()
        try:
            io(name, "after")
        except AnswerLost:
            continue
        return answer
