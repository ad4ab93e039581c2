"""One run for each of several schemes: what stops one does not stop the others, and is told and raised after them."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from paysync.core.diagnosis import Code, Diagnosis, Kind
from paysync.core.errors import PaysyncError, RunError
from paysync.core.ports import Journal

_Ports = TypeVar("_Ports")
_Report = TypeVar("_Report")


def for_each(
    schemes: Iterable[tuple[str, Callable[[], _Ports]]], run: Callable[[_Ports], _Report], *, journal: Journal
) -> dict[str, _Report]:
    """The reports by scheme. Raises after the last run what failed: the error itself, or one that names all of them."""
    reports: dict[str, _Report] = {}
    failed: dict[str, PaysyncError] = {}
    for name, make in schemes:
        try:
            reports[name] = run(make())
        except PaysyncError as error:
            failed[name] = error
            tell_failed(name, error, journal)
    if failed:
        raise _of_all(failed, list(reports))
    return reports


def all_that_can_be(schemes: Iterable[tuple[str, Callable[[], _Ports]]], *, journal: Journal) -> Mapping[str, _Ports]:
    """The ports of every scheme for which they can be made. Raises where they can be made for none."""
    made: dict[str, _Ports] = {}
    failed: dict[str, PaysyncError] = {}
    for name, make in schemes:
        try:
            made[name] = make()
        except PaysyncError as error:
            failed[name] = error
            tell_failed(name, error, journal)
    if failed and not made:
        raise _of_all(failed, [])
    return made


def tell_failed(name: str, error: PaysyncError, journal: Journal) -> None:
    """A line with the reason, and the numbers that the alarms look at."""
    journal.count("SchemeFailed")
    if error.diagnosis.kind is Kind.CREDENTIAL:
        journal.count("CredentialTrouble")
    journal.tell("a scheme cannot run", scheme=name, diagnosis=error.diagnosis, reason=str(error))


def _of_all(failed: Mapping[str, PaysyncError], ran: list[str]) -> PaysyncError:
    if len(failed) + len(ran) == 1:
        return next(iter(failed.values()))
    what = "; ".join(f"{error.diagnosis.problem('en')} [{error.diagnosis.code}]" for error in failed.values())
    why = Diagnosis.of(Code.SCHEMES_FAILED, failed=", ".join(failed), what=what, ran=", ".join(ran) or "none")
    return RunError(why)
