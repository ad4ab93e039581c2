"""Lookups that read a collection first: what it knows exactly once is taken, all else is asked from the target."""

from collections.abc import Mapping, Sequence

from paysync.core.bills import Cell
from paysync.core.collection import CollectedRows, LookupKey, key_of, results_in
from paysync.core.outcomes import Done, Outcome
from paysync.core.ports import Target
from paysync.core.scheme import Lookup
from paysync.core.times import Instant


def found_first(
    kept: CollectedRows | None, target: Target, lookup: Lookup, asked: Sequence[LookupKey], now: Instant
) -> Outcome[Mapping[LookupKey, Sequence[Cell]]]:
    """The results of each asked tuple, as `Target.lookup` promises them; at most one read and one call."""
    known = _known(kept, lookup, asked, now) if kept else {}
    rest = [key for key in asked if key not in known]
    if not rest:
        return Done(known)
    match target.lookup(lookup.name, rest):
        case Done(live):
            return Done({**live, **known})
        case failure:
            return failure


def _known(
    kept: CollectedRows, lookup: Lookup, asked: Sequence[LookupKey], now: Instant
) -> dict[LookupKey, Sequence[Cell]]:
    """Single results of a collection that is young enough.

    So a new account is never unknown, an old copy never parks a payment, and what a copy may be wrong about is bounded.
    """
    collected = lookup.collected
    if collected is None:
        return {}
    names = [name for name, _ in lookup.where]
    keys = {one: key_of(_by(collected.by, names, one)) for one in asked if len(one) == len(names)}
    found = kept.find(collected.name, sorted(set(keys.values())))
    if found is None or now - found.generation.began > collected.max_age:
        return {}
    results = {one: results_in(lookup, found.rows.get(key, ()), one) for one, key in keys.items()}
    return {one: values for one, values in results.items() if len(values) == 1}


def _by(wanted: Sequence[str], names: Sequence[str], values: LookupKey) -> Mapping[str, str]:
    said = dict(zip(names, values, strict=True))
    return {name: said[name] for name in wanted}
