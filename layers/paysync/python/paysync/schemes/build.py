"""From a checked scheme's plain data to the dataclasses that the core runs on. Needs neither pydantic nor YAML."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from paysync.core.scheme import (
    CallBack,
    Condition,
    FieldSpec,
    FieldType,
    Lookup,
    OnMiss,
    Paging,
    Policies,
    SaveStep,
    Scheme,
    SourcePart,
    Strategy,
    TargetPart,
    Template,
    Tree,
)
from paysync.core.templates import parse
from paysync.schemes.http_build import http_target, listing_of, maycur_target
from paysync.schemes.plain import Plain
from paysync.schemes.spans import span_of
from paysync.schemes.trees import tree_of

PARAMETER: Final = re.compile(r"\{\{\s*param\.(\w+)\s*\}\}\Z")
"""A text that is one parameter and nothing else."""


def scheme_of(plain: Plain, parameters: Mapping[str, str], version: str) -> Scheme:
    """The scheme with these values of its parameters."""
    target, lookups = plain["target"], plain["lookups"]
    return Scheme(
        name=plain["scheme"],
        version=version,
        title=dict(plain["title"]),
        parameters=dict(parameters),
        source=_source(plain["source"]),
        lookups=tuple(_lookup(name, one) for name, one in lookups.items()),
        target=_TARGETS[target["connector"]](target, plain["scheme"]),
        call_back=_call_back(plain["call_back"], parameters),
        policies=_policies(plain["policies"]),
    )


def _source(plain: Plain) -> SourcePart:
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
        listing=listing_of(plain),
    )


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
    )


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
    parameter = PARAMETER.match(plain["scheme"])
    scheme = parameters.get(parameter[1], "") if parameter else plain["scheme"]
    return CallBack(scheme, _pairs(plain["fields"])) if scheme else None


def _policies(plain: Plain) -> Policies:
    return Policies(
        on_unresolved=plain["on_unresolved"],
        attestation=plain["attestation"],
        quiet_period=span_of(plain["quiet_period"]),
        closed_period=plain["closed_period"],
        wake_after=span_of(plain["wake_after"]),
    )
