"""One bench per back end: the fakes, the adapters on moto, and (marked `cloud`) on a local AWS.

The suites know nothing but the bench.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pytest

from conformance.queues import MemoryQueues, MotoQueues, Queues, SqsQueues
from fakes import aws
from fakes.collected import MemoryCollectedRows
from fakes.faults import AnswerLost, Moment
from fakes.journal import MemoryJournal
from fakes.ledger import MemoryLedger
from fakes.shapes import MemoryShapes
from fakes.system import FakeClock, SeededIds
from fakes.tokens import MemoryTokenStore, SharedTokens
from paysync.adapters.aws.collected import DynamoCollectedRows
from paysync.adapters.aws.ledger import DynamoLedger
from paysync.adapters.aws.shapes import DynamoShapes
from paysync.adapters.aws.tokens import DynamoTokenStore
from paysync.core.ports import Ledger, TokenStore
from paysync.core.shape import Shapes
from paysync.local import aws as local_process
from paysync.local.project import unchecked
from paysync.local.state import endpoint

if TYPE_CHECKING:
    from paysync.core.collection import CollectedRows

FLOOR: Final = timedelta(minutes=10)
ADAPTERS: Final = ("moto", pytest.param("cloud", marks=pytest.mark.cloud))
BACKENDS: Final = ("memory", *ADAPTERS)
WRITES: Final = frozenset(
    {"commit", "create", "sighted", "advance", "wake_later", "note", "set_pause", "replace", "keep"}
)
_names = count(1)

Connect: TypeAlias = Callable[[str], Any]
"""Makes the client of a service."""


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
        self._shapes = MemoryShapes(io=self._io)
        self.collected: CollectedRows = MemoryCollectedRows(io=self._io)

    def token_store(self) -> TokenStore:
        """The shared token in the hands of one more run."""
        return MemoryTokenStore(self._tokens, self.clock, floor=FLOOR)

    def shapes(self) -> Shapes:
        """The known shapes in the hands of one more run."""
        return self._shapes

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
        if moment == "after" and self._then and name in WRITES:
            then, self._then = self._then, None
            then()
            raise AnswerLost


class DynamoBench:
    """The adapters on a fresh table."""

    def __init__(self, connect: Connect) -> None:
        self.clock = FakeClock()
        self.client = connect("dynamodb")
        self.table = unique()
        self.client.create_table(TableName=self.table, **aws.table_of_template())
        self.ledger: Ledger = self._ledger("a", shard=3)
        self.other: Ledger = self._ledger("b", shard=7)
        collecting = SeededIds(prefix=f"{self.table}-c-")
        self.collected: CollectedRows = DynamoCollectedRows(self.client, self.table, clock=self.clock, ids=collecting)
        self.wire = aws.Wire(self.client)
        self._runs = 0

    def token_store(self) -> TokenStore:
        """The shared token in the hands of one more run."""
        self._runs += 1
        ids = SeededIds(prefix=f"{self.table}-run{self._runs}-")
        return DynamoTokenStore(self.client, self.table, "maycur", clock=self.clock, ids=ids, floor=FLOOR)

    def shapes(self) -> Shapes:
        """The known shapes in the hands of one more run."""
        return DynamoShapes(self.client, self.table, MemoryJournal())

    def lose_the_next_answer(self, then: Callable[[], object] = lambda: None) -> None:
        """The next write is made, its answer is lost, `then` happens, and the client library repeats it."""
        self.wire.lose_the_next_answer(then)

    @property
    def answer_still_to_lose(self) -> bool:
        """Whether the loss that was asked for has not happened: then a test has proved nothing."""
        return self.wire.answer_still_to_lose

    def writes(self) -> int:
        """Write requests so far, repetitions included."""
        return self.wire.writes()

    def _ledger(self, who: str, shard: int) -> DynamoLedger:
        ids = SeededIds(prefix=f"{self.table}-{who}-")  # an account knows a request token for ten minutes
        return DynamoLedger(self.client, self.table, clock=self.clock, ids=ids, shard=shard)


Bench = MemoryBench | DynamoBench


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A local AWS of this session's own, with nothing on it; what it speaks on."""
    project = replace(unchecked(), home=tmp_path_factory.mktemp("local-aws"))
    if not project.python.exists():
        pytest.skip("no .local-aws: `make dev` makes it")
    port = local_process.free_port()
    process = local_process.start(project, port)
    yield endpoint(port)
    local_process.stop(process, patience=5)


def connection(request: pytest.FixtureRequest, backend: str) -> Connect:
    """How to reach `backend`; it is there until the test ends."""
    if backend == "cloud":
        there: str = request.getfixturevalue("local_aws")
        return lambda service: aws.client(service, there)
    request.getfixturevalue("moto")
    return aws.client


@pytest.fixture
def moto() -> Iterator[None]:
    """AWS in this process as long as a test runs: nobody else's clients shall be caught by it."""
    with aws.in_process():
        yield


@pytest.fixture(params=BACKENDS)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A fresh ledger of each kind; whatever answer was to be lost has been lost in the end."""
    backend: str = request.param
    made = MemoryBench() if backend == "memory" else DynamoBench(connection(request, backend))
    yield made
    assert not made.answer_still_to_lose


@pytest.fixture(params=BACKENDS)
def queues(request: pytest.FixtureRequest, journal: MemoryJournal, monkeypatch: pytest.MonkeyPatch) -> Queues:
    """Fresh queues of each kind."""
    backend: str = request.param
    if backend == "memory":
        return MemoryQueues()
    sqs = connection(request, backend)("sqs")
    if backend == "moto":
        return MotoQueues(sqs, unique(), journal, monkeypatch)
    return SqsQueues(sqs, unique(), journal)


def unique() -> str:
    """A name that nothing else in this session's AWS has; short, for a request token has at most 36 characters."""
    return f"test{next(_names)}"


@pytest.fixture
def journal() -> MemoryJournal:
    """A journal that remembers."""
    return MemoryJournal()
