"""What only the DynamoDB ledger can do wrong: shapes of refusals, lost answers, limits of requests, costs."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from fakes import builders as b
from fakes.system import START
from paysync.adapters.aws.ledger import SHARDS, DynamoLedger
from paysync.adapters.aws.rowitems import row_item
from paysync.core.errors import DefectError, RunError
from paysync.core.keys import BillKey
from paysync.core.records import BillRef, Committed, LockStep, Refused, Watermark
from paysync.core.states import Event, State
from paysync.core.times import NEVER

if TYPE_CHECKING:
    from unit.adapters.aws.conftest import Ground

REFUSED = "ConditionalCheckFailed"
BILL = BillKey("AP_PAYBILL", "1")
LIFE = (Event.CLAIMED, Event.INTENT_WRITTEN, Event.BILL_MADE, Event.SAVED, Event.SUBMITTED, Event.COMPLETED)


class TestOurOwnWork:
    """A refused write that was ours all the same: boto3 had repeated it, or the token's ten minutes were over."""

    def test_a_refusal_that_shows_our_own_token_is_no_refusal(self, ground: "Ground") -> None:
        """The row has the token of this very write: it was made, only its answer was lost."""
        row = ground.created()
        change = b.change(row, Event.PARKED)
        ours = row_item(change.after, "t00000003")  # the next token that this ledger draws
        ground.wire.cancel(REFUSED, "None", "None", items={0: ours})
        assert ground.ledger.commit(change) == Committed(change.after)

    def test_a_refusal_that_shows_anothers_token_is_one(self, ground: "Ground") -> None:
        """Whoever wrote it."""
        row = ground.created()
        change = b.change(row, Event.PARKED)
        ground.wire.cancel(REFUSED, "None", "None", items={0: row_item(change.after, "somebody")})
        assert ground.ledger.commit(change) == Refused(row=change.after)

    def test_an_item_without_a_token_is_anothers(self, ground: "Ground") -> None:
        """As a row that was mended by hand."""
        row = ground.created()
        item = row_item(row, "w")
        del item["w"]
        ground.wire.cancel(REFUSED, "None", items={0: item})
        assert ground.ledger.commit(b.change(row, Event.WAITED)) == Refused(row=row)

    def test_the_second_transaction_knows_the_first(self, ground: "Ground") -> None:
        """The lock was another's, so the change is made again without it; the row carries one token for both."""
        row = ground.created()
        change = b.change(row, Event.REFUSED, lock=LockStep.FREE)
        ground.wire.cancel("None", "None", "None", REFUSED, items={3: {"owner": {"S": "PAY#s#other"}}})
        ground.wire.cancel(REFUSED, "None", "None", items={0: row_item(change.after, "t00000003")})
        assert ground.ledger.commit(change) == Committed(change.after)

    def test_a_lock_to_free_does_not_hide_a_stale_row(self, ground: "Ground") -> None:
        """With the row against it the change is refused, and sent once only."""
        row = ground.created()
        ground.wire.cancel(REFUSED, "None", "None", REFUSED, items={0: row_item(row, "x"), 3: {"owner": {"S": "y"}}})
        assert ground.ledger.commit(b.change(row, Event.REFUSED, lock=LockStep.FREE)) == Refused(row=row)
        assert len(ground.wire.asked["TransactWriteItems"]) == 2

    def test_a_cursor_whose_answer_was_lost_has_moved(self, ground: "Ground") -> None:
        """And one that another run moved with the same values has not."""
        mark = Watermark(b.SCHEME, "paid", START, 1)
        ground.wire.lose_the_next_answer()
        assert ground.ledger.advance(None, mark)
        assert not ground.ledger.advance(None, mark)

    def test_every_conditional_write_asks_what_stood_there(self, ground: "Ground") -> None:
        """Else a refusal could not be told from our own work. Moving a wake time twice is the same as once."""
        row = ground.created()
        step = b.change(row, Event.REFUSED, lock=LockStep.TAKE, claim="1")
        ground.ledger.commit(step)
        ground.ledger.commit(b.change(step.after, Event.CLOSED, lock=LockStep.FREE))
        ground.ledger.sighted(row.key, b.sighting(row), b.entry(row, Event.CHANGED))
        ground.ledger.advance(None, Watermark(b.SCHEME, "paid", START, 1))
        transactions = ground.wire.asked["TransactWriteItems"]
        actions = [next(iter(one.values())) for call in transactions for one in call["TransactItems"]]
        guarded = [one for one in (*actions, *ground.wire.asked["PutItem"]) if "ConditionExpression" in one]
        assert len(guarded) == 8
        assert {one["ReturnValuesOnConditionCheckFailure"] for one in guarded} == {"ALL_OLD"}
        assert all(len(call["ClientRequestToken"]) <= 36 for call in transactions)


