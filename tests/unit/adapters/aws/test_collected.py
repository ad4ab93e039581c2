"""What only the kept collection on DynamoDB can do wrong: costs, attempts that died, sizes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from fakes.system import START
from paysync.adapters.aws import collected
from paysync.adapters.aws.collected import DynamoCollectedRows
from paysync.core.codes import Code
from paysync.core.collection import Cells, Generation
from paysync.core.errors import RunError

if TYPE_CHECKING:
    from unit.adapters.aws.conftest import Ground

NAME = "bank-accounts"
FIRST = Generation(1, START, 200, "1+abc")
SECOND = replace(FIRST, number=2)
THIRD = replace(FIRST, number=3)
ROWS: Mapping[str, Sequence[Cells]] = {f"k{n}": [{"FNumber": f"62{n}", "FUseOrgId": n}] for n in range(200)}
SHELVES = 8


class Stopped(Exception):  # noqa: N818 - a thing that happens, not an error
    """The sandbox is gone."""


@pytest.fixture
def kept(ground: "Ground") -> DynamoCollectedRows:
    """The adapter on the ledger's table."""
    return DynamoCollectedRows(ground.client, "ledger", clock=ground.clock, ids=ground.ids)


def changed(value: Any) -> Mapping[str, Sequence[Cells]]:
    """The rows with one that is different."""
    return {**ROWS, "k7": [{"FNumber": "627", "FUseOrgId": value}]}


def shelves(ground: "Ground") -> list[str]:
    """All shelves that there are in the table."""
    items = ground.client.scan(TableName="ledger")["Items"]
    return sorted(item["sk"]["S"] for item in items if item["sk"]["S"].startswith("SHELF#"))


def org(kept: DynamoCollectedRows) -> Any:
    """What the changed row says."""
    found = kept.find(NAME, ["k7"])
    assert found is not None
    return found.rows["k7"][0]["FUseOrgId"]


def test_an_unchanged_form_costs_one_write(ground: "Ground", kept: DynamoCollectedRows) -> None:
    """Only that it was read; a changed row costs its shelf, which takes the place of the old one."""
    kept.replace(NAME, None, FIRST, ROWS)
    assert ground.wire.requests["PutItem"] == SHELVES + 1
    ground.wire.requests.clear()
    kept.replace(NAME, FIRST, SECOND, ROWS)
    assert ground.wire.writes() == 1
    kept.replace(NAME, SECOND, THIRD, changed("new"))
    assert (ground.wire.requests["PutItem"], ground.wire.requests["DeleteItem"]) == (3, 1)
    assert len(shelves(ground)) == SHELVES
    assert org(kept) == "new"


def test_a_lookup_is_two_requests_and_no_scan(ground: "Ground", kept: DynamoCollectedRows) -> None:
    """However many keys of one batch: what stands, then the shelves that they lie on."""
    kept.replace(NAME, None, FIRST, ROWS)
    ground.wire.requests.clear()
    kept.find(NAME, [f"k{n}" for n in range(10)])
    assert dict(ground.wire.requests) == {"GetItem": 1, "BatchGetItem": 1}


@pytest.mark.parametrize("dies_at", range(10))
def test_an_attempt_that_dies_changes_nothing_and_leaves_nothing_for_ever(
    ground: "Ground", kept: DynamoCollectedRows, dies_at: int
) -> None:
    """Wherever it dies, what stood stands whole; the next attempt makes it new and removes what lay about."""
    kept.replace(NAME, None, FIRST, ROWS)
    other = {key: [{**row, "FName": "renamed"} for row in rows] for key, rows in ROWS.items()}
    ground.wire.let_pass("PutItem", dies_at)
    ground.wire.fail("PutItem", Stopped())
    if dies_at <= SHELVES:
        with pytest.raises(Stopped):
            kept.replace(NAME, FIRST, SECOND, other)
        assert kept.current(NAME) == FIRST
        assert org(kept) == 7
        ground.wire.let_pass("PutItem", 20)
    assert kept.replace(NAME, kept.current(NAME), SECOND, changed("later"))
    assert org(kept) == "later"
    assert len(shelves(ground)) == SHELVES


def test_what_died_before_it_cleaned_is_cleaned_later(ground: "Ground", kept: DynamoCollectedRows) -> None:
    """The new generation stands although the old one's shelves are still there."""
    kept.replace(NAME, None, FIRST, ROWS)
    ground.wire.fail("Query", Stopped())
    with pytest.raises(Stopped):
        kept.replace(NAME, FIRST, SECOND, changed("new"))
    assert (org(kept), len(shelves(ground))) == ("new", SHELVES + 1)
    kept.replace(NAME, SECOND, THIRD, changed("newer"))
    assert (org(kept), len(shelves(ground))) == ("newer", SHELVES)


def test_a_slower_run_cannot_reach_what_the_quicker_one_made(ground: "Ground", kept: DynamoCollectedRows) -> None:
    """Both began at the same generation: the slower one's shelves are of no account, and go with the next reading."""
    kept.replace(NAME, None, FIRST, ROWS)
    other = DynamoCollectedRows(ground.client, "ledger", clock=ground.clock, ids=ground.ids)
    ground.wire.lose_the_next_answer(lambda: other.replace(NAME, FIRST, SECOND, changed("quick")), of=["PutItem"])
    assert not kept.replace(NAME, FIRST, SECOND, changed("slow"))
    assert org(kept) == "quick"
    kept.replace(NAME, SECOND, THIRD, changed("third"))
    assert (org(kept), len(shelves(ground))) == ("third", SHELVES)


def test_a_shelf_that_is_gone_means_that_nothing_is_known(ground: "Ground", kept: DynamoCollectedRows) -> None:
    """As for who has read what stood just before it was replaced: the key is not named, so it is asked live."""
    kept.replace(NAME, None, FIRST, ROWS)
    for name in shelves(ground):
        ground.client.delete_item(TableName="ledger", Key={"pk": {"S": f"COLL#{NAME}"}, "sk": {"S": name}})
    found = kept.find(NAME, ["k7"])
    assert found is not None
    assert not found.rows


def test_long_rows_get_more_shelves_and_too_long_ones_are_refused(
    ground: "Ground", kept: DynamoCollectedRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An item of the table has a limit."""
    monkeypatch.setattr(collected, "_LARGEST", 700)
    assert kept.replace(NAME, None, FIRST, ROWS)
    assert len(shelves(ground)) > SHELVES
    with pytest.raises(RunError) as refused:
        kept.replace(NAME, FIRST, SECOND, {"k": [{"FName": "x" * 701}]})
    assert refused.value.diagnosis.code is Code.COLLECTION_TOO_LARGE
    assert kept.current(NAME) == FIRST


def test_a_refusal_that_is_no_condition_is_raised(ground: "Ground", kept: DynamoCollectedRows) -> None:
    """Without rights, say: nothing is taken for done."""
    ground.wire.refuse("PutItem", "AccessDeniedException")
    with pytest.raises(ClientError):
        kept.replace(NAME, None, FIRST, {})


def test_decimals_stay_exact(kept: DynamoCollectedRows) -> None:
    """No binary number on the way."""
    kept.replace(NAME, None, FIRST, {"k": [{"FLimit": Decimal("0.10")}]})
    found = kept.find(NAME, ["k"])
    assert found is not None
    assert str(found.rows["k"][0]["FLimit"]) == "0.10"
