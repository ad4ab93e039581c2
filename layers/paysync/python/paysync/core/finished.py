"""When a bill is finished: as far as its scheme takes it, or further by another hand."""

from collections.abc import Mapping
from typing import Final

from paysync.core.bills import BillStatus
from paysync.core.scheme import TargetPart

_REACHED: Final[Mapping[BillStatus, frozenset[BillStatus]]] = {
    BillStatus.CREATED: frozenset(
        {BillStatus.CREATED, BillStatus.SUBMITTED, BillStatus.AUDITED, BillStatus.REAUDIT},
    ),
    BillStatus.SUBMITTED: frozenset({BillStatus.SUBMITTED, BillStatus.AUDITED}),
    BillStatus.AUDITED: frozenset({BillStatus.AUDITED}),
}


def finished_statuses(target: TargetPart) -> frozenset[BillStatus]:
    """The statuses of a bill that has all that its scheme wants (k3cloud-webapi.md 8.1)."""
    if target.audit:
        return _REACHED[BillStatus.AUDITED]
    return _REACHED[BillStatus.SUBMITTED if target.submit else BillStatus.CREATED]
