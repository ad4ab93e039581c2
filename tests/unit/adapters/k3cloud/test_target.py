"""The target against a scripted tenant: what exactly is asked and sent, and what it makes of answers that lie."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from paysync.core.bills import Edit, Made
from paysync.core.codes import Code
from paysync.core.errors import DefectError
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown
from paysync.core.scheme import Strategy
from unit.adapters.k3cloud.doubles import (
    entity,
    error,
    inquiry,
    key,
    lookup,
    push_request,
    refusal,
    result,
    server,
    status,
)

OPENS = httpx.Response(200, headers=[("Set-Cookie", "kdservice-sessionid=a")], content=b"[]")
LOST = refusal(1, "会话信息已丢失，请重新登录")
MADE = result(status(entities=[entity()]))


def code_of(outcome: Outcome[Any]) -> Code | None:
    """Why not."""
    return None if isinstance(outcome, Done) else outcome.diagnosis.code


# ----------------------------------------------------------------------------------------------- what is asked


def test_a_query_is_ordered_bounded_and_asks_each_field_once() -> None:
    """TopRowCount stays 0: it would bound all pages."""
    tenant = server([])
    tenant.target().existing([inquiry()], creators=True)
    assert tenant.body(0) == {
        "data": {
            "FormId": "AP_PAYBILL",
            "FieldKeys": "FID,FBillNo,FDocumentStatus,FCancelStatus,FTHIRDBILLNO,FSRCBILLNO,FSOURCETYPE,"
            "FPAYBILLSRCENTRY_Link_FSBillId,FCREATORID,FCREATORID.FName",
            "FilterString": "FPAYBILLSRCENTRY_Link_FSBillId in (100501)",
            "OrderString": "FID ASC",
            "TopRowCount": 0,
            "StartRow": 0,
            "Limit": 2000,
            "SubSystemId": "",
        }
    }


def test_sources_are_asked_for_by_number() -> None:
    """With amount and currency along; without the amount where the tenant has no such field."""
    tenant = server([])
    tenant.target().sources([key("A"), key("B'")])
    data = tenant.body()["data"]
    assert (data["FormId"], data["FilterString"]) == ("CN_PAYAPPLY", "FBillNo in ('A','B''')")
    assert data["FieldKeys"].endswith("FCURRENCYID.FNumber,FAPPLYAMOUNTFOR_H")
    tenant.target(options={"source_applied": ""}).sources([key("A")])
    assert tenant.body()["data"]["FieldKeys"].endswith("FCURRENCYID.FNumber")


def test_bills_are_read_by_id_with_what_the_scheme_saves_and_expects() -> None:
    """References by their number, entries by their own id."""
    tenant = server([])
    assert tenant.target().bills(["7", "8"]) == Done({})
    data = tenant.body(0)["data"]
    assert data["FilterString"] == "FID in (7,8)"
    assert data["FieldKeys"] == (
        "FID,FBillNo,FDocumentStatus,FCancelStatus,FTHIRDBILLNO,FDATE,FPAYORGID,"
        "FPAYBILLENTRY_FEntryID,FACCOUNTID.FNumber,FPAYTOTALAMOUNTFOR,FPAYAMOUNTFOR_E"
    ).replace("FDATE,FPAYORGID", "FDATE,FCURRENCYID.FNumber,FPAYORGID")


def test_bills_of_a_scheme_without_a_save_are_heads() -> None:
    """No entry is joined."""
    tenant = server([[7, "FKD7", "C", "A", "PAY-1"]])
    outcome = tenant.target(save=None).bills(["7"])
    assert isinstance(outcome, Done)
    assert outcome.value["7"].head.number == "FKD7"


def test_a_bill_without_entries_is_not_gone() -> None:
    """The join drops it, so that only what was not found is asked for by its head; it comes without entries."""
    full = [7, "FKD7", "A", "A", "PAY-1", "2025-01-31", "PRE001", 100_001, 70, "6222", 1, 1]
    tenant = server([full], [[8, "", "Z", "A", "", "2025-01-31", "PRE001", 100_001]])
    outcome = tenant.target().bills(["7", "8"])
    assert isinstance(outcome, Done)
    assert {key: len(bill.entries) for key, bill in outcome.value.items()} == {"7": 1, "8": 0}
    data = tenant.body()["data"]
    assert (data["FilterString"], "FPAYBILLENTRY" in data["FieldKeys"]) == ("FID in (8)", False)


def test_that_a_bill_is_gone_is_never_concluded_from_a_question_that_failed() -> None:
    """The second one counts like the first."""
    tenant = server([], refusal(2, "您没有付款单的查看权限"))
    assert isinstance(tenant.target().bills(["7"]), DefinitelyNot)
    assert len(tenant.requests) == 2


def test_days_are_asked_for_whole() -> None:
    """The last day to its end, rows in an order that pages can rely on."""
    tenant = server([])
    tenant.target().bills_between(date(2025, 1, 1), date(2025, 1, 31))
    data = tenant.body()["data"]
    assert data["FilterString"] == "(FDATE>='2025-01-01') and (FDATE<'2025-02-01')"
    assert data["OrderString"] == "FID ASC,FPAYBILLENTRY_FEntryID ASC"


def test_nothing_asked_is_no_call() -> None:
    """Each question without a subject is answered at once."""
    tenant = server([])
    target = tenant.target()
    assert target.sources([]) == Done({})
    assert target.existing([]) == Done({})
    assert target.bills([]) == Done({})
    assert target.lookup("org", []) == Done({})
    assert target.bills_by_reference([]) == Done({})
    assert (target.save([]), target.submit([]), target.audit([])) == ({}, {}, {})
    assert tenant.requests == []


def test_each_way_is_a_question_of_its_own() -> None:
    """A join drops bills without a row in it: by number no link is joined, by our reference no entry at all."""
    tenant = server([])
    tenant.target(strategy=Strategy.BOTH).existing([inquiry()])
    linked, numbered, referenced = (tenant.body(at)["data"]["FieldKeys"] for at in range(len(tenant.requests)))
    assert "Link" in linked
    assert ("Link" in numbered, "FSRCBILLNO" in numbered) == (False, True)
    assert referenced == "FID,FBillNo,FDocumentStatus,FCancelStatus,FTHIRDBILLNO"


# --------------------------------------------------------------------------------------- answers that lie


def row(bill_id: int, number: str = "FKD7", link: int = 100_501) -> list[object]:
    """A row of `existing`."""
    return [bill_id, number, "A", "A", "", "FKSQ1", "CN_PAYAPPLY", link]


def test_a_full_page_is_followed_by_the_next() -> None:
    """From the row behind it, until a short one."""
    tenant = server([row(1), row(2)], [row(3)], [])
    outcome = tenant.target(options={"page_rows": 2}).existing([inquiry()])
    assert isinstance(outcome, Done)
    assert [head.id for head in outcome.value[inquiry().payment]] == ["1", "2", "3"]
    assert [tenant.body(at)["data"]["StartRow"] for at in range(len(tenant.requests))] == [0, 2, 0]


def test_the_same_page_again_and_again_is_not_a_list() -> None:
    """A tenant that ignores StartRow would be read for ever."""
    tenant = server([row(1), row(2)])
    assert code_of(tenant.target(options={"page_rows": 2}).existing([inquiry()])) is Code.ERP_UNREADABLE
    assert len(tenant.requests) == 2


def test_a_later_page_that_fails_fails_the_question() -> None:
    """Half a list is none."""
    tenant = server([row(1), row(2)], refusal(14))
    outcome = tenant.target(options={"page_rows": 2}).existing([inquiry()])
    assert isinstance(outcome, DefinitelyNot)
    assert outcome.transient


def test_a_long_page_that_is_not_full_may_have_been_cut() -> None:
    """From 500 rows on the next page is asked for, below it is not; our reference is asked for apart."""
    for many, calls in ((499, 2), (500, 3)):
        tenant = server([row(at + 1) for at in range(many)], *[[]] * 2)
        outcome = tenant.target().existing([inquiry()])
        assert isinstance(outcome, Done)
        assert len(tenant.requests) == calls


def test_a_row_that_cannot_be_read_spoils_the_answer() -> None:
    """In each question that reads bills or documents."""
    bad = [[7, "FKD7", "X", "A", "", "FKSQ1", "CN_PAYAPPLY", 100_501]]
    assert code_of(server(bad).target().existing([inquiry()])) is Code.ERP_UNREADABLE
    bad_bill = [[7, "FKD7", "X", "A", "", None, "PRE001", 1, 70, "6222", 1, 1]]
    assert code_of(server(bad_bill).target().bills(["7"])) is Code.ERP_UNREADABLE
    bad_source = [[0, "FKSQ1", "C", "A", "PRE001", 1]]
    assert code_of(server(bad_source).target().sources([key()])) is Code.ERP_UNREADABLE


def test_what_was_not_asked_for_is_left_out_where_that_is_harmless() -> None:
    """Documents of another number, bills of another id, another reference: compared again, exactly."""
    sources = [
        [5, "FKSQ1", "C", "A", "PRE001", 1],
        [6, "ＦKSQ1", "C", "A", "PRE001", 1],
        [5, "fksq1", "C", "A", "PRE001", 1],
    ]
    outcome = server(sources).target().sources([key("FKSQ1")])
    assert isinstance(outcome, Done)
    assert [one.id for one in outcome.value[key("FKSQ1")]] == ["5"]
    bill = [[8, "FKD7", "C", "A", "", None, "PRE001", 1, 70, "6222", 1, 1]]
    assert server(bill, []).target().bills(["7"]) == Done({})
    total = [[8, "FKD7", "C", "A", "pay-1", "2025-01-31", 1, "li.si", 70, "6222", 1, 1]]
    assert server([one[:8] for one in total], total).target().bills_by_reference(["PAY-1"]) == Done({"PAY-1": []})


def test_a_bill_without_entries_has_no_amount_but_is_there() -> None:
    """A draft (暂存) may have none, and K3Cloud leaves it out where entries are asked for."""
    with_entry = [8, "FKD8", "C", "A", "PAY-1", "2025-01-31", 1, "li.si"]
    without = [9, "", "Z", "A", "PAY-1", "", 1, ""]
    tenant = server([with_entry, without], [[*with_entry, 70, "6222", 1, 1]])
    outcome = tenant.target().bills_by_reference(["PAY-1"])
    assert isinstance(outcome, Done)
    assert [(bill.id, bill.amount) for bill in outcome.value["PAY-1"]] == [("8", Decimal(1)), ("9", None)]


def test_a_row_that_nobody_asked_for_is_not_trusted() -> None:
    """Nor a tenant that does not know a field of the question: neither is "none found"."""
    for answer in ([row(7, link=9)], refusal(9, "元数据中标识为X的字段不存在")):
        outcome = server(answer).target().existing([inquiry()])
        assert isinstance(outcome, DefinitelyNot)
        assert (outcome.diagnosis.code, outcome.transient) == (Code.DOUBT_UNTRUSTED, False)
        assert dict(outcome.diagnosis.details)["what"]


def test_a_question_that_failed_is_not_none_found() -> None:
    """For every question."""
    target = server(refusal(2, "您没有权限")).target()
    for outcome in (
        target.sources([key()]),
        target.existing([inquiry()]),
        target.bills(["7"]),
        target.lookup("org", [("6222",)]),
        target.bills_by_reference(["PAY-1"]),
        target.bills_between(date(2025, 1, 1), date(2025, 1, 31)),
    ):
        assert code_of(outcome) is Code.ERP_RIGHT


# ---------------------------------------------------------------------------------------------------- lookups


def test_an_unknown_lookup_is_a_defect() -> None:
    """The scheme was checked before."""
    with pytest.raises(DefectError):
        server([]).target().lookup("other", [("6222",)])


@pytest.mark.parametrize("wrong", [{"kind": "scheme"}, {"where": ()}], ids=str)
def test_a_lookup_that_is_none_in_a_form_is_a_defect(wrong: dict[str, Any]) -> None:
    """Rows of another scheme are looked up elsewhere."""
    asked = () if "where" in wrong else ("6222",)
    with pytest.raises(DefectError):
        server([]).target(lookup(**wrong)).lookup("org", [asked])


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ([100, "6222", "A", "C"], (100,)),
        (["100", "6222 ", "a", "c"], ("100",)),
        ([100, "6223", "A", "C"], ()),
        ([100, "6222", "B", "C"], ()),
        ([100, "6222", "A", None], ()),
        ([0, "6222", "A", "C"], ()),
        (["", "6222", "A", "C"], ()),
        ([None, "6222", "A", "C"], ()),
    ],
    ids=range(8),
)
def test_a_record_counts_if_it_is_asked_for_usable_and_says_something(
    cells: list[object], found: tuple[object]
) -> None:
    """Compared again by every field."""
    assert server([cells]).target().lookup("org", [("6222",)]) == Done({("6222",): found})


@pytest.mark.parametrize(
    ("value", "usable"),
    [(False, True), ("false", True), (0, True), ("0", True), (True, False), ("1", False), ("", False)],
)
def test_flags_come_in_every_spelling(value: object, *, usable: bool) -> None:
    """As booleans, as text, as 0 and 1."""
    cancelled = lookup(usable=(("FIsCancel", ("false",)),))
    found = server([[100, "6222", value]]).target(cancelled).lookup("org", [("6222",)])
    assert found == Done({("6222",): (100,) if usable else ()})


def test_two_fields_are_asked_for_in_pairs() -> None:
    """Each pair by itself, and compared again by both."""
    pair = lookup(where=(*lookup().where, ("FUseOrgId.FNumber", lookup().where[0][1])))
    tenant = server([[100, "6222", "1", "A", "C"], [200, "6222", "2", "A", "C"]])
    found = tenant.target(pair).lookup("org", [("6222", "1"), ("6222", "3"), ("6222",)])
    assert found == Done({("6222", "1"): (100,), ("6222", "3"): (), ("6222",): ()})
    assert tenant.body()["data"]["FilterString"] == (
        "((FNumber='6222') and (FUseOrgId.FNumber='1')) or ((FNumber='6222') and (FUseOrgId.FNumber='3'))"
    )


def test_the_same_result_twice_is_one() -> None:
    """And two are two."""
    twice = server([[100, "6222", "A", "C"], [100, "6222", "A", "C"]]).target()
    assert twice.lookup("org", [("6222",)]) == Done({("6222",): (100,)})


def test_memory_does_not_grow_without_end() -> None:
    """A backlog of any length: what was remembered is dropped before it is too much, and asked for again."""
    tenant = server([])
    target = tenant.target()
    for start in range(0, 2_500, 50):
        keys = [(f"A{at}",) for at in range(start, start + 50)]
        tenant.answers = [[[1, account, "A", "C"] for (account,) in keys], []]
        assert isinstance(target.lookup("org", keys), Done)
        assert len(target._memory._kept) <= 2_000


# ------------------------------------------------------------------------------------------------------ writes


def test_a_push_is_sent_as_the_scheme_has_it() -> None:
    """By the source's form; nothing is added to it."""
    tenant = server(MADE)
    assert tenant.target().make(push_request()) == Done(Made("100502", "FKD1"))
    assert tenant.operations == ["Push"]
    assert tenant.body() == {"formid": "CN_PAYAPPLY", "data": push_request()}


