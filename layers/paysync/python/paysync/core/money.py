"""Money: a Decimal with its currency, read from text and written as text, never through a binary float."""

import re
from dataclasses import dataclass
from decimal import Decimal

CENT = Decimal("0.01")
_PLAIN = re.compile(r"-?\d{1,15}(\.\d+)?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Amount:
    """An exact sum in one currency (ISO 4217 code); two amounts compare only within a currency."""

    value: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not self.value.is_finite():
            raise ValueError("an amount is a finite number")

    def __str__(self) -> str:
        return f"{plain(self.value)} {self.currency}"


def payable(raw: object) -> Decimal | None:
    """The positive sum with at most two decimals that `raw` states, or None when it states anything else.

    Takes a Decimal or int (from JSON parsed with ``parse_float=Decimal``) or plain decimal text. Exponents, separators,
    bools, zero, negatives and a third decimal are refused, not rounded (maycur-openapi.md 7.7).
    """
    number = exact(raw)
    if number is None or number <= 0 or number != number.quantize(CENT):
        return None
    return number.quantize(CENT)


def exact(raw: object) -> Decimal | None:
    """The number that `raw` states exactly in plain notation, or None."""
    if isinstance(raw, bool) or not isinstance(raw, (str, int, Decimal)):
        return None
    text = str(raw).strip()
    return Decimal(text) if _PLAIN.match(text) else None


def plain(value: Decimal) -> str:
    """Plain decimal text with at least two places and no exponent: ``1234.50``."""
    if value == value.quantize(CENT):
        value = value.quantize(CENT)
    return format(value, "f")
