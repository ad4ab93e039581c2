"""Several schemes on one deployed stack, two of them added by their files alone: each with its own rows and pace.

Payments, reimbursements, a collection; what was booked handed on to another system by HTTP; payments of that system.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cloud.checkout import Checkout
from cloud.deployed import eventually
from paysync.local import LocalError
from simulators.common.running import RunningSimulator
from simulators.jsonapi.server import make_app
from simulators.jsonapi.state import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cloud.deployed import Deployed

pytestmark = pytest.mark.cloud

PAID, FORMS = "paid-to-paybill", "reimbursement-to-paybill"
HANDED_ON, BY_HTTP = "booked-to-documents", "payments-to-paybill"
ACCOUNTS = "bank-accounts"
ALL = f"{PAID},{FORMS},{HANDED_ON},{BY_HTTP},{ACCOUNTS}"
ADDED = [Path(__file__).parent / "schemes" / f"{name}.yaml" for name in (HANDED_ON, BY_HTTP)]
COLLECTED_ACCOUNT, NEW_ACCOUNT = "6222000000000021", "6222000000000022"


@pytest.fixture(scope="module")
def jsonapi() -> Iterator[RunningSimulator]:
    """A system of nobody in particular, that schemes of connector http speak to."""
    with RunningSimulator.in_thread(make_app) as running:
        yield running


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """This tree with two schemes more."""
    made = Checkout(tmp_path_factory.mktemp("checkout"))
    made.add(ADDED)
    return made


@pytest.fixture(scope="module")
def both(stack: Deployed, checkout: Checkout, jsonapi: RunningSimulator) -> Iterator[Deployed]:
    """The stack with all of them beside payments; reimbursements start two days ago."""
    start = (datetime.now(UTC) - timedelta(days=2)).isoformat(timespec="seconds")
    secrets = stack.session().client("secretsmanager", endpoint_url=stack.local.endpoint_url)
    secret = secrets.create_secret(Name="another-system", SecretString=json.dumps({"token": TOKEN}))["ARN"]
    bound = {
        "bill_type": "FKDLX01_SYS",
        "purpose": "SFKYT08_SYS",
        "strategy_id": HANDED_ON,
        f"{FORMS}.since": start,
        f"{FORMS}.schedule": "rate(1 day)",
    }
    deployed = replace(stack, command=checkout.paysync)
    deployed.up_by_command(
        Scheme=ALL,
        SchemeParameters=",".join(f"{name}={value}" for name, value in bound.items()),
        HttpBaseUrl=jsonapi.url,
        HttpSecretArn=secret,
    )
    yield deployed
    stack.up()
    assert list(by_scheme(stack)) == [PAID], "a parameter that is not named has the template's value, not the last one"


def by_scheme(both: Deployed) -> dict[str, Any]:
    """The overview by scheme."""
    found: dict[str, Any] = both.command("status", "--json").document["by_scheme"]
    return found


def fetched(both: Deployed, name: str) -> dict[str, Any]:
    """The report of one run of fetch for a scheme or a collection."""
    report: dict[str, Any] = both.invoke("fetch", {"mode": "run", "scheme": name})["Payload"][name]
    return report


def test_schemes_are_added_by_their_files_alone(both: Deployed, checkout: Checkout) -> None:
    """What runs here differs from this tree in nothing but the two files; no code, no template."""
    assert checkout.differs() == [f"layers/paysync/python/paysync/schemes/{file.name}" for file in ADDED]
    assert list(by_scheme(both)) == [PAID, FORMS, HANDED_ON, BY_HTTP]


def test_both_schemes_book_what_is_theirs(both: Deployed) -> None:
    """One pushes an application, one saves a new bill; each moves its own watermark and counts its own payments."""
    before = by_scheme(both)
    payments, forms = both.paid("12.30", "7.70"), both.claim("321.50", "88.00", "9.99")

    both.run()

    assert both.states(payments, scheme=PAID) == ["DONE"] * 2
    assert both.states(forms) == ["DONE"] * 3
    bills = both.bills()
    booked = {code: [(Decimal(bill["amount"]), bill["status"]) for bill in bills[code]] for code in forms}
    assert booked == {
        code: [(Decimal(sum_), "C")] for code, sum_ in zip(forms, ("321.50", "88.00", "9.99"), strict=True)
    }
    both.assert_books_agree(payments, scheme=PAID)
    after = by_scheme(both)
    done = {name: after[name]["states"]["DONE"] - before[name]["states"]["DONE"] for name in (PAID, FORMS)}
    assert done == {PAID: 2, FORMS: 3}
    assert before[FORMS]["watermark"] is None
    assert after[PAID]["watermark"] != after[FORMS]["watermark"]
    alone = both.command("status", "--json", "--scheme", FORMS).document
    assert (alone["states"]["DONE"], alone["watermark"]) == (3, after[FORMS]["watermark"])


def test_what_is_booked_is_handed_on_and_comes_again_when_it_failed(both: Deployed, jsonapi: RunningSimulator) -> None:
    """The other system is down: the payment is DONE all the same, its row there waits, and arrives by itself, once."""
    keys = both.paid("41.00", "0.59")
    with jsonapi.unreachable():
        fetched(both, PAID)
        eventually(lambda: both.states(keys, scheme=PAID) == ["DONE"] * 2, "the payments are booked")
        eventually(lambda: all(map(waits_for_the_other_system, both.show(keys, scheme=HANDED_ON))), "the rows wait")
    assert both.states(keys, scheme=PAID) == ["DONE"] * 2

    both.run()

    booked, handed_on = both.show(keys, scheme=PAID), both.show(keys, scheme=HANDED_ON)
    assert [one["state"] for one in handed_on] == ["DONE"] * 2
    documents = {one["reference"]: one for one in jsonapi.books()["documents"] if one["reference"] in keys}
    made = [
        (documents[key]["number"], documents[key]["more"]["document"], Decimal(str(documents[key]["amount"])))
        for key in keys
    ]
    numbers = [(there["bill"]["number"], here["bill"]["number"]) for here, there in zip(booked, handed_on, strict=True)]
    assert made == [(*pair, Decimal(sum_)) for pair, sum_ in zip(numbers, ("41.00", "0.59"), strict=True)]
    sent = [json.loads(one["body"])["reference"] for one in jsonapi.calls()["last"] if one["operation"] == "create"]
    assert [sent.count(key) for key in keys] == [1, 1]
    both.assert_books_agree(keys, scheme=PAID)


def waits_for_the_other_system(row: dict[str, Any]) -> bool:
    """It was tried, is open, and says why."""
    return row["state"] == "NEW" and (row.get("diagnosis") or {}).get("code") == "http.unreachable"


def test_another_systems_payments_are_booked_by_what_was_collected(both: Deployed, jsonapi: RunningSimulator) -> None:
    """A lookup takes the account from the collection's rows; K3Cloud itself is asked for nothing but a newer one."""
    both.k3cloud.load(bank_accounts=[{"number": COLLECTED_ACCOUNT, "use_org": "200"}])
    assert fetched(both, ACCOUNTS)["failed"] is None
    assert accounts_asked_for(both), "the log would show it"
    both.k3cloud.load(bank_accounts=[{"number": NEW_ACCOUNT, "use_org": "100"}])
    both.k3cloud.post("calls/reset")
    paid_at = int((datetime.now(UTC) - timedelta(hours=1)).timestamp() * 1000)
    payments = [
        {"id": f"WEB-{at}", "supplier": "VEN1", "account": account, "amount": f"{at}.25", "paid_at": paid_at + at}
        for at, account in enumerate((COLLECTED_ACCOUNT, NEW_ACCOUNT), 1)
    ]

    for payment in payments:
        jsonapi.load(payments=[payment])
        fetched(both, BY_HTTP)
        key = payment["id"]
        eventually(lambda key=key: both.states([key]) == ["DONE"], f"{key} is booked")  # type: ignore[misc]
        asked = accounts_asked_for(both)
        assert bool(asked) is (payment["account"] == NEW_ACCOUNT), asked

    bills = both.bills()
    booked = {key: [(bill["org"], bill["account"], Decimal(bill["amount"])) for bill in bills[key]] for key in bills}
    assert booked["WEB-1"] == [("200", COLLECTED_ACCOUNT, Decimal("1.25"))]
    assert booked["WEB-2"] == [("100", NEW_ACCOUNT, Decimal("2.25"))]