def test_a_new_bill_is_saved_under_its_own_form() -> None:
    """A scheme that makes bills from nothing but the row."""
    tenant = server(MADE)
    request: dict[str, Any] = {"Model": {"FDATE": "2025-01-31", "FAMOUNT": Decimal("1.10")}}
    assert tenant.target(make="save", source_form="").make(request) == Done(Made("100502", "FKD1"))
    assert tenant.operations == ["Save"]
    assert tenant.body() == {"formid": "AP_PAYBILL", "data": request}


def test_a_scheme_that_makes_nothing_makes_nothing() -> None:
    """A defect, before any call."""
    tenant = server(MADE)
    with pytest.raises(DefectError):
        tenant.target(make="none").make({})
    assert tenant.requests == []


@pytest.mark.parametrize(
    "request_",
    [
        push_request("A", "B"),
        push_request("A", ""),
        push_request(Ids="1"),
        push_request(Ids="1,2", Numbers=[]),
        push_request(Numbers=[]),
        push_request(Numbers=[" "]),
        push_request(Numbers=None),
        push_request(EntryIds="1"),
        push_request(TargetOrgId=0),
        push_request(TargetOrgId="0"),
        push_request(TargetOrgId=" "),
        push_request(TargetOrgId=None),
    ],
    ids=range(12),
)
def test_a_push_of_several_sources_or_none_is_not_sent(request_: dict[str, Any]) -> None:
    """A definite no with the reason; K3Cloud is not asked."""
    tenant = server(MADE)
    outcome = tenant.target().make(request_)
    assert isinstance(outcome, DefinitelyNot)
    assert (outcome.diagnosis.code, outcome.transient) == (Code.ERP_PARAMETER, False)
    assert tenant.requests == []


