"""The lists that a client reads: paid payments, reimbursement forms, and the older list with a cursor. Pure reads."""

import random
from collections.abc import Sequence
from typing import Final

from simulators.common.http import Reply
from simulators.common.jsontext import Json, JsonObject, written
from simulators.maycur import answers
from simulators.maycur.books import Books
from simulators.maycur.documents import DocumentStatus, Status
from simulators.maycur.paging import FIRST, PageRefusedError, capped, page
from simulators.maycur.rows import FORM_STATUSES, Payment, Style
from simulators.maycur.settings import Settings

DEFAULT_PAGE_SIZE: Final = 50
DELETED: Final = "DELETED"
LAST_YEAR_MS: Final = 365 * 24 * 3600 * 1000
_OLD_LIST_STATUS: Final = {Status.PAY_SUCCESS: 66}
_OLD_LIST_UNPAID: Final = 18


class ParameterError(ValueError):
    """A parameter that is no number, or not one that the call can use."""


def paid_list(body: JsonObject, books: Books, settings: Settings, *, now_ms: int, call: int) -> Reply:
    """`POST /paymenttransaction/paid/list`: one page of the paid rows of a window."""
    try:
        start, end = _window(body, "startPaidTime", "endPaidTime", now_ms, settings.max_span_seconds)
        size = capped(_page_size(body), settings.page_size_cap)
        number = _whole(body, "pageNum")
        found = _ordered(_shown(body, books.paid_between(start, end, settings.bounds), books, settings), settings, call)
        places = page(
            found,
            reading=settings.paging_reading,
            page_num=FIRST[settings.paging_reading] if number is None else number,
            page_size=size,
            zero=settings.page_zero,
        )
    except (ParameterError, PageRefusedError) as error:
        return answers.nack(f"参数错误: {error}", settings)
    style = Style(settings.amounts, settings.times)
    texts = [books.paid_at(place).text(style) for place in places]
    extra = _paging_fields(found, places, number, size) if settings.paging_fields else None
    return answers.row_list(texts, settings, path=settings.row_path, extra=extra)


def reimburse_list(body: JsonObject, books: Books, settings: Settings, *, now_ms: int) -> Reply:
    """`POST /form/reimburse`: forms by creation time and status, newest first, with a true row offset."""
    try:
        start, end = _window(body, "createdAtStart", "createdAtEnd", now_ms, max_span_seconds=0)
        size = capped(_page_size(body), settings.reimburse_page_size_cap)
        offset, status = _offset(body), _form_status(body)
    except ParameterError as error:
        return answers.nack(f"参数错误: {error}", settings)
    found = map(books.form_at, reversed(books.created_between(start, end, "[)")))
    forms = [form for form in found if (form.status == status if status else form.status != DELETED)]
    style = Style(settings.amounts, settings.times)
    texts = [form.text(style) for form in forms[offset : offset + size]]
    return answers.row_list(texts, settings, path=settings.reimburse_row_path)


def reimburse_detail(code: str, books: Books, settings: Settings) -> Reply:
    """`GET /form/reimburse/{formCode}`: one form; deleted ones cannot be read."""
    found = [form for form in books.forms_with_code(code) if form.status != DELETED]
    if not found:
        return answers.nack("单据不存在", settings)
    return answers.ack(found[-1].text(Style(settings.amounts, settings.times)), settings)


def cursor_list(body: JsonObject, books: Books, settings: Settings) -> Reply:
    """`POST /paymenttransaction/list`: the older list, every transaction above a sequence number, oldest first."""
    data = body.get("data")
    inner = data if isinstance(data, dict) else {}
    try:
        after, size = _required(inner, "sequence"), _page_size(inner)
    except ParameterError as error:
        return answers.nack(f"参数错误: {error}", settings)
    sequences = sorted(number for number, row in books.payments.items() if number > after and not row.removed)
    texts = [written(_old_row(books.payments[number])) for number in sequences[:size]]
    return answers.row_list(texts, settings, path="data")


# ------------------------------------------------------------------------------------------------------------------


def _window(
    body: JsonObject, start_name: str, end_name: str, now_ms: int, max_span_seconds: int
) -> tuple[int | None, int | None]:
    start, end = _whole(body, start_name), _whole(body, end_name)
    if start is None and end is None:
        start, end = now_ms - LAST_YEAR_MS, None  # what the sibling lists do
    longest = max_span_seconds * 1000
    if longest and (now_ms if end is None else end) - (start or 0) > longest:
        message = f"查询时间跨度超过限制, 最多{max_span_seconds}秒"
        raise ParameterError(message)
    return start, end


def _shown(body: JsonObject, places: range, books: Books, settings: Settings) -> Sequence[int]:
    payment_no = body.get("paymentNo")
    found: Sequence[int] = places
    if payment_no:
        found = [place for place in found if books.paid_at(place).payment_no == str(payment_no)]
    if settings.shows == "documents":
        found = [p for p in found if books.status_of(books.paid_at(p).document) is DocumentStatus.PAID]
    return found


def _ordered(places: Sequence[int], settings: Settings, call: int) -> Sequence[int]:
    if settings.order == "oldest":
        return places
    if settings.order == "newest":
        return places[::-1]
    shuffled = list(places)
    random.Random(call).shuffle(shuffled)
    return shuffled


def _paging_fields(found: Sequence[int], places: Sequence[int], number: int | None, size: int) -> dict[str, Json]:
    more = bool(places) and places[-1] != found[-1]
    return {"total": len(found), "pageNum": number, "pageSize": size, "hasNext": more}


def _page_size(body: JsonObject) -> int:
    size = _whole(body, "pageSize")
    if size is None:
        return DEFAULT_PAGE_SIZE
    if size <= 0:
        message = f"pageSize {size}"
        raise ParameterError(message)
    return size


def _offset(body: JsonObject) -> int:
    offset = _whole(body, "offset") or 0
    if offset < 0:
        message = f"offset {offset}"
        raise ParameterError(message)
    return offset


def _form_status(body: JsonObject) -> str:
    status = body.get("formStatus") or ""
    if status and status not in FORM_STATUSES:
        message = f"formStatus {status}"
        raise ParameterError(message)
    return str(status)


def _required(body: JsonObject, name: str) -> int:
    value = _whole(body, name)
    if value is None:
        raise ParameterError(name)
    return value


def _whole(body: JsonObject, name: str) -> int | None:
    """A whole number, as number or as string; None where it is absent, null or blank."""
    value = body.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.removeprefix("-").isdecimal():
        return int(value)
    message = f"{name} {value}"
    raise ParameterError(message)


def _old_row(row: Payment) -> JsonObject:
    """The transaction in the fields of the older list, as far as the books know them."""
    amount = row.fields.get("payableAmount")
    return {
        "code": row.code,
        "sequence": row.sequence,
        "payeeTargetBizCode": row.document,
        "platform": "CBS",
        "payerName": row.fields.get("payerAccountName"),
        "payerBankAccount": row.fields.get("payerAccountNumber"),
        "paidAmount": amount,
        "acceptAmount": amount,
        "acceptCcy": "CNY",
        "paymentStatus": _OLD_LIST_STATUS.get(Status(row.status), _OLD_LIST_UNPAID),
    }
