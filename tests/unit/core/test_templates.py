"""Templates: one substitution of values from mappings, and nothing else. What a value says is never a template."""

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paysync.core.codes import Code
from paysync.core.scheme import Call, Slot, Template, Tree
from paysync.core.templates import TemplateError, TemplateFault, parse, render, slots, templates, value_of, written

SCOPE: dict[str, object] = {
    "id": "PAY-1",
    "sum": Decimal("1234.50"),
    "count": 3,
    "flag": True,
    "paid": 1675180799999,
    "tags": ["A", "B"],
    "empty": "",
    "dotted.name": "whole",
    "group": {"inner": {"leaf": "deep"}},
    "instant": datetime(2023, 1, 31, tzinfo=UTC),
    "float": 1.5,
    "hollow": ["A", None],
    "nested": [["A"], ["B"]],
}
NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,5}", fullmatch=True)
CALLS = st.sampled_from(
    [Call("trim"), Call("date", ("UTC",)), Call("round", (3,)), Call("implode", ("'",)), Call("default", (-1,))]
)
SLOTS = st.builds(Slot, st.lists(NAMES, min_size=1, max_size=3).map(tuple), st.lists(CALLS, max_size=3).map(tuple))


def said(text: str, scope: dict[str, object] | None = None) -> Any:
    tree: Tree = parse(text)
    return render(tree, SCOPE if scope is None else scope)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("", ""),
        ("{{id}}", "PAY-1"),
        ("{{ id }}", "PAY-1"),
        ("no {{id}}/{{count}}", "no PAY-1/3"),
        ("{{sum}}", "1234.50"),
        ("{{flag}}", "true"),
        ("{{group.inner.leaf}}", "deep"),
        ("{{dotted.name}}", "whole"),
        ("{{sum|number}}", Decimal("1234.50")),
        ("x{{sum|number}}", "x1234.50"),
        ("{{count|intval}}", 3),
        ("{{flag|bool}}", True),
        ("{{tags|list}}", ["A", "B"]),
        ("{{nested|list}}", [["A"], ["B"]]),
        ("{{tags|implode(' + ')}}", "A + B"),
        ('{{tags|implode("\'")}}', "A'B"),
        ("{{paid|date('Asia/Shanghai')}}", "2023-01-31"),
        ("{{paid|plus_ms(1)|date}}", "2023-02-01"),
        ("{{missing|default('-')}}", "-"),
        ("{{empty|default(0)}}", "0"),
        ("{{empty}}", ""),
        ("{{'{{'}}", "{{"),
        ("a{{'{{'}}b{{\"}}\"}}c", "a{{b}}c"),
    ],
)
def test_what_a_template_gives(text: str, value: object) -> None:
    """Text with values in it, or another kind where one single slot ends in a filter that gives one."""
    found = said(text)
    assert found == value
    assert type(found) is type(value)


@given(st.text())
def test_a_value_is_never_read_as_a_template(value: str) -> None:
    """Whatever a row says is put in as it is: substitution happens once."""
    assert said("<{{id}}>", {"id": value}) == f"<{value}>"


@given(st.text())
def test_no_text_makes_the_parser_raise_anything_but_its_own_error(text: str) -> None:
    """Whatever stands in a file, its reader gets a template, the text, or the place of the mistake."""
    with suppress(TemplateError):
        found = parse(text)
        assert isinstance(found, Template) or "{{" not in text or "'" in text or '"' in text


@given(st.lists(SLOTS | st.text(min_size=1), min_size=1, max_size=4))
def test_a_template_written_out_is_read_as_itself(parts: list[str | Slot]) -> None:
    """What a preview shows as a value's template means just that template."""
    merged: list[str | Slot] = []
    for part in parts:
        if merged and isinstance(part, str) and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    whole = Template(tuple(merged))
    again = parse(written(whole))
    assert (again if isinstance(again, Template) else Template((again,))) == whole


