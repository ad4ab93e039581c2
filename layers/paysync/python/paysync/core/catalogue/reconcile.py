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
                "Ask in Maycur what became of it. If it was not paid, reverse its payment bill in K3Cloud by hand "
                "(“反审核”, then delete); a row that is still in REVIEW or REJECTED is ended by "
                "`paysync review close KEY`."
            ),
        ),
        zh=Text(
            problem="台账中有这笔付款，但每刻已不再将其列为已付。",
            cause="读取之后，它在每刻被作废、重新打开，或发生银行退票。paysync 不会自行冲销。",
            solution=(
                "在每刻查明情况。确未付款的，在金蝶手工冲销付款单（【反审核】后删除）；仍处于复核或已拒绝的记录，"
                "用 `paysync review close KEY` 结案。"
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
                "Keep the bill that `paysync show KEY` names and remove the others in K3Cloud (“反审核”, then "
                "delete). If the payment is in REVIEW, decide it with `paysync review adopt KEY BILL`."
            ),
        ),
        zh=Text(
            problem="这一笔付款在金蝶中有多张付款单：{bills}。",
            cause="可能其中一张为手工所做，也可能某个请求在放弃很久之后才被执行。",
            solution=(
                "保留 `paysync show KEY` 所示的付款单，其余在金蝶中【反审核】后删除。若付款处于复核，用 "
                "`paysync review adopt KEY BILL` 裁定。"
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
                "Find out which is right and correct the other: the bill by “反审核”, change, “审核”. If the "
                "payment is in REVIEW, decide it with `paysync review adopt KEY BILL`."
            ),
        ),
        zh=Text(
            problem="台账中这笔付款为 {wanted}，而每刻或付款单上为 {found}。",
            cause="入账之后付款单在金蝶被修改，或取数之后付款在每刻被修改。",
            solution=(
                "查明哪一方正确并更正另一方；更正付款单时先【反审核】，修改后再【审核】。若付款处于复核，用 "
                "`paysync review adopt KEY BILL` 裁定。"
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
                "Look for it in K3Cloud, also in “上机操作日志”. If it was deleted by mistake, push the "
                "application again by hand and put KEY into “第三方单据编号”. On purpose `paysync replay KEY` "
                "changes nothing on a booked payment."
            ),
        ),
        zh=Text(
            problem="这笔付款已入账为付款单 {bill}，但金蝶中已没有该单。",
            cause="入账后被删除或作废，或集成用户不再有该组织的数据权限。",
            solution=(
                "在金蝶查找该单，并查看【上机操作日志】。若属误删，请手工重新下推，并将 KEY 填入【第三方单据编号】。"
                "已入账的付款，`paysync replay KEY` 有意不作任何改动。"
            ),
        ),
    ),
}
