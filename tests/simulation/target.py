"""The Target port on the simulated books: what the adapter would say of each answer, with faults at every call."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar

from paysync.core.bills import (
    Bill,
    BillEntry,
    BillHead,
    BillTotal,
    Cell,
    Edit,
    Inquiry,
    Json,
    Made,
    SourceDocument,
)
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.keys import PaymentKey, SourceKey
from paysync.core.outcomes import DefinitelyNot, Done, Failure, Outcome, Unknown
from paysync.core.ports import LookupKey
from simulation.books import BookedBill
from simulation.faults import Fault
from simulation.hub import MINUTE, MS, SECOND, Killed, Span
from simulation.pair import FORM, QUIET

if TYPE_CHECKING:
    from simulation.world import World

T = TypeVar("T")
READ_TIMEOUT: Final = 20 * SECOND
CALL_SPAN: Final = 25 * SECOND
OFF: Final = 5 * MINUTE
"""So much may a clock be off."""
LATEST: Final = QUIET - 2 * OFF
"""So much later than its request may a write be carried out, where queries show at once what there is."""
_READ: Final = Span(200 * MS)
_READ_HANGS: Final = Span(READ_TIMEOUT)
_WRITE: Final = Span(500 * MS)

F = Fault
_UNKNOWN: Final[Mapping[Fault, Code]] = {
    F.TIMEOUT_NOT: Code.ERP_TIMEOUT,
    F.TIMEOUT_DONE: Code.ERP_TIMEOUT,
    F.TIMEOUT_LATE: Code.ERP_TIMEOUT,
    F.SERVER_NOT: Code.ERP_SERVER,
    F.SERVER_DONE: Code.ERP_SERVER,
    F.RESET: Code.ERP_CONNECTION_LOST,
    F.CUT_JSON: Code.ERP_UNREADABLE,
    F.HTML_NOT: Code.ERP_UNREADABLE,
    F.HTML_DONE: Code.ERP_UNREADABLE,
}
_TIMEOUTS: Final = frozenset({F.TIMEOUT_NOT, F.TIMEOUT_DONE, F.TIMEOUT_LATE})
_EXECUTED: Final = frozenset({F.TIMEOUT_DONE, F.SERVER_DONE, F.RESET, F.CUT_JSON, F.HTML_DONE})
_NOT: Final[Mapping[Fault, DefinitelyNot]] = {
    F.REFUSED: DefinitelyNot(Diagnosis.of(Code.ERP_FIELD, vendor="字段不存在")),
    F.PERIOD: DefinitelyNot(Diagnosis.of(Code.ERP_PERIOD_CLOSED)),
    F.THROTTLED: DefinitelyNot(Diagnosis.of(Code.ERP_CALL_LIMIT), transient=True),
    F.SESSION: DefinitelyNot(Diagnosis.of(Code.ERP_CREDENTIALS), transient=True),
    F.UNTRUSTED: DefinitelyNot(Diagnosis.of(Code.DOUBT_UNTRUSTED)),
}
_ROTATED: Final = DefinitelyNot(Diagnosis.of(Code.ERP_CREDENTIALS))
_UNCONFIRMED: Final = Unknown(Diagnosis.of(Code.ERP_UNCONFIRMED))


class SimTarget:
    """`core.ports.Target`: reads may fail, writes may fail, be late, be lost, be partial. The books are the truth."""

    def __init__(self, world: "World", form: str = FORM) -> None:
        self.world = world
        self.books = world.books
        self._form = form

    # ---- reads

    def sources(self, wanted: Sequence[SourceKey]) -> Outcome[Mapping[SourceKey, Sequence[SourceDocument]]]:
        return self._read("sources", lambda: {key: self._documents(key) for key in wanted})

    def existing(
        self, asked: Sequence[Inquiry], *, creators: bool = False
    ) -> Outcome[Mapping[PaymentKey, Sequence[BillHead]]]:
        return self._read("existing", lambda: {one.payment: self._heads(one, creators=creators) for one in asked})

    def bills(self, ids: Sequence[str]) -> Outcome[Mapping[str, Bill]]:
        return self._read("bills", lambda: {b.id: _full(b) for b in self._bills(ids)})

    def lookup(self, name: str, asked: Sequence[LookupKey]) -> Outcome[Mapping[LookupKey, Sequence[Cell]]]:
        assert name == "org"
        accounts = self.books.accounts
        return self._read("lookup", lambda: {key: [accounts[key[0]]] if key[0] in accounts else [] for key in asked})

    def bills_by_reference(self, references: Sequence[str]) -> Outcome[Mapping[str, Sequence[BillTotal]]]:
        return self._read(
            "bills_by_reference",
            lambda: {
                wanted: [_total(b) for b in self._own() if b.reference == wanted and not b.deleted]
                for wanted in references
            },
        )

    def bills_between(self, first: date, last: date) -> Outcome[Sequence[BillTotal]]:
        span = (first.isoformat(), last.isoformat())
        return self._read(
            "bills_between",
            lambda: [_total(b) for b in self._own() if span[0] <= b.day <= span[1] and not b.deleted],
        )

    # ---- writes

    def make(self, request: Mapping[str, Json]) -> Outcome[Made]:
        answer = self._pushed(request)
        self.world.checker.answered(self.world.current, answer)
        return answer

    def _pushed(self, request: Mapping[str, Json]) -> Outcome[Made]:  # noqa: C901 - every way that a call can go
        world = self.world
        numbers = request["Numbers"]
        assert isinstance(numbers, list)
        fault = world.point("make")
        world.checker.push_begins(world.current, [str(n) for n in numbers])
        pushed_for = world.checker.pushing(world.current)

        def effect() -> BookedBill | Code:
            visible_at = world.now + world.load.query_lag
            made = self.books.push(
                [str(n) for n in numbers],
                now=world.now,
                visible_at=visible_at,
                pushed_for=pushed_for,
                form=str(request["TargetFormId"]),
            )
            world.checker.push_is_over(pushed_for)
            world.checker.pushed(made)
            return made

        def never() -> None:
            world.checker.push_is_over(pushed_for)

        if world.rotated():
            never()
            return _ROTATED
        if fault is not None and fault in _NOT:
            never()
            world.spend(None, _WRITE)
            return _NOT[fault]
        if fault not in {F.CRASH_LATE, F.TIMEOUT_LATE, *_EXECUTED, F.CRASH_AFTER, F.SLOW, None}:
            never()  # killed before it leaves, hung, or answered without an effect
        try:
            world.spend(None if fault in {F.CRASH_AFTER, F.CRASH_LATE} else fault, _make(world.load.pace))
        except Killed:
            if fault not in {F.CRASH_BEFORE, F.STALL}:
                never()  # its deadline came while it waited, and it was not carried out
            raise
        if fault is F.CRASH_LATE:
            self._late(effect)
            raise Killed
        if fault is not None and fault in _UNKNOWN:
            return self._unknown(fault, effect)
        made = effect()
        if fault is F.CRASH_AFTER:
            raise Killed
        if isinstance(made, Code):
            return DefinitelyNot(Diagnosis.of(made))
        return Done(Made(made.id, made.number))

    def save(self, edits: Sequence[Edit]) -> Mapping[str, Outcome[None]]:
        models: dict[str, dict[str, object]] = {edit.bill_id: dict(edit.model) for edit in edits}
        return self._write(
            "save",
            list(models),
            lambda bill, fault: self.books.save(bill, models[bill], without_amounts=fault is F.IGNORED),
        )

    def submit(self, ids: Sequence[str]) -> Mapping[str, Outcome[None]]:
        self.world.checker.submit_begins(ids)
        return self._write("submit", ids, lambda bill, _: self.books.submit(bill))

    def audit(self, ids: Sequence[str]) -> Mapping[str, Outcome[None]]:
        return self._write("audit", ids, lambda bill, _: self.books.audit(bill))

    # --------------------------------------------------------------------------------------------------------------

    def _read(self, op: str, work: Callable[[], T]) -> Outcome[T]:
        world = self.world
        fault = world.point(op)
        if world.rotated():
            return _ROTATED
        if fault is not None and fault in _NOT:
            world.spend(None, _READ)
            return _NOT[fault]
        world.spend(fault, _READ_HANGS if fault in _TIMEOUTS else _READ)
        if fault is not None and fault in _UNKNOWN:
            return Unknown(Diagnosis.of(_UNKNOWN[fault]))
        return Done(work())

    def _write(
        self, op: str, ids: Sequence[str], work: Callable[[str, Fault | None], Code | None]
    ) -> Mapping[str, Outcome[None]]:
        world = self.world
        fault = world.point(op)
        world.checker.write_begins(world.current, op)
        if world.rotated():
            return dict.fromkeys(ids, _ROTATED)
        refusal = _NOT.get(fault) if fault else None
        if refusal and (refusal.transient or len(ids) == 1):
            world.spend(None, _READ)
            return dict.fromkeys(ids, refusal)

        def effect() -> Mapping[str, Outcome[None]]:
            skipped = ids[0] if refusal or fault is F.PARTIAL else ""
            outcomes: dict[str, Outcome[None]] = {one: _judged(work(one, fault)) for one in ids if one != skipped}
            if skipped:
                outcomes[skipped] = refusal or _UNCONFIRMED
            return outcomes

        world.spend(None if fault in {F.CRASH_AFTER, F.CRASH_LATE} else fault, _WRITE)
        if fault is F.CRASH_LATE:
            self._late(effect)
            raise Killed
        if fault is not None and fault in _UNKNOWN:
            return dict.fromkeys(ids, self._unknown(fault, effect))
        outcomes = effect()
        if fault is F.CRASH_AFTER:
            raise Killed
        return outcomes

    def _unknown(self, fault: Fault, effect: Callable[[], object]) -> Failure:
        if fault is F.TIMEOUT_LATE:
            self._late(effect)
        if fault in _EXECUTED:
            effect()
        if fault in _TIMEOUTS:
            self.world.wait(READ_TIMEOUT)
        return Unknown(Diagnosis.of(_UNKNOWN[fault]))

    def _late(self, effect: Callable[[], object]) -> None:
        share = 1 if self.world.plan is not None else self.world.rng.random()
        self.world.later(max(self.world.load.latest * share, SECOND), lambda: self._landed(effect))

    def _landed(self, effect: Callable[[], object]) -> None:
        self.world.tell("a late write lands")
        effect()

    def _documents(self, key: SourceKey) -> list[SourceDocument]:
        found = self.books.applications.get(key.number)
        if found is None:
            return []
        return [SourceDocument(key, found.id, found.status, found.voided, found.currency, found.applied)]

    def _heads(self, one: Inquiry, *, creators: bool) -> list[BillHead]:
        now = self.world.now
        heads = [
            _head(b, creators=creators)
            for b in self._own()
            if not b.deleted
            and b.visible_at <= now
            and (b.reference == one.reference or any(a.id == one.source_id for a in b.sources))
        ]
        self.world.checker.looked(self.world.current, one.payment, heads)
        return heads

    def _bills(self, ids: Sequence[str]) -> list[BookedBill]:
        now = self.world.now
        return [b for b in self._own() if b.id in ids and not b.deleted and b.visible_at <= now]

    def _own(self) -> list[BookedBill]:
        """The bills of its form."""
        return [b for b in self.books.bills.values() if b.form == self._form]


@cache
def _make(pace: int) -> Span:
    """What a Push takes in an ERP that is so many times slower than usual."""
    return Span(1500 * MS * pace)


def _judged(code: Code | None) -> Outcome[None]:
    return Done(None) if code is None else DefinitelyNot(Diagnosis.of(code))


def _head(bill: BookedBill, *, creators: bool = True) -> BillHead:
    creator = (bill.creator,) if creators else ()
    return BillHead(bill.id, bill.number, bill.status, bill.voided, bill.reference, creator)


def _full(bill: BookedBill) -> Bill:
    cells: dict[str, Cell] = {
        "FTHIRDBILLNO": bill.reference,
        "FDATE": f"{bill.day}T00:00:00",
        "FCURRENCYID.FNumber": bill.currency,
        "FPAYORGID": bill.organisation,
    }
    entries = tuple(
        BillEntry(
            e.id,
            {"FACCOUNTID.FNumber": e.account, "FPAYTOTALAMOUNTFOR": e.amount, "FPAYAMOUNTFOR_E": e.amount},
        )
        for e in bill.entries
    )
    return Bill(_head(bill), cells, entries)


def _total(bill: BookedBill) -> BillTotal:
    return BillTotal(
        bill.id, bill.number, bill.status, bill.voided, bill.reference, bill.day, bill.amount, (bill.creator,)
    )
