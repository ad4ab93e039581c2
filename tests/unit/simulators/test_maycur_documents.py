"""The derived status of a document and the transitions that the vendor forbids (reference, section 8)."""

import itertools
from typing import Final

import pytest

from simulators.maycur.documents import DocumentStatus, Status, document_status, may_become

PAID: Final = Status.PAY_SUCCESS
EXPORTED: Final = Status.CBS_EXPORTED
EXPORTING: Final = Status.CBS_EXPORTING
PAY_FAILED: Final = Status.PAY_FAIL
EXPORT_FAILED: Final = Status.CBS_EXPORT_FAILED


@pytest.mark.parametrize(
    ("transactions", "expected"),
    [
        ([PAID, PAID], DocumentStatus.PAID),
        ([EXPORTED, EXPORTED], DocumentStatus.EXPORTED),
        ([PAID, EXPORT_FAILED], DocumentStatus.EXPORT_FAILED),
        ([PAID, PAY_FAILED], DocumentStatus.PAY_FAILED),
        ([PAY_FAILED, EXPORT_FAILED], DocumentStatus.EXPORT_FAILED),
        ([EXPORTED, PAID], DocumentStatus.EXPORTED),
        ([EXPORTING, PAID, EXPORTED], DocumentStatus.EXPORTING),
        ([EXPORTING, PAY_FAILED], DocumentStatus.PAY_FAILED),
        ([EXPORTING, EXPORT_FAILED], DocumentStatus.EXPORT_FAILED),
    ],
)
def test_the_seven_rules_of_the_vendor(transactions: list[Status], expected: DocumentStatus) -> None:
    """A document is what its transactions make it, in any order of them."""
    for order in itertools.permutations(transactions):
        assert document_status(order) is expected


def test_a_document_is_paid_only_when_all_of_it_is() -> None:
    """Of all sets of transactions only those that are all paid make a paid document."""
    for size in (1, 2, 3):
        for transactions in itertools.product(Status, repeat=size):
            paid = document_status(transactions) is DocumentStatus.PAID
            assert paid == all(each is PAID for each in transactions)


def test_a_document_without_transactions_has_no_status() -> None:
    """Nothing is not the same as paid."""
    with pytest.raises(ValueError, match="without transactions"):
        document_status([])


@pytest.mark.parametrize("wanted", list(Status))
def test_paid_is_final(wanted: Status) -> None:
    """已支付 → anything is forbidden, itself included."""
    assert not may_become(PAID, wanted)


def test_what_is_exported_cannot_fail_to_be_exported() -> None:
    """已导出 → 导出失败 is forbidden, the other ways out of 已导出 are open."""
    assert not may_become(EXPORTED, EXPORT_FAILED)
    assert may_become(EXPORTED, PAID)
    assert may_become(EXPORTED, PAY_FAILED)
    assert may_become(EXPORT_FAILED, EXPORTED)
