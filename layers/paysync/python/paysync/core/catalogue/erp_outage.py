"""K3Cloud is busy, out of reach, or has given an answer that proves nothing."""

from collections.abc import Mapping
from typing import Final

from paysync.core.codes import Code
from paysync.core.diagnosis import Explanation, Kind, Text, Who

ERP_OUTAGE: Final[Mapping[Code, Explanation]] = {
    # Takes {vendor}.
    Code.ERP_LOCKED: Explanation(
        Kind.TRANSIENT,
        Who.NOBODY,
        en=Text(
            problem="Somebody else is working on the document in K3Cloud: {vendor}",
            cause="A lock conflict (“网控冲突”) or a change made at the same moment; usually over within minutes.",
            solution=(
                "Nothing to do: paysync tries again. If it lasts for hours, close the document where it is open, "
                "or have the administrator release it under “网络控制”."
            ),
        ),
        zh=Text(
            problem="单据正被他人操作：{vendor}",
            cause="网控冲突，或同一时刻被他人修改，通常几分钟内解除。",
            solution=(
                "无需处理，paysync 会自动重试。若数小时仍未解除，请关闭打开着的单据，或由管理员在【网络控制】中释放。"
            ),
        ),
    ),
    # Takes {vendor}.
    Code.ERP_CALL_LIMIT: Explanation(
        Kind.TRANSIENT,
        Who.NOBODY,
        en=Text(
            problem="K3Cloud limits the number of calls: {vendor}",
            cause="This tenant's call limit is reached. The refused call had no effect.",
            solution="Nothing to do: paysync slows down and tries again. If it recurs, lower `K3CloudConcurrency`.",
        ),
        zh=Text(
            problem="金蝶限制了调用次数：{vendor}",
            cause="已达到该账套的调用上限，被拒绝的调用没有产生任何影响。",
            solution="无需处理，paysync 会放慢并重试。若反复出现，请调低 `K3CloudConcurrency`。",
        ),
    ),
    # Takes {operation}.
    Code.ERP_UNREACHABLE: Explanation(
        Kind.TRANSIENT,
        Who.IT,
        en=Text(
            problem="K3Cloud could not be reached for {operation}; nothing was sent.",
            cause=(
                "Name resolution, connection or certificate failed before the request was written. The server may "
                "be down or the network blocked."
            ),
            solution=(
                "paysync tries again by itself. If it lasts, check the address, the network and the certificate, and "
                "read push's next log line; `paysync doctor` asks from your machine, not from Lambda."
            ),
        ),
        zh=Text(
            problem="执行 {operation} 时无法连接金蝶，请求没有发出。",
            cause="在发送请求之前，域名解析、建立连接或证书校验失败；可能服务器停机或网络不通。",
            solution=(
                "paysync 会自动重试。若持续出现，检查地址、网络和证书，并看 push 的下一条日志；`paysync doctor` 是从您"
                "的电脑发起请求，而不是从 Lambda。"
            ),
        ),
    ),
    # Takes {operation}.
    Code.ERP_TIMEOUT: Explanation(
        Kind.UNKNOWN,
        Who.NOBODY,
        en=Text(
            problem="K3Cloud did not answer {operation} in time.",
            cause=(
                "The server is slow or busy. A timeout is not a failure: a write may have been carried out, or "
                "may still be."
            ),
            solution=(
                "Nothing to do: a read is repeated; a write is never repeated blindly, paysync first asks K3Cloud "
                "what came of it. Only what stays unclear goes to REVIEW."
            ),
        ),
        zh=Text(
            problem="金蝶未在时限内答复 {operation}。",
            cause="服务器繁忙或响应缓慢。超时不等于失败：写操作可能已经执行，也可能稍后才执行。",
            solution="无需处理：读操作会重试；写操作不会盲目重发，paysync 先向金蝶查询结果，仍不明确的才转入复核。",
        ),
    ),
    # Takes {operation}.
    Code.ERP_CONNECTION_LOST: Explanation(
        Kind.UNKNOWN,
        Who.NOBODY,
        en=Text(
            problem="The connection to K3Cloud broke during {operation}.",
            cause=(
                "The network or the server cut it off before the answer was complete. A write may have been "
                "carried out."
            ),
            solution=(
                "Nothing to do: paysync repeats a read, and after a write asks K3Cloud what came of it. If it "
                "happens often, have the network between AWS and K3Cloud checked."
            ),
        ),
        zh=Text(
            problem="执行 {operation} 时与金蝶的连接中断。",
            cause="在收到完整答复之前，网络或服务器断开了连接；写操作可能已经执行。",
            solution="无需处理：读操作会重试，写操作先向金蝶查询结果。若频繁出现，请检查 AWS 与金蝶之间的网络。",
        ),
    ),
    # Takes {operation}, {status}.
    Code.ERP_SERVER: Explanation(
        Kind.UNKNOWN,
        Who.ERP_ADMIN,
        en=Text(
            problem="K3Cloud or its gateway answered {operation} with HTTP {status}.",
            cause=(
                "The server is restarting, overloaded or has failed. A write may have been carried out in spite of it."
            ),
            solution=(
                "paysync repeats a read, and after a write asks K3Cloud what came of it. If it lasts, have the "
                "K3Cloud server (IIS, application pool, gateway) checked."
            ),
        ),
        zh=Text(
            problem="执行 {operation} 时，金蝶或其网关返回 HTTP {status}。",
            cause="服务器正在重启、过载或出现故障；尽管如此，写操作仍可能已经执行。",
            solution=(
                "paysync 会重试读操作，写操作则先向金蝶查询结果。若持续出现，请检查金蝶服务器（IIS、应用程序池、网"
                "关）。"
            ),
        ),
    ),
    # Takes {vendor}.
    Code.ERP_EXCEPTION: Explanation(
        Kind.UNKNOWN,
        Who.ERP_ADMIN,
        en=Text(
            problem="K3Cloud reports an exception: {vendor}",
            cause=(
                "An error in the middle of the work, in the database or in a plug-in. How much of it had been "
                "done is not known."
            ),
            solution=(
                "paysync asks K3Cloud what came of it and goes on if that is clear. If it recurs, look into "
                "K3Cloud's server log of that time; `paysync show KEY` names it."
            ),
        ),
        zh=Text(
            problem="金蝶报告异常：{vendor}",
            cause="处理过程中数据库或插件出错，已执行到哪一步无法得知。",
            solution=(
                "paysync 会向金蝶查询结果，明确后继续。若反复出现，请按 `paysync show KEY` 显示的时间查看金蝶服务"
                "器日志。"
            ),
        ),
    ),
    # Takes {operation}.
    Code.ERP_UNREADABLE: Explanation(
        Kind.UNKNOWN,
        Who.IT,
        en=Text(
            problem="The answer to {operation} is no readable K3Cloud answer.",
            cause=(
                "It is empty, cut short or a web page, as it comes from a proxy, a sign-in page or a wrong "
                "address. A write may have been carried out."
            ),
            solution=(
                "paysync repeats a read, and after a write asks K3Cloud what came of it. If it recurs, check "
                "`K3CloudBaseUrl` and any proxy with `paysync doctor`."
            ),
        ),
        zh=Text(
            problem="{operation} 的返回不是可读的金蝶答复。",
            cause="内容为空、不完整或是网页，常来自代理、登录页或错误的地址；写操作可能已经执行。",
            solution=(
                "paysync 会重试读操作，写操作则先向金蝶查询结果。若反复出现，用 `paysync doctor` 检查 "
                "`K3CloudBaseUrl` 和代理。"
            ),
        ),
    ),
    # Takes {vendor}.
    Code.ERP_UNRECOGNISED: Explanation(
        Kind.UNKNOWN,
        Who.IT,
        en=Text(
            problem="K3Cloud gave an answer that paysync does not recognise: {vendor}",
            cause="The text or code is not on the list of known refusals, so paysync does not take it for a no.",
            solution=(
                "paysync asks K3Cloud what came of it; what stays unclear goes to REVIEW. Please report the text "
                "to the maintainers, so that it becomes known."
            ),
        ),
        zh=Text(
            problem="金蝶的返回无法识别：{vendor}",
            cause="该提示或代码不在已知的拒绝清单中，因此 paysync 不把它当作“未执行”。",
            solution="paysync 会向金蝶查询结果，仍不明确的转入复核。请将原文反馈给维护人员，以便纳入清单。",
        ),
    ),
    # Takes {bill}.
    Code.ERP_UNCONFIRMED: Explanation(
        Kind.UNKNOWN,
        Who.NOBODY,
        en=Text(
            problem="K3Cloud did not confirm what became of payment bill {bill}.",
            cause="A batch answer may report success and still leave out a bill; only the bill's own status counts.",
            solution=(
                "Nothing to do: paysync reads the bill again and goes on by its status. If it lasts, look at the "
                "bill in K3Cloud and at `paysync show KEY`."
            ),
        ),
        zh=Text(
            problem="金蝶没有确认付款单 {bill} 的处理结果。",
            cause="批量调用可能整体返回成功却漏掉个别单据，应以单据自身状态为准。",
            solution=(
                "无需处理，paysync 会重新读取付款单并按其状态继续。若持续出现，请在金蝶查看该单，并用 "
                "`paysync show KEY` 查看经过。"
            ),
        ),
    ),
}
