"""What K3Cloud's refusals mean: MsgCodes first, texts last (12.1, 12.3). Data, and the one function that reads it.

Kingdee publishes no stable list of texts. A text only refines what a MsgCode already said, or speaks where there is
no code; it never turns something unknown into a success.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from paysync.core.codes import Code


class Sort(Enum):
    """What follows from a refusal."""

    PERMANENT = "permanent"
    TRANSIENT = "transient"
    UNCLEAR = "unclear"
    """Not certain that nothing was done."""
    ALREADY = "already"
    """What was asked for is the case already."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A refusal in our words."""

    code: Code
    sort: Sort = Sort.PERMANENT


@dataclass(frozen=True, slots=True)
class Wording:
    """A text by which a refusal is recognised: `says` must be found and `unless` must not."""

    says: str
    meaning: Meaning
    operations: frozenset[str] = frozenset()
    """Only from these; empty: from any."""
    unless: str = r"(?!)"
    fields: str = r".*"
    """What FieldName must match."""
    alone: bool = True
    """Whether the text proves a refusal also without a MsgCode."""
    _says: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_says", re.compile(self.says, re.IGNORECASE))

    def fits(self, operation: str, text: str, field_name: str) -> bool:
        """Whether this is the refusal that was worded."""
        allowed = not self.operations or operation in self.operations
        return bool(
            allowed
            and self._says.search(text)
            and not re.search(self.unless, text)
            and re.fullmatch(self.fields, field_name, re.IGNORECASE)
        )


_UNCLEAR: Final = Sort.UNCLEAR
_TRANSIENT: Final = Sort.TRANSIENT
_PUSH: Final = frozenset({"Push"})
_SUBMIT: Final = frozenset({"Submit"})
_AUDIT: Final = frozenset({"Audit"})

MSG_CODES: Final[Mapping[int, Meaning]] = {
    0: Meaning(Code.ERP_UNRECOGNISED, _UNCLEAR),
    1: Meaning(Code.ERP_CREDENTIALS),
    2: Meaning(Code.ERP_RIGHT),
    3: Meaning(Code.ERP_PARAMETER),
    4: Meaning(Code.ERP_EXCEPTION, _UNCLEAR),
    5: Meaning(Code.ERP_PARAMETER),
    6: Meaning(Code.ERP_EXCEPTION, _UNCLEAR),
    7: Meaning(Code.ERP_LICENCE),
    8: Meaning(Code.ERP_PARAMETER),
    9: Meaning(Code.ERP_FIELD),
    10: Meaning(Code.ERP_REFUSED),
    11: Meaning(Code.ERP_REFUSED),
    12: Meaning(Code.ERP_NOT_ALLOWED),
    13: Meaning(Code.ERP_LOCKED, _TRANSIENT),
    14: Meaning(Code.ERP_CALL_LIMIT, _TRANSIENT),
    15: Meaning(Code.ERP_ADMIN_LOGIN),
}
"""Every documented MsgCode (12.1)."""

NOT_FOUND: Final[Mapping[str, Meaning]] = {
    "Push": Meaning(Code.SOURCE_NOT_FOUND),
    **dict.fromkeys(("Save", "BatchSave", "Submit", "Audit"), Meaning(Code.BILL_GONE)),
}
"""What MsgCode 10 (未找到对应数据) did not find."""

DECIDED_BY_CODE: Final = frozenset({1, 2, 3, 4, 5, 6, 7, 13, 14, 15})
"""Codes that no text refines."""
WHOLE_CALL: Final = frozenset({1, 2, 3, 5, 7, 14, 15})
"""Codes that speak of the caller or the call, never of one bill of a batch."""

AT_THE_DOOR: Final = (
    Wording(r"Fail to verify thirty passport", Meaning(Code.ERP_DATA_CENTRE)),
    Wording(r"当前\s*IP.*白名单失败", Meaning(Code.ERP_ADDRESS)),
    Wording(r"The request is not from API GateWay", Meaning(Code.ERP_GATEWAY)),
)
"""Refused before K3Cloud looked at the call; said in any shape of answer but `response_error:`."""

NOT_LOGGED_IN: Final = Wording(
    r"\A(?:会话信息已丢失[，,]?(?:请重新登录)?|未登录|ctx == null|-10001"
    r"|时间戳验证失败[，,]?(?:请求链接已失效)?[，,]?(?:请重试)?)[。！!]?\Z",
    Meaning(Code.ERP_CREDENTIALS),
)
"""The whole message, never a word in it: a client that searched for "session" sent writes again (4, 12.4)."""

