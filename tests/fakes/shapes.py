"""The known shapes in memory: the semantics of DynamoShapes, no table."""

from fakes.faults import Io, through
from paysync.core.shape import Shape


class MemoryShapes:
    """`core.shape.Shapes`. `writes` counts what was kept."""

    def __init__(self, *, io: Io | None = None) -> None:
        self.io = io
        self.writes = 0
        self._known: dict[str, Shape] = {}

    def shape(self, scheme: str) -> Shape | None:
        return self._known.get(scheme)

    def keep(self, scheme: str, before: Shape | None, after: Shape) -> bool:
        return through(self.io, "keep", lambda: self._keep(scheme, before, after))

    def _keep(self, scheme: str, before: Shape | None, after: Shape) -> bool:
        self.writes += 1
        stands = self._known.get(scheme)
        if stands != before:
            return stands == after
        self._known[scheme] = after
        return True
