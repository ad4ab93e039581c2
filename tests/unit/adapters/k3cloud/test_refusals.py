"""What refusals mean is data: complete, safe by default, and spoken with the particulars that each text takes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paysync.adapters.k3cloud.refusals import (
    AT_THE_DOOR,
    DECIDED_BY_CODE,
    MSG_CODES,
    NOT_FOUND,
    NOT_LOGGED_IN,
    STACK,
    WORDINGS,
    Sort,
    meaning_of,
)
from paysync.adapters.k3cloud.replies import NEVER_RECOGNISED, RECOGNISED, Call
from paysync.adapters.k3cloud.shapes import diagnosis, refused, spoken
from paysync.adapters.k3cloud.statuses import Complaint
from paysync.core.codes import Code
from paysync.core.outcomes import DefinitelyNot, Unknown
from unit.adapters.k3cloud.doubles import AUDIT, PUSH, QUERY

SLOT = re.compile(r"\{\w+\}")
MEANINGS = [
    *MSG_CODES.values(),
    *NOT_FOUND.values(),
    NOT_LOGGED_IN.meaning,
    STACK.meaning,
    *(one.meaning for one in (*AT_THE_DOOR, *WORDINGS)),
]
OURS = [Code.ERP_UNREACHABLE, Code.ERP_TIMEOUT, Code.ERP_CONNECTION_LOST, Code.ERP_UNREADABLE, Code.ERP_UNRECOGNISED,
        Code.ERP_UNCONFIRMED, Code.DOUBT_UNTRUSTED]  # fmt: skip


def test_every_documented_code_is_known() -> None:
    """0 to 15, and those that prove nothing are never on the list of proofs."""
    assert set(MSG_CODES) == set(range(16))
    assert set(MSG_CODES) - NEVER_RECOGNISED == RECOGNISED
    unclear = {code for code, meaning in MSG_CODES.items() if meaning.sort is Sort.UNCLEAR}
    assert unclear == NEVER_RECOGNISED | {0}
    assert unclear - {0} <= DECIDED_BY_CODE


@pytest.mark.parametrize("code", sorted({one.code for one in MEANINGS} | set(OURS)), ids=str)
@pytest.mark.parametrize("call", [PUSH, AUDIT, QUERY], ids=lambda call: call.operation)
def test_every_diagnosis_has_its_particulars(call: Call, code: Code) -> None:
    """No `{name}` is left in what an operator reads, in either language."""
    for language in ("zh", "en"):
        found = diagnosis(code, call)
        for text in (found.problem(language), found.cause(language), found.solution(language)):
            assert not SLOT.search(text)


@pytest.mark.parametrize(("found", "slot"), [(diagnosis(Code.ERP_SERVER, PUSH, status=503), "503"),
                                             (diagnosis(Code.BILL_SEVERAL, PUSH, bills="A, B"), "A, B")])  # fmt: skip
def test_particulars_of_a_case_are_given_by_it(found: object, slot: str) -> None:
    """The status of an answer, the numbers of several bills."""
    text = found.problem("en")  # type: ignore[attr-defined]  # a Diagnosis
    assert slot in text
    assert not SLOT.search(text)


@given(st.integers(-2, 40), st.lists(st.tuples(st.text(max_size=12), st.text(max_size=8)), max_size=3))
def test_a_text_never_makes_a_success_of_a_push(code: int, complaints: list[tuple[str, str]]) -> None:
    """Whatever it says; and a code that proves nothing is never overruled by it."""
    meaning = meaning_of("Push", code, complaints)
    assert meaning.sort is not Sort.ALREADY
    assert code in RECOGNISED or meaning.sort is Sort.UNCLEAR


@pytest.mark.parametrize(
    ("operation", "text", "field", "code"),
    [
        ("BatchSave", "字段“付款银行账号”未录入或不可用", "FACCOUNTID", Code.ERP_ACCOUNT),
        ("BatchSave", "不能为空", "faccountid", Code.ERP_ACCOUNT),
        ("BatchSave", "银行账号“9”未录入或不可用", "", Code.ERP_ACCOUNT),
        ("BatchSave", "往来单位“9”未录入或不可用", "FCONTACTUNIT", Code.ERP_FIELD),
        ("BatchSave", "字段“往来单位”是必填项", "FCONTACTUNIT", Code.ERP_REQUIRED_FIELD),
        ("BatchSave", "违反字段唯一性要求：编码唯一。[X]在当前系统中已经被使用。", "", Code.ERP_NUMBER_TAKEN),
        ("BatchSave", "业务日期必须大于现金和应收系统的最后一次结账日期", "", Code.ERP_PERIOD_CLOSED),
        ("Audit", "当前期间已关账", "", Code.ERP_PERIOD_CLOSED),
        ("Audit", "存在审批流，不能直接审核", "", Code.BILL_WORKFLOW),
        ("Submit", "存在工作流", "", Code.BILL_WORKFLOW),
        ("BatchSave", "存在审批流", "", Code.ERP_REFUSED),
        ("BatchSave", "已被其他用户修改", "", Code.ERP_LOCKED),
        ("Push", "只有已审核的付款申请单才能下推付款单", "", Code.SOURCE_NOT_AUDITED),
        ("BatchSave", "只有已审核的付款申请单才能", "", Code.ERP_REFUSED),
    ],
)
def test_texts_refine_a_validation(operation: str, text: str, field: str, code: Code) -> None:
    """By the field's key where it is named, and only from the operation that says so."""
    assert meaning_of(operation, 11, [(text, field)]).code is code


def test_what_was_not_found_depends_on_who_looked() -> None:
    """MsgCode 10 of a Push is the application, of an Audit the bill."""
    assert meaning_of("Push", 10, []).code is Code.SOURCE_NOT_FOUND
    assert meaning_of("Audit", 10, []).code is Code.BILL_GONE
    assert meaning_of("ExecuteBillQuery", 10, []).code is Code.ERP_REFUSED


def test_a_refusal_says_what_the_vendor_said() -> None:
    """Each text once; the MsgCode where there is none."""
    said = refused(PUSH, 11, (Complaint("不行"), Complaint("真的不行"), Complaint("不行"), Complaint("")))
    assert isinstance(said, DefinitelyNot)
    assert said.diagnosis.vendor == "不行; 真的不行"
    silent = refused(PUSH, 16, ())
    assert isinstance(silent, Unknown)
    assert silent.diagnosis.vendor == "MsgCode 16"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("账号6222021001112223不存在", "账号…2223不存在"),
        ("账号 6222 0210 0111 2223 不存在", "账号 …2223 不存在"),
        ("a\n b\t c", "a b c"),
        ("单据FKD00000501", "单据FKD00000501"),
        ("\ud800x", "?x"),
        ("", ""),
        ("账" * 299 + "6222021001112223", "账" * 299 + "…"),
        ("账" * 295 + " " + "1" * 350, "账" * 295),
    ],
)
def test_the_vendors_words_are_safe_to_show(text: str, shown: str) -> None:
    """One line, account numbers masked to their last four digits, nothing that cannot be written."""
    assert spoken(text) == shown


@given(st.text(st.sampled_from("0123456789 a账"), max_size=2_000))
def test_no_account_number_survives_the_cut(text: str) -> None:
    """Wherever a long text is cut, nine digits in a row are never left."""
    assert not re.search(r"\d{9}", spoken(text))
    assert len(spoken(text)) <= 300
