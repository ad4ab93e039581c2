"""Structured logs and metrics by Powertools. Possible account numbers are masked, possible secrets dropped."""

import logging
import os
import re
import sys
import warnings
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from paysync.core.diagnosis import Diagnosis
from paysync.core.keys import PaymentKey

_LONG_NUMBER: Final = re.compile(r"\d{9,}|\d{4}(?:[ \u00a0-]\d{4}){2,}(?:[ \u00a0-]\d{1,4})?")
_KEPT_BACK: Final = r"secret|token|passw|credential|authorization|signature|cookie|session.?id|(?:api|access).?key"
_SECRET: Final = re.compile(_KEPT_BACK, re.IGNORECASE)
_SECRET_IN_TEXT: Final = re.compile(
    rf"""((?:{_KEPT_BACK})\w*["']?\s*[=:]\s*)(?:"[^"]*"|'[^']*'|(?:Bearer\s+)?[^\s&,;"'}}\])]+)""", re.IGNORECASE
)
"""As a URL, a header, JSON or Python would have it: an error's text may quote any of them."""
_WHOLE_ROW: Final = frozenset({"raw", "record"})
"""What came from the source, with names of people in it: the ledger keeps it, no log does."""
_SHOWN: Final = 4
_TAKEN: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "level", "location", "timestamp"}
"""Names that `logging` or Powertools need themselves."""


def quiet_logger() -> Logger:
    """For a command: what it prints on stdout is its answer, and a person is not told of every step."""
    return Logger(service="paysync", stream=sys.stderr, level=os.environ.get("POWERTOOLS_LOG_LEVEL", "WARNING"))


class PowertoolsJournal:
    """`core.ports.Journal`. The handler's decorators take `logger` and `metrics` from here."""

    def __init__(self, logger: Logger | None = None, metrics: Metrics | None = None) -> None:
        self.logger = logger or Logger()
        self.metrics = metrics or Metrics()
        warnings.filterwarnings("ignore", "No application metrics to publish")  # a run without numbers is no trouble

    def tell(self, what: str, *, key: PaymentKey | None = None, **details: object) -> None:
        """One line. The payment's key is an identifier and is written in full, or nobody could search for it."""
        named = {"scheme": key.scheme, "key": key.code} if key else {}
        self.logger.info(masked_text(what), extra={**dropped(details), **named})

    def count(self, metric: str, value: float = 1) -> None:
        """One number; written with the invocation's other ones when it ends (`metrics.log_metrics`)."""
        unit = MetricUnit.Seconds if metric.endswith("Seconds") else MetricUnit.Count
        self.metrics.add_metric(name=metric, unit=unit, value=value)


def dropped(details: Mapping[str, object]) -> dict[str, object]:
    """The details that may be told, each masked."""
    kept = {name: masked(value) for name, value in details.items() if _may_be_told(name)}
    return {f"{name}_" if name in _TAKEN else name: value for name, value in kept.items()}


def masked(value: object) -> Any:  # noqa: PLR0911 - one per kind of value
    """`value` as JSON may carry it, long numbers masked at every depth."""
    match value:
        case None | bool():
            return value
        case int() | float():
            text = masked_text(str(value))
            return value if text == str(value) else text
        case Mapping():
            return dropped({str(name): each for name, each in value.items()})
        case list() | tuple() | set() | frozenset():
            return [masked(each) for each in value]
        case Diagnosis():
            return {"code": str(value.code), **masked(dict(value.details))}
        case _ if is_dataclass(value) and not isinstance(value, type) and not isinstance(value, PaymentKey):
            return dropped({field.name: getattr(value, field.name) for field in fields(value) if field.repr})
        case _:
            return masked_text(str(value))


def masked_text(text: str) -> str:
    """`text` with only the last four digits of each long number, and without a secret that it names."""
    text = _SECRET_IN_TEXT.sub(r"\1***", text)
    sound = text if text.isascii() else text.encode(errors="replace").decode()  # half a surrogate pair is no text
    return _LONG_NUMBER.sub(lambda found: "*" * (len(found[0]) - _SHOWN) + found[0][-_SHOWN:], sound)


def _may_be_told(name: str) -> bool:
    return name not in _WHOLE_ROW and not _SECRET.search(name)