@pytest.mark.parametrize(
    "request_",
    [
        push_request(Ids="100501", Numbers=[]),
        push_request(Ids="100501", Numbers=None),
        push_request(Ids="", Numbers=[], EntryIds="1,2"),
        push_request(Numbers="FKSQ1"),
        {name: value for name, value in push_request().items() if name != "TargetOrgId"},
    ],
    ids=range(5),
)
def test_a_push_of_one_source_is_sent_however_it_is_named(request_: dict[str, Any]) -> None:
    """By number, id or entries; without an organisation where the scheme leaves it to the rule."""
    assert isinstance(server(MADE).target().make(request_), Done)


def test_a_session_lost_before_a_push_is_transient_once() -> None:
    """The core writes a new intent and tries again; without a session it is the credentials' fault."""
    tenant = server(OPENS, LOST, LOST)
    target = tenant.target()
    target.sources([key()])
    first, second = target.make(push_request()), target.make(push_request())
    for outcome, transient in ((first, True), (second, False)):
        assert isinstance(outcome, DefinitelyNot)
        assert (outcome.diagnosis.code, outcome.transient) == (Code.ERP_CREDENTIALS, transient)
    assert tenant.operations == ["ExecuteBillQuery", "Push", "Push"]


def test_another_refusal_on_a_session_keeps_its_meaning() -> None:
    """Only a lost session is explained by the session."""
    tenant = server(OPENS, refusal(11, "反写超额"))
    target = tenant.target()
    target.sources([key()])
    outcome = target.make(push_request())
    assert isinstance(outcome, DefinitelyNot)
    assert (outcome.diagnosis.code, outcome.transient) == (Code.SOURCE_OVER_LIMIT, False)


