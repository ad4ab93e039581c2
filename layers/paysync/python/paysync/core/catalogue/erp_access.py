"""K3Cloud lets nobody in with these credentials: consumption pauses, no payment is rejected."""

from collections.abc import Mapping
from typing import Final

from paysync.core.codes import Code
from paysync.core.diagnosis import Explanation, Kind, Text, Who

ERP_ACCESS: Final[Mapping[Code, Explanation]] = {
    # Takes {vendor}.
    Code.ERP_LICENCE: Explanation(
        Kind.CREDENTIAL,
        Who.ERP_ADMIN,
        en=Text(
            problem="K3Cloud refuses the integration user for lack of a licence: {vendor}",
            cause=(
                "The user has no licence group for this module, or all seats are taken. Payments stay open; none "
                "is rejected."
            ),
            solution=(
                "Assign a licence group (“许可分组”) or free a seat, then check with `paysync doctor`. Processing "
                "resumes by itself."
            ),
        ),
        zh=Text(
            problem="集成用户没有可用的金蝶许可：{vendor}",
            cause="该用户未分配相应模块的许可分组，或许可数已占满。付款保持未结，不会被拒绝。",
            solution="为用户分配【许可分组】或释放许可，再用 `paysync doctor` 检查。恢复后自动继续。",
        ),
    ),
    # Takes {vendor}.
    Code.ERP_ADMIN_LOGIN: Explanation(
        Kind.CREDENTIAL,
        Who.ERP_ADMIN,
        en=Text(
            problem="K3Cloud does not let the configured user in because it is an administrator: {vendor}",
            cause="This tenant forbids administrators to sign in through the WebAPI.",
            solution=(
                "Use a business user of its own for the integration, put it into “第三方系统登录授权” and into "
                "the secret, and check with `paysync doctor`. Processing resumes by itself."
            ),
        ),
        zh=Text(
            problem="金蝶禁止管理员登录，拒绝了所配置的用户：{vendor}",
            cause="该账套不允许管理员账号通过 WebAPI 登录。",
            solution=(
                "为集成单独建立业务用户，加入【第三方系统登录授权】并更新密钥，再用 `paysync doctor` 检查。恢复后"
                "自动继续。"
            ),
        ),
    ),
    # Takes no particulars.
    Code.ERP_CREDENTIALS: Explanation(
        Kind.CREDENTIAL,
        Who.ERP_ADMIN,
        en=Text(
            problem="K3Cloud does not accept paysync's credentials.",
            cause=(
                "The cause is not told to the caller: the grant may be disabled, the user not listed or without "
                "licence, the secret renewed, or the clock off. The request was refused before execution."
            ),
            solution=(
                "Check “第三方系统登录授权” (enabled, user listed, application id and secret) and the secret in "
                "AWS; `paysync doctor` tries them from your machine, push's next log line tells how Lambda fares. "
                "K3Cloud's server log names the cause. Processing resumes by itself."
            ),
        ),
        zh=Text(
            problem="金蝶不接受 paysync 的凭据。",
            cause=(
                "金蝶不向调用方说明原因：可能授权被禁用、用户不在列表或没有许可、密钥已更换，或时钟偏差。请求在执"
                "行之前即被拒绝。"
            ),
            solution=(
                "检查【第三方系统登录授权】（已启用、用户在列、应用 ID 与密钥一致）和 AWS 中的密钥；"
                "`paysync doctor` 从您的电脑尝试，Lambda 的情况看 push 的下一条日志。具体原因见金蝶服务器日志。恢复后自"
                "动继续。"
            ),
        ),
    ),
    # Takes no particulars.
    Code.ERP_DATA_CENTRE: Explanation(
        Kind.CREDENTIAL,
        Who.IT,
        en=Text(
            problem="K3Cloud does not know the data centre or the grant in it.",
            cause=(
                "The secret's `acct_id` is wrong, or the application was registered in another data centre, for "
                "example in the test one."
            ),
            solution=(
                "Correct `acct_id` (“数据中心ID”) in the secret and check with `paysync doctor`. Processing "
                "resumes by itself."
            ),
        ),
        zh=Text(
            problem="金蝶找不到对应的数据中心，或其中没有该授权。",
            cause="密钥中的 `acct_id` 有误，或应用登记在另一个数据中心（例如测试账套）。",
            solution="更正密钥中的 `acct_id`（数据中心 ID），用 `paysync doctor` 检查。恢复后自动继续。",
        ),
    ),
    # Takes {vendor}.
    Code.ERP_ADDRESS: Explanation(
        Kind.CREDENTIAL,
        Who.IT,
        en=Text(
            problem="K3Cloud refuses the network address that paysync calls from: {vendor}",
            cause="The site has an allow-list (“白名单”) and our outgoing address is not on it, or has changed.",
            solution=(
                "Give the functions a fixed outgoing address (NAT with an Elastic IP), have it put on the "
                "allow-list, and read push's next log line; `paysync doctor` asks from your machine, not from Lambda. "
                "Processing resumes by itself."
            ),
        ),
        zh=Text(
            problem="金蝶拒绝了 paysync 的访问地址：{vendor}",
            cause="该站点启用了 IP 白名单，而我方出口地址不在其中或已变更。",
            solution=(
                "为函数配置固定出口地址（NAT 加弹性 IP），请管理员加入白名单，再看 push 的下一条日志；"
                "`paysync doctor` 是从您的电脑发起请求，而不是从 Lambda。恢复后自动继续。"
            ),
        ),
    ),
    # Takes {vendor}.
    Code.ERP_GATEWAY: Explanation(
        Kind.CREDENTIAL,
        Who.ERP_ADMIN,
        en=Text(
            problem="Kingdee's API gateway stands in the way of the call: {vendor}",
            cause=(
                "The site accepts calls through its API gateway only, or the gateway refused the application "
                "before it reached K3Cloud."
            ),
            solution=(
                "Set `K3CloudBaseUrl` to the gateway's address, or have the administrator lift the restriction ("
                "`CDPIsForcedApiGW`) and clear the cache; check with `paysync doctor`. Processing resumes by "
                "itself."
            ),
        ),
        zh=Text(
            problem="调用被金蝶 API 网关拦截：{vendor}",
            cause="该站点只接受经 API 网关的调用，或网关在到达金蝶之前拒绝了该应用。",
            solution=(
                "将 `K3CloudBaseUrl` 改为网关地址，或请管理员取消强制网关（`CDPIsForcedApiGW`）并清除缓存，再用 "
                "`paysync doctor` 检查。恢复后自动继续。"
            ),
        ),
    ),
}
