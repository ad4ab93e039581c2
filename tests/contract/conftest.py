"""The simulators that the benches share, started where one asks for them."""

from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("contract.source", "contract.target")

from simulators.common.running import RunningSimulator  # noqa: E402 - asserts are rewritten before they are imported
from simulators.jsonapi.server import make_app as make_jsonapi  # noqa: E402
from simulators.k3cloud.server import make_app as make_k3cloud  # noqa: E402
from simulators.k3cloud.state import State  # noqa: E402
from simulators.maycur.server import make_app as make_maycur  # noqa: E402


@pytest.fixture(scope="session")
def jsonapi() -> Iterator[RunningSimulator]:
    """A JSON API of nobody in particular."""
    with RunningSimulator.in_thread(make_jsonapi) as simulator:
        yield simulator


@pytest.fixture(scope="session")
def maycur() -> Iterator[RunningSimulator]:
    """Maycur."""
    with RunningSimulator.in_thread(make_maycur) as simulator:
        yield simulator


@pytest.fixture(scope="session")
def k3cloud() -> Iterator[RunningSimulator]:
    """K3Cloud."""
    with RunningSimulator.in_thread(lambda: make_k3cloud(State())) as simulator:
        yield simulator
