"""Why a collection was not read anew. Lookups ask K3Cloud itself meanwhile; no payment waits for it."""

from collections.abc import Mapping
from typing import Final

from paysync.core.codes import Code
from paysync.core.diagnosis import Explanation, Kind, Text, Who

COLLECTION: Final[Mapping[Code, Explanation]] = {
    # Takes {rows}.
    Code.COLLECTION_NO_TIME: Explanation(
        Kind.TRANSIENT,
        Who.IT,
        en=Text(
            problem="The run's time was over after {rows} rows of a collection; what was kept before stands.",
            cause="K3Cloud answers slowly, or the form has very many rows.",
            solution=(
                "The next run tries again, and lookups ask K3Cloud itself meanwhile. If it never succeeds, take the "
                "collection out of the stack's `Scheme`."
            ),
        ),
        zh=Text(
            problem="读取集合至 {rows} 行时，本次运行时间已用完；此前保存的内容继续有效。",
            cause="金蝶响应缓慢，或该表单的行数过多。",
            solution="下次运行会重试，其间查找直接询问金蝶。若始终不成功，请将该集合从堆栈参数 `Scheme` 中移除。",
        ),
    ),
    # Takes {rows}.
    Code.COLLECTION_TOO_LARGE: Explanation(
        Kind.PERMANENT,
        Who.IT,
        en=Text(
            problem="A collection has {rows} rows or more, which is too much to keep.",
            cause="A collection is for base data such as bank accounts, read whole at every run.",
            solution=(
                "Take the collection out of the stack's `Scheme` and deploy: lookups then ask K3Cloud itself, and no "
                "`paysync replay` is needed."
            ),
        ),
        zh=Text(
            problem="集合的行数达到 {rows} 行，超出可保存的范围。",
            cause="集合用于银行账号这类基础资料，每次运行都会完整读取。",
            solution="将该集合从堆栈参数 `Scheme` 中移除并重新部署；查找随后直接询问金蝶，无需执行 `paysync replay`。",
        ),
    ),
}
