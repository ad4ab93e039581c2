"""IN_DOUBT (存疑): asking K3Cloud has not shown clearly what came of a Push."""

from collections.abc import Mapping
from typing import Final

from paysync.core.codes import Code
from paysync.core.diagnosis import Explanation, Kind, Text, Who

DOUBT: Final[Mapping[Code, Explanation]] = {
    # Takes {looks}.
    Code.DOUBT_NONE: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="A Push was sent and its answer was lost; after {looks} looks K3Cloud shows no payment bill of it.",
            cause=(
                "Most likely nothing was made. A very late booking or a bill outside the integration user's view "
                "cannot be ruled out, so paysync does not push again by itself."
            ),
            solution=(
                "In K3Cloud look at the application's bills (“下查”), drafts (“暂存”) included. If there is none, "
                "run `paysync review confirm-none KEY`, and it is pushed again; if you find it, "
                "`paysync review adopt KEY BILL`."
            ),
        ),
        zh=Text(
            problem="下推已发出但答复丢失；查询 {looks} 次后，金蝶中仍没有由此生成的付款单。",
            cause="很可能没有生成。但不能排除延迟提交，或单据不在集成用户的可见范围内，因此 paysync 不会自行再次下推。",
            solution=(
                "在金蝶对申请单【下查】付款单（含暂存单）。确认没有时，执行 `paysync review confirm-none KEY`，系"
                "统将重新下推；若找到，执行 `paysync review adopt KEY BILL`。"
            ),
        ),
    ),
    # Takes {bills}.
    Code.DOUBT_SEVERAL: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="After a Push whose answer was lost, several payment bills may be its result: {bills}.",
            cause=(
                "The conversion rule may have split the application, or somebody made a bill by hand at the same time."
            ),
            solution=(
                "Look at these bills in K3Cloud. Delete what is superfluous and run "
                "`paysync review adopt KEY BILL` with the right one; if none belongs to this payment, "
                "`paysync review confirm-none KEY`."
            ),
        ),
        zh=Text(
            problem="一次下推的答复丢失，之后有多张付款单可能是其结果：{bills}。",
            cause="可能单据转换规则拆分了申请单，也可能同一时间有人手工做了付款单。",
            solution=(
                "在金蝶核对这些单据。删除多余的，以正确的一张执行 `paysync review adopt KEY BILL`；若都不属于本笔"
                "付款，执行 `paysync review confirm-none KEY`。"
            ),
        ),
    ),
    # Takes {bill}, {found}, {what}.
    Code.DOUBT_MISMATCH: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem=(
                "Payment bill {bill} appeared after a Push whose answer was lost, but its {what} does not fit: {found}."
            ),
            cause=(
                "A bill that paysync made has the integration user as creator, the payment's currency and amount, "
                "and no reference yet. This one was probably made by somebody else."
            ),
            solution=(
                "Look at the bill in K3Cloud. If it is this payment's, run `paysync review adopt KEY BILL`; if "
                "not, `paysync review confirm-none KEY`, and it is pushed again."
            ),
        ),
        zh=Text(
            problem="一次下推的答复丢失，之后出现付款单 {bill}，但其{what}不符：{found}。",
            cause=(
                "paysync 生成的付款单，创建人应为集成用户，币别和金额应与付款一致，"
                "第三方单据编号应为空。这一张很可能是他人所做。"
            ),
            solution=(
                "在金蝶核对该单。属于本笔付款的，执行 `paysync review adopt KEY BILL`；不属于的，执行 "
                "`paysync review confirm-none KEY`，系统将重新下推。"
            ),
        ),
    ),
    # Takes no particulars.
    Code.DOUBT_UNTRUSTED: Explanation(
        Kind.REVIEW,
        Who.IT,
        en=Text(
            problem=(
                "K3Cloud's answers about existing payment bills contradict each other, so paysync believes none "
                "of them."
            ),
            cause=(
                "The queries by link and by source number differ, or one of them names a field that this tenant "
                "does not have."
            ),
            solution=(
                "Run `paysync doctor`, which tries both on a known pair, and set the scheme's lookup strategy. "
                "For this payment look in K3Cloud (“下查”), then run `paysync review adopt KEY BILL` or "
                "`paysync review confirm-none KEY`."
            ),
        ),
        zh=Text(
            problem="金蝶对已有付款单的查询结果相互矛盾，paysync 一概不予采信。",
            cause="按关联关系与按源单编号的查询结果不一致，或其中用到的字段在该账套中不存在。",
            solution=(
                "执行 `paysync doctor`，以一对已知单据检验两种查询，并调整方案的查询策略。本笔付款请在金蝶【下查】"
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
                "请在该系统中按付款的键查找。确认没有时，执行 `paysync review confirm-none KEY`，系统将重新发送；"
                "已存在的，执行 `paysync review close KEY`。"
            ),
        ),
    ),
}
