"""The same world, entered by the real handlers of functions/, which get AWS's events and whose answers are obeyed."""

import importlib.util
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Final

import pytest

import paysync.bootstrap
from paysync.adapters.aws.bodies import main_body
from paysync.core import fetch
from paysync.core.errors import RunError
from paysync.core.fetch import FetchPorts
from paysync.core.reconcile import ReconcilePorts
from paysync.core.records import Received
from paysync.core.scheme import Scheme
from paysync.core.sweep import SweepPorts
from paysync.core.times import Window, iso
from paysync.core.turn import PushPorts
from simulation.books import INTEGRATION_USER
from simulation.hub import SandboxLike
from simulation.ports import SimClock
from simulation.world import FETCH_TIMEOUT, PUSH_TIMEOUT, RECONCILE_TIMEOUT, SWEEP_TIMEOUT, World

_FUNCTIONS: Final = Path(__file__).parents[2] / "functions"
_UNREADABLE: Final = "no message of ours"
_Event = Mapping[str, Any]


class HandledWorld(World):
    """Fetch, push, sweep and reconcile run as their `lambda_handler`, on the ports of the world."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.documents: list[_Event] = []
        """What reconcile has kept."""

    def _runs_fetch(self, run: Callable[..., Any], machine: SandboxLike) -> None:
        with suppress(RunError):  # Lambda reports it, and the next schedule comes
            _handle("fetch", _FetchStand(self, machine), _fetch_event(run), FETCH_TIMEOUT)

    def _runs_reconcile(self, window: Window, machine: SandboxLike) -> None:
        event = {"from": iso(window.start), "to": iso(window.end)}
        with suppress(RunError):
            _handle("reconcile", _ReconcileStand(self, machine), event, RECONCILE_TIMEOUT)

    def _runs_sweep(self, machine: SandboxLike) -> None:
        _handle("sweep", _SweepStand(self, machine), {}, SWEEP_TIMEOUT)

    def _runs_push(self, batch: Sequence[Received], machine: SandboxLike) -> Sequence[Received]:
        event = {"Records": [_record(one) for one in batch]}
        answer = _handle("push", _PushStand(self, machine), event, PUSH_TIMEOUT)
        kept = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        assert kept <= {one.id for one in batch}, "an id that Lambda does not know brings the whole batch back"
        return [one for one in batch if one.id not in kept]


class _Stand:
    """What a handler finds in `ports`."""

    def __init__(self, world: HandledWorld, machine: SandboxLike) -> None:
        self.world = world
        self.clock = SimClock(world, machine)
        self.journal = world.journal


class _PushStand(_Stand):
    def schemes(self) -> Mapping[str, PushPorts]:
        return self.world.push_ports(self.clock)

    def takers(self) -> Mapping[str, Scheme]:
        return self.world.schemes


class _FetchStand(_Stand):
    def schemes(self, wanted: str) -> Iterator[tuple[str, Callable[[], FetchPorts]]]:
        name = self.world.load.scheme.name
        assert wanted in {"", name}
        yield name, partial(self.world.fetch_ports, self.clock)

    def collections(self, wanted: str) -> Sequence[Any]:
        del wanted
        return ()


class _SweepStand(_Stand):
    def schemes(self) -> Iterator[tuple[str, Callable[[], SweepPorts]]]:
        for name in self.world.schemes:
            yield name, partial(self.world.sweep_ports, name, self.clock)


class _ReconcileStand(_Stand):
    def schemes(self, wanted: str) -> Iterator[tuple[str, Callable[[], ReconcilePorts]]]:
        del wanted
        yield self.world.load.scheme.name, self._ports

    def keep(self, scheme: str, document: Mapping[str, Any]) -> None:
        """The report stays with the world."""
        del scheme
        self.world.documents.append(document)

    def _ports(self) -> ReconcilePorts:
        return ReconcilePorts(self.world.fetch_ports(self.clock), self.world.target, INTEGRATION_USER)


def _handle(function: str, stand: _Stand, event: _Event, lives: timedelta) -> Any:
    app = _app(function)
    app.ports = stand  # type: ignore[attr-defined]  # read before the first call of a port, so that runs may overlap
    left = lives // timedelta(milliseconds=1)
    return app.lambda_handler(event, SimpleNamespace(get_remaining_time_in_millis=lambda: left))


@cache
def _app(function: str) -> ModuleType:
    """A function as its cold start makes it, but for what it stands on and the decorators of its logger."""
    spec = importlib.util.spec_from_file_location(f"simulated_{function}", _FUNCTIONS / function / "app.py")
    assert spec is not None
    assert spec.loader is not None
    app = importlib.util.module_from_spec(spec)
    plain = SimpleNamespace(
        inject_lambda_context=lambda handler: handler,
        log_metrics=lambda handler: handler,
        info=lambda *_, **__: None,
    )
    stand = SimpleNamespace(journal=SimpleNamespace(logger=plain, metrics=plain))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paysync.bootstrap, f"{function}_ports", lambda _: stand)
        spec.loader.exec_module(app)
    return app


def _fetch_event(run: Callable[..., Any]) -> _Event:
    if isinstance(run, partial):
        window: Window = run.keywords["window"]
        return {"mode": "backfill", "from": iso(window.start), "to": iso(window.end)}
    return {"mode": {fetch.run: "run", fetch.deep_scan: "deep_scan"}[run]}


def _record(received: Received) -> _Event:
    return {
        "messageId": received.id,
        "receiptHandle": received.receipt,
        "attributes": {"ApproximateReceiveCount": str(received.receives)},
        "body": main_body(received.message) if received.message else _UNREADABLE,
    }
