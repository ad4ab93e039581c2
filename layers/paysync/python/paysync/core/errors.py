"""Exceptions, for what is no outcome: defects of ours, wrong settings, wrong schemes. One root, with a diagnosis."""

from typing import Self

from paysync.core.diagnosis import Code, Diagnosis


class PaysyncError(Exception):
    """Root of all that we raise. Carries what the person who must act needs, never a secret."""

    def __init__(self, diagnosis: Diagnosis, *, key: str = "") -> None:
        super().__init__(diagnosis.code)
        self.diagnosis = diagnosis
        self.key = key

    def __str__(self) -> str:
        said = f"{self.diagnosis.problem('en')} → {self.diagnosis.solution('en')} [{self.diagnosis.code}]"
        return f"{self.key}: {said}" if self.key else said


class DefectError(PaysyncError):
    """We broke a rule of our own. It is better to stop than to go on wrong."""

    @classmethod
    def of(cls, what: str, *, key: str = "") -> Self:
        """The defect that `what` says in a few words."""
        return cls(Diagnosis.of(Code.DEFECT, what=what), key=key)


class SettingsError(PaysyncError):
    """A setting, a secret or a stack parameter is missing or wrong."""


class SchemeError(PaysyncError):
    """A scheme's file says something that cannot be run; names file, line, and what would be valid."""


class RunError(PaysyncError):
    """A run cannot go on, and nothing of it is half-done; the next run starts where this one did."""
