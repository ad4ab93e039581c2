"""A scheme's connector options: every one has a default, and what cannot be is refused when the scheme is loaded."""

from datetime import timedelta

import pytest

from paysync.adapters.k3cloud.forms import Forms
from paysync.adapters.k3cloud.replies import RECOGNISED
from paysync.core.codes import Code
from paysync.core.errors import SchemeError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("no_such_option", "x"),
        ("bill_id", ""),
        ("bill_id", "FID=1 or FID"),
        ("link", ""),
        ("bill_creators", "FA,F B"),
        ("unrecognised", "11,x"),
        ("page_rows", 0),
        ("page_rows", 2001),
        ("page_rows", "2000"),
        ("page_rows", True),
        ("batch_rows", 0),
        ("batch_rows", 21),
        ("booleans_as_text", "true"),
        ("source_id", 1),
    ],
)
def test_an_option_that_cannot_be_is_refused(name: str, value: str | int) -> None:
    """By its name, as an error of the scheme."""
    with pytest.raises(SchemeError) as caught:
        Forms.of({name: value})
    assert caught.value.diagnosis.code is Code.SCHEME
    assert name in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("bill_dat", "FDATE", "is no option of the K3Cloud connector; did you mean bill_date?"),
        ("zzz", "x", "is no option of the K3Cloud connector; docs/connectors.md lists them"),
        ("booleans_as_text", "true", "must be true or false"),
        ("page_rows", True, "must be a whole number"),
        ("source_id", 1, "must be text"),
    ],
)
def test_a_wrong_option_is_told_in_words(name: str, value: str | int, told: str) -> None:
    """What was meant or may stand there, whole, and in no programming language."""
    with pytest.raises(SchemeError) as caught:
        Forms.of({name: value})
    assert dict(caught.value.diagnosis.details)["what"] == f"target.options.{name}: {told}"


def test_what_is_not_named_keeps_its_default() -> None:
    """And what is named is taken."""
    assert Forms.of({}) == Forms()
    assert Forms.of({"source_applied": "", "page_rows": 5}) == Forms(source_applied="", page_rows=5)


def test_lists_are_written_with_commas() -> None:
    """Blanks and empty pieces do not count."""
    forms = Forms.of({"bill_creators": "FA, FB.FName,", "unrecognised": "13, 14,", "lookup_seconds": 60})
    assert forms.creators == ("FA", "FB.FName")
    assert forms.recognised == RECOGNISED - {13, 14}
    assert forms.lookup_span == timedelta(minutes=1)


def test_flags_are_spelt_as_the_tenant_wants_them() -> None:
    """Text by default, as the templates have them."""
    assert (Forms().flag(value=True), Forms().flag(value=False)) == ("true", "false")
    assert Forms(booleans_as_text=False).flag(value=False) is False