STACK: Final = Wording(
    r"\w+Exception\b|未将对象引用设置|数据库操作失败|超时|死锁|中止线程|(?i:time-?out|timed out|deadlock)"
    r"|\n\s+(at|在) Kingdee\.",
    Meaning(Code.ERP_EXCEPTION, _UNCLEAR),
)
"""An exception in the middle of the work, whatever the code beside it says."""

_OF_ANOTHER: Final = r"申请单|凭证|上游|下游|结算单|存在"
"""It is not the bill that is spoken of: what has been done is not what was asked for."""

WORDINGS: Final[Sequence[Wording]] = (
    Wording(r"转换规则.*(不存在|禁用|停用|未启用|不适用)", Meaning(Code.ERP_RULE), _PUSH),
    Wording(r"只有已审核的.*才能", Meaning(Code.SOURCE_NOT_AUDITED), _PUSH),
    Wording(r"没有符合条件的数据|没有可下推的数据", Meaning(Code.SOURCE_USED_UP), _PUSH),
    Wording(r"反写超额|关联数量", Meaning(Code.SOURCE_OVER_LIMIT)),
    Wording(r"业务日期必须大于|结账日期|已关账", Meaning(Code.ERP_PERIOD_CLOSED)),
    Wording(r"(审批|工作)流", Meaning(Code.BILL_WORKFLOW), _SUBMIT | _AUDIT),
    Wording(
        r"已经?审核",
        Meaning(Code.ERP_NOT_ALLOWED, Sort.ALREADY),
        _AUDIT,
        unless=rf"只有|未经?审核|才能|{_OF_ANOTHER}",
    ),
    Wording(
        r"已经?提交|重复提交|已经?审核|审核中|非草稿",
        Meaning(Code.ERP_NOT_ALLOWED, Sort.ALREADY),
        _SUBMIT,
        unless=rf"只有|未|才能|{_OF_ANOTHER}",
    ),
    Wording(r"已被其他用户修改|网控冲突", Meaning(Code.ERP_LOCKED, _TRANSIENT)),
    Wording(r"冻结", Meaning(Code.ERP_NOT_ALLOWED)),
    Wording(r"未录入或不可用|不能为空|是必填项", Meaning(Code.ERP_ACCOUNT), fields=r"F(INNER)?ACCOUNTID"),
    Wording(r"银行账号.*未录入或不可用", Meaning(Code.ERP_ACCOUNT)),
    Wording(r"未录入或不可用", Meaning(Code.ERP_FIELD)),
    Wording(r"是必填项|不能为空", Meaning(Code.ERP_REQUIRED_FIELD)),
    Wording(r"编码唯一|已经被使用|已存在", Meaning(Code.ERP_NUMBER_TAKEN)),
    Wording(r"您没有.*权限", Meaning(Code.ERP_RIGHT)),
    Wording(r"插件取消了", Meaning(Code.ERP_PLUGIN)),
    Wording(r"插件|(?<![A-Za-z0-9_])F_[A-Z0-9]+_\w", Meaning(Code.ERP_PLUGIN), alone=False),
)
"""The first that fits says what a refusal is about; fragments as the reference has them (12.3)."""


def meaning_of(operation: str, msg_code: int, complaints: Sequence[tuple[str, str]]) -> Meaning:
    """What a refusal means, by its MsgCode and its (text, field name) pairs. Unclear unless something is recognised."""
    by_code = MSG_CODES.get(msg_code, MSG_CODES[0])
    if by_code.sort is Sort.UNCLEAR and msg_code != 0:
        return by_code
    if any(STACK.fits(operation, text, "") for text, _ in complaints):
        return STACK.meaning
    if msg_code in DECIDED_BY_CODE:
        return by_code
    for wording in (*AT_THE_DOOR, *WORDINGS):
        if (msg_code or wording.alone) and any(wording.fits(operation, text, name) for text, name in complaints):
            return wording.meaning
    if msg_code == 0 and any(NOT_LOGGED_IN.fits(operation, text, "") for text, _ in complaints):
        return NOT_LOGGED_IN.meaning
    return NOT_FOUND.get(operation, by_code) if msg_code == 10 else by_code  # noqa: PLR2004 - the table's own number


def at_the_door(text: str) -> Meaning | None:
    """What a plain text refuses before anything was executed, or None."""
    return next((one.meaning for one in AT_THE_DOOR if one.fits("", text, "")), None)
