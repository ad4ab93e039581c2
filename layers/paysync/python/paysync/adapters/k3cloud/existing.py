"""Which bills exist for a payment: asked by link, by number and by our own reference, and matched again (10). Pure.

Each is a question of its own: K3Cloud joins entries inner, so that a bill without a source row is found by its head
alone (5.1).

None of these queries was ever run on a real tenant (U8): where two ways of asking contradict each other, or a row comes
back that nobody asked for, nothing is concluded at all. "None found" must never come from a misunderstanding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeAlias

from paysync.adapters.k3cloud import filters
from paysync.adapters.k3cloud.filters import Condition
from paysync.adapters.k3cloud.forms import Forms
from paysync.adapters.k3cloud.queries import Line, Query
from paysync.adapters.k3cloud.rows import head_in, same_text
from paysync.core.bills import BillHead, Inquiry
from paysync.core.errors import DefectError
from paysync.core.keys import PaymentKey, collated
from paysync.core.scheme import Strategy, TargetPart

_NO_LINK: Final = frozenset({"", "0"})


class Way(Enum):
    """What a question looks for."""

    LINK = "the link to the source, by its id"
    NUMBER = "the source's number and form"
    REFERENCE = "our own reference, on the bill's head"


class UntrustedError(ValueError):
    """The answer contradicts itself or the question; `what` says how."""

    @classmethod
    def of(cls, what: str) -> "UntrustedError":
        """The contradiction that `what` says."""
        return cls(what)


@dataclass(slots=True)
class Found:
    """What one way of asking has found for one payment."""

    heads: dict[str, BillHead] = field(default_factory=dict)
    traced: set[str] = field(default_factory=set)
    """Ids of those that are traced to the source and alive: here two ways of asking must agree."""


Findings: TypeAlias = Mapping[PaymentKey, Found]


@dataclass(frozen=True, slots=True)
class Tracing:
    """One way of asking for the bills of a scheme. By link, whose id is not known is asked for by its number."""

    target: TargetPart
    forms: Forms
    way: Way

    @property
    def by_link(self) -> bool:
        """Whether the link is asked for."""
        return self.way is Way.LINK

    def query(self, asked: Sequence[Inquiry], *, creators: bool) -> Query | None:
        """The one question for all of `asked`; None where there is nothing to ask in this way."""
        forms, conditions = self.forms, self._conditions(asked)
        if not conditions:
            return None
        traced = () if self.way is Way.REFERENCE else (forms.traced_number, forms.traced_form)
        linked = (forms.link, forms.link_table) if self.by_link else ()
        return Query(
            form=self.target.form,
            keys=(
                *(forms.bill_id, forms.bill_number, forms.bill_status, forms.bill_cancel_status),
                *(self.target.reference_field, *traced, *linked),
                *(forms.creators if creators else ()),
            ),
            where=filters.either(*conditions),
            order=(forms.bill_id,),
            page_rows=forms.page_rows,
        )

    def findings(self, asked: Sequence[Inquiry], lines: Sequence[Line]) -> Findings:
        """Each inquiry's bills. Raises UntrustedError, and RowError for a row that cannot be read."""
        found = {one.payment: Found() for one in asked}
        for line in lines:
            head = head_in(line, self.forms, self.target.reference_field)
            if self._is_of_another_form(line, asked):
                form = line.text(self.forms.traced_form)
                raise UntrustedError.of(
                    f"bill {head.number or head.id} is linked to an id that was asked for, but its source is a {form}; "
                    "target.options.link_table tells them apart"
                )
            belongs = [self._belongs(head, line, one, found[one.payment]) for one in asked]
            if not any(belongs) and not self._is_anothers_link(line, asked):
                raise UntrustedError.of(f"bill {head.number or head.id} came back without having been asked for")
        return found

    def _belongs(self, head: BillHead, line: Line, one: Inquiry, found: Found) -> bool:
        if self.way is Way.REFERENCE:
            belongs = bool(one.reference) and same_text(head.reference, one.reference)
        else:
            belongs = one.source is not None and (self._is_linked(line, one) or self._is_numbered(line, one))
            if belongs and not head.voided:
                found.traced.add(head.id)
        if belongs:
            found.heads.setdefault(head.id, head)
        return belongs

    def _conditions(self, asked: Sequence[Inquiry]) -> list[Condition]:
        if self.way is Way.REFERENCE:
            return [filters.text_in(self.target.reference_field, [one.reference for one in asked])]
        conditions: list[Condition] = []
        ids = [one.source_id for one in asked if one.source and not self._asks_number(one)]
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
        return conditions

    def _asks_number(self, one: Inquiry) -> bool:
        """By number where that is the way, and where there is no id to ask the link with."""
        return not self.by_link or one.source_id in _NO_LINK

    def _is_linked(self, line: Line, one: Inquiry) -> bool:
        return (
            not self._asks_number(one)
            and line.text(self.forms.link).strip() == one.source_id
            and not self._links_elsewhere(line)
        )

    def _links_elsewhere(self, line: Line) -> bool:
        table = line.text(self.forms.link_table) if self.forms.link_table else ""
        return bool(table) and not same_text(table, self.forms.link_table_name)

    def _is_of_another_form(self, line: Line, asked: Sequence[Inquiry]) -> bool:
        """Ids of different forms may be equal by chance; without the link's table the form's name alone shows it."""
        if not self.by_link or self.forms.link_table:
            return False
        form, ids = line.text(self.forms.traced_form), {one.source_id for one in asked if not self._asks_number(one)}
        return (
            bool(form.strip())
            and not same_text(form, self.target.source_form)
            and line.text(self.forms.link).strip() in ids
        )

    def _is_anothers_link(self, line: Line, asked: Sequence[Inquiry]) -> bool:
        """A row that was found only because another form has a document with the same internal id."""
        ids = {one.source_id for one in asked}
        return self.by_link and self._links_elsewhere(line) and line.text(self.forms.link).strip() in ids

    def _is_numbered(self, line: Line, one: Inquiry) -> bool:
        return (
            self._asks_number(one)
            and one.source is not None
            and collated(line.text(self.forms.traced_number)) == one.source.canonical
            and same_text(line.text(self.forms.traced_form), self.target.source_form)
        )


