"""A paid list that changes while it is read: rows appear late or change, under each reading of the page number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown
from paysync.core.ports import SourcePage
from paysync.core.scheme import Paging
from paysync.core.times import MILLISECOND, Instant, Window, epoch_ms
from simulation.faults import Fault
from simulation.hub import MS, SECOND, Span

if TYPE_CHECKING:
    from simulation.world import World

_CALL: Final = Span(150 * MS)
_TIMEOUT: Final = Span(20 * SECOND)
_FROM_ONE: Final = frozenset({Paging.PAGE_FROM_1, Paging.OFFSET_FROM_1})
_BY_PAGE: Final = frozenset({Paging.PAGE_FROM_1, Paging.PAGE_FROM_0})
_REFUSAL: Final = DefinitelyNot(Diagnosis.of(Code.MAYCUR_NACK, vendor="pageNum"))
F = Fault
_FAILURES: Final[Mapping[Fault, DefinitelyNot | Unknown]] = {
    F.TIMEOUT_NOT: Unknown(Diagnosis.of(Code.MAYCUR_UNREACHABLE)),
    F.NACK: DefinitelyNot(Diagnosis.of(Code.MAYCUR_NACK)),
    F.MALFORMED: Unknown(Diagnosis.of(Code.MAYCUR_SHAPE)),
    F.THROTTLED: DefinitelyNot(Diagnosis.of(Code.MAYCUR_THROTTLED), transient=True),
}


@dataclass(slots=True)
class PaidRow:
    """One transaction: what it says, when it was paid, from when to when it is listed."""

    raw: dict[str, object]
    paid_at: Instant
    appears_at: Instant
    leaves_at: Instant | None = None

    def listed(self, now: Instant) -> bool:
        """Whether the list shows it now."""
        return self.appears_at <= now and (self.leaves_at is None or self.leaves_at > now)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an answer."""

    rows: Sequence[Mapping[str, object]]
    total: int | None = None


class SimMaycur:
    """`core.ports.Source`, newest row first. `reading`: what the page number truly means here."""

    def __init__(self, world: "World", reading: Paging, page_size: int) -> None:
        self.world = world
        self.reading = reading
        self.page_size = page_size
        self.rows: list[PaidRow] = []
        self.edited: list[tuple[PaidRow, Instant]] = []

    def edit(self, row: PaidRow, raw: dict[str, object]) -> None:
        """Somebody corrects a transaction, or takes the correction back."""
        row.raw = raw
        self.edited.append((row, self.world.now))

    def page(self, window: Window, number: int) -> Outcome[SourcePage]:
        world = self.world
        fault = world.point("page")
        world.spend(fault, _CALL if fault is not F.TIMEOUT_NOT else _TIMEOUT)
        if fault is not None and fault in _FAILURES:
            return _FAILURES[fault]
        first = 1 if self.reading in _FROM_ONE else 0
        if number < first:
            return _REFUSAL
        place = (number - first) * (self.page_size if self.reading in _BY_PAGE else 1)
        return Done(Page(self._found(window)[place : place + self.page_size]))

    def _found(self, window: Window) -> list[Mapping[str, object]]:
        """Rows of `[start − 1 ms, end)`, as the adapter asks for them."""
        now, start = self.world.now, window.start - MILLISECOND
        found = [row for row in self.rows if start <= row.paid_at < window.end and row.listed(now)]
        found.sort(key=lambda row: row.paid_at, reverse=True)
        return [row.raw for row in found]


def paid_row(  # noqa: PLR0913, PLR0917 - what a row says, in its order
    code: str, number: str, account: str, amount: object, paid_at: Instant, appears_at: Instant
) -> PaidRow:
    """A transaction as the list shows it."""
    raw: dict[str, object] = {
        "paymentBizCode": code,
        "payeeTargetBusinessCode": number,
        "payerAccountNumber": account,
        "payableAmount": amount,
        "auditTimeStamp": epoch_ms(paid_at),
    }
    return PaidRow(raw, paid_at, appears_at)
