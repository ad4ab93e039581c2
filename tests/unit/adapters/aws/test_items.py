"""Rows as items: short, exact, and readable by a code that is older or newer than the one that wrote them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from fakes import builders as b
from fakes.system import START
from paysync.adapters.aws.companions import _CAUSAL, entry_from, history_item, raw_item
from paysync.adapters.aws.rowitems import difference, row_from, row_item, sighting_from
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.keys import BillKey
from paysync.core.records import BillRef, Intent, Lease, Record
from paysync.core.states import Event, State
from paysync.schemes.load import load


def size(item: Any) -> int:
    """Bytes as DynamoDB counts them: names and values."""
    return sum(len(name.encode()) + len(str(next(iter(value.values()))).encode()) for name, value in item.items())


def test_a_row_in_the_middle_of_its_life_stays_under_a_kilobyte() -> None:
    """With fifteen fields as Maycur sends them, an intent and a lease: one write unit, not two."""
    record: Record = {
        "paymentBizCode": "PY202503030000012345",
        "reimburseBizCode": "FKSQ202503030001",
        "paymentAmount": Decimal("1234567.89"),
        "payeeAccountName": "上海某某信息科技有限公司",
        "payeeAccountNo": "6222021001112223334",
        "payeeBankName": "中国工商银行上海市分行",
        "payerAccountNo": "1001234567890123456",
        "paymentTime": 1740963600000,
        "currency": "CNY",
    }
    payment = replace(b.payment("PY202503030000012345", number="FKSQ202503030001", digest="a" * 32), record=record)
    row = replace(
        b.row(payment),
        fence=3,
        state=State.INTENT,
        lease=Lease("f" * 32, START),
        intent=Intent("f" * 32, 3, ("100001",), Decimal("1234567.89"), "200001", START),
    )
    assert size(row_item(row, "f" * 32)) < 1024


def test_a_row_of_the_shipped_scheme_stays_under_a_kilobyte_to_the_end() -> None:
    """At its fullest: bill, intent with five bills before it, lease, retries, and values as long as they come."""
    fields = load("paid-to-paybill", unbound_ok=True).source.fields
    record: Record = {
        spec.name: "中国工商银行基本户" if "Name" in spec.name else "6222021001112223334" for spec in fields
    }
    payment = replace(b.payment("PY202503030000012345", number="FKSQ202503030001", digest="a" * 32), record=record)
    row = replace(
        b.row(payment),
        fence=12,
        state=State.SUBMITTED,
        scheme_version="12+59262267",
        lease=Lease("f" * 32, START),
        intent=Intent("f" * 32, 11, ("100001",) * 5, Decimal("1234567.89"), "200001", START),
        bill=BillRef(BillKey("AP_PAYBILL", "100006"), "FKD202503030001"),
        retries=3,
    )
    assert size(row_item(row, "f" * 32)) < 1024


def test_unknown_attributes_are_ignored() -> None:
    """A newer code may have written more: longer arrays, further attributes."""
    row = replace(b.row(), lease=Lease("t", START), changed=b.sighting(b.row()))
    item = row_item(row, "w")
    item["future"] = {"S": "x"}
    item["lease"] = {"S": item["lease"]["S"][:-1] + ',"more"]'}
    item["chg"] = {"S": item["chg"]["S"][:-1] + ',"more"]'}
    assert row_from(item) == row


def test_a_code_of_a_newer_version_leaves_the_row_readable() -> None:
    """Its details stay, and the text says which code it was."""
    item = row_item(replace(b.row(), diagnosis=Diagnosis.of(Code.ERP_RULE, vendor="x")), "w")
    item["why"] = {"S": '["erp.invented",["vendor","x"]]'}
    assert row_from(item).diagnosis == Diagnosis(Code.DEFECT, (("vendor", "x"), ("what", "unknown code erp.invented")))


def test_an_event_of_a_newer_version_leaves_the_history_readable() -> None:
    """It is told as a note that begins with its name."""
    item = history_item(b.key(), b.entry(b.row(), Event.NOTED, note="x"))
    item["e"] = {"S": item["e"]["S"].replace('"noted"', '"teleported"')}
    line = entry_from(item)
    assert (line.event, line.note) == (Event.NOTED, "teleported: x")


def test_numbers_keep_type_and_digits() -> None:
    """1, 1.00, "1" and true are four different things; a long number is not rounded."""
    record: Record = {
        "i": 1,
        "d": Decimal("1.00"),
        "s": "1",
        "b": True,
        "n": None,
        "l": Decimal("123456789012345.678901234567"),
    }
    got = row_from(row_item(b.row(replace(b.payment(), record=record)), "w")).payment.record
    assert got == record
    assert [type(value) for value in got.values()] == [type(value) for value in record.values()]
    assert str(got["d"]) == "1.00"


def test_the_difference_is_only_what_differs() -> None:
    """Set what is new, remove what is gone, leave the rest, the payment's content before all."""
    before = replace(b.row(), lease=Lease("t", START), fence=1)
    after = replace(before, lease=None, bill=BillRef(BillKey("AP_PAYBILL", "1")), state=State.PUSHED)
    sets, removes = difference(before, after)
    assert (set(sets), removes) == ({"state", "todo", "bill"}, ["lease"])
    sets, removes = difference(after, replace(after, state=State.DONE))
    assert (set(sets), removes) == ({"state"}, ["todo"])
    assert difference(before, before) == ({}, [])


def test_half_a_surrogate_pair_does_not_stop_a_run() -> None:
    """JSON can name it, UTF-8 cannot carry it: the record keeps it, the raw row shows `?`."""
    payment = replace(b.payment(raw="x\ud800"), record={"name": "李\ud800"})
    item = row_item(b.row(payment), "w")
    assert row_from(item).payment.record == {"name": "李\ud800"}
    assert raw_item(payment)["text"] == {"S": "x?"}
    assert all(str(value).encode() for value in item.values())


def test_a_monstrous_raw_row_is_cut() -> None:
    """DynamoDB takes 400 KB; the cut is visible."""
    text = raw_item(b.payment(raw="很" * 300_000))["text"]["S"]
    assert len(text.encode()) < 360_000
    assert text.endswith("…[cut, 300000 characters in all]")


def test_history_sorts_by_time_then_fence_then_cause() -> None:
    """The place is text whose order is that of the events."""
    row = b.row()
    first = replace(b.entry(row, Event.SUBMITTED), fence=9)
    second = replace(b.entry(row, Event.CLAIMED), fence=10)
    third = replace(b.entry(row, Event.INTENT_WRITTEN), fence=10)
    fourth = replace(b.entry(row, Event.CLAIMED), at=row.updated + timedelta(milliseconds=1))
    places = [history_item(row.key, line)["sk"]["S"] for line in (first, second, third, fourth)]
    assert places == sorted(places)
    assert places[0].startswith("H#2025-03-03T01:00:00.000Z#00000009#")


def test_every_event_has_its_place() -> None:
    """A new event must be told where it comes among those of one moment."""
    assert sorted(_CAUSAL) == sorted(Event)


def test_a_row_without_a_sighting_has_none() -> None:
    """Absent is None, not an error."""
    assert sighting_from(b.key(), row_item(b.row(), "w")) is None
