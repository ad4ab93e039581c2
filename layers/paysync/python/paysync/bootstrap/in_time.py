"""What one run may still begin: a run that Lambda ends halfway would not say which schemes it left out."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import partial
from typing import Final, TypeVar

from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import RunError
from paysync.core.ports import Clock
from paysync.core.times import Instant

_Ports = TypeVar("_Ports")
_ENOUGH: Final = timedelta(minutes=2)
"""Less is not worth a beginning: a range of weeks is read from two vendors."""


def in_time(
    due: Iterable[tuple[str, Callable[[], _Ports]]], clock: Clock, deadline: Instant
) -> Iterator[tuple[str, Callable[[], _Ports]]]:
    """The same makers; one whose turn comes too late raises, so that it is told as a scheme that could not run."""
    for name, make in due:
        yield name, partial(_made, name, make, clock, deadline)


def _made(name: str, make: Callable[[], _Ports], clock: Clock, deadline: Instant) -> _Ports:
    if deadline - clock.now() < _ENOUGH:
        raise RunError(Diagnosis.of(Code.OUT_OF_TIME, scheme=name.removeprefix("check of ")))
    return make()
