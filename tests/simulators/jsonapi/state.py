"""What the system knows, and how it may be different: payments to list, documents that were made, switches."""

import dataclasses
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from simulators.common.calls import CallLog
from simulators.common.faults import FaultPlan
from simulators.common.http import LateWork
from simulators.common.jsontext import JsonObject

TOKEN: Final = "made-up-token-of-the-json-api"


class SettingsError(ValueError):
    """A switch that does not exist, or a value that it cannot have."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every switch with its default and what it means."""

    reading: Annotated[Literal["page_1", "page_0", "offset_0", "offset_1"], "what `page` counts"] = "page_1"
    bounds: Annotated[Literal["[)", "[]", "()"], "which ends of the window belong to it"] = "[)"
    amounts: Annotated[Literal["number", "text"], "how money is written"] = "number"
    empty: Annotated[Literal["[]", "null", "absent", "404"], "what a list without rows looks like"] = "[]"
    totals: Annotated[Literal["yes", "no"], "lists say how many rows there are in all"] = "yes"
    search: Annotated[Literal["exact", "ignored", "refused"], "what a search by `reference` does"] = "exact"
    twice: Annotated[Literal["made", "refused"], "what a second document of the same reference meets"] = "made"
    keys: Annotated[Literal["kept", "ignored"], "an Idempotency-Key that was seen gets the first answer again"] = "kept"

    def changed(self, wanted: Mapping[str, object]) -> "Settings":
        """These switches with some of them moved. Raises SettingsError, and then none is."""
        hints = typing.get_type_hints(Settings)
        for name, value in wanted.items():
            if name not in hints or value not in typing.get_args(hints[name]):
                message = f"setting {name!r} cannot be {value!r}; known are {_told(hints)}"
                raise SettingsError(message)
        changes: dict[str, Any] = dict(wanted)
        return dataclasses.replace(self, **changes)


def explained() -> str:
    """Every switch in a line."""
    hints = typing.get_type_hints(Settings, include_extras=True)
    lines: list[str] = []
    for name, hint in hints.items():
        lines.append(f"  {name} = {getattr(Settings(), name)}  {' | '.join(typing.get_args(hint.__origin__))}")
        lines.append(f"      {hint.__metadata__[0]}")
    return "\n".join(lines)


@dataclass(slots=True)
class Document:
    """One document that was made."""

    id: str
    number: str
    reference: str
    amount: Decimal
    status: str = "POSTED"
    more: JsonObject = field(default_factory=dict)


@dataclass(slots=True)
class State:
    """One system."""

    token: str = TOKEN
    settings: Settings = field(default_factory=Settings)
    payments: list[JsonObject] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)
    answers: dict[str, Document] = field(default_factory=dict)
    """Idempotency-Key → the document that its first request made."""
    faults: FaultPlan = field(default_factory=FaultPlan)
    calls: CallLog = field(default_factory=CallLog)
    late: LateWork = field(default_factory=LateWork)

    def reset(self) -> None:
        """As it was started."""
        self.late.cancel()
        self.settings, self.faults, self.calls = Settings(), FaultPlan(), CallLog()
        self.payments.clear()
        self.documents.clear()
        self.answers.clear()


def _told(hints: Mapping[str, object]) -> str:
    return ", ".join(f"{name} ({' | '.join(typing.get_args(hint))})" for name, hint in hints.items())
