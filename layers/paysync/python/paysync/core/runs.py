"""One run for each of several schemes: what stops one does not stop the others, and is raised after them."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from paysync.core.errors import PaysyncError

_Ports = TypeVar("_Ports")
_Report = TypeVar("_Report")


def for_each(schemes: Iterable[tuple[str, _Ports]], run: Callable[[_Ports], _Report]) -> dict[str, _Report]:
    """The reports by scheme. Raises the first PaysyncError after the last run."""
    reports: dict[str, _Report] = {}
    first: PaysyncError | None = None
    for name, ports in schemes:
        try:
            reports[name] = run(ports)
        except PaysyncError as error:
            first = first or error
    if first:
        raise first
    return reports
