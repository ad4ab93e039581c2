"""A small scheme to read rows by, and a row that fits it."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from paysync.core.scheme import Condition, FieldSpec, FieldType, Scheme
from simulation.pair import scheme as simulated

NOW = datetime(2023, 3, 1, tzinfo=UTC)
FIELDS = (
    FieldSpec("id", "原始ID", FieldType.STRING, required=True),
    FieldSpec("document", "单据号", FieldType.STRING, required=True),
    FieldSpec("sum", "付款金额", FieldType.AMOUNT, required=True),
    FieldSpec("paid", "付款时间", FieldType.EPOCH_MS, required=True),
    FieldSpec("count", "笔数", FieldType.INTEGER),
    FieldSpec("note", "备注", FieldType.ANY),
)


def scheme(*conditions: tuple[Condition, ...], **source: Any) -> Scheme:
    """The scheme with settings of its source that matter to a test."""
    plain = simulated()
    part = replace(
        plain.source,
        **({"fields": FIELDS, "key": "id", "number": "document", "amount": "sum", "paid_time": "paid"} | source),
        where=conditions,
    )
    return replace(plain, source=part)


def raw(**changed: Any) -> dict[str, object]:
    """A row as the source sends it."""
    return {"id": "P-1", "document": "FK-1", "sum": Decimal("12.50"), "paid": 1675180799999, **changed}
