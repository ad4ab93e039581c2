"""A scheme of connector http from list to document: what the page shows is true, and no answer doubles or loses."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from contract import example
from contract.paths import ATTESTED, System, variant
from paysync.core.codes import Code
from paysync.core.outcomes import Done
from paysync.core.reconcile import ReconcilePorts, reconcile
from paysync.core.review import Decided, ReviewPorts, confirm_none, look
from paysync.core.scheme import Scheme
from paysync.core.states import State
from paysync.core.times import Window
from paysync.schemes.trial import trials_of
from simulators.common.running import RunningSimulator

pytestmark = pytest.mark.wire

Start = Callable[..., System]


@pytest.fixture
def start(jsonapi: RunningSimulator) -> Iterator[Start]:
    """Starts a system by a scheme."""
    started: list[System] = []

    def begin(scheme: Scheme | None = None) -> System:
        started.append(System(jsonapi, scheme or example.scheme()))
        return started[-1]

    yield begin
    for one in started:
        one.close()


def test_the_example_of_the_page_passes_its_own_tests() -> None:
    """What an integrator copies is checked, and shows what it says."""
    trials = trials_of(example.file())
    assert trials
    assert [trial.differences for trial in trials] == [() for _ in trials]


def test_each_payment_becomes_one_document(start: Start) -> None:
    """From the list to the books, to the cent, each once, and a second look changes nothing."""
    system = start()
    system.pay("P1", "P2", "P3", amount="0.10")
    system.push()
    system.settle(rounds=2)
    assert {system.row(code).state for code in ("P1", "P2", "P3")} == {State.DONE}
    assert sorted(one["reference"] for one in system.documents) == ["P1", "P2", "P3"]
    assert {Decimal(str(one["amount"])) for one in system.documents} == {Decimal("0.10")}


def test_a_lost_answer_is_asked_for_and_taken(start: Start) -> None:
    """Made, but nobody heard of it: found by our reference after the quiet period."""
    system = start()
    system.pay("P1")
    system.books.breaks("make", {"kind": "reset_after", "times": 1})
    system.push()
    assert system.row("P1").state is State.IN_DOUBT
    system.settle()
    assert system.row("P1").state is State.DONE
    assert len(system.documents) == 1


def test_a_document_of_another_amount_is_not_ours_to_finish(start: Start) -> None:
    """Found by the reference, read, and not the payment's amount: a person looks."""
    system = start()
    system.pay("P1")
    system.simulator.load(
        documents=[{"id": "d-9", "number": "DOC9", "reference": "P1", "amount": "1.00", "more": {"document": "FK-P1"}}]
    )
    system.push()
    row = system.row("P1")
    assert row.state is State.REVIEW
    assert row.diagnosis is not None
    assert row.diagnosis.code is Code.HTTP_DIFFERENT
    assert len(system.documents) == 1


def test_what_was_not_made_goes_to_a_person_after_two_looks(start: Start) -> None:
    """Nothing found twice is still no proof that nothing comes."""
    system = start()
    system.pay("P1")
    system.books.breaks("make", {"kind": "reset_before", "times": 1})
    system.push()
    system.settle()
    row = system.row("P1")
    assert row.state is State.REVIEW
    assert row.diagnosis is not None
    assert row.diagnosis.code is Code.DOUBT_NONE
    assert system.books.calls("make") == 1


@pytest.mark.parametrize("search", ["ignored", "refused"])
def test_a_search_that_was_not_understood_is_no_baseline(start: Start, search: str) -> None:
    """Documents of others, or a refusal of the question, do not mean “none”: nothing is sent."""
    system = start()
    system.pay("P1")
    system.simulator.load(documents=[{"id": "d-9", "number": "DOC9", "reference": "P9", "amount": "1.00"}])
    system.simulator.settings(search=search)
    system.push()
    row = system.row("P1")
    assert row.state is State.REVIEW
    assert row.diagnosis is not None
    assert row.diagnosis.code is Code.DOUBT_UNTRUSTED
    assert system.books.calls("make") == 0


