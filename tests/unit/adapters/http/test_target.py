"""A document asked for over HTTP: what cannot be read is a failure, never "none"; what is gone counts as voided."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest

from contract import example
from fakes.system import FakeClock, SeededIds
from paysync.adapters.http.client import HttpClient, http_client
from paysync.adapters.http.headers import Sealed
from paysync.adapters.http.target import HttpTarget
from paysync.core.bills import Inquiry
from paysync.core.errors import DefectError
from paysync.core.keys import PaymentKey
from paysync.core.outcomes import DefinitelyNot, Done, Unknown
from simulation.pair import scheme as of_another_connector

if TYPE_CHECKING:
    from collections.abc import Mapping

FOUND: Final = {"id": "7", "number": "D7", "reference": "P1", "status": "OPEN"}
READ: Final = {**FOUND, "amount": 622.5, "document": "FK-1"}
ASKED: Final = Inquiry(PaymentKey("payments-to-documents", "P1"), "P1", None, "")


class System:
    """Finds one document and reads it, unless told to answer otherwise."""

    def __init__(self, **answers: httpx.Response) -> None:
        self.answers = answers
        self.calls: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        """As the example's system would."""
        what = "read" if request.url.path.endswith("/7") else "find"
        self.calls.append(what)
        good: Mapping[str, Any] = {"read": {"data": READ}, "find": {"data": {"items": [FOUND]}}}
        return self.answers.get(what) or httpx.Response(200, json={"code": "OK", **good[what]})

    def target(self) -> HttpTarget:
        """By the scheme that docs/connectors.md shows."""
        http = http_client("https://system.example", transport=httpx.MockTransport(self.answer))
        client = HttpClient(http, clock=FakeClock(), ids=SeededIds(), pacer=None, hidden=frozenset())
        return HttpTarget(client, example.scheme(), Sealed({}))


def test_a_document_is_found_by_our_reference_and_read_to_the_cent() -> None:
    """One call to find it, one to read it."""
    system = System()
    (totals,) = found(system.target().bills_by_reference(["P1"])).values()
    assert [(one.id, one.amount, one.voided) for one in totals] == [("7", Decimal("622.5"), False)]
    assert system.calls == ["find", "read"]


@pytest.mark.parametrize("what", ["find", "read"])
def test_what_cannot_be_read_is_a_failure_and_never_none(what: str) -> None:
    """Whoever takes a failed question for "no document" makes a second one."""
    target = System(**{what: httpx.Response(500)}).target()
    assert isinstance(target.bills_by_reference(["P1"]), DefinitelyNot | Unknown)
    if what == "find":
        assert isinstance(target.existing([ASKED]), DefinitelyNot | Unknown)
    else:
        assert isinstance(target.bills(["7"]), DefinitelyNot | Unknown)


def test_a_document_that_went_between_two_questions_counts_as_voided() -> None:
    """It was found a moment ago; by now it moves no money, and no amount is made up for it."""
    target = System(read=httpx.Response(404, json={})).target()
    (totals,) = found(target.bills_by_reference(["P1"])).values()
    assert [(one.voided, one.amount) for one in totals] == [(True, None)]
    assert target.bills(["7", "7"]) == Done({})


def test_a_target_serves_only_schemes_of_its_connector() -> None:
    """A mix-up is a defect of ours, told before the first call."""
    system = System()
    with pytest.raises(DefectError):
        HttpTarget(system.target()._client, of_another_connector(), Sealed({}))
    with pytest.raises(DefectError):
        system.target().make({"Numbers": ["FK-1"]})
    assert system.calls == []


def found(outcome: Any) -> Any:
    """What came of it."""
    assert isinstance(outcome, Done), outcome
    return outcome.value
