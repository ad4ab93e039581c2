"""Rows as the books keep them and as the lists write them.

A row is loaded as a flat JSON object: the vendor's fields, and fields with a leading underscore that steer the
simulator and are never shown to a client.

| field           | meaning, and what holds without it                                              |
| --------------- | ------------------------------------------------------------------------------- |
| of payments     |                                                                                 |
| `_paidTime`     | epoch ms that the window filters; else `auditTimeStamp`, if that is epoch ms    |
| `_status`       | of the transaction, `PAY_SUCCESS`; only paid ones are listed                    |
| `_sequence`     | the vendor's running number; else the next one                                  |
| `_document`     | code of the document; else `payeeTargetBusinessCode`                            |
| `_documentType` | `REIMBURSE`, `CORP_REIMBURSE`, `PRECONSUME` or `PAYMENT` (`PAYMENT`)            |
| `_paymentNo`    | Maycur payment order, which the parameter `paymentNo` filters                   |
| of forms        |                                                                                 |
| `_createdAt`    | epoch ms that the window filters; else `submittedAt`                            |
| `_status`       | form status, `COMPLETED`                                                        |
| of both         |                                                                                 |
| `_verbatim`     | true: written exactly as loaded, whatever `amounts` and `times` say             |
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from simulators.common.jsontext import Json, JsonObject, written
from simulators.maycur.documents import FAMILIES, Status
from simulators.maycur.settings import Written

MONEY: Final = frozenset({"payableAmount", "amount", "baseAmount"})
TIMES: Final = frozenset({"auditTimeStamp", "submittedAt", "firstSubmittedAt"})
FORM_STATUSES: Final = (
    "APPROVING",
    "AUDITING",
    "SIGNING",
    "SETTLEMENT",
    "COMPLETED",
    "DELETED",
    "ABANDON",
    "REJECTED",
    "SUBMIT_FAILED",
    "DRAFT",
)
_PLAIN_NUMBER: Final = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
_PAYMENT_CONTROLS: Final = frozenset(
    {"_paidTime", "_status", "_sequence", "_document", "_documentType", "_paymentNo", "_verbatim"}
)
_FORM_CONTROLS: Final = frozenset({"_createdAt", "_status", "_verbatim"})


class RowError(ValueError):
    """A row that cannot be loaded; the text says what is missing."""


class Style(NamedTuple):
    """How money and times are written."""

    amounts: Written
    times: Written


@dataclass(slots=True)
class Row:
    """One line of a list: what is shown, and when it is filed."""

    sequence: int
    fields: JsonObject
    moment: int | None  # paid time or creation time, epoch ms
    status: str
    verbatim: bool = False
    removed: bool = False
    _text: str = ""
    _style: Style | None = None

    def text(self, style: Style) -> str:
        """The row as JSON. Kept, since a row is read far more often than it changes."""
        if self._style != style:
            shown = self.fields if self.verbatim else {k: _styled(k, v, style) for k, v in self.fields.items()}
            self._text, self._style = written(shown), style
        return self._text

    def touched(self) -> None:
        """Tell the row that its fields were changed."""
        self._style = None


@dataclass(slots=True)
class Payment(Row):
    """One transaction: one payment to one payee."""

    document: str = ""
    document_type: str = "PAYMENT"
    payment_no: str = ""

    @property
    def code(self) -> Json:
        """The key that the list shows; malformed rows may have none."""
        return self.fields.get("paymentBizCode")

    @property
    def listed(self) -> bool:
        """Whether the paid list has it."""
        return not self.removed and self.status == Status.PAY_SUCCESS and self.moment is not None

    def controls(self) -> JsonObject:
        """What the simulator knows of the row beyond its fields."""
        return {
            "_sequence": self.sequence,
            "_paidTime": self.moment,
            "_status": str(self.status),
            "_document": self.document,
            "_documentType": self.document_type,
            "_paymentNo": self.payment_no,
            "_verbatim": self.verbatim,
            "_listed": self.listed,
        }


@dataclass(slots=True)
class Form(Row):
    """One reimbursement form."""

    @property
    def code(self) -> Json:
        """Its number and key."""
        return self.fields.get("formCode")

    def controls(self) -> JsonObject:
        """What the simulator knows of the form beyond its fields."""
        return {"_createdAt": self.moment, "_status": self.status, "_verbatim": self.verbatim, "_removed": self.removed}


def payment(document: JsonObject, *, sequence: int) -> Payment:
    """The transaction that a loaded row describes. `sequence` is used unless the row has its own."""
    fields, controls = _parted(document, _PAYMENT_CONTROLS)
    status = _one_of(controls.get("_status", "PAY_SUCCESS"), tuple(Status), "_status")
    moment = epoch_ms(controls.get("_paidTime", fields.get("auditTimeStamp")))
    if moment is None and status == Status.PAY_SUCCESS:
        message = "a paid row needs _paidTime, since its auditTimeStamp is not epoch ms"
        raise RowError(message)
    own_sequence = controls.get("_sequence", sequence)
    if isinstance(own_sequence, bool) or not isinstance(own_sequence, int):
        message = "_sequence must be a whole number"
        raise RowError(message)
    return Payment(
        sequence=own_sequence,
        fields=fields,
        moment=moment,
        status=Status(status),
        verbatim=controls.get("_verbatim") is True,
        document=str(controls.get("_document", fields.get("payeeTargetBusinessCode")) or ""),
        document_type=_one_of(controls.get("_documentType", "PAYMENT"), FAMILIES, "_documentType"),
        payment_no=str(controls.get("_paymentNo") or ""),
    )


def form(document: JsonObject, *, sequence: int) -> Form:
    """The reimbursement form that a loaded row describes."""
    fields, controls = _parted(document, _FORM_CONTROLS)
    moment = epoch_ms(controls.get("_createdAt", fields.get("submittedAt")))
    if moment is None:
        message = "a reimbursement needs _createdAt or a submittedAt in epoch ms"
        raise RowError(message)
    status = _one_of(controls.get("_status", "COMPLETED"), FORM_STATUSES, "_status")
    return Form(sequence, fields, moment, status, verbatim=controls.get("_verbatim") is True)


def epoch_ms(value: Json) -> int | None:
    """Epoch milliseconds from a number or a numeric string, else None. Ten digits (seconds) are not guessed."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value)
    shortest, longest = 12, 14
    return int(text) if text.isdecimal() and shortest <= len(text) <= longest else None


