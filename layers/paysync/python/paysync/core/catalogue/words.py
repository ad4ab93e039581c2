"""The particulars that are phrases of paysync's own, in Chinese: a Chinese sentence must not stop in English.

Whole phrases, by pattern; what a pattern's groups caught is put into the Chinese, a kind of value translated with it.
What is not listed (a vendor's words, a number) stays as it is.
"""

import re
from collections.abc import Mapping
from typing import Final

from paysync.core.catalogue.sentences import HINTS, SENTENCES

_PHRASES: Final[Mapping[str, str]] = {
    "is missing": "缺失",
    "is empty or nothing but dots, which cannot be a piece of a path": "为空或只有点号，不能作为路径的一段",
    "is blank": "为空白",
    "is zero": "为零",
    "is negative": "为负数",
    "has more than two decimals": "小数超过两位",
    "has a thousands separator": "含有千位分隔符",
    "is written with an exponent": "采用了科学计数法",
    "is a binary float, which has lost its exact value": "为二进制浮点数，已失去精确值",
    "is not a plain decimal number": "不是普通的十进制数字",
    "is not a plain number, so the scheme's condition cannot judge it": "不是普通数字，方案的条件无法判断",
    "is not a whole number": "不是整数",
    "is neither true nor false": "既不是 true 也不是 false",
    "is not a time in milliseconds since 1970": "不是 1970 年以来的毫秒时间戳",
    "is not a time in whole milliseconds since 1970": "不是 1970 年以来的整毫秒时间戳",
    r"is not a time in whole milliseconds since 1970 \(a date text is not guessed\)": (
        "不是 1970 年以来的整毫秒时间戳（不猜测日期文本）"
    ),
    r"is not in milliseconds since 1970 \(13 digits\)": "不是 13 位的毫秒时间戳",
    "is in seconds, not milliseconds": "单位是秒，而不是毫秒",
    "lies before 2015": "早于 2015 年",
    "lies more than a day in the future": "晚于当前时间一天以上",
    "is not a currency of three capital letters": "不是三个大写字母的币别代码",
    "is a currency that the scheme does not list": "是方案未列出的币别",
    "is not a list with rows in it": "不是含有明细行的列表",
    "is the same in several child rows": "在多个明细行中重复",
    "is a list with an empty place": "是含有空项的列表",
    "is a group of values, not a value": "是一组值，而不是单个值",
    "is not a list; a field of type any that holds one is read by \\|json first": (
        "不是列表；类型为 any 且内容为列表的字段须先用 |json 读取"
    ),
    "is not JSON": "不是 JSON",
    "is JSON, but neither a value nor a list of values": "是 JSON，但既不是单个值也不是值的列表",
    r"is a time: name its form, e\.g\. \|date or \|epoch_ms": "是时间：请写明格式，如 |date 或 |epoch_ms",
    r"is a list: join it with \|implode\(','\)": "是列表：请用 |implode(',') 连接",
    r"is a (\w+), which no template takes": "是模板不接受的类型 {}",
    "has control characters or is no valid text": "含有控制字符或不是有效文本",
    "has characters that are no valid text": "含有无效字符",
    "begins or ends with a blank, or begins with (.+)": "首尾有空格，或以 {} 开头",
    r"is longer than (\d+) characters": "超过 {} 个字符",
    r"is longer than (\d+) bytes": "超过 {} 个字节",
    "must be text, but is (.+)": "应为文本，实际为{}",
    "must be a number, but is (.+)": "应为数字，实际为{}",
    "must be a whole number without quotes": "应为不带引号的整数",
    "must be text in quotes": "应为带引号的文本",
    "must name a time zone, e.g. 'Asia/Shanghai'": "应为时区名，如 'Asia/Shanghai'",
    "is forbidden": "已被禁用",
    "is not audited": "未审核",
    "is not shown to the integration user": "对集成用户不可见",
    "K3Cloud": "金蝶",
    "Maycur": "每刻",
    "the target system": "目标系统",
    "reference": "第三方单据编号",
    "creator": "创建人",
    "currency": "币别",
    "amount": "金额",
}
_KINDS: Final[Mapping[str, str]] = {
    "true or false": "布尔值",
    "a number": "数字",
    "a group": "对象",
    "a list": "列表",
    "something else": "其他类型",
}


def in_chinese(phrase: str) -> str:
    """The phrase in Chinese, or as it is where paysync has no Chinese for it."""
    return _by(_PHRASES, phrase) or _by(SENTENCES, phrase) or phrase


def _by(table: Mapping[str, str], phrase: str) -> str | None:
    for pattern, chinese in table.items():
        if found := re.fullmatch(pattern, phrase, re.DOTALL):
            return chinese.format(*(_KINDS.get(part) or _by(HINTS, part) or part for part in found.groups()))
    return None
