"""The writing calls against a scripted tenant: what exactly is sent, and once."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest

from paysync.core.bills import Edit, Made
from paysync.core.codes import Code
from paysync.core.errors import DefectError
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown
from unit.adapters.k3cloud.doubles import (
    entity,
    error,
    inquiry,
    key,
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
