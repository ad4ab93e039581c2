"""Schemes of connector http: a condition that no answer can meet is refused, and none that one can."""

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest
import yaml

from contract import example
from paysync.adapters.http.answers import made
from paysync.adapters.replies import Reply
from paysync.core.outcomes import DefinitelyNot, Done, Unknown
from paysync.schemes.build import scheme_of
from paysync.schemes.check import checked, plain_form
from paysync.schemes.problems import SchemeFileError

Lines = list[dict[str, Any]]
STATUSES: Final = (200, 201, 299, 300, 301, 399, 400, 401, 404, 407, 408, 409, 422, 425, 499, 500, 503, 599)
PROOF: Final[Mapping[str, type]] = {"done_when": Done, "refused_when": DefinitelyNot, "busy_when": DefinitelyNot}
SAID: Final = {"field": "body.code", "logic": "eq", "value": "SAID"}


def on_status(logic: str, value: str | int | None) -> dict[str, Any]:
    """One line on the status."""
    return {"field": "status", "logic": logic, "value": value}


def file_with(step: str, name: str, *lines: dict[str, Any]) -> str:
    """The example, with one condition of one step (or of the source) in place of its own."""
    data: dict[str, Any] = yaml.safe_load(example.text())
    del data["tests"]
    steps = {one["step"]: one for one in data["target"]["steps"]}
    # Else the status 401 would be said to be two things at once.
    data["target"]["denied_when"] = [[{"field": "body.code", "logic": "eq", "value": "DENIED"}]]
    part = steps.get(step) or data[step]
    for other in PROOF if step == "create" else ():
        part[other] = [[{"field": "body.code", "logic": "eq", "value": other}]]
    part[name] = [list(lines)]
    return yaml.safe_dump(data, allow_unicode=True)


def problems(text: str) -> list[str]:
    """What validation says of it."""
    try:
        checked(text, example.FILE)
    except SchemeFileError as error:
        return [str(one) for one in error.problems]
    return []


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("name", PROOF)
def test_validation_refuses_what_the_answer_to_a_create_never_proves(name: str, status: int) -> None:
    """And nothing else: a condition that validates is one that an answer of its status meets."""
    text = file_with("create", name, on_status("eq", status), SAID)
    body = json.dumps({"code": "SAID", "data": {"id": "D-1", "number": "N-1"}}).encode()
    told = problems(text)
    plain = plain_form(checked(file_with("create", name, on_status("eq", 200), SAID), example.FILE), example.FILE)
    create = next(one for one in plain["target"]["steps"] if one["step"] == "create")
    create[name][0][0]["value"] = status
    exchange = scheme_of(plain, {}, "1").target.exchange
    assert exchange is not None
    outcome = made(Reply(status, body, ""), exchange.create, "P-1")
    assert isinstance(outcome, Unknown if told else PROOF[name])
    assert all(f"{name} can never hold" in one for one in told)


@pytest.mark.parametrize(
    ("lines", "holds"),
    [
        ([on_status("eq", "422")], True),
        ([on_status("egt", 400)], True),
        ([on_status("like", "5")], True),
        ([on_status("between", "500,599")], False),
        ([on_status("between", "400,599")], True),
        ([on_status("gt", 499)], False),
        ([on_status("neq", 200)], True),
        ([on_status("eq", 400), on_status("eq", 422)], False),
        ([on_status("egt", 400), on_status("lt", 500)], True),
        ([on_status("isnull", None)], False),
        ([on_status("notnull", None)], True),
        ([], True),
    ],
)
def test_all_lines_on_the_status_count_together(lines: Lines, *, holds: bool) -> None:
    """With any logic; one status that fits them all is enough."""
    dead = (
        "refused_when can never hold: its lines on status allow none from 200 to 499 other than 408; "
        "leave it out: any other status proves nothing, whatever its body says"
    )
    assert problems(file_with("create", "refused_when", *lines, SAID)) == ([] if holds else [dead])


@pytest.mark.parametrize(
    ("step", "name", "status", "holds"),
    [
        ("source", "success_when", 500, False),
        ("source", "empty_when", 503, False),
        ("source", "empty_when", 404, True),
        ("source", "busy_when", 503, True),
        ("find", "none_when", 500, False),
        ("find", "none_when", 408, True),
        ("read", "gone_when", 500, False),
        ("read", "gone_when", 404, True),
        ("target", "busy_when", 503, True),
        ("target", "denied_when", 500, True),
        ("target", "denied_when", 600, False),
    ],
)
def test_a_read_is_judged_by_what_a_read_may_say(step: str, name: str, status: int, *, holds: bool) -> None:
    """A server's failure is no answer to a question, but it may ask to come again later."""
    told = problems(file_with(step, name, on_status("eq", status), SAID))
    assert (not told) == holds
    assert all(f"{name} can never hold" in one for one in told)


def test_a_documents_own_status_is_no_status_of_http() -> None:
    """What does not count is said in the document's own words."""
    assert problems(file_with("find", "voided_when", on_status("eq", 7))) == []


def test_a_dead_success_is_told_with_its_remedy() -> None:
    """Once, and not with the hint to add a line on the body, which would change nothing."""
    told = problems(file_with("create", "done_when", on_status("eq", 301)))
    assert told == [
        "done_when can never hold: its lines on status allow none from 200 to 299; name the status of a success"
    ]
