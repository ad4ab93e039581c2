"""ExecuteBillQuery: what is asked, and every page of the answer (5.1). Ordered, bounded, each row checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from paysync.adapters.k3cloud.answers import Cells, rows_of
from paysync.adapters.k3cloud.client import K3CloudClient
from paysync.adapters.k3cloud.filters import Condition, field
from paysync.adapters.k3cloud.replies import Call
from paysync.adapters.k3cloud.shapes import unreadable
from paysync.core.bills import Cell, Json
from paysync.core.outcomes import Done, Outcome

_CALL: Final = Call("ExecuteBillQuery")
_MAY_BE_CUT: Final = 500
"""A tenant may cut long answers without a sign (5.1): with so many rows or more, the next page is asked for, too."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a result: its cells by their field key."""

    cells: Mapping[str, Cell]

    def text(self, key: str) -> str:
        """A cell as text; empty for nothing."""
        value = self.cells.get(key)
        return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Query:
    """Rows of one form. `keys` may name a field twice; it is asked for once."""

    form: str
    keys: tuple[str, ...]
    where: Condition
    order: tuple[str, ...]
    page_rows: int

    @property
    def columns(self) -> tuple[str, ...]:
        """Each field once, in order, empty ones left out."""
        return tuple(dict.fromkeys(field(key) for key in self.keys if key))

    def page(self, start: int) -> Mapping[str, Json]:
        """The `data` of the call for the page that begins at row `start`. TopRowCount bounds all pages: it stays 0."""
        return {
            "FormId": self.form,
            "FieldKeys": ",".join(self.columns),
            "FilterString": str(self.where),
            "OrderString": ",".join(f"{field(key)} ASC" for key in self.order),
            "TopRowCount": 0,
            "StartRow": start,
            "Limit": self.page_rows,
            "SubSystemId": "",
        }


def lines_of(client: K3CloudClient, query: Query) -> Outcome[Sequence[Line]]:
    """All rows. A full or a long page means "maybe more"; a failure of any page is a failure of the whole."""
    columns = query.columns
    found: list[Line] = []
    before: tuple[Cells, ...] = ()
    while True:
        answer = client.call(_CALL, query.page(len(found)))
        match rows_of(answer, _CALL, len(columns)):
            case Done(rows):
                if rows and rows == before:
                    return unreadable(_CALL, "the same page twice: StartRow was ignored")
                found += [Line(dict(zip(columns, row, strict=True))) for row in rows]
                if len(rows) < min(query.page_rows, _MAY_BE_CUT):
                    return Done(found)
                before = rows
            case failure:
                return failure
