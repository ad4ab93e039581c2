"""Lookups in a form of the tenant: one query for all keys, rows compared again, unusable records left out (11.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from paysync.adapters.k3cloud import filters
from paysync.adapters.k3cloud.queries import Query
from paysync.core.bills import Cell
from paysync.core.errors import DefectError
from paysync.core.keys import speakable
from paysync.core.ports import LookupKey
from paysync.core.scheme import Lookup
from paysync.core.times import Instant

_MOST_KEPT: Final = 2_000


def query_of(lookup: Lookup, asked: Sequence[LookupKey], page_rows: int) -> Query:
    """One question for all of `asked`: one value per field of `where`."""
    names = [name for name, _ in lookup.where]
    if not names or lookup.kind != "form":
        raise DefectError.of(f"lookup {lookup.name} is no lookup in a form")
    if len(names) == 1:
        condition = filters.text_in(names[0], [key[0] for key in asked])
    else:
        condition = filters.either(*(_all_equal(names, key) for key in asked))
    return Query(
        form=lookup.within,
        keys=(lookup.find, *names, *(name for name, _ in lookup.usable)),
        where=condition,
        order=(*names, lookup.find),
        page_rows=page_rows,
    )


def askable(lookup: Lookup, key: LookupKey) -> bool:
    """Whether the values of `key` can be asked for at all: one for each field, none blank, no control characters."""
    return len(key) == len(lookup.where) and all(speakable(value) for value in key)


@dataclass(slots=True)
class Memory:
    """What lookups have found, for a while: only single results, so that a person's correction is seen at once."""

    _kept: dict[tuple[str, LookupKey], tuple[Instant, tuple[Cell, ...]]] = field(default_factory=dict)

    def known(self, name: str, asked: Sequence[LookupKey], now: Instant) -> dict[LookupKey, tuple[Cell, ...]]:
        """Those of `asked` that are remembered."""
        kept = {key: self._kept[name, key] for key in asked if (name, key) in self._kept}
        return {key: values for key, (until, values) in kept.items() if until > now}

    def keep(self, name: str, found: Mapping[LookupKey, tuple[Cell, ...]], until: Instant) -> None:
        """Remember the single results until then. What is too much is forgotten: it costs a call, not memory."""
        if len(self._kept) + len(found) > _MOST_KEPT:
            self._kept.clear()
        self._kept.update({(name, key): (until, values) for key, values in found.items() if len(values) == 1})


def _all_equal(names: Sequence[str], key: LookupKey) -> filters.Condition:
    return filters.both(*(filters.equals(name, value) for name, value in zip(names, key, strict=True)))
