"""What fetch and reconcile are asked for by a schedule or an operator, checked; and their reports as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Literal, Self, get_args

from paysync.core.check import CheckReport
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import RunError
from paysync.core.inspection import Result
from paysync.core.money import plain
from paysync.core.times import MILLISECOND, SHANGHAI, Instant, Window, from_iso, iso

Mode = Literal["run", "deep_scan", "remedy", "backfill"]
_MODES: Final[tuple[object, ...]] = get_args(Mode)
_LOOK_BACK: Final = timedelta(days=35)
_ALMOST: Final = MILLISECOND - timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """`mode` run (the default), deep_scan, remedy, or backfill with `from` and `to`.

    `scheme`: the only one that is meant; it runs now, whatever its own schedule says.
    """

    mode: Mode
    scheme: str
    start: str
    end: str

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Self:
        """From the function's event. Raises RunError naming what is wrong."""
        mode = event.get("mode", "run")
        if mode not in _MODES:
            raise _wrong("mode", mode)
        return cls(mode, str(event.get("scheme", "")), str(event.get("from", "")), str(event.get("to", "")))

    def window(self) -> Window:
        """The range of a backfill."""
        return _window(self.start, self.end)


@dataclass(frozen=True, slots=True)
class ReconcileRequest:
    """A range, or none for what the schedule compares every night."""

    scheme: str
    start: str
    end: str

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Self:
        """From the function's event."""
        return cls(str(event.get("scheme", "")), str(event.get("from", "")), str(event.get("to", "")))

    @property
    def by_schedule(self) -> bool:
        """No range was asked for: the targets are checked as well."""
        return not (self.start or self.end)

    def window(self, now: Instant) -> Window:
        """The range; without one the last 35 days up to the end of yesterday, Shanghai time."""
        if self.start or self.end:
            return _window(self.start, self.end)
        today = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
        return Window(from_iso((today - _LOOK_BACK).isoformat()), from_iso(today.isoformat()))


def report_document(report: Any) -> dict[str, Any]:
    """A report's fields as JSON may carry them: money and times as text."""
    return {field.name: _plain(getattr(report, field.name)) for field in fields(report)}


def check_document(report: CheckReport) -> dict[str, Any]:
    """What the check has seen, its findings first."""
    checks = [_plain(one) for one in report.checks]
    found = [one for one in checks if one["result"] == Result.FINDING]
    others = [one for one in checks if one["result"] != Result.FINDING]
    return {"scheme": report.scheme, "at": iso(report.at), "findings": found, "checked": others}


def _plain(value: Any) -> Any:  # noqa: PLR0911 - one for each kind of value
    match value:
        case Decimal():
            return plain(value)
        case datetime():
            return iso(value)
        case StrEnum():
            return str(value)
        case Diagnosis():
            return value.as_json()
        case Window():
            return {"from": iso(value.start), "to": iso(value.end)}
        case list() | tuple():
            return [_plain(one) for one in value]
        case _ if is_dataclass(value):
            return report_document(value)
        case _:
            return value


def _window(start: str, end: str) -> Window:
    try:
        return Window(_whole(from_iso(start)), _whole(from_iso(end) + _ALMOST))
    except (ValueError, OverflowError) as error:
        raise _wrong("from/to", str(error)) from None


def _whole(at: Instant) -> Instant:
    """Without what is finer than a millisecond: `…23:59:59.999999` as an end takes in the whole last one."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _wrong(field: str, value: object) -> RunError:
    return RunError(Diagnosis.of(Code.SETTING, setting=field, what=f"is {value!r}: see docs/operations.md"))
