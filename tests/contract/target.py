"""What a target promises. Each function is one promise; it runs on a bench as new and fails where it is broken."""

from collections.abc import Callable
from typing import Final

from contract.bench import TargetBench
from contract.faults import AMBIGUOUS, MOST_TRIES, PASSING, THROTTLED
from paysync.core.bills import Bill, BillStatus, Made
from paysync.core.diagnosis import Kind
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown

TargetPromise = Callable[[TargetBench], None]


def making_makes_one_document(bench: TargetBench) -> None:
    """Done names the one document that the books have now, by an id and a number."""
    made = _made(bench.target().make(bench.request("P1")))
    assert made.id
    assert made.number
    assert bench.made_for("P1") == 1
    assert bench.made_for("P2") == 0


def a_refusal_is_definite_and_makes_nothing(bench: TargetBench) -> None:
    """A no of the system is told as one that stays, with its reason."""
    outcome = bench.target().make(bench.refused("P1"))
    assert isinstance(outcome, DefinitelyNot)
    assert not outcome.transient
    assert outcome.diagnosis.vendor or outcome.diagnosis.details
    assert bench.made_for("P1") == 0


def an_answer_that_proves_nothing_is_unknown(bench: TargetBench) -> None:
    """Timeouts, resets, 5xx, cut bodies, HTML, garbage: whether the document was made or not, it is sent once."""
    for number, fault in enumerate(AMBIGUOUS):
        code = f"P{number}"
        target, request = bench.target(), bench.request(code)
        bench.breaks("make", fault)
        before = bench.calls("make")
        outcome = target.make(request)
        bench.breaks("make")
        assert isinstance(outcome, Unknown), (fault, outcome)
        assert bench.calls("make") - before == 1, fault


def throttling_a_write_is_never_taken_for_done(bench: TargetBench) -> None:
    """“Too many calls” is a passing no where the vendor says that nothing was done, else Unknown; sent once."""
    target, request = bench.target(), bench.request("P1")
    bench.breaks("make", THROTTLED)
    before = bench.calls("make")
    outcome = target.make(request)
    assert not isinstance(outcome, Done)
    assert isinstance(outcome, Unknown) or outcome.transient
    assert bench.calls("make") - before == 1
    assert bench.made_for("P1") == 0


def wrong_credentials_reject_nothing(bench: TargetBench) -> None:
    """Nothing is made, and what is told pauses the scheme instead of refusing payments."""
    outcome = bench.stranger().make(bench.request("P1"))
    assert not isinstance(outcome, Done)
    assert outcome.diagnosis.kind in {Kind.CREDENTIAL, Kind.UNKNOWN, Kind.TRANSIENT}
    assert bench.made_for("P1") == 0


def a_document_is_found_after_its_answer_was_lost(bench: TargetBench) -> None:
    """One that was made is shown for its payment and for no other; what was not made is shown for none."""
    if not bench.finds:
        return
    target = bench.target()
    request = bench.request("P1")
    bench.breaks("make", {"kind": "reset_after"})
    target.make(request)
    bench.breaks("make")
    asked = [bench.inquiry("P1"), bench.inquiry("P2")]
    outcome = bench.target().existing(asked, creators=True)
    assert isinstance(outcome, Done), outcome
    one, other = (outcome.value.get(each.payment, ()) for each in asked)
    assert [head.voided for head in one] == [False]
    assert list(other) == []


def a_question_that_failed_is_never_none_found(bench: TargetBench) -> None:
    """With a document in the books: every fault fails the question, asked at most three times."""
    if not bench.finds:
        return
    target = bench.target()
    _made(target.make(bench.request("P1")))
    for fault in AMBIGUOUS:
        bench.breaks("find", fault)
        before = bench.calls("find")
        assert not isinstance(target.existing([bench.inquiry("P1")]), Done), fault
        assert 1 <= bench.calls("find") - before <= MOST_TRIES, fault
        bench.breaks("find")
    assert isinstance(target.existing([bench.inquiry("P1")]), Done)


