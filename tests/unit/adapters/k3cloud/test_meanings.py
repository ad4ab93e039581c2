"""What a refusal means: the reference's tables of codes and texts (12.1, 12.3) a second time, line by line."""

from typing import Final

import pytest

from paysync.adapters.k3cloud.answers import each_of
from paysync.adapters.k3cloud.refusals import Meaning, Sort, at_the_door, meaning_of
from paysync.core.codes import Code
from paysync.core.outcomes import Done
from unit.adapters.k3cloud.doubles import AUDIT, refusal, said

CODES: Final = {
    0: (Code.ERP_UNRECOGNISED, "unclear"),
    1: (Code.ERP_CREDENTIALS, "permanent"),
    2: (Code.ERP_RIGHT, "permanent"),
    3: (Code.ERP_PARAMETER, "permanent"),
    4: (Code.ERP_EXCEPTION, "unclear"),
    5: (Code.ERP_PARAMETER, "permanent"),
    6: (Code.ERP_EXCEPTION, "unclear"),
    7: (Code.ERP_LICENCE, "permanent"),
    8: (Code.ERP_PARAMETER, "permanent"),
    9: (Code.ERP_FIELD, "permanent"),
    10: (Code.ERP_REFUSED, "permanent"),
    11: (Code.ERP_REFUSED, "permanent"),
    12: (Code.ERP_NOT_ALLOWED, "permanent"),
    13: (Code.ERP_LOCKED, "transient"),
    14: (Code.ERP_CALL_LIMIT, "transient"),
    15: (Code.ERP_ADMIN_LOGIN, "permanent"),
}
READ_WITH_ITS_TEXT: Final = {8, 9, 10, 11, 12}
OF_THE_WHOLE_CALL: Final = {1, 2, 3, 5, 7, 14, 15}


def meant(operation: str, msg_code: int, text: str = "", field: str = "") -> tuple[Code, str]:
    """Code and sort."""
    meaning = meaning_of(operation, msg_code, [(text, field)])
    return meaning.code, meaning.sort.value


@pytest.mark.parametrize("msg_code", CODES)
def test_a_code_alone_means_what_the_reference_says(msg_code: int) -> None:
    """Of any operation that looks for nothing."""
    assert meant("ExecuteBillQuery", msg_code) == CODES[msg_code]


def test_a_code_that_is_not_documented_proves_nothing() -> None:
    """Whatever its text says."""
    for msg_code in (-1, 16, 99):
        assert meant("Push", msg_code, "没有可下推的数据") == (Code.ERP_UNRECOGNISED, "unclear")


@pytest.mark.parametrize("msg_code", [code for code in CODES if code])
def test_a_text_refines_only_the_codes_that_say_too_little(msg_code: int) -> None:
    """Session, right, licence, lock and limit are clear; an exception is never cleared up by its text."""
    refined = (Code.SOURCE_OVER_LIMIT, "permanent")
    assert meant("ExecuteBillQuery", msg_code, "反写超额") == (
        refined if msg_code in READ_WITH_ITS_TEXT else CODES[msg_code]
    )


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("Push", Code.SOURCE_NOT_FOUND),
        *((operation, Code.BILL_GONE) for operation in ("Save", "BatchSave", "Submit", "Audit")),
    ],
)
def test_what_was_not_found_is_named(operation: str, code: Code) -> None:
    """The application of a Push, the bill of all that follows; only by the code for it."""
    assert meant(operation, 10) == (code, "permanent")
    assert meant(operation, 11) == (Code.ERP_REFUSED, "permanent")


@pytest.mark.parametrize("msg_code", [code for code in CODES if code])
def test_only_some_codes_refuse_a_whole_batch(msg_code: int) -> None:
    """Those of the caller or the call; any other speaks of the one bill of its index."""
    first, second = each_of(said(refusal(msg_code)), AUDIT, ["1", "2"]).values()
    assert not isinstance(first, Done)
    assert not isinstance(second, Done)
    assert (second.diagnosis.code is not Code.ERP_UNCONFIRMED) is (msg_code in OF_THE_WHOLE_CALL)


