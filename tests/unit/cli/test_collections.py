"""What commands say of a collection: what it is, how old it is, and that it holds no payments."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from paysync.bootstrap.collecting import told_apart
from paysync.cli.stack import Stack
from paysync.core.collection import Generation
from paysync.core.errors import SettingsError

if TYPE_CHECKING:
    from unit.cli.conftest import Run, Stand

NAME = "bank-accounts"


@pytest.fixture
def with_collection(stand: Stand) -> Stand:
    """A stack that collects."""
    stand.environment["SCHEME"] = f"{NAME},paid-to-paybill"
    return stand


def collected(ago: timedelta) -> None:
    """A generation that was read so long ago."""
    operator = Stack("test").operator
    after = Generation(7, operator.clock.now() - ago, 142, "1+abc")
    assert operator.collected.replace(NAME, None, after, {})


@pytest.mark.usefixtures("with_collection")
def test_status_says_what_is_kept_and_how_old_it_is(run: Run) -> None:
    """Rows, generation and age; what is too old or not there yet says that lookups ask live."""
    (status,) = run("status", "--json").documents
    (one,) = status["collections"]
    assert (one["name"], one["form"], one["rows"], one["fresh"]) == (NAME, "CN_BANKACNT", None, False)
    assert status["schemes"] == ["paid-to-paybill"]
    assert "collection bank-accounts (CN_BANKACNT): nothing collected yet; lookups ask live" in run("status").out
    collected(timedelta(minutes=3))
    (one,) = run("status", "--json").documents[0]["collections"]
    assert (one["rows"], one["generation"], one["fresh"]) == (142, 7, True)
    assert 180 <= one["age_seconds"] < 200
    assert "142 rows, generation 7, 3.0 min old" in run("status").out


@pytest.mark.usefixtures("with_collection")
def test_an_old_reading_is_shown_as_such(run: Run) -> None:
    """Lookups do not read it any more."""
    collected(timedelta(hours=2))
    assert "2.0 h old (too old; lookups ask live)" in run("status").out


@pytest.mark.usefixtures("with_collection")
@pytest.mark.parametrize(
    "command", [("list",), ("show", "PAY-1"), ("reconcile", "--from", "2025-01-01", "--to", "2025-01-02", "--yes")]
)
def test_a_collection_holds_no_payments(run: Run, command: tuple[str, ...]) -> None:
    """Whoever names it where a scheme is meant learns what it is."""
    collected(timedelta(minutes=3))
    answer = run(*command, "--scheme", NAME)
    assert answer.code == 1
    assert (
        "bank-accounts is a collection, which lookups read and which holds no payment: 142 rows, generation 7"
        in answer.err
    )


@pytest.mark.usefixtures("stand")
def test_a_stack_without_collections_says_nothing_of_them(run: Run) -> None:
    """No empty line for most stacks."""
    assert "collection" not in run("status").out


def test_a_stack_of_collections_alone_is_refused(stand: Stand) -> None:
    """Nobody would read them; and the first scheme is the one that the stack's parameters are for."""
    stand.environment["SCHEME"] = NAME
    with pytest.raises(SettingsError) as refused:
        told_apart(stand.settings)
    assert "names collections only" in str(refused.value)
    stand.environment["SCHEME"] = f"{NAME},paid-to-paybill"
    told = told_apart(told_apart(stand.settings))
    assert (told.schemes, told.collections) == (("paid-to-paybill",), (NAME,))