def accounts_asked_for(both: Deployed) -> list[str]:
    """The questions about bank accounts that have reached K3Cloud."""
    return [call["body"] for call in both.k3cloud.calls()["last"] if "CN_BANKACNT" in call["body"]]


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


def test_a_stack_with_an_unbound_scheme_is_not_put_up(stack: Deployed) -> None:
    """Refused before anything is built, with what is missing and where it is found."""
    with pytest.raises(LocalError, match=f"{FORMS}.purpose=…  purpose of payment 付款用途编码"):
        stack.up(Scheme=f"{PAID},{FORMS}", SchemeParameters="bill_type=FKDLX01_SYS")


def test_a_collection_is_read_beside_them(both: Deployed) -> None:
    """The accounts stand in the ledger's table as one young generation, which the forms' lookup reads first."""
    collected = fetched(both, ACCOUNTS)
    (seen,) = both.command("status", "--json").document["collections"]
    assert (collected["failed"], collected["rows"] > 0) == (None, True)
    assert (seen["name"], seen["form"], seen["fresh"]) == (ACCOUNTS, "CN_BANKACNT", True)
    assert (seen["rows"], seen["generation"]) == (collected["rows"], collected["generation"])


def test_no_log_line_holds_the_other_systems_token(both: Deployed) -> None:
    """What opens it is only in its secret (I9)."""
    assert TOKEN not in "\n".join(line for function in ("fetch", "push") for line in both.lines(function))