TEXTS: Final = [
    ("Push", "单据转换规则“X”不存在", Code.ERP_RULE),
    ("Push", "转换规则被禁用", Code.ERP_RULE),
    ("Push", "转换规则已停用", Code.ERP_RULE),
    ("Push", "转换规则未启用", Code.ERP_RULE),
    ("Push", "转换规则不适用", Code.ERP_RULE),
    ("Push", "只有已审核的付款申请单才能下推付款单", Code.SOURCE_NOT_AUDITED),
    ("Push", "没有符合条件的数据", Code.SOURCE_USED_UP),
    ("Push", "没有可下推的数据", Code.SOURCE_USED_UP),
    ("Save", "反写超额", Code.SOURCE_OVER_LIMIT),
    ("Push", "关联数量超过", Code.SOURCE_OVER_LIMIT),
    ("BatchSave", "业务日期必须大于最后一次结账日", Code.ERP_PERIOD_CLOSED),
    ("BatchSave", "早于结账日期", Code.ERP_PERIOD_CLOSED),
    ("Audit", "当前期间已关账", Code.ERP_PERIOD_CLOSED),
    ("Audit", "存在审批流", Code.BILL_WORKFLOW),
    ("Submit", "存在审批流", Code.BILL_WORKFLOW),
    ("Submit", "存在工作流", Code.BILL_WORKFLOW),
    ("Save", "该行已冻结", Code.ERP_NOT_ALLOWED),
    ("Save", "付款账号9未录入或不可用", Code.ERP_FIELD),
    ("Save", "银行账号9未录入或不可用", Code.ERP_ACCOUNT),
    ("Save", "字段“X”是必填项", Code.ERP_REQUIRED_FIELD),
    ("Save", "X不能为空", Code.ERP_REQUIRED_FIELD),
    ("Save", "违反编码唯一", Code.ERP_NUMBER_TAKEN),
    ("Save", "X已经被使用", Code.ERP_NUMBER_TAKEN),
    ("Save", "X已存在", Code.ERP_NUMBER_TAKEN),
    ("Save", "您没有付款单的修改权限", Code.ERP_RIGHT),
    ("Save", "插件取消了保存操作", Code.ERP_PLUGIN),
    ("Save", "Fail to verify thirty passport", Code.ERP_DATA_CENTRE),
    ("Save", "FAIL TO VERIFY THIRTY PASSPORT", Code.ERP_DATA_CENTRE),
    ("Save", "当前IP:203.0.113.7 白名单失败", Code.ERP_ADDRESS),
    ("Save", "当前 IP:203.0.113.7，白名单失败", Code.ERP_ADDRESS),
    ("Save", "The request is not from API GateWay", Code.ERP_GATEWAY),
]
"""Operation, text, and what it means as a validation (MsgCode 11) and where there is no code at all."""


@pytest.mark.parametrize(("operation", "text", "code"), TEXTS)
@pytest.mark.parametrize("msg_code", [0, 11])
@pytest.mark.parametrize("field", ["", "FANY"])
def test_each_text_of_the_reference_is_recognised(
    operation: str, text: str, code: Code, msg_code: int, field: str
) -> None:
    """In the middle of a sentence and with any field beside it; a person must act."""
    assert meant(operation, msg_code, f"行1：{text}。", field) == (code, "permanent")


@pytest.mark.parametrize(
    "text", [text for operation, text, _ in TEXTS if operation == "Push" and text != "关联数量超过"]
)
def test_the_words_of_a_push_mean_nothing_elsewhere(text: str) -> None:
    """A rule, an application and its rest are matters of the Push."""
    assert meant("Audit", 11, text) == (Code.ERP_REFUSED, "permanent")


@pytest.mark.parametrize(
    ("text", "field", "code"),
    [
        ("未录入或不可用", "FACCOUNTID", Code.ERP_ACCOUNT),
        ("是必填项", "FInnerAccountId", Code.ERP_ACCOUNT),
        ("不能为空", "faccountid", Code.ERP_ACCOUNT),
        ("未录入或不可用", "FACCOUNTID2", Code.ERP_FIELD),
        ("不能为空", "FDATE", Code.ERP_REQUIRED_FIELD),
        ("账号有误", "FACCOUNTID", Code.ERP_REFUSED),
    ],
)
def test_the_field_says_that_the_account_is_meant(text: str, field: str, code: Code) -> None:
    """By its key, in any case."""
    assert meant("Save", 11, text, field) == (code, "permanent")


@pytest.mark.parametrize("text", ["已被其他用户修改", "网控冲突"])
def test_a_lock_passes(text: str) -> None:
    """The same call may succeed in a moment."""
    assert meant("Save", 11, text) == (Code.ERP_LOCKED, "transient")


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        *(("Audit", text) for text in ("单据已经审核！", "已审核")),
        *(
            ("Submit", text)
            for text in ("已经提交", "已提交", "重复提交", "已经审核", "已审核", "审核中", "非草稿状态")
        ),
    ],
)
@pytest.mark.parametrize("msg_code", [0, 11])
def test_what_is_so_already_is_no_refusal(operation: str, text: str, msg_code: int) -> None:
    """The bill's status decides afterwards."""
    assert meant(operation, msg_code, text) == (Code.ERP_NOT_ALLOWED, "already")


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        *(("Audit", text) for text in ("只有已审核的单据可以", "已审核才能", "未审核，已审核", "未经审核，已审核")),
        *(("Submit", text) for text in ("只有已提交的单据可以", "已提交才能", "未已提交")),
        *(("Audit", text) for text in ("已经提交", "重复提交")),
        ("Audit", "存在已审核的凭证，操作失败"),
        ("Audit", "存在已审核的单据，操作失败"),
        ("Audit", "付款申请单已审核，不允许"),
        ("Submit", "付款申请单已审核，不允许"),
        ("Audit", "上游付款申请单已审核后被修改，不允许审核"),
        ("Submit", "付款申请单正在审核中，付款单提交失败"),
        ("Submit", "结算单已审核，付款单提交失败"),
        *(("Save", text) for text in ("已审核", "已提交")),
    ],
)
def test_a_condition_or_another_operation_is_a_refusal(operation: str, text: str) -> None:
    """The same words in another sense are never taken for an accomplishment."""
    assert meant(operation, 11, text) == (Code.ERP_REFUSED, "permanent")


