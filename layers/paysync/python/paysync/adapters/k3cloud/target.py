"""K3CloudTarget: the core's target port on the WebAPI, bound to one scheme's forms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final, TypeVar

from paysync.adapters.k3cloud import filters
from paysync.adapters.k3cloud.client import K3CloudClient
from paysync.adapters.k3cloud.existing import Findings, UntrustedError, Way, agreed, ways_of
from paysync.adapters.k3cloud.forms import Forms
from paysync.adapters.k3cloud.lookups import Memory, askable, query_of
from paysync.adapters.k3cloud.queries import Line, Query, lines_of
from paysync.adapters.k3cloud.replies import Call
from paysync.adapters.k3cloud.rows import (
    RowError,
    bills_in,
    document_in,
    entry_fields,
    entry_key,
    head_fields,
    totals_in,
)
from paysync.adapters.k3cloud.shapes import diagnosis, unreadable
from paysync.adapters.k3cloud.writes import Writes
from paysync.core.bills import Bill, BillHead, BillTotal, Cell, Edit, Inquiry, Json, Made, SourceDocument
from paysync.core.codes import Code
from paysync.core.collection import results_in
from paysync.core.errors import DefectError
from paysync.core.keys import PaymentKey, SourceKey, collated, speakable
from paysync.core.outcomes import DefinitelyNot, Done, Outcome
from paysync.core.ports import Clock, LookupKey
from paysync.core.scheme import SaveStep, Scheme

_T = TypeVar("_T")
_READ: Final = Call("ExecuteBillQuery")
_REFERENCES_AT_ONCE: Final = 200


class K3CloudTarget:
    """Reads are repeated by the client where that helps; writes are sent once (see client.py)."""

    def __init__(self, client: K3CloudClient, scheme: Scheme, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._target = scheme.target
        self._lookups = {one.name: one for one in scheme.lookups}
        self._forms = Forms.of(scheme.target.options)
        self._ways = ways_of(scheme.target, self._forms)
        self._writes = Writes(client, scheme.target, self._forms)
        self._memory = Memory()

    def sources(self, wanted: Sequence[SourceKey]) -> Outcome[Mapping[SourceKey, Sequence[SourceDocument]]]:
        """The documents of each number, compared again as the ERP's collation does."""
        numbers = [key.number for key in wanted if speakable(key.number)]
        if not numbers:
            return Done(dict.fromkeys(wanted, ()))

        def grouped(lines: Sequence[Line]) -> Mapping[SourceKey, Sequence[SourceDocument]]:
            return {key: _documents(lines, key, self._forms) for key in wanted}

        return self._read(self._source_query(numbers), grouped)

    def existing(
        self, asked: Sequence[Inquiry], *, creators: bool = False
    ) -> Outcome[Mapping[PaymentKey, Sequence[BillHead]]]:
        """Every bill made from each source or carrying our reference: two queries, three where the strategy is `both`.

        DefinitelyNot(DOUBT_UNTRUSTED) where link and number disagree, where a row comes back that nobody asked for, or
        where the tenant does not know a field of the question (U8): none of these is "none found".
        """
        unspeakable = [text for one in asked for text in _texts(one) if not speakable(text)]
        if unspeakable:
            return DefinitelyNot(diagnosis(Code.SOURCE_UNSPEAKABLE, _READ, number=repr(unspeakable[0])))
        if not asked:
            return Done({})
        try:
            return self._agreed(asked, creators=creators)
        except UntrustedError as error:
            return DefinitelyNot(diagnosis(Code.DOUBT_UNTRUSTED, _READ, what=str(error)))
        except RowError as error:
            return unreadable(_READ, str(error))

    def bills(self, ids: Sequence[str]) -> Outcome[Mapping[str, Bill]]:
        """Those bills that exist among `ids`, with their entries.

        A join drops a bill that has none, so what is missing is asked for by its head: it is not gone for that.
        """
        if not ids:
            return Done({})
        step = self._target.save
        match self._bills(ids, step):
            case Done(found) if step and step.entry and (missing := [one for one in ids if one not in found]):
                match self._bills(missing, replace(step, entry="")):
                    case Done(bare):
                        return Done({**found, **bare})
                    case failure:
                        return failure
            case outcome:
                return outcome

    def _bills(self, ids: Sequence[str], step: SaveStep | None) -> Outcome[Mapping[str, Bill]]:
        forms, reference, wanted = self._forms, self._target.reference_field, frozenset(ids)
        query = self._bill_query(filters.id_in(forms.bill_id, ids), head_fields(step) if step else (), step)

        def asked_for(lines: Sequence[Line]) -> Mapping[str, Bill]:
            return {key: bill for key, bill in bills_in(lines, forms, reference, step).items() if key in wanted}

        return self._read(query, asked_for)

    def lookup(self, name: str, asked: Sequence[LookupKey]) -> Outcome[Mapping[LookupKey, Sequence[Cell]]]:
        """The distinct usable results for each asked tuple; single ones are remembered for a while."""
        lookup = self._lookups.get(name)
        if lookup is None:
            raise DefectError.of(f"the scheme has no lookup {name}")
        now = self._clock.now()
        known = self._memory.known(name, asked, now)
        new = [key for key in dict.fromkeys(asked) if key not in known and askable(lookup, key)]
        found: dict[LookupKey, tuple[Cell, ...]] = {key: known.get(key, ()) for key in asked}
        if not new:
            return Done(found)
        match lines_of(self._client, query_of(lookup, new, self._forms.page_rows)):
            case Done(lines):
                rows = [line.cells for line in lines]
                fresh = {key: results_in(lookup, rows, key) for key in new}
                self._memory.keep(name, fresh, now + self._forms.lookup_span)
                return Done({**found, **fresh})
            case failure:
                return failure

    def bills_by_reference(self, references: Sequence[str]) -> Outcome[Mapping[str, Sequence[BillTotal]]]:
        """For each reference every bill that carries exactly it, voided ones too; one query per 200 references."""
        found: dict[str, list[BillTotal]] = {one: [] for one in references}
        wanted = [one for one in found if speakable(one)]
        for start in range(0, len(wanted), _REFERENCES_AT_ONCE):
            chunk = wanted[start : start + _REFERENCES_AT_ONCE]
            match self._totals(filters.text_in(self._target.reference_field, chunk)):
                case Done(totals):
                    for total in totals:
                        found.get(total.reference, []).append(total)
                case failure:
                    return failure
        return Done(found)

    def bills_between(self, first: date, last: date) -> Outcome[Sequence[BillTotal]]:
        """Every bill dated from `first` to `last`, both included, whoever made it."""
        return self._totals(filters.dated(self._forms.bill_date, first, last + timedelta(days=1)))

    def make(self, request: Mapping[str, Json]) -> Outcome[Made]:
        """Push one source document, or save one new bill. Sent once."""
        return self._writes.make(request)

    def save(self, edits: Sequence[Edit]) -> Mapping[str, Outcome[None]]:
        """Change bills; each judged by itself."""
        return self._writes.save(edits)

    def submit(self, ids: Sequence[str]) -> Mapping[str, Outcome[None]]:
        """Submit bills; each judged by itself."""
        return self._writes.advance("Submit", ids)

    def audit(self, ids: Sequence[str]) -> Mapping[str, Outcome[None]]:
        """Audit bills; each judged by itself."""
        return self._writes.advance("Audit", ids)

    def questions(self) -> Sequence[Query]:
        """Every kind of question that a payment asks, each about nothing: the inspector tries them."""
        forms, step, nobody = self._forms, self._target.save, "0"
        asked = Inquiry(PaymentKey("", nobody), nobody, self._source(nobody), nobody)
        by_id = filters.id_in(forms.bill_id, [nobody])
        return (
            *([self._source_query([nobody])] if self._target.source_form else []),
            *(query for way in self._ways if (query := way.query([asked], creators=True))),
            self._bill_query(by_id, head_fields(step) if step else (), step),
            self._bill_query(by_id, (forms.bill_date, *forms.creators), step, by_entry=True),
            *(query_of(one, [(nobody,) * len(one.where)], forms.page_rows) for one in self._lookups.values()),
        )

    def _source(self, number: str) -> SourceKey | None:
        return SourceKey(self._target.source_form, number) if self._target.source_form else None

    def _source_query(self, numbers: Sequence[str]) -> Query:
        forms = self._forms
        return Query(
            form=self._target.source_form,
            keys=(
                *(forms.source_id, forms.source_number, forms.source_status, forms.source_cancel_status),
                *(forms.source_currency, forms.source_applied),
            ),
            where=filters.text_in(forms.source_number, numbers),
            order=(forms.source_id,),
            page_rows=forms.page_rows,
        )

    def _agreed(self, asked: Sequence[Inquiry], *, creators: bool) -> Outcome[Mapping[PaymentKey, Sequence[BillHead]]]:
        findings: dict[Way, Findings] = {}
        for one in self._ways:
            query = one.query(asked, creators=creators)
            match lines_of(self._client, query) if query else Done(()):
                case Done(lines):
                    findings[one.way] = one.findings(asked, lines)
                case DefinitelyNot(why) if why.code is Code.ERP_FIELD:
                    raise UntrustedError.of(f"K3Cloud does not know a field of the question: {why.vendor}")
                case failure:
                    return failure
        return Done(agreed(asked, findings))

    def _totals(self, where: filters.Condition) -> Outcome[Sequence[BillTotal]]:
        """Two questions: one for entries leaves a bill without any out, because K3Cloud joins them."""
        step = self._target.save
        bare = self._totals_of(where, None) if step and step.entry else Done(())
        whole = self._totals_of(where, step)
        if isinstance(bare, Done) and isinstance(whole, Done):
            return Done(list({one.id: one for one in (*bare.value, *whole.value)}.values()))
        return bare if not isinstance(bare, Done) else whole

    def _totals_of(self, where: filters.Condition, step: SaveStep | None) -> Outcome[Sequence[BillTotal]]:
        forms, reference = self._forms, self._target.reference_field
        query = self._bill_query(where, (forms.bill_date, *forms.creators), step, by_entry=True)
        return self._read(query, lambda lines: totals_in(lines, forms, reference, step))

    def _bill_query(
        self, where: filters.Condition, more: Sequence[str], step: SaveStep | None, *, by_entry: bool = False
    ) -> Query:
        forms = self._forms
        entries = (entry_key(step), *entry_fields(step)) if step and step.entry else ()
        return Query(
            form=self._target.form,
            keys=(
                *(forms.bill_id, forms.bill_number, forms.bill_status, forms.bill_cancel_status),
                *(self._target.reference_field, *more, *entries),
            ),
            where=where,
            order=(forms.bill_id, *(entries[:1] if by_entry else ())),
            page_rows=forms.page_rows,
        )

    def _read(self, query: Query, understood: Callable[[Sequence[Line]], _T]) -> Outcome[_T]:
        match lines_of(self._client, query):
            case Done(lines):
                try:
                    return Done(understood(lines))
                except RowError as error:
                    return unreadable(_READ, str(error))
            case failure:
                return failure


def _documents(lines: Sequence[Line], key: SourceKey, forms: Forms) -> tuple[SourceDocument, ...]:
    mine = [line for line in lines if collated(line.text(forms.source_number)) == key.canonical]
    return tuple({one.id: one for one in (document_in(line, key, forms) for line in mine)}.values())


def _texts(inquiry: Inquiry) -> tuple[str, ...]:
    return (inquiry.reference, *((inquiry.source.number,) if inquiry.source else ()))
