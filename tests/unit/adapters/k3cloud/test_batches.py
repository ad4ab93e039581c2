"""The judge of a batch: each bill by itself, done only when it is named."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paysync.adapters.k3cloud.answers import each_of
from paysync.adapters.k3cloud.replies import Call, Heard
from paysync.core.codes import Code
from paysync.core.outcomes import Done, Unknown
from unit.adapters.k3cloud.doubles import AUDIT, entity, error, refusal, result, said, status, verdict

LOST = refusal(1, "会话信息已丢失，请重新登录")
SUBMIT = Call("Submit", effect=True)


def each(document: object, *ids: str, call: Call = AUDIT) -> list[tuple[str, Code | None, bool]]:
    """What became of each bill."""
    outcomes = each_of(said(document), call, ids)
    assert list(outcomes) == list(ids)
    return [verdict(one) for one in outcomes.values()]


DONE = ("done", None, False)
UNCONFIRMED = ("unknown", Code.ERP_UNCONFIRMED, False)


def test_a_bill_is_done_by_its_id_among_the_successes() -> None:
    """Ids as numbers or text, in any order; what is in neither list was not confirmed."""
    document = result(status(entities=[entity("2"), entity(1)]))
    assert each(document, "1", "2", "3") == [DONE, DONE, UNCONFIRMED]


def test_a_success_flag_alone_confirms_nothing() -> None:
    """Skipped in silence."""
    assert each(result(status()), "1", "2") == [UNCONFIRMED, UNCONFIRMED]
    assert each(result(status()), "1") == [UNCONFIRMED]


def test_each_complaint_goes_to_the_bill_of_its_index() -> None:
    """The others keep their own verdict, whatever the flag of the whole says."""
    document = result(
        status(
            success=False, code=11, errors=[error("反写超额", 1), error("已被其他用户修改", "2")], entities=[entity(1)]
        )
    )
    assert each(document, "1", "2", "3", "4") == [
        DONE,
        ("no", Code.SOURCE_OVER_LIMIT, False),
        ("no", Code.ERP_LOCKED, True),
        UNCONFIRMED,
    ]


def test_a_bill_in_both_lists_is_not_believed() -> None:
    """Named a success and complained about."""
    document = result(status(success=False, code=11, errors=[error(index=0)], entities=[entity(1)]))
    assert each(document, "1", "2") == [UNCONFIRMED, UNCONFIRMED]


def test_a_complaint_without_an_index_is_about_the_only_bill() -> None:
    """And about nobody in particular where there are several."""
    document = result(status(success=False, code=11, errors=[error("反写超额", None)]))
    assert each(document, "1") == [("no", Code.SOURCE_OVER_LIMIT, False)]
    assert each(document, "1", "2") == [UNCONFIRMED, UNCONFIRMED]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (AUDIT, "单据编号为“FKD1”的付款单，单据已经审核！"),
        (SUBMIT, "单据已提交"),
        (SUBMIT, "单据已经审核"),
        (SUBMIT, "非草稿状态"),
    ],
)
def test_what_was_done_before_is_done(call: Call, text: str) -> None:
    """Reading the status decides afterwards anyway."""
    assert each(result(status(success=False, code=11, errors=[error(text)])), "1", call=call) == [DONE]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (AUDIT, "只有已审核的单据才能下推"),
        (AUDIT, "未审核"),
        (AUDIT, "单据已提交"),
        (SUBMIT, "未提交的单据才能提交"),
        (Call("BatchSave", effect=True), "单据已经审核！"),
    ],
)
def test_a_condition_is_not_an_accomplishment(call: Call, text: str) -> None:
    """The same words in another sense, or from another operation, are a refusal."""
    assert each(result(status(success=False, code=11, errors=[error(text)])), "1", call=call)[0][0] == "no"


@pytest.mark.parametrize(
    ("msg_code", "code"), [(1, Code.ERP_CREDENTIALS), (7, Code.ERP_LICENCE), (14, Code.ERP_CALL_LIMIT)]
)
def test_a_refusal_of_the_caller_concerns_every_bill(msg_code: int, code: Code) -> None:
    """Although its only complaint bears the index of the first."""
    assert {one[1] for one in each(refusal(msg_code), "1", "2", "3")} == {code}
    bare = result(status(success=False, code=msg_code))
    assert {one[1] for one in each(bare, "1", "2")} == {code}
    assert each(refusal(msg_code), "1")[0][1] is code


def test_a_code_beside_a_success_or_several_complaints_refuses_no_batch() -> None:
    """What the flag or the other complaints contradict is read bill by bill."""
    assert each(result(status(code=1)), "1", "2") == [UNCONFIRMED, UNCONFIRMED]
    two = result(status(success=False, code=1, errors=[error(index=0), error(index=1)]))
    credentials = ("no", Code.ERP_CREDENTIALS, False)
    assert each(two, "1", "2", "3") == [credentials, credentials, UNCONFIRMED]


def test_what_is_not_confirmed_says_what_was_said() -> None:
    """Its own complaints; where there are none, those about the others."""
    errors = [error("甲", 0), error("乙", 0), error("丙", 1)]
    document = result(status(success=False, code=11, errors=errors, entities=[entity(1)]))
    first, _, third = each_of(said(document), AUDIT, ["1", "2", "3"]).values()
    assert isinstance(first, Unknown)
    assert first.diagnosis.vendor == "甲; 乙"
    assert isinstance(third, Unknown)
    assert third.diagnosis.vendor == "甲; 乙; 丙"


def test_a_refusal_of_one_bill_does_not_concern_the_others() -> None:
    """Also where it is the only complaint."""
    assert each(refusal(11), "1", "2") == [("no", Code.ERP_REFUSED, False), UNCONFIRMED]
    named = result(status(success=False, code=1, errors=[error()], entities=[entity(2)]))
    assert each(named, "1", "2") == [("no", Code.ERP_CREDENTIALS, False), DONE]


@pytest.mark.parametrize(
    ("document", "wanted"),
    [
        ({}, Code.ERP_UNREADABLE),
        ([], Code.ERP_UNREADABLE),
        ({"Result": [[1]]}, Code.ERP_UNREADABLE),
        (result(None), Code.ERP_UNREADABLE),
        (result(status(success=None, entities=[entity(1)])), Code.ERP_UNREADABLE),
        (result(status(entities=[7])), Code.ERP_UNREADABLE),
        (result("x"), Code.ERP_UNREADABLE),
        ("response_error:x", Code.ERP_EXCEPTION),
        ("<html>", Code.ERP_UNREADABLE),
        ([[refusal(11)]], Code.ERP_UNREADABLE),
    ],
    ids=range(10),
)
def test_an_answer_that_is_none_leaves_every_bill_unknown(document: object, wanted: Code) -> None:
    """Reading decides."""
    assert each(document, "1", "2") == [("unknown", wanted, False)] * 2


def test_a_lost_session_in_a_list_refuses_the_batch() -> None:
    """Nothing was executed for any bill."""
    assert each([[LOST]], "1", "2") == [("no", Code.ERP_CREDENTIALS, False)] * 2


vendor_like: Any = st.recursive(
    st.none() | st.booleans() | st.text(max_size=4) | st.integers(-1, 20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Result", "ResponseStatus", "IsSuccess", "MsgCode", "Errors", "Message", "DIndex"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(st.binary(max_size=100) | vendor_like)
def test_no_bill_is_done_that_is_not_named(document: Any) -> None:
    """No noise and no answer without SuccessEntitys makes a bill of a batch done."""
    answer = Heard(200, document) if isinstance(document, bytes) else said(document)
    assert not any(
        isinstance(one, Done) for one in each_of(answer, Call("BatchSave", effect=True), ["1", "2"]).values()
    )
