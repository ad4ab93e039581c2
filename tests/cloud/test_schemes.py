"""Two schemes side by side on the deployed stack: each with its own rows, start, pace, watermark and overview."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from cloud.command import paysync
from paysync.local import LocalError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cloud.deployed import Deployed

pytestmark = pytest.mark.cloud

PAID, FORMS = "paid-to-paybill", "reimbursement-to-paybill"
ACCOUNTS = "bank-accounts"
ALL = f"{PAID},{FORMS},{ACCOUNTS}"


@pytest.fixture(scope="module")
def both(stack: Deployed) -> Iterator[Deployed]:
    """The stack with reimbursements and accounts beside payments, by parameters alone; forms start two days ago."""
    start = (datetime.now(UTC) - timedelta(days=2)).isoformat(timespec="seconds")
    bound = f"bill_type=FKDLX01_SYS,purpose=SFKYT08_SYS,{FORMS}.since={start},{FORMS}.schedule=rate(1 day)"
    stack.up(Scheme=ALL, SchemeParameters=bound)
    yield stack
    stack.up()


def by_scheme() -> dict[str, Any]:
    """The overview by scheme."""
    found: dict[str, Any] = paysync("status", "--json").document["by_scheme"]
    return found


def test_both_schemes_book_what_is_theirs(both: Deployed) -> None:
    """One pushes an application, one saves a new bill; each moves its own watermark and counts its own payments."""
    before = by_scheme()
    payments, forms = both.paid("12.30", "7.70"), both.claim("321.50", "88.00", "9.99")

    both.run()

    assert both.states([*payments, *forms]) == ["DONE"] * 5
    bills = both.bills()
    booked = {code: [(Decimal(bill["amount"]), bill["status"]) for bill in bills[code]] for code in forms}
    assert booked == {
        code: [(Decimal(sum_), "C")] for code, sum_ in zip(forms, ("321.50", "88.00", "9.99"), strict=True)
    }
    both.assert_books_agree(payments)
    after = by_scheme()
    assert list(after) == [PAID, FORMS]
    done = {name: after[name]["states"]["DONE"] - before[name]["states"]["DONE"] for name in after}
    assert done == {PAID: 2, FORMS: 3}
    assert before[FORMS]["watermark"] is None
    assert after[PAID]["watermark"] != after[FORMS]["watermark"]
    alone = paysync("status", "--json", "--scheme", FORMS).document
    assert (alone["states"]["DONE"], alone["watermark"]) == (3, after[FORMS]["watermark"])


def test_a_scheme_starts_where_it_says_itself(both: Deployed) -> None:
    """Not where the first one does: what was reimbursed the old way is not paid again."""
    (old,), (new,) = both.claim("1.00", ago=timedelta(days=3)), both.claim("2.00")
    both.run()
    assert both.states([old, new]) == [None, "DONE"]
    assert old not in both.bills()


def test_a_scheme_keeps_its_own_pace(both: Deployed) -> None:
    """A tick starts the first scheme each time, the other once a day; a run that names it asks nobody."""
    ticks = [both.invoke("fetch", {"mode": "run"})["Payload"] for _ in range(2)]
    assert [tick[PAID]["due"] for tick in ticks] == [True, True]
    assert not ticks[1][FORMS]["due"]
    named = both.invoke("fetch", {"mode": "run", "scheme": FORMS})["Payload"]
    assert (list(named), named[FORMS]["due"]) == ([FORMS], True)


def test_a_stack_with_an_unbound_scheme_is_not_put_up(both: Deployed) -> None:
    """Refused before anything is built, with what is missing and where it is found."""
    with pytest.raises(LocalError, match=f"{FORMS}.purpose=…  purpose of payment 付款用途编码"):
        both.up(Scheme=ALL, SchemeParameters="bill_type=FKDLX01_SYS")


def test_a_collection_is_read_beside_them(both: Deployed) -> None:
    """The accounts stand in the ledger's table as one young generation, which the forms' lookup reads first."""
    (collected,) = both.invoke("fetch", {"mode": "run", "scheme": ACCOUNTS})["Payload"].values()
    (seen,) = paysync("status", "--json").document["collections"]
    assert (collected["failed"], collected["rows"] > 0) == (None, True)
    assert (seen["name"], seen["form"], seen["fresh"]) == (ACCOUNTS, "CN_BANKACNT", True)
    assert (seen["rows"], seen["generation"]) == (collected["rows"], collected["generation"])
