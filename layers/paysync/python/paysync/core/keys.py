"""Keys: what names a payment, a source document and a bill, and how the ledger spells it. Built nowhere else."""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class PaymentKey:
    """One paid transaction of one scheme; `code` is the source system's own key (paymentBizCode)."""

    scheme: str
    code: str

    def __str__(self) -> str:
        return f"PAY#{self.scheme}#{self.code}"

    @classmethod
    def parse(cls, text: str) -> "PaymentKey":
        """The key that ``str()`` wrote."""
        mark, scheme, code = text.split("#", 2)
        if mark != "PAY":
            raise ValueError(f"{text!r} is not a payment's key")
        return cls(scheme, code)


@dataclass(frozen=True, slots=True, order=True)
class SourceKey:
    """A document of the target system that a bill is made from (payment application), by form and number."""

    form: str
    number: str

    def __str__(self) -> str:
        return f"LOCK#{self.form}#{self.canonical}"

    @property
    def canonical(self) -> str:
        """The number as the ERP compares it."""
        return collated(self.number)

    @property
    def document(self) -> "SourceKey":
        """The key that every spelling of the same document has in common."""
        return SourceKey(self.form, self.canonical)


@dataclass(frozen=True, slots=True, order=True)
class BillKey:
    """A bill of the target system by form and internal id; drafts have no number, so the number never names one."""

    form: str
    id: str

    def __str__(self) -> str:
        return f"BILL#{self.form}#{self.id}"


def speakable(number: str) -> bool:
    """Whether a document number can be asked for at all: not blank, no control characters."""
    if not number.strip():
        return False
    return number.isprintable() or not any(unicodedata.category(c).startswith("C") for c in number)


def collated(text: str) -> str:
    """The form in which texts that the ERP takes for equal are equal: case and trailing blanks do not count (5.2)."""
    return text.rstrip(" ").upper()
