"""Policies, lookups and other schemes: what contradicts itself or leaves money without an owner."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from paysync.core.scheme import OnMiss
from paysync.schemes.build import PARAMETER
from paysync.schemes.model import Lookup, SchemeFile
from paysync.schemes.problems import Problem
from paysync.schemes.spans import span_of, written
from paysync.schemes.yamltext import Document, Place

LEAST_QUIET: Final = timedelta(seconds=150)
"""A request of the target's own SDK may run for 120 s, and what it has begun goes on without it."""
LEAST_WAKE: Final = timedelta(minutes=1)


def problems(scheme: SchemeFile, document: Document) -> Iterator[Problem]:
    """What is wrong with policies, lookups and the call-back row."""
    yield from _policies(scheme, document)
    for name, lookup in scheme.lookups.items():
        yield from _lookup(name, lookup, document)
    if scheme.call_back:
        yield from _call_back(scheme, scheme.call_back.scheme, document)


def _call_back(scheme: SchemeFile, goes_to: str, document: Document) -> Iterator[Problem]:
    line = document.line(("call_back", "scheme"))
    if goes_to == scheme.scheme:
        yield Problem(line, "the call-back row would go into this scheme itself", "name another scheme")
    if "{{" in goes_to and not PARAMETER.match(goes_to):
        yield Problem(line, "call_back.scheme must be a name, or one parameter", 'write e.g. "{{param.strategy_id}}"')


def _policies(scheme: SchemeFile, document: Document) -> Iterator[Problem]:
    policies = scheme.policies
    if policies.on_unresolved == "repush_once" and not policies.attestation.strip():
        line = document.line(("policies", "on_unresolved"))
        yield Problem(
            line, "repush_once needs an attestation", "say in policies.attestation who attests, when, for whom"
        )
    for name, least in (("quiet_period", LEAST_QUIET), ("wake_after", LEAST_WAKE)):
        span = getattr(policies, name)
        if span_of(span) < least:
            what = f"policies.{name} is {span}, which is too short to be safe"
            yield Problem(document.line(("policies", name)), what, f"write at least {written(least)}")


def _lookup(name: str, lookup: Lookup, document: Document) -> Iterator[Problem]:
    place: Place = ("lookups", name)
    by_default = OnMiss.DEFAULT in {lookup.on_none, lookup.on_many}
    if by_default and lookup.default is None:
        yield Problem(document.line(place), f"lookup {name} falls back on a default that it lacks", "add default")
    if not by_default and lookup.default is not None:
        line = document.line((*place, "default"))
        what = f"lookup {name} has a default that is never used"
        yield Problem(line, what, "write on_none: default, or leave it out")