def test_a_save_changes_what_it_names_and_nothing_else() -> None:
    """IsDeleteEntry false, unknown base data refused, amounts with their digits."""
    tenant = server(result(status(entities=[entity("7")])))
    edit = Edit("7", {"FID": 7, "FPAYBILLENTRY": [{"FEntryID": 70, "FPAYAMOUNTFOR_E": Decimal("600.10")}]})
    assert tenant.target().save([edit]) == {"7": Done(None)}
    assert tenant.operations == ["BatchSave"]
    assert tenant.body() == {
        "formid": "AP_PAYBILL",
        "data": {
            "NeedUpDateFields": [],
            "NeedReturnFields": [],
            "IsDeleteEntry": "false",
            "IsVerifyBaseDataField": "true",
            "Model": [edit.model],
        },
    }
    assert b"600.10" in tenant.requests[0].content
    flags = server(result(status()))
    flags.target(options={"booleans_as_text": False}).save([edit])
    assert flags.body()["data"]["IsDeleteEntry"] is False


def test_a_long_batch_is_saved_in_pieces_each_judged_by_itself() -> None:
    """The second piece may fail while the first stands; indices count within a piece."""
    tenant = server(
        result(status(entities=[entity("1"), entity("2", index=1)])),
        result(status(success=False, code=11, errors=[error("反写超额", 0)])),
    )
    outcomes = tenant.target(options={"batch_rows": 2}).save([Edit(one, {"FID": one}) for one in ("1", "2", "3")])
    assert (outcomes["1"], outcomes["2"]) == (Done(None), Done(None))
    assert code_of(outcomes["3"]) is Code.SOURCE_OVER_LIMIT


