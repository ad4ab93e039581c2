"""What a stack binds for its schemes, and what it must not bind."""

from collections.abc import Mapping

import pytest

from paysync.core.errors import SettingsError
from paysync.schemes.binding import bindings, unbound

PAID, FORM = "paid-to-paybill", "reimbursement-to-paybill"
FIRST = {"rule_id": "R-1", "since": "2025-01-01"}


def bound(first: str, second: str, given: Mapping[str, str]) -> Mapping[str, Mapping[str, str]]:
    """What each scheme of a stack gets."""
    return bindings([first, second], rule_id="R-1", since="2025-01-01", given=given)


def test_rule_and_start_of_the_stack_are_those_of_the_first_scheme() -> None:
    """Pushed by another scheme's rule, or read from another's start, money would go where nobody meant it to."""
    assert bound(FORM, PAID, {}) == {FORM: FIRST, PAID: {}}
    assert bound(FORM, PAID, {f"{PAID}.rule_id": "R-2"})[PAID] == {"rule_id": "R-2"}
    assert bound(PAID, FORM, {f"{FORM}.since": "2026-01-01"})[FORM] == {"since": "2026-01-01"}


def test_a_value_for_one_scheme_is_stronger_than_one_for_all() -> None:
    """So that one line may serve several schemes and one of them still differ."""
    values = bound(PAID, FORM, {"purpose": "P", f"{FORM}.purpose": "Q", "bill_type": "B"})
    assert values[FORM] == {"purpose": "Q", "bill_type": "B"}


def test_what_nobody_has_bound_is_named_with_where_to_find_it() -> None:
    """The one who deploys is told all at once; a second scheme's start too, which the first one's is no answer to."""
    found = unbound(bound(PAID, FORM, {"bill_type": "B"}))
    assert [(one.scheme, one.name) for one in found] == [(FORM, "purpose"), (FORM, "since")]
    assert found[0].find["zh"] == "金蝶基础资料【收付款用途】的编码"
    assert found[0].setting == f"{FORM}.purpose=…"
    assert [one.name for one in unbound(bound(FORM, PAID, {}))] == ["bill_type", "purpose", "rule_id"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("purpos", r"binds 'purpos'.*did you mean purpose"),
        (f"{PAID}.purpose", "no parameter of the scheme paid-to-paybill"),
        ("paid-to-paybil.strategy_id", "a scheme 'paid-to-paybil' that the stack does not run"),
        ("rule_id", r"RuleId does for the first scheme; of another scheme it is reimbursement-to-paybill\.rule_id"),
        (f"{PAID}.rule_id", "RuleId does for the first scheme"),
        (f"{PAID}.schedule", "no parameter of the scheme paid-to-paybill"),
        ("schedule", r"FetchSchedule does for the first scheme"),
        ("since", r"FetchSince does for the first scheme; of another scheme it is reimbursement-to-paybill\.since"),
    ],
)
def test_a_pair_that_no_scheme_takes_is_refused(given: str, says: str) -> None:
    """A misspelt name would leave a default in force without a word."""
    with pytest.raises(SettingsError, match=says):
        bound(PAID, FORM, {given: "x"})
