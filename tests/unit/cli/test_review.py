"""`paysync review`: K3Cloud's bills are shown before each decision, and what was decided is told."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from fakes import builders as b
from paysync.bootstrap import Operator
from paysync.core.bills import Bill, BillEntry, BillHead, BillStatus, SourceDocument
from paysync.core.keys import BillKey
from paysync.core.outcomes import Done
from paysync.core.records import BillRef, Committed
from paysync.core.states import Event, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paysync.core.keys import SourceKey
    from unit.cli.conftest import Run, Stand

HEAD = BillHead("100001", "FKD1", BillStatus.CREATED, voided=False, reference="", creator=("webapi_user", "W"))
DECIDED = ("--reason", "r", "--yes")


class K3Cloud:
    """Shows one application and these bills."""

    def __init__(self, heads: Sequence[BillHead] = (HEAD,)) -> None:
        self.heads = heads

    def sources(self, keys: Sequence[SourceKey]) -> Any:
        """Audited, and 2000 applied for."""
        return Done({k: (SourceDocument(k, "1", BillStatus.AUDITED, False, "PRE001", Decimal(2000)),) for k in keys})  # noqa: FBT003

    def existing(self, asked: Sequence[Any], *, creators: bool) -> Any:
        """All of them."""
        assert creators
        return Done({one.payment: self.heads for one in asked})

    def bills(self, ids: Sequence[str]) -> Any:
        """In full, of 1234.50 each."""
        entry = BillEntry("1", {"FPAYAMOUNTFOR_E": "1234.50"})
        return Done({head.id: Bill(head, {}, (entry,)) for head in self.heads if head.id in ids})


@pytest.fixture
def erp(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> K3Cloud:
    """One free bill, and one payment that waits."""
    made = K3Cloud()
    monkeypatch.setattr(Operator, "target", lambda _operator, _name: made)
    stand.parked("ASK-1")
    return made


def test_what_waits_is_listed_with_its_reason(stand: Stand, run: Run) -> None:
    """For people and for machines; nothing else is among it."""
    stand.parked("ASK-1")
    stand.rejected("NO-1")
    answer = run("review", "list")
    assert (answer.code, "ASK-1" in answer.out, "NO-1" in answer.out, "1 in review" in answer.out) == (
        0,
        True,
        False,
        True,
    )
    (rows,) = run("review", "list", "--scheme", b.SCHEME, "--json").documents
    assert [row["key"] for row in rows] == ["ASK-1"]


@pytest.mark.usefixtures("erp")
def test_the_bills_are_shown_before_the_decision(stand: Stand, run: Run) -> None:
    """Number, id, amount, creator, and the document: just what the person decides about."""
    answer = run("review", "adopt", "ASK-1", "FKD1", *DECIDED)
    assert answer.code == 0
    for said in ("document", "applied for 2000", "FKD1", "100001", "1234.5", "webapi_user/W", "push goes on with it"):
        assert said in answer.out
    row = stand.row("ASK-1")
    assert (row.state, row.bill and row.bill.number) == (State.PUSHED, "FKD1")


def test_voided_drafts_and_owned_bills_are_shown_as_such(stand: Stand, run: Run, erp: K3Cloud) -> None:
    """Nobody adopts by mistake what moves no money or is another payment's."""
    other = stand.parked("ASK-2")
    adopted = b.change(other, Event.BILL_ADOPTED, claim="100001", fence=other.fence + 1)
    stand.ledger.commit(adopted)
    erp.heads = (HEAD, replace(HEAD, id="100002", number="", voided=True))
    answer = run("review", "adopt", "ASK-1", "FKD1", *DECIDED)
    assert answer.code == 1
    assert "no such free bill" in answer.err
    for said in ("ASK-2", "draft", "voided"):
        assert said in answer.out
    assert stand.row("ASK-1").state is State.REVIEW


def test_no_bill_is_said_in_words(stand: Stand, run: Run, erp: K3Cloud) -> None:
    """And then the payment may be pushed."""
    erp.heads = ()
    answer = run("review", "confirm-none", "ASK-1", *DECIDED)
    assert (answer.code, "K3Cloud shows no bill" in answer.out) == (0, True)
    assert stand.row("ASK-1").state is State.NEW


@pytest.mark.usefixtures("erp")
def test_a_closed_case_is_told_as_closed(run: Run) -> None:
    """Nothing goes on with it."""
    answer = run("review", "close", "ASK-1", *DECIDED)
    assert (answer.code, answer.out.rstrip().endswith("ASK-1 is CLOSED")) == (0, True)


@pytest.mark.usefixtures("erp")
def test_the_bill_of_a_case_is_named_before_it_is_closed(stand: Stand, run: Run) -> None:
    """It stays in K3Cloud and nobody reports it unfinished; where the row has none, none is spoken of."""
    row = stand.parked("ASK-2")
    bill = BillRef(BillKey("AP_PAYBILL", "100001"), "FKD1")
    adopted = b.change(row, Event.BILL_ADOPTED, claim="100001", bill=bill, fence=row.fence + 1)
    assert isinstance(stand.ledger.commit(adopted), Committed)
    parked = b.change(adopted.after, Event.PARKED, fence=row.fence + 2)
    assert isinstance(stand.ledger.commit(parked), Committed)
    answer = run("review", "close", "ASK-2", "--reason", "r", types="n\n")
    assert (answer.code, stand.row("ASK-2").state) == (1, State.REVIEW)
    assert "Bill FKD1 is this payment's and stays in K3Cloud" in answer.out
    assert "stays in K3Cloud" not in run("review", "close", "ASK-1", *DECIDED).out


@pytest.mark.usefixtures("erp")
def test_with_a_closed_case_its_dead_letter_goes(stand: Stand, run: Run) -> None:
    """Or the alarm would stand for ever; another payment's letter stays, and so does one whose case is not closed."""
    for code in ("NO-1", "NO-2"):
        stand.rejected(code)
    assert run("review", "close", "NO-1", "--reason", "r", types="n\n").code == 1
    assert {letter["key"] for letter in stand.messages(stand.dlq)} == {"NO-1", "NO-2"}
    answer = run("review", "close", "NO-1", *DECIDED)
    assert (answer.code, "1 dead letters done with" in answer.out) == (0, True)
    assert stand.row("NO-1").state is State.CLOSED
    assert [letter["key"] for letter in stand.messages(stand.dlq)] == ["NO-2"]


@pytest.mark.usefixtures("erp")
def test_other_content_is_shown_beside_the_recorded_one(stand: Stand, run: Run) -> None:
    """Both amounts, before it is taken over; without other content there is nothing to accept."""
    assert "no other content" in run("review", "accept", "ASK-1", *DECIDED).err
    row = stand.row("ASK-1")
    assert stand.ledger.sighted(row.key, b.sighting(row), b.entry(row, Event.CHANGED))
    answer = run("review", "accept", "ASK-1", *DECIDED)
    assert answer.code == 0
    assert "ledger 1234.50 CNY   Maycur 999.00 CNY" in answer.out
    assert stand.row("ASK-1").state is State.NEW
