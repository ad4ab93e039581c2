"""Reading a source row by its scheme: flattened, filtered, typed, and the facts that the core itself must know.

Pure. A row that does not fit is kept with its reason, a filtered one is counted, none vanishes.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from paysync.core.conditions import UndecidableError, fits
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.facts import bad_field, facts_of
from paysync.core.fields import at, digest_of, json_text, misfit, record_of, scalar
from paysync.core.keys import PaymentKey, speakable
from paysync.core.records import Payment, Record
from paysync.core.scheme import FieldType, Scheme, SourcePart
from paysync.core.times import Instant

NO_KEY: Final = "~"
"""What the key of a row without one begins with; its content's digest follows."""
_LONGEST_KEY: Final = 256
"""In bytes of UTF-8: with a child's key, a scheme's name and a time before it, it must fit an index key of 1024."""


def payments(scheme: Scheme, raw: Mapping[str, object], *, now: Instant) -> tuple[Payment, ...]:
    """Every payment of a source row that its conditions let pass: one, or one per child row where it is flattened."""
    lines = _lines(scheme.source, raw)
    return tuple(_payment(scheme, line, now) for line in lines if line.passes)


def skipped(scheme: Scheme, raw: Mapping[str, object]) -> int:
    """How many payments of the row its conditions keep out."""
    if not scheme.source.where:
        return 0
    return sum(not line.passes for line in _lines(scheme.source, raw))


def key_text(scheme: Scheme, raw: Mapping[str, object]) -> str | None:
    """The row's own key, or None where it has no usable one. A page of rows is told apart by it."""
    key = at(scheme.source.key, raw)
    return None if _bad_key(key) else str(key)


def same_content(scheme: Scheme, known: Payment, seen: Payment) -> bool:
    """Whether a known payment was seen unchanged. A field declared or dropped since it was stored is no change."""
    if known.digest == seen.digest:
        return True
    specs = [spec for spec in scheme.source.fields if spec.name in known.record]
    if known.record.keys() == {spec.name for spec in scheme.source.fields}:
        return False
    return digest_of(specs, known.record) == digest_of(specs, seen.record)


# ----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Line:
    """One payment to be: its values, its record, and what is wrong with it so far."""

    values: Mapping[str, object]
    record: Record
    suffix: str | None = ""
    """What the row's key goes on with for a child row; None where the child has no name of its own."""
    fault: Diagnosis | None = None
    passes: bool = True


def _lines(source: SourcePart, raw: Mapping[str, object]) -> Iterator[_Line]:
    if not source.flatten:
        yield _judged(source, _Line(raw, record_of(source.fields, raw)))
        return
    children = at(source.flatten, raw)
    if not isinstance(children, Sequence) or isinstance(children, str) or not children:
        fault = bad_field(source.flatten, "is not a list with rows in it")
        yield _Line(raw, record_of(source.fields, raw), fault=fault)
        return
    times = Counter(repr(_child_key(source, child)) for child in children)
    for child in children:
        yield _judged(source, _child(source, raw, child, unique=times[repr(_child_key(source, child))] == 1))


def _child(source: SourcePart, raw: Mapping[str, object], child: object, *, unique: bool) -> _Line:
    """The row with one child in the place of all: `details` becomes `details_<field>`."""
    parent = {name: value for name, value in raw.items() if name != source.flatten}
    fields = child if isinstance(child, Mapping) else {"value": child}
    values = parent | {f"{source.flatten}_{name}": value for name, value in fields.items()}
    key = _child_key(source, child)
    why = _bad_key(key) or ("" if unique else "is the same in several child rows")
    fault = bad_field(f"{source.flatten}.{source.flatten_key}", why) if why else None
    return _Line(values, record_of(source.fields, values), None if why else f"-{key}", fault)


def _child_key(source: SourcePart, child: object) -> object:
    return at(source.flatten_key, child) if isinstance(child, Mapping) else None


def _judged(source: SourcePart, line: _Line) -> _Line:
    """The line with its first misfit, and whether the conditions let it pass. What they cannot judge passes."""
    misfits = {spec.name: why for spec in source.fields if (why := misfit(spec, at(spec.name, line.values)))}
    missing = {name: "is missing" for name in _needed(source) if line.record.get(name) in {None, ""}}
    fault = next((bad_field(name, why) for name, why in (misfits | missing).items()), None)
    judged = {condition.field for alternative in source.where for condition in alternative}
    try:
        passes = bool(judged & misfits.keys()) or fits(source.where, line.record, _types(source))
    except UndecidableError as error:
        return replace(line, fault=line.fault or fault or bad_field(error.field, str(error)))
    return line if passes and not fault else replace(line, fault=line.fault or fault, passes=passes)


def _needed(source: SourcePart) -> Sequence[str]:
    names = (source.number, source.amount, source.paid_time, source.currency_field)
    return [name for name in names if name and name != source.key]


def _types(source: SourcePart) -> Mapping[str, FieldType]:
    return {spec.name: spec.type for spec in source.fields}


def _payment(scheme: Scheme, line: _Line, now: Instant) -> Payment:
    source = scheme.source
    digest = digest_of(source.fields, line.record)
    code, fault = _code(source, line, digest)
    facts = fault or line.fault or facts_of(scheme, line.record, now)
    declared = {spec.name for spec in source.fields}
    raw = json_text(line.values) if line.values.keys() - declared else ""
    key = PaymentKey(scheme.name, code)
    if isinstance(facts, Diagnosis):
        return Payment(key, line.record, digest, None, facts, raw)
    return Payment(key, line.record, digest, facts, None, raw)


def _code(source: SourcePart, line: _Line, digest: str) -> tuple[str, Diagnosis | None]:
    key = at(source.key, line.values)
    if key is None or (isinstance(key, str) and not key.strip()):
        return NO_KEY + digest, Diagnosis.of(Code.PAYMENT_NO_KEY, field=source.key)
    why = _bad_key(key)
    if why or line.suffix is None:
        return NO_KEY + digest, bad_field(source.key, why) if why else None
    return f"{key}{line.suffix}", None


def _bad_key(key: object) -> str:
    if key is None or key == "":
        return "is missing"
    if isinstance(key, bool) or not isinstance(key, (str, int)):
        return "must be text, but is something else"
    text = str(key)
    if text != scalar(text) or not speakable(text):
        return "has control characters or is no valid text"
    if text != text.strip() or text.startswith(NO_KEY):
        return f"begins or ends with a blank, or begins with {NO_KEY}"
    return "" if len(text.encode()) <= _LONGEST_KEY else f"is longer than {_LONGEST_KEY} bytes"
