"""Collections of a stack: told apart from its schemes, and wired for one reading."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from paysync.core.collect import CollectPorts
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import SettingsError
from paysync.schemes import collection_names
from paysync.settings import Settings

if TYPE_CHECKING:
    from paysync.bootstrap.connectors import Connectors
    from paysync.bootstrap.ground import Ground


def told_apart(settings: Settings) -> Settings:
    """The settings with the collections that the stack's `Scheme` names apart from the schemes."""
    named = frozenset(collection_names()) & {*settings.schemes, *settings.collections}
    schemes = tuple(name for name in settings.schemes if name not in named)
    if not schemes:
        what = "names collections only: name the scheme whose lookups read them, too"
        raise SettingsError(Diagnosis.of(Code.SETTING, setting="Scheme", what=what))
    return replace(settings, schemes=schemes, collections=tuple(sorted(named)))


def collecting(
    ground: "Ground", connectors: "Connectors", wanted: str
) -> Iterator[tuple[str, Callable[[], CollectPorts]]]:
    """The ports of the collection that is named, or of all of the stack."""
    for name in ground.settings.collections:
        if wanted in {"", name}:
            yield name, partial(_ports, ground, connectors, name)


def _ports(ground: "Ground", connectors: "Connectors", name: str) -> CollectPorts:
    from paysync.schemes.collections.load import collection

    found = collection(name)
    rows = connectors.named(found.connector).rows(found)
    return CollectPorts(found, rows, ground.collected, ground.clock, ground.journal)
