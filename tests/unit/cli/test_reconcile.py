"""`reconcile`: every scheme's books, each named; each kind of difference with what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from fakes import builders as b
from paysync.cli.reconcile import diagnosis_of
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.reconcile import Difference

if TYPE_CHECKING:
    from unit.cli.conftest import Run, Stand

SPAN: Final = ("--from", "2025-01-31", "--to", "2025-02-01")
FINDING: Final = {
    "difference": "amount",
    "key": "PAY-1",
    "source": "1.00",
    "ledger": "1.00",
    "target": "1.01",
    "bill": "FKD1",
}


def compared(scheme: str = b.SCHEME, **more: Any) -> dict[str, Any]:
    """What reconcile answers."""
    sums = {f"{book}_sum": "7.50" for book in ("source", "booked", "bill")}
    counts = {f"{book}_count": 1 for book in ("source", "ledger", "booked", "bill", "open", "parked")}
    window = {"from": "2025-01-30T16:00:00.000Z", "to": "2025-01-31T16:00:00.000Z"}
    return {scheme: {**sums, **counts, "window": window, "queued": 0, "findings": [], **more}}


def test_books_that_agree_end_with_0_and_differences_with_1(stand: Stand, run: Run) -> None:
    """For a machine the function's own report, for a person each difference with both sums."""
    stand.functions.answers = [compared(), compared(findings=[FINDING]), compared(), compared(findings=[FINDING])]
    agree, differ = run("reconcile", *SPAN, "--yes", "--json"), run("reconcile", *SPAN, "--yes", "--json")
    assert (agree.code, agree.documents) == (0, [{"scheme": b.SCHEME, **compared()[b.SCHEME]}])
    assert (differ.code, differ.documents[0]["findings"]) == (1, [FINDING])
    told = run("reconcile", *SPAN, "--yes")
    assert (told.code, f"the books of {b.SCHEME} agree" in told.out) == (0, True)
    told = run("reconcile", *SPAN, "--yes")
    assert (told.code, "agree" in told.out) == (1, False)
    for word in FINDING.values():
        assert word in told.out


def test_without_a_scheme_the_books_of_every_one_are_compared(two_schemes: Stand, run: Run) -> None:
    """Each is named, first in the question; a difference in any of them is a difference."""
    asked = run("reconcile", *SPAN, types="n\n").err
    assert f"the three books of {b.SCHEME}, handed-on;" in asked
    assert "are BOOKED" in asked
    two_schemes.functions.answers = [compared(findings=[FINDING]), compared("handed-on")] * 2
    told = run("reconcile", *SPAN, "--yes")
    assert (told.code, f"the books of {b.SCHEME} agree" in told.out) == (1, False)
    assert "the books of handed-on agree" in told.out
    assert [payload["scheme"] for _, payload in two_schemes.functions.invoked] == [b.SCHEME, "handed-on"]
    documents = run("reconcile", *SPAN, "--yes", "--json").documents
    assert [one["scheme"] for one in documents] == [b.SCHEME, "handed-on"]


def test_a_scheme_that_is_named_is_compared_alone(two_schemes: Stand, run: Run) -> None:
    """As asked for."""
    two_schemes.functions.answers = [compared("handed-on")]
    assert run("reconcile", *SPAN, "--scheme", "handed-on", "--yes").code == 0
    assert [payload["scheme"] for _, payload in two_schemes.functions.invoked] == ["handed-on"]


def test_a_scheme_whose_run_failed_does_not_hide_the_others(two_schemes: Stand, run: Run) -> None:
    """It is named, the others are told, and the end is 1: nobody has said that all books agree."""
    two_schemes.functions.answers = [{"errorMessage": "no login", "errorType": "RunError"}, compared("handed-on")]
    told = run("reconcile", *SPAN, "--yes")
    assert told.code == 1
    assert f"the run of {b.SCHEME} failed: no login" in told.err
    assert "the books of handed-on agree" in told.out


@pytest.mark.parametrize(
    ("difference", "why"),
    [
        (Difference.MISSING, Diagnosis.of(Code.RECONCILE_MISSING)),
        (Difference.EXTRA, Diagnosis.of(Code.RECONCILE_EXTRA)),
        (Difference.CHANGED, Diagnosis.of(Code.RECONCILE_DIFFERENT, found="1.01", wanted="1.00")),
        (Difference.DOUBLED, Diagnosis.of(Code.RECONCILE_DOUBLED, bills="FKD1")),
        (Difference.BILL_GONE, Diagnosis.of(Code.RECONCILE_BILL_GONE, bill="FKD1")),
        (Difference.AMOUNT, Diagnosis.of(Code.RECONCILE_DIFFERENT, found="1.01", wanted="1.00")),
        (Difference.UNRECORDED, Diagnosis.of(Code.RECONCILE_UNRECORDED, bill="FKD1")),
        (Difference.UNKNOWN_BILL, Diagnosis.of(Code.RECONCILE_UNKNOWN_BILL, bill="FKD1")),
    ],
)
def test_each_kind_of_difference_says_what_to_do(
    stand: Stand, run: Run, difference: Difference, why: Diagnosis
) -> None:
    """In both languages; once a kind, by its first one."""
    finding = {**FINDING, "difference": str(difference)}
    stand.functions.answers = [compared(findings=[finding, {**finding, "key": "PAY-2"}])]
    told = " ".join(run("reconcile", *SPAN, "--yes").out.split())
    for sentence in (text for language in ("en", "zh") for text in (why.problem(language), why.solution(language))):
        assert told.count(" ".join(sentence.split())) == 1
    assert f"{difference} 2; PAY-1:" in told


def test_no_kind_of_difference_is_left_unexplained() -> None:
    """A new one needs its sentences."""
    nothing = dict.fromkeys(FINDING, "")
    assert [one for one in Difference if diagnosis_of({**nothing, "difference": str(one)}) is None] == []


def test_a_difference_that_only_a_newer_function_knows_is_told(stand: Stand, run: Run) -> None:
    """By its word, without an explanation; the end is 1 all the same."""
    stand.functions.answers = [compared(findings=[{**FINDING, "difference": "brand_new"}])]
    told = run("reconcile", *SPAN, "--yes")
    assert (told.code, "brand_new" in told.out) == (1, True)
