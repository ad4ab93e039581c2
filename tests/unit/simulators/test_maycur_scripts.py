"""Changes that happen by themselves, and the write calls that make a row become paid."""

import json
from decimal import Decimal
from typing import Any, Final

import pytest

from simulators.common.http import Reply
from simulators.common.jsontext import Json, JsonObject
from simulators.maycur.books import Books
from simulators.maycur.documents import DocumentStatus
from simulators.maycur.scripts import ScriptError, Stage, script
from simulators.maycur.settings import Settings
from simulators.maycur.writes import update, update_documents

T0: Final = 1_675_152_000_000
ACCOUNT: Final = "6222000011112222"


def row(number: int, **changes: Any) -> JsonObject:
    return {"paymentBizCode": f"PT{number}", "payeeTargetBusinessCode": "FK1", "auditTimeStamp": T0 + number, **changes}


def exported(number: int, **changes: Any) -> JsonObject:
    return row(number, auditTimeStamp=None, _status="CBS_EXPORTED", **changes)


def books_of(*rows: JsonObject) -> Books:
    books = Books()
    books.load_payments(rows)
    return books


def listed(books: Books) -> list[Any]:
    return [books.paid_at(place).code for place in books.paid_between(None, None, "[]")]


def stage_of(*documents: JsonObject) -> Stage:
    return Stage([script(each, now_ms=T0) for each in documents])


def failures(reply: Reply) -> dict[str, str]:
    answer = json.loads(reply.body)
    assert answer["code"] == ("NACK" if answer.get("errorData") else "ACK")
    return {key: reason for each in answer.get("errorData", []) for key, reason in each.items()}


def test_a_row_appears_after_the_call_that_it_waits_for() -> None:
    """After the second answer of its own operation, not before, and with a paid time in the past."""
    books, stage = books_of(row(5)), stage_of({"after_calls": 2, "insert": row(1)})
    for operation, expected in (("paid_list", ["PT5"]), ("reimburse_list", ["PT5"]), ("paid_list", ["PT1", "PT5"])):
        stage.answered(operation)
        stage.play(books, T0)
        assert listed(books) == expected


def test_a_row_appears_when_its_time_has_come() -> None:
    """By seconds from the load, or at a moment."""
    books = books_of()
    stage = stage_of({"after_seconds": Decimal("0.5"), "insert": row(1)}, {"at_ms": T0 + 900, "insert": row(2)})
    for moment, expected in ((T0 + 499, []), (T0 + 500, ["PT1"]), (T0 + 900, ["PT1", "PT2"])):
        stage.play(books, moment)
        assert listed(books) == expected


def test_a_row_leaves_is_changed_and_comes_twice() -> None:
    """Voided, re-dated and re-priced, doubled: each by its key."""
    books = books_of(row(1), row(2), row(3))
    stage_of(
        {"after_calls": 0, "remove": "PT1"},
        {"after_calls": 0, "change": "PT2", "set": {"payableAmount": Decimal("9.90"), "auditTimeStamp": T0 + 9}},
        {"after_calls": 0, "duplicate": "PT3"},
    ).play(books, T0)
    assert listed(books) == ["PT3", "PT3", "PT2"]
    assert books.payments_with_code("PT2")[0].fields["payableAmount"] == Decimal("9.90")


@pytest.mark.parametrize(
    "wrong",
    [
        {"insert": row(1)},
        {"after_calls": 1},
        {"after_calls": 1, "remove": "PT1", "insert": row(1)},
        {"after_calls": -1, "remove": "PT1"},
        {"after_calls": 1, "remove": 7},
        {"after_calls": 1, "change": "PT1"},
        {"after_calls": 1, "change": "PT1", "set": {"_status": "PAID"}},
        {"after_calls": 1, "remove": "PT1", "operation": "login"},
        {"after_calls": 1, "remove": "PT1", "when": "late"},
    ],
)
def test_a_script_that_could_not_happen_is_refused_at_once(wrong: JsonObject) -> None:
    """A test learns of its own mistake when it loads, not by a change that never comes."""
    with pytest.raises((ScriptError, ValueError)):
        script(wrong, now_ms=T0)


