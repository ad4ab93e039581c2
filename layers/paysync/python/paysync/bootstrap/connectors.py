"""Which connector a scheme's `connector:` names. A new one is a line in this registry and a module beside it.

A connector's module, with the client below it, is imported when a scheme first names it: a stack pays only for what its
schemes use.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Final

from paysync.core.errors import DefectError, PaysyncError
from paysync.settings import Endpoint

if TYPE_CHECKING:
    from paysync.bootstrap.ground import Ground
    from paysync.core.collection import Collection, FormRows
    from paysync.core.inspection import Inspector
    from paysync.core.ports import Source, Target
    from paysync.core.scheme import Scheme

CONNECTORS: Final[Mapping[str, tuple[str, str]]] = {
    "http": ("paysync.bootstrap.http", "Http"),
    "k3cloud": ("paysync.bootstrap.k3cloud", "K3Cloud"),
    "maycur": ("paysync.bootstrap.maycur", "Maycur"),
}
"""Name in a scheme → module and class of the connector."""
RECORDING: Final = timedelta(seconds=10)
"""What the ledger may take after a call to a target."""


class Connector:
    """One system that schemes read from or write to, by the address and the secret of the stack.

    A subclass says what it is: a source, a target, or both. Connections live as long as the process.
    """

    def __init__(self, ground: "Ground") -> None:
        self._ground = ground

    @property
    def user(self) -> str:
        """Who the system says has made our documents; nothing where it does not say."""
        return ""

    @property
    def call_span(self) -> timedelta:
        """What must be left of an invocation before it makes one more call to the target."""
        raise self._lacks("target")

    def source(self, scheme: "Scheme") -> "Source":
        """The scheme's source for one run."""
        raise self._lacks(f"source of {scheme.name}")

    def target(self, scheme: "Scheme") -> "Target":
        """The scheme's target."""
        raise self._lacks(f"target of {scheme.name}")

    def inspector(self, scheme: "Scheme") -> "Inspector | None":
        """What looks at the scheme's target without changing anything; None where that cannot be."""
        del scheme
        return None

    def source_inspector(self, scheme: "Scheme") -> "Inspector | None":
        """What looks at the scheme's source without changing anything; None where there is nothing to see by it."""
        del scheme
        return None

    def rows(self, collection: "Collection") -> "FormRows":
        """The rows of a collection's form."""
        raise self._lacks(f"collection {collection.name}")

    def _lacks(self, what: str) -> DefectError:
        return DefectError.of(f"the connector {type(self).__name__} cannot be the {what}")


class Connectors:
    """The connectors of a process, each made once, when a scheme first names it."""

    def __init__(self, ground: "Ground") -> None:
        self._ground = ground
        self._made: dict[str, Connector] = {}

    def source(self, scheme: "Scheme") -> "Source":
        """The scheme's source for one run."""
        return self.named(scheme.source.connector).source(scheme)

    def target(self, scheme: "Scheme") -> "Target":
        """The scheme's target."""
        return self.named(scheme.target.connector).target(scheme)

    def named(self, name: str) -> Connector:
        """The connector that schemes call by this name."""
        if name not in CONNECTORS:
            raise DefectError.of(f"no connector is called {name!r}")
        if name not in self._made:
            module, kind = CONNECTORS[name]
            made: Connector = getattr(import_module(module), kind)(self._ground)
            self._made[name] = made
        return self._made[name]

    def prepare(self, names: Iterable[str]) -> None:
        """Make these now: a function does so in its init phase, before its first event.

        One that cannot be made is told when a scheme asks for it: it is no reason to stop the others.
        """
        for name in names:
            with suppress(PaysyncError):
                self.named(name)


def endpoint_of(known: Endpoint | None) -> Endpoint:
    """The address and secret of a connector, which its function was given."""
    if known is None:
        raise DefectError.of("a function that was not given this system's address asks for it")
    return known
