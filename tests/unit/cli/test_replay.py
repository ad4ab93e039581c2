"""`paysync replay`: a plan first, only confirmed sends count, and no dead letter goes before its payment is safe."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fakes import builders as b
from paysync.adapters.aws.queue import SqsOutbox
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.states import Event, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paysync.core.keys import PaymentKey
    from paysync.core.records import Message
    from unit.cli.conftest import Run, Stand

PERIOD = Diagnosis.of(Code.ERP_PERIOD_CLOSED)


def keys(letters: Sequence[dict[str, Any]]) -> set[str]:
    """Whose letters they are."""
    return {letter["key"] for letter in letters}


def test_a_plan_says_what_would_happen_to_each_and_writes_nothing(stand: Stand, run: Run) -> None:
    """For every state its own action, in the order asked for; neither rows, nor queue, nor letters are touched."""
    stand.rejected("NO-1")
    stand.seen("NEW-1", "FKSQ-2")
    stand.parked("ASK-1")
    done = stand.parked("END-1")
    stand.moved(done, Event.CLOSED)
    before = stand.everything()
    asked = ("NO-1", "NEW-1", "ASK-1", "END-1", "NOBODY")

    (plan,) = run("replay", *asked, "--dry-run", "--json").documents

    assert plan["dry_run"] is True
    assert [(one["key"], one["state"], one["action"]) for one in plan["payments"]] == [
        ("NO-1", "REJECTED", "reopen"),
        ("NEW-1", "NEW", "wake"),
        ("ASK-1", "REVIEW", "review"),
        ("END-1", "CLOSED", "already_settled"),
        ("NOBODY", None, "unknown_key"),
    ]
    told = run("replay", *asked, "--dry-run").out
    assert all(key in told for key in asked)
    assert stand.everything() == before


def test_a_rejected_payment_is_opened_and_sent_and_its_letter_goes(stand: Stand, run: Run) -> None:
    """The row first, then the message; the answer counts what was confirmed."""
    stand.rejected()
    (answer,) = run("replay", "PAY-1", "--yes", "--json").documents
    assert {name: answer[name] for name in ("dry_run", "sent", "pruned")} == {"dry_run": False, "sent": 1, "pruned": 1}
    assert [(one["key"], one["action"], one["sent"]) for one in answer["payments"]] == [("PAY-1", "reopen", True)]
    assert stand.row("PAY-1").state is State.NEW
    assert stand.messages(stand.queue) == [{"scheme": b.SCHEME, "key": "PAY-1", "digest": "digest of PAY-1"}]
    assert stand.messages(stand.dlq) == []


def test_a_letter_stays_while_its_re_send_is_not_confirmed(
    stand: Stand, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQS has not taken the message: exit code 1, and the letter is still there for the next try."""

    def refuse(_outbox: SqsOutbox, messages: Sequence[Message]) -> frozenset[PaymentKey]:
        return frozenset(message.key for message in messages)

    stand.rejected()
    with monkeypatch.context() as patch:
        patch.setattr(SqsOutbox, "send", refuse)
        (answer,) = run("replay", "PAY-1", "--yes", "--json").documents
    assert (answer["sent"], answer["pruned"]) == (0, 0)
    assert keys(stand.messages(stand.dlq)) == {"PAY-1"}
    (again,) = run("replay", "PAY-1", "--yes", "--json").documents
    assert (again["sent"], again["pruned"]) == (1, 1)


def test_only_letters_that_are_done_with_go(stand: Stand, run: Run) -> None:
    """Of others, of later attempts, or unreadable: they stay, and are seen again at once."""
    rejected = stand.rejected("PAY-1")
    stand.rejected("PAY-2")
    later = {"scheme": b.SCHEME, "key": "PAY-1", "digest": "d", "attempt": rejected.fence + 7}
    for body in (json.dumps(later), "not json"):
        stand.sqs.send_message(QueueUrl=stand.dlq, MessageBody=body)

    (answer,) = run("replay", "PAY-1", "--yes", "--json").documents

    assert answer["pruned"] == 1
    found = stand.sqs.receive_message(QueueUrl=stand.dlq, MaxNumberOfMessages=10)["Messages"]
    bodies = [message["Body"] for message in found]
    assert sorted(body == "not json" or json.loads(body)["key"] for body in bodies if body != "not json") == [
        "PAY-1",
        "PAY-2",
    ]
    assert json.dumps(later) in bodies
    assert "not json" in bodies


