"""Field keys of the tenant's forms and the connector's options, each with its default: `target.options` of a scheme."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from difflib import get_close_matches
from typing import Final, get_type_hints

from paysync.adapters.k3cloud.filters import is_field
from paysync.adapters.k3cloud.replies import RECOGNISED
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import SchemeError
from paysync.core.records import Scalar

_MOST_ROWS: Final = 2000


@dataclass(frozen=True, slots=True)
class Forms:
    """What may differ from tenant to tenant (U8, U10, U21). Raises SchemeError for an option that cannot be."""

    source_id: str = "FID"
    source_number: str = "FBillNo"
    source_status: str = "FDOCUMENTSTATUS"
    source_cancel_status: str = "FCANCELSTATUS"
    source_currency: str = "FCURRENCYID.FNumber"
    source_applied: str = "FAPPLYAMOUNTFOR_H"
    """Empty where the tenant has no such field: then what is open on a source is not known."""
    bill_id: str = "FID"
    bill_number: str = "FBillNo"
    bill_status: str = "FDocumentStatus"
    bill_cancel_status: str = "FCancelStatus"
    bill_date: str = "FDATE"
    bill_creators: str = "FCREATORID,FCREATORID.FName"
    """Every spelling of who made a bill, comma-separated."""
    link: str = "FPAYBILLSRCENTRY_Link_FSBillId"
    link_table: str = ""
    """Where given (FPAYBILLSRCENTRY_Link_FSTableName), a link counts only into `link_table_name`: ids of other forms
    may be equal by chance."""
    link_table_name: str = "T_CN_PAYAPPLYENTRY"
    traced_number: str = "FSRCBILLNO"
    traced_form: str = "FSOURCETYPE"
    link_rule: str = "FPAYBILLSRCENTRY_Link_FRuleId"
    """The conversion rule that a link says it was made by; only the nightly check reads it."""
    organisation_form: str = "ORG_Organizations"
    """Read by the nightly check alone; empty: not looked at."""
    organisation_id: str = "FORGID"
    unrecognised: str = ""
    """MsgCodes, comma-separated, that this tenant does not take for a proof that a write did nothing."""
    booleans_as_text: bool = True
    page_rows: int = _MOST_ROWS
    batch_rows: int = 20
    lookup_seconds: int = 600
    """How long a sandbox remembers what a lookup has found."""

    def __post_init__(self) -> None:
        for name in _FIELD_OPTIONS:
            value = getattr(self, name)
            if not (is_field(value) or (not value and name in _MAY_BE_EMPTY)):
                raise _wrong(name, f"{value!r} is no field key")
        if not all(is_field(one) for one in self.creators):
            raise _wrong("bill_creators", f"{self.bill_creators!r} holds no field keys")
        if not all(one.strip().isdecimal() for one in self.unrecognised.split(",") if one.strip()):
            raise _wrong("unrecognised", f"{self.unrecognised!r} is no list of MsgCodes")
        if not 1 <= self.page_rows <= _MOST_ROWS:
            raise _wrong("page_rows", f"must be from 1 to {_MOST_ROWS}")
        if not 1 <= self.batch_rows <= _MOST_BATCH:
            raise _wrong("batch_rows", f"must be from 1 to {_MOST_BATCH}")

    @classmethod
    def of(cls, options: Mapping[str, Scalar]) -> "Forms":
        """From a scheme's options; what it does not name keeps its default."""
        hints = get_type_hints(cls)
        known = [one.name for one in fields(cls)]
        for name, value in options.items():
            if name not in known:
                raise _wrong(name, f"is no option of the K3Cloud connector; {_meant(name, known)}")
            if type(value) is not hints[name]:
                raise _wrong(name, f"must be {_KINDS[hints[name]]}")
        return cls(**options)  # type: ignore[arg-type]  # each value was compared with its field's type above

    @property
    def creators(self) -> tuple[str, ...]:
        """The fields of `bill_creators`."""
        return tuple(one.strip() for one in self.bill_creators.split(",") if one.strip())

    @property
    def recognised(self) -> frozenset[int]:
        """The MsgCodes that prove a refused write."""
        return RECOGNISED - {int(one) for one in self.unrecognised.split(",") if one.strip()}

    @property
    def lookup_span(self) -> timedelta:
        """`lookup_seconds` as a span."""
        return timedelta(seconds=self.lookup_seconds)

    def flag(self, *, value: bool) -> str | bool:
        """A boolean parameter as this tenant wants it (U10)."""
        return str(value).lower() if self.booleans_as_text else value


_MOST_BATCH: Final = 20
_MAY_BE_EMPTY: Final = frozenset({"source_applied", "link_table", "link_rule"})
_FIELD_OPTIONS: Final = (
    *("source_id", "source_number", "source_status", "source_cancel_status", "source_currency", "source_applied"),
    *("bill_id", "bill_number", "bill_status", "bill_cancel_status", "bill_date"),
    *("link", "link_table", "link_rule", "traced_number", "traced_form", "organisation_id"),
)
_KINDS: Final[Mapping[type, str]] = {str: "text", bool: "true or false", int: "a whole number"}


def _meant(written: str, known: Sequence[str]) -> str:
    near = get_close_matches(written.lower(), known, n=1)
    return f"did you mean {near[0]}?" if near else "docs/connectors.md lists them"


def _wrong(option: str, what: str) -> SchemeError:
    return SchemeError(Diagnosis.of(Code.SCHEME, what=f"target.options.{option}: {what}"))
