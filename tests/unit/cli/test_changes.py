"""Content that changed in Maycur: which payments, and which fields, before anybody takes it over."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from fakes import builders as b
from paysync.bootstrap import Operator
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.states import Event, State

if TYPE_CHECKING:
    import pytest

    from paysync.core.records import Record, Row
    from unit.cli.conftest import Run, Stand

WAS: Final[Record] = {
    "paymentBizCode": "PAY-1",
    "payeeTargetBusinessCode": "FKSQ-1",
    "payerAccountName": "基本户",
    "payerAccountNumber": "6222021001112223",
    "payableAmount": Decimal("1234.50"),
    "auditTimeStamp": 1740963600000,
}
NOW: Final[Record] = {
    **WAS,
    "payerAccountName": None,
    "payerAccountNumber": "6222021009992223",
    "payableAmount": "999",
    "auditTimeStamp": "1740967200000",
}
TOLD: Final = (
    "payerAccountName 支付账户: 基本户 → –",
    "payerAccountNumber 支付账号: …2223 → …2223  (differs in what is masked)",
    "payableAmount 付款金额: 1234.50 → 999.00",
    "auditTimeStamp 付款时间: 2025-03-03 09:00:00 → 2025-03-03 10:00:00",
)


def changed(stand: Stand, now: Record = NOW, digest: str = "d2") -> Row:
    """A payment in REVIEW with this content, seen as `now` an hour later."""
    first = b.row(replace(b.payment(digest="d1"), record=WAS))
    stand.ledger.create([first], b.entry(first, Event.SEEN, actor="fetch"))
    parked = stand.moved(stand.row("PAY-1"), Event.PARKED, Diagnosis.of(Code.PAYMENT_CHANGED, number="FKSQ-1"))
    other = b.sighting(parked, digest=digest)
    stand.ledger.sighted(
        parked.key, replace(other, payment=replace(other.payment, record=now)), b.entry(parked, Event.CHANGED)
    )
    return stand.row("PAY-1")


def test_show_names_each_field_that_differs(stand: Stand, run: Run) -> None:
    """Ledger → Maycur; an account's number masked as elsewhere, which may hide the very difference, so it is said."""
    changed(stand)
    told = run("show", "PAY-1").out
    assert [line for line in TOLD if line not in told] == []
    assert "payeeTargetBusinessCode" not in told
    assert "62220210" not in told


def test_machines_read_the_same(stand: Stand, run: Run) -> None:
    """The flag stays what it was; each value as text, money with two decimals, null for nothing."""
    changed(stand)
    for words in (("show", "PAY-1"), ("list",), ("review", "list")):
        document: Any = run(*words, "--json").documents[0]
        row = document[0] if isinstance(document, list) else document
        assert row["changed"] is True
        fields = {one["field"]: (one["ledger"], one["source"]) for one in row["changed_fields"]}
        assert fields == {
            "payerAccountName": ("基本户", None),
            "payerAccountNumber": ("…2223", "…2223"),
            "payableAmount": ("1234.50", "999.00"),
            "auditTimeStamp": ("1740963600000", "1740967200000"),
        }


def test_before_content_is_accepted_all_of_it_is_shown(stand: Stand, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only the amount: another account is booked from, too."""
    monkeypatch.setattr(Operator, "target", lambda _operator, _name: None)
    changed(stand)
    answer = run("review", "accept", "PAY-1", "--reason", "r", types="n\n")
    assert [line for line in TOLD if line not in answer.out] == []
    assert stand.row("PAY-1").state is State.REVIEW


def test_content_that_came_back_is_no_change(stand: Stand, run: Run) -> None:
    """Nothing differs, so there is nothing to decide."""
    changed(stand, now=WAS, digest="d1")
    told = run("show", "PAY-1").out
    assert ("shows other content" in told, "shows the recorded content again since" in told) == (False, True)
    (row,) = run("show", "PAY-1", "--json").documents
    assert (row["changed"], row["changed_fields"]) == (False, [])


def test_the_same_content_that_is_read_differently_is_shown_as_it_is_read(stand: Stand, run: Run) -> None:
    """No field differs where a corrected scheme takes the amount from another one: the two readings do."""
    changed(stand, now=WAS, digest="d1@2")
    assert "read as: 1234.50 CNY, FKSQ-1, " in run("show", "PAY-1").out
    assert "→ 999.00 CNY, FKSQ-1, " in run("show", "PAY-1").out


def test_changed_ones_are_listed(stand: Stand, run: Run) -> None:
    """In every state, and nothing else; of long booked ones the days are named, as for every list."""
    changed(stand)
    stand.seen("PAY-2", number="FKSQ-2")
    done = stand.moved(stand.moved(stand.claimed("PAY-3"), Event.BILL_FOUND, lease=None), Event.COMPLETED)
    stand.ledger.sighted(done.key, b.sighting(done), b.entry(done, Event.CHANGED))
    of_march = ("--from", "2025-03-01", "--to", "2025-03-31")
    assert [row["key"] for row in run("list", "--changed", "--json").documents[0]] == ["PAY-1"]
    found = run("list", "--changed", *of_march, "--json").documents[0]
    assert {row["key"] for row in found} == {"PAY-1", "PAY-3"}


def test_a_field_that_nobody_here_declares_is_masked(stand: Stand, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the scheme it is not known what is an account number."""
    changed(stand)
    stand.environment["SCHEME"] = "of-another-machine"
    monkeypatch.setattr("paysync.cli.stack.Stack.scheme", lambda _stack, _option: b.SCHEME)
    told = run("show", "PAY-1").out
    assert "payerAccountNumber: …2223 → …2223" in told
    assert "1234.50" not in told.partition("shows other content")[2]


def test_a_payment_that_waits_for_another_says_for_which(stand: Stand, run: Run) -> None:
    """Deciding that one sets it free."""
    row = stand.claimed("PAY-1")
    why = Diagnosis.of(Code.SOURCE_WAITS, waits_for="PAY-9", number="FKSQ-1")
    stand.moved(row, Event.PARKED, why, lease=None, waits_for=b.key("PAY-9"))
    assert "waits until PAY-9, which holds its document, is decided" in run("show", "PAY-1").out
    assert "source.waits PAY-9" in run("list").out
