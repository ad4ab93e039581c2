"""The paid list and its sibling without HTTP: windows, order, ways of writing, empty results, parameters."""

import json
from decimal import Decimal
from typing import Any, Final

import pytest

from simulators.common.http import Reply
from simulators.common.jsontext import JsonObject, parsed, written
from simulators.maycur.books import Books
from simulators.maycur.lists import cursor_list, paid_list, reimburse_list
from simulators.maycur.rows import RowError
from simulators.maycur.settings import Settings

T0: Final = 1_675_152_000_000
NOW: Final = T0 + 3_600_000


def row(number: int, **changes: Any) -> JsonObject:
    return {
        "paymentBizCode": f"PT{number}",
        "payeeTargetBusinessCode": f"报销{number}",
        "payerAccountName": "基本户",
        "payerAccountNumber": "6222000011112222",
        "payableAmount": Decimal("1234.50"),
        "auditTimeStamp": T0 + number,
        **changes,
    }


def books_of(*rows: JsonObject) -> Books:
    books = Books()
    books.load_payments(rows)
    return books


def read(books: Books, *, call: int = 1, body: JsonObject | None = None, **settings: object) -> Reply:
    asked: JsonObject = {"startPaidTime": str(T0), "endPaidTime": str(T0 + 10), "pageSize": "50", "pageNum": "1"}
    return paid_list({**asked, **(body or {})}, books, Settings().changed(settings), now_ms=NOW, call=call)


def keys(reply: Reply) -> list[str]:
    return [each["paymentBizCode"] for each in json.loads(reply.body)["data"]]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [("[)", [0, 5]), ("[]", [0, 5, 10]), ("()", [5]), ("(]", [5, 10]), ("[ )", [0, 5])],
)
def test_each_kind_of_bounds_keeps_its_ends_in_or_out(bounds: str, expected: list[int]) -> None:
    """Rows exactly on start and end belong to the window as the setting says."""
    books = books_of(row(0), row(5), row(10))
    assert keys(read(books, bounds=bounds, order="oldest")) == [f"PT{number}" for number in expected]


def test_the_order_is_newest_first_oldest_first_or_another_one_at_each_call() -> None:
    """Unstable means: the same rows, and not in the same order twice running."""
    books = books_of(*(row(number) for number in range(10)))
    newest = keys(read(books))
    assert newest == keys(read(books, order="oldest"))[::-1] == [f"PT{n}" for n in range(9, -1, -1)]
    first, second = keys(read(books, call=1, order="unstable")), keys(read(books, call=2, order="unstable"))
    assert first != second
    assert sorted(first) == sorted(second) == sorted(newest)


def test_money_keeps_its_digits_as_a_number_and_as_a_string() -> None:
    """1234.50 does not become 1234.5, and 0.1 no binary float."""
    books = books_of(row(1), row(2, payableAmount=parsed("0.10")), row(3, payableAmount="7.00"))
    assert b'"payableAmount":1234.50,' in read(books).body
    assert b'"payableAmount":0.10,' in read(books).body
    assert b'"payableAmount":7.00,' in read(books).body
    assert b'"payableAmount":"1234.50",' in read(books, amounts="string").body
    assert b'"payableAmount":"0.10",' in read(books, amounts="string").body


def test_times_are_written_as_number_or_string() -> None:
    """Both are possible on a real tenant."""
    assert f'"auditTimeStamp":{T0 + 1}'.encode() in read(books_of(row(1))).body
    assert f'"auditTimeStamp":"{T0 + 1}"'.encode() in read(books_of(row(1)), times="string").body


@pytest.mark.parametrize("odd", ["1,234.50", "", None, "１２", {"amount": 1}, "1e3"])
def test_a_malformed_amount_stays_as_it_was_loaded(odd: Any) -> None:
    """The simulator does not repair what a test has broken."""
    shown = json.loads(read(books_of(row(1, payableAmount=odd))).body)["data"][0]["payableAmount"]
    assert shown == odd


def test_a_verbatim_row_is_not_restyled() -> None:
    """One row may write its money otherwise than the rest of the list."""
    books = books_of(row(1, payableAmount="5.00", _verbatim=True), row(2))
    assert b'"payableAmount":"5.00"' in read(books).body


def test_a_row_that_cannot_be_filed_is_refused_when_loaded() -> None:
    """A malformed time needs `_paidTime`, else no window could find the row; and nothing of that load is kept."""
    books = Books()
    with pytest.raises(RowError, match="payment 2: a paid row needs _paidTime"):
        books.load_payments([row(1), row(2, auditTimeStamp="2023-01-31")])
    assert not books.payments
    books.load_payments([row(2, auditTimeStamp="2023-01-31", _paidTime=T0)])
    assert keys(read(books)) == ["PT2"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, {"data": []}),
        ({"empty": "null"}, {"data": None}),
        ({"row_path": "data.list"}, {"data": {"list": []}}),
        ({"row_path": "data.list", "empty": "null"}, {"data": None}),
        ({"row_path": "data.list", "empty": "absent"}, {"data": {}}),
    ],
)
def test_an_empty_result_looks_as_the_settings_say(settings: dict[str, Any], expected: JsonObject) -> None:
    """An empty list, null and an absent list are three different things."""
    answer = json.loads(read(Books(), **settings).body)
    assert answer["code"] == "ACK"
    assert {"data": answer["data"]} == expected


