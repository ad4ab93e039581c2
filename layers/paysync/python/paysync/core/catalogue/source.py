"""What concerns the payment application (付款申请单) that is to be pushed."""

from collections.abc import Mapping
from typing import Final

from paysync.core.codes import Code
from paysync.core.diagnosis import Explanation, Kind, Text, Who

SOURCE: Final[Mapping[Code, Explanation]] = {
    # Takes {number}.
    Code.SOURCE_UNSPEAKABLE: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="The application number “{number}” contains control characters and cannot be asked for in K3Cloud.",
            cause="The number was probably pasted into Maycur together with a line break or a tab.",
            solution=(
                "Correct the number in Maycur, let `paysync backfill` read it again, then run "
                "`paysync review accept KEY`. If it cannot be corrected, book the payment by hand and run "
                "`paysync review close KEY`."
            ),
        ),
        zh=Text(
            problem="付款申请单号“{number}”含有控制字符，无法在金蝶中查询。",
            cause="多半是在每刻填写单号时，连同换行符或制表符一起粘贴了进来。",
            solution=(
                "在每刻更正单号，用 `paysync backfill` 重新取数，再执行 `paysync review accept KEY`。无法更正的，"
                "手工入账后执行 `paysync review close KEY`。"
            ),
        ),
    ),
    # Takes {number}.
    Code.SOURCE_NOT_FOUND: Explanation(
        Kind.PERMANENT,
        Who.ACCOUNTANT,
        en=Text(
            problem="There is no payment application {number} in K3Cloud.",
            cause=(
                "The number in Maycur may be wrong or of another kind of document, the application may not be "
                "made yet, or the integration user may not see its organisation."
            ),
            solution=(
                "Look for it in the list of “付款申请单” in K3Cloud. When it exists or the number in Maycur is "
                "corrected, run `paysync replay KEY`."
            ),
        ),
        zh=Text(
            problem="金蝶中找不到付款申请单 {number}。",
            cause="可能每刻中的单号填错或属于其他类型的单据，可能申请单尚未生成，也可能集成用户没有该组织的数据权限。",
            solution="在金蝶【付款申请单列表】中查找。申请单生成后，或每刻单号更正后，执行 `paysync replay KEY`。",
        ),
    ),
    # Takes {documents}, {number}.
    Code.SOURCE_AMBIGUOUS: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="K3Cloud has {documents} payment applications with the number {number}.",
            cause=(
                "Numbers are usually unique; they may repeat between organisations or bill types. paysync does "
                "not choose one."
            ),
            solution=(
                "Renumber or void the wrong ones in K3Cloud and run `paysync review confirm-none KEY`, or make "
                "the bill by hand and run `paysync review adopt KEY BILL`."
            ),
        ),
        zh=Text(
            problem="金蝶中有 {documents} 张单号同为 {number} 的付款申请单。",
            cause="单号通常唯一，但可能在不同组织或单据类型之间重复。paysync 不会自行挑选。",
            solution=(
                "在金蝶中更改或作废多余的申请单后，执行 `paysync review confirm-none KEY`；或手工下推付款单后，执"
                "行 `paysync review adopt KEY BILL`。"
            ),
        ),
    ),
    # Takes {number}, {status}.
    Code.SOURCE_NOT_AUDITED: Explanation(
        Kind.PERMANENT,
        Who.ACCOUNTANT,
        en=Text(
            problem="Payment application {number} is not audited (status {status}).",
            cause=(
                "Only an audited application can be pushed. It may still be in approval, or its audit was taken back "
                "(A created, B in approval, C audited, D to be audited again, Z draft)."
            ),
            solution="Audit it in K3Cloud (“审核”), then run `paysync replay KEY`.",
        ),
        zh=Text(
            problem="付款申请单 {number} 未审核（单据状态 {status}）。",
            cause=(
                "只有已审核的付款申请单才能下推。该单可能仍在审批中，或已被反审核"
                "（A 创建、B 审核中、C 已审核、D 重新审核、Z 暂存）。"
            ),
            solution="在金蝶中【审核】该申请单，再执行 `paysync replay KEY`。",
        ),
    ),
    # Takes {number}.
    Code.SOURCE_VOIDED: Explanation(
        Kind.PERMANENT,
        Who.ACCOUNTANT,
        en=Text(
            problem="Payment application {number} is voided in K3Cloud.",
            cause="Somebody voided it (“作废”) although Maycur shows the payment as paid.",
            solution=(
                "If it was a mistake, take it back (“反作废”), audit it, and run `paysync replay KEY`. If it was "
                "booked otherwise, run `paysync review close KEY`."
            ),
        ),
        zh=Text(
            problem="付款申请单 {number} 在金蝶中已作废。",
            cause="每刻显示已付款，但该申请单被人作废。",
            solution=(
                "若属误操作，【反作废】并审核后执行 `paysync replay KEY`；若已另行入账，执行 "
                "`paysync review close KEY`。"
            ),
        ),
    ),
    # Takes {vendor}.
    Code.SOURCE_USED_UP: Explanation(
        Kind.PERMANENT,
        Who.ACCOUNTANT,
        en=Text(
            problem="K3Cloud finds nothing left to push on this payment's application: {vendor}",
            cause=(
                "The application is closed, or its whole amount is already on payment bills; often the payment "
                "has been booked by hand."
            ),
            solution=(
                "Look for its bills first (“下查”). If the payment is booked, run `paysync review close KEY`; if "
                "the application was closed by mistake, reopen it (“反关闭”) and run `paysync replay KEY`."
            ),
        ),
        zh=Text(
            problem="金蝶认为这笔付款的申请单已无可下推的数据：{vendor}",
            cause="申请单已关闭，或全部金额已下推生成付款单；常见情形是已有人手工入账。",
            solution=(
                "先对申请单【下查】付款单。已入账的，执行 `paysync review close KEY`；误关闭的，在金蝶【反关闭】后"
                "执行 `paysync replay KEY`。"
            ),
        ),
    ),
    # Takes {vendor}.
    Code.SOURCE_OVER_LIMIT: Explanation(
        Kind.PERMANENT,
        Who.ACCOUNTANT,
        en=Text(
            problem="K3Cloud refuses the bill because it exceeds what the application allows: {vendor}",
            cause=(
                "The write-back check of the conversion rule found more than the unpaid rest, so parts of it are "
                "probably on other bills."
            ),
            solution=(
                "Compare the application with its bills (“下查”), correct what is wrong, then run `paysync replay KEY`."
            ),
        ),
        zh=Text(
            problem="付款单超出付款申请单的允许范围，被金蝶拒绝：{vendor}",
            cause="单据转换规则的反写检查发现金额超过未付部分，很可能其中一部分已在其他付款单上。",
            solution="对申请单【下查】付款单，核对并更正后执行 `paysync replay KEY`。",
        ),
    ),
    # Takes {waits_for}.
    Code.SOURCE_WAITS: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem=(
                "This payment waits for {waits_for}, which has the same application and must be decided by a person."
            ),
            cause=(
                "As long as it is unclear which bill belongs to {waits_for}, a second Push could book the same "
                "money twice."
            ),
            solution=(
                "Decide that one: see `paysync show {waits_for}`, then `paysync review adopt {waits_for} BILL`, "
                "`confirm-none` or `close`; if it is REJECTED, mend the cause and run `paysync replay {waits_for}`. "
                "This payment then goes on by itself."
            ),
        ),
        zh=Text(
            problem="本笔付款在等待 {waits_for}：两笔同属一张付款申请单，而后者须由人处理。",
            cause="在 {waits_for} 的付款单归属明确之前再次下推，可能导致重复入账。",
            solution=(
                "先用 `paysync show {waits_for}` 查看，再以 `paysync review adopt {waits_for} BILL`、"
                "`confirm-none` 或 `close` 处理；若其状态为已拒绝，排除原因后执行 `paysync replay {waits_for}`。之"
                "后本笔自动继续。"
            ),
        ),
    ),
}
