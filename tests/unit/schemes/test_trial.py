"""Tests inside schemes: they pass for what is shipped, and say what is not as it was expected."""

from pathlib import Path

import pytest

from paysync.core.errors import SchemeError
from paysync.schemes import names
from paysync.schemes.check import checked
from paysync.schemes.trial import run_tests, trials_of

SMALL = Path(__file__).with_name("small.yaml")
TEXT = SMALL.read_text(encoding="utf-8")


def differences(*changes: tuple[str, str]) -> list[str]:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return [what for trial in trials_of(checked(text, SMALL.name)) for what in trial.differences]


@pytest.mark.parametrize("name", names())
def test_every_shipped_scheme_passes_its_own_tests(name: str) -> None:
    """Each carries some, and each passes."""
    trials = run_tests(name)
    assert trials
    assert [trial for trial in trials if not trial.passed] == []


def test_expectations_that_hold_pass() -> None:
    """Requests, a parked and a rejected payment, just as they are expected."""
    assert [trial.passed for trial in run_tests(SMALL)] == [True, True, True]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("TargetOrgId: 7, ", "TargetOrgId: 8, ", "push.TargetOrgId is 7; expected 8"),
        ("TargetOrgId: 7, ", 'TargetOrgId: "7", ', "push.TargetOrgId is 7; expected '7'"),
        ("TargetOrgId: 7, ", "TargetOrgId: true, ", "push.TargetOrgId is 7; expected True"),
        ("TargetOrgId: 7, ", "", "push.TargetOrgId is 7; not expected"),
        ("TargetOrgId: 7, ", "TargetOrgId: 7, Ids: 1, ", "push.Ids is missing; expected 1"),
        ("[FK-1], RuleId", "[FK-2], RuleId", "push.Numbers.0 is 'FK-1'; expected 'FK-2'"),
        ("[FK-1], RuleId", "[FK-1, FK-2], RuleId", "push.Numbers is ['FK-1']; expected ['FK-1', 'FK-2']"),
        ("Numbers: [], Ids", "Numbers: {}, Ids", "submit.Numbers is []; expected {}"),
        ("{ parked: lookup.none }", "{ rejected: lookup.none }", "rejected is None; expected 'lookup.none'"),
        ("{ parked: lookup.none }", "{ parked: lookup.many }", "parked is 'lookup.none'; expected 'lookup.many'"),
        ("{ rejected: payment.bad_field }", "{ skipped: 1 }", "skipped is 0; expected 1"),
        ("{ rejected: payment.bad_field }", "{ push: 1 }", "push is None; expected 1"),
    ],
)
def test_what_is_not_as_expected_is_told(old: str, new: str, told: str) -> None:
    """Every difference is named by its place, with what was found and what was expected; kinds of values count."""
    assert told in differences((old, new))


def test_numbers_are_compared_by_value() -> None:
    """12.5 and 12.50 are the same sum, to the cent and not to the letter."""
    bill = """
      save:
        FID: "{{pushed.Id}}"
        FTHIRDBILLNO: P-1
        FDATE: "2023-01-31"
        FPAYBILLENTRY: [{ FEntryID: "{{pushed.EntryId}}", FACCOUNTID: { FNumber: "6222" }, FPAYAMOUNTFOR_E: SUM }]
      submit:"""
    assert differences(("\n      submit:", bill.replace("SUM", "12.5"))) == []
    assert differences(("\n      submit:", bill.replace("SUM", "12.51"))) == [
        "save.FPAYBILLENTRY.0.FPAYAMOUNTFOR_E is 12.50; expected 12.51"
    ]


def test_a_truth_value_is_no_number() -> None:
    """A flag and a number are different things to the system that gets them, also where Python calls them equal."""
    one = ("lookups: { org: 7 }", "lookups: { org: 1 }")
    assert differences(one, ("TargetOrgId: 7, ", "TargetOrgId: 1, ")) == []
    assert differences(one, ("TargetOrgId: 7, ", "TargetOrgId: true, ")) == ["push.TargetOrgId is 1; expected True"]


def test_a_payment_that_stops_unexpectedly_says_why() -> None:
    """Where requests were expected and the payment was parked, the reason is told first."""
    told = differences(("    lookups: { org: 7 }\n", ""))
    assert told[0].startswith("the payment is parked: Lookup “org” found no usable record")


def test_several_results_of_a_lookup_are_several() -> None:
    """A list says all that a lookup finds: more than one parks the payment."""
    assert differences(("{ parked: lookup.none }", "{ parked: lookup.many }\n    lookups: { org: [7, 8] }")) == []


def test_a_row_of_several_payments_needs_a_name() -> None:
    """Where child rows are payments, a test says which one it is about."""
    flat = ("  key: id\n", "  key: id\n  flatten: { list: lines, key: line }\n")
    child = ("    sum: {", "    lines_line: { label: 行号, type: string }\n    sum: {")
    row = ("paid: 1675152000000 }", "paid: 1675152000000, lines: [{ line: a }, { line: b }] }")
    many = "the row gives 2 payments (P-1-a, P-1-b): say with key which one is meant"
    assert differences(flat, child, row) == [many, many, many]
    named = ("    row: {", "    key: P-1-b\n    row: {")
    assert differences(flat, child, row, named) == []


def test_a_row_that_conditions_keep_out_is_skipped() -> None:
    """How many payments of a row are kept out can be expected too."""
    where = ("  key: id\n", "  key: id\n  where:\n    - - { field: document, logic: like, value: FK }\n")
    kept_out = ("{ parked: lookup.none }", "{ skipped: 1 }")
    row = 'document: {}, account: "6222", sum: 12.50, paid: 1675152000000 }}\n    expect: {{ skipped'
    other = (row.format("FK-1"), row.format("BX-1"))
    assert differences(where, kept_out, other) == []
    assert differences(where, kept_out) == ["skipped is 0; expected 1"]


def test_a_wrong_file_has_no_tests_to_run(tmp_path: Path) -> None:
    """A scheme must be right before its tests mean anything."""
    file = tmp_path / SMALL.name
    file.write_text(TEXT.replace("connector: maycur", "connector: nobody"), encoding="utf-8")
    with pytest.raises(SchemeError):
        run_tests(file)
