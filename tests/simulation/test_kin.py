"""The bugs of our kin: how other programs of this kind doubled or lost money, each tried on ours.

Two more stand where their code stands: a dead letter deleted too early (unit/adapters/aws/test_dead_letters.py) and a
word in a good answer taken for a lost session (unit/adapters/k3cloud/test_client.py). Here and there each bug is then
brought back on purpose, and its test must fail.
"""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from paysync.core import claim, complete, push, replay
from paysync.core.diagnosis import Diagnosis
from paysync.core.keys import PaymentKey
from paysync.core.outcomes import Done
from paysync.core.records import Message, Row
from paysync.core.states import SETTLED, TRANSITIONS, Event, State
from paysync.core.times import Instant
from paysync.core.turn import Desk, Turn
from simulation.faults import Fault
from simulation.hub import Killed
from simulation.pair import NAME
from simulation.people import replay_all
from simulation.scenarios import apply, one_payment, pay, play, states
from simulation.world import Load, World

pytestmark = pytest.mark.simulation

ERP_WRITES: Final = frozenset({"make", "save", "submit", "audit"})
P1: Final = PaymentKey(NAME, "P1")
TEMPLATE: Final = Path(__file__).parents[2] / "template.yaml"


def afterwards(world: World, does: Callable[[World], object]) -> list[str]:
    """The calls that follow when somebody does something to a world that had come to rest."""
    world.ops = []
    does(world)
    world.run_for(timedelta(hours=1))
    return world.ops


def batch(place: int = 0, op: str = "", fault: Fault | None = None) -> World:
    """Three payments of three applications, an hour later, with one fault at the so-manieth call of a kind."""
    ops = batch().ops or [] if fault else []
    points = [point for point, name in enumerate(ops, 1) if name == op]
    world = World(plan={points[place]: fault} if fault else {}, load=Load())
    world.ops = []
    for number in range(1, 4):
        apply(world, f"FK-{number}", "10.00")
        pay(world, f"P{number}", f"FK-{number}", "10.00")
    world.fetch()
    world.run_for(timedelta(seconds=8))
    return world


def copies(world: World) -> None:
    """Messages under new ids, as the console's redrive and a second producer make them, of every attempt there was."""
    row = world.ledger.table[P1]
    for attempt in (None, *range(row.fence + 1)):
        world.queue.put(Message(P1, row.payment.digest, attempt))


@pytest.mark.parametrize("way", [replay_all, copies], ids=["the command", "the queue"])
def test_a_replay_path_that_goes_past_the_ledger(way: Callable[[World], None]) -> None:
    """Kin: a re-sent message of a booked payment was pushed again. Ours: the ledger decides, and no call is made."""
    world = play("one_payment")
    bills, told = len(world.books.bills), world.ledger.history(P1)
    assert not ERP_WRITES & set(afterwards(world, way))
    assert len(world.books.bills) == bills == 1
    assert len(world.queue) == 0
    assert world.ledger.history(P1) == told


@pytest.mark.parametrize("op", ["save", "submit", "audit"])
def test_a_batch_call_s_failed_entry_is_not_ignored(op: str) -> None:
    """Kin: a batch that said 200 counted as done with all its entries. Ours: the one that was skipped is not DONE."""
    world = batch(0, op, Fault.PARTIAL)
    ends = sorted(states(world).values())
    assert ends.count(State.DONE) == 2
    world.settle()
    assert set(states(world).values()) == {State.DONE}


@pytest.mark.parametrize(("op", "claims"), [("submit", Event.SUBMITTED), ("audit", Event.COMPLETED)])
def test_no_audit_entry_for_what_was_skipped(op: str, claims: Event) -> None:
    """Kin: the trail said "audited" of a bill that the batch had skipped. Ours: only what was done."""
    world = batch(0, op, Fault.PARTIAL)
    (skipped,) = [row for row in world.ledger.table.values() if row.state is not State.DONE]
    assert claims not in {entry.event for entry in world.ledger.history(skipped.key)}


def test_no_audit_entry_for_a_replay_that_did_nothing() -> None:
    """Kin: every run of the replay left "replayed" behind. Ours: a payment that is DONE keeps its history as it is."""
    world = play("one_payment")
    told = world.ledger.history(P1)
    afterwards(world, replay_all)
    assert world.ledger.history(P1) == told


def test_retries_are_counted_for_each_payment() -> None:
    """Kin: one bad entry used up the tries of the whole job. Ours: a throttled payment's neighbours know of none."""
    world = batch(1, "make", Fault.THROTTLED)
    retries = {row.key.code: row.retries for row in world.ledger.table.values()}
    assert sorted(retries.values()) == [0, 0, 1]
    assert {row.state for row in world.ledger.table.values() if row.retries == 0} == {State.DONE}


def _everything_but_the_ledger_is_gone(world: World) -> None:
    world.queue.held.clear()
    if world.current is not None:
        raise Killed


def test_state_that_dies_with_the_disk() -> None:
    """Kin: what was in flight stood in a local file. Ours: at any call, all but the ledger may vanish for ever."""
    for point in range(1, play("one_payment").points + 1):
        world = World(plan={}, load=Load())
        world.acts = {point: lambda world=world: _everything_but_the_ledger_is_gone(world)}  # type: ignore[misc]  # bound now
        one_payment(world)
        world.fetch()
        world.run_for(timedelta(minutes=30))
        world.settle()
        assert states(world) == {"P1": State.DONE}, point


