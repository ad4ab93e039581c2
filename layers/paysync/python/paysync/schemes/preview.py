"""What would be sent for a row, field by field, with where each value comes from. Pure: nothing is sent, asked or kept.

The bill does not exist yet, so its own ids stand as ``{{pushed.Id}}``; it is shown as a bill that says nothing yet, for
which Save sets everything that the scheme wants.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final, Literal, TypeAlias
from urllib.parse import quote

from paysync.core.bills import Bill, BillEntry, BillHead, BillStatus, Cell, Json
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import PaysyncError
from paysync.core.exchanges import KEY, PATH
from paysync.core.keys import BillKey
from paysync.core.pages import FIRST_PAGE
from paysync.core.reading import payments, skipped
from paysync.core.records import BillRef, Facts, Payment, Row, new_row
from paysync.core.scheme import Lookup, OnMiss, Scheme, Slot, Template, Tree
from paysync.core.scope import asking_scope, scope_of
from paysync.core.templates import TemplateFault, found, render, templates, written
from paysync.core.times import SHANGHAI, Instant, Window, local_date
from paysync.core.wanted import edit_of, wanted_of

ID: Final = "{{pushed.Id}}"
NUMBER: Final = "{{pushed.Number}}"
ENTRY_ID: Final = "{{pushed.EntryId}}"
QUERY: Final = "query"
_SUM: Final = "{{payment.amount}}"

Verdict: TypeAlias = Literal["sent", "rejected", "parked"]


@dataclass(frozen=True, slots=True)
class Origin:
    """A name in a template and what it stands for: a field of the row, a lookup, a parameter or other."""

    name: str
    value: object
    label: str = ""
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field of a request: its place, what is sent, the template that it comes from (none: as it is written)."""

    place: str
    value: Json
    template: str = ""
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True)
class Sending:
    """One request: the step's name, the call, its data, and the data's fields one by one."""

    step: str
    call: str
    data: Json
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What becomes of one payment: its requests as far as it gets, and why it gets no further."""

    key: str
    sendings: tuple[Sending, ...]
    verdict: Verdict = "sent"
    why: Diagnosis | None = None

    def data(self, step: str) -> Json:
        """What a step would send; None where it is not reached."""
        return next((one.data for one in self.sendings if one.step == step), None)


Answers: TypeAlias = Mapping[str, Sequence[Cell]]
"""What each lookup finds: the distinct usable results. A lookup that is not here finds nothing."""


def previews(scheme: Scheme, raw: Mapping[str, object], answers: Answers, now: Instant) -> tuple[Preview, ...]:
    """One preview for each payment of the row; none for what its conditions keep out."""
    return tuple(preview_of(scheme, payment, answers, now) for payment in payments(scheme, raw, now=now))


def preview_of(scheme: Scheme, payment: Payment, answers: Answers, now: Instant) -> Preview:
    """The preview of one payment."""
    facts, sendings = payment.facts, list[Sending]()
    if facts is None:
        return Preview(payment.key.code, (), "rejected", payment.fault)
    try:
        for sending in _Walk(scheme, _row(scheme, payment, now), facts, answers).sendings():
            sendings.append(sending)
    except _Stopped as stopped:
        return Preview(payment.key.code, tuple(sendings), stopped.verdict, stopped.diagnosis)
    except TemplateFault as fault:
        return Preview(payment.key.code, tuple(sendings), "rejected", fault.diagnosis)
    return Preview(payment.key.code, tuple(sendings))


def kept_out(scheme: Scheme, raw: Mapping[str, object]) -> int:
    """How many payments of the row its conditions keep out."""
    return skipped(scheme, raw)


def asked(scheme: Scheme, payment: Payment, now: Instant) -> Mapping[str, tuple[str, ...]]:
    """For each lookup the values that it asks for, in the order of its `where`."""
    scope = scope_of(scheme, _row(scheme, payment, now))
    return {one.name: tuple(str(render(value, scope)) for _, value in one.where) for one in scheme.lookups}


# ----------------------------------------------------------------------------------------------------------------------


class _Stopped(PaysyncError):  # noqa: N818 - the end of a walk, no error
    def __init__(self, verdict: Verdict, why: Diagnosis) -> None:
        super().__init__(why)
        self.verdict: Verdict = verdict


def _row(scheme: Scheme, payment: Payment, now: Instant) -> Row:
    return new_row(payment, now, wake_after=scheme.policies.wake_after, versions=(scheme.version, ""))


class _Walk:
    """One payment's way through the scheme."""

    def __init__(self, scheme: Scheme, row: Row, facts: Facts, answers: Answers) -> None:
        self._scheme, self._row, self._facts, self._answers = scheme, row, facts, answers
        self._lookups: dict[str, Cell] = {}

    def sendings(self) -> Iterator[Sending]:
        """The requests in the order in which they would be sent."""
        if self._scheme.source.is_fetched:
            yield self._fetch()
        for lookup in self._scheme.lookups:
            yield self._lookup(lookup)
            self._lookups[lookup.name] = self._found(lookup)
        target = self._scheme.target
        exchange = target.exchange
        if exchange and exchange.find:
            yield self._question("find", exchange.find.endpoint, exchange.find.request)
        yield from self._made()
        self._row = replace(self._row, bill=BillRef(BillKey(target.form, ID), NUMBER))
        if exchange and exchange.read:
            yield self._question("read", exchange.read.endpoint, {})
        yield from self._saved()
        for wanted, step, operation in ((target.submit, "submit", "Submit"), (target.audit, "audit", "Audit")):
            if wanted:
                data: Json = {"Numbers": [], "Ids": ID}
                yield Sending(step, f"{operation} {target.form}", data, tuple(_literals(data)))
        if self._scheme.call_back:
            back = self._scheme.call_back
            yield self._rendered("call_back", f"row for {back.scheme}", dict(back.fields))

    def _fetch(self) -> Sending:
        source = self._scheme.source
        scope = asking_scope(
            source, self._scheme.parameters, _day(self._facts.paid_at), FIRST_PAGE.get(source.paging, 1)
        )
        data = render(source.request, scope)
        fields = tuple(self._fields(source.request, data, scope))
        return Sending("fetch", f"{source.method} {source.endpoint}", data, fields)

    def _lookup(self, lookup: Lookup) -> Sending:
        where: Tree = dict(lookup.where)
        call = f"{lookup.find} in {lookup.within}"
        return self._rendered(f"lookup.{lookup.name}", call, where)

    def _found(self, lookup: Lookup) -> Cell:
        results = self._answers.get(lookup.name, ())
        if len(results) == 1:
            return results[0]
        policy, code = (lookup.on_many, Code.LOOKUP_MANY) if results else (lookup.on_none, Code.LOOKUP_NONE)
        if policy is OnMiss.DEFAULT:
            return lookup.default
        number = self._facts.source.number
        why = Diagnosis.of(code, lookup=lookup.name, form=lookup.within, number=number, results=len(results))
        raise _Stopped("parked" if policy is OnMiss.PARK else "rejected", why)

    def _made(self) -> Iterator[Sending]:
        target = self._scheme.target
        if target.make == "push":
            yield self._rendered("push", f"Push {target.source_form}", target.make_request)
        elif target.make == "save":
            yield self._rendered("create", f"Save {target.form}", target.make_request)
        elif target.make == "send" and isinstance(target.make_request, Mapping):
            method = target.exchange.create.method if target.exchange else "POST"
            sent = {part: tree for part, tree in target.make_request.items() if part != KEY}
            yield self._rendered("create", f"{method} {target.form}", sent)

    def _question(self, step: str, endpoint: Tree, request: Tree) -> Sending:
        scope, tree = self._scope(), {PATH: endpoint, QUERY: request}
        path = str(render(endpoint, scope)).replace(quote(ID, safe=""), ID)
        data: Json = {PATH: path, QUERY: render(request, scope)}
        return Sending(step, f"GET {self._scheme.target.form}", data, tuple(self._fields(tree, data, scope)))

    def _saved(self) -> Iterator[Sending]:
        target, scope = self._scheme.target, self._scope()
        wanted = wanted_of(self._scheme, self._row, scope)
        if wanted is None:
            return
        head = BillHead(id=ID, number=NUMBER, status=BillStatus.CREATED, voided=False, reference="")
        edit = edit_of(Bill(head, {}, (BillEntry(ENTRY_ID, {}),) if wanted.step.entry else ()), wanted)
        if edit is None or not wanted.head:
            return
        data = dict(edit.model)
        step = wanted.step
        trees: dict[str, Tree] = dict(step.head)
        trees[step.entry] = (dict(step.each),)
        fields = [view for view in self._fields(trees, data, scope) if view.place]
        sums = {f"{step.entry}.0.{key}" for key in step.amounts}
        total = Origin("payment.amount", self._facts.amount.value, self._label(self._scheme.source.amount))
        told = tuple(replace(v, template=_SUM, origins=(total,)) if v.place in sums else v for v in fields)
        yield Sending("save", f"BatchSave {target.form}", data, told)

    def _rendered(self, step: str, call: str, tree: Tree) -> Sending:
        scope = self._scope()
        data = render(tree, scope)
        return Sending(step, call, data, tuple(self._fields(tree, data, scope)))

    def _scope(self) -> Mapping[str, object]:
        return scope_of(self._scheme, self._row, self._lookups)

    def _fields(self, tree: Tree, data: Json, scope: Mapping[str, object]) -> Iterator[FieldView]:
        by_place = dict(templates(tree))
        for view in _literals(data):
            template = _nearest(by_place, view.place)
            if template is None:
                yield view
            else:
                origins = tuple(self._origin(part, scope) for part in template.parts if isinstance(part, Slot))
                yield replace(view, template=written(template), origins=origins)

    def _origin(self, slot: Slot, scope: Mapping[str, object]) -> Origin:
        name = ".".join(slot.path)
        spec = next((one for one in self._scheme.source.fields if one.name == name), None)
        hidden = any(one.sensitive and name == f"lookup.{one.name}" for one in self._scheme.lookups)
        return Origin(name, found(slot.path, scope), spec.label if spec else "", spec.sensitive if spec else hidden)

    def _label(self, name: str) -> str:
        return next((one.label for one in self._scheme.source.fields if one.name == name), "")


def _nearest(by_place: Mapping[str, Template], place: str) -> Template | None:
    """The template at a place or around it: one that gives a list stands above the list's items."""
    while place not in by_place:
        if "." not in place:
            return None
        place = place.rpartition(".")[0]
    return by_place[place]


def _literals(data: Json, place: str = "") -> Iterator[FieldView]:
    """Every single value of the data at its place; an empty list or mapping is a value too."""
    if isinstance(data, dict) and data:
        for key, value in data.items():
            yield from _literals(value, f"{place}.{key}" if place else key)
    elif isinstance(data, list) and data:
        for index, value in enumerate(data):
            yield from _literals(value, f"{place}.{index}" if place else str(index))
    else:
        yield FieldView(place, data)


def _day(paid_at: Instant) -> Window:
    """The day of the payment in China, as a window that would show it."""
    start = datetime.combine(local_date(paid_at), time(), SHANGHAI)
    return Window(start, start + timedelta(days=1))
