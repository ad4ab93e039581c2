"""What concerns a payment bill (付款单) that exists in K3Cloud."""

from collections.abc import Mapping
from typing import Final

from paysync.core.codes import Code
from paysync.core.diagnosis import Explanation, Kind, Text, Who

BILL: Final[Mapping[Code, Explanation]] = {
    # Takes {bill}, {bills}.
    Code.BILL_FOREIGN: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem=(
                "The application already has payment bill {bill} that paysync did not make ({bills} such in all); "
                "nothing was pushed."
            ),
            cause="Usually somebody booked the payment by hand. Pushing as well would book it twice.",
            solution=(
                "Look at the bill in K3Cloud. If it is this payment's, run `paysync review adopt KEY BILL` (where its "
                "“第三方单据编号” is another text, empty it or write KEY there first); if it is for something else, "
                "`paysync review confirm-none KEY`, and paysync pushes."
            ),
        ),
        zh=Text(
            problem="付款申请单已有并非 paysync 生成的付款单 {bill}（此类共 {bills} 张），因此没有下推。",
            cause="多半是有人手工做了付款单，再下推会重复入账。",
            solution=(
                "在金蝶核对该单。属于本笔付款的，执行 `paysync review adopt KEY BILL`（【第三方单据编号】为其他内容的，"
                "先清空或填入 KEY）；属于其他付款的，执行 `paysync review confirm-none KEY`，由 paysync 下推。"
            ),
        ),
    ),
    # Takes {bill}, {owner}.
    Code.BILL_CLAIMED: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="Payment bill {bill} belongs to another payment: {owner}.",
            cause=(
                "One bill has one owner. The conversion rule may have merged two payments, or the bill's “第三方单"
                "据编号” was changed by hand."
            ),
            solution=(
                "Compare `paysync show KEY` and `paysync show {owner}` with the bill. Run "
                "`paysync review adopt KEY BILL` with this payment's own bill, or "
                "`paysync review confirm-none KEY` to push one while it has none. If the two were merged, book "
                "the payment by hand and run `paysync review close KEY`."
            ),
        ),
        zh=Text(
            problem="付款单 {bill} 属于另一笔付款：{owner}。",
            cause="一张付款单只归属一笔付款。可能单据转换规则合并了两笔，或有人手工改了【第三方单据编号】。",
            solution=(
                "用 `paysync show KEY` 和 `paysync show {owner}` 与付款单核对。本笔另有付款单的，执行 "
                "`paysync review adopt KEY BILL`；尚无付款单的，执行 `paysync review confirm-none KEY` 重新下推；"
                "若两笔被合并，手工入账后执行 `paysync review close KEY`。"
            ),
        ),
    ),
    # Takes {bill}.
    Code.BILL_NOT_NEW: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="K3Cloud answered the Push with payment bill {bill}, which existed before it.",
            cause=(
                "A Push makes a new bill. The conversion rule may have merged the payment into an older bill, or a "
                "plug-in names the wrong one."
            ),
            solution=(
                "Look in K3Cloud for a newer bill of the application (“下查”). If there is one, run "
                "`paysync review adopt KEY BILL`; if there is none, `paysync review confirm-none KEY`. If the payment "
                "was merged into {bill}, book it by hand and run `paysync review close KEY`."
            ),
        ),
        zh=Text(
            problem="金蝶对下推答复的付款单 {bill} 在下推之前已经存在。",
            cause="下推应生成新单据。可能单据转换规则把本笔并入了旧单，或插件返回了错误的单据。",
            solution=(
                "在金蝶对付款申请单【下查】有无新生成的付款单：有则执行 `paysync review adopt KEY BILL`；没有则执行 "
                "`paysync review confirm-none KEY`；若已并入 {bill}，手工入账后执行 `paysync review close KEY`。"
            ),
        ),
    ),
    # Takes {bill}.
    Code.BILL_DRAFT: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="Payment bill {bill} is still a draft without a number after it was saved.",
            cause="K3Cloud kept it as “暂存” because a check on saving fails. A draft also blocks month-end closing.",
            solution=(
                "Open it in K3Cloud, save it there and mend what it complains of, then run "
                "`paysync review adopt KEY BILL`. If you make another bill by hand instead, delete the draft and "
                "run `paysync review close KEY`."
            ),
        ),
        zh=Text(
            problem="付款单 {bill} 保存后仍是没有编号的暂存单。",
            cause="保存校验未通过，金蝶将其保留为暂存。暂存单还会影响月末结账。",
            solution=(
                "在金蝶打开该单，按提示补正并保存，再执行 `paysync review adopt KEY BILL`；若改为手工另做付款单，"
                "请删除暂存单并执行 `paysync review close KEY`。"
            ),
        ),
    ),
    # Takes {bill}, {entries}, {found}, {wanted}.
    Code.BILL_AMOUNTS: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="Payment bill {bill} has {entries} entries of {found} in all, but the payment is {wanted}.",
            cause=(
                "paysync sets the amount only where there is exactly one entry; money is never spread over "
                "several by guess."
            ),
            solution=(
                "Set the entries' amounts in K3Cloud so that they add up to {wanted}, save, and run "
                "`paysync review adopt KEY BILL`. If it is booked otherwise, void {bill} first (“作废”), then run "
                "`paysync review close KEY`."
            ),
        ),
        zh=Text(
            problem="付款单 {bill} 有 {entries} 行明细，合计 {found}，而付款金额为 {wanted}。",
            cause="只有恰好一行明细时 paysync 才会改写金额，绝不凭推测分摊到多行。",
            solution=(
                "在金蝶调整各行金额，使合计等于 {wanted} 并保存，再执行 `paysync review adopt KEY BILL`；已另行入"
                "账的，先【作废】{bill}，再执行 `paysync review close KEY`。"
            ),
        ),
    ),
    # Takes {bill}, {fields}.
    Code.BILL_READBACK: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="Payment bill {bill} reads back other than it was saved, in: {fields}.",
            cause=(
                "A plug-in, a default or a rounding rule may have changed these fields, or somebody edited the "
                "bill meanwhile."
            ),
            solution=(
                "Correct these fields in K3Cloud (“反审核” first if it is audited) and run "
                "`paysync review adopt KEY BILL`. If it always happens, have the scheme or the plug-in corrected."
            ),
        ),
        zh=Text(
            problem="付款单 {bill} 保存后回读不一致，涉及字段：{fields}。",
            cause="可能被插件、默认值或舍入规则改写，也可能期间有人修改了该单。",
            solution=(
                "在金蝶更正这些字段（已审核的先【反审核】），再执行 `paysync review adopt KEY BILL`。若每次都发生，"
                "请更正方案或插件。"
            ),
        ),
    ),
    # Takes {bill}, {field}, {found}, {wanted}.
    Code.BILL_ORGANISATION: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="Payment bill {bill} has {found} in {field}, but {wanted} is expected.",
            cause=(
                "The conversion rule made it for another organisation or currency than the bank account and the "
                "payment call for."
            ),
            solution=(
                "Correct the bill in K3Cloud and run `paysync review adopt KEY BILL`; or delete it, make the "
                "right one by hand and run `paysync review close KEY`. Have the rule (“单据转换”) or the base "
                "data corrected for the next payments."
            ),
        ),
        zh=Text(
            problem="付款单 {bill} 的 {field} 为 {found}，应为 {wanted}。",
            cause="单据转换规则生成的付款组织或币别，与银行账号及付款不符。",
            solution=(
                "在金蝶更正该单后执行 `paysync review adopt KEY BILL`；或删除该单、手工另做正确的付款单，再执行 "
                "`paysync review close KEY`。并请更正【单据转换】规则或基础资料，以免再次发生。"
            ),
        ),
    ),
    # Takes {bill}, {system}.
    Code.BILL_VOIDED: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="Payment bill {bill} of this payment is voided.",
            cause="Somebody voided it in {system} before paysync had finished it.",
            solution=(
                "If that was a mistake, take it back (“反作废” in K3Cloud) and run `paysync review adopt KEY BILL`. If "
                "it was on purpose, book the payment by hand where that is needed, and run `paysync review close KEY`."
            ),
        ),
        zh=Text(
            problem="这笔付款的付款单 {bill} 已作废。",
            cause="在 paysync 处理完成之前，有人在{system}中作废了该单。",
            solution=(
                "若属误操作，恢复该单（金蝶为【反作废】）后执行 `paysync review adopt KEY BILL`；若确需作废，"
                "视需要手工入账，再执行 `paysync review close KEY`。"
            ),
        ),
    ),
    # Takes {bill}, {system}.
    Code.BILL_GONE: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="Payment bill {bill} of this payment cannot be found in {system} any more.",
            cause="It was deleted, or the integration user no longer sees it or its organisation.",
            solution=(
                "Look for it in {system}, also in its log (“上机操作日志” in K3Cloud). If it is there and only the "
                "right was missing, run `paysync review adopt KEY BILL`. If it was deleted, book the payment by hand "
                "where that is needed, and run `paysync review close KEY`."
            ),
        ),
        zh=Text(
            problem="在{system}中已找不到这笔付款的付款单 {bill}。",
            cause="该单已被删除，或集成用户不再有该单或该组织的数据权限。",
            solution=(
                "在{system}查找该单，并查看操作日志（金蝶为【上机操作日志】）。单据仍在、只是缺少权限的，补充授权后"
                "执行 `paysync review adopt KEY BILL`；已被删除的，视需要手工入账，再执行 `paysync review close KEY`。"
            ),
        ),
    ),
    # Takes {vendor}.
    Code.BILL_WORKFLOW: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="The payment bill is submitted and waits for approval in a workflow: {vendor}",
            cause="The form has an approval workflow (“审批流”), which does not let paysync audit the bill directly.",
            solution=(
                "Approve the bill in K3Cloud, then run `paysync review adopt KEY BILL`. If every bill is to be "
                "approved by a person, switch the audit step off in the scheme."
            ),
        ),
        zh=Text(
            problem="付款单已提交，等待审批流审批：{vendor}",
            cause="付款单启用了审批流，不允许 paysync 直接审核。",
            solution=(
                "在金蝶完成审批后，执行 `paysync review adopt KEY BILL`。若所有付款单都须人工审批，请在方案中关闭"
                "审核步骤。"
            ),
        ),
    ),
    # Takes {bills}.
    Code.BILL_SEVERAL: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="One Push made several payment bills: {bills}.",
            cause=(
                "The conversion rule splits this application into several bills (“分组策略”), but one payment has "
                "exactly one bill."
            ),
            solution=(
                "Merge or delete the superfluous bills in K3Cloud and run `paysync review adopt KEY BILL` with "
                "the one that remains; if all are deleted, `paysync review confirm-none KEY`. Have the rule "
                "corrected under “单据转换”."
            ),
        ),
        zh=Text(
            problem="一次下推生成了多张付款单：{bills}。",
            cause="单据转换规则的分组策略将这张申请单拆成了多张付款单，而一笔付款只对应一张。",
            solution=(
                "在金蝶合并或删除多余的付款单，以保留的一张执行 `paysync review adopt KEY BILL`；若全部删除，执行 "
                "`paysync review confirm-none KEY`。并请在【单据转换】中更正规则。"
            ),
        ),
    ),
}
