"""The life of a transaction, and of the document that it belongs to (reference, section 8). Pure."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final


class Status(StrEnum):
    """Of one transaction. The vendor names 导出中 without a code: CBS_EXPORTING is this simulator's word for it."""

    CBS_EXPORTING = "CBS_EXPORTING"
    CBS_EXPORTED = "CBS_EXPORTED"
    PAY_SUCCESS = "PAY_SUCCESS"
    PAY_FAIL = "PAY_FAIL"
    CBS_EXPORT_FAILED = "CBS_EXPORT_FAILED"


class DocumentStatus(StrEnum):
    """Of a document, derived from its transactions, never set."""

    EXPORTING = "导出中"
    EXPORTED = "已导出"
    PAID = "已支付"
    PAY_FAILED = "支付失败"
    EXPORT_FAILED = "导出失败"


FAMILIES: Final = ("REIMBURSE", "CORP_REIMBURSE", "PRECONSUME", "PAYMENT")

SETTABLE: Final = frozenset(Status) - {Status.CBS_EXPORTING}


def document_status(transactions: Collection[Status]) -> DocumentStatus:
    """The status of a document with these transactions; the vendor's seven rules in the order of their precedence."""
    if not transactions:
        message = "a document without transactions has no status"
        raise ValueError(message)
    seen = set(transactions)
    if Status.CBS_EXPORT_FAILED in seen:
        return DocumentStatus.EXPORT_FAILED
    if Status.PAY_FAIL in seen:
        return DocumentStatus.PAY_FAILED
    if Status.CBS_EXPORTING in seen:
        return DocumentStatus.EXPORTING
    return DocumentStatus.PAID if seen == {Status.PAY_SUCCESS} else DocumentStatus.EXPORTED


def may_become(now: Status, wanted: Status) -> bool:
    """Whether the vendor allows this step: 已支付 is final, and what is exported cannot fail to be exported."""
    if now is Status.PAY_SUCCESS:
        return False
    return (now, wanted) != (Status.CBS_EXPORTED, Status.CBS_EXPORT_FAILED)
