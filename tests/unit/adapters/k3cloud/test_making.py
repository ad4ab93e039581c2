"""The judge of a Push: one bill that is proved, a refusal that is proved, and Unknown for everything else."""

from dataclasses import replace
from typing import Any

import pytest

from paysync.adapters.k3cloud.making import made_of
from paysync.core.bills import Made
from paysync.core.codes import Code
from paysync.core.outcomes import DefinitelyNot, Done, Unknown
from unit.adapters.k3cloud.doubles import PUSH, entity, error, refusal, result, said, status
from unit.adapters.k3cloud.pushes import GOOD, judged, verdict

USED_UP = status(success=False, errors=[error("没有可下推的数据")])
NOT_SAVED = status(success=False, code=11, errors=[error("保存失败")])
DONE = Done(Made("100502", "FKD1"))
DRAFT = Done(Made("100502", ""))


@pytest.mark.parametrize(
    "document",
    [
        GOOD,
        result(status("true", code="0", entities=[entity("100502")]), ConvertResponseStatus=status("True", code="")),
        result(status(entities=[entity()])),
        result(status(entities=[entity()]), ConvertResponseStatus={}),
        result(status(entities=[entity()]), ConvertResponseStatus=[]),
        result(
            status(entities=[entity()]), ConvertResponseStatus=[{"IsSuccess": True, "Message": "", "Description": ""}]
        ),
        result(status(), Ids=[100_502], Numbers=["FKD1"]),
        result(status(), Ids="100502", Numbers=["FKD1"]),
        result(status(entities=[entity()]), Id=100_502, Number="FKD1", NeedReturnData=[{}]),
        result(status(), FID="100502", FBillNo="FKD1"),
        result(status(), Id=100_502, Number="FKD1"),
        result(status(entities=[entity()], messages=[error("保存成功")]), ConvertResponseStatus=None),
        result(status(entities=[{**entity(), "EntryIds": {"FPAYBILLENTRY": [1, 2]}}])),
        result({**status(entities=[entity()]), "Errors": "", "MsgCode": None}),
    ],
    ids=range(14),
)
def test_one_numbered_bill_without_complaint_is_done(document: object) -> None:
    """In each of the shapes that clients have seen, ids as numbers or text, flags as flags or text."""
    assert judged(document) == DONE


