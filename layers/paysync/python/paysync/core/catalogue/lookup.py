"""What concerns base data that is looked up in K3Cloud before a Push."""

from collections.abc import Mapping
from typing import Final

from paysync.core.codes import Code
from paysync.core.diagnosis import Explanation, Kind, Text, Who

LOOKUP: Final[Mapping[Code, Explanation]] = {
    # Takes {form}, {lookup}, {number}.
    Code.LOOKUP_NONE: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="Lookup “{lookup}” found no usable record in {form} for the payment of application {number}.",
            cause=(
                "For a bank account: it does not exist under this number, or it is not audited, disabled or "
                "closed. paysync never goes on with an empty value by accident."
            ),
            solution=(
                "Add or repair the record in K3Cloud (for accounts “银行账号”), then run "
                "`paysync review confirm-none KEY`, or `paysync review adopt KEY BILL` where the payment has a "
                "bill already. A rejected payment goes on with `paysync replay KEY`."
            ),
        ),
        zh=Text(
            problem="为付款申请单 {number} 的付款查找“{lookup}”时，{form} 中没有可用的记录。",
            cause="就银行账号而言：该账号不存在，或未审核、已禁用、已销户。paysync 不会带着空值继续处理。",
            solution=(
                "在金蝶基础资料（账号见【银行账号】）中补录或修复，再执行 `paysync review confirm-none KEY`；已有"
                "付款单的，执行 `paysync review adopt KEY BILL`；已拒绝的付款，执行 `paysync replay KEY`。"
            ),
        ),
    ),
    # Takes {form}, {lookup}, {number}, {results}.
    Code.LOOKUP_MANY: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="Lookup “{lookup}” found {results} records in {form} for the payment of application {number}.",
            cause=(
                "The same number is on record more than once, for example one bank account in several "
                "organisations. paysync does not choose one."
            ),
            solution=(
                "Disable the superfluous records in K3Cloud (“禁用”), or narrow the lookup in the scheme; then "
                "run `paysync review confirm-none KEY`, or `paysync review adopt KEY BILL` where the payment has "
                "a bill already. A rejected payment goes on with `paysync replay KEY`."
            ),
        ),
        zh=Text(
            problem="为付款申请单 {number} 的付款查找“{lookup}”时，{form} 中有 {results} 条记录。",
            cause="同一编码存在多条记录，例如同一银行账号建在多个组织下。paysync 不会自行挑选。",
            solution=(
                "在金蝶中【禁用】多余的记录，或在方案中收窄查找条件，再执行 `paysync review confirm-none KEY`；已"
                "有付款单的，执行 `paysync review adopt KEY BILL`；已拒绝的付款，执行 `paysync replay KEY`。"
            ),
        ),
    ),
}