# ------------------------------------------------------------------------------------------------------------------


def _styled(name: str, value: Json, style: Style) -> Json:
    if name in MONEY:
        return _as_string(value) if style.amounts == "string" else _as_number(value)
    if name in TIMES:
        return _as_string(value) if style.times == "string" else _as_number(value)
    return value


def _as_string(value: Json) -> Json:
    return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


def _as_number(value: Json) -> Json:
    """A plain number in quotes loses them and keeps its digits; whatever else was loaded stays as odd as it is."""
    return Decimal(value) if isinstance(value, str) and _PLAIN_NUMBER.fullmatch(value) else value


def _parted(document: JsonObject, controls: frozenset[str]) -> tuple[JsonObject, JsonObject]:
    steering = {name: value for name, value in document.items() if name.startswith("_")}
    unknown = steering.keys() - controls - {"_listed", "_removed"}  # what /_sim/books adds may be loaded again
    if unknown:
        message = f"unknown {', '.join(sorted(unknown))}; known are {', '.join(sorted(controls))}"
        raise RowError(message)
    return {name: value for name, value in document.items() if not name.startswith("_")}, steering


def _one_of(value: Json, known: tuple[str, ...], name: str) -> str:
    if isinstance(value, str) and value in known:
        return value
    message = f"{name} cannot be {value!r}; known are {', '.join(known)}"
    raise RowError(message)
