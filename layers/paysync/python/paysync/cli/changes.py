"""Content that changed at the source after the ledger had it: field by field, what the ledger has and what is shown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from paysync.cli import render
from paysync.cli.stack import Stack
from paysync.core.errors import PaysyncError
from paysync.core.fields import digest_of
from paysync.core.money import exact, plain
from paysync.core.records import Entry, Payment, Row, Scalar
from paysync.core.scheme import FieldSpec, FieldType
from paysync.core.times import from_epoch_ms


@dataclass(frozen=True, slots=True)
class Differing:
    """One field: its value in the ledger and the one that the source shows now. What is sensitive is masked."""

    spec: FieldSpec
    ledger: str | None
    source: str | None

    def document(self) -> dict[str, object]:
        """As ``--json`` shows it."""
        return {"field": self.spec.name, "label": self.spec.label, "ledger": self.ledger, "source": self.source}


def documented(stack: Stack, row: Row, history: Sequence[Entry] | None = None) -> dict[str, object]:
    """A row as ``--json`` shows it, with the fields in which it has changed."""
    fields = differing(row, fields_of(stack, row.key.scheme))
    return {**render.row_document(row, history), "changed_fields": [one.document() for one in fields]}


def tell(stack: Stack, row: Row) -> None:
    """Each differing field, ledger → source; or that the source, after other content, shows the recorded one again."""
    if row.changed is None:
        return
    since = render.local_time(row.changed.seen_at)
    if row.other is None:
        render.out.print(f"  shows the recorded content again since {since}")
        return
    render.out.print(f"  [yellow]shows other content[/yellow] since {since}:")
    fields = differing(row, fields_of(stack, row.key.scheme))
    if not fields:
        render.out.print(f"    read as: {_reading(row.payment)} → {_reading(row.other)}", markup=False)
    for one in fields:
        label = f" {one.spec.label}" if one.spec.label else ""
        was, now = (_for_people(one.spec, value) for value in (one.ledger, one.source))
        hidden = "  (differs in what is masked)" if was == now else ""
        render.out.print(f"    {one.spec.name}{label}: {was} → {now}{hidden}", markup=False)
    if row.other.fault:
        render.out.print(f"    {render.problem(row.other.fault)}")


def differing(row: Row, specs: Mapping[str, FieldSpec]) -> Sequence[Differing]:
    """The fields of the record in which the content that the source shows now differs."""
    if row.other is None:
        return ()
    return list(_differing(row.payment.record, row.other.record, specs))


def fields_of(stack: Stack, scheme: str) -> Mapping[str, FieldSpec]:
    """The scheme's fields by name; none where this machine cannot read the scheme."""
    try:
        return {spec.name: spec for spec in stack.operator.scheme(scheme).source.fields}
    except PaysyncError:
        return {}


def _differing(
    was: Mapping[str, Scalar], now: Mapping[str, Scalar], specs: Mapping[str, FieldSpec]
) -> Iterator[Differing]:
    for name in dict.fromkeys([*specs, *was, *now]):
        spec = specs.get(name) or FieldSpec(name, "", FieldType.ANY, sensitive=True)  # who knows what it is
        if name in was and digest_of((spec,), {name: was[name]}) != digest_of((spec,), {name: now.get(name)}):
            yield Differing(spec, _said(spec, was[name]), _said(spec, now.get(name)))


def _reading(payment: Payment) -> str:
    """What the scheme made of a record: a corrected one may make something else of the same."""
    facts = payment.facts
    return f"{facts.amount}, {facts.source.number}, {render.local_time(facts.paid_at)}" if facts else "unreadable"


def _said(spec: FieldSpec, value: Scalar) -> str | None:
    if value is None or value == "":
        return None
    amount = exact(value) if spec.type is FieldType.AMOUNT else None
    text = plain(amount) if amount is not None else f"{value:f}" if isinstance(value, Decimal) else str(value)
    return render.masked(text) if spec.sensitive else text


def _for_people(spec: FieldSpec, value: str | None) -> str:
    if value is None:
        return "–"
    milliseconds = exact(value) if spec.type is FieldType.EPOCH_MS and not spec.sensitive else None
    return render.local_time(from_epoch_ms(int(milliseconds))) if milliseconds is not None else value