LEDGER: Final = (
    "DeletionPolicy: Retain",
    "UpdateReplacePolicy: Retain",
    "DeletionProtectionEnabled: true",
    "PointInTimeRecoveryEnabled: true",
)


def assert_ledger_stays(template: str) -> None:
    """Retained, protected, restorable, without an end of life."""
    (ledger,) = re.findall(r"(?ms)^  Ledger:\n(.*?)^  \w", template)
    for line in LEDGER:
        assert line in ledger
    assert "TimeToLive" not in ledger


def test_the_ledger_outlives_its_stack() -> None:
    """Kin: the database went with the deployment. Ours: it is retained, protected, restorable, and forgets nothing."""
    assert_ledger_stays(TEMPLATE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("line", LEDGER)
def test_a_ledger_that_may_go_is_noticed(line: str) -> None:
    """Each line counts, and so would one that lets rows expire."""
    template = TEMPLATE.read_text(encoding="utf-8")
    for worse in (template.replace(line, ""), template.replace(line, f"{line}\n      TimeToLiveSpecification:")):
        with pytest.raises(AssertionError):
            assert_ledger_stays(worse)


# ---- the bugs, brought back


def replay_goes_past_the_ledger(patch: pytest.MonkeyPatch) -> None:
    """What is settled is opened again, by the command and by a message alike."""
    original = claim.decide

    def decide(row: Row, attempt: int | None, now: Instant) -> claim.Decision:
        return claim.Reopen() if row.state in SETTLED else original(row, attempt, now)

    patch.setattr(claim, "decide", decide)
    patch.setattr(replay, "SETTLED", frozenset())
    patch.setitem(TRANSITIONS, State.DONE, TRANSITIONS[State.REJECTED])


def a_batch_answer_is_believed(patch: pytest.MonkeyPatch) -> None:
    """Whatever it says of single entries, all of them count as done, and nobody looks at the bills again."""
    original = complete._write

    def write(desk: Desk, works: Sequence[complete.Work], call: complete.Write) -> None:
        original(desk, works, lambda some: dict.fromkeys(call(some), Done(None)))

    def finish(desk: Desk, works: Sequence[complete.Work]) -> None:
        for work in works:
            desk.done(work.turn)

    patch.setattr(complete, "_write", write)
    patch.setattr(complete, "_finish", finish)
    patch.setattr(complete, "read_back_fault", lambda *_: None)


def retries_are_counted_for_the_job(patch: pytest.MonkeyPatch) -> None:
    """One that must come again takes the whole batch with it."""
    later, complete_ = Desk.later, complete.complete
    tries = dict[Desk, Diagnosis]()

    def failed(desk: Desk, turn: Turn, diagnosis: Diagnosis, *, event: Event = Event.WAITED) -> None:
        tries[desk] = diagnosis
        later(desk, turn, diagnosis, event=event)

    def complete_all(desk: Desk, turns: Sequence[Turn]) -> None:
        for turn in turns if desk in tries else ():
            later(desk, turn, tries[desk])
        complete_(desk, [turn for turn in turns if turn.verdict is None])

    patch.setattr(Desk, "later", failed)
    patch.setattr(push, "complete", complete_all)


def what_is_in_flight_stands_in_the_queue_alone(patch: pytest.MonkeyPatch) -> None:
    """Nothing but its message can wake a payment."""
    patch.setattr(World, "sweep", lambda _: None)


NOTICED_BY: Final[tuple[tuple[Callable[[pytest.MonkeyPatch], None], Callable[[], None]], ...]] = (
    (replay_goes_past_the_ledger, partial(test_a_replay_path_that_goes_past_the_ledger, replay_all)),
    (replay_goes_past_the_ledger, partial(test_a_replay_path_that_goes_past_the_ledger, copies)),
    (replay_goes_past_the_ledger, test_no_audit_entry_for_a_replay_that_did_nothing),
    (a_batch_answer_is_believed, partial(test_a_batch_call_s_failed_entry_is_not_ignored, "save")),
    (a_batch_answer_is_believed, partial(test_a_batch_call_s_failed_entry_is_not_ignored, "submit")),
    (a_batch_answer_is_believed, partial(test_a_batch_call_s_failed_entry_is_not_ignored, "audit")),
    (a_batch_answer_is_believed, partial(test_no_audit_entry_for_what_was_skipped, "submit", Event.SUBMITTED)),
    (a_batch_answer_is_believed, partial(test_no_audit_entry_for_what_was_skipped, "audit", Event.COMPLETED)),
    (retries_are_counted_for_the_job, test_retries_are_counted_for_each_payment),
    (what_is_in_flight_stands_in_the_queue_alone, test_state_that_dies_with_the_disk),
)


@pytest.mark.parametrize(("bug", "its_test"), NOTICED_BY, ids=lambda part: getattr(part, "__name__", ""))
def test_a_bug_of_our_kin_would_be_noticed(
    bug: Callable[[pytest.MonkeyPatch], None], its_test: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Brought back on purpose, it makes its test fail, by what that test asserts or by the world's own checker."""
    bug(monkeypatch)
    with pytest.raises(AssertionError):
        its_test()
