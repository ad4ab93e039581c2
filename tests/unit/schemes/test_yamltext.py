"""The strict YAML of schemes: exact numbers, a line for every value, nothing that means something else than it says."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paysync.schemes.problems import Problem, SchemeFileError, suggestion
from paysync.schemes.spans import span_of, written
from paysync.schemes.yamltext import Data, read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.50", Decimal("1234.50")),
        ("7", 7),
        ("-7", -7),
        ("true", True),
        ("null", None),
        ("~", None),
        ('"7"', "7"),
        ("007", "007"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        ("12:30", "12:30"),
        ("2023-01-31", "2023-01-31"),
        ("0x1F", "0x1F"),
        (".5", ".5"),
        ("6222000011112222", "6222000011112222"),
        ("[1, a]", [1, "a"]),
        ("{ a: 1.0 }", {"a": Decimal("1.0")}),
    ],
)
def test_what_a_value_is(text: str, value: Data) -> None:
    """Whole numbers and decimals are exact; what other YAMLs turn into dates, octals or floats stays the text it is."""
    found = read(f"key: {text}\n", "f.yaml")
    assert found.data == {"key": value}
    assert isinstance(found.data, dict)
    assert type(found.data["key"]) is type(value)
    assert not found.problems


@pytest.mark.parametrize("word", ["yes", "No", "on", "OFF", "y", "True", "NULL"])
def test_words_that_mean_different_things_elsewhere_are_refused(word: str) -> None:
    """Whoever writes them is asked what is meant."""
    (problem,) = read(f"a: 1\nkey: {word}\n", "f.yaml").problems
    assert problem.line == 2
    assert problem.hint


@given(st.text())
def test_no_text_makes_the_reader_raise_anything_but_its_own_error(text: str) -> None:
    """Whatever a file holds, it is data with problems or a refusal with a line."""
    try:
        document = read(text, "f.yaml")
    except SchemeFileError as error:
        lines = [problem.line for problem in error.problems]
    else:
        lines = [problem.line for problem in document.problems]
    assert all(line >= 1 for line in lines)


def test_every_place_has_its_line() -> None:
    """A value by its key's line; a place that the file lacks by the nearest one around it."""
    document = read("a:\n  b:\n    - 1\n    - c: 2\n", "f.yaml")
    places = [("a",), ("a", "b"), ("a", "b", 1, "c"), ("a", "b", 1, "missing"), ("z",)]
    assert [document.line(place) for place in places] == [1, 2, 4, 4, 1]
    assert [document.at(place) for place in places] == [{"b": [1, {"c": 2}]}, [1, {"c": 2}], 2, None, None]
    assert document.at(("a", "b", 7)) is None


@pytest.mark.parametrize(
    "text", ["a: &x 1\n", "a: *x\n", "a: !!python/object:os.system {}\n", "a: 1\n---\nb: 2\n", "\x07"]
)
def test_what_no_scheme_needs_is_refused(text: str) -> None:
    """Anchors, tags, further documents and control characters."""
    problems: tuple[Problem, ...] = ()
    try:
        problems = tuple(read(text, "f.yaml").problems)
    except SchemeFileError as error:
        problems = error.problems
    assert problems


@pytest.mark.parametrize(
    ("text", "seconds"), [("0 s", 0), ("250 ms", 0.25), ("5 min", 300), ("2 h", 7200), ("35 d", 3024000)]
)
def test_a_span_says_its_unit(text: str, seconds: float) -> None:
    """And is written again in the largest unit that states it exactly."""
    assert span_of(text).total_seconds() == seconds
    assert span_of(written(span_of(text))) == span_of(text)


@pytest.mark.parametrize("text", ["", "5", "5min", "5 weeks", "-1 s", "1.5 h", "05 s", "5 min\n"])
def test_anything_else_is_no_span(text: str) -> None:
    """No unit is guessed."""
    with pytest.raises(ValueError, match=r".*"):
        span_of(text)


def test_a_suggestion_is_the_nearest_name_or_all_of_them() -> None:
    """A slip gets the name that was meant, anything else the names that there are."""
    names = ["paymentBizCode", "payableAmount"]
    assert suggestion("paymentbizcode", names) == "did you mean paymentBizCode?"
    assert suggestion("x", names) == "valid: paymentBizCode, payableAmount"
    assert suggestion("x", []) == ""
    assert suggestion("x", map(str, range(20))).endswith("11 …")
