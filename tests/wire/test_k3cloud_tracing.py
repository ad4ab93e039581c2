"""Our K3Cloud target asks: which bills exist for a source, which documents and records there are."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from paysync.adapters.k3cloud.replies import Call, Heard
from paysync.adapters.k3cloud.target import K3CloudTarget
from paysync.core.bills import Json
from paysync.core.codes import Code
from paysync.core.scheme import Strategy
from paysync.schemes.load import load
from unit.adapters.k3cloud.doubles import FORM, inquiry, key, lookup, scheme, verdict
from wire.k3cloud_tenant import ACCOUNT, HEAD_OFFICE, Tenant, done, edit, heads, pushed, read

pytestmark = pytest.mark.wire

BY_HAND: Final[dict[str, Json]] = {
    "FPAYORGID": {"FNumber": "100"},
    "FDATE": "2025-01-31",
    "FCURRENCYID": {"FNumber": "PRE001"},
    "FCONTACTUNITTYPE": "BD_Supplier",
    "FCONTACTUNIT": {"FNumber": "V"},
    "FRECTUNITTYPE": "BD_Supplier",
    "FRECTUNIT": {"FNumber": "V"},
    "FTHIRDBILLNO": "PAY-1",
    "FPAYBILLENTRY": [{"FPAYTOTALAMOUNTFOR": 10, "FPAYAMOUNTFOR_E": 10}],
}
"""A bill that nobody pushed: it has no source row."""


def test_bills_of_every_sort_are_found(tenant: Tenant) -> None:
    """Made by hand, voided, draft, audited: each exists, with who made it."""
    tenant.simulator.settings(over_push_guard=False)
    by_hand = tenant.simulator.post("bills", {"source": "FKSQ1", "amount": "1.10", "creator": "li.si"})
    target = tenant.warm()
    ours = pushed(target)
    tenant.simulator.post(f"void/{ours.id}")
    found = heads(target.existing([inquiry()], creators=True))
    assert {head.id: (head.voided, head.creator[-1]) for head in found} == {
        str(by_hand["id"]): (False, "li.si"),
        ours.id: (True, "webapi_user"),
    }


@pytest.mark.parametrize("strategy", list(Strategy))
def test_a_bill_with_our_reference_and_no_source_is_found(tenant: Tenant, strategy: Strategy) -> None:
    """K3Cloud drops bills without a row in a joined entry (5.1): one made by hand with our key would be doubled."""
    saved = tenant.client().call(Call("Save", effect=True), {"Model": BY_HAND}, form=FORM)
    assert isinstance(saved, Heard)
    [by_hand] = tenant.bills
    found = heads(tenant.target(strategy=strategy).existing([inquiry(), inquiry("PAY-2", "FKSQ2", "100502")]))
    assert [(head.id, head.reference) for head in found] == [(str(by_hand["id"]), "PAY-1")]


@pytest.mark.parametrize("strategy", list(Strategy))
def test_every_strategy_finds_the_bill(tenant: Tenant, strategy: Strategy) -> None:
    """By link, by number, or by both, and by our own reference once it is on the bill."""
    target = tenant.target(strategy=strategy)
    made = pushed(target)
    other = inquiry("PAY-2", "FKSQ2", "100502")
    found = target.existing([inquiry(), other])
    assert [[head.id for head in heads(found, code)] for code in ("PAY-1", "PAY-2")] == [[made.id], []]
    target.save([edit(read(target, made.id), "PAY-2")])
    found = target.existing([inquiry(), other])
    assert [[head.id for head in heads(found, code)] for code in ("PAY-1", "PAY-2")] == [[made.id], [made.id]]


def test_link_and_number_that_disagree_are_not_trusted(tenant: Tenant) -> None:
    """Where the tenant's FSRCBILLNO holds another number, `both` concludes nothing; the link alone is not disturbed."""
    tenant.simulator.settings(source_number="payable")
    tenant.simulator.load(
        applications=[{"id": 100_900, "number": "FKSQ9", "amount": "9", "pay_org": "100", "payable_number": "AP1"}]
    )
    made = pushed(tenant.target(), "FKSQ9")
    asked = [inquiry("PAY-9", "FKSQ9", "100900")]
    assert [head.id for head in heads(tenant.target().existing(asked), "PAY-9")] == [made.id]
    assert verdict(tenant.target(strategy=Strategy.BOTH).existing(asked)) == ("no", Code.DOUBT_UNTRUSTED, False)