def test_an_absent_list_has_no_data_at_all() -> None:
    """Not even the key."""
    assert "data" not in json.loads(read(Books(), empty="absent").body)


def test_parameters_are_taken_as_strings_and_as_numbers() -> None:
    """The published configuration sends strings; numbers get the same answer."""
    books = books_of(row(1), row(2))
    numbers: JsonObject = {"startPaidTime": T0, "endPaidTime": T0 + 10, "pageSize": 50, "pageNum": 1}
    assert read(books, body=numbers).body == read(books).body


@pytest.mark.parametrize(
    "wrong", [{"pageSize": "0"}, {"pageSize": "many"}, {"pageNum": "-1"}, {"pageNum": "0"}, {"startPaidTime": True}]
)
def test_a_parameter_out_of_range_is_a_nack(wrong: JsonObject) -> None:
    """Page "0" among them, under reading A by default."""
    assert json.loads(read(books_of(row(1)), body=wrong).body)["code"] == "NACK"


def test_without_a_window_only_the_last_year_is_listed() -> None:
    """Older rows are hidden without a sign, as with the sibling lists."""
    books = books_of(row(1), row(2, auditTimeStamp=NOW - 366 * 86_400_000))
    assert keys(read(books, body={"startPaidTime": None, "endPaidTime": ""})) == ["PT1"]


def test_too_long_a_window_is_a_nack_where_a_limit_is_set() -> None:
    """The longest span is a setting, off by default."""
    day = {"startPaidTime": str(T0), "endPaidTime": str(T0 + 86_400_001)}
    assert json.loads(read(Books(), body=dict(day), max_span_seconds=86_400).body)["code"] == "NACK"
    assert json.loads(read(Books(), body=dict(day)).body)["code"] == "ACK"


def test_a_silent_cap_makes_a_page_shorter_than_asked_for() -> None:
    """Without a word, as this vendor truncates elsewhere."""
    books = books_of(*(row(number) for number in range(9)))
    assert len(keys(read(books, page_size_cap=4))) == 4


def test_more_than_a_thousand_rows_of_one_second_are_all_reachable() -> None:
    """Page after page, each row once, also when all share one millisecond."""
    books = books_of(*(row(number, auditTimeStamp=T0) for number in range(1200)))
    seen = [key for page in range(1, 26) for key in keys(read(books, body={"pageNum": str(page)}))]
    assert len(seen) == len(set(seen)) == 1200


def test_an_unpaid_transaction_is_not_listed_and_a_paid_sibling_is() -> None:
    """By default each transaction counts by itself; `shows: documents` waits for the whole document."""
    paid, waiting = row(1, _document="D"), row(2, _document="D", _status="CBS_EXPORTED")
    books = books_of(paid, waiting)
    assert keys(read(books)) == ["PT1"]
    assert keys(read(books, shows="documents")) == []


def test_the_payment_order_filters_the_list() -> None:
    """`paymentNo` is the id of the Maycur payment order."""
    books = books_of(row(1, _paymentNo="PO1"), row(2, _paymentNo="PO2"))
    assert keys(read(books, body={"paymentNo": "PO2"})) == ["PT2"]


def test_paging_fields_are_given_where_a_tenant_gives_them() -> None:
    """Fields `total` and `hasNext`, as a cross-check for the client."""
    books = books_of(*(row(number) for number in range(5)))
    answer = json.loads(read(books, body={"pageSize": "2", "pageNum": "3"}, paging_fields=True).body)
    assert (answer["total"], answer["hasNext"], answer["pageNum"], answer["pageSize"]) == (5, False, 3, 2)


def test_reimbursements_are_paged_by_a_true_offset() -> None:
    """Newest first; the next page starts at offset + rows received; status and creation time filter."""
    books = Books()
    books.load_forms([{"formCode": f"BX{n}", "_createdAt": T0 + n} for n in range(5)])
    books.load_forms([{"formCode": "BX9", "_createdAt": T0 + 9, "_status": "DELETED"}])

    def codes(**body: str) -> list[str]:
        asked: JsonObject = {"createdAtStart": str(T0), "createdAtEnd": str(T0 + 100), "pageSize": "2", **body}
        answer = json.loads(reimburse_list(asked, books, Settings(), now_ms=NOW).body)
        return [each["formCode"] for each in answer["data"]]

    assert codes(offset="0") == ["BX4", "BX3"]
    assert codes(offset="2", formStatus="COMPLETED") == ["BX2", "BX1"]
    assert codes(offset="4") == ["BX0"]
    assert codes(offset="0", formStatus="DELETED") == ["BX9"]


def test_the_older_list_goes_on_from_a_sequence() -> None:
    """Every transaction, paid or not, oldest sequence first."""
    books = books_of(row(1), row(2, _status="PAY_FAIL"), row(3))
    body: JsonObject = {"timestamp": NOW, "data": {"sequence": 1, "pageSize": 50}}
    answer = json.loads(cursor_list(body, books, Settings()).body)
    assert [(each["code"], each["sequence"]) for each in answer["data"]] == [("PT2", 2), ("PT3", 3)]


def test_json_is_written_as_it_was_read() -> None:
    """Numbers keep their text, Chinese stays Chinese."""
    text = '{"a":1234.50,"b":[null,true,-0.00,12345678901234567890.1],"报销":"单\\"据"}'
    assert written(parsed(text)) == text
