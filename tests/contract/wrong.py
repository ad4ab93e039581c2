"""Connectors that are wrong on purpose: a good one with one fault in it. The suite must tell each of them."""

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from contract.benches.jsonapi import JsonApiSource, JsonApiTarget
from paysync.adapters.replies import Page
from paysync.core.bills import Bill, BillHead, Inquiry, Json, Made
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.keys import PaymentKey
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown
from paysync.core.ports import Source, SourcePage, Target
from paysync.core.times import MILLISECOND, Window
from simulators.common.running import RunningSimulator
from simulators.jsonapi.state import TOKEN

Ask = Callable[[Window, int], Outcome[SourcePage]]


class WrongSource:
    """Hands on what a good source says, changed by `change`."""

    def __init__(self, good: Source, change: Callable[[Ask, Window, int], Outcome[SourcePage]]) -> None:
        self._good, self._change = good, change

    def page(self, window: Window, number: int) -> Outcome[SourcePage]:
        """One page, wrongly."""
        return self._change(self._good.page, window, number)


class WrongSourceBench(JsonApiSource):
    """The bench of the JSON API with a source that is wrong."""

    def __init__(self, simulator: RunningSimulator, change: Callable[[Ask, Window, int], Outcome[SourcePage]]) -> None:
        super().__init__(simulator)
        self._change = change

    def source(self, **changes: object) -> Source:
        return WrongSource(super().source(**changes), self._change)

    def stranger(self) -> Source:
        return WrongSource(super().stranger(), self._change)


def no_end(ask: Ask, window: Window, number: int) -> Outcome[SourcePage]:
    """Reads an hour more than it was asked for."""
    return ask(Window(window.start, window.end + (window.end - window.start)), number)


def short_start(ask: Ask, window: Window, number: int) -> Outcome[SourcePage]:
    """Leaves out the window's first milliseconds."""
    return ask(Window(window.start + 2 * MILLISECOND, window.end), number)


def drops_a_row(ask: Ask, window: Window, number: int) -> Outcome[SourcePage]:
    """Forgets the last row of each page, and how many there are."""
    match ask(window, number):
        case Done(page):
            return Done(Page(page.rows[:-1]))
        case failure:
            return failure


def none_for_failure(ask: Ask, window: Window, number: int) -> Outcome[SourcePage]:
    """Takes every failure for an empty list."""
    found = ask(window, number)
    return found if isinstance(found, Done) else Done(Page(()))


def never_empty(ask: Ask, window: Window, number: int) -> Outcome[SourcePage]:
    """Takes an empty list for a failure."""
    found = ask(window, number)
    if isinstance(found, Done) and not found.value.rows:
        return Unknown(Diagnosis.of(Code.HTTP_SHAPE, what="no rows"))
    return found


def floats(ask: Ask, window: Window, number: int) -> Outcome[SourcePage]:
    """Reads numbers as binary floats."""
    match ask(window, number):
        case Done(page):
            rows = [{name: _floating(value) for name, value in row.items()} for row in page.rows]
            return Done(Page(rows, page.total))
        case failure:
            return failure


def permanent(ask: Ask, window: Window, number: int) -> Outcome[SourcePage]:
    """Takes every no for one that stays."""
    found = ask(window, number)
    return DefinitelyNot(found.diagnosis) if isinstance(found, DefinitelyNot) else found


def nobody_is_told(ask: Ask, window: Window, number: int) -> Outcome[SourcePage]:
    """Says of wrong credentials that the server has failed."""
    found = ask(window, number)
    if isinstance(found, DefinitelyNot) and found.diagnosis.code is Code.HTTP_CREDENTIALS:
        return Unknown(Diagnosis.of(Code.HTTP_SERVER, status=401))
    return found


def talkative(ask: Ask, window: Window, number: int) -> Outcome[SourcePage]:
    """Puts the token into what it tells."""
    found = ask(window, number)
    return found if isinstance(found, Done) else Unknown(Diagnosis.of(Code.HTTP_SHAPE, what=f"with {TOKEN}"))