@pytest.mark.parametrize(
    "document",
    [
        result(status(entities=[entity(number="")])),
        result(status(success=False, code=11, entities=[entity(number="")], errors=[error()])),
        result(status(entities=[entity(number="")], errors=[error("字段“付款账号”是必填项")])),
        result(status(success=False, code=4, entities=[{"Id": "100502"}], errors=[error()])),
        result(status(success="false", entities=[entity(number="")]), ConvertResponseStatus=status(success=False)),
    ],
    ids=range(5),
)
def test_an_id_without_a_number_is_a_draft_whatever_the_flag_says(document: object) -> None:
    """It exists: it is completed by its id, and never pushed again."""
    assert judged(document) == DRAFT
    assert made_of(said(document), replace(PUSH, subject="")) == DRAFT


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (result(status(entities=[entity(), entity(7, "FKD2", 1)])), Code.BILL_SEVERAL),
        (result(status(entities=[entity(), entity(7, "", 1)])), Code.BILL_SEVERAL),
        (result(status(entities=[entity()]), Ids=[100_502, 7]), Code.BILL_SEVERAL),
        (result(status(entities=[entity()]), Number="FKD2"), Code.BILL_SEVERAL),
        (result(status(entities=[entity()], errors=[error()])), Code.ERP_UNCONFIRMED),
        (result(status(entities=[entity()]), ConvertResponseStatus=status(errors=[error()])), Code.ERP_UNCONFIRMED),
        (result(status(entities=[entity()]), ConvertResponseStatus=status(success=False)), Code.ERP_UNCONFIRMED),
        (result(status(entities=[entity()]), ConvertResponseStatus=status(success=None)), Code.ERP_UNCONFIRMED),
        (result(status(success=False, code=11, entities=[entity()], errors=[error()])), Code.ERP_UNCONFIRMED),
        (result(status(success=None, entities=[entity()])), Code.ERP_UNCONFIRMED),
        (result(status(success="maybe", entities=[entity(number="")])), Code.ERP_UNCONFIRMED),
        (result(None, Ids=[100_502], Numbers=["FKD1"]), Code.ERP_UNCONFIRMED),
        (result(status()), Code.ERP_UNCONFIRMED),
        (result(status(entities=[{"Id": "", "Number": "", "DIndex": 0}])), Code.ERP_UNCONFIRMED),
        (result(status(entities=[entity(0, "")])), Code.ERP_UNCONFIRMED),
        (result(status(entities=[entity(None, "FKD1")])), Code.ERP_UNCONFIRMED),
        (result(status(), ConvertResponseStatus=status(entities=[entity()])), Code.ERP_UNCONFIRMED),
        (result(status(), ConvertResponseStatus=USED_UP), Code.ERP_UNCONFIRMED),
        (result(status(), Extra={"deep": [{"Id": 100_502}]}), Code.ERP_UNCONFIRMED),
        (result(status(entities=[entity(number="FKSQ1")])), Code.ERP_UNCONFIRMED),
        (result(status(entities=[entity(number="fksq1 ")])), Code.ERP_UNCONFIRMED),
        (result({}), Code.ERP_UNCONFIRMED),
        (result("保存失败"), Code.ERP_UNREADABLE),
        (result(status(entities={"Id": 1})), Code.ERP_UNREADABLE),
        (result(status(entities=[entity([1])])), Code.ERP_UNREADABLE),
        (result(status(entities=[entity(number="a\u0000b")])), Code.ERP_UNREADABLE),
        (result(status(entities=[entity("9" * 300)])), Code.ERP_UNREADABLE),
        (result(status(entities=[entity(bill_id=True)])), Code.ERP_UNREADABLE),
        (result(status(entities=[entity(1.5)])), Code.ERP_UNREADABLE),
        (result(status(entities=[entity(number=["FKD1"])])), Code.ERP_UNREADABLE),  # type: ignore[arg-type]
        (result(status(entities=["100502"])), Code.ERP_UNREADABLE),
        ({"Result": [[100_502]]}, Code.ERP_UNREADABLE),
        ({"Result": None}, Code.ERP_UNREADABLE),
        ([[GOOD]], Code.ERP_UNREADABLE),
        ({"ResponseStatus": status(entities=[entity()])}, Code.ERP_UNREADABLE),
        ({}, Code.ERP_UNREADABLE),
        ([], Code.ERP_UNREADABLE),
        ("null", Code.ERP_UNREADABLE),
        ("true", Code.ERP_UNREADABLE),
        ('"100502"', Code.ERP_UNREADABLE),
        ("", Code.ERP_UNREADABLE),
        ("<!DOCTYPE html><html>会话信息已丢失，请重新登录</html>", Code.ERP_UNREADABLE),
        ("会话信息已丢失，请重新登录", Code.ERP_UNREADABLE),
        (b"\xff\xfe{", Code.ERP_UNREADABLE),
        ("response_error:发生时间… 错误信息：Fail to verify thirty passport", Code.ERP_EXCEPTION),
        (' \r\n\ufeffresponse_error:{"Result":1}', Code.ERP_EXCEPTION),
    ],
    ids=range(46),
)  # fmt: skip
def test_whatever_proves_neither_is_unknown(document: object, code: Code) -> None:
    """Several targets, flags that contradict, ids in strange places, other shapes: ask before anything else."""
    assert verdict(document) == (Unknown, code)


