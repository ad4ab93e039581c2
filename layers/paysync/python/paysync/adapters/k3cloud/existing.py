"""Which bills exist for a payment: one query by link, number and our own reference, and its rows matched again (10). Pure.

None of these queries was ever run on a real tenant (U8): where two ways of asking contradict each other, or a row comes
back that nobody asked for, nothing is concluded at all. "None found" must never come from a misunderstanding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from paysync.adapters.k3cloud import filters
from paysync.adapters.k3cloud.filters import Condition
from paysync.adapters.k3cloud.forms import Forms
from paysync.adapters.k3cloud.queries import Line, Query
from paysync.adapters.k3cloud.rows import collated, head_in, same_text
from paysync.core.bills import BillHead, Inquiry
from paysync.core.errors import DefectError
from paysync.core.keys import PaymentKey
from paysync.core.scheme import Strategy, TargetPart

_NO_LINK: Final = frozenset({"", "0"})


class UntrustedError(ValueError):
    """The answer contradicts itself or the question; `what` says how."""

    @classmethod
    def of(cls, what: str) -> "UntrustedError":
        """The contradiction that `what` says."""
        return cls(what)


@dataclass(frozen=True, slots=True)
class Tracing:
    """How bills of this scheme are traced."""

    target: TargetPart
    forms: Forms

    @property
    def by_link(self) -> bool:
        """Whether the link to the source is asked for."""
        return bool(self.target.source_form) and self.target.strategy is not Strategy.NUMBER

    def query(self, asked: Sequence[Inquiry], *, creators: bool) -> Query:
        """The one question for all of `asked`."""
        forms = self.forms
        traced = (forms.traced_number, forms.traced_form) if self.target.source_form else ()
        linked = (forms.link, forms.link_table) if self.by_link else ()
        return Query(
            form=self.target.form,
            keys=(
                *(forms.bill_id, forms.bill_number, forms.bill_status, forms.bill_cancel_status),
                *(self.target.reference_field, *traced, *linked),
                *(forms.creators if creators else ()),
            ),
            where=filters.either(*self._conditions(asked)),
            order=(forms.bill_id,),
            page_rows=forms.page_rows,
        )

    def heads(self, asked: Sequence[Inquiry], lines: Sequence[Line]) -> Mapping[PaymentKey, Sequence[BillHead]]:
        """Each inquiry's bills, once each. Raises UntrustedError, and RowError for a row that cannot be read."""
        found: dict[PaymentKey, dict[str, BillHead]] = {one.payment: {} for one in asked}
        for line in lines:
            head = head_in(line, self.forms, self.target.reference_field)
            owners = [one for one in asked if self._belongs(head, line, one)]
            if not owners and not self._is_anothers_link(line, asked):
                raise UntrustedError.of(f"bill {head.number or head.id} came back without having been asked for")
            for one in owners:
                found[one.payment].setdefault(head.id, head)
        return {key: tuple(heads.values()) for key, heads in found.items()}

    def _conditions(self, asked: Sequence[Inquiry]) -> list[Condition]:
        conditions: list[Condition] = []
        ids = [one.source_id for one in asked if one.source and one.source_id and self.by_link]
        if ids:
            conditions.append(filters.id_in(self.forms.link, ids))
        numbers = [one.source.number for one in asked if one.source and self._asks_number(one)]
        if numbers:
            conditions.append(
                filters.both(
                    filters.text_in(self.forms.traced_number, numbers),
                    filters.equals(self.forms.traced_form, self.target.source_form),
                )
            )
        if self.target.reference_field:
            references = [one.reference for one in asked if one.reference]
            conditions.append(filters.text_in(self.target.reference_field, references))
        if not conditions:
            raise DefectError.of("a scheme needs a source form or a reference field to find its bills again")
        return conditions

    def _asks_number(self, one: Inquiry) -> bool:
        """By number where the strategy says so, and where there is no id to ask the link with."""
        return not self.by_link or self.target.strategy is Strategy.BOTH or not one.source_id

    def _belongs(self, head: BillHead, line: Line, one: Inquiry) -> bool:
        by_reference = bool(one.reference) and same_text(head.reference, one.reference)
        if one.source is None:
            return by_reference
        linked = self._is_linked(line, one)
        numbered = self._asks_number(one) and self._is_numbered(line, one)
        compares = self.target.strategy is Strategy.BOTH and bool(one.source_id) and not head.voided
        if compares and linked != numbered:
            name = head.number or head.id
            number = line.text(self.forms.traced_number)
            raise UntrustedError.of(f"bill {name}: link and number disagree ({number!r} for {one.source.number!r})")
        return by_reference or linked or numbered

    def _is_linked(self, line: Line, one: Inquiry) -> bool:
        return (
            self.by_link
            and one.source_id not in _NO_LINK
            and line.text(self.forms.link).strip() == one.source_id
            and not self._links_elsewhere(line)
        )

    def _links_elsewhere(self, line: Line) -> bool:
        table = line.text(self.forms.link_table) if self.forms.link_table else ""
        return bool(table) and not same_text(table, self.forms.link_table_name)

    def _is_anothers_link(self, line: Line, asked: Sequence[Inquiry]) -> bool:
        """A row that was found only because another form has a document with the same internal id."""
        ids = {one.source_id for one in asked}
        return self.by_link and self._links_elsewhere(line) and line.text(self.forms.link).strip() in ids

    def _is_numbered(self, line: Line, one: Inquiry) -> bool:
        return (
            one.source is not None
            and collated(line.text(self.forms.traced_number)) == one.source.canonical
            and same_text(line.text(self.forms.traced_form), self.target.source_form)
        )
