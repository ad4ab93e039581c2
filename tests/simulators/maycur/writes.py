"""The calls that make a row become paid. Each bad row is refused by itself and the good ones are applied (单条失败)."""

from collections.abc import Iterable
from typing import Final

from simulators.common.http import Reply
from simulators.common.jsontext import Json, JsonObject
from simulators.maycur import answers
from simulators.maycur.books import Books
from simulators.maycur.documents import FAMILIES, SETTABLE, DocumentStatus, Status, may_become
from simulators.maycur.rows import Payment, epoch_ms
from simulators.maycur.settings import Settings

NO_DOCUMENT: Final = "单据不存在"
ALREADY_PAID: Final = "单据已支付, 不能变更"
_FAILURES: Final = frozenset({Status.PAY_FAIL, Status.CBS_EXPORT_FAILED})


class RefusedError(ValueError):
    """One row that is not applied; the text is the vendor's reason."""


def update(body: JsonObject, books: Books, settings: Settings) -> Reply:
    """`POST /paymenttransaction/update`: the result of single transactions, by their sequence."""
    data = body.get("data")
    if not isinstance(data, list):
        return answers.nack("参数错误: data", settings)
    failures: list[tuple[str, str]] = []
    for row in data:
        document = row if isinstance(row, dict) else {}
        try:
            _apply(document, books)
        except RefusedError as refused:
            failures.append((str(document.get("sequence")), str(refused)))
    return answers.judged(failures, settings)


def update_documents(body: JsonObject, books: Books, settings: Settings, *, now_ms: int) -> Reply:
    """`POST /paymenttransaction/update/noSequence`: whole documents become paid, by number and family."""
    data = body.get("data")
    forms = data.get("formData") if isinstance(data, dict) else None
    if not isinstance(forms, list):
        return answers.nack("参数错误: formData", settings)
    failures: list[tuple[str, str]] = []
    for row in forms:
        document = row if isinstance(row, dict) else {}
        try:
            _pay_document(document, books, now_ms)
        except RefusedError as refused:
            failures.append((f"{document.get('type')}: {document.get('formNo')}", str(refused)))
    return answers.judged(failures, settings)


# ------------------------------------------------------------------------------------------------------------------


def _apply(document: JsonObject, books: Books) -> None:
    row = _transaction(document.get("sequence"), books)
    wanted = document.get("status")
    if wanted not in SETTABLE:
        message = f"状态不正确: {wanted}"
        raise RefusedError(message)
    status = Status(str(wanted))
    if books.status_of(row.document) is DocumentStatus.PAID:
        raise RefusedError(ALREADY_PAID)
    if not may_become(Status(row.status), status):
        message = f"不允许从{row.status}变更为{status}"
        raise RefusedError(message)
    changes: JsonObject = {"_status": str(status)}
    if status is Status.PAY_SUCCESS:
        changes |= _paid(document.get("paidDate"), document.get("payerBankAccount"), books)
    elif status in _FAILURES and not document.get("errorMsg"):
        message = "errorMsg不能为空"
        raise RefusedError(message)
    books.change_payment(row, changes)


def _pay_document(document: JsonObject, books: Books, now_ms: int) -> None:
    if document.get("type") not in FAMILIES:
        message = f"单据类型不正确: {document.get('type')}"
        raise RefusedError(message)
    number, family = str(document.get("formNo") or ""), str(document.get("type"))
    if books.status_of(number) is DocumentStatus.PAID:
        raise RefusedError(ALREADY_PAID)
    account, paid_date = document.get("payerAccountCode"), document.get("paidDate") or now_ms
    changes: JsonObject = {"_status": str(Status.PAY_SUCCESS)}
    changes |= _paid(paid_date, account, books, account_required=False)
    rows = [row for row in books.payments_of(number) if row.document_type == family]
    for row in _unpaid(rows or _made_for_form(number, family, books)):
        books.change_payment(row, changes)


def _made_for_form(number: str, family: str, books: Books) -> list[Payment]:
    """The transaction of a reimbursement form that had none: the form is paid as a whole, hence its whole amount."""
    forms = books.forms_with_code(number) if family == "REIMBURSE" and not books.payments_of(number) else []
    if not forms:
        raise RefusedError(NO_DOCUMENT)
    made: JsonObject = {
        "paymentBizCode": f"PT-{number}",
        "payeeTargetBusinessCode": number,
        "payerAccountName": None,
        "payerAccountNumber": None,
        "payableAmount": forms[-1].fields.get("amount"),
        "auditTimeStamp": None,
        "_documentType": family,
        "_status": str(Status.CBS_EXPORTING),
    }
    return books.load_payments([made])


def _unpaid(rows: Iterable[Payment]) -> list[Payment]:
    return [row for row in rows if row.status != Status.PAY_SUCCESS]


def _transaction(sequence: Json, books: Books) -> Payment:
    number = int(sequence) if isinstance(sequence, int | str) and str(sequence).isdecimal() else None
    row = None if number is None else books.payments.get(number)
    if row is None or row.removed:
        message = "流水不存在"
        raise RefusedError(message)
    return row


def _paid(paid_date: Json, account: Json, books: Books, *, account_required: bool = True) -> JsonObject:
    moment = epoch_ms(paid_date)
    if moment is None:
        message = "paidDate不能为空"
        raise RefusedError(message)
    changes: JsonObject = {"_paidTime": moment, "auditTimeStamp": moment}
    if not account:
        if account_required:
            message = "payerBankAccount不能为空"
            raise RefusedError(message)
        return changes
    if books.accounts and str(account) not in books.accounts:
        message = f"付款账号未维护: {account}"
        raise RefusedError(message)
    return {**changes, "payerAccountNumber": account}
