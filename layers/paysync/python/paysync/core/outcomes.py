"""What an outside answer proves: one of three, and Unknown is the default for what is not recognised."""

from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from paysync.core.diagnosis import Diagnosis

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Done(Generic[T_co]):
    """It happened, and this is what came of it."""

    value: T_co


@dataclass(frozen=True, slots=True)
class DefinitelyNot:
    """Proved not to have happened. `transient`: the same request may succeed later without anybody acting."""

    diagnosis: Diagnosis
    transient: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have happened, or may yet. For a write: ask before anything else; for a read: ask again."""

    diagnosis: Diagnosis


Outcome: TypeAlias = Done[T_co] | DefinitelyNot | Unknown
Failure: TypeAlias = DefinitelyNot | Unknown