def test_letters_of_what_is_settled_go(stand: Stand, run: Run) -> None:
    """Whatever attempt they speak of; the payment is not touched, and that is no failure."""
    closed = stand.moved(stand.parked("PAY-1"), Event.CLOSED)
    body = {"scheme": b.SCHEME, "key": "PAY-1", "digest": "d", "attempt": 99}
    stand.sqs.send_message(QueueUrl=stand.dlq, MessageBody=json.dumps(body))
    answer = run("replay", "PAY-1", "--yes", "--json")
    assert (answer.code, answer.documents[0]["pruned"]) == (0, 1)
    assert stand.row("PAY-1") == closed
    assert stand.messages(stand.queue) == []


def test_all_takes_what_the_filters_select(stand: Stand, run: Run) -> None:
    """REJECTED unless --state says otherwise, and only those with --code's diagnosis."""
    stand.rejected("PAY-1")
    stand.rejected("PAY-2", PERIOD)
    stand.seen("PAY-3")

    def planned(*filters: str) -> set[str]:
        (plan,) = run("replay", "--all", *filters, "--dry-run", "--json").documents
        return keys(plan["payments"])

    assert planned() == {"PAY-1", "PAY-2"}
    assert planned("--code", "erp.period_closed") == {"PAY-2"}
    assert planned("--code", "erp.rule") == set()
    assert planned("--state", "NEW") == {"PAY-3"}
    assert planned("--state", "NEW", "--state", "REJECTED") == {"PAY-1", "PAY-2", "PAY-3"}


def test_a_key_that_nobody_knows_is_a_failure(stand: Stand, run: Run) -> None:
    """Beside good ones, which are sent all the same."""
    stand.rejected()
    answer = run("replay", "PAY-1", "NOBODY", "--yes", "--json")
    assert (answer.code, answer.documents[0]["sent"]) == (1, 1)


def test_a_key_of_two_schemes_must_say_which(stand: Stand, run: Run) -> None:
    """Two schemes may know the same code; one that only one of them knows needs no more words."""
    stand.environment["SCHEME"] = f"{b.SCHEME},reimbursement-to-paybill"
    stand.seen("PAY-1")
    stand.seen("PAY-1", scheme="reimbursement-to-paybill")
    stand.seen("PAY-2", scheme="reimbursement-to-paybill")
    answer = run("replay", "PAY-1", "--dry-run")
    assert (answer.code, "--scheme" in answer.err) == (1, True)
    (named,) = run("replay", "PAY-1", "--scheme", b.SCHEME, "--dry-run", "--json").documents
    assert named["payments"][0]["scheme"] == b.SCHEME
    (only,) = run("replay", "PAY-2", "--dry-run", "--json").documents
    assert only["payments"][0]["scheme"] == "reimbursement-to-paybill"
    wrong = run("replay", "PAY-2", "--scheme", "no-such", "--dry-run")
    assert (wrong.code, "reimbursement-to-paybill" in wrong.err) == (1, True)


@pytest.mark.usefixtures("stand")
@pytest.mark.parametrize(
    "words", [(), ("PAY-1", "--all"), ("--all", "--state", "PAID"), ("PAY-1", "--rate", "0"), ("--code", "erp.rule")]
)
def test_wrong_usage_is_2(run: Run, words: tuple[str, ...]) -> None:
    """Nothing named, both named, a state that there is not, no speed, a filter without --all."""
    assert run("replay", *words, "--yes").code == 2
