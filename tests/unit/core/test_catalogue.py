"""The catalogue of diagnoses is complete, speaks both languages, and tells everybody what to do next."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from paysync.core import catalogue
from paysync.core.catalogue import CATALOGUE, PARTICULARS
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis, Explanation, Kind, Text, Who

ROOT = Path(__file__).resolve().parents[3]
GENERATOR = ROOT / "tools" / "generate_diagnoses.py"
PAGE = ROOT / "docs" / "reference" / "diagnoses.md"
CJK = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
HAN = re.compile(r"[\u4e00-\u9fff]")
QUOTED = re.compile(r"“[^”]*”")
SLOT = re.compile(r"\{(\w+)\}")
COMMAND = re.compile(r"`paysync (\w+(?: [a-z-]+)?)")
COMMANDS = {
    "list",
    "reconcile",
    "replay",
    "backfill",
    "doctor",
    "scheme list",
    "scheme preview",
    "scheme show",
    "show",
    "review accept",
    "review adopt",
    "review confirm-none",
    "review close",
}
ANNOTATED = re.compile(r"^ {4}# Takes (.+)\.\n {4}Code\.([A-Z_]+): Explanation\($", re.MULTILINE)

each_code = pytest.mark.parametrize("code", list(Code), ids=str)


def parts(text: Text) -> tuple[str, str, str]:
    return text.problem, text.cause, text.solution


def slots(entry: Explanation) -> set[str]:
    return {name for text in (entry.en, entry.zh) for said in parts(text) for name in SLOT.findall(said)}


def annotated() -> dict[str, set[str]]:
    folder = Path(catalogue.__file__).parent
    found = [pair for file in folder.glob("*.py") for pair in ANNOTATED.findall(file.read_text(encoding="utf-8"))]
    return {name: set(SLOT.findall(comment)) for comment, name in found}


def of_kind(kind: Kind) -> list[Code]:
    return [code for code, entry in CATALOGUE.items() if entry.kind is kind]


def test_every_code_has_an_entry_and_nothing_else_has() -> None:
    """A code without texts would fail just when somebody needs them."""
    assert set(CATALOGUE) == set(Code)


def test_no_entry_is_written_in_two_modules() -> None:
    """The parts are merged; the later would silently win."""
    folder = Path(catalogue.__file__).parent
    names = [name for f in folder.glob("*.py") for _, name in ANNOTATED.findall(f.read_text(encoding="utf-8"))]
    assert sorted(names) == sorted(Code.__members__)


@each_code
def test_both_languages_say_problem_cause_and_solution(code: Code) -> None:
    """Each part is there, ends as a sentence or with the vendor's words, and is no longer than a few lines."""
    entry = CATALOGUE[code]
    for text, ends, longest in ((entry.en, (".", "{vendor}"), 360), (entry.zh, ("。", "{vendor}"), 240)):
        for said in parts(text):
            assert said == said.strip()
            assert said.endswith(ends)
            assert len(said) <= longest


@each_code
def test_english_has_chinese_only_in_quotes(code: Code) -> None:
    """What stands in quotes is the name of a menu or a field, as the reader sees it on the vendor's page."""
    for said in parts(CATALOGUE[code].en):
        assert not CJK.search(QUOTED.sub("", said))