class TestDefects:
    """What must stop rather than go on wrong."""

    @pytest.mark.parametrize("shard", [-1, SHARDS])
    def test_a_shard_is_one_of_the_sixteen(self, ground: "Ground", shard: int) -> None:
        """Counts of another place would never be read."""
        with pytest.raises(DefectError):
            DynamoLedger(ground.client, "t", clock=ground.clock, ids=ground.ids, shard=shard)

    def test_a_refused_creation_must_show_a_row(self, ground: "Ground") -> None:
        """Else it would be tried for ever."""
        ground.wire.cancel(REFUSED, "None", "None")
        with pytest.raises(DefectError):
            ground.created()

    def test_a_row_without_a_source_has_no_lock(self, ground: "Ground") -> None:
        """It is never claimed."""
        row = replace(b.row(), payment=replace(b.payment(), facts=None))
        with pytest.raises(DefectError):
            ground.ledger.commit(b.change(row, Event.CLAIMED, lock=LockStep.TAKE))

    def test_a_cursor_has_one_place(self, ground: "Ground") -> None:
        """What was read of one cursor does not move another."""
        with pytest.raises(DefectError):
            ground.ledger.advance(Watermark(b.SCHEME, "paid", START, 1), Watermark(b.SCHEME, "deep", START, 2))

    def test_trouble_of_the_service_is_not_a_refusal(self, ground: "Ground") -> None:
        """A write that failed for another reason than its condition is raised: nobody may take it for False."""
        row = ground.created()
        ground.wire.refuse("UpdateItem", "ResourceNotFoundException")
        with pytest.raises(ClientError):
            ground.ledger.wake_later(row, START)
        ground.wire.refuse("PutItem", "ResourceNotFoundException")
        with pytest.raises(ClientError):
            ground.ledger.advance(None, Watermark(b.SCHEME, "paid", START, 1))

    def test_whoever_has_the_row_in_a_transaction_need_not_be_woken(self, ground: "Ground") -> None:
        """A claim that goes on just then refuses the wake; sweep, and all that it still has to do, goes on."""
        row = ground.created()
        ground.wire.refuse("UpdateItem", "TransactionConflictException")
        assert ground.ledger.wake_later(row, START) is False


