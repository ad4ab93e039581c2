"""Every connector keeps every promise. A new one is a bench and a line here."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from contract.benches.jsonapi import JsonApiSource, JsonApiTarget
from contract.benches.k3cloud import K3CloudTarget
from contract.benches.maycur import MaycurListSource
from contract.benches.maycur_results import MaycurResultTarget
from contract.source import SOURCE_PROMISES, SourcePromise
from contract.target import TARGET_PROMISES, TargetPromise

pytestmark = pytest.mark.wire

SOURCES: Final[Mapping[str, tuple[str, Callable[..., Any]]]] = {
    "maycur": ("maycur", MaycurListSource),
    "http": ("jsonapi", JsonApiSource),
}
"""Connector → its simulator's fixture and its bench."""
TARGETS: Final[Mapping[str, tuple[str, Callable[..., Any]]]] = {
    "k3cloud": ("k3cloud", K3CloudTarget),
    "http": ("jsonapi", JsonApiTarget),
    "maycur": ("maycur", MaycurResultTarget),
}


@pytest.mark.parametrize("promise", SOURCE_PROMISES, ids=lambda promise: promise.__name__)
@pytest.mark.parametrize("connector", SOURCES)
def test_a_source_keeps_its_promises(request: pytest.FixtureRequest, connector: str, promise: SourcePromise) -> None:
    """What `contract.source` says, over real sockets."""
    simulator, make = SOURCES[connector]
    bench = make(request.getfixturevalue(simulator))
    try:
        promise(bench)
    finally:
        bench.close()


@pytest.mark.parametrize("promise", TARGET_PROMISES, ids=lambda promise: promise.__name__)
@pytest.mark.parametrize("connector", TARGETS)
def test_a_target_keeps_its_promises(request: pytest.FixtureRequest, connector: str, promise: TargetPromise) -> None:
    """What `contract.target` says, over real sockets."""
    simulator, make = TARGETS[connector]
    bench = make(request.getfixturevalue(simulator))
    try:
        promise(bench)
    finally:
        bench.close()
