"""The simulators that all wire tests of our clients share."""

from collections.abc import Iterator

import pytest

from simulators.common.running import RunningSimulator
from simulators.k3cloud.server import make_app
from simulators.k3cloud.state import State
from simulators.maycur.server import make_app as make_maycur
from wire.k3cloud_tenant import Tenant
from wire.maycur_tenant import Stack


@pytest.fixture(scope="session")
def k3cloud() -> Iterator[RunningSimulator]:
    """One server, started where a test asks for it."""
    with RunningSimulator.in_thread(lambda: make_app(State())) as simulator:
        yield simulator


@pytest.fixture
def tenant(k3cloud: RunningSimulator) -> Iterator[Tenant]:
    """A tenant as new."""
    made = Tenant(k3cloud)
    yield made
    made.close()


@pytest.fixture(scope="session")
def maycur() -> Iterator[RunningSimulator]:
    """One server, started where a test asks for it."""
    with RunningSimulator.in_thread(make_maycur) as simulator:
        yield simulator


@pytest.fixture
def stack(maycur: RunningSimulator) -> Iterator[Stack]:
    """A Maycur as new, and paysync without a token."""
    maycur.reset()
    made = Stack(maycur)
    yield made
    made.http.close()