def ways_of(target: TargetPart, forms: Forms) -> tuple[Tracing, ...]:
    """The questions that a scheme's strategy asks, each a query of its own: a join by link drops bills without one."""
    traces = {Strategy.LINK: (Way.LINK,), Strategy.NUMBER: (Way.NUMBER,), Strategy.BOTH: (Way.LINK, Way.NUMBER)}
    ways = [
        *(traces[target.strategy] if target.source_form else ()),
        *((Way.REFERENCE,) if target.reference_field else ()),
    ]
    return tuple(Tracing(target, forms, way) for way in ways)


def agreed(asked: Sequence[Inquiry], ways: Mapping[Way, Findings]) -> Mapping[PaymentKey, Sequence[BillHead]]:
    """What all ways of asking have found. Raises UntrustedError where they trace different bills to a source."""
    if not ways:
        raise DefectError.of("a scheme needs a source form or a reference field to find its bills again")
    return {one.payment: _agreed(one, {way: found[one.payment] for way, found in ways.items()}) for one in asked}


def _agreed(one: Inquiry, found: Mapping[Way, Found]) -> tuple[BillHead, ...]:
    heads = {id_: head for way in found.values() for id_, head in way.heads.items()}
    if Way.LINK in found and Way.NUMBER in found:
        for bill in sorted(found[Way.LINK].traced ^ found[Way.NUMBER].traced):
            number = one.source.number if one.source else one.reference
            raise UntrustedError.of(f"bill {heads[bill].number or bill} of {number}: link and number disagree")
    return tuple(heads.values())
