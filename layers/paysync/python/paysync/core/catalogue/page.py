"""What concerns pages and windows of Maycur's list; completeness that is not proved moves nothing."""

from collections.abc import Mapping
from typing import Final

from paysync.core.codes import Code
from paysync.core.diagnosis import Explanation, Kind, Text, Who

PAGE: Final[Mapping[Code, Explanation]] = {
    # Takes {appeared}, {retyped}, {scheme}, {vanished}.
    Code.PAGE_SHAPE: Explanation(
        Kind.PERMANENT,
        Who.IT,
        en=Text(
            problem=(
                "The rows of {scheme} have another shape than before. New: {appeared}. Gone: {vanished}. Of another "
                "type: {retyped}."
            ),
            cause=(
                "The source was upgraded or set up anew: a field was added, renamed or left out, or is sent as "
                "another type. This is told once, and from now on the new shape is what is known."
            ),
            solution=(
                "See whether the scheme uses the field: `paysync scheme show {scheme}`. If so, correct its file, try "
                "it with `paysync scheme preview`, deploy, let `paysync backfill` read the days again, then run "
                "`paysync replay --all` for what was rejected. Else nothing need be done."
            ),
        ),
        zh=Text(
            problem="方案 {scheme} 的源数据结构有变化。新增：{appeared}；消失：{vanished}；类型改变：{retyped}。",
            cause="源系统升级或调整了配置：字段新增、改名、不再返回，或改用其他类型。此提示只出现一次，之后以新结构为准。",
            solution=(
                "用 `paysync scheme show {scheme}` 查看方案是否用到该字段。用到时改正方案文件，用 "
                "`paysync scheme preview` 预览后部署，用 `paysync backfill` 重新读取相应日期，再用 "
                "`paysync replay --all` 重放被拒绝的付款；未用到则无需处理。"
            ),
        ),
    ),
    # Takes {window}.
    Code.PAGE_STUCK: Explanation(
        Kind.PERMANENT,
        Who.IT,
        en=Text(
            problem="The smallest time window still fills a whole page of Maycur's list: {window}.",
            cause=(
                "More payments carry the same millisecond than a page holds, so it cannot be proved that all were "
                "read. Later windows go on, but the watermark waits here."
            ),
            solution=(
                "Raise `page_size` in the scheme as far as Maycur allows, or have `paysync doctor --paging` decide "
                "the paging. The next run then goes on; no `paysync replay` is needed."
            ),
        ),
        zh=Text(
            problem="最小的时间窗仍占满每刻列表的一整页：{window}。",
            cause="同一毫秒的付款多于一页，无法证明已全部读取。后面的时间窗照常读取，但水位停在此处。",
            solution=(
                "在每刻允许的范围内调大方案的 `page_size`，或用 `paysync doctor --paging` 判定分页方式。之后下次取数自"
                "动继续，无需 `paysync replay`。"
            ),
        ),
    ),
    # Takes {rows}, {size}, {window}.
    Code.PAGE_TOO_LONG: Explanation(
        Kind.UNKNOWN,
        Who.IT,
        en=Text(
            problem="Maycur sent a page of {rows} rows where {size} were asked for: {window}.",
            cause=(
                "Maycur does not honour the page size as assumed, so what counts as a full page is not certain. "
                "The watermark has not moved."
            ),
            solution=(
                "Run `paysync doctor --paging` and correct `paging` or `page_size` in the scheme. The "
                "next run reads the same window again."
            ),
        ),
        zh=Text(
            problem="请求每页 {size} 条，每刻却返回 {rows} 条：{window}。",
            cause="每刻没有按约定的分页大小返回，无法确定何为满页。水位未移动。",
            solution=(
                "执行 `paysync doctor --paging` 判定分页方式，更正方案的 `paging` 或 `page_size`。下次取数会重读同一时"
                "间窗。"
            ),
        ),
    ),
    # Takes {window}.
    Code.PAGE_SHRUNK: Explanation(
        Kind.TRANSIENT,
        Who.NOBODY,
        en=Text(
            problem="Maycur's list became shorter while it was read: {window}.",
            cause=(
                "A payment was probably voided or reopened at that moment, and another may have been skipped "
                "because of it. The watermark has not moved."
            ),
            solution="Nothing to do: the next run reads the window again. If it recurs, run `paysync doctor --paging`.",
        ),
        zh=Text(
            problem="读取过程中每刻的列表变短了：{window}。",
            cause="可能当时有付款被作废或重新打开，另一笔可能因此被跳过。水位未移动。",
            solution="无需处理，下次取数会重读该时间窗。若反复出现，执行 `paysync doctor --paging`。",
        ),
    ),
    # Takes {window}.
    Code.PAGE_UNSTABLE: Explanation(
        Kind.TRANSIENT,
        Who.NOBODY,
        en=Text(
            problem="The pages of one window of Maycur's list contradict each other: {window}.",
            cause=(
                "Payments changed while they were read, or Maycur's order or paging is not as assumed. "
                "Completeness is not proved, so the watermark has not moved."
            ),
            solution=(
                "Nothing to do: the next run reads the window again. If it recurs, run `paysync doctor --paging`, "
                "which decides the paging."
            ),
        ),
        zh=Text(
            problem="每刻列表同一时间窗的各页相互矛盾：{window}。",
            cause="读取期间付款有变化，或每刻的排序、分页与预设不符。无法证明完整，因此水位未移动。",
            solution="无需处理，下次取数会重读该时间窗。若反复出现，执行 `paysync doctor --paging` 判定分页方式。",
        ),
    ),
}
