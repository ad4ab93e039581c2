"""One run for each of several schemes."""

import pytest

from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.errors import RunError
from paysync.core.runs import for_each


def test_every_scheme_has_its_report() -> None:
    """By its name, in order."""
    assert for_each([("a", 1), ("b", 2)], lambda ports: ports * 10) == {"a": 10, "b": 20}


def test_a_scheme_that_fails_does_not_stop_the_others() -> None:
    """All are run; then the first failure is raised, so that the run counts as failed."""
    ran: list[str] = []

    def run(name: str) -> None:
        ran.append(name)
        if name != "b":
            raise RunError(Diagnosis.of(Code.MAYCUR_NACK), key=name)

    with pytest.raises(RunError) as raised:
        for_each([(name, name) for name in "abc"], run)
    assert (ran, raised.value.key) == (["a", "b", "c"], "a")


def test_a_defect_stops_at_once() -> None:
    """What is no trouble of one scheme is not held back until the others have run."""
    ran: list[str] = []

    def run(name: str) -> None:
        ran.append(name)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        for_each([(name, name) for name in "ab"], run)
    assert ran == ["a"]