@pytest.mark.parametrize("kind", ["reset_after", "reset_before"])
def test_a_system_that_cannot_be_asked_leaves_a_doubt_to_a_person(start: Start, kind: str) -> None:
    """Sent once, whatever became of it; the person's word opens it again."""
    system = start(variant("create"))
    system.pay("P1")
    system.books.breaks("make", {"kind": kind, "times": 1})
    system.push()
    system.settle()
    row = system.row("P1")
    assert row.state is State.REVIEW
    assert row.diagnosis is not None
    assert row.diagnosis.code is Code.DOUBT_UNASKABLE
    assert system.books.calls("make") == 1
    ports = ReviewPorts(system.scheme, system.ledger, system.books.target(), system.outbox, system.clock, "somebody")
    seen = look(ports, row)
    assert isinstance(seen, Done)
    assert isinstance(confirm_none(ports, seen.value, "looked there"), Decided)
    system.settle(rounds=1)
    assert system.row("P1").state is State.DONE


def test_an_answer_is_believed_where_nothing_can_be_read(start: Start) -> None:
    """Create alone: one call, DONE by its word."""
    system = start(variant("create"))
    system.pay("P1")
    system.push()
    assert system.row("P1").state is State.DONE
    counts = system.simulator.calls()["counts"]
    assert {name: count for name, count in counts.items() if name != "payments"} == {"create": 1}


def test_by_the_vendors_promise_it_is_sent_once_more(start: Start) -> None:
    """The same key, the same document, although two requests came."""
    system = start(variant("create", "read", idempotency_header="Idempotency-Key", policies=ATTESTED))
    system.pay("P1")
    system.books.breaks("make", {"kind": "reset_after", "times": 1})
    system.push()
    system.settle()
    assert system.row("P1").state is State.DONE
    assert system.books.calls("make") == 2
    assert len(system.documents) == 1
    assert "repush allowed" in system.history("P1")


@pytest.mark.parametrize(
    "changes",
    [
        {"idempotency_header": "Idempotency-Key"},
        {"idempotency_header": "Idempotency-Key", "idempotency_kept": "20 min", "policies": ATTESTED},
    ],
    ids=["nobody has attested it", "the key is forgotten by then"],
)
def test_without_a_promise_that_still_holds_it_is_not_sent_again(start: Start, changes: dict[str, Any]) -> None:
    """A header alone promises nothing, and a promise ends."""
    system = start(variant("create", "read", **changes))
    system.pay("P1")
    system.books.breaks("make", {"kind": "reset_after", "times": 1})
    system.push()
    system.settle()
    assert system.row("P1").state is State.REVIEW
    assert system.books.calls("make") == 1


def test_a_second_lost_answer_is_for_a_person(start: Start) -> None:
    """Once more is once."""
    system = start(variant("create", "read", idempotency_header="Idempotency-Key", policies=ATTESTED))
    system.pay("P1")
    system.books.breaks("make", {"kind": "reset_after"})
    system.push()
    system.settle()
    assert system.row("P1").state is State.REVIEW
    assert system.books.calls("make") == 2
    assert len(system.documents) == 1


def test_credentials_that_are_denied_reject_nothing(start: Start) -> None:
    """The scheme stands still; with the right token it goes on."""
    system = start()
    system.pay("P1")
    system.books.breaks("make", {"kind": "lost_session", "times": 1})
    system.push()
    assert system.row("P1").state is State.NEW
    assert system.ledger.pause(system.scheme.name) is not None
    system.settle(rounds=4)
    assert system.row("P1").state is State.DONE
    assert len(system.documents) == 1


@pytest.mark.parametrize("steps", [("find", "create", "read"), ("create",)], ids=["asked", "not asked"])
def test_reconcile_finds_no_difference_where_there_is_none(start: Start, steps: tuple[str, ...]) -> None:
    """Documents are compared where they can be asked for, and not missed where they cannot."""
    system = start(variant(*steps))
    system.pay("P1", "P2")
    system.push()
    window = Window(system.clock.now() - timedelta(days=1), system.clock.now())
    report = reconcile(ReconcilePorts(system.fetch, system.books.target(), ""), window)
    assert (report.source_count, report.booked_count, report.findings) == (2, 2, [])
    assert report.bill_count == (2 if "find" in steps else 0)


def test_reconcile_tells_a_document_that_is_gone(start: Start, jsonapi: RunningSimulator) -> None:
    """DONE here, nothing there."""
    system = start()
    system.pay("P1")
    system.push()
    payments = jsonapi.books()["payments"]
    jsonapi.reset()
    jsonapi.load(payments=payments)
    window = Window(system.clock.now() - timedelta(days=1), system.clock.now())
    report = reconcile(ReconcilePorts(system.fetch, system.books.target(), ""), window)
    assert [str(one.difference) for one in report.findings] == ["bill_gone"]
