"""One run for each of several schemes."""

from collections.abc import Callable
from functools import partial

import pytest

from fakes.journal import MemoryJournal
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.errors import PaysyncError, RunError, SettingsError
from paysync.core.runs import all_that_can_be, for_each


def makers(names: str, *, broken: str = "") -> list[tuple[str, Callable[[], str]]]:
    """What makes the ports of schemes that are called by one letter; those of the broken ones cannot be made."""
    return [(name, partial(made, name, broken)) for name in names]


def made(name: str, broken: str) -> str:
    if name in broken:
        raise SettingsError(Diagnosis.of(Code.SETTING, setting="HttpBaseUrl", what=f"is empty for {name}"))
    return name


def test_every_scheme_has_its_report() -> None:
    """By its name, in order; nothing is told of a run in which all went well."""
    journal = MemoryJournal()
    assert for_each(makers("ab"), str.upper, journal=journal) == {"a": "A", "b": "B"}
    assert journal.counts == {}


def test_a_scheme_that_fails_does_not_stop_the_others() -> None:
    """All are run; then one error names what failed and what ran, each failure was told and counted for the alarm."""
    ran: list[str] = []
    journal = MemoryJournal()

    def run(name: str) -> None:
        ran.append(name)
        if name != "b":
            raise RunError(Diagnosis.of(Code.MAYCUR_NACK, vendor=name))

    with pytest.raises(RunError) as raised:
        for_each(makers("abc"), run, journal=journal)
    assert ran == ["a", "b", "c"]
    assert raised.value.diagnosis.code is Code.SCHEMES_FAILED
    details = dict(raised.value.diagnosis.details)
    assert details["ran"] == "b"
    assert details["failed"] == "a, c"
    assert journal.counts["SchemeFailed"] == 2
    assert [line.details["scheme"] for line in journal.lines] == ["a", "c"]


def test_a_scheme_whose_ports_cannot_be_made_does_not_stop_those_after_it() -> None:
    """Its address or its secret is its own trouble."""
    journal = MemoryJournal()
    ran: list[str] = []
    with pytest.raises(PaysyncError, match=r"could not run: b\. .*HttpBaseUrl.* ran: a, c"):
        for_each(makers("abc", broken="b"), ran.append, journal=journal)
    assert ran == ["a", "c"]


@pytest.mark.parametrize(("code", "times"), [(Code.MAYCUR_LOGIN, 1), (Code.MAYCUR_NACK, 0)])
def test_refused_credentials_of_a_source_are_told_as_such(code: Code, times: int) -> None:
    """Their alarm says not to try logins by hand, whichever vendor it is."""
    journal = MemoryJournal()

    def run(name: str) -> None:
        raise RunError(Diagnosis.of(code, vendor=name))

    with pytest.raises(RunError):
        for_each(makers("a"), run, journal=journal)
    assert (journal.counts["SchemeFailed"], journal.counts["CredentialTrouble"]) == (1, times)


def test_the_only_scheme_fails_by_its_own_error() -> None:
    """Whoever runs one scheme reads what it says, and nothing about others."""
    with pytest.raises(SettingsError):
        for_each(makers("a", broken="a"), str.upper, journal=MemoryJournal())


def test_push_has_the_ports_that_can_be_made() -> None:
    """The other scheme is told; where there is none at all, the function fails."""
    journal = MemoryJournal()
    assert all_that_can_be(makers("ab", broken="a"), journal=journal) == {"b": "b"}
    assert journal.counts["SchemeFailed"] == 1
    with pytest.raises(RunError):
        all_that_can_be(makers("ab", broken="ab"), journal=journal)
    with pytest.raises(SettingsError):
        all_that_can_be(makers("a", broken="a"), journal=journal)


def test_a_defect_stops_at_once() -> None:
    """What is no trouble of one scheme is not held back until the others have run."""
    ran: list[str] = []

    def run(name: str) -> None:
        ran.append(name)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        for_each(makers("ab"), run, journal=MemoryJournal())
    assert ran == ["a"]
