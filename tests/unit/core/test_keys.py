"""Keys: what names a payment, a source document and a bill, spelled in one place and read back as written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paysync.core.keys import BillKey, PaymentKey, SourceKey, speakable


@given(st.from_regex(r"[a-z][a-z0-9-]{0,30}", fullmatch=True), st.text())
def test_a_payments_key_is_read_as_it_was_written(scheme: str, code: str) -> None:
    """Whatever the source calls its payment, a number sign in it included, its key says which it is."""
    key = PaymentKey(scheme, code)
    assert str(key) == f"PAY#{scheme}#{code}"
    assert PaymentKey.parse(str(key)) == key


@pytest.mark.parametrize("text", ["BILL#AP_PAYBILL#100", "pay#scheme#1", "PAY#scheme", "PAY", ""])
def test_what_is_no_payments_key_is_refused(text: str) -> None:
    """A key of another kind is never taken for a payment's."""
    with pytest.raises(ValueError, match=r"key|values"):
        PaymentKey.parse(text)


@pytest.mark.parametrize("number", ["fksq-1", "FKSQ-1", "Fksq-1  "])
def test_a_source_is_locked_as_the_erp_compares_it(number: str) -> None:
    """Case and trailing blanks do not make another document: two spellings, one lock."""
    key = SourceKey("CN_PAYAPPLY", number)
    assert (key.canonical, str(key)) == ("FKSQ-1", "LOCK#CN_PAYAPPLY#FKSQ-1")


def test_leading_blanks_make_another_source() -> None:
    """The ERP's collation ignores blanks at the end only."""
    assert SourceKey("CN_PAYAPPLY", " 1").canonical != SourceKey("CN_PAYAPPLY", "1").canonical


def test_a_bill_is_named_by_its_id() -> None:
    """A draft has no number yet, so the internal id names it."""
    assert str(BillKey("AP_PAYBILL", "100123")) == "BILL#AP_PAYBILL#100123"


@pytest.mark.parametrize("number", ["FKSQ-1", "付款申请-2025-001", " 1", "O'Brien #7"])
def test_what_a_document_may_be_called(number: str) -> None:
    """Chinese numbers, quotes and blanks inside are asked for like any other."""
    assert speakable(number)


@pytest.mark.parametrize("number", ["", "  ", "\u3000", "FK\n1", "FK\x001", "FK\u200b1", "FK\ud8001"])
def test_what_cannot_be_asked_for(number: str) -> None:
    """Blank numbers and control, invisible or broken characters go to a person instead of into a filter."""
    assert not speakable(number)
