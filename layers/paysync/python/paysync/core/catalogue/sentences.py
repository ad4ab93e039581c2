"""What commands, settings and answers are told to be wrong with, in Chinese, by pattern; beside words.py.

What a group has caught is put in as it is (a name, a number, somebody else's words), but for the hints at the end.
"""

from collections.abc import Mapping
from typing import Final

_OF_A_STACK: Final[Mapping[str, str]] = {
    "no stack was named": "未指定堆栈",
    "Use --stack NAME or set PAYSYNC_STACK": "请使用 `--stack 名称`，或设置 PAYSYNC_STACK",
    "stack (.+) cannot be read: (.+)": "堆栈 {} 无法读取（{}）",
    "Check the name, the region and your rights": "请检查名称、区域和您的权限",
    "AWS cannot be reached: (.+)": "无法连接 AWS（{}）",
    "Set AWS_REGION and your credentials": "请设置 AWS_REGION 和您的凭据",
    "AWS refused: (.+)": "AWS 拒绝了请求（{}）",
    "Check your credentials and rights, the region and the stack's name": "请检查您的凭据和权限、区域及堆栈名称",
    "(.+) is a collection, which lookups read and which holds no payment: (.+)": (
        "{} 是供查找使用的集合，其中没有付款；{}"
    ),
    "`paysync status` shows the collections of the stack; name a scheme here": (
        "`paysync status` 列出堆栈的集合；此处请填写方案名称"
    ),
    "the stack does not run a scheme (.+)": "该堆栈没有运行方案 {}",
    "Use one of (.+)": "请改为 {} 之一",
    "(.+) is known in several schemes": "{} 在多个方案中都有",
    "Name one with --scheme": "请用 --scheme 指定其中一个",
    "no local stack is running": "本机没有正在运行的堆栈",
    "Start one with `paysync local up`": "请用 `paysync local up` 启动",
}
_OF_A_SETTING: Final[Mapping[str, str]] = {
    "is missing: deploy the stack's template anew": "缺失，请重新部署堆栈模板",
    "is (.+): use one of (.+)": "现为 {}，请改为 {} 之一",
    r"is (.+): use a whole number from (\d+) to (\d+)": "现为 {}，请改为 {} 到 {} 之间的整数",
    r"is (.+): use ISO 8601, such as (\S+)": "现为 {}，请采用 ISO 8601 格式，例如 {}",
    "is (.+): use an https:// address": "现为 {}，请改为 https:// 地址",
    "is (.+): see docs/operations.md": "现为 {}，请参见 docs/operations.md",
    "has (.+): write name=value or scheme.name=value": "含有{}；请写作 名称=值 或 方案.名称=值",
    r"is empty, but (\S+) is set: set both, or none": "为空，而 {} 已填写；请两项都填写，或都不填",
    "is empty": "为空",
    "is empty, but a scheme of the stack has connector http": "为空，而堆栈中有方案的连接器为 http",
    "names collections only: name the scheme whose lookups read them, too": "只有集合，请同时填写使用这些集合的方案",
    "does not begin with https://": "不是以 https:// 开头",
    "must be a host with a path and nothing else": "只能是主机加路径，不能有其他内容",
    r"is percent-encoded; write it as it reads \(k3cloud-webapi.md 2.1\)": "含有百分号编码，请按原样书写",
    "must be 2052: answers are understood in simplified Chinese alone": "必须是 2052：只能读懂简体中文的返回信息",
    r"is not `<client id>_<32 base64 characters>`": "不是 `<客户端 ID>_<32 个 base64 字符>` 的形式",
    "must not hold a comma": "不能含有逗号",
    "says (.+)=(.*); write true or false": "{}={} 无效，请写 true 或 false",
    r"says (.+)=(.*); write (\d+) to (\d+)": "{}={} 无效，请写 {} 到 {} 之间的整数",
    "names (.+); there are (.+)": "没有名为 {} 的选项，可用的有 {}",
    r"(.+); use the https:// address of the tenant, such as (\S+)": "{}；请填写租户的 https:// 地址，例如 {}",
    "(.+); use the https:// address of the system": "{}；请填写该系统的 https:// 地址",
    "names a scheme (.+) that the stack does not run; (.+)": "堆栈没有运行方案 {}；{}",
    "binds (.+), which is no parameter of any scheme of the stack; (.+)": "{} 不是堆栈中任何方案的参数；{}",
    "binds (.+), which is no parameter of the scheme (.+); (.+)": "{} 不是方案 {} 的参数；{}",
    "binds (.+), which (.+) does for the first scheme; of another scheme it is (.+)": (
        "{} 对第一个方案由 {} 指定；对其他方案请写作 {}"
    ),
    "binds (.+), which (.+) does for the first scheme": "{} 对第一个方案由 {} 指定，请勿重复",
}
_OF_A_SCHEMES_NAME: Final[Mapping[str, str]] = {
    "no scheme is called (.+); (.+)": "没有名为 {} 的方案；{}",
    "(.+) is a collection, which lookups read, and no scheme; `paysync scheme show` shows it": (
        "{} 是供查找使用的集合，不是方案；可用 `paysync scheme show` 查看"
    ),
    r"(\S+) cannot be read \((.+)\)": "{} 无法读取（{}）",
    "a scheme cannot be called (.+); write small letters, digits and hyphens": (
        "方案名称不能是 {}，只能用小写字母、数字和连字符"
    ),
    "there is a scheme (.+) already; take another name": "已有方案 {}，请换一个名称",
    "there is no folder (.+); make it first, or leave --to out": "没有文件夹 {}，请先创建，或不写 --to",
    r"(--\S+) names (.+), which the scheme does not have; (.+)": "{} 中的 {} 在方案中不存在；{}",
    r"(--\S+) names (.+), which is not in the ledger of (.+): see `paysync list`": (
        "{} 指定的 {} 不在方案 {} 的台账中，请参见 `paysync list`"
    ),
    r"(--\S+) is (.+): write name=value": "{} 现为 {}，请写作 名称=值",
    r"(--\S+) names (.+), which cannot be read: (.+)": "{} 指定的文件 {} 无法读取（{}）",
    r"(--\S+) names (.+), which holds no row: write one mapping of fields, or a list of them": (
        "{} 指定的文件 {} 中没有数据行，请写一组字段，或由多组字段组成的列表"
    ),
}
_OF_AN_ANSWER: Final[Mapping[str, str]] = {
    r"`code` is neither ACK nor NACK \(HTTP (\d+)\)": "`code` 既不是 ACK 也不是 NACK（HTTP {}）",
    r"ACK with HTTP (\d+)": "返回 ACK，但 HTTP 状态为 {}",
    "ACK with rows that may have failed": "返回 ACK，但其中有数据行，可能是失败的行",
    "a login without entCode and tokenId": "登录返回中缺少 entCode 和 tokenId",
    "more than one list of rows": "有不止一个数据列表",
    "a row at (.+) is no object": "{} 中有一行不是对象",
    "null at (.+)": "{} 为 null",
    "no list at (.+)": "{} 处没有列表",
    "no id at (.+)": "{} 处没有单据标识",
    "no documents? at (.+)": "{} 处没有单据",
    "a document without (.+)": "有单据缺少 {}",
}
_OF_A_CALL_BACK: Final[Mapping[str, str]] = {
    "its source is (.+), not (.+)": "其来源为 {}，而不是 {}",
    "it makes bills of the form (.+), as (.+) does for the same payment": (
        "它生成的单据为 {}，与方案 {} 为同一笔付款生成的相同"
    ),
    "(.+) hands rows to it, too, and two payments with one key would become one row there": (
        "方案 {} 也向它交出行，付款标识相同的两笔付款会并成一行"
    ),
    "its key (.+) does not get the payment's own key": "其主键 {} 没有取用该付款自身的标识",
}
SENTENCES: Final[Mapping[str, str]] = {
    **_OF_A_STACK,
    **_OF_A_SETTING,
    **_OF_A_SCHEMES_NAME,
    **_OF_AN_ANSWER,
    **_OF_A_CALL_BACK,
}
HINTS: Final[Mapping[str, str]] = {
    "nothing was collected yet": "尚未采集过",
    r"(\d+) rows, generation (\d+), read at (.+)": "现有 {} 行，第 {} 代，读取于 {}",
    "(.+), which is no pair": " {}，它不是“名称=值”",
    "(.+) twice": "重复的 {}",
    r"did you mean (.+)\?": "是否应为 {}？",
    "valid: (.+)": "可用的有 {}",
    "the scheme has none": "该方案没有任何此类名称",
    "cannot be read as an address": "无法识别为地址",
    "is no https:// address": "不是 https:// 地址",
    "names no host": "没有主机名",
    "holds more than host and path": "除主机和路径外还有其他内容",
    r"is no address that can be called \((.+)\)": "不是可以访问的地址（{}）",
}
"""What stands at the end or the beginning of such a sentence, and is a phrase of its own."""
