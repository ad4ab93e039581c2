"""Schemes of connector http: what is worth knowing, what is built, what a path may hold."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from contract import example
from fakes.system import START
from paysync.cli.main import app
from paysync.core.exchanges import BODY, HEADERS, KEY, PATH
from paysync.core.scheme import Scheme
from paysync.core.templates import TemplateFault, render
from paysync.schemes.preview import ID, FieldView, Origin, previews
from paysync.schemes.remarks import remarks


def scheme_with(*steps: str, **create: Any) -> Scheme:
    """The example as it runs, with some of its steps, and create changed."""
    return example.scheme_of_file(example.variant(*steps, **create))


def test_a_scheme_that_can_ask_needs_no_remark() -> None:
    """Find and read are there."""
    assert remarks(example.file()) == ()


def test_validation_says_that_a_doubt_cannot_be_resolved() -> None:
    """Without find a lost answer is for a person; with the vendor's promise it is sent once more."""
    alone = remarks(example.variant("create"))
    assert [one.rpartition(": ")[2] for one in alone] == [
        "it goes to REVIEW",
        "what the system answers to create is all that is known of a document",
    ]
    attested = {"on_unresolved": "repush_once", "attestation": "somebody"}
    promised = example.variant("create", "read", policies=attested, idempotency_header="Idempotency-Key")
    assert "vendor's promise" in remarks(promised)[0]


def test_validate_prints_the_remarks(tmp_path: Path) -> None:
    """Whoever checks a file reads them."""
    file = tmp_path / example.FILE
    find = re.compile(r"    - step: find.*?(?=    - step: create)", re.DOTALL)
    file.write_text(find.sub("", example.text()), encoding="utf-8")
    told = CliRunner().invoke(app, ["scheme", "validate", str(file)])
    assert told.exit_code == 0, told.output
    assert "no problem found" in told.output
    assert "goes to REVIEW" in told.output


def test_what_the_target_can_be_asked_follows_from_its_steps() -> None:
    """The core asks for nothing else."""
    both, alone = example.scheme().target, scheme_with("create").target
    assert (both.finds, both.reads, both.lists) == (True, True, False)
    assert (alone.finds, alone.reads, alone.lists) == (False, False, False)
    assert alone.promise is None


def test_the_key_of_a_repeated_call_is_the_payments() -> None:
    """The same for every attempt, another for another scheme, and fit for a header."""
    target = scheme_with("create", idempotency_header="Idempotency-Key", idempotency_kept="2 d").target
    scope = {"payment": {"key": "付款/1", "amount": "1"}, "document": "D", "account": "", "paid_at": 1675152000000}
    request = render(target.make_request, scope)
    assert isinstance(request, dict)
    key = "payments-to-documents:%E4%BB%98%E6%AC%BE%2F1"
    assert (request[KEY], request[HEADERS]) == ("付款/1", {"Idempotency-Key": key})
    assert isinstance(request[BODY], dict)
    assert target.promise is not None
    assert target.promise.kept == timedelta(days=2)


def test_a_preview_shows_the_questions_too() -> None:
    """Before the document is made, and before it is called done; what a scheme does not ask is not shown."""
    row = {"id": "P-1", "document": "FK-1", "account": "", "amount": Decimal("12.5"), "paid_at": 1675152000000}
    (whole,) = previews(example.scheme(), row, {}, START)
    assert [one.step for one in whole.sendings] == ["fetch", "find", "create", "read"]
    assert whole.data("find") == {"path": "/api/v1/documents", "query": {"reference": "P-1"}}
    (find,) = [one for one in whole.sendings if one.step == "find"]
    assert FieldView("query.reference", "P-1", "{{payment.key}}", (Origin("payment.key", "P-1"),)) in find.fields
    assert whole.data("read") == {"path": f"/api/v1/documents/{ID}", "query": {}}

    (alone,) = previews(scheme_with("create"), row, {}, START)
    assert [one.step for one in alone.sendings] == ["fetch", "create"]


@pytest.mark.parametrize(
    ("value", "path"), [("A-1", "/d/A-1"), ("../x", "/d/..%2Fx"), ("付款?a=1#b", "/d/%E4%BB%98%E6%AC%BE%3Fa%3D1%23b")]
)
def test_a_value_stays_one_piece_of_the_path(value: str, path: str) -> None:
    """Whatever a row says, the call goes to the endpoint that the scheme names."""
    target = scheme_with("create", endpoint="/d/{{document}}").target
    scope = {"payment": {"key": "P", "amount": "1"}, "document": value, "account": "", "paid_at": 1675152000000}
    request = render(target.make_request, scope)
    assert isinstance(request, dict)
    assert request[PATH] == path


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_value_that_would_name_another_place_rejects_the_row(value: str) -> None:
    """Dots alone climb to another path."""
    target = scheme_with("create", endpoint="/d/{{document}}").target
    scope = {"payment": {"key": "P", "amount": "1"}, "document": value, "account": "", "paid_at": 1675152000000}
    with pytest.raises(TemplateFault):
        render(target.make_request, scope)
