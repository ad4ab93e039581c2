"""IN_DOUBT (存疑): asking the target has not shown clearly what came of a Push."""

from collections.abc import Mapping
from typing import Final

from paysync.core.codes import Code
from paysync.core.diagnosis import Explanation, Kind, Text, Who

DOUBT: Final[Mapping[Code, Explanation]] = {
    # Takes {looks}, {system}.
    Code.DOUBT_NONE: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem=("A bill was asked for and the answer was lost; after {looks} looks {system} shows no bill of it."),
            cause=(
                "Most likely nothing was made. A very late booking or a bill outside the integration user's view "
                "cannot be ruled out, so paysync does not ask for it again by itself."
            ),
            solution=(
                "Look in {system} for a bill of this payment, drafts included (“下查” of the application in K3Cloud). "
                "If there is none, run `paysync review confirm-none KEY`, and it is made; if you find it, "
                "`paysync review adopt KEY BILL`."
            ),
        ),
        zh=Text(
            problem="生成付款单的请求已发出但答复丢失；查询 {looks} 次后，{system}中仍没有由此生成的付款单。",
            cause="很可能没有生成。但不能排除延迟执行，或单据不在集成用户的可见范围内，因此 paysync 不会自行再次请求。",
            solution=(
                "在{system}查找本笔付款的单据，含暂存单（金蝶可对申请单【下查】）。确认没有时，执行 "
                "`paysync review confirm-none KEY`，将重新生成；若找到，执行 `paysync review adopt KEY BILL`。"
            ),
        ),
    ),
    # Takes {bills}, {system}.
    Code.DOUBT_SEVERAL: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="After a request whose answer was lost, several payment bills may be its result: {bills}.",
            cause=(
                "A conversion rule may have split the application, or somebody made a bill by hand at the same time."
            ),
            solution=(
                "Look at these bills in {system}. Delete what is superfluous and run "
                "`paysync review adopt KEY BILL` with the right one; if none belongs to this payment, "
                "`paysync review confirm-none KEY`."
            ),
        ),
        zh=Text(
            problem="一次请求的答复丢失，之后有多张付款单可能是其结果：{bills}。",
            cause="可能单据转换规则拆分了申请单，也可能同一时间有人手工做了付款单。",
            solution=(
                "在{system}核对这些单据。删除多余的，以正确的一张执行 `paysync review adopt KEY BILL`；若都不属于本笔"
                "付款，执行 `paysync review confirm-none KEY`。"
            ),
        ),
    ),
    # Takes {bill}, {found}, {system}, {what}.
    Code.DOUBT_MISMATCH: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem=(
                "Payment bill {bill} appeared after a request whose answer was lost, but its {what} does not fit: "
                "{found}."
            ),
            cause=(
                "A bill that paysync made has the integration user as creator, the payment's currency and amount, "
                "and no reference yet. This one was probably made by somebody else."
            ),
            solution=(
                "Look at the bill in {system}. If it is this payment's, run `paysync review adopt KEY BILL` (where its "
                "reference, “第三方单据编号” in K3Cloud, is another text, empty it or write KEY there first); if not, "
                "`paysync review confirm-none KEY`, and another is made."
            ),
        ),
        zh=Text(
            problem="一次请求的答复丢失，之后出现付款单 {bill}，但其{what}不符：{found}。",
            cause=(
                "paysync 生成的付款单，创建人应为集成用户，币别和金额应与付款一致，"
                "第三方单据编号应为空。这一张很可能是他人所做。"
            ),
            solution=(
                "在{system}核对该单。属于本笔付款的，执行 `paysync review adopt KEY BILL`（第三方单据编号为其他内容的，"
                "先清空或填入 KEY）；不属于的，执行 `paysync review confirm-none KEY`，将重新生成。"
            ),
        ),
    ),
    # Takes {system}.
    Code.DOUBT_UNTRUSTED: Explanation(
        Kind.REVIEW,
        Who.IT,
        en=Text(
            problem=(
                "The answers of {system} about existing payment bills cannot be believed: they contradict each other, "
                "or are about other ones."
            ),
            cause=(
                "The queries by link and by source number differ, a field that is asked by is not there, or a search "
                "was not understood and shows what nobody asked for."
            ),
            solution=(
                "Run `paysync doctor` and correct how the scheme asks (its strategy, its fields, its `find`). For this "
                "payment look in {system}, then run `paysync review adopt KEY BILL` or "
                "`paysync review confirm-none KEY`."
            ),
        ),
        zh=Text(
            problem="{system}对已有付款单的查询结果不可采信：相互矛盾，或返回了未查询的单据。",
            cause="按关联关系与按源单编号的查询结果不一致，或所用字段不存在，或对方没有理解查询条件。",
            solution=(
                "执行 `paysync doctor`，并更正方案的查询方式（策略、字段或 `find`）。本笔付款请在{system}查找"
                "后，执行 `paysync review adopt KEY BILL` 或 `paysync review confirm-none KEY`。"
            ),
        ),
    ),
    # Takes no particulars.
    Code.DOUBT_UNASKABLE: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="A request was sent and its answer was lost, and this system cannot be asked what came of it.",
            cause=(
                "The scheme has no `find` step, so paysync cannot tell whether the document was made, and does not "
                "send it again by itself."
            ),
            solution=(
                "Look in that system for the payment's key. If it is not there, run `paysync review confirm-none KEY`, "
                "and it is sent again; if it is there, `paysync review close KEY`."
            ),
        ),
        zh=Text(
            problem="请求已发出但答复丢失，而该系统无法查询其结果。",
            cause="方案没有 `find` 步骤，paysync 无法判断单据是否已经生成，因此不会自行重发。",
            solution=(
                "请在该系统中按付款标识查找。确认没有时，执行 `paysync review confirm-none KEY`，系统将重新发送；"
                "已存在的，执行 `paysync review close KEY`。"
            ),
        ),
    ),
}
