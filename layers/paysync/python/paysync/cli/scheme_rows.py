"""Which payments `paysync scheme preview` is about, and what their lookups find: given, or asked of a target."""

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import typer

from paysync.adapters.system import SystemClock
from paysync.cli.stack import Chosen, Stack, stack_of
from paysync.core.bills import Cell
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import PaysyncError, SchemeError
from paysync.core.outcomes import Done
from paysync.core.ports import Target
from paysync.core.reading import payments
from paysync.core.records import Payment
from paysync.core.scheme import Scheme
from paysync.core.templates import TemplateFault
from paysync.core.times import Instant
from paysync.schemes.build import PARAMETER
from paysync.schemes.load import load, plain_of
from paysync.schemes.plain import Plain
from paysync.schemes.preview import Preview, asked, preview_of
from paysync.schemes.problems import suggestion


@dataclass(frozen=True, slots=True)
class Subject:
    """Payments under a scheme, and the target that may be asked; None: nobody is asked."""

    scheme: Scheme
    payments: Sequence[Payment]
    now: Instant
    target: Target | None = None


def from_file(name: str, file: Path, bound: Mapping[str, str]) -> Subject:
    """The payments of a file's rows. A parameter that nobody gave stands as `<name>`, a schedule or start as none."""
    plain = plain_of(name)
    check_known("--set", bound, plain["parameters"])
    of_time = _of_time(plain)
    named = {parameter: f"<{parameter}>" for parameter in plain["parameters"] if parameter not in of_time}
    defaults = load(name, bound, unbound_ok=True).parameters
    scheme, now = load(name, {**named, **defaults}, unbound_ok=True), SystemClock().now()
    return Subject(scheme, [one for raw in _rows(file) for one in payments(scheme, raw, now=now)], now)


def check_known(option: str, given: Mapping[str, str], known: Collection[str]) -> None:
    """Raises for a name that the scheme does not have: a slip would else be a value that is silently not used."""
    for name in given:
        if name not in known:
            hint = suggestion(name, known) if known else "the scheme has none"
            raise _wrong(option, f"names {name}, which the scheme does not have; {hint}")


def _of_time(plain: Plain) -> set[str]:
    """The parameters that are a schedule or a start: no request shows them, and no other text may stand for them."""
    source = plain["source"]
    texts = (source["schedule"], source["since"], (source["remedy"] or {}).get("schedule", ""))
    return {found[1] for text in texts if (found := PARAMETER.match(text))}


def at_stack(stack: Stack, subject: Subject) -> Subject:
    """The same payments with a stack's parameters and its target to ask."""
    scheme = stack.operator.scheme(stack.scheme(subject.scheme.name))
    return replace(subject, scheme=scheme, target=stack.operator.target(scheme.name))


def from_ledger(stack: Stack, name: str, code: str) -> Subject:
    """One payment as the stack's ledger has it."""
    key = stack.keys([code], stack.scheme(name))[0]
    row = stack.operator.ledger.rows([key]).get(key)
    if row is None:
        raise _wrong("--key", f"names {code}, which is not in the ledger of {key.scheme}: see `paysync list`")
    scheme = stack.operator.scheme(key.scheme)
    return Subject(scheme, [row.payment], stack.operator.clock.now(), stack.operator.target(key.scheme))


def named_stack(ctx: typer.Context, option: str) -> Stack | None:
    """The stack that somebody named, on the command line or in the environment; samconfig's is not asked unasked."""
    chosen = ctx.obj.name if isinstance(ctx.obj, Chosen) else ""
    return stack_of(ctx, option) if option or chosen or os.environ.get("PAYSYNC_STACK") else None


def previews_of(subject: Subject, given: Mapping[str, str]) -> tuple[Preview, ...]:
    """A preview of each payment. Raises PaysyncError where the target could not be asked, or a lookup is misspelt."""
    check_known("--lookup", given, [lookup.name for lookup in subject.scheme.lookups])
    return tuple(_preview(subject, payment, given) for payment in subject.payments)


def pairs(option: str, texts: Sequence[str]) -> Mapping[str, str]:
    """`name=value` texts as a mapping."""
    found = dict[str, str]()
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise _wrong(option, f"is {text!r}: write name=value")
        found[name.strip()] = value.strip()
    return found


def _preview(subject: Subject, payment: Payment, given: Mapping[str, str]) -> Preview:
    answers: dict[str, Sequence[Cell]] = {name: (value,) for name, value in given.items()}
    if subject.target is not None and payment.facts is not None:
        answers = {**_found(subject, subject.target, payment, given), **answers}
    return preview_of(subject.scheme, payment, answers, subject.now)


def _found(
    subject: Subject, target: Target, payment: Payment, given: Mapping[str, str]
) -> Mapping[str, Sequence[Cell]]:
    try:
        questions = asked(subject.scheme, payment, subject.now)
    except TemplateFault:
        return {}
    found = dict[str, Sequence[Cell]]()
    for name, values in questions.items():
        if name in given:
            continue
        match target.lookup(name, [values]):
            case Done(results):
                found[name] = results.get(values, ())
            case failure:
                raise PaysyncError(failure.diagnosis)
    return found


def _rows(file: Path) -> Sequence[Mapping[str, Any]]:
    from paysync.schemes.yamltext import read

    try:
        text = file.read_text(encoding="utf-8")
        is_yaml = file.suffix in {".yaml", ".yml"}
        data: Any = read(text, str(file)).data if is_yaml else json.loads(text, parse_float=Decimal)
    except (OSError, ValueError) as error:
        raise _wrong("--row", f"names {file}, which cannot be read: {error}") from None
    rows = data if isinstance(data, list) else [data]
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise _wrong("--row", f"names {file}, which holds no row: write one mapping of fields, or a list of them")
    return rows


def _wrong(option: str, what: str) -> SchemeError:
    return SchemeError(Diagnosis.of(Code.SCHEME_NAME, what=f"{option} {what}"))
