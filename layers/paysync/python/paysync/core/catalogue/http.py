"""What concerns the answers of a system that a scheme reaches by `connector: http`."""

from collections.abc import Mapping
from typing import Final

from paysync.core.codes import Code
from paysync.core.diagnosis import Explanation, Kind, Text, Who

HTTP: Final[Mapping[Code, Explanation]] = {
    # Takes {what}.
    Code.HTTP_UNREACHABLE: Explanation(
        Kind.TRANSIENT,
        Who.IT,
        en=Text(
            problem="The system could not be reached; nothing was sent ({what}).",
            cause="Name resolution, connection or certificate failed before the request was written.",
            solution="paysync tries again by itself. If it lasts, check `HttpBaseUrl`, network and certificate.",
        ),
        zh=Text(
            problem="无法连接该系统，请求没有发出（{what}）。",
            cause="在发送请求之前，域名解析、建立连接或证书校验失败。",
            solution="paysync 会自动重试。若持续出现，请检查 `HttpBaseUrl`、网络和证书。",
        ),
    ),
    # Takes {what}.
    Code.HTTP_LOST: Explanation(
        Kind.UNKNOWN,
        Who.IT,
        en=Text(
            problem="The request was sent, but no whole answer came ({what}).",
            cause=(
                "The system was too slow, or the connection broke. A timeout is not a failure: a write may have been "
                "carried out, or may still be."
            ),
            solution=(
                "Nothing to do: a read is repeated; after a write paysync asks what came of it, where the scheme has a "
                "`find` step. What stays unclear goes to REVIEW."
            ),
        ),
        zh=Text(
            problem="请求已发出，但没有收到完整答复（{what}）。",
            cause="系统响应过慢或连接中断。超时不等于失败：写操作可能已经执行，也可能稍后才执行。",
            solution=(
                "无需处理：读操作会重试；写操作之后，方案若有 `find` 步骤，paysync 会先查询结果，仍不明确的转入复核。"
            ),
        ),
    ),
    # Takes {status}.
    Code.HTTP_SERVER: Explanation(
        Kind.UNKNOWN,
        Who.IT,
        en=Text(
            problem="The system or its gateway answered with HTTP {status}.",
            cause="It is restarting, overloaded or has failed. A write may have been carried out in spite of it.",
            solution=(
                "paysync repeats a read, and after a write asks what came of it where it can. If it lasts, ask whoever "
                "runs the system."
            ),
        ),
        zh=Text(
            problem="该系统或其网关返回 HTTP {status}。",
            cause="系统正在重启、过载或出现故障；尽管如此，写操作仍可能已经执行。",
            solution="paysync 会重试读操作，写操作则在可能时先查询结果。若持续出现，请联系该系统的维护方。",
        ),
    ),
    # Takes {status}.
    Code.HTTP_UNREADABLE: Explanation(
        Kind.UNKNOWN,
        Who.IT,
        en=Text(
            problem="The answer (HTTP {status}) is no JSON that can be read.",
            cause=(
                "It is cut short or a web page, as it comes from a proxy, a sign-in page or a wrong address. A write "
                "may have been carried out."
            ),
            solution="If it recurs, check `HttpBaseUrl`, the scheme's endpoints and any proxy between.",
        ),
        zh=Text(
            problem="答复（HTTP {status}）不是可读的 JSON。",
            cause="内容不完整或是网页，常来自代理、登录页或错误的地址；写操作可能已经执行。",
            solution="若反复出现，请检查 `HttpBaseUrl`、方案中的接口路径以及中间的代理。",
        ),
    ),
    # Takes {what}.
    Code.HTTP_SHAPE: Explanation(
        Kind.UNKNOWN,
        Who.IT,
        en=Text(
            problem="The answer has not the form that the scheme says: {what}.",
            cause="The system may have changed its interface, or a path or condition of the scheme does not fit.",
            solution="Compare the answer with the scheme and correct it. What was being read is read again.",
        ),
        zh=Text(
            problem="返回结构与方案所写不符：{what}。",
            cause="可能该系统变更了接口，或方案中的路径、条件不对。",
            solution="将返回内容与方案核对并更正方案。未读完的内容会重新读取。",
        ),
    ),
    # Takes {vendor}.
    Code.HTTP_REFUSED: Explanation(
        Kind.PERMANENT,
        Who.IT,
        en=Text(
            problem="The system refused the request: {vendor}",
            cause="What it names: a value, a right, or a rule of that system. The refused call had no effect.",
            solution=(
                "Mend what the message names, then run `paysync replay KEY`; a refused reading is repeated by the next "
                "run."
            ),
        ),
        zh=Text(
            problem="该系统拒绝了请求：{vendor}",
            cause="原因如提示所示：某个值、权限或该系统的规则。被拒绝的调用没有产生任何影响。",
            solution="按提示处理后执行 `paysync replay KEY`；被拒绝的读取由下次取数重读。",
        ),
    ),
    # Takes {vendor}.
    Code.HTTP_BUSY: Explanation(
        Kind.TRANSIENT,
        Who.NOBODY,
        en=Text(
            problem="The system asks to come again later: {vendor}",
            cause="Too many requests in a short time, or a document that is in use.",
            solution="Nothing to do: paysync slows down and tries again. If it recurs, lower `requests_per_second`.",
        ),
        zh=Text(
            problem="该系统要求稍后再试：{vendor}",
            cause="短时间内请求过多，或单据正被占用。",
            solution="无需处理，paysync 会放慢并重试。若反复出现，请调低 `requests_per_second`。",
        ),
    ),
    # Takes {vendor}.
    Code.HTTP_CREDENTIALS: Explanation(
        Kind.CREDENTIAL,
        Who.IT,
        en=Text(
            problem="The system does not accept the credentials: {vendor}",
            cause="The secret is wrong or has expired, or the account is disabled. Consumption stands still meanwhile.",
            solution=(
                "Put valid values into the secret of `HttpSecretArn`, and check with `paysync doctor`. paysync goes on "
                "by itself."
            ),
        ),
        zh=Text(
            problem="该系统不接受凭据：{vendor}",
            cause="密钥错误或已过期，或账号已停用。在此期间暂停处理。",
            solution="在 `HttpSecretArn` 指向的密钥中填入有效的值，用 `paysync doctor` 检查，paysync 会自动继续。",
        ),
    ),
    # Takes {vendor}.
    Code.HTTP_UNRECOGNISED: Explanation(
        Kind.UNKNOWN,
        Who.IT,
        en=Text(
            problem="The system gave an answer that the scheme does not recognise: {vendor}",
            cause="Not exactly one of `done_when`, `refused_when`, `busy_when` and `denied_when` fits it.",
            solution=(
                "paysync asks what came of it where it can; what stays unclear goes to REVIEW. Put the answer into the "
                "scheme once the vendor has said what it means."
            ),
        ),
        zh=Text(
            problem="方案无法识别该系统的答复：{vendor}",
            cause="`done_when`、`refused_when`、`busy_when`、`denied_when` 中没有恰好一个与之相符。",
            solution="paysync 会在可能时查询结果，仍不明确的转入复核。向该系统的厂商确认其含义后写入方案。",
        ),
    ),
    # Takes {bill}, {field}, {found}, {wanted}.
    Code.HTTP_DIFFERENT: Explanation(
        Kind.REVIEW,
        Who.ACCOUNTANT,
        en=Text(
            problem="Document {bill} says {found} in {field}, but the payment says {wanted}.",
            cause="The system has changed the value, or somebody edited the document meanwhile.",
            solution=(
                "Correct the document there and run `paysync review adopt KEY BILL`; if it is settled otherwise, take "
                "the document back there first, then `paysync review close KEY`. If it always happens, have the scheme "
                "corrected."
            ),
        ),
        zh=Text(
            problem="单据 {bill} 的 {field} 为 {found}，而付款为 {wanted}。",
            cause="该系统改写了这个值，或期间有人修改了单据。",
            solution=(
                "在该系统更正单据后执行 `paysync review adopt KEY BILL`；已另行处理的，先在该系统撤回该单据，再执行 "
                "`paysync review close KEY`。若每次都发生，请更正方案。"
            ),
        ),
    ),
}