class TestReading:
    """Many keys, many pages, keys that were left unread."""

    def test_unprocessed_keys_are_asked_for_again(self, ground: "Ground") -> None:
        """DynamoDB may leave some unread; after a growing pause only those are asked for."""
        rows = [ground.created(b.row(b.payment(f"PAY-{i}"))) for i in range(3)]
        left = [2]

        def leave_one_unread(answer: dict[str, Any]) -> None:
            if left and left.pop():
                held_back = answer["Responses"]["ledger"].pop()
                unread = {name: held_back[name] for name in ("pk", "sk")}
                answer["UnprocessedKeys"] = {"ledger": {"Keys": [unread], "ConsistentRead": True}}

        ground.wire.edit("BatchGetItem", leave_one_unread)
        assert set(ground.ledger.rows(row.key for row in rows)) == {row.key for row in rows}
        asked = [call["RequestItems"]["ledger"] for call in ground.wire.asked["BatchGetItem"]]
        assert [len(one["Keys"]) for one in asked] == [3, 1]
        assert all(one["ConsistentRead"] for one in asked)
        assert ground.clock.now() > START

    def test_keys_that_stay_unread_end_the_run(self, ground: "Ground") -> None:
        """A row that was not read must not look like one that is not there."""
        row = ground.created()
        asked = {"ledger": {"Keys": [{"pk": {"S": str(row.key)}, "sk": {"S": "ROW"}}]}}
        ground.wire.edit("BatchGetItem", lambda answer: answer.update(Responses={}, UnprocessedKeys=asked))
        with pytest.raises(RunError):
            ground.ledger.rows([row.key])
        assert ground.wire.requests["BatchGetItem"] == 8

    def test_a_hundred_keys_go_into_one_request(self, ground: "Ground") -> None:
        """And not one more."""
        ground.ledger.rows(b.key(f"PAY-{i}") for i in range(201))
        sizes = [len(call["RequestItems"]["ledger"]["Keys"]) for call in ground.wire.asked["BatchGetItem"]]
        assert sizes == [100, 100, 1]

    def test_a_list_is_read_page_by_page(self, ground: "Ground") -> None:
        """To the end of its pages, each starting where the last one ended."""
        row = ground.created()
        for second in range(5):
            ground.ledger.note(row.key, replace(b.entry(row, Event.NOTED), at=START + timedelta(seconds=second)))
        whole = ground.ledger.history(row.key)
        cut = iter([2, 2])

        def short_pages(params: dict[str, Any], **_: object) -> None:
            params["Limit"] = next(cut, 99)

        ground.client.meta.events.register("provide-client-params.dynamodb.Query", short_pages)
        assert ground.ledger.history(row.key) == whole
        assert len(whole) == 6
        assert ground.wire.requests["Query"] == 4

    def test_a_limited_list_reads_no_further(self, ground: "Ground") -> None:
        """Sweep asks for a bounded number and pays for no more, however many are due."""
        rows = [b.row(b.payment(f"PAY-{i}")) for i in range(30)]
        ground.ledger.create(rows, b.entry(rows[0], Event.SEEN))
        found = ground.ledger.unsettled(b.SCHEME, State.NEW, due=NEVER, limit=5, taken=False)
        assert len(found) == 5
        assert ground.wire.requests["Query"] == 1
        assert ground.wire.asked["Query"][0]["Limit"] == 5


class TestWriting:
    """How many rows go into a transaction."""

    def created_at_once(self, ground: "Ground", raws: list[str], schemes: tuple[str, ...] = ("s",)) -> list[int]:
        """Rows with these raw texts, the schemes in turn; the sizes of the transactions that it took."""
        rows = [b.row(b.payment(f"PAY-{i}", scheme=schemes[i % len(schemes)], raw=raw)) for i, raw in enumerate(raws)]
        rows.sort(key=lambda row: row.key.scheme)
        ground.ledger.create(rows, b.entry(rows[0], Event.SEEN))
        assert len(ground.ledger.rows(row.key for row in rows)) == len(rows)
        return [len(call["TransactItems"]) for call in ground.wire.asked["TransactWriteItems"]]

    def test_thirty_rows_with_all_that_belongs_to_them(self, ground: "Ground") -> None:
        """Row, history, raw row, and one counter for all: 91 of 100 allowed actions."""
        assert self.created_at_once(ground, ["{}"] * 31) == [91, 4]

    def test_big_raw_rows_make_smaller_transactions(self, ground: "Ground") -> None:
        """A transaction takes four megabytes."""
        assert self.created_at_once(ground, ["x" * 300_000] * 4) == [7, 7]

    def test_each_scheme_has_its_own(self, ground: "Ground") -> None:
        """One counter item per transaction, so that the limit of actions always holds."""
        assert self.created_at_once(ground, [""] * 4, ("s", "t")) == [5, 5]

    def test_creating_nothing_asks_nothing(self, ground: "Ground") -> None:
        """An empty window costs no write."""
        assert list(ground.ledger.create([], b.entry(b.row(), Event.SEEN))) == []
        assert ground.wire.writes() == 0


