"""One stack for the session: the real template, built and deployed as in the cloud, against both simulators.

Each test uses keys, or a queue's state, of its own rather than a reset. What a function logged is printed when a
test that used the stack fails; whatever the tests did, at the end all that was logged is searched for secrets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cloud.deployed import FUNCTIONS, Deployed, simulators
from paysync import local

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("cloud")
    with pytest.MonkeyPatch.context() as patch, simulators() as (maycur, k3cloud):
        patch.setenv("PAYSYNC_LOCAL_HOME", str(folder))  # beside the one that a developer may have up
        deployed = Deployed(maycur, k3cloud, folder)
        try:
            deployed.up()
            yield deployed
            deployed.assert_no_log_line_holds_a_secret()
        finally:
            local.down()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The file that waits longest goes first, so that all others are done meanwhile (`make cloud` keeps this order)."""
    items.sort(key=lambda item: item.path.name != "test_deaths.py")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    used = getattr(item, "funcargs", {}).get("stack")
    if report.failed and isinstance(used, Deployed) and local.current():
        for function in FUNCTIONS:
            report.sections.append((f"last lines of {function}", "\n".join(used.lines(function)[-15:])))
    return report
