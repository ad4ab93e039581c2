"""The books of the simulated K3Cloud: applications and bills as they are, without network, faults or our ledger."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from paysync.core.bills import EDITABLE, BillStatus
from paysync.core.codes import Code
from paysync.core.keys import BillKey, PaymentKey
from paysync.core.times import Instant, local_date
from simulation.pair import FORM

INTEGRATION_USER: Final = "paysync"
PERSON: Final = "zhang.san"
ACCOUNTS: Final[dict[str, int]] = {"6222000011112222": 100003, "6222000033334444": 100004}
"""Bank account → the organisation that uses it."""


@dataclass(slots=True, eq=False)
class Application:
    """A payment application. `draft`: a bill pushed from it stays a draft; `parts`: entries of it."""

    id: str
    number: str
    applied: Decimal
    status: BillStatus = BillStatus.AUDITED
    voided: bool = False
    currency: str = "PRE001"
    draft: bool = False
    parts: int = 1


@dataclass(slots=True)
class Entry:
    """One payment entry of a bill."""

    id: str
    amount: Decimal
    account: str = ""


@dataclass(slots=True, eq=False)
class BookedBill:
    """A bill as it is. `pushed_for` and `meant_for` are the truth that only the checkers (and a person) know."""

    id: str
    number: str
    status: BillStatus
    sources: tuple[Application, ...]
    creator: str
    day: str
    visible_at: Instant
    entries: list[Entry]
    organisation: int = 100003
    currency: str = "PRE001"
    reference: str = ""
    voided: bool = False
    deleted: bool = False
    form: str = FORM
    pushed_for: PaymentKey | None = None
    meant_for: PaymentKey | None = None
    touched_at: Instant | None = None
    """When a person last changed it by hand."""
    key: BillKey = field(init=False)

    def __post_init__(self) -> None:
        self.key = BillKey(self.form, self.id)

    @property
    def amount(self) -> Decimal:
        """The sum of its entries."""
        return sum((e.amount for e in self.entries), Decimal(0))

    @property
    def counts(self) -> bool:
        """Whether it moves money: neither voided nor deleted."""
        return not self.voided and not self.deleted


@dataclass(slots=True)
class Books:
    """Everything that the ERP has booked. Each operation gives None, or the code of its refusal."""

    over_push_guard: bool = True
    closed_until: str = ""
    """Business dates up to this ISO day are in closed periods."""
    accounts: dict[str, int] = field(default_factory=lambda: dict(ACCOUNTS))
    applications: dict[str, Application] = field(default_factory=dict)
    bills: dict[str, BookedBill] = field(default_factory=dict)
    count: int = 0

    def add(self, application: Application) -> Application:
        """A new application, by number."""
        self.applications[application.number] = application
        return application

    def of_source(self, application: Application, form: str = FORM) -> list[BookedBill]:
        """Every bill of an application that exists, voided ones too."""
        return [b for b in self.bills.values() if application in b.sources and b.form == form and not b.deleted]

    def left(self, application: Application, form: str = FORM) -> Decimal:
        """What is not yet on unvoided bills of the form."""
        taken = sum((e for b in self.of_source(application, form) if b.counts for e in (b.amount,)), Decimal(0))
        return application.applied - taken

    def push(
        self,
        numbers: list[str],
        *,
        now: Instant,
        visible_at: Instant,
        pushed_for: PaymentKey | None,
        form: str = FORM,
    ) -> BookedBill | Code:
        """Push by number; several sources are merged into one bill, as a rule may do."""
        found = [self.applications[n] for n in numbers if n in self.applications]
        if len(found) != len(numbers) or any(a.voided or a.status is not BillStatus.AUDITED for a in found):
            return Code.SOURCE_NOT_AUDITED
        entries: list[Entry] = []
        for application in found:
            left = self.left(application, form)
            if left <= 0:
                if self.over_push_guard:
                    return Code.SOURCE_USED_UP
                left = application.applied
            entries += self._entries(left, application.parts)
        draft = any(a.draft for a in found)
        return self._book(
            found, entries, INTEGRATION_USER, now, visible_at, draft=draft, pushed_for=pushed_for, form=form
        )

    def make_by_hand(
        self, application: Application, amount: Decimal, *, now: Instant, meant_for: PaymentKey | None, creator: str
    ) -> BookedBill:
        """A bill that a person makes from an application."""
        made = self._book([application], self._entries(amount, 1), creator, now, now, draft=False, pushed_for=None)
        made.meant_for, made.touched_at = meant_for, now
        return made

    def spread(self, bill: BookedBill, amount: Decimal, *, now: Instant) -> None:
        """A person who knows what was paid for divides it among the bill's entries."""
        for entry, value in zip(bill.entries, _split(amount, len(bill.entries)), strict=True):
            entry.amount = value
        bill.touched_at = now

    def save(self, bill_id: str, model: dict[str, object], *, without_amounts: bool = False) -> Code | None:
        """Change a bill by the model of Save; a draft becomes a numbered bill."""
        bill = self._there(bill_id)
        if bill is None:
            return Code.ERP_REFUSED
        if bill.status not in EDITABLE or bill.voided:
            return Code.ERP_REFUSED
        day = str(model.get("FDATE", bill.day))[:10]
        if self.closed_until and day <= self.closed_until:
            return Code.ERP_PERIOD_CLOSED
        bill.day = day
        bill.reference = str(model.get("FTHIRDBILLNO", bill.reference))
        changes = model.get("FPAYBILLENTRY", ())
        for change in changes if isinstance(changes, list) else ():
            self._save_entry(bill, change, without_amounts=without_amounts)
        if bill.status is BillStatus.DRAFT:
            bill.status, bill.number = BillStatus.CREATED, f"FKD{bill.id}"
        return None

    def submit(self, bill_id: str) -> Code | None:
        """A or D → B."""
        bill = self._there(bill_id)
        if bill is None or bill.voided or bill.status not in {BillStatus.CREATED, BillStatus.REAUDIT}:
            return Code.ERP_REFUSED
        bill.status = BillStatus.SUBMITTED
        return None

    def audit(self, bill_id: str) -> Code | None:
        """B → C."""
        bill = self._there(bill_id)
        if bill is None or bill.voided or bill.status is not BillStatus.SUBMITTED:
            return Code.ERP_REFUSED
        if self.closed_until and bill.day <= self.closed_until:
            return Code.ERP_PERIOD_CLOSED
        bill.status = BillStatus.AUDITED
        return None

    def _there(self, bill_id: str) -> BookedBill | None:
        bill = self.bills.get(bill_id)
        return None if bill is None or bill.deleted else bill

    def _save_entry(self, bill: BookedBill, change: dict[str, object], *, without_amounts: bool) -> None:
        for entry in bill.entries:
            if entry.id != str(change["FEntryID"]):
                continue
            account = change.get("FACCOUNTID")
            if isinstance(account, dict):
                entry.account = str(account["FNumber"])
            amount = change.get("FPAYAMOUNTFOR_E")
            if isinstance(amount, Decimal) and not without_amounts:
                entry.amount = amount

    def _entries(self, amount: Decimal, parts: int) -> list[Entry]:
        self.count += parts
        return [Entry(str(200_000 + self.count - place), value) for place, value in enumerate(_split(amount, parts))]

    def _book(  # noqa: PLR0913 - all that a bill begins with
        self,
        sources: list[Application],
        entries: list[Entry],
        creator: str,
        now: Instant,
        visible_at: Instant,
        *,
        draft: bool,
        pushed_for: PaymentKey | None,
        form: str = FORM,
    ) -> BookedBill:
        self.count += 1
        name = str(100_000 + self.count)
        status = BillStatus.DRAFT if draft else BillStatus.CREATED
        bill = BookedBill(
            id=name,
            number="" if draft else f"FKD{name}",
            status=status,
            sources=tuple(sources),
            creator=creator,
            day=local_date(now).isoformat(),
            visible_at=visible_at,
            entries=entries,
            currency=sources[0].currency,
            form=form,
            pushed_for=pushed_for,
        )
        self.bills[name] = bill
        return bill


def _split(amount: Decimal, parts: int) -> list[Decimal]:
    """Cents that add up."""
    each = (amount / parts).quantize(Decimal("0.01"))
    return [each] * (parts - 1) + [amount - each * (parts - 1)]
