"""What the comparison of Maycur, ledger and K3Cloud has found."""

from collections.abc import Mapping
from typing import Final

from paysync.core.codes import Code
from paysync.core.diagnosis import Explanation, Kind, Text, Who

RECONCILE: Final[Mapping[Code, Explanation]] = {
    # Takes no particulars.
    Code.RECONCILE_MISSING: Explanation(
        Kind.TRANSIENT,
        Who.NOBODY,
        en=Text(
            problem="Maycur shows this payment as paid, but the ledger did not have it.",
            cause="It probably appeared behind the watermark, with a paid time further back than the overlap.",
            solution=(
                "Nothing to do: reconcile has put it into the ledger and it is booked like any other. If it "
                "happens often, lengthen `overlap` or `deep_scan` in the scheme."
            ),
        ),
        zh=Text(
            problem="每刻显示这笔付款已付，台账中却没有。",
            cause="很可能它在每刻出现时，支付时间已早于水位，且超出了重叠区间。",
            solution="无需处理，对账已将其补入台账，随后照常入账。若经常发生，请加长方案的 `overlap` 或 `deep_scan`。",
        ),
    ),
    # Takes no particulars.
    Code.RECONCILE_EXTRA: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="The ledger has this payment, but Maycur no longer lists it as paid.",
            cause=(
                "It was voided, reopened or bounced (“退票”) in Maycur after it had been read. paysync undoes "
                "nothing by itself."
            ),
            solution=(
                "Ask in Maycur what became of it. If it was not paid, take its payment bill back in K3Cloud: “反审核”, "
                "then “作废” (it keeps the trace); a row in REVIEW or REJECTED is ended by `paysync review close KEY`. "
                "It is reported until the payment is older than 35 days."
            ),
        ),
        zh=Text(
            problem="台账中有这笔付款，但每刻已不再将其列为已付。",
            cause="读取之后，它在每刻被作废、重新打开，或发生银行退票。paysync 不会自行冲销。",
            solution=(
                "在每刻查明情况。确未付款的，在金蝶撤回付款单：先【反审核】，再【作废】（保留痕迹）；仍处于复核或已拒绝"
                "的记录，用 `paysync review close KEY` 结案。付款满 35 天之前，每晚对账仍会报告此差异。"
            ),
        ),
    ),
    # Takes {bills}.
    Code.RECONCILE_DOUBLED: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="K3Cloud has several payment bills for this one payment: {bills}.",
            cause="One was probably made by hand, or a request was carried out long after it had been given up.",
            solution=(
                "Keep the bill that `paysync show KEY` names. Where it names none: in REVIEW first run "
                "`paysync review adopt KEY BILL` with the one to keep; REJECTED: take back all but one, then "
                "`paysync replay KEY`; CLOSED: keep the one booked by hand. Take the others back in K3Cloud: “反审核”, "
                "then “作废” (it keeps the trace)."
            ),
        ),
        zh=Text(
            problem="这一笔付款在金蝶中有多张付款单：{bills}。",
            cause="可能其中一张为手工所做，也可能某个请求在放弃很久之后才被执行。",
            solution=(
                "保留 `paysync show KEY` 所示的付款单。没有显示付款单的：复核（REVIEW），先用 "
                "`paysync review adopt KEY BILL` 认领要保留的一张；已拒绝（REJECTED），撤回到只剩一张，再执行 "
                "`paysync replay KEY`；已结案（CLOSED），保留手工入账的一张。其余在金蝶中先【反审核】，再【作废】（保留"
                "痕迹）。"
            ),
        ),
    ),
    # Takes {found}, {wanted}.
    Code.RECONCILE_DIFFERENT: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="The ledger has {wanted} for this payment, but Maycur or its payment bill says {found}.",
            cause=(
                "The bill was changed in K3Cloud after it had been booked, or the payment in Maycur after it had "
                "been read."
            ),
            solution=(
                "Find out which is right and correct the other (the bill by “反审核”, change, “审核”). In REVIEW: "
                "`paysync review accept KEY` where Maycur is right, then `paysync review adopt KEY BILL`. A DONE row "
                "keeps the old content: once the bill says what Maycur says, this is reported until the payment is "
                "older than 35 days; do not change the bill back."
            ),
        ),
        zh=Text(
            problem="台账中这笔付款为 {wanted}，而每刻或付款单上为 {found}。",
            cause="入账之后付款单在金蝶被修改，或取数之后付款在每刻被修改。",
            solution=(
                "查明哪一方正确并更正另一方；更正付款单时先【反审核】，修改后再【审核】。处于复核的：每刻无误时先执行 "
                "`paysync review accept KEY`，再执行 `paysync review adopt KEY BILL`。已入账（DONE）的，台账保留原内"
                "容：付款单已与每刻一致的，付款满 35 天之前仍会报告，不要把付款单改回去。"
            ),
        ),
    ),
    # Takes {bill}.
    Code.RECONCILE_BILL_GONE: Explanation(
        Kind.PERMANENT,
        Who.ACCOUNTANT,
        en=Text(
            problem="The payment is booked as payment bill {bill}, but K3Cloud no longer has that bill.",
            cause="It was deleted or voided after booking, or the integration user no longer sees its organisation.",
            solution=(
                "Look for it in K3Cloud, also in “上机操作日志”. Voided by mistake: take that back (“反作废”). Deleted "
                "by mistake: push the application again by hand and put KEY into “第三方单据编号”; this is reported "
                "until the payment is older than 35 days, since the row names the old bill. `paysync replay KEY` "
                "changes nothing, on purpose."
            ),
        ),
        zh=Text(
            problem="这笔付款已入账为付款单 {bill}，但金蝶中已没有该单。",
            cause="入账后被删除或作废，或集成用户不再有该组织的数据权限。",
            solution=(
                "在金蝶查找该单，并查看【上机操作日志】。误作废的，【反作废】；误删的，手工重新下推，并将 KEY 填入【第"
                "三方单据编号】，因台账仍记着原单，付款满 35 天之前仍会报告。已入账的付款，`paysync replay KEY` 有意不"
                "作任何改动。"
            ),
        ),
    ),
    # Takes {bill}, {status}.
    Code.RECONCILE_UNFINISHED: Explanation(
        Kind.PERMANENT,
        Who.ACCOUNTANT,
        en=Text(
            problem="The payment is settled, but its payment bill {bill} in K3Cloud is not finished; status {status}.",
            cause=(
                "Somebody took back its audit or its submission (“反审核”, “撤销”), or the payment was closed while "
                "the bill was only begun."
            ),
            solution=(
                "Where the bill is this payment's only one: compare it with Maycur, then submit and audit it. Where "
                "the payment was booked by another one: take it back, “作废” (it keeps the trace). `paysync replay "
                "KEY` changes nothing: the payment is settled."
            ),
        ),
        zh=Text(
            problem="这笔付款已了结，但金蝶中它的付款单 {bill} 尚未完成，状态 {status}。",
            cause="有人对该单【反审核】或【撤销】，或结案时该单只做到一半。",
            solution=(
                "该单是这笔付款唯一的付款单的：与每刻核对后提交并审核；付款已用另一张单入账的：将该单【作废】（保留痕"
                "迹）。付款已了结，`paysync replay KEY` 不作任何改动。"
            ),
        ),
    ),
    # Takes {bill}.
    Code.RECONCILE_UNRECORDED: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="Payment bill {bill} in K3Cloud carries this payment's key, but its row in the ledger has no bill.",
            cause=(
                "Somebody booked the payment by hand and entered the key, or a request was carried out that had been "
                "given up."
            ),
            solution=(
                "`paysync show KEY` tells the state. REVIEW: `paysync review adopt KEY BILL`. REJECTED: "
                "`paysync replay KEY`, which finds the bill. CLOSED: made by the integration user, it is a late "
                "result: take it back where the payment was booked otherwise; made by a person: nothing to do. Any "
                "other state: wait, paysync finds it by itself."
            ),
        ),
        zh=Text(
            problem="金蝶的付款单 {bill} 带有这笔付款的 KEY，而台账中这笔付款没有付款单。",
            cause="有人手工入账并填写了 KEY，或某个已放弃的请求后来才被执行。",
            solution=(
                "用 `paysync show KEY` 查看状态。复核（REVIEW）：执行 `paysync review adopt KEY BILL`；已拒绝"
                "（REJECTED）：执行 `paysync replay KEY`，会找到该单；已结案（CLOSED）：由集成用户创建的是迟到的生成结"
                "果，付款已另行入账的须撤回该单，由人所做的无需处理；其他状态：等待，paysync 会自行找到。"
            ),
        ),
    ),
    # Takes {bill}.
    Code.RECONCILE_UNKNOWN_BILL: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="Payment bill {bill} in K3Cloud was made by the integration user, but belongs to no payment.",
            cause=(
                "It may be the late result of a Push whose answer was lost, or somebody else works in K3Cloud as this "
                "user."
            ),
            solution=(
                "First run `paysync list --state INTENT --state IN_DOUBT --state REVIEW`. If one is of the same "
                "application, this is probably its bill: do not void it, wait or run `paysync review adopt KEY BILL`. "
                "If none is, find out who made it; what doubles a payment: “反审核”, then “作废” (it keeps the trace)."
            ),
        ),
        zh=Text(
            problem="金蝶的付款单 {bill} 由集成用户创建，却不属于任何付款。",
            cause="可能是应答丢失的下推迟到的生成结果，也可能有人用该用户在金蝶中操作。",
            solution=(
                "先执行 `paysync list --state INTENT --state IN_DOUBT --state REVIEW`。其中有同一付款申请单的，这张很可"
                "能就是它的付款单：不要作废，等待或执行 `paysync review adopt KEY BILL`。没有的，查明是谁所做；造成重复"
                "的，先【反审核】，再【作废】（保留痕迹）。"
            ),
        ),
    ),
}