@pytest.mark.parametrize(
    ("msg_code", "text", "code", "transient"),
    [
        (1, "会话信息已丢失，请重新登录", Code.ERP_CREDENTIALS, False),
        (2, "您没有付款单的新增权限", Code.ERP_RIGHT, False),
        (3, "操作标识为空", Code.ERP_PARAMETER, False),
        (5, "单据标识为空", Code.ERP_PARAMETER, False),
        (7, "许可错误", Code.ERP_LICENCE, False),
        (8, "参数错误", Code.ERP_PARAMETER, False),
        (9, "元数据中标识为X的字段不存在", Code.ERP_FIELD, False),
        (10, "未找到对应数据", Code.SOURCE_NOT_FOUND, False),
        (10, "单据转换规则“X”不存在", Code.ERP_RULE, False),
        (11, "反写超额", Code.SOURCE_OVER_LIMIT, False),
        (11, "任何别的话", Code.ERP_REFUSED, False),
        (11, "没有符合条件的数据", Code.SOURCE_USED_UP, False),
        (12, "单据转换规则“X”已禁用", Code.ERP_RULE, False),
        (12, "冻结", Code.ERP_NOT_ALLOWED, False),
        (13, "网控冲突", Code.ERP_LOCKED, True),
        (14, "调用限制", Code.ERP_CALL_LIMIT, True),
        (15, "禁止管理员登录", Code.ERP_ADMIN_LOGIN, False),
        (0, "没有可下推的数据", Code.SOURCE_USED_UP, False),
        (0, "会话信息已丢失，请重新登录", Code.ERP_CREDENTIALS, False),
        (0, "当前IP:203.0.113.7 白名单失败", Code.ERP_ADDRESS, False),
        (0, "插件取消了保存操作", Code.ERP_PLUGIN, False),
        (11, "字段F_ABCD_X不合法", Code.ERP_PLUGIN, False),
    ],
)
@pytest.mark.parametrize("spelling", [int, str])
def test_a_recognised_refusal_that_names_nothing_is_a_definite_no(
    msg_code: int, text: str, code: Code, spelling: type, *, transient: bool
) -> None:
    """By its MsgCode, refined by its text; without a code by a known text alone."""
    block = status(success=False, code=spelling(msg_code), errors=[error(text)], ErrorCode=500)
    outcome = judged(result(block))
    assert isinstance(outcome, DefinitelyNot)
    assert (outcome.diagnosis.code, outcome.transient) == (code, transient)
    assert outcome.diagnosis.vendor == text


