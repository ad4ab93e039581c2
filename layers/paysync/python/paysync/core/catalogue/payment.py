"""What concerns the payment as Maycur shows it."""

from collections.abc import Mapping
from typing import Final

from paysync.core.codes import Code
from paysync.core.diagnosis import Explanation, Kind, Text, Who

PAYMENT: Final[Mapping[Code, Explanation]] = {
    # Takes {field}.
    Code.PAYMENT_NO_KEY: Explanation(
        Kind.PERMANENT,
        Who.MAYCUR_ADMIN,
        en=Text(
            problem=(
                "A paid row from Maycur has no value in {field}, so it has no key; it is kept under the digest of "
                "its content."
            ),
            cause="Either Maycur sent the row incomplete, or the scheme names the wrong key field.",
            solution=(
                "Let Maycur supply the key, or correct the scheme's key field and deploy. Then let `paysync backfill` "
                "read the range again: the row arrives as a payment of its own, and this one is ended by "
                "`paysync review close KEY`. `paysync replay KEY` does not help, since this one keeps its digest."
            ),
        ),
        zh=Text(
            problem="每刻的一条已付记录缺少 {field}，没有主键，暂以内容摘要存入台账。",
            cause="可能是每刻返回的数据不完整，也可能是方案中的主键字段配置有误。",
            solution=(
                "请在每刻补全主键，或改正方案的主键字段并部署；再用 `paysync backfill` 重新取数，记录会作为新的付款进入"
                "台账，本条用 `paysync review close KEY` 结案。`paysync replay KEY` 无济于事，因为本条仍以摘要为主键。"
            ),
        ),
    ),
    # Takes {field}, {why}.
    Code.PAYMENT_BAD_FIELD: Explanation(
        Kind.PERMANENT,
        Who.MAYCUR_ADMIN,
        en=Text(
            problem="Field {field} of this payment {why}, so it cannot be booked.",
            cause=(
                "Maycur sent a value that is missing or not of the form the scheme expects, such as a positive "
                "amount with two decimals or a time in milliseconds. It is not corrected by guess."
            ),
            solution=(
                "Have the payment corrected in Maycur and read again with `paysync backfill`, then run "
                "`paysync replay KEY`. If the scheme reads the wrong field, correct and deploy it first; what "
                "cannot be corrected is booked by hand and ended by `paysync review close KEY`."
            ),
        ),
        zh=Text(
            problem="这笔付款的字段 {field} 无法使用，不能入账：{why}。",
            cause=(
                "每刻返回的值缺失，或不符合方案要求的格式（例如金额须为正数且最多两位小数，时间须为毫秒时间戳）。"
                "系统不会凭推测修正。"
            ),
            solution=(
                "请在每刻更正这笔付款，用 `paysync backfill` 重新取数后执行 `paysync replay KEY`。若是方案取错字段，"
                "先更正方案并重新部署；无法更正的，手工入账后用 `paysync review close KEY` 结案。"
            ),
        ),
    ),
    # Takes no particulars.
    Code.PAYMENT_CHANGED: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="Maycur now shows this payment with other content than when it was first seen.",
            cause=(
                "It may have been corrected, reopened or bounced (“退票”) in Maycur, or a corrected scheme reads it "
                "differently now. The ledger keeps both versions and overwrites nothing."
            ),
            solution=(
                "`paysync show KEY` prints what changed. If the new content is right, `paysync review accept KEY`; if "
                "it then waits because of a bill that exists (`bill.foreign`), `paysync review adopt KEY BILL` "
                "completes that one. If nothing is to be booked, take back its bill where it has one, then "
                "`paysync review close KEY`. A DONE payment's bill is corrected in K3Cloud."
            ),
        ),
        zh=Text(
            problem="这笔付款在每刻中的内容与首次读取时不一致。",
            cause="可能在每刻被更正、重新打开，或发生银行退票；也可能是更正后的方案读法不同。台账同时保留两个版本，不作覆盖。",
            solution=(
                "`paysync show KEY` 列出变化。新内容无误的，先执行 `paysync review accept KEY`；之后若因已有付款单再次"
                "转入复核（`bill.foreign`），再执行 `paysync review adopt KEY BILL`，按新内容补全。无需入账的，先撤回其"
                "付款单（如有），再执行 `paysync review close KEY`。已入账（DONE）的，由人在金蝶更正付款单。"
            ),
        ),
    ),
    # Takes {number}, {ours}, {theirs}.
    Code.PAYMENT_CURRENCY: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="The payment for application {number} is in {ours}, the application in {theirs}.",
            cause=(
                "It was paid in another currency, or the scheme's currency or its K3Cloud number is not that of "
                "this tenant. paysync does not convert."
            ),
            solution=(
                "If the application or the scheme is wrong, correct it and run `paysync review confirm-none KEY`. "
                "If the currencies really differ, make the bill in K3Cloud by hand and run "
                "`paysync review adopt KEY BILL`, or `paysync review close KEY`."
            ),
        ),
        zh=Text(
            problem="付款申请单 {number} 的币别为 {theirs}，而这笔付款的币别为 {ours}。",
            cause="实际以其他币别付款，或方案中的币别及其金蝶编码与本账套不符。paysync 不做汇率折算。",
            solution=(
                "若申请单或方案有误，更正后执行 `paysync review confirm-none KEY`。若确为跨币别付款，在金蝶手工制"
                "作付款单后执行 `paysync review adopt KEY BILL`；不入账则执行 `paysync review close KEY`。"
            ),
        ),
    ),
    # Takes {amount}, {number}, {open}.
    Code.PAYMENT_TOO_LARGE: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="The payment of {amount} exceeds the {open} that is still open on application {number}.",
            cause=(
                "A part may have been paid already by another bill, the amount in Maycur may be wrong, or the "
                "payment belongs to another application."
            ),
            solution=(
                "Look at the application's bills in K3Cloud (“下查”). After correcting the application or the "
                "bills, run `paysync review confirm-none KEY`; if the amount was corrected in Maycur, "
                "`paysync review accept KEY`; if a bill is this payment's, `paysync review adopt KEY BILL`; if it "
                "was booked otherwise, `paysync review close KEY`."
            ),
        ),
        zh=Text(
            problem="付款金额 {amount} 超过付款申请单 {number} 的未付金额 {open}。",
            cause="可能已有其他付款单支付了一部分，也可能每刻金额有误，或这笔付款属于另一张申请单。",
            solution=(
                "在金蝶对申请单【下查】其付款单。更正申请单或付款单后，执行 `paysync review confirm-none KEY`；在"
                "每刻更正了金额的，执行 `paysync review accept KEY`；其中一张就是本笔付款的，执行 "
                "`paysync review adopt KEY BILL`；已另行入账的，执行 `paysync review close KEY`。"
            ),
        ),
    ),
    # Takes {amount}, {number}, {open}.
    Code.PAYMENT_CENTS: Explanation(
        Kind.REVIEW,
        Who.IT,
        en=Text(
            problem="The payment of {amount} is exactly 100 times the {open} that is open on application {number}.",
            cause=(
                "Very likely the amount comes in cents and is read as yuan; the scheme's amount field is then "
                "wrong for all payments."
            ),
            solution=(
                "Compare one payment with Maycur's own page. If the scheme is wrong, correct and deploy it, let "
                "`paysync backfill` read the range again, and run `paysync review accept KEY`. If only this "
                "payment is wrong, have it corrected in Maycur, or book it by hand and run "
                "`paysync review close KEY`."
            ),
        ),
        zh=Text(
            problem="付款金额 {amount} 恰好是付款申请单 {number} 未付金额 {open} 的 100 倍。",
            cause="很可能金额以“分”为单位，却按“元”读取；若如此，方案的金额字段对所有付款都是错的。",
            solution=(
                "选一笔付款与每刻页面核对。若方案有误，更正并重新部署，用 `paysync backfill` 重新取数，再执行 "
                "`paysync review accept KEY`。若仅本笔有误，请在每刻更正；或手工入账后执行 "
                "`paysync review close KEY`。"
            ),
        ),
    ),
}
