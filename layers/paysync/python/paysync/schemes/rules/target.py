"""The target: steps in their order, the one call that makes a bill, and what the finished bill must say."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from paysync.core.scheme import Template
from paysync.core.templates import parse
from paysync.schemes.model import Create, Push, Save, SchemeFile, Target
from paysync.schemes.problems import Problem
from paysync.schemes.yamltext import Document, Place

_ORDER: Final = ("push", "create", "save", "submit", "audit")
_KEY: Final = "{{payment.key}}"


def problems(scheme: SchemeFile, document: Document) -> Iterator[Problem]:
    """What is wrong with the target."""
    target = scheme.target
    yield from _currencies(scheme, document)
    if not isinstance(target, Target):
        return
    yield from _sequence(target, document)
    for index, step in enumerate(target.steps):
        place: Place = ("target", "steps", index)
        match step:
            case Push():
                yield from _push(target, step, document, place)
            case Create():
                yield from _create(target, step, document, place)
            case Save():
                yield from _save(target, step, document, place)
            case _:
                pass


# ----------------------------------------------------------------------------------------------------------------------


def _sequence(target: Target, document: Document) -> Iterator[Problem]:
    """Each step once, in the order in which a bill lives, none without the one that it needs."""
    names = [step.step for step in target.steps]
    for index, name in enumerate(names):
        line = document.line(("target", "steps", index))
        if name in names[:index]:
            yield Problem(line, f"step {name} stands twice", "each step is done once")
        elif any(_ORDER.index(before) > _ORDER.index(name) for before in names[:index]):
            yield Problem(line, f"step {name} comes after {names[index - 1]}", f"the order is {', '.join(_ORDER)}")
    line = document.line(("target", "steps"))
    if {"push", "create"} <= set(names):
        yield Problem(line, "push and create contradict each other: each makes a bill of its own", "keep one of them")
    if not {"push", "create"} & set(names):
        yield Problem(line, "no step makes a bill", "begin with push or create")
    if "save" not in names:
        what = "without a save step the bill carries neither the payment's key nor its checked amount"
        yield Problem(line, what, f"add one that sets {target.reference_field} and amounts")
    if "audit" in names and "submit" not in names:
        yield Problem(line, "audit needs a bill that was submitted", "add a submit step before it")


def _currencies(scheme: SchemeFile, document: Document) -> Iterator[Problem]:
    known, currency = scheme.target.currencies, scheme.source.currency
    for code in known:
        if not (len(code) == len(currency) and code.isascii() and code.isupper()):
            line = document.line(("target", "currencies", code))
            yield Problem(line, f"target.currencies: {code} is no ISO code of three capital letters", "write e.g. CNY")
    if known and not scheme.source.currency_field and currency not in known:
        line = document.line(("target", "currencies"))
        what = f"target.currencies does not list {currency}, the currency of every row, so all would be rejected"
        yield Problem(line, what, f"add {currency} with the target's number of it")


def _push(target: Target, step: Push, document: Document, place: Place) -> Iterator[Problem]:
    request = (*place, "request")
    if not target.source_form:
        line = document.line(place)
        yield Problem(line, "push needs the form of the source document", "add target.source_form")
    for name in {"FormId", "formid"} & step.request.keys():
        line = document.line((*request, name))
        yield Problem(line, f"{name} is sent beside the data, not in it", "write it as target.source_form")
    numbers, ids = step.request.get("Numbers"), step.request.get("Ids")
    if numbers is not None and not (isinstance(numbers, list) and len(numbers) <= 1):
        line = document.line((*request, "Numbers"))
        what = "Numbers must be a list of one number: a rule may merge several documents into one bill"
        yield Problem(line, what, 'write ["{{…}}"]')
    if not numbers and not ids:
        line = document.line(request)
        yield Problem(line, "the push names no source document", 'add Numbers: ["{{<the number field>}}"]')
    yield from _named_form(target, step.request.get("TargetFormId"), document, (*request, "TargetFormId"))


def _named_form(target: Target, written: Any, document: Document, place: Place) -> Iterator[Problem]:
    if written is not None and written != target.form:
        what = f"TargetFormId is {written!r}, but target.form is {target.form}"
        yield Problem(document.line(place), what, "paysync looks for the bill in target.form: write the same")


def _create(target: Target, step: Create, document: Document, place: Place) -> Iterator[Problem]:
    if target.source_form:
        line = document.line(("target", "source_form"))
        what = "create makes a bill from nothing but the row, but target.source_form names a source document"
        yield Problem(line, what, "leave source_form out, or push")
    model = step.request.get("Model")
    if not isinstance(model, Mapping):
        line = document.line((*place, "request"))
        yield Problem(line, "the request lacks Model, a mapping of the bill's fields", "add it")
    elif model.get(target.reference_field) != _KEY:
        line = document.line((*place, "request", "Model"))
        what = f"the new bill does not carry the payment's key in {target.reference_field}"
        yield Problem(
            line, what, f'add {target.reference_field}: "{_KEY}" to Model; without it a lost answer stays unclear'
        )


def _save(target: Target, step: Save, document: Document, place: Place) -> Iterator[Problem]:
    if step.head.get(target.reference_field) != _KEY:
        what = f"the bill does not carry the payment's key in {target.reference_field}"
        hint = f'add {target.reference_field}: "{_KEY}" to head'
        yield Problem(document.line((*place, "head")), what, hint)
    yield from _entries(step, document, place)
    for part, fields in (("head", step.head), ("each", step.each), ("expect", step.expect)):
        for key, value in fields.items():
            wrong = _not_a_value(value)
            if wrong:
                yield Problem(document.line((*place, part, key)), f"{part}.{key} {wrong[0]}", wrong[1])
    for key in _read(step.head) & _read(step.expect):
        line = document.line((*place, "expect"))
        yield Problem(line, f"{key} is both written (head) and only compared (expect)", "keep one of them")
    for key in set(step.each) & set(step.amounts):
        line = document.line((*place, "each", key))
        yield Problem(line, f"{key} is set by each and by amounts", "leave it to amounts")


def _entries(step: Save, document: Document, place: Place) -> Iterator[Problem]:
    if not step.amounts:
        what = "the save step lists no amounts, so no bill would be compared to the cent"
        yield Problem(document.line(place), what, "add entry, entry_id and amounts, e.g. [FPAYAMOUNTFOR_E]")
    elif not step.entry:
        yield Problem(
            document.line((*place, "amounts")), "amounts are fields of entries, but entry is missing", "add it"
        )
    if step.entry and not step.entry_id:
        what = f"entries of {step.entry} cannot be told apart without entry_id"
        yield Problem(document.line((*place, "entry")), what, "add it, e.g. FEntryID")


def _not_a_value(value: Any) -> tuple[str, str] | None:
    """What the core cannot save and compare: lists, and mappings of anything but one key with a single value."""
    if isinstance(value, Mapping) and len(value) == 1:
        inner = next(iter(value.values()))
        if not isinstance(inner, (Mapping, list)):
            return None
    if isinstance(value, Mapping):
        return "must be a reference of one key and one value", 'write e.g. {FNumber: "{{…}}"}'
    if isinstance(value, list) or _gives_list(value):
        return "must be one value, not a list", "such a field cannot be compared after saving"
    return None


def _gives_list(value: Any) -> bool:
    template = parse(value) if isinstance(value, str) else value
    if not isinstance(template, Template) or isinstance(template.parts[0], str):
        return False
    calls = template.parts[0].calls
    return len(template.parts) == 1 and bool(calls) and calls[-1].name in {"list", "json"}


def _read(fields: Mapping[str, Any]) -> set[str]:
    """The keys by which fields are read back."""
    return {
        f"{key}.{next(iter(value))}" if isinstance(value, Mapping) and value else key for key, value in fields.items()
    }
