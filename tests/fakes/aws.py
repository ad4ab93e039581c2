"""AWS for tests of its adapters: the template's own table, clients, and a wire on which answers can be changed."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, TypeAlias

import boto3
import yaml
from botocore.config import Config
from moto import mock_aws

TEMPLATE: Final = Path(__file__).parents[2] / "template.yaml"
WRITES: Final = frozenset({"TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"})
ACCESS: Final = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
_OF_A_TABLE: Final = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")

Answer: TypeAlias = Mapping[str, Any]
Script: TypeAlias = "Callable[[], tuple[Any, Answer] | None]"


def client(service: str, endpoint: str | None = None) -> Any:
    """A client as paysync makes it, of the AWS in this process or of one at `endpoint`."""
    config = Config(retries={"mode": "standard", "total_max_attempts": 4})
    return _session().client(service, endpoint_url=endpoint, config=config)  # type: ignore[call-overload]


@cache
def _session() -> boto3.Session:
    """Made once, for that is slow; after moto was imported, or it would not be stepped into."""
    return boto3.Session(
        ACCESS["aws_access_key_id"], ACCESS["aws_secret_access_key"], region_name=ACCESS["region_name"]
    )


@contextmanager
def in_process() -> Iterator[None]:
    """AWS in this process, empty. Only clients that are made meanwhile belong to it."""
    with mock_aws():
        yield


@cache
def template() -> Mapping[str, Any]:
    """The template, its functions (`!Sub`, `!GetAtt` …) left out."""

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)
    found: Mapping[str, Any] = yaml.load(TEMPLATE.read_text(encoding="utf-8"), Loader)  # noqa: S506 - a SafeLoader
    return found


def table_of_template() -> dict[str, Any]:
    """What create_table needs: keys and indexes of the ledger, as they are deployed."""
    (table,) = (r for r in template()["Resources"].values() if r["Type"] == "AWS::DynamoDB::Table")
    return {name: table["Properties"][name] for name in _OF_A_TABLE}


class Wire:
    """Stands between a client and its service. By operation it counts requests, gives answers, and loses them."""

    def __init__(self, client: Any) -> None:
        self.requests: Counter[str] = Counter()
        self.asked: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
        """The parameters of each call, by operation."""
        self._scripts: defaultdict[str, deque[Script]] = defaultdict(deque)
        self._edits: dict[str, Callable[[dict[str, Any]], None]] = {}
        self._lost: tuple[frozenset[str], Callable[[], object]] | None = None
        events = client.meta.events
        events.register("provide-client-params", self._note)
        events.register("before-call", self._play)
        events.register("before-send", self._count)
        events.register("after-call", self._edit)
        events.register_first("needs-retry", self._repeat)

    def refuse(self, operation: str, code: str, times: int = 1, **more: object) -> None:
        """The next `times` calls are answered by an error of the service and do not reach it."""
        answer = {"Error": {"Code": code, "Message": code}, **more}
        self._scripts[operation].extend([lambda: (SimpleNamespace(status_code=400), answer)] * times)

    def cancel(self, *codes: str, items: Mapping[int, Answer] | None = None, times: int = 1) -> None:
        """The next `times` transactions are cancelled, with a code per action and what stood there for some."""
        stood = items or {}
        reasons = [{"Code": code, **({"Item": stood[i]} if i in stood else {})} for i, code in enumerate(codes)]
        self.refuse("TransactWriteItems", "TransactionCanceledException", times, CancellationReasons=reasons)

    def fail(self, operation: str, error: Exception) -> None:
        """The next call raises `error` and does not reach the service."""

        def raise_() -> None:
            raise error

        self._scripts[operation].append(raise_)

    def let_pass(self, operation: str, times: int = 1) -> None:
        """The next `times` calls, before what is scripted after them, go through."""
        self._scripts[operation].extend([lambda: None] * times)

    def edit(self, operation: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Every answer of the service goes through `change`."""
        self._edits[operation] = change

    def lose_the_next_answer(self, then: Callable[[], object] = lambda: None, *, of: Iterable[str] = WRITES) -> None:
        """The next request of one of these operations is carried out, `then` happens, and boto3 repeats it."""
        self._lost = frozenset(of), then

    @property
    def answer_still_to_lose(self) -> bool:
        """Whether the loss that was asked for has not happened: then a test has proved nothing."""
        return self._lost is not None

    def writes(self) -> int:
        """Write requests so far, repetitions included."""
        return sum(many for name, many in self.requests.items() if name in WRITES)

    # --------------------------------------------------------------------------------------------------------------

    def _note(self, params: dict[str, Any], event_name: str, **_: object) -> None:
        self.asked[_operation(event_name)].append(dict(params))

    def _play(self, event_name: str, **_: object) -> tuple[Any, Answer] | None:
        scripts = self._scripts[_operation(event_name)]
        return scripts.popleft()() if scripts else None

    def _count(self, event_name: str, **_: object) -> None:
        self.requests[_operation(event_name)] += 1

    def _edit(self, event_name: str, parsed: dict[str, Any], **_: object) -> None:
        change = self._edits.get(_operation(event_name))
        if change:
            change(parsed)

    def _repeat(self, operation: Any, **_: object) -> int | None:
        if self._lost is None or operation.name not in self._lost[0]:
            return None
        then, self._lost = self._lost[1], None
        then()
        return 0


def _operation(event_name: str) -> str:
    return event_name.rsplit(".", 1)[-1]
