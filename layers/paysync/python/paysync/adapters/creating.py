"""What a target has that makes documents from nothing but the row: no sources, no lookups, no further steps."""

from collections.abc import Mapping, Sequence
from datetime import date

from paysync.core.bills import Bill, BillHead, BillTotal, Cell, Edit, Inquiry, SourceDocument
from paysync.core.errors import DefectError
from paysync.core.keys import PaymentKey, SourceKey
from paysync.core.outcomes import Done, Outcome
from paysync.core.ports import LookupKey


class CreatingTarget:
    """The rest of `core.ports.Target`, none of which the core asks for where the scheme's target has not got it."""

    def sources(self, wanted: Sequence[SourceKey]) -> Outcome[Mapping[SourceKey, Sequence[SourceDocument]]]:
        """None: documents are made from nothing but the row."""
        return Done(dict.fromkeys(wanted, ()))

    def existing(
        self, asked: Sequence[Inquiry], *, creators: bool = False
    ) -> Outcome[Mapping[PaymentKey, Sequence[BillHead]]]:
        """Asked only where the target `finds`."""
        raise lacks(f"documents of {len(asked)} payments ({creators=})")

    def bills(self, ids: Sequence[str]) -> Outcome[Mapping[str, Bill]]:
        """Asked only where the target `reads`."""
        raise lacks(f"{len(ids)} documents")

    def lookup(self, name: str, asked: Sequence[LookupKey]) -> Outcome[Mapping[LookupKey, Sequence[Cell]]]:
        """No scheme of such a target has lookups."""
        raise lacks(f"lookup {name} of {len(asked)}")

    def bills_by_reference(self, references: Sequence[str]) -> Outcome[Mapping[str, Sequence[BillTotal]]]:
        """Asked only where the target `finds`."""
        raise lacks(f"documents of {len(references)} references")

    def bills_between(self, first: date, last: date) -> Outcome[Sequence[BillTotal]]:
        """Asked only where the target `lists`."""
        raise lacks(f"documents from {first} to {last}")

    def save(self, edits: Sequence[Edit]) -> Mapping[str, Outcome[None]]:
        """Documents are made as they shall be; none is changed."""
        raise lacks(f"save of {len(edits)}")

    def submit(self, ids: Sequence[str]) -> Mapping[str, Outcome[None]]:
        """Nothing is submitted."""
        raise lacks(f"submit of {len(ids)}")

    def audit(self, ids: Sequence[str]) -> Mapping[str, Outcome[None]]:
        """Nothing is audited."""
        raise lacks(f"audit of {len(ids)}")


def lacks(what: str) -> DefectError:
    """The defect of asking a target for what its scheme does not say."""
    return DefectError.of(f"the core asks a target for what its scheme does not say: {what}")