@pytest.mark.parametrize(
    ("text", "reason", "position"),
    [
        ("{{id", "{{ without }} after it; a literal one is written {{'{{'}}", 0),
        ("a }} b", "}} without {{ before it; a literal one is written {{'}}'}}", 2),
        ("{{}}", "expected a field's name", 2),
        ("{{1}}", "expected a field's name", 2),
        ("{{id.}}", "expected a name after the dot", 5),
        ("{{id name}}", "expected | or }}", 5),
        ("{{id|}}", "expected a filter's name", 5),
        ("{{id|trim.x}}", "expected | or }}", 9),
        ("{{id|nothing}}", "is not a filter", 5),
        ("{{id|round(x)}}", "expected an argument: text in quotes or a whole number", 11),
        ("{{id|round(1 2)}}", "expected , or )", 13),
        ("{{id|round(1,2)}}", "|round takes 1 argument", 5),
        ("{{id|plus_days}}", "|plus_days needs an argument: count", 5),
        ("{{id + 1}}", "expected | or }}", 4),
        ("{{id()}}", "expected | or }}", 4),
        ("{{__import__('os')}}", "expected | or }}", 12),
        ("{{'{{' x}}", "expected }} after a literal", 7),
        ("{{id|'x'}}", "expected a filter's name", 5),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, reason: str, position: int) -> None:
    """There are names, dots, bars and literal arguments; code, calls and arithmetic are mistakes."""
    with pytest.raises(TemplateError) as refused:
        parse(text)
    assert (refused.value.reason, refused.value.position) == (reason, position)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{{missing}}", "is missing"),
        ("{{id.inner}}", "is missing"),
        ("{{group}}", "is a group of values, not a value"),
        ("{{float}}", "is a float, which no template takes"),
        ("{{hollow}}", "is a list with an empty place"),
        ("{{tags}}", "is a list: join it with |implode(',')"),
        ("x{{tags}}", "is a list: join it with |implode(',')"),
        ("{{instant}}", "is a time: name its form, e.g. |date or |epoch_ms"),
        ("{{id|date}}", "is not a time in whole milliseconds since 1970"),
    ],
)
def test_a_value_that_lacks_or_does_not_fit_rejects_the_row(text: str, why: str) -> None:
    """An error is never sent as a value: the row is refused, with the field's name and the reason."""
    with pytest.raises(TemplateFault) as fault:
        said(text)
    assert fault.value.diagnosis.code is Code.PAYMENT_BAD_FIELD
    assert dict(fault.value.diagnosis.details)["why"] == why
    assert dict(fault.value.diagnosis.details)["field"] == text.strip("x{}").partition("|")[0]


def test_attributes_of_values_are_out_of_reach() -> None:
    """A path goes through mappings only: no attribute of any object can be named."""
    for path in (("id", "__class__"), ("sum", "real"), ("instant", "year"), ("tags", "0")):
        with pytest.raises(TemplateFault):
            value_of(Slot(path), SCOPE)


def test_a_request_keeps_its_order_and_its_literals() -> None:
    """Mappings, lists and literals come out as they stand in the scheme, templates replaced."""
    tree: Tree = {"z": parse("{{id}}"), "a": (parse("{{count}}"), None, 1, Decimal("1.0"), False), "m": {}}
    assert list(render(tree, SCOPE)) == ["z", "a", "m"]  # type: ignore[arg-type]  # a mapping, by the tree
    assert render(tree, SCOPE) == {"z": "PAY-1", "a": ["3", None, 1, Decimal("1.0"), False], "m": {}}


def test_a_date_that_stays_typed_is_written_as_text() -> None:
    """A list filter keeps what it gets, and a time in it has a form of its own nowhere: it is refused."""
    with pytest.raises(TemplateFault):
        said("{{instant|list}}")


def test_every_template_is_found_at_its_place() -> None:
    """Validation and preview see every slot of a request."""
    tree: Tree = {"a": {"b": (parse("{{id}}"), "x")}, "c": parse("{{sum}} {{paid|date}}"), "d": 1}
    assert [place for place, _ in templates(tree)] == ["a.b.0", "c"]
    assert [slot.path for slot in slots(tree)] == [("id",), ("sum",), ("paid",)]
    assert [place for place, _ in templates((parse("{{id}}"),))] == ["0"]