FOREIGN: Final[dict[str, Json]] = {
    "linked_to": {"form": "AP_Payable", "number": "AP1", "table": "T_AP_PAYABLEPLAN", "id": 100_501},
    "amount": "622.00",
}
"""A bill of an 应付单 that has the internal id of FKSQ1: each form counts for itself."""


def test_a_bill_of_another_form_s_document_with_the_same_id_is_not_ours(tenant: Tenant) -> None:
    """By its link's table it is told apart; where that is not asked for, nothing is concluded; by number none is."""
    tenant.simulator.post("bills", FOREIGN)
    assert verdict(tenant.target().existing([inquiry()])) == ("no", Code.DOUBT_UNTRUSTED, False)
    told = tenant.target(options={"link_table": "FPAYBILLSRCENTRY_Link_FSTableName"})
    assert heads(told.existing([inquiry()])) == []
    assert heads(tenant.target(strategy=Strategy.NUMBER).existing([inquiry()])) == []
    made = pushed(told)
    assert [head.id for head in heads(told.existing([inquiry()]))] == [made.id]


def test_a_bill_may_have_the_id_of_its_source(tenant: Tenant) -> None:
    """Ids say something only within a form."""
    made = pushed(tenant.target())
    assert made.id == inquiry().source_id
    assert [head.id for head in heads(tenant.target().existing([inquiry()]))] == [made.id]


def test_an_unknown_field_of_the_question_is_not_none_found(tenant: Tenant) -> None:
    """A tenant without the link's key: not trusted, instead of "no bill"."""
    tenant.simulator.settings(missing_fields=["FPAYBILLSRCENTRY_Link_FSBillId"])
    assert verdict(tenant.target().existing([inquiry()])) == ("no", Code.DOUBT_UNTRUSTED, False)


def test_many_rows_come_in_pages(tenant: Tenant) -> None:
    """Small pages, each asked for by its first row: every bill once."""
    tenant.simulator.settings(over_push_guard=False)
    made = {str(tenant.simulator.post("bills", {"source": "FKSQ1", "amount": "1"})["id"]) for _ in range(7)}
    target = tenant.target(options={"page_rows": 3})
    assert {head.id for head in heads(target.existing([inquiry()]))} == made
    assert tenant.count("ExecuteBillQuery") == 3 + 1  # our reference is asked for apart


def test_a_server_that_cuts_long_answers_in_silence_is_found_out(tenant: Tenant) -> None:
    """600 rows where 2000 were asked for may be all or may not: the next page tells."""
    tenant.simulator.settings(over_push_guard=False, query_limit=600)
    for at in range(601):
        tenant.simulator.post("bills", {"source": "FKSQ1", "amount": "1", "third_bill_no": f"P{at}"})
    patient = tenant.client(read_seconds=30)  # what is found out is not how fast a busy machine is
    assert len(heads(tenant.target(patient).existing([inquiry()]))) == 601


@pytest.mark.parametrize(
    "number", ["付款单'号", "O''Brien", "a' or '1'='1", "x%_[", "Ｆ１", "N'x", "\\'", "-- x", "')"]
)
def test_a_value_is_only_ever_a_value(tenant: Tenant, number: str) -> None:
    """Quotes, operators and wide letters find exactly the document of that number, and nothing else."""
    tenant.simulator.load(
        applications=[{"number": number, "amount": "1.00", "pay_org": "100"}],
        bank_accounts=[{"number": number, "use_org": "100"}],
    )
    target = tenant.warm()
    found = done(target.sources([key(number), key("NONE")]))
    assert [[one.key.number for one in found[asked]] for asked in (key(number), key("NONE"))] == [[number], []]
    assert done(target.lookup("org", [(number,)])) == {(number,): (HEAD_OFFICE,)}
    assert heads(target.existing([inquiry("PAY-1", number)])) == []


