"""What a stack binds for its schemes, and what it must not bind."""

import pytest

from paysync.core.errors import SettingsError
from paysync.schemes.binding import bindings, unbound

PAID, FORM = "paid-to-paybill", "reimbursement-to-paybill"


def test_the_rule_is_that_of_the_first_scheme() -> None:
    """A rule belongs to one pair of forms: pushed by another scheme's rule, money would go into the wrong document."""
    bound = bindings([FORM, PAID], "R-1", {})
    assert bound == {FORM: {"rule_id": "R-1"}, PAID: {}}
    assert bindings([FORM, PAID], "R-1", {f"{PAID}.rule_id": "R-2"})[PAID] == {"rule_id": "R-2"}


def test_a_value_for_one_scheme_is_stronger_than_one_for_all() -> None:
    """So that one line may serve several schemes and one of them still differ."""
    bound = bindings([PAID, FORM], "R", {"purpose": "P", f"{FORM}.purpose": "Q", "bill_type": "B"})
    assert bound[FORM] == {"purpose": "Q", "bill_type": "B"}


def test_what_nobody_has_bound_is_named_with_where_to_find_it() -> None:
    """The one who deploys is told all at once."""
    found = unbound(bindings([PAID, FORM], "R", {"bill_type": "B"}))
    assert [(one.scheme, one.name) for one in found] == [(FORM, "purpose")]
    assert found[0].find["zh"] == "金蝶基础资料【收付款用途】的编码"
    assert found[0].setting == f"{FORM}.purpose=…"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("purpos", "binds 'purpos'.*did you mean purpose"),
        (f"{PAID}.purpose", "no parameter of the scheme paid-to-paybill"),
        ("paid-to-paybil.strategy_id", "a scheme 'paid-to-paybil' that the stack does not run"),
        ("rule_id", f"RuleId does for the first scheme; of another scheme it is {FORM}.rule_id"),
        (f"{PAID}.rule_id", "RuleId does for the first scheme"),
    ],
)
def test_a_pair_that_no_scheme_takes_is_refused(given: str, says: str) -> None:
    """A misspelt name would leave a default in force without a word."""
    with pytest.raises(SettingsError, match=says):
        bindings([PAID, FORM], "R", {given: "x"})
