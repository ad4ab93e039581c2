"""What a look at the target is about and what it shows: plain values of the nightly check, and its port."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from paysync.core.collection import LookupKey
from paysync.core.diagnosis import Diagnosis
from paysync.core.outcomes import Done, Outcome
from paysync.core.records import BillRef


class Result(StrEnum):
    """What came of looking at one thing."""

    SOUND = "sound"
    FINDING = "finding"
    UNSEEN = "unseen"
    """It cannot be seen without changing something, or there is nothing yet to see it by."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What recent payments of a scheme have to do with, so that the look is at what the next ones will need."""

    lookups: Mapping[str, Sequence[LookupKey]]
    """The values that each lookup was asked for."""
    bill: BillRef | None = None
    """The bill that was booked last."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `why` is there for all but what is sound."""

    what: str
    result: Result
    why: Diagnosis | None = None


class Inspector(Protocol):
    """A look at the target of one scheme that changes nothing. Every call is a read."""

    def inspect(self, sample: Sample) -> Outcome[Sequence[Check]]:
        """What the next payments will need, each thing with its result; a failure where the target cannot be asked."""
        ...


class Several:
    """Looks one after the other; ends at the first that cannot be made."""

    def __init__(self, *inspectors: Inspector) -> None:
        self._inspectors = inspectors

    def inspect(self, sample: Sample) -> Outcome[Sequence[Check]]:
        """What all of them show."""
        checks: list[Check] = []
        for inspector in self._inspectors:
            match inspector.inspect(sample):
                case Done(found):
                    checks += found
                case failure:
                    return failure
        return Done(checks)


def sound(what: str) -> Check:
    """Nothing in the way."""
    return Check(what, Result.SOUND)


def finding(what: str, why: Diagnosis) -> Check:
    """A payment would fail on it."""
    return Check(what, Result.FINDING, why)


def unseen(what: str, why: Diagnosis) -> Check:
    """It could not be seen."""
    return Check(what, Result.UNSEEN, why)


def masked(text: str) -> str:
    """All but the last four characters of what may be an account number."""
    return text if len(text) <= _SHORT else f"…{text[-_SHOWN:]}"


_SHORT, _SHOWN = 6, 4