def test_a_number_with_control_characters_is_never_asked_for(tenant: Tenant) -> None:
    """It exists nowhere, and no question about it is answered by "none"."""
    target = tenant.warm()
    assert done(target.sources([key("a\u0000b")])) == {key("a\u0000b"): ()}
    assert verdict(target.existing([inquiry("PAY-1", "a\u0000b")])) == ("no", Code.SOURCE_UNSPEAKABLE, False)
    assert tenant.simulator.calls()["total"] == 0


def test_only_usable_records_count(tenant: Tenant) -> None:
    """Forbidden and unaudited accounts are none; one in two organisations is two."""
    tenant.simulator.load(
        organisations=[{"id": 100_002, "number": "200", "name": "分公司"}],
        bank_accounts=[
            {"number": "F", "use_org": "100", "forbid_status": "B"},
            {"number": "U", "use_org": "100", "document_status": "B"},
            {"number": "T", "use_org": "100"},
            {"number": "T", "use_org": "200"},
        ],
    )
    found = done(tenant.warm().lookup("org", [("F",), ("U",), ("T",), ("t ",), ("",)]))
    assert found == {
        ("F",): (),
        ("U",): (),
        ("T",): (HEAD_OFFICE, 100_002),
        ("t ",): (HEAD_OFFICE, 100_002),
        ("",): (),
    }


@pytest.mark.parametrize("about", [{"cancelled": True}, {"forbid_status": "B"}, {"document_status": "B"}], ids=str)
def test_the_shipped_scheme_takes_no_account_that_cannot_pay(tenant: Tenant, about: dict[str, Json]) -> None:
    """销户, 禁用, not audited: none is found, so that the payment waits; nor does it make a second one of the good."""
    shipped = load("paid-to-paybill", {"rule_id": "R"})
    tenant.simulator.load(bank_accounts=[{"number": one, "use_org": "100", **about} for one in ("X", ACCOUNT)])
    found = done(tenant.target_of(shipped).lookup("pay_org", [("X",), (ACCOUNT,)]))
    assert found == {("X",): (), (ACCOUNT,): (HEAD_OFFICE,)}


def test_a_single_result_is_remembered_and_nothing_else_is(tenant: Tenant) -> None:
    """For ten minutes; what was not found is asked again at once, so that a person's correction counts."""
    target = tenant.warm()
    for _ in range(2):
        done(target.lookup("org", [(ACCOUNT,)]))
    assert tenant.count("ExecuteBillQuery") == 1
    for _ in range(2):
        done(target.lookup("org", [(ACCOUNT,), ("9",)]))
    assert tenant.count("ExecuteBillQuery") == 3
    tenant.simulator.load(bank_accounts=[{"number": "9", "use_org": "100"}])
    assert done(target.lookup("org", [("9",)])) == {("9",): (HEAD_OFFICE,)}
    tenant.clock.advance(timedelta(minutes=11))
    done(target.lookup("org", [(ACCOUNT,), ("9",)]))
    assert tenant.count("ExecuteBillQuery") == 5


def test_a_lookup_by_two_fields_needs_both(tenant: Tenant) -> None:
    """Each asked pair is answered by itself."""
    pair = lookup(where=(*lookup().where, ("FUseOrgId.FNumber", lookup().where[0][1])))
    target = K3CloudTarget(tenant.client(), replace(scheme(), lookups=(pair,)), tenant.clock)
    found = done(target.lookup("org", [(ACCOUNT, "100"), (ACCOUNT, "200")]))
    assert found == {(ACCOUNT, "100"): (HEAD_OFFICE,), (ACCOUNT, "200"): ()}


def test_forms_are_named_as_the_scheme_has_them(tenant: Tenant) -> None:
    """The form of bills is the scheme's."""
    assert verdict(tenant.target(form=f"{FORM}X").bills(["1"]))[:2] == ("unknown", Code.ERP_EXCEPTION)
