"""A call-back that names another scheme is checked with its file: the chain, the forms, the row it hands on."""

from pathlib import Path
from typing import Final

import pytest

from paysync.schemes.check import checked
from paysync.schemes.problems import SchemeFileError

TAKER: Final = (Path(__file__).parents[1] / "core" / "handed-on.yaml").read_text(encoding="utf-8")
FIELDS: Final = """{ id: "{{payment.key}}", billNumber: "{{pushed.Number}}", sum: "{{sum}}", paid: "{{paid}}" }"""
NOT_ITS_KEY: Final = (
    "call_back.fields.id is the key of b, but not the payment's own key; "
    'write "{{payment.key}}": two payments must never become one row there'
)
A_FORM: Final = "form: CN_JOURNAL"


def said(folder: Path, name: str, **files: str) -> list[str]:
    """What is said of one of these files, which lie side by side; without its line."""
    for each, text in files.items():
        (folder / f"{each}.yaml").write_text(text.replace("scheme: handed-on", f"scheme: {each}"), encoding="utf-8")
    file = folder / f"{name}.yaml"
    try:
        checked(file.read_text(encoding="utf-8"), str(file))
    except SchemeFileError as refused:
        return [str(problem) for problem in refused.problems]
    return []


def calling(other: str, fields: str = FIELDS, form: str = A_FORM) -> str:
    """A scheme with rows of its own that calls back."""
    return f"{TAKER.replace(A_FORM, form)}call_back:\n  scheme: {other}\n  fields: {fields}\n"


def test_a_chain_of_different_forms_is_right(tmp_path: Path) -> None:
    """From scheme to scheme, each with its own form."""
    files = {"a": calling("b", form="form: A"), "b": calling("c", form="form: B"), "c": TAKER}
    assert [said(tmp_path, name, **files) for name in files] == [[], [], []]


def test_a_circle_is_refused_wherever_one_looks(tmp_path: Path) -> None:
    """The row would come back to where it was."""
    files = {"a": calling("b", form="form: A"), "b": calling("c", form="form: B"), "c": calling("b")}
    for name, circle in (("a", "b → c → b"), ("b", "b → c → b"), ("c", "c → b → c")):
        assert said(tmp_path, name, **files) == [f"the call-backs go round in a circle: {circle}; take one of them out"]


def test_the_last_of_a_chain_must_not_make_the_bills_of_the_first(tmp_path: Path) -> None:
    """Both bills would carry the same key on the same form."""
    files = {"a": calling("b"), "b": calling("c", form="form: B"), "c": TAKER}
    (problem,) = said(tmp_path, "a", **files)
    assert problem.startswith("c makes bills of the form CN_JOURNAL, as a does for the same payment; ")


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ('{ id: "{{id}}", billNumber: x, sum: "{{sum}}" }', "call_back.fields lacks paid, which b requires; add it"),
        (
            FIELDS.replace("payment.key", "payment.number"),
            NOT_ITS_KEY,
        ),
        (
            FIELDS.replace("{{payment.key}}", "B-{{payment.key}}"),
            NOT_ITS_KEY,
        ),
    ],
)
def test_the_row_must_have_what_the_other_scheme_needs(tmp_path: Path, fields: str, problem: str) -> None:
    """Else every row would be rejected there, or two payments become one."""
    assert said(tmp_path, "a", a=calling("b", fields, form="form: A"), b=TAKER) == [problem]


def test_two_schemes_that_hand_to_one_are_refused(tmp_path: Path) -> None:
    """Payments of both may have one key, and the second would be taken for a change of the first."""
    files = {"a": calling("c", form="form: A"), "b": calling("c", form="form: B"), "c": TAKER}
    wrong = "{} hands its rows on to c, too, and two payments with one key would become one row there; "
    hint = "copy c under another name, and hand on to the copy"
    assert said(tmp_path, "a", **files) == [wrong.format("b") + hint]
    assert said(tmp_path, "b", **files) == [wrong.format("a") + hint]
    assert said(tmp_path, "c", **files) == []


def test_a_parameters_default_is_judged_with_the_file(tmp_path: Path) -> None:
    """What runs when nobody binds it must be right as well."""
    other = "{ label: { en: o, zh: o }, find: { en: f, zh: f }, default: nobody }"
    text = calling('"{{param.other}}"').replace("source:", f"parameters: {{ other: {other} }}\nsource:", 1)
    (problem,) = said(tmp_path, "a", a=text)
    assert problem.startswith("call_back.scheme: no scheme is called nobody")


def test_a_scheme_that_a_parameter_names_is_judged_in_the_stack(tmp_path: Path) -> None:
    """Nobody knows it here."""
    parameters = "parameters: { other: { label: { en: o, zh: o }, find: { en: f, zh: f } } }\nsource:"
    text = calling('"{{param.other}}"').replace("source:", parameters, 1)
    assert said(tmp_path, "a", a=text) == []
