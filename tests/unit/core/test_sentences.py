"""What commands, settings and answers are told to be wrong with is said in Chinese, too, as the code writes it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import paysync
from paysync.core.catalogue.words import in_chinese
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis

PACKAGE: Final = Path(paysync.__file__).parent
HAN: Final = re.compile(r"[\u4e00-\u9fff]")
SAYS: Final = [
    # The module, who makes the sentence, and how it makes one of its arguments; each text alone where nothing is said.
    ("cli/stack.py", "unclear", None),
    ("cli/main.py", "unclear", None),
    ("settings.py", "_wrong", "{}: {}"),
    ("adapters/k3cloud/settings.py", "_wrong", None),
    ("adapters/k3cloud/settings.py", "_no_choice", None),
    ("adapters/k3cloud/signing.py", "_wrong", None),
    ("schemes/load.py", "_no_name", None),
    ("schemes/copying.py", "_no_name", None),
    ("cli/scheme_rows.py", "_wrong", "--row {}"),
    ("adapters/maycur/answers.py", "_shape", None),
    ("adapters/http/answers.py", "_shape", None),
]
NO_SENTENCE: Final = {"app_id", "acct_id, user_name", "--row", "--key", "7_URL", "7 7", "app_secret", "lcid", "org_num"}


def texts_in(node: ast.AST) -> Iterator[str]:
    """Each text that an argument may be, with a 7 for what is filled in."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from (*texts_in(one), *texts_in(other))
        case _:
            pass


def sentences() -> Iterator[str]:
    """Every one that the code can say, by the calls that make it."""
    for file, maker, form in SAYS:
        tree = ast.parse((PACKAGE / file).read_text(encoding="utf-8"))
        found = 0
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func) == maker):
                continue
            said = [text for argument in node.args for text in texts_in(argument) if text not in NO_SENTENCE]
            found += len(said)
            yield from said if form is None else [form.format(*said)]
        assert found, f"{file} says nothing by {maker}"


@pytest.mark.parametrize("sentence", sorted(set(sentences())))
def test_no_sentence_of_ours_is_left_in_english(sentence: str) -> None:
    """Whoever adds one is told to say it in Chinese as well (core/catalogue/sentences.py)."""
    assert HAN.search(in_chinese(sentence)), sentence


@pytest.mark.parametrize(
    ("what", "chinese"),
    [
        ("is 'x': use one of park, repush_once", "现为 'x'，请改为 park, repush_once 之一"),
        ("binds 'rule', which is no parameter of any scheme of the stack; did you mean rule_id?", "是否应为 rule_id？"),
        ("binds 'a', which is no parameter of the scheme b; valid: c, d", "'a' 不是方案 b 的参数；可用的有 c, d"),
        ("names no host; use the https:// address of the system", "没有主机名；请填写该系统的 https:// 地址"),
        ("names 'x'; there are data_as_text, keeps_session", "可用的有 data_as_text, keeps_session"),
    ],
)
def test_what_a_sentence_names_stands_in_the_chinese_one(what: str, chinese: str) -> None:
    """Names stay, and a hint at the end is said in Chinese with it."""
    assert chinese in Diagnosis.of(Code.SETTING, setting="S", what=what).problem("zh")


def test_what_to_do_about_a_stack_is_said_in_chinese() -> None:
    """Both halves of what a command says when it does not find what it is about."""
    told = Diagnosis.of(Code.STACK, what="no stack was named", remedy="Use --stack NAME or set PAYSYNC_STACK")
    assert told.problem("zh") == "无法对该堆栈执行：未指定堆栈。"
    assert told.solution("zh").startswith("请使用 `--stack 名称`，或设置 PAYSYNC_STACK。")
    assert "Use --stack NAME" in told.solution("en")


def test_a_call_back_that_does_not_fit_says_why_in_chinese() -> None:
    """As core/call_back.py words it."""
    why = "it makes bills of the form AP_PAYBILL, as first does for the same payment"
    told = Diagnosis.of(Code.CALL_BACK_MISFIT, scheme="second", what=why).problem("zh")
    assert told.endswith("它生成的单据为 AP_PAYBILL，与方案 first 为同一笔付款生成的相同。")
