"""One bench per backend: the fake, moto, and (with PAYSYNC_TEST_ENDPOINT set) a local AWS. Suites see the bench."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from fakes.faults import AnswerLost, Moment
from fakes.journal import MemoryJournal
from fakes.ledger import MemoryLedger
from fakes.system import FakeClock, SeededIds
from fakes.tokens import MemoryTokenStore, SharedTokens
from paysync.adapters.aws.ledger import DynamoLedger
from paysync.adapters.aws.tokens import DynamoTokenStore
from paysync.core.ports import Ledger, TokenStore

ENDPOINT: Final = os.environ.get("PAYSYNC_TEST_ENDPOINT", "")
WRITES: Final = frozenset({"TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"})
FLOOR: Final = timedelta(minutes=10)
ACCESS: Final = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}

TABLE: Final[dict[str, Any]] = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "todo", "wake_at", "paid_day")
    ],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": name,
            "KeySchema": [{"AttributeName": pk, "KeyType": "HASH"}, {"AttributeName": sk, "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
        for name, pk, sk in (("unsettled", "todo", "wake_at"), ("paid_day", "paid_day", "pk"))
    ],
}
"""As in template.yaml; tests/unit compares the two."""


class MemoryBench:
    """The fakes."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self._then: Callable[[], object] | None = None
        self._fake = MemoryLedger(io=self._io)
        self.ledger: Ledger = self._fake
        self.other: Ledger = self._fake
        """The same ledger in the hands of another sandbox."""
        self._tokens = SharedTokens()

    def token_store(self) -> TokenStore:
        """The shared token in the hands of one more run."""
        return MemoryTokenStore(self._tokens, self.clock, floor=FLOOR)

    def lose_the_next_answer(self, then: Callable[[], object] = lambda: None) -> None:
        """The next write is made, its answer is lost, `then` happens, and the client library repeats it."""
        self._then = then

    @property
    def answer_still_to_lose(self) -> bool:
        """Whether the loss that was asked for has not happened: then a test has proved nothing."""
        return self._then is not None

    def writes(self) -> int:
        """Write requests so far."""
        return sum(self._fake.writes.values())

    def _io(self, name: str, moment: Moment) -> None:
        if (
            moment == "after"
            and self._then
            and name in {"commit", "create", "sighted", "advance", "wake_later", "note"}
        ):
            then, self._then = self._then, None
            then()
            raise AnswerLost


class DynamoBench:
    """The adapters on a fresh table."""

    def __init__(self, client: Any, table: str) -> None:
        self.clock = FakeClock()
        self.client = client
        self.table = table
        client.create_table(TableName=table, **TABLE)
        self.ledger: Ledger = self._ledger("a", shard=3)
        self.other: Ledger = self._ledger("b", shard=7)
        self.requests: Counter[str] = Counter()
        self._then: Callable[[], object] | None = None
        self._runs = 0
        client.meta.events.register("before-send.dynamodb", self._count)
        client.meta.events.register_first("needs-retry.dynamodb", self._repeat)

    def token_store(self) -> TokenStore:
        """The shared token in the hands of one more run."""
        self._runs += 1
        ids = SeededIds(prefix=f"{self.table[-8:]}-run{self._runs}-")
        return DynamoTokenStore(self.client, self.table, "maycur", clock=self.clock, ids=ids, floor=FLOOR)

    def lose_the_next_answer(self, then: Callable[[], object] = lambda: None) -> None:
        """The next write is made, its answer is lost, `then` happens, and the client library repeats it."""
        self._then = then

    @property
    def answer_still_to_lose(self) -> bool:
        """Whether the loss that was asked for has not happened: then a test has proved nothing."""
        return self._then is not None

    def writes(self) -> int:
        """Write requests so far, repetitions included."""
        return sum(many for name, many in self.requests.items() if name in WRITES)

    def _ledger(self, who: str, shard: int) -> DynamoLedger:
        ids = SeededIds(prefix=f"{self.table[-16:]}-{who}-")  # an account knows a request token for ten minutes
        return DynamoLedger(self.client, self.table, clock=self.clock, ids=ids, shard=shard)

    def _count(self, event_name: str, **_: object) -> None:
        self.requests[event_name.rsplit(".", 1)[-1]] += 1

    def _repeat(self, operation: Any, **_: object) -> int | None:
        if self._then is None or operation.name not in WRITES:
            return None
        then, self._then = self._then, None
        then()
        return 0


Bench = MemoryBench | DynamoBench


@pytest.fixture(scope="module")
def moto() -> Iterator[None]:
    """AWS in this process, as long as a suite runs: nobody else's clients shall be caught by it."""
    with mock_aws():
        yield


def client(service: str) -> Any:
    """A client of the backend under test."""
    config = Config(retries={"mode": "standard", "total_max_attempts": 4})
    return boto3.client(service, endpoint_url=ENDPOINT or None, config=config, **ACCESS)  # type: ignore[call-overload]


BACKENDS: Final = ["memory", "moto", *([pytest.param("cloud", marks=pytest.mark.cloud)] if ENDPOINT else [])]


@pytest.fixture(params=BACKENDS)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A fresh ledger of each kind; whatever answer was to be lost has been lost in the end."""
    if request.param == "moto":
        request.getfixturevalue("moto")
    made = MemoryBench() if request.param == "memory" else DynamoBench(client("dynamodb"), unique(request))
    yield made
    assert not made.answer_still_to_lose


def unique(request: pytest.FixtureRequest) -> str:
    """A name that no other test uses."""
    return f"t{os.getpid()}-{abs(hash(request.node.nodeid)):x}"


@pytest.fixture
def journal() -> MemoryJournal:
    """A journal that remembers."""
    return MemoryJournal()
