"""K3Cloud says no to one payment: what it names has to be mended there or in the scheme."""

from collections.abc import Mapping
from typing import Final

from paysync.core.codes import Code
from paysync.core.diagnosis import Explanation, Kind, Text, Who

ERP_REFUSAL: Final[Mapping[Code, Explanation]] = {
    # Takes {vendor}.
    Code.ERP_RULE: Explanation(
        Kind.PERMANENT,
        Who.ERP_ADMIN,
        en=Text(
            problem="K3Cloud cannot use the conversion rule from payment application to payment bill: {vendor}",
            cause=(
                "The rule bound as `RuleId` does not exist in this data centre, is disabled, or does not belong "
                "to this pair of forms."
            ),
            solution=(
                "Check the rule under “单据转换” and enable it, or set the right `RuleId` and deploy; then run "
                "`paysync replay KEY`."
            ),
        ),
        zh=Text(
            problem="金蝶无法使用付款申请单到付款单的单据转换规则：{vendor}",
            cause="参数 `RuleId` 指定的规则在该数据中心不存在、已禁用，或不属于这两种单据。",
            solution="在【单据转换】中检查并启用该规则，或更正 `RuleId` 后重新部署，再执行 `paysync replay KEY`。",
        ),
    ),
    # Takes {vendor}.
    Code.ERP_RIGHT: Explanation(
        Kind.PERMANENT,
        Who.ERP_ADMIN,
        en=Text(
            problem="The integration user lacks a right in K3Cloud: {vendor}",
            cause=(
                "Rights hold per form, operation and organisation; query, push, save, submit and audit of the "
                "payment bill are all needed."
            ),
            solution=(
                "Grant the missing right in that organisation (“业务对象功能授权”), then run `paysync replay KEY`, "
                "which tells whether it helped; `paysync doctor` sees the rights to read only."
            ),
        ),
        zh=Text(
            problem="集成用户在金蝶中缺少权限：{vendor}",
            cause="权限按单据、操作和组织分别授予；付款单的查询、下推、保存、提交、审核缺一不可。",
            solution=(
                "在对应组织下补充授权（【业务对象功能授权】），再执行 `paysync replay KEY`，即可知道是否已解决；"
                "`paysync doctor` 只能看到查询权限。"
            ),
        ),
    ),
    # Takes {vendor}.
    Code.ERP_FIELD: Explanation(
        Kind.PERMANENT,
        Who.IT,
        en=Text(
            problem="K3Cloud does not know a field or value of the request: {vendor}",
            cause=(
                "The scheme names a field that this tenant or version does not have, or a value that does not "
                "exist there."
            ),
            solution=(
                "Compare the scheme with the form's fields (`paysync doctor` reads them), correct it and deploy; "
                "then run `paysync replay KEY`."
            ),
        ),
        zh=Text(
            problem="金蝶不认识请求中的字段或值：{vendor}",
            cause="方案引用的字段在该账套或版本中不存在，或所填的值不存在。",
            solution="对照单据的实际字段（`paysync doctor` 可读取）更正方案并重新部署，再执行 `paysync replay KEY`。",
        ),
    ),
    # Takes {vendor}.
    Code.ERP_PARAMETER: Explanation(
        Kind.PERMANENT,
        Who.IT,
        en=Text(
            problem="K3Cloud refuses the request's parameters: {vendor}",
            cause="The scheme's request is incomplete or not of the form this version expects.",
            solution=(
                "Correct the request in the scheme and deploy; then run `paysync replay KEY`. If the scheme is "
                "the shipped one, report it to the maintainers."
            ),
        ),
        zh=Text(
            problem="金蝶拒绝了请求参数：{vendor}",
            cause="方案中的请求不完整，或不符合该版本的要求。",
            solution="更正方案中的请求并重新部署，再执行 `paysync replay KEY`；若使用的是自带方案，请反馈给维护人员。",
        ),
    ),
    # Takes {vendor}.
    Code.ERP_ACCOUNT: Explanation(
        Kind.PERMANENT,
        Who.ACCOUNTANT,
        en=Text(
            problem="K3Cloud cannot use the bank account of this payment: {vendor}",
            cause="The account is not audited, disabled, closed, or not allocated to the paying organisation.",
            solution=(
                "Repair it in K3Cloud under “银行账号” (audited, not disabled, of the paying organisation), then "
                "run `paysync replay KEY`."
            ),
        ),
        zh=Text(
            problem="金蝶无法使用这笔付款的银行账号：{vendor}",
            cause="该账号未审核、已禁用、已销户，或未分配给付款组织。",
            solution="在金蝶【银行账号】中修复（已审核、未禁用、属于付款组织），再执行 `paysync replay KEY`。",
        ),
    ),
    # Takes {vendor}.
    Code.ERP_PERIOD_CLOSED: Explanation(
        Kind.PERMANENT,
        Who.ACCOUNTANT,
        en=Text(
            problem="The payment's date lies in a closed period: {vendor}",
            cause=(
                "Cash management or payables was closed beyond that date before this payment was booked. paysync "
                "never changes the date by itself."
            ),
            solution=(
                "Reopen the period (“反结账”). In REVIEW without a bill: `paysync review confirm-none KEY`; with one: "
                "`paysync review adopt KEY BILL`; rejected: `paysync replay KEY`. If it stays closed, book by hand in "
                "an open period (where a bill was begun, change its date and audit it; make no other), then "
                "`paysync review close KEY`. paysync always writes the date of payment."
            ),
        ),
        zh=Text(
            problem="付款日期所在的期间已结账：{vendor}",
            cause="这笔付款入账之前，出纳管理或应付款管理已结账至该日期之后。paysync 绝不自行改日期。",
            solution=(
                "【反结账】后：复核中没有付款单的执行 `paysync review confirm-none KEY`，已有付款单的执行 "
                "`paysync review adopt KEY BILL`，已拒绝的执行 `paysync replay KEY`。不反结账的，在已开放期间手工入账"
                "（已有付款单的，改日期后审核，不要另做），再执行 `paysync review close KEY`；"
                "paysync 始终写入付款日期。"
            ),
        ),
    ),
    # Takes {vendor}.
    Code.ERP_REQUIRED_FIELD: Explanation(
        Kind.PERMANENT,
        Who.ERP_ADMIN,
        en=Text(
            problem="A required field of the payment bill is empty: {vendor}",
            cause=(
                "Neither the conversion rule nor the scheme fills it; or the value given is base data that the "
                "organisation may not use, which K3Cloud treats as empty."
            ),
            solution=(
                "Let the rule (“单据转换”, field mapping) or the scheme supply it, or allocate the base data to "
                "the organisation; then run `paysync replay KEY`."
            ),
        ),
        zh=Text(
            problem="付款单的必填字段为空：{vendor}",
            cause="单据转换规则和方案都没有给该字段赋值；或所给的基础资料未分配给该组织，金蝶视同未填。",
            solution=(
                "在【单据转换】的字段映射或方案中补上取值，或将基础资料分配给该组织，再执行 `paysync replay KEY`。"
            ),
        ),
    ),
    # Takes {vendor}.
    Code.ERP_NUMBER_TAKEN: Explanation(
        Kind.PERMANENT,
        Who.ERP_ADMIN,
        en=Text(
            problem="K3Cloud says that the number is already in use: {vendor}",
            cause=(
                "The numbering rule gave a number twice, or an earlier attempt has left a bill. The latter must "
                "be ruled out first."
            ),
            solution=(
                "Look for a payment bill of this application (“下查”). If there is none, check the form's “编码规"
                "则”; then run `paysync replay KEY`."
            ),
        ),
        zh=Text(
            problem="金蝶提示编号已被使用：{vendor}",
            cause="编码规则重复给号，或此前的尝试已留下单据。须先排除后一种情况。",
            solution=(
                "先对申请单【下查】是否已有付款单。确认没有后，检查付款单的【编码规则】，再执行 `paysync replay KEY`。"
            ),
        ),
    ),
    # Takes {vendor}.
    Code.ERP_PLUGIN: Explanation(
        Kind.PERMANENT,
        Who.ERP_ADMIN,
        en=Text(
            problem="A customer plug-in in K3Cloud refused the operation: {vendor}",
            cause=(
                "Customised checks on the form speak in their own words, sometimes without a reason. K3Cloud's "
                "server log may say more."
            ),
            solution="Have the plug-in's developer explain or mend it, then run `paysync replay KEY`.",
        ),
        zh=Text(
            problem="金蝶的二次开发插件拒绝了该操作：{vendor}",
            cause="单据上的定制校验使用自己的提示语，有时不说明原因；金蝶服务器日志可能有更多信息。",
            solution="请插件开发人员说明或修复，再执行 `paysync replay KEY`。",
        ),
    ),
    # Takes {vendor}.
    Code.ERP_NOT_ALLOWED: Explanation(
        Kind.PERMANENT,
        Who.ACCOUNTANT,
        en=Text(
            problem="K3Cloud does not allow this operation on the document as it stands: {vendor}",
            cause=(
                "The document's status forbids it, for example because it was closed, frozen or already processed "
                "by somebody."
            ),
            solution=(
                "Look at the application and its bills in K3Cloud; undo what stands in the way (“反关闭”, “反审核”), "
                "then run `paysync replay KEY`."
            ),
        ),
        zh=Text(
            problem="单据在当前状态下不允许该操作：{vendor}",
            cause="单据状态不符，例如已关闭、已冻结，或已被他人处理。",
            solution="在金蝶查看申请单及其付款单，解除障碍（【反关闭】、【反审核】等）后执行 `paysync replay KEY`。",
        ),
    ),
    # Takes {vendor}.
    Code.ERP_REFUSED: Explanation(
        Kind.PERMANENT,
        Who.ACCOUNTANT,
        en=Text(
            problem="K3Cloud refused the operation: {vendor}",
            cause="A check failed; what K3Cloud says is all that is known. Nothing was made or changed by this call.",
            solution=(
                "Mend in K3Cloud what the message names, then run `paysync replay KEY`. If it does not need to be "
                "booked, take the bill back where `paysync show KEY` names one, then run `paysync review close KEY`."
            ),
        ),
        zh=Text(
            problem="金蝶拒绝了该操作：{vendor}",
            cause="校验未通过，原因以金蝶提示为准。本次调用没有生成或改动任何单据。",
            solution=(
                "按提示在金蝶中处理后执行 `paysync replay KEY`。无需入账的，`paysync show KEY` 显示有付款单时先撤回"
                "该单，再执行 `paysync review close KEY`。"
            ),
        ),
    ),
}