@pytest.mark.parametrize("operation", ["Submit", "Audit"])
def test_bills_go_on_by_their_ids(operation: str) -> None:
    """Drafts have no number."""
    tenant = server(result(status(entities=[entity("7")])))
    target = tenant.target()
    outcomes = (target.submit if operation == "Submit" else target.audit)(["7", "8"])
    assert tenant.operations == [operation]
    assert tenant.body() == {"formid": "AP_PAYBILL", "data": {"Numbers": [], "Ids": "7,8"}}
    assert outcomes["7"] == Done(None)
    assert isinstance(outcomes["8"], Unknown)


def test_a_tenants_own_list_of_proofs_is_used() -> None:
    """`unrecognised` takes a MsgCode off it, for every write."""
    for operation in ("make", "audit"):
        target = server(refusal(13, "网控冲突")).target(options={"unrecognised": "13"})
        outcome = target.make(push_request()) if operation == "make" else target.audit(["7"])["7"]
        assert isinstance(outcome, Unknown)
        assert outcome.diagnosis.code is Code.ERP_UNRECOGNISED


def test_an_inquiry_that_cannot_be_spoken_is_refused_by_name() -> None:
    """Its number or its reference; never "none found"."""
    tenant = server([])
    strange = replace(inquiry(), reference="a\u200bb")
    outcome = tenant.target().existing([inquiry(), strange])
    assert code_of(outcome) is Code.SOURCE_UNSPEAKABLE
    assert tenant.requests == []
