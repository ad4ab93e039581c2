"""What the check of the target has found before a payment did, and what it cannot see."""

from collections.abc import Mapping
from typing import Final

from paysync.core.codes import Code
from paysync.core.diagnosis import Explanation, Kind, Text, Who

CHECK: Final[Mapping[Code, Explanation]] = {
    # Takes {fields}, {form}.
    Code.CHECK_FIELD: Explanation(
        Kind.PERMANENT,
        Who.IT,
        en=Text(
            problem="K3Cloud's form {form} has no field {fields}, but the scheme uses it.",
            cause="The field was removed or renamed in “BOS 设计器”, or this tenant's version never had it.",
            solution=(
                "Restore the field, or name the tenant's own in the scheme (`target.options` for the connector's keys) "
                "and deploy; then check with `paysync doctor`. What was rejected meanwhile: `paysync replay KEY`."
            ),
        ),
        zh=Text(
            problem="金蝶表单 {form} 没有字段 {fields}，而方案要使用它。",
            cause="该字段在【BOS 设计器】中被删除或改名，或该账套版本本来就没有。",
            solution=(
                "恢复该字段，或在方案中改用该账套的字段（连接器自身的字段在 `target.options` 中）并重新部署，再用 "
                "`paysync doctor` 检查。其间被拒绝的付款：`paysync replay KEY`。"
            ),
        ),
    ),
    # Takes {form}, {vendor}.
    Code.CHECK_FORM: Explanation(
        Kind.PERMANENT,
        Who.ERP_ADMIN,
        en=Text(
            problem="K3Cloud does not let the form {form} be read as push reads it: {vendor}",
            cause="The form does not exist there, or the question is one that this tenant refuses.",
            solution=(
                "Ask the administrator of K3Cloud with these words, correct the scheme where it names the form, and "
                "check with `paysync doctor`. What was rejected meanwhile: `paysync replay KEY`."
            ),
        ),
        zh=Text(
            problem="金蝶不允许按下推的方式读取表单 {form}：{vendor}",
            cause="该表单不存在，或该账套拒绝这种查询。",
            solution=(
                "将上述原文交给金蝶管理员，必要时更正方案中的表单，再用 `paysync doctor` 检查。其间被拒绝的付款："
                "`paysync replay KEY`。"
            ),
        ),
    ),
    # Takes {asked}, {form}, {lookup}, {results}.
    Code.CHECK_LOOKUP: Explanation(
        Kind.PERMANENT,
        Who.ACCOUNTANT,
        en=Text(
            problem="Lookup “{lookup}” of {asked}, which recent payments name, finds {results} records in {form}.",
            cause=(
                "For a bank account: it was disabled, closed, un-audited or renamed since, or stands in several "
                "organisations."
            ),
            solution=(
                "If payments from it still come, leave exactly one usable record in K3Cloud (“银行账号”), and check "
                "with `paysync doctor`. Parked payments: `paysync show KEY`; rejected ones: `paysync replay KEY`."
            ),
        ),
        zh=Text(
            problem="近期付款使用的 {asked}，查找“{lookup}”在 {form} 中得到 {results} 条可用记录。",
            cause="就银行账号而言：其后被禁用、销户、反审核或改号，或建在多个组织下。",
            solution=(
                "若今后仍用该账号付款，请在金蝶【银行账号】中只保留一条可用记录，并用 `paysync doctor` 检查。"
                "复核中的付款：`paysync show KEY`；已拒绝的付款：`paysync replay KEY`。"
            ),
        ),
    ),
    # Takes {found}, {what}.
    Code.CHECK_ORGANISATION: Explanation(
        Kind.PERMANENT,
        Who.ERP_ADMIN,
        en=Text(
            problem="Organisation {found}, in whose name recent payments are booked, cannot be used: it {what}.",
            cause="It was disabled or un-audited in K3Cloud, or the integration user has no right in it.",
            solution=(
                "Enable it (“组织机构”), or grant the user its rights there; then check with `paysync doctor`. What "
                "was rejected meanwhile: `paysync replay KEY`."
            ),
        ),
        zh=Text(
            problem="近期付款所记入的组织 {found} 无法使用：{what}。",
            cause="该组织在金蝶中被禁用或反审核，或集成用户在其下没有权限。",
            solution=(
                "在【组织机构】中启用该组织，或在其下为集成用户授权，再用 `paysync doctor` 检查。其间被拒绝的付款："
                "`paysync replay KEY`。"
            ),
        ),
    ),
    # Takes {bill}, {found}, {wanted}.
    Code.CHECK_RULE: Explanation(
        Kind.PERMANENT,
        Who.IT,
        en=Text(
            problem="The stack names the conversion rule {wanted}, but bill {bill} was made by {found}.",
            cause=(
                "K3Cloud took its default rule instead of the named one, or the rule was changed in the stack after "
                "this bill."
            ),
            solution=(
                "Look at the rules in “单据转换”: enable the one that is meant, make it the default, or correct "
                "`RuleId`; check with `paysync doctor` after the next bill. No `paysync replay` is needed for it."
            ),
        ),
        zh=Text(
            problem="部署所指定的单据转换规则为 {wanted}，而付款单 {bill} 由规则 {found} 生成。",
            cause="金蝶采用了默认规则而非指定规则，或该付款单生成之后部署改用了别的规则。",
            solution=(
                "在【单据转换】中核对规则：启用应使用的规则、将其设为默认，或更正 `RuleId`；下一张付款单之后再用 "
                "`paysync doctor` 检查。无需为此执行 `paysync replay`。"
            ),
        ),
    ),
    # Takes {form}, {vendor}.
    Code.CHECK_REFUSED: Explanation(
        Kind.PERMANENT,
        Who.ERP_ADMIN,
        en=Text(
            problem="K3Cloud refuses the integration user the reading of {form}: {vendor}",
            cause="A right, a licence or the user's own grant has been taken away.",
            solution=(
                "Grant it again (“业务对象功能授权”, “第三方系统登录授权”) and check with `paysync doctor`. What was "
                "rejected meanwhile: `paysync replay KEY`."
            ),
        ),
        zh=Text(
            problem="金蝶拒绝集成用户读取 {form}：{vendor}",
            cause="某项权限、许可或该用户的登录授权被收回。",
            solution=(
                "重新授权（【业务对象功能授权】、【第三方系统登录授权】），再用 `paysync doctor` 检查。"
                "其间被拒绝的付款：`paysync replay KEY`。"
            ),
        ),
    ),
    # Takes no particulars.
    Code.CHECK_NO_PAYMENTS: Explanation(
        Kind.TRANSIENT,
        Who.NOBODY,
        en=Text(
            problem="Lookups and organisations were not checked: no recent payment names an account.",
            cause="The ledger has no payment of the last days.",
            solution="Nothing to do: the check looks again every night.",
        ),
        zh=Text(
            problem="查找与组织未检查：近期没有付款使用任何账号。",
            cause="台账中没有最近几天的付款。",
            solution="无需处理，每晚会再次检查。",
        ),
    ),
    # Takes {vendor}.
    Code.CHECK_NO_ORGANISATIONS: Explanation(
        Kind.TRANSIENT,
        Who.NOBODY,
        en=Text(
            problem="Whether the organisations may be used cannot be seen: {vendor}",
            cause="The integration user may not read the organisations' form, or it has another name on this tenant.",
            solution=(
                "Nothing to do for booking. To have it checked, grant the reading of “组织机构”, or name the form in "
                "`target.options`."
            ),
        ),
        zh=Text(
            problem="无法看到组织是否可用：{vendor}",
            cause="集成用户无权读取组织机构表单，或该账套中该表单另有名称。",
            solution="入账无需处理。若希望检查，请授予【组织机构】的查询权限，或在 `target.options` 中写明该表单。",
        ),
    ),
    # Takes {wanted}.
    Code.CHECK_NO_RULE: Explanation(
        Kind.TRANSIENT,
        Who.NOBODY,
        en=Text(
            problem="Whether the conversion rule {wanted} is there and enabled cannot be asked without pushing.",
            cause=(
                "K3Cloud's interface lists no rules; a bill shows the rule that made it, but there is no recent bill "
                "yet, or this tenant does not show it."
            ),
            solution="Nothing to do: watch the first payment in a pilot run; the next check looks at its bill.",
        ),
        zh=Text(
            problem="不执行下推，就无法得知单据转换规则 {wanted} 是否存在并已启用。",
            cause="金蝶接口不列出规则；付款单会显示生成它的规则，但目前没有近期付款单，或该账套不显示。",
            solution="无需处理，试运行时请留意第一笔付款；下一次检查会查看其付款单。",
        ),
    ),
    # Takes {form}.
    Code.CHECK_NO_RIGHTS: Explanation(
        Kind.TRANSIENT,
        Who.NOBODY,
        en=Text(
            problem="Whether the integration user may make and complete {form} cannot be asked.",
            cause="The system shows a missing right only to who tries; the check changes nothing.",
            solution="Nothing to do: the first payment of a pilot run shows it.",
        ),
        zh=Text(
            problem="无法询问集成用户是否有权生成并处理 {form}。",
            cause="只有实际操作时对方系统才会显示缺少的权限，而检查不做任何更改。",
            solution="无需处理，试运行的第一笔付款会显示。",
        ),
    ),
    # Takes {what}.
    Code.CHECK_NO_INSPECTOR: Explanation(
        Kind.TRANSIENT,
        Who.NOBODY,
        en=Text(
            problem="The connector {what} has no check of its target.",
            cause="Only a system whose forms can be read without changing anything can be checked.",
            solution="Nothing to do: its refusals are told payment by payment.",
        ),
        zh=Text(
            problem="连接器 {what} 没有对目标系统的检查。",
            cause="只有其表单可以只读查看的系统才能检查。",
            solution="无需处理，其拒绝会逐笔说明。",
        ),
    ),
}