def a_document_is_read_by_its_id(bench: TargetBench) -> None:
    """Those that exist, in full; an id that nobody knows is simply not there."""
    if not bench.reads:
        return
    target = bench.target()
    made = _made(target.make(bench.request("P1")))
    outcome = target.bills([made.id, "999999"])
    assert isinstance(outcome, Done), outcome
    assert set(outcome.value) == {made.id}
    bill = outcome.value[made.id]
    assert (bill.head.id, bill.head.number, bill.head.voided) == (made.id, made.number, False)


def a_reading_that_failed_is_never_gone(bench: TargetBench) -> None:
    """A fault is not the absence of the document."""
    if not bench.reads:
        return
    target = bench.target()
    made = _made(target.make(bench.request("P1")))
    for fault in AMBIGUOUS:
        bench.breaks("read", fault)
        before = bench.calls("read")
        assert not isinstance(target.bills([made.id]), Done), fault
        assert 1 <= bench.calls("read") - before <= MOST_TRIES, fault
        bench.breaks("read")


def trouble_of_a_read_that_passes_is_got_over(bench: TargetBench) -> None:
    """Two faults in a row cost two more calls, no more."""
    if not bench.reads:
        return
    target = bench.target()
    made = _made(target.make(bench.request("P1")))
    for fault in PASSING:
        bench.breaks("read", {**fault, "first": 2})
        before = bench.calls("read")
        assert isinstance(target.bills([made.id]), Done), fault
        assert bench.calls("read") - before == MOST_TRIES, fault


def each_step_moves_the_document_and_judges_each_by_itself(bench: TargetBench) -> None:
    """Save, submit, audit: the document's own status says so afterwards; one that nobody knows is not called done."""
    if not bench.steps:
        return
    target = bench.target()
    made = _made(target.make(bench.request("P1")))
    bill = _bill(bench, made)
    assert isinstance(bench.edit_of(target, bill, "P1")[made.id], Done)
    for step, status in ((target.submit, BillStatus.SUBMITTED), (target.audit, BillStatus.AUDITED)):
        outcomes = step([made.id, "999999"])
        assert set(outcomes) <= {made.id, "999999"}
        assert not isinstance(outcomes.get("999999"), Done)
        if not isinstance(outcomes[made.id], Done):
            step([made.id])
        assert _bill(bench, made).head.status is status


def no_secret_is_told(bench: TargetBench) -> None:
    """Neither in what a target looks like, nor in any outcome or text for a person."""
    target, request = bench.target(), bench.request("P1")
    told: list[object] = [target, vars(target), bench.stranger().make(request)]
    echo = {"kind": "lost_session", "text": f"token {bench.secrets[0]} is not known"}
    for fault in (*AMBIGUOUS, echo):
        bench.breaks("make", fault)
        told.append(bench.target().make(request))
    diagnoses = [one.diagnosis.as_json() for one in told if isinstance(one, (DefinitelyNot, Unknown))]
    said = "\n".join([*map(repr, told), *map(str, told), repr(diagnoses)])
    assert not [secret for secret in bench.secrets if secret in said]


TARGET_PROMISES: Final[tuple[TargetPromise, ...]] = (
    making_makes_one_document,
    a_refusal_is_definite_and_makes_nothing,
    an_answer_that_proves_nothing_is_unknown,
    throttling_a_write_is_never_taken_for_done,
    wrong_credentials_reject_nothing,
    a_document_is_found_after_its_answer_was_lost,
    a_question_that_failed_is_never_none_found,
    a_document_is_read_by_its_id,
    a_reading_that_failed_is_never_gone,
    trouble_of_a_read_that_passes_is_got_over,
    each_step_moves_the_document_and_judges_each_by_itself,
    no_secret_is_told,
)


# ----------------------------------------------------------------------------------------------------------------------


def _made(outcome: Outcome[Made]) -> Made:
    assert isinstance(outcome, Done), outcome
    return outcome.value


def _bill(bench: TargetBench, made: Made) -> Bill:
    outcome = bench.target().bills([made.id])
    assert isinstance(outcome, Done), outcome
    return outcome.value[made.id]
