"""A diagnosis: a code with its particulars, said in two languages, and the three outcomes that carry it."""

import ast
import inspect
import re
from typing import get_args

import pytest

from paysync.core import conditions, conversions, facts, fields, filters, reading, templates
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis, Kind, Language, Who
from paysync.core.outcomes import DefinitelyNot, Done, Failure, Unknown

WAITS = Diagnosis.of(Code.SOURCE_WAITS, waits_for="PAY-7")


def test_particulars_are_short_sorted_text() -> None:
    """Details are the same whatever order they were given in, and no vendor's page of HTML gets into a row."""
    told = Diagnosis.of(Code.ERP_REFUSED, vendor="x" * 1_000, status=3)
    assert told.details == (("status", "3"), ("vendor", "x" * 300))
    assert told == Diagnosis.of(Code.ERP_REFUSED, status="3", vendor="x" * 300)


def test_the_vendors_own_words_are_kept() -> None:
    """What the vendor said is at hand for whoever asks the vendor, and nothing where it said nothing."""
    assert Diagnosis.of(Code.ERP_REFUSED, vendor="期间已关闭").vendor == "期间已关闭"
    assert WAITS.vendor == ""


@pytest.mark.parametrize("language", get_args(Language))
def test_the_case_is_filled_into_the_text(language: Language) -> None:
    """Problem, cause and solution are said in both languages, with the particulars of this case in them."""
    said = (WAITS.problem(language), WAITS.cause(language), WAITS.solution(language))
    assert all(said)
    assert "PAY-7" in "".join(said)
    assert "{waits_for}" not in "".join(said)


def test_both_languages_say_something_of_their_own() -> None:
    """Chinese is no copy of the English text."""
    assert WAITS.problem("zh") != WAITS.problem("en")


def test_json_says_all_that_an_operator_needs() -> None:
    """Messages, logs and `--json` carry code, class, who acts, both texts, the link and the particulars."""
    told = WAITS.as_json()
    assert (told["code"], told["class"], told["who"]) == ("source.waits", str(WAITS.kind), str(WAITS.who))
    assert told["problem"] == {"en": WAITS.problem("en"), "zh": WAITS.problem("zh")}
    assert told["cause"] == {"en": WAITS.cause("en"), "zh": WAITS.cause("zh")}
    assert told["solution"] == {"en": WAITS.solution("en"), "zh": WAITS.solution("zh")}
    assert told["link"] == "docs/reference/diagnoses.md#sourcewaits"
    assert told["details"] == {"waits_for": "PAY-7"}
    assert (WAITS.kind, WAITS.who) in {(kind, who) for kind in Kind for who in Who}


def test_codes_are_told_apart() -> None:
    """No two codes share their text, and each says whose matter it is before its dot."""
    assert len({str(code) for code in Code}) == len(Code)
    assert all(str(code).count(".") == 1 and str(code) == str(code).lower() for code in Code)


def test_an_outcome_is_one_of_three() -> None:
    """A refusal is permanent unless it is said to be transient; only Done has a value, only failures a diagnosis."""
    no, unknown = DefinitelyNot(WAITS), Unknown(WAITS)
    assert not no.transient
    assert no != DefinitelyNot(WAITS, transient=True)
    assert Done(1).value == 1
    assert [failure.diagnosis for failure in (no, unknown)] == [WAITS, WAITS]
    assert set(get_args(Failure)) == {DefinitelyNot, Unknown}


def phrases() -> set[str]:
    """Every phrase that a field's misfit is told in, as the modules that judge fields write them; numbers filled in."""
    found, parts = set[str](), set[int]()
    judges = (conditions, conversions, facts, fields, filters, reading, templates)
    trees = [ast.parse(inspect.getsource(module)) for module in judges]  # kept, or an id would be given out twice
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                parts |= {id(part) for part in node.values}
                found.add(re.sub(r"\{.*?\}", "7", ast.literal_eval(ast.unparse(node)[1:])))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
                found.add(node.value)
    of_a_scheme = {"is not a filter"}
    return {text for text in found if re.match(r"(is|has|must|lies|begins) \S", text)} - of_a_scheme


@pytest.mark.parametrize("phrase", sorted(phrases()))
def test_a_chinese_sentence_does_not_stop_in_english(phrase: str) -> None:
    """Why a field cannot be booked is said to an accountant in Chinese as well."""
    told = Diagnosis.of(Code.PAYMENT_BAD_FIELD, field="payableAmount", why=phrase).problem("zh")
    assert phrase not in told
    assert not re.search(r"\b(is|has|must|lies|begins|value)\b", told)


@pytest.mark.parametrize(
    ("why", "chinese"),
    [
        ("is longer than 256 bytes", "超过 256 个字节"),
        ("must be text, but is a number", "应为文本，实际为数字"),
        ("must be a number, but is true or false", "应为数字，实际为布尔值"),
    ],
)
def test_what_a_phrase_names_is_translated_with_it(why: str, chinese: str) -> None:
    """Numbers stay, kinds of values are named in Chinese."""
    assert chinese in Diagnosis.of(Code.PAYMENT_BAD_FIELD, field="f", why=why).problem("zh")


def test_other_peoples_words_stay_as_they_are() -> None:
    """A number, a name and what is no phrase of paysync's are not touched; English stays English."""
    bad = Diagnosis.of(Code.DOUBT_MISMATCH, bill="amount", what="amount", found="amount")
    assert bad.problem("zh") == "一次请求的答复丢失，之后出现付款单 amount，但其金额不符：amount。"
    assert "its amount does not fit" in bad.problem("en")
    assert "某处" in Diagnosis.of(Code.DEFECT, what="某处").problem("zh")


@pytest.mark.parametrize(
    ("system", "english", "chinese"),
    [("K3Cloud", "in K3Cloud any more", "在金蝶中"), ("the target system", "in the target system", "在目标系统中")],
)
def test_the_system_is_named_that_a_scheme_writes_into(system: str, english: str, chinese: str) -> None:
    """A bill of another system is not looked for in K3Cloud; one kept from before this was known names none."""
    told = Diagnosis.of(Code.BILL_GONE, bill="D-1").at(system)
    assert english in told.problem("en")
    assert chinese in told.problem("zh")
    assert told.at(system) == told
    assert "in the target system" in Diagnosis.of(Code.BILL_GONE, bill="D-1").problem("en")


def test_what_names_no_system_stays_as_it_is() -> None:
    """No particular that no text uses."""
    why = Diagnosis.of(Code.BILL_DRAFT, bill="FKD1")
    assert why.at("K3Cloud") == why
