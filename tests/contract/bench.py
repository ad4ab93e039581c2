"""A bench: how the suite starts a system, puts rows in, looks at its books and breaks it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol

from fakes.journal import MemoryJournal
from paysync.core.bills import Bill, Inquiry, Json
from paysync.core.outcomes import Outcome
from paysync.core.ports import Source, SourcePage, Target
from paysync.core.scheme import Paging
from paysync.core.times import Window, from_epoch_ms

T0: Final = 1_675_152_000_000
HOUR: Final = 3_600_000
WINDOW: Final = Window(from_epoch_ms(T0), from_epoch_ms(T0 + HOUR))
PATIENCE: Final = 0.25
"""The read timeout of a bench's clients in seconds; a fault that delays takes longer."""


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment as a bench puts it into its system: paid so many milliseconds after the window's start."""

    key: str
    at: int
    amount: Decimal = Decimal("1234.50")


class SourceBench(Protocol):
    """A source over real sockets, as new for each test."""

    readings: Sequence[Paging]
    """What the system's page number may count."""
    list_operation: str
    """The name of the list call in the simulator's plan of faults."""
    journal: MemoryJournal
    secrets: Sequence[str]
    """What must be seen nowhere."""

    def source(self, **changes: object) -> Source:
        """The source of a new run, with these changes of its part of the scheme."""
        ...

    def stranger(self) -> Source:
        """The source of a new run with credentials that the system does not know."""
        ...

    def put(self, *payments: Paid) -> None:
        """Payments that the system lists from now on."""
        ...

    def reads_as(self, reading: Paging) -> None:
        """Let the page number count this."""
        ...

    def says_null(self) -> None:
        """An empty list is `null` from now on."""
        ...

    def breaks(self, *faults: Mapping[str, Any]) -> None:
        """What goes wrong from now on, in the words of the common plan; nothing: all is well again."""
        ...

    def calls(self) -> int:
        """How many list calls have arrived."""
        ...

    def key_of(self, row: Mapping[str, object]) -> str | None:
        """A row's key."""
        ...

    def amount_of(self, row: Mapping[str, object]) -> object:
        """A row's amount, as it came."""
        ...


class TargetBench(Protocol):
    """A target over real sockets, as new for each test."""

    finds: bool
    reads: bool
    steps: bool
    """A document lives on: it is saved, submitted, audited."""
    secrets: Sequence[str]

    def target(self) -> Target:
        """The target of a new run."""
        ...

    def stranger(self) -> Target:
        """The target of a new run with credentials that the system does not know."""
        ...

    def request(self, code: str, amount: Decimal = Decimal("622.00")) -> Mapping[str, Json]:
        """What makes the document of a payment."""
        ...

    def refused(self, code: str) -> Mapping[str, Json]:
        """What the system refuses for a reason that stays."""
        ...

    def inquiry(self, code: str) -> Inquiry:
        """The question which documents a payment has."""
        ...

    def edit_of(self, target: Target, bill: Bill, code: str) -> Mapping[str, Outcome[None]]:
        """Save what the finished document must say."""
        ...

    def made_for(self, code: str) -> int:
        """How many documents the books have for a payment."""
        ...

    def breaks(self, what: str, *faults: Mapping[str, Any]) -> None:
        """What goes wrong with `make`, `find` or `read` from now on; nothing: all is well again."""
        ...

    def calls(self, what: str) -> int:
        """How many calls of `make`, `find` or `read` have arrived."""
        ...


def keys(bench: SourceBench, page: SourcePage) -> list[str | None]:
    """The keys of a page, in order."""
    return [bench.key_of(row) for row in page.rows]