@each_code
def test_chinese_is_chinese(code: Code) -> None:
    """No part was left in English, and punctuation between Chinese words is Chinese."""
    for said in parts(CATALOGUE[code].zh):
        bare = SLOT.sub("", re.sub(r"`[^`]*`", "", said))
        assert len(HAN.findall(bare)) >= max(4, len(re.findall(r"[A-Za-z]", bare)) // 2)
        assert not re.search(r"[\u4e00-\u9fff][,.;:!?()]|[,;:!?()][\u4e00-\u9fff]", bare)


@each_code
def test_both_languages_use_the_same_particulars(code: Code) -> None:
    """A reader of either language learns the same."""
    entry = CATALOGUE[code]
    assert set(SLOT.findall("".join(parts(entry.en)))) == set(SLOT.findall("".join(parts(entry.zh))))


@each_code
def test_every_particular_is_documented(code: Code) -> None:
    """In the comment above the code, so that who makes the diagnosis supplies it, and by what it holds."""
    used = slots(CATALOGUE[code])
    assert annotated()[code.name] == used
    assert used <= set(PARTICULARS)


def test_no_particular_is_documented_in_vain() -> None:
    """What no text uses is not explained."""
    assert set(PARTICULARS) == {name for entry in CATALOGUE.values() for name in slots(entry)}


@each_code
def test_a_diagnosis_with_all_particulars_leaves_no_slot(code: Code) -> None:
    """Filled, no name stays visible, in either language."""
    entry = CATALOGUE[code]
    diagnosis = Diagnosis.of(code, **dict.fromkeys(slots(entry), "X"))
    for language in ("en", "zh"):
        said = diagnosis.problem(language) + diagnosis.cause(language) + diagnosis.solution(language)
        assert not SLOT.search(said)


@each_code
def test_only_commands_that_exist_are_named(code: Code) -> None:
    """Both languages name the same commands, all of them real."""
    entry = CATALOGUE[code]
    named = [{_command(found) for found in COMMAND.findall("".join(parts(text)))} for text in (entry.en, entry.zh)]
    assert named[0] | named[1] <= COMMANDS
    assert named[0] == named[1]


@pytest.mark.parametrize("code", of_kind(Kind.REVIEW), ids=str)
def test_a_review_names_the_command_that_decides_it(code: Code) -> None:
    """Who is asked to decide is told how, in both languages."""
    for text in (CATALOGUE[code].en, CATALOGUE[code].zh):
        assert "`paysync review " in text.solution


@pytest.mark.parametrize("code", of_kind(Kind.PERMANENT), ids=str)
def test_a_permanent_trouble_says_what_to_do_and_about_replay(code: Code) -> None:
    """There is something to do besides the command, and the reader learns whether replay follows."""
    for text in (CATALOGUE[code].en, CATALOGUE[code].zh):
        assert "`paysync replay" in text.solution
        assert len(re.sub(r"`[^`]*`", "", text.solution)) > 15


@pytest.mark.parametrize("code", of_kind(Kind.CREDENTIAL), ids=str)
def test_credential_trouble_has_somebody_who_mends_it_and_says_how_to_look(code: Code) -> None:
    """Somebody must act, and replays nothing afterwards. doctor looks; at Maycur it does not, and logging in harms."""
    entry, is_maycurs = CATALOGUE[code], code.startswith("maycur.")
    assert entry.who is not Who.NOBODY
    for text, by_hand in ((entry.en, "log in by hand"), (entry.zh, "不要手工登录")):
        assert ("`paysync doctor`" in text.solution) is not is_maycurs
        assert (by_hand in text.solution) is is_maycurs
        assert "`paysync replay" not in text.solution


@each_code
def test_who_is_named_when_somebody_must_act(code: Code) -> None:
    """A review is somebody's; what nobody has to mend says so."""
    entry = CATALOGUE[code]
    if entry.kind in {Kind.REVIEW, Kind.DEFECT}:
        assert entry.who is not Who.NOBODY
    if entry.who is Who.NOBODY:
        assert entry.en.solution.startswith("Nothing to do")
        assert "无需处理" in entry.zh.solution


def test_the_page_is_fresh() -> None:
    """docs/reference/diagnoses.md is what the generator writes."""
    checked = subprocess.run([sys.executable, GENERATOR, "--check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


@each_code
def test_the_link_of_a_diagnosis_leads_to_its_paragraph(code: Code) -> None:
    """Each anchor stands on the page exactly once."""
    path, _, anchor = Diagnosis(code).link.partition("#")
    assert ROOT / path == PAGE
    assert PAGE.read_text(encoding="utf-8").count(f'<a id="{anchor}"></a>') == 1


def _command(found: str) -> str:
    words = found.split(" ")
    return " ".join(words[: 2 if words[0] in {"review", "scheme"} else 1])