@pytest.mark.parametrize(
    ("msg_code", "text", "code"),
    [
        (4, "没有可下推的数据", Code.ERP_EXCEPTION),
        (6, "数据库操作失败", Code.ERP_EXCEPTION),
        (0, "不知道", Code.ERP_UNRECOGNISED),
        (0, "插件执行异常", Code.ERP_UNRECOGNISED),
        (0, "会话信息已丢失？保存后 session 仍在", Code.ERP_UNRECOGNISED),
        (0, "保存失败：下游服务未登录", Code.ERP_UNRECOGNISED),
        (16, "没有可下推的数据", Code.ERP_UNRECOGNISED),
        (-1, "没有可下推的数据", Code.ERP_UNRECOGNISED),
        ("x", "没有可下推的数据", Code.ERP_UNRECOGNISED),
        (True, "没有可下推的数据", Code.ERP_UNRECOGNISED),
        ("9" * 5_000, "没有可下推的数据", Code.ERP_UNRECOGNISED),
        ([11], "没有可下推的数据", Code.ERP_UNRECOGNISED),
        (11, "System.NullReferenceException: 未将对象引用设置到对象的实例", Code.ERP_EXCEPTION),
        (11, "x\n   at Kingdee.BOS.Core.Save()", Code.ERP_EXCEPTION),
        (1.5, "没有可下推的数据", Code.ERP_UNRECOGNISED),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_refusal_that_is_not_recognised_proves_nothing(msg_code: object, text: str, code: Code) -> None:
    """Exceptions in the middle of a write, codes that nobody documented, texts that nobody knows."""
    document = result(status(success=False, code=msg_code, errors=[error(text)]))
    assert verdict(document) == (Unknown, code)


@pytest.mark.parametrize(
    ("saved", "converted", "wanted"),
    [
        (NOT_SAVED, status(success=False, code=4), (Unknown, Code.ERP_EXCEPTION)),
        (NOT_SAVED, status(success=False, code="x"), (Unknown, Code.ERP_UNRECOGNISED)),
        (status(success=False, code=11), status(success=False, code=99), (Unknown, Code.ERP_UNRECOGNISED)),
        (status(success=False, code=11), status(success=None, code=11), (Unknown, Code.ERP_UNCONFIRMED)),
        (status(success=False, code=11), status(), (DefinitelyNot, Code.ERP_REFUSED)),
        (None, status(success=False, code=10), (DefinitelyNot, Code.SOURCE_NOT_FOUND)),
        (
            status(success=False, errors=[error("保存失败")]),
            [{"IsSuccess": "false", "Message": "", "Description": "没有可下推的数据"}],
            (DefinitelyNot, Code.SOURCE_USED_UP),
        ),
        (
            None,
            [{"IsSuccess": True, "Message": ""}, {"IsSuccess": False, "Message": "没有可下推的数据"}],
            (DefinitelyNot, Code.SOURCE_USED_UP),
        ),
        (None, [{"IsSuccess": False, "Message": "没有可下推的数据"}, {"Message": ""}], (Unknown, Code.ERP_UNCONFIRMED)),
        (None, ["没有可下推的数据"], (Unknown, Code.ERP_UNREADABLE)),
        (None, "没有可下推的数据", (Unknown, Code.ERP_UNREADABLE)),
        (status(success=False, code=11, errors=["没有可下推的数据"]), None, (DefinitelyNot, Code.SOURCE_USED_UP)),
        (status(success=False, code=11, errors={}), None, (Unknown, Code.ERP_UNREADABLE)),
        (status(success=False, code=11, errors=[7]), None, (Unknown, Code.ERP_UNREADABLE)),
    ],
    ids=range(14),
)  # fmt: skip
def test_both_blocks_are_read(saved: object, converted: object, wanted: tuple[type, Code]) -> None:
    """The reason may stand in either; what proves nothing in one is not covered up by the other."""
    assert verdict(result(saved, ConvertResponseStatus=converted)) == wanted


@pytest.mark.parametrize(
    "trace",
    [
        {"SuccessEntitys": [entity()]},
        {"SuccessEntitys": [{"EntryIds": [200_502]}]},
        {"SuccessMessages": [error("单据FKD1保存成功")]},
        {"Errors": [{**error(), "Id": 100_502}]},
    ],
    ids=str,
)
def test_a_refusal_that_names_what_it_made_is_no_refusal(trace: dict[str, Any]) -> None:
    """An id, a number or a success in words anywhere in it: it may have been made all the same."""
    outcome = judged(result({**status(success=False, code=11, errors=[error()]), **trace}))
    assert isinstance(outcome, Unknown)


def test_a_tenant_may_trust_fewer_codes() -> None:
    """What its list leaves out proves nothing; 4 and 6 cannot be put on it."""
    fewer = replace(PUSH, recognised=frozenset({4, 6, 11}))
    for code, wanted in ((11, DefinitelyNot), (12, Unknown), (13, Unknown), (4, Unknown), (6, Unknown), (0, Unknown)):
        assert isinstance(made_of(said(refusal(code, "没有可下推的数据")), fewer), wanted)


@pytest.mark.parametrize(
    ("document", "particulars"),
    [
        (result(status(entities=[entity(7, "FKD2"), entity()])), {"bills": "FKD1, FKD2"}),
        (result(status(entities=[entity(7, ""), entity()])), {"bills": "100502, 7"}),
        (result(status(entities=[entity(7, ""), entity(8, "")])), {"bills": "7, 8"}),
        (result(status(entities=[entity()]), Number="FKD2"), {"bills": "FKD1, FKD2"}),
        (
            result(status(entities=[entity()], errors=[error("甲"), error("乙")])),
            {"bill": "100502", "vendor": "甲; 乙"},
        ),
        (result(status(errors=[error("甲")])), {"bill": "?", "vendor": "甲"}),
    ],
)
def test_what_is_not_clear_names_all_that_was_named(document: object, particulars: dict[str, str]) -> None:
    """Whoever looks into K3Cloud must know every bill that may be there, and all that the vendor said."""
    outcome = judged(document)
    assert isinstance(outcome, Unknown)
    assert particulars.items() <= dict(outcome.diagnosis.details).items()
