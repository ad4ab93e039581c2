"""From a checked scheme's plain data to the dataclasses that the core runs on. Needs neither pydantic nor YAML."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, TypeVar

from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.due import schedule_of
from paysync.core.errors import SchemeError
from paysync.core.scheme import (
    CallBack,
    Collected,
    Condition,
    FieldSpec,
    FieldType,
    Lookup,
    OnMiss,
    Paging,
    Policies,
    Remedy,
    SaveStep,
    Scheme,
    SourcePart,
    Strategy,
    TargetPart,
    Template,
    Tree,
)
from paysync.core.templates import parse
from paysync.core.times import from_shanghai_iso
from paysync.schemes.http_build import http_target, listing_of, maycur_target
from paysync.schemes.plain import Plain
from paysync.schemes.spans import span_of
from paysync.schemes.trees import tree_of

_T = TypeVar("_T")
PARAMETER: Final = re.compile(r"\{\{\s*param\.(\w+)\s*\}\}\Z")
"""A text that is one parameter and nothing else."""


def value_of(written: str, parameters: Mapping[str, str]) -> str:
    """The text, or the value of the one parameter that it is."""
    parameter = PARAMETER.match(written)
    return parameters.get(parameter[1], "") if parameter else written


def scheme_of(plain: Plain, parameters: Mapping[str, str], version: str) -> Scheme:
    """The scheme with these values of its parameters."""
    target, lookups = plain["target"], plain["lookups"]
    return Scheme(
        name=plain["scheme"],
        version=version,
        title=dict(plain["title"]),
        parameters=dict(parameters),
        source=_source(plain["source"], parameters),
        lookups=tuple(_lookup(name, one) for name, one in lookups.items()),
        target=_TARGETS[target["connector"]](target, plain["scheme"]),
        call_back=_call_back(plain["call_back"], parameters),
        policies=_policies(plain["policies"]),
    )


def _source(plain: Plain, parameters: Mapping[str, str]) -> SourcePart:
    flatten = plain["flatten"] or {"list": "", "key": ""}
    return SourcePart(
        connector=plain["connector"],
        endpoint=plain["endpoint"] or "",
        method=plain["method"],
        request=tree_of(plain["request"]),
        row_path=plain["row_path"],
        null_means_empty=plain["null_means_empty"],
        fields=tuple(_field(name, one) for name, one in plain["fields"].items()),
        key=plain["key"],
        number=plain["number"],
        amount=plain["amount"],
        paid_time=plain["paid_time"],
        currency=plain["currency"],
        currency_field=plain["currency_field"],
        where=tuple(tuple(Condition(**line) for line in lines) for lines in plain["where"]),
        flatten=flatten["list"],
        flatten_key=flatten["key"],
        paging=Paging(plain["paging"]),
        page_size=plain["page_size"],
        requests_per_second=Decimal(plain["requests_per_second"]),
        max_window=span_of(plain["max_window"]),
        overlap=span_of(plain["overlap"]),
        deep_scan=span_of(plain["deep_scan"]),
        safety_delay=span_of(plain["safety_delay"]),
        schedule=_read("schedule", schedule_of, plain["schedule"], parameters),
        since=_read("since", from_shanghai_iso, plain["since"], parameters),
        remedy=_remedy(plain["remedy"], parameters),
        listing=listing_of(plain),
    )


def _remedy(plain: Plain | None, parameters: Mapping[str, str]) -> Remedy | None:
    if plain is None:
        return None
    schedule = _read("remedy.schedule", schedule_of, plain["schedule"], parameters)
    request = {name: tree_of(value) for name, value in plain["request"].items()}
    return Remedy(schedule, span_of(plain["span"]), request) if schedule else None


def _read(name: str, reading: Callable[[str], _T], written: str, parameters: Mapping[str, str]) -> _T | None:
    """What the text, or the parameter in its place, says; empty: nothing."""
    text = value_of(written, parameters)
    try:
        return reading(text) if text else None
    except ValueError:
        what = f"source.{name} is {text!r}; write it as docs/reference/scheme.md says"
        raise SchemeError(Diagnosis.of(Code.SCHEME, what=what)) from None


def _field(name: str, plain: Plain) -> FieldSpec:
    return FieldSpec(name, plain["label"], FieldType(plain["type"]), plain["required"], plain["sensitive"])


def _lookup(name: str, plain: Plain) -> Lookup:
    usable = plain["usable"].items()
    return Lookup(
        name=name,
        find=plain["find"],
        within=plain["in"],
        kind=plain["kind"],
        where=tuple((field, _template(text)) for field, text in plain["where"].items()),
        usable=tuple((field, (values,) if isinstance(values, str) else tuple(values)) for field, values in usable),
        on_none=OnMiss(plain["on_none"]),
        on_many=OnMiss(plain["on_many"]),
        default=plain["default"],
        sensitive=plain["sensitive"],
        collected=_collected(plain["collected"]),
    )


def _collected(plain: Plain | None) -> Collected | None:
    return Collected(plain["name"], tuple(plain["by"]), span_of(plain["max_age"])) if plain else None


def _template(text: str) -> Template:
    found = parse(text)
    return found if isinstance(found, Template) else Template((found,))


def _k3cloud_target(plain: Plain, _scheme: str) -> TargetPart:
    steps = {one["step"]: one for one in plain["steps"]}
    making = steps.get("push") or steps.get("create")
    return TargetPart(
        connector=plain["connector"],
        form=plain["form"],
        source_form=plain["source_form"],
        make="none" if making is None else "push" if making["step"] == "push" else "save",
        make_request=tree_of(making["request"]) if making else None,
        reference_field=plain["reference_field"],
        save=_save(steps["save"]) if "save" in steps else None,
        submit="submit" in steps,
        audit="audit" in steps,
        strategy=Strategy(plain["strategy"]),
        currencies=dict(plain["currencies"]),
        options=dict(plain["options"]),
    )


_TARGETS: Final[Mapping[str, Callable[[Plain, str], TargetPart]]] = {
    "k3cloud": _k3cloud_target,
    "http": http_target,
    "maycur": maycur_target,
}


def _save(plain: Plain) -> SaveStep:
    return SaveStep(
        head=_pairs(plain["head"]),
        entry=plain["entry"],
        entry_id=plain["entry_id"],
        each=_pairs(plain["each"]),
        amounts=tuple(plain["amounts"]),
        expect=_pairs(plain["expect"]),
    )


def _pairs(plain: Plain) -> tuple[tuple[str, Tree], ...]:
    return tuple((key, tree_of(value)) for key, value in plain.items())


def _call_back(plain: Plain | None, parameters: Mapping[str, str]) -> CallBack | None:
    if plain is None:
        return None
    scheme = value_of(plain["scheme"], parameters)
    return CallBack(scheme, _pairs(plain["fields"])) if scheme else None


def _policies(plain: Plain) -> Policies:
    return Policies(
        on_unresolved=plain["on_unresolved"],
        attestation=plain["attestation"],
        quiet_period=span_of(plain["quiet_period"]),
        closed_period=plain["closed_period"],
        wake_after=span_of(plain["wake_after"]),
    )