@pytest.mark.parametrize("msg_code", [8, 10, 11, 12])
@pytest.mark.parametrize(
    "text",
    [
        "执行超时已过期。完成操作之前已超时或服务器未响应。",
        "Timeout 时间已到。在操作完成之前超时时间已过",
        "事务(进程 ID 61)与另一个进程被死锁在锁资源上，并且已被选作死锁牺牲品",
        "Execution Timeout Expired.",
        "The operation has timed out",
        "TimeoutException",
        "Kingdee.BOS.KDException: xxx",
        "服务调用超时",
        "正在中止线程。",
    ],
)
def test_what_broke_in_the_middle_of_the_work_proves_nothing(text: str, msg_code: int) -> None:
    """Whatever code comes with it: the Push may have been carried out."""
    assert meant("Push", msg_code, text)[1] == "unclear"


@pytest.mark.parametrize("text", ["自定义插件：不行", "字段F_ABCD_X不合法", "f_abcd_x"])
def test_a_plug_in_is_suspected_only_beside_a_code(text: str) -> None:
    """Its texts are free, so that alone they prove nothing; a field of the customer's own has two underscores."""
    assert meant("Save", 11, text) == (Code.ERP_PLUGIN, "permanent")
    assert meant("Save", 0, text) == (Code.ERP_UNRECOGNISED, "unclear")


@pytest.mark.parametrize("text", ["XF_ABCD_X", "F_ABCD", "7F_A_B"])
def test_what_only_looks_like_a_customers_field_is_none(text: str) -> None:
    """In the middle of a word."""
    assert meant("Save", 11, text) == (Code.ERP_REFUSED, "permanent")


@pytest.mark.parametrize(
    "text",
    [
        "System.NullReferenceException: x",
        "System.Data.SqlClient.SqlException",
        "未将对象引用设置到对象的实例",
        "数据库操作失败",
        "x\n   at Kingdee.BOS.Service",
        "x\n   在 Kingdee.BOS.Service",
    ],
)
@pytest.mark.parametrize("msg_code", [0, 11])
def test_an_exception_in_the_middle_of_the_work_proves_nothing(text: str, msg_code: int) -> None:
    """Whatever the code or another text beside it says."""
    assert meant("Push", msg_code, text) == (Code.ERP_EXCEPTION, "unclear")
    both = meaning_of("Push", msg_code, [("没有可下推的数据", ""), (text, "")])
    assert both == Meaning(Code.ERP_EXCEPTION, Sort.UNCLEAR)


LOST: Final = [
    *("会话信息已丢失", "会话信息已丢失，请重新登录", "会话信息已丢失,请重新登录。", "未登录", "ctx == null", "-10001"),
    *("时间戳验证失败", "时间戳验证失败，请求链接已失效，请重试！", "时间戳验证失败,请重试!"),
]


@pytest.mark.parametrize("text", LOST)
def test_a_lost_session_is_a_whole_message(text: str) -> None:
    """Where no code says it; a word in a longer text is none, nor a text beside another code."""
    assert meant("Push", 0, text) == (Code.ERP_CREDENTIALS, "permanent")
    assert meant("Push", 0, f"{text}了")[1] == "unclear"
    assert meant("Push", 0, f"因{text}")[1] == "unclear"
    assert meant("Push", 11, text) == (Code.ERP_REFUSED, "permanent")


def test_any_of_several_complaints_is_heard() -> None:
    """The first wording that fits one of them; a stranger among them does not hide it."""
    assert meaning_of("Push", 11, [("别的", ""), ("反写超额", "")]).code is Code.SOURCE_OVER_LIMIT
    assert meaning_of("Push", 0, [("别的", ""), ("未登录", "")]).code is Code.ERP_CREDENTIALS


def test_the_door_speaks_without_an_operation() -> None:
    """A plain text that is no JSON: only what is said at the door is recognised."""
    assert at_the_door("Fail to verify thirty passport") == Meaning(Code.ERP_DATA_CENTRE)
    assert at_the_door("<p>当前IP:203.0.113.7 白名单失败</p>") == Meaning(Code.ERP_ADDRESS)
    assert at_the_door("The request is not from API GateWay") == Meaning(Code.ERP_GATEWAY)
    assert at_the_door("反写超额") is None
