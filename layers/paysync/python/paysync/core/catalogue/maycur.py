"""What concerns Maycur's answers; a run that fails here leaves the watermark where it was."""

from collections.abc import Mapping
from typing import Final

from paysync.core.codes import Code
from paysync.core.diagnosis import Explanation, Kind, Text, Who

MAYCUR: Final[Mapping[Code, Explanation]] = {
    # Takes {vendor}.
    Code.MAYCUR_NACK: Explanation(
        Kind.PERMANENT,
        Who.MAYCUR_ADMIN,
        en=Text(
            problem="Maycur refused the request: {vendor}",
            cause=(
                "Parameters, the API account's permission or a fault at Maycur. The run was given up; the "
                "watermark has not moved and no payment is lost."
            ),
            solution=(
                "Mend what the message names, or ask Maycur's support. The next run tells whether it helped: it reads "
                "the same window again; no `paysync replay` is needed."
            ),
        ),
        zh=Text(
            problem="每刻拒绝了请求：{vendor}",
            cause="原因可能是参数、API 账号权限或每刻自身故障。本次取数已放弃，水位未移动，不会漏掉付款。",
            solution=(
                "按提示处理或联系每刻支持。是否已恢复，看下次取数的结果：它会重读同一时间窗，无需 `paysync replay`。"
            ),
        ),
    ),
    # Takes no particulars.
    Code.MAYCUR_NULL: Explanation(
        Kind.UNKNOWN,
        Who.IT,
        en=Text(
            problem="Maycur reported success but sent no list of payments (`data` is null).",
            cause=(
                "That is not the same as an empty list: it may be a fault on Maycur's side. The watermark has not "
                "moved."
            ),
            solution=(
                "The next run asks again. If it lasts, ask Maycur's support; only if they say that this tenant answers "
                "an empty window so, set `null_means_empty` in the scheme."
            ),
        ),
        zh=Text(
            problem="每刻返回成功，却没有付款列表（`data` 为 null）。",
            cause="这不等于列表为空，可能是每刻的故障。水位未移动。",
            solution=(
                "下次取数会再次读取。若持续出现，请联系每刻支持；只有确认该租户对空时间窗就是如此返回，才在方案中设置 "
                "`null_means_empty`。"
            ),
        ),
    ),
    # Takes {what}.
    Code.MAYCUR_SHAPE: Explanation(
        Kind.UNKNOWN,
        Who.IT,
        en=Text(
            problem="Maycur's answer has not the expected form: {what}.",
            cause=(
                "Maycur may have changed its interface, or the scheme's `row_path` does not fit. The watermark "
                "has not moved."
            ),
            solution=(
                "Read the line in fetch's log (push's where a result is written back), which says what is not as "
                "expected, ask Maycur's support, or correct the scheme. The next run reads the same window again."
            ),
        ),
        zh=Text(
            problem="每刻的返回结构与预期不符：{what}。",
            cause="可能每刻变更了接口，或方案的 `row_path` 不对。水位未移动。",
            solution=(
                "查看 fetch 的日志行（回写结果时看 push 的），其中写明哪里与预期不符；联系每刻支持，或更正方案。"
                "下次取数会重读同一时间窗。"
            ),
        ),
    ),
    # Takes no particulars.
    Code.MAYCUR_THROTTLED: Explanation(
        Kind.TRANSIENT,
        Who.NOBODY,
        en=Text(
            problem="Maycur limits the number of requests.",
            cause="Too many requests in a short time, perhaps together with other integrations of this account.",
            solution="Nothing to do: the next run goes on. If it recurs, lower `MaycurRequestsPerSecond` of the stack.",
        ),
        zh=Text(
            problem="每刻限制了请求频率。",
            cause="短时间内请求过多，可能还有其他系统共用该账号。",
            solution="无需处理，下次取数继续。若反复出现，请调低堆栈参数 `MaycurRequestsPerSecond`。",
        ),
    ),
    # Takes no particulars.
    Code.MAYCUR_UNREACHABLE: Explanation(
        Kind.TRANSIENT,
        Who.IT,
        en=Text(
            problem="Maycur could not be reached, or did not answer in time.",
            cause="The network, the name or the certificate failed, or Maycur is down. The watermark has not moved.",
            solution=(
                "The next run tries again, and tells. If it lasts, check `MaycurBaseUrl` and the network between AWS "
                "and Maycur; do not log in by hand."
            ),
        ),
        zh=Text(
            problem="无法连接每刻，或每刻未在时限内答复。",
            cause="网络、域名或证书有问题，或每刻停机。水位未移动。",
            solution="下次取数会重试，并给出结果。若持续出现，检查 `MaycurBaseUrl` 和 AWS 到每刻的网络；不要手工登录。",
        ),
    ),
    # Takes {status}.
    Code.MAYCUR_SERVER: Explanation(
        Kind.TRANSIENT,
        Who.NOBODY,
        en=Text(
            problem="Maycur answered with HTTP {status}.",
            cause=(
                "A fault or a restart on Maycur's side. Reading has no effect there, and the watermark has not moved."
            ),
            solution="Nothing to do: the next run tries again. If it lasts for hours, ask Maycur's support.",
        ),
        zh=Text(
            problem="每刻返回 HTTP {status}。",
            cause="每刻出现故障或正在重启。读取不产生任何影响，水位未移动。",
            solution="无需处理，下次取数会重试。若持续数小时，请联系每刻支持。",
        ),
    ),
    # Takes no particulars.
    Code.MAYCUR_UNREADABLE: Explanation(
        Kind.TRANSIENT,
        Who.IT,
        en=Text(
            problem="Maycur's answer cannot be read.",
            cause=(
                "It is cut short, no JSON, or a web page, as it comes from a proxy or a wrong address. The "
                "watermark has not moved."
            ),
            solution=(
                "The next run tries again, and tells. If it lasts, check `MaycurBaseUrl` and any proxy on the way; do "
                "not log in by hand."
            ),
        ),
        zh=Text(
            problem="每刻的返回无法解析。",
            cause="内容不完整、不是 JSON 或是网页，常来自代理或错误的地址。水位未移动。",
            solution="下次取数会重试，并给出结果。若持续出现，检查 `MaycurBaseUrl` 和途经的代理；不要手工登录。",
        ),
    ),
    # Takes {vendor}.
    Code.MAYCUR_TOKEN: Explanation(
        Kind.CREDENTIAL,
        Who.IT,
        en=Text(
            problem="Maycur does not accept the login token, not even a fresh one: {vendor}",
            cause=(
                "Another system may use the same account and end our token with its own login, or the account has "
                "lost its permission."
            ),
            solution=(
                "Give paysync a Maycur API account of its own. The next run tries again, and tells; do not log in by "
                "hand. The watermark has not moved."
            ),
        ),
        zh=Text(
            problem="每刻不接受登录令牌，重新登录后仍然如此：{vendor}",
            cause="可能有其他系统共用该账号，其登录使我方令牌失效；也可能账号权限已被取消。",
            solution="为 paysync 单独开通每刻 API 账号。下次取数会重试并给出结果，不要手工登录。水位未移动。",
        ),
    ),
    # Takes {vendor}.
    Code.MAYCUR_LOGIN: Explanation(
        Kind.CREDENTIAL,
        Who.MAYCUR_ADMIN,
        en=Text(
            problem="Maycur refused the login: {vendor}",
            cause=(
                "Wrong `app_code` or `app_secret`, a clock that is off, or a disabled account; Maycur does not "
                "say which. paysync does not try again at once, since frequent logins get the account disabled."
            ),
            solution=(
                "Compare the secret in AWS with the API account in Maycur's administration; do not log in by hand. The "
                "next run after a correction tells, and goes on by itself; an unchanged secret is tried again after an "
                "hour."
            ),
        ),
        zh=Text(
            problem="每刻拒绝登录：{vendor}",
            cause=(
                "`app_code` 或 `app_secret` 有误、时钟偏差，或账号已被禁用，每刻不说明是哪一种。频繁登录会导致账号"
                "被禁用，因此 paysync 不会立即重试。"
            ),
            solution="将 AWS 中的密钥与每刻管理后台的 API 账号核对，不要手工登录。更正后下次取数会给出结果并自动继续；"
            "密钥未改动时一小时后再试。",
        ),
    ),
    # Takes {vendor}.
    Code.MAYCUR_DISABLED: Explanation(
        Kind.CREDENTIAL,
        Who.MAYCUR_ADMIN,
        en=Text(
            problem="Maycur has disabled the API account: {vendor}",
            cause=(
                "Usually because of too frequent logins, perhaps by another system with the same account. paysync "
                "has stopped all logins."
            ),
            solution=(
                "Have Maycur's support lift the ban, and give each system an account of its own; do not log in by "
                "hand. The next run tells, and reads from where the watermark stands."
            ),
        ),
        zh=Text(
            problem="每刻已禁用该 API 账号：{vendor}",
            cause="多因登录过于频繁，也可能是共用该账号的其他系统所致。paysync 已停止一切登录。",
            solution="请每刻支持解除禁用，并为各系统分配独立账号，不要手工登录。下次取数会给出结果，并从当前水位继续。",
        ),
    ),
    # Takes no particulars.
    Code.MAYCUR_LOGIN_TOO_SOON: Explanation(
        Kind.TRANSIENT,
        Who.NOBODY,
        en=Text(
            problem="The last login to Maycur was too short a time ago for another one.",
            cause="Frequent logins get the account disabled, so paysync keeps a distance between them.",
            solution=(
                "Nothing to do: a later run logs in. If it recurs, see whether another system uses the same account."
            ),
        ),
        zh=Text(
            problem="距上次登录每刻的时间太短，暂不重新登录。",
            cause="频繁登录会导致账号被禁用，因此 paysync 在两次登录之间保持间隔。",
            solution="无需处理，稍后的运行会登录。若反复出现，请检查是否有其他系统共用该账号。",
        ),
    ),
    # Takes {vendor}.
    Code.MAYCUR_RESULT: Explanation(
        Kind.PERMANENT,
        Who.MAYCUR_ADMIN,
        en=Text(
            problem="Maycur refused the result of a payment: {vendor}",
            cause=(
                "The document does not exist there, stands in a state that takes no result, or a value is not "
                "maintained. The payment itself is booked."
            ),
            solution="Mend what the message names, then run `paysync replay KEY` with the scheme of the results.",
        ),
        zh=Text(
            problem="每刻拒绝了付款结果：{vendor}",
            cause="该单据在每刻不存在、其状态不接受结果，或某个值未维护。付款本身已入账。",
            solution="按提示处理后，对回写结果的方案执行 `paysync replay KEY`。",
        ),
    ),
}
