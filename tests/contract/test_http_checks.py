"""What `paysync doctor` and every night's check see of a system behind connector http: asked, and nothing made."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from contract import example
from contract.paths import System, variant
from paysync.adapters.http.inspector import HttpInspector, HttpSourceInspector
from paysync.core.codes import Code
from paysync.core.inspection import Check, Result, Sample, Several
from paysync.core.outcomes import DefinitelyNot, Done, Outcome
from paysync.core.scheme import Scheme
from simulators.common.running import RunningSimulator

pytestmark = pytest.mark.wire

Look = Callable[..., Outcome[Sequence[Check]]]


@pytest.fixture
def look(jsonapi: RunningSimulator) -> Iterator[Look]:
    """Looks at source and target by a scheme, after its payments were booked."""
    started: list[System] = []

    def at(
        scheme: Scheme | None = None, *, paid: Sequence[str] = (), fault: str = "", **settings: str
    ) -> Outcome[Sequence[Check]]:
        system = System(jsonapi, scheme or example.scheme())
        started.append(system)
        if paid:
            system.pay(*paid)
            system.push()
        jsonapi.settings(**settings)
        if fault:
            jsonapi.faults({"kind": fault})
        jsonapi.post("calls/reset")
        bill = system.row(paid[0]).bill if paid else None
        looks = (
            HttpInspector(system.books.target(), system.scheme),
            HttpSourceInspector(system.source.source(), system.scheme, system.clock),
        )
        return Several(*looks).inspect(Sample({}, bill))

    yield at
    for one in started:
        one.close()


def results(outcome: Outcome[Sequence[Check]]) -> dict[str, Result]:
    assert isinstance(outcome, Done), outcome
    return {check.what: check.result for check in outcome.value}


def test_all_questions_of_the_scheme_are_asked_and_nothing_is_made(look: Look, jsonapi: RunningSimulator) -> None:
    """find, read and the list; the system's log has no other call."""
    seen = results(look(paid=["P1"]))
    assert seen == {
        "find": Result.SOUND,
        "read": Result.SOUND,
        "list of the source": Result.SOUND,
        "rights to write": Result.UNSEEN,
    }
    assert set(jsonapi.calls()["counts"]) == {"find", "read", "payments"}
    assert len(jsonapi.books()["documents"]) == 1


@pytest.mark.parametrize("search", ["refused", "ignored"])
def test_a_search_that_is_not_understood_is_found_before_a_payment_is(look: Look, search: str) -> None:
    """Every payment would be parked for it."""
    outcome = look(paid=["P1"], search=search)
    assert isinstance(outcome, Done)
    (finding,) = [check for check in outcome.value if check.result is Result.FINDING]
    assert finding.what == "find"
    assert finding.why is not None
    assert finding.why.code is Code.DOUBT_UNTRUSTED


def test_a_target_that_cannot_be_asked_says_so(look: Look) -> None:
    """Create alone: nothing can be seen without making a document."""
    assert results(look(variant("create"))) == {
        "target": Result.UNSEEN,
        "rights to write": Result.UNSEEN,
        "list of the source": Result.SOUND,
    }


def test_denied_credentials_end_the_look_with_what_to_do(look: Look) -> None:
    """As the text of http.credentials promises: a check that failed, and no finding."""
    outcome = look(fault="lost_session")
    assert isinstance(outcome, DefinitelyNot)
    assert outcome.diagnosis.code is Code.HTTP_CREDENTIALS