def test_a_paid_result_puts_the_transaction_on_the_list_under_the_callers_date() -> None:
    """`paidDate` is the caller's and may lie in the past: the row appears behind the newest."""
    books = books_of(row(9), exported(2, _sequence=77, _document="D"))
    result: JsonObject = {"sequence": 77, "status": "PAY_SUCCESS", "paidDate": T0, "payerBankAccount": ACCOUNT}
    assert failures(update({"timestamp": T0, "data": [result]}, books, Settings())) == {}
    assert listed(books) == ["PT2", "PT9"]
    assert books.status_of("D") is DocumentStatus.PAID


def test_bad_rows_are_refused_one_by_one_and_good_ones_applied() -> None:
    """单条失败: one bad row makes the whole answer a NACK, and the others are done all the same."""
    books = books_of(exported(1), exported(2), exported(3), exported(4), row(5, _document="paid"))
    books.accounts.add(ACCOUNT)
    paid: JsonObject = {"status": "PAY_SUCCESS", "paidDate": T0, "payerBankAccount": ACCOUNT}
    reply = update(
        {
            "data": [
                {"sequence": 1, **paid},
                {"sequence": 2, **paid, "payerBankAccount": "1"},
                {"sequence": 3, "status": "CBS_EXPORT_FAILED", "errorMsg": "late"},
                {"sequence": 4, "status": "PAY_FAIL"},
                {"sequence": 5, "status": "PAY_FAIL", "errorMsg": "late"},
                {"sequence": 99, **paid},
            ]
        },
        books,
        Settings(),
    )
    assert sorted(failures(reply)) == ["2", "3", "4", "5", "99"]
    assert [str(books.payments[n].status) for n in (1, 2, 3)] == ["PAY_SUCCESS", "CBS_EXPORTED", "CBS_EXPORTED"]
    assert books.status_of("FK1") is DocumentStatus.EXPORTED


def test_refused_rows_may_stand_in_data() -> None:
    """Some clients find them there, so a setting puts them there."""
    settings = Settings().changed({"failed_rows": "data"})
    answer = json.loads(update({"data": [{"sequence": 1}]}, Books(), settings).body)
    assert (answer["code"], answer["data"]) == ("NACK", [{"1": "流水不存在"}])


def test_a_whole_document_is_paid_without_sequences() -> None:
    """Every transaction of it; unknown documents and wrong families are refused in the vendor's form."""
    books = books_of(exported(1), exported(2))
    forms: list[Json] = [
        {"formNo": "FK1", "type": "PAYMENT", "paidDate": T0, "payerAccountCode": ACCOUNT},
        {"formNo": "MK118070702", "type": "REIMBURSE", "payerAccountCode": ACCOUNT},
    ]
    body: JsonObject = {"timestamp": T0, "data": {"employeeId": "E1", "formData": forms}}
    assert failures(update_documents(body, books, Settings(), now_ms=T0)) == {"REIMBURSE: MK118070702": "单据不存在"}
    assert listed(books) == ["PT1", "PT2"]
    again: JsonObject = {"data": {"formData": [forms[0]]}}
    assert list(failures(update_documents(again, books, Settings(), now_ms=T0))) == ["PAYMENT: FK1"]


def test_a_reimbursement_form_without_a_transaction_gets_one_when_it_is_paid() -> None:
    """Paid as a whole: one row on the paid list, of the form's amount, under its number; a second time is refused."""
    books = Books()
    books.load_forms([{"formCode": "BX1", "amount": Decimal("88.80"), "_createdAt": T0}])
    body: JsonObject = {"data": {"formData": [{"formNo": "BX1", "type": "REIMBURSE", "paidDate": T0}]}}
    assert failures(update_documents(body, books, Settings(), now_ms=T0)) == {}
    paid = books.payments_of("BX1")
    assert [(each.document, each.fields["payableAmount"], each.moment) for each in paid] == [
        ("BX1", Decimal("88.80"), T0)
    ]
    assert list(failures(update_documents(body, books, Settings(), now_ms=T0))) == ["REIMBURSE: BX1"]
