"""What keeps a booked payment's row from being handed on to another scheme. The payment is booked all the same."""

from collections.abc import Mapping
from typing import Final

from paysync.core.codes import Code
from paysync.core.diagnosis import Explanation, Kind, Text, Who

CALL_BACK: Final[Mapping[Code, Explanation]] = {
    # Takes {scheme}.
    Code.NOT_FETCHED: Explanation(
        Kind.PERMANENT,
        Who.IT,
        en=Text(
            problem="There is nothing to fetch for {scheme}: another scheme hands its rows over.",
            cause="Its `source.connector` is paysync, so its payments come from the call-back of another scheme.",
            solution="Name the scheme that hands the rows over instead; no `paysync replay` is needed.",
        ),
        zh=Text(
            problem="方案 {scheme} 没有可取数的来源：它的行由另一方案交来。",
            cause="其 `source.connector` 为 paysync，付款来自另一方案的回写。",
            solution="请改为指定交出行的方案，无需 `paysync replay`。",
        ),
    ),
    # Takes {scheme}.
    Code.CALL_BACK_NO_TAKER: Explanation(
        Kind.PERMANENT,
        Who.IT,
        en=Text(
            problem="The payment is booked, but its row cannot be handed on: the stack does not run {scheme}.",
            cause="`call_back.scheme` names a scheme that the stack parameter `Scheme` does not list.",
            solution=(
                "Add {scheme} to `Scheme` and deploy; what is owed is then handed on by itself, without "
                "`paysync replay`. If no call-back is wanted, leave its parameter empty and deploy."
            ),
        ),
        zh=Text(
            problem="付款已入账，但回写行无法交给方案 {scheme}：本堆栈未运行该方案。",
            cause="`call_back.scheme` 指定的方案不在堆栈参数 `Scheme` 中。",
            solution=(
                "将 {scheme} 加入 `Scheme` 并重新部署，所欠回写会自动补上，无需 `paysync replay`。"
                "如不需要回写，请将其参数留空后部署。"
            ),
        ),
    ),
    # Takes {scheme}, {what}.
    Code.CALL_BACK_MISFIT: Explanation(
        Kind.PERMANENT,
        Who.IT,
        en=Text(
            problem="The payment is booked, but its row cannot be handed on to {scheme}: {what}.",
            cause=(
                "A scheme that takes call-back rows has `source.connector: paysync` and makes bills of another form "
                "than the scheme that hands them on."
            ),
            solution="Correct the scheme's file and deploy; what is owed is then handed on without `paysync replay`.",
        ),
        zh=Text(
            problem="付款已入账，但回写行无法交给方案 {scheme}：{what}。",
            cause="接收回写行的方案须为 `source.connector: paysync`，且目标单据与交出方案不同。",
            solution="更正方案文件并重新部署，所欠回写会自动补上，无需 `paysync replay`。",
        ),
    ),
}
