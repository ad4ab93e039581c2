"""What concerns the secrets of both vendors: empty, malformed, or out of reach. None of it is a payment's fault."""

from collections.abc import Mapping
from typing import Final

from paysync.core.codes import Code
from paysync.core.diagnosis import Explanation, Kind, Text, Who

SECRET: Final[Mapping[Code, Explanation]] = {
    # Takes {setting}, {vendor}.
    Code.SECRET_EMPTY: Explanation(
        Kind.CREDENTIAL,
        Who.IT,
        en=Text(
            problem="The secret {setting} has no value, or does not exist ({vendor}).",
            cause=(
                "The stack makes its secrets empty; they are filled once, by hand. Or the stack's parameter names a "
                "secret that has been deleted or lies in another account or region."
            ),
            solution=(
                "Put the JSON with the vendor's credentials into it (`aws secretsmanager put-secret-value`), then run "
                "`paysync doctor`. Payments wait meanwhile; none is rejected."
            ),
        ),
        zh=Text(
            problem="密钥 {setting} 没有内容，或不存在（{vendor}）。",
            cause="堆栈创建的密钥是空的，须人工填入一次；也可能是堆栈参数指向的密钥已被删除，或在别的账户或区域。",
            solution=(
                "用 `aws secretsmanager put-secret-value` 填入含有凭据的 JSON，再执行 `paysync doctor` 检查。"
                "其间付款只是等待，不会被拒绝。"
            ),
        ),
    ),
    # Takes {setting}.
    Code.SECRET_FORM: Explanation(
        Kind.CREDENTIAL,
        Who.IT,
        en=Text(
            problem="The secret {setting} is not a JSON object.",
            cause=(
                "It holds something else: a bare password, a list, or JSON that lost its quotes on the way through a "
                "shell. Its text is shown nowhere."
            ),
            solution=(
                "Write the JSON into a file and put it with `--secret-string file://…`, then run `paysync doctor`. "
                "Payments wait meanwhile; none is rejected."
            ),
        ),
        zh=Text(
            problem="密钥 {setting} 的内容不是 JSON 对象。",
            cause="里面是别的内容：单独一个密码、一个列表，或经过命令行后丢了引号的文本。系统不会在任何地方显示其内容。",
            solution=(
                "把 JSON 写入文件，用 `--secret-string file://…` 填入，再执行 `paysync doctor` 检查。"
                "其间付款只是等待，不会被拒绝。"
            ),
        ),
    ),
    # Takes {setting}, {field}.
    Code.SECRET_FIELD: Explanation(
        Kind.CREDENTIAL,
        Who.IT,
        en=Text(
            problem="The field {field} of the secret {setting} is missing, empty or of the wrong type.",
            cause=(
                "Names of fields are written in lower case, exactly as documented, and their values are texts; lcid "
                "is a whole number such as 2052."
            ),
            solution=(
                "Correct that field in the secret, then run `paysync doctor`. Payments wait meanwhile; none is "
                "rejected."
            ),
        ),
        zh=Text(
            problem="密钥 {setting} 的字段 {field} 缺失、为空或类型不对。",
            cause="字段名用小写，须与文档完全一致，值是文本；lcid 是整数，例如 2052。",
            solution="在密钥中改正该字段，再执行 `paysync doctor` 检查。其间付款只是等待，不会被拒绝。",
        ),
    ),
    # Takes {setting}, {vendor}.
    Code.SECRET_ACCESS: Explanation(
        Kind.CREDENTIAL,
        Who.IT,
        en=Text(
            problem="The secret {setting} may not be read ({vendor}).",
            cause=(
                "The policy of the secret, or of the KMS key that it is encrypted with, does not let the function's "
                "role in. That is usual with a secret of another account."
            ),
            solution=(
                "Allow the role `secretsmanager:GetSecretValue` on the secret and `kms:Decrypt` on its key, then read "
                "push's next log line; `paysync doctor` asks with your rights, not with the role's. Payments wait "
                "meanwhile; none is rejected."
            ),
        ),
        zh=Text(
            problem="密钥 {setting} 无权读取（{vendor}）。",
            cause="密钥自身的策略，或加密它的 KMS 主密钥的策略，没有放行该函数的角色；使用其他账户的密钥时常见。",
            solution=(
                "允许该角色对密钥执行 `secretsmanager:GetSecretValue`，对主密钥执行 `kms:Decrypt`，再看 push 的下一条日"
                "志；`paysync doctor` 用的是您的权限，而不是该角色的。其间付款只是等待，不会被拒绝。"
            ),
        ),
    ),
}
