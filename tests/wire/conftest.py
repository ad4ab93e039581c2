"""The K3Cloud simulator that all wire tests of our client share."""

from collections.abc import Iterator

import pytest

from simulators.common.running import RunningSimulator
from simulators.k3cloud.server import make_app
from simulators.k3cloud.state import State
from wire.k3cloud_tenant import Tenant


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
