"""Rows of a form for a collection: pages by ascending internal id, so that a row that moves hides no other (5.1)."""

from collections.abc import Sequence
from typing import Final

from paysync.adapters.k3cloud import filters
from paysync.adapters.k3cloud.answers import rows_of
from paysync.adapters.k3cloud.client import K3CloudClient
from paysync.adapters.k3cloud.queries import Query
from paysync.adapters.k3cloud.replies import Call
from paysync.adapters.k3cloud.shapes import unreadable
from paysync.core.bills import Cell
from paysync.core.collection import Cells, Collection
from paysync.core.outcomes import Done, Outcome

_READ: Final = Call("ExecuteBillQuery")
_PAGE_ROWS: Final = 2000


class K3CloudRows:
    """`core.collection.FormRows`. Each page asks for ids above the last: StartRow would count rows that come and go."""

    def __init__(self, client: K3CloudClient, collection: Collection, *, page_rows: int = _PAGE_ROWS) -> None:
        self._client = client
        self._collection = collection
        self._page_rows = page_rows

    def page(self, after: int) -> Outcome[Sequence[tuple[int, Cells]]]:
        """One query. A page whose ids do not ascend from `after` is no page of this list."""
        query = self._query(after)
        match rows_of(self._client.call(_READ, query.page(0)), _READ, len(query.columns)):
            case Done(rows):
                found: list[tuple[int, Cells]] = []
                for row in rows:
                    cells = dict(zip(query.columns, row, strict=True))
                    number = _id_in(cells[self._collection.key])
                    if number is None or number <= (found[-1][0] if found else after):
                        return unreadable(_READ, f"rows that do not ascend by {self._collection.key}")
                    found.append((number, cells))
                return Done(found)
            case failure:
                return failure

    def _query(self, after: int) -> Query:
        key = self._collection.key
        return Query(
            form=self._collection.form,
            keys=(key, *self._collection.fields),
            where=filters.compared(key, ">", after),
            order=(key,),
            page_rows=self._page_rows,
        )


def _id_in(value: Cell) -> int | None:
    """An internal id; ids come as numbers or as text (4)."""
    text = "" if isinstance(value, bool) else str(value).strip()
    return int(text) if text.isascii() and text.isdecimal() else None
