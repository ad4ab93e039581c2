"""What concerns paysync itself: its settings, its scheme, its own time and leases."""

from collections.abc import Mapping
from typing import Final

from paysync.core.codes import Code
from paysync.core.diagnosis import Explanation, Kind, Text, Who

PAYSYNC: Final[Mapping[Code, Explanation]] = {
    # Takes {what}.
    Code.DEFECT: Explanation(
        Kind.DEFECT,
        Who.IT,
        en=Text(
            problem="paysync broke a rule of its own and stopped: {what}.",
            cause=(
                "This is a fault in paysync, not in K3Cloud, Maycur or the data. Nothing was guessed: what had "
                "been written stays as it is in the ledger."
            ),
            solution=(
                "Run `paysync show KEY`, take the log lines of that time, and report both to the maintainers. "
                "After the fix, run `paysync replay KEY`; it is safe in any state."
            ),
        ),
        zh=Text(
            problem="paysync 违反了自身的规则，已停止处理：{what}。",
            cause="这是 paysync 的程序缺陷，与金蝶、每刻和业务数据无关。系统没有凭推测继续处理，台账保持已写入的内容。",
            solution=(
                "用 `paysync show KEY` 取出记录，连同当时的日志一并提交给维护人员。修复后执行 `paysync replay KEY`，"
                "任何状态下重放都是安全的。"
            ),
        ),
    ),
    # Takes {setting}, {what}.
    Code.SETTING: Explanation(
        Kind.PERMANENT,
        Who.IT,
        en=Text(
            problem="Setting {setting} cannot be used: it {what}.",
            cause=(
                "It is empty, of the wrong form, or contradicts another setting. It is checked before any work, "
                "so no payment was touched."
            ),
            solution=(
                "Correct it in samconfig.toml, in the stack's parameters or in the secret, and deploy again; "
                "`paysync doctor` checks it. Payments rejected because of it go on with `paysync replay KEY`."
            ),
        ),
        zh=Text(
            problem="配置项 {setting} 无法使用：{what}。",
            cause="该项为空、格式不对，或与其他配置矛盾。配置在处理之前检查，因此没有动过任何付款。",
            solution=(
                "在 samconfig.toml、堆栈参数或密钥中改正后重新部署，并用 `paysync doctor` 验证。因此被拒绝的付款，"
                "用 `paysync replay KEY` 重放。"
            ),
        ),
    ),
    # Takes {remedy}, {what}.
    Code.STACK: Explanation(
        Kind.PERMANENT,
        Who.IT,
        en=Text(
            problem="This cannot be asked of the stack: {what}.",
            cause=(
                "A command finds the ledger, the queues and the functions by the stack's name: `--stack`, else "
                "PAYSYNC_STACK, else samconfig.toml. Nothing was read or changed."
            ),
            solution="{remedy}. No payment is affected by this, so nothing needs `paysync replay KEY`.",
        ),
        zh=Text(
            problem="无法对该堆栈执行：{what}。",
            cause=(
                "命令通过堆栈名称（`--stack`，其次 PAYSYNC_STACK，再次 samconfig.toml）找到台账、队列和函数。"
                "没有读取或改动任何数据。"
            ),
            solution="{remedy}。没有付款受此影响，无需执行 `paysync replay KEY`。",
        ),
    ),
    # Takes {what}.
    Code.SCHEME: Explanation(
        Kind.PERMANENT,
        Who.IT,
        en=Text(
            problem="The scheme cannot be applied: {what}.",
            cause=(
                "The scheme's file names a field, filter or parameter that does not exist or does not fit this "
                "payment. K3Cloud was not asked to write anything for this step."
            ),
            solution=(
                "Correct the scheme's file and deploy again; `paysync doctor` checks it. Then run `paysync replay KEY`."
            ),
        ),
        zh=Text(
            problem="集成方案无法执行：{what}。",
            cause="方案文件引用的字段、过滤器或参数不存在，或不适用于这笔付款。该步骤没有向金蝶写入任何数据。",
            solution="改正方案文件后重新部署，并用 `paysync doctor` 检查，再执行 `paysync replay KEY`。",
        ),
    ),
    # Takes {what}.
    Code.SCHEME_NAME: Explanation(
        Kind.PERMANENT,
        Who.IT,
        en=Text(
            problem="This cannot be asked of schemes: {what}.",
            cause="A name, a file or an option leads nowhere. Nothing was read from any system, and nothing changed.",
            solution=(
                "Correct what is named; `paysync scheme list` shows the names of schemes. No payment is affected, "
                "so nothing needs `paysync replay KEY`."
            ),
        ),
        zh=Text(
            problem="无法对方案执行：{what}。",
            cause="所写的名称、文件或选项不存在。没有读取任何系统，也没有改动任何数据。",
            solution="改正所写内容；用 `paysync scheme list` 查看方案名称。付款不受影响，无需 `paysync replay KEY`。",
        ),
    ),
    # Takes {failed}, {ran}, {what}.
    Code.SCHEMES_FAILED: Explanation(
        Kind.PERMANENT,
        Who.IT,
        en=Text(
            problem="These schemes of the stack could not run: {failed}. {what} Those that ran: {ran}.",
            cause=(
                "Schemes stand beside each other: what stops one, such as an address, a secret or its system, does "
                "not stop the others. Nothing of it is half-done."
            ),
            solution=(
                "Mend what is named; the next run goes on from where this scheme stood. Nothing needs `paysync replay`."
            ),
        ),
        zh=Text(
            problem="堆栈中有方案无法运行：{failed}。{what} 已运行的方案：{ran}。",
            cause="各方案相互独立：某一方案因地址、密钥或对方系统而停下，不影响其他方案，也没有做到一半的处理。",
            solution="按提示排除后，下次运行从该方案停下的位置继续，无需 `paysync replay`。",
        ),
    ),
    # Takes {bill}.
    Code.FENCED: Explanation(
        Kind.TRANSIENT,
        Who.NOBODY,
        en=Text(
            problem=(
                "The answer about bill {bill} came after another worker had taken over this payment, so it was "
                "only noted."
            ),
            cause=(
                "The first worker was slower than its lease. Whoever holds the payment now asks K3Cloud and will "
                "find the bill."
            ),
            solution="Nothing to do; `paysync show KEY` shows how it goes on.",
        ),
        zh=Text(
            problem="付款单 {bill} 的返回到达时，这笔付款已由另一个处理进程接手，因此仅记录备查。",
            cause="前一个进程超出了租约时间。现在接手的进程会向金蝶查询，并找到这张付款单。",
            solution="无需处理，可用 `paysync show KEY` 查看后续进展。",
        ),
    ),
    # Takes no particulars.
    Code.ORPHANED: Explanation(
        Kind.UNKNOWN,
        Who.NOBODY,
        en=Text(
            problem="A worker was cut off after it had announced a Push; whether a payment bill was made is not known.",
            cause=(
                "The worker was killed or ran into its time limit between writing the intent and recording the answer."
            ),
            solution=(
                "Nothing to do yet: when the quiet period is over paysync asks K3Cloud and adopts the bill if it "
                "is clear. If it is not, the payment goes to REVIEW."
            ),
        ),
        zh=Text(
            problem="处理进程在登记下推意图之后中断，是否已生成付款单尚不清楚。",
            cause="进程在写入意图与记录结果之间被终止或超时。",
            solution="暂时无需处理：静默期过后 paysync 会向金蝶查询，能够确认的付款单自动认领；无法确认的转入复核。",
        ),
    ),
    # Takes no particulars.
    Code.PAUSED: Explanation(
        Kind.CREDENTIAL,
        Who.IT,
        en=Text(
            problem=(
                "Processing of this scheme stands still, because K3Cloud accepts no call with the present credentials."
            ),
            cause=(
                "Grant, user, licence, secret or network address has been refused. Rows stay open and no payment "
                "is rejected; paysync tries again by itself at growing intervals."
            ),
            solution=(
                "Run `paysync doctor`, which names what is refused, and mend that. Processing then resumes by "
                "itself; no replay is needed."
            ),
        ),
        zh=Text(
            problem="本方案已暂停处理，因为金蝶不接受当前凭据的任何调用。",
            cause=(
                "授权、用户、许可、密钥或访问地址被拒绝。台账记录保持未结，不会拒绝任何付款；paysync 会以逐渐拉长"
                "的间隔自动重试。"
            ),
            solution="执行 `paysync doctor` 查明被拒绝的环节并处理。恢复后自动继续，无需重放。",
        ),
    ),
    # Takes {scheme}.
    Code.OUT_OF_TIME: Explanation(
        Kind.TRANSIENT,
        Who.IT,
        en=Text(
            problem="The run stopped in order before its time limit; {scheme} has not had its turn.",
            cause="The schemes before it took so long that not enough time was left to begin with it.",
            solution=(
                "`paysync reconcile --scheme {scheme} --from … --to …` compares it alone. If this comes every night, "
                "tell who develops paysync: the schemes are too much for one run."
            ),
        ),
        zh=Text(
            problem="本次运行在时限前有序停止，{scheme} 尚未轮到。",
            cause="前面的方案用时过长，剩余时间不足以开始它。",
            solution=(
                "用 `paysync reconcile --scheme {scheme} --from … --to …` 单独核对；"
                "若每晚如此，说明一次运行容不下这些方案，请告知 paysync 的开发者。"
            ),
        ),
    ),
}