class TestCosts:
    """The budget: write requests per booked payment, no Scan, a status that does not grow."""

    def test_a_payment_is_booked_with_seven_write_requests(self, ground: "Ground") -> None:
        """Creation and six steps, history, lock, claim and counts riding in them; shared creation makes it fewer."""
        row = ground.created()
        for event in LIFE:
            lock = {Event.CLAIMED: LockStep.TAKE, Event.COMPLETED: LockStep.FREE}.get(event, LockStep.KEEP)
            bill = BillRef(BILL) if event in LIFE[2:] else None
            claim = BILL.id if event is Event.BILL_MADE else ""
            fence = 1
            step = b.change(row, event, lock=lock, claim=claim, fence=fence, bill=bill)
            assert ground.ledger.commit(step) == Committed(step.after)
            row = step.after
        assert ground.wire.writes() == 7
        assert row.state is State.DONE
        assert len(ground.ledger.history(row.key)) == 7

    def test_counting_reads_sixteen_items_at_most(self, ground: "Ground") -> None:
        """Whatever the number of rows: one request, one item per shard."""
        for shard in range(SHARDS):
            ledger = DynamoLedger(ground.client, "ledger", clock=ground.clock, ids=ground.ids, shard=shard)
            rows = [b.row(b.payment(f"PAY-{shard}-{i}")) for i in range(3)]
            ledger.create(rows, b.entry(rows[0], Event.SEEN))
        read: list[int] = []
        ground.wire.edit("Query", lambda answer: read.append(answer["ScannedCount"]))
        assert ground.ledger.counts(b.SCHEME).states == {State.NEW: 48}
        assert read == [SHARDS]

    def test_nothing_is_ever_scanned(self, ground: "Ground") -> None:
        """Every operation of the port, and the requests that it made."""
        ledger, row = ground.ledger, ground.created()
        ledger.sighted(row.key, b.sighting(row), b.entry(row, Event.CHANGED))
        ledger.wake_later(row, START)
        ledger.note(row.key, b.entry(row, Event.NOTED))
        ledger.lock_owner(row.payment.facts.source) if row.payment.facts else None
        ledger.bill_owners([BILL])
        list(ledger.paid_on(b.SCHEME, START.date()))
        ledger.unsettled(b.SCHEME, State.NEW, due=NEVER, limit=9)
        ledger.history(row.key), ledger.raw(row.key), ledger.counts(b.SCHEME)
        ledger.watermark(b.SCHEME, "paid"), ledger.pause(b.SCHEME)
        ledger.set_pause(b.SCHEME, None)
        assert set(ground.wire.requests) == {
            "TransactWriteItems", "UpdateItem", "PutItem", "DeleteItem", "GetItem", "BatchGetItem", "Query",
        }  # fmt: skip

    def test_what_decides_is_read_consistently(self, ground: "Ground") -> None:
        """Rows, locks, claims, cursors, history; only the lists come from an index."""
        ledger, row = ground.ledger, ground.created()
        assert row.payment.facts
        ledger.lock_owner(row.payment.facts.source), ledger.watermark(b.SCHEME, "paid"), ledger.pause(b.SCHEME)
        ledger.history(row.key), ledger.raw(row.key), ledger.counts(b.SCHEME)
        ledger.rows([row.key]), ledger.bill_owners([BILL])
        asked = [*ground.wire.asked["GetItem"], *ground.wire.asked["Query"]]
        asked += [call["RequestItems"]["ledger"] for call in ground.wire.asked["BatchGetItem"]]
        assert [call["ConsistentRead"] for call in asked] == [True] * 8
