"""What the suites of the ledger do again and again."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from fakes import builders as b
from fakes.system import START
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.keys import BillKey, SourceKey
from paysync.core.ports import Ledger
from paysync.core.records import BillRef, Change, Doubt, Intent, Lease, LockStep, Row
from paysync.core.states import Event

SOURCE = SourceKey(b.FORM, "FKSQ-1")
BILL = BillKey("AP_PAYBILL", "100001")
SECOND = timedelta(seconds=1)


def created(ledger: Ledger, *rows: Row) -> list[Row]:
    """Rows in the ledger, as fetch puts them there."""
    rows = rows or (b.row(),)
    return list(ledger.create(rows, b.entry(rows[0], Event.SEEN, actor="fetch")))


def stands(ledger: Ledger, row: Row) -> Row:
    """The row as it stands now."""
    return ledger.rows([row.key])[row.key]


def claimed(row: Row) -> Change:
    """The claim of a row, with its lock."""
    lease = Lease(f"lease{row.fence + 1}", START + timedelta(minutes=4))
    return b.change(row, Event.CLAIMED, fence=row.fence + 1, lease=lease, lock=LockStep.TAKE)


def full(row: Row) -> Row:
    """A row with a value in every field."""
    return replace(
        row,
        fence=7,
        lease=Lease("lease", START),
        intent=Intent("token", 6, ("1", "2"), Decimal("10.5"), "src-1", START + SECOND),
        doubt=Doubt(START + SECOND, 1),
        bill=BillRef(BILL, "FKD-1"),
        not_ours=("3",),
        diagnosis=Diagnosis.of(Code.ERP_TIMEOUT, vendor="超时"),
        waits_for=b.key("PAY-0"),
        retries=3,
        owes_letter=True,
        owes_call_back=True,
        repushed=True,
        changed=b.sighting(row),
    )
