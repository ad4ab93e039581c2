"""The shared login token on DynamoDB: what the conformance suite cannot see."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from fakes.system import START, SeededIds
from paysync.adapters.aws.tokens import DynamoTokenStore
from paysync.core.records import LoginRefusal, Token

if TYPE_CHECKING:
    from unit.adapters.aws.conftest import Ground

LEASE = timedelta(seconds=30)
FLOOR = timedelta(minutes=10)
TOKEN = Token("s3ss10n", "EC1", START + timedelta(minutes=30))


def store(ground: "Ground", who: str = "run") -> DynamoTokenStore:
    """The token in the hands of a run."""
    ids = SeededIds(prefix=who)
    return DynamoTokenStore(ground.client, "ledger", "maycur", clock=ground.clock, ids=ids, floor=FLOOR)


def test_the_right_passes_on_even_where_the_answer_told_of_another(ground: "Ground") -> None:
    """A repeated request that finds another run's right is a no: boto3's repetition must not make two logins."""
    run, other = store(ground, "run"), store(ground, "other")
    assert run.acquire_right_to_login(START, LEASE)
    ground.wire.lose_the_next_answer()
    assert not other.acquire_right_to_login(START, LEASE)


def test_a_login_that_was_overtaken_does_not_replace_the_later_token(ground: "Ground") -> None:
    """Its lease was over and another run has logged in since; the vendor ended the first session with that."""
    run, other = store(ground, "run"), store(ground, "other")
    run.acquire_right_to_login(START, LEASE)
    other.acquire_right_to_login(START + FLOOR, LEASE)
    run.store(TOKEN)
    assert other.current() is None
    other.store(TOKEN)
    assert run.current() == TOKEN


def test_trouble_of_the_service_is_not_a_no(ground: "Ground") -> None:
    """Whoever asked for the right must not wait for a login that nobody makes."""
    ground.wire.refuse("UpdateItem", "ResourceNotFoundException")
    with pytest.raises(ClientError):
        store(ground).acquire_right_to_login(START, LEASE)


def test_the_token_is_kept_in_one_item_and_nothing_of_a_former_one_stays(ground: "Ground") -> None:
    """A stored login forgets lease and refusal; giving back forgets that there was a login."""
    run = store(ground)
    run.acquire_right_to_login(START, LEASE)
    run.refuse(LoginRefusal(START, "mark"))
    again = START + FLOOR
    run.acquire_right_to_login(again, LEASE)
    run.store(TOKEN)
    item = ground.client.get_item(TableName="ledger", Key={"pk": {"S": "TOKEN#maycur"}, "sk": {"S": "TOKEN"}})["Item"]
    assert set(item) == {"pk", "sk", "value", "tenant", "expires_at", "login_at"}