def _floating(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else json.loads(json.dumps(value))


class WrongTarget:
    """Hands on what a good target says; a subclass is wrong in one thing."""

    def __init__(self, good: Target) -> None:
        self.good = good

    def make(self, request: Mapping[str, Json]) -> Outcome[Made]:
        """Make one document."""
        return self.good.make(request)

    def existing(
        self, asked: Sequence[Inquiry], *, creators: bool = False
    ) -> Outcome[Mapping[PaymentKey, Sequence[BillHead]]]:
        """Every document of each payment."""
        return self.good.existing(asked, creators=creators)

    def bills(self, ids: Sequence[str]) -> Outcome[Mapping[str, Bill]]:
        """Those documents that exist."""
        return self.good.bills(ids)


class MakesTwice(WrongTarget):
    """Sends a write again when its answer was lost."""

    def make(self, request: Mapping[str, Json]) -> Outcome[Made]:
        found = super().make(request)
        return super().make(request) if isinstance(found, Unknown) else found


class AlwaysTwice(WrongTarget):
    """Sends each write twice."""

    def make(self, request: Mapping[str, Json]) -> Outcome[Made]:
        super().make(request)
        return super().make(request)


class TimeoutIsNo(WrongTarget):
    """Takes a lost answer for a refusal."""

    def make(self, request: Mapping[str, Json]) -> Outcome[Made]:
        found = super().make(request)
        return DefinitelyNot(found.diagnosis, transient=True) if isinstance(found, Unknown) else found


class EverythingIsDone(WrongTarget):
    """Takes every answer for success."""

    def make(self, request: Mapping[str, Json]) -> Outcome[Made]:
        found = super().make(request)
        return found if isinstance(found, Done) else Done(Made("d-1", "DOC1"))


class RefusalIsUnknown(WrongTarget):
    """Recognises no refusal."""

    def make(self, request: Mapping[str, Json]) -> Outcome[Made]:
        found = super().make(request)
        return Unknown(found.diagnosis) if isinstance(found, DefinitelyNot) else found


class RejectsOnCredentials(WrongTarget):
    """Says of wrong credentials that the payment is refused."""

    def make(self, request: Mapping[str, Json]) -> Outcome[Made]:
        found = super().make(request)
        return DefinitelyNot(Diagnosis.of(Code.HTTP_REFUSED, vendor="?")) if isinstance(found, DefinitelyNot) else found


class Talkative(WrongTarget):
    """Puts the token into what it tells."""

    def make(self, request: Mapping[str, Json]) -> Outcome[Made]:
        found = super().make(request)
        return found if isinstance(found, Done) else Unknown(Diagnosis.of(Code.HTTP_SHAPE, what=f"with {TOKEN}"))


class FindsNothing(WrongTarget):
    """Takes a question that failed for “none”, and finds nothing at all."""

    def existing(
        self, asked: Sequence[Inquiry], *, creators: bool = False
    ) -> Outcome[Mapping[PaymentKey, Sequence[BillHead]]]:
        super().existing(asked, creators=creators)
        return Done({one.payment: () for one in asked})


class FindsForEverybody(WrongTarget):
    """Shows one payment's document for all."""

    def existing(
        self, asked: Sequence[Inquiry], *, creators: bool = False
    ) -> Outcome[Mapping[PaymentKey, Sequence[BillHead]]]:
        match super().existing(asked, creators=creators):
            case Done(found):
                heads = [head for each in found.values() for head in each]
                return Done({one.payment: heads for one in asked})
            case failure:
                return failure


class FailureIsGone(WrongTarget):
    """Takes a reading that failed for a document that is gone."""

    def bills(self, ids: Sequence[str]) -> Outcome[Mapping[str, Bill]]:
        found = super().bills(ids)
        return found if isinstance(found, Done) else Done({})


class ForgetsNumbers(WrongTarget):
    """Reads documents without their numbers."""

    def bills(self, ids: Sequence[str]) -> Outcome[Mapping[str, Bill]]:
        match super().bills(ids):
            case Done(found):
                return Done({key: Bill(_without_number(bill.head), {}, ()) for key, bill in found.items()})
            case failure:
                return failure


class AsksForEver(WrongTarget):
    """Asks again although three tries have failed."""

    def bills(self, ids: Sequence[str]) -> Outcome[Mapping[str, Bill]]:
        found = super().bills(ids)
        return found if isinstance(found, Done) else super().bills(ids)


class GivesUpAtOnce(WrongTarget):
    """Counts one more call than a patient reader needs."""

    def bills(self, ids: Sequence[str]) -> Outcome[Mapping[str, Bill]]:
        super().bills(ids)
        return super().bills(ids)


class WrongTargetBench(JsonApiTarget):
    """The bench of the JSON API with a target that is wrong."""

    def __init__(self, simulator: RunningSimulator, kind: Callable[[Target], Any]) -> None:
        super().__init__(simulator)
        self._kind = kind

    def target(self) -> Target:
        wrong: Target = self._kind(super().target())
        return wrong

    def stranger(self) -> Target:
        wrong: Target = self._kind(super().stranger())
        return wrong


def _without_number(head: BillHead) -> BillHead:
    return BillHead(head.id, "", head.status, head.voided, head.reference)
