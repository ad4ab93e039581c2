"""A collection of bank accounts and a form that shows them page by page, as a tenant would."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from fakes.collected import MemoryCollectedRows
from fakes.journal import MemoryJournal
from fakes.system import FakeClock
from paysync.core.bills import Cell
from paysync.core.collect import CollectPorts
from paysync.core.collection import Cells, Collection
from paysync.core.outcomes import Done, Failure, Outcome

ACCOUNTS: Final = Collection(
    name="bank-accounts",
    version="1+abc",
    title={"en": "accounts", "zh": "账号"},
    connector="k3cloud",
    form="CN_BANKACNT",
    key="FBANKACNTID",
    fields=("FNumber", "FUseOrgId", "FUseOrgId.FNumber", "FFORBIDSTATUS", "FDOCUMENTSTATUS"),
    by=(("FNumber",), ("FUseOrgId.FNumber",)),
    every=timedelta(minutes=5),
    max_age=timedelta(minutes=30),
)


def account(number: str, org: int = 100_001, **changes: Cell) -> Cells:
    """A usable account."""
    usable: dict[str, Cell] = {"FFORBIDSTATUS": "A", "FDOCUMENTSTATUS": "C"}
    return {"FNumber": number, "FUseOrgId": org, "FUseOrgId.FNumber": str(org), **usable, **changes}


@dataclass
class Form:
    """A form whose rows stand by id; `meanwhile` happens before each page, `failure` is every answer."""

    rows: dict[int, Cells] = field(default_factory=dict)
    page_rows: int = 2
    asked: list[int] = field(default_factory=list)
    meanwhile: Callable[["Form"], object] = lambda _: None
    failure: Failure | None = None

    def page(self, after: int) -> Outcome[Sequence[tuple[int, Cells]]]:
        """`core.collection.FormRows`."""
        self.meanwhile(self)
        self.asked.append(after)
        if self.failure:
            return self.failure
        return Done([(key, self.rows[key]) for key in sorted(self.rows) if key > after][: self.page_rows])


@dataclass
class Reading:
    """One stack's side of it."""

    form: Form = field(default_factory=Form)
    kept: MemoryCollectedRows = field(default_factory=MemoryCollectedRows)
    clock: FakeClock = field(default_factory=FakeClock)
    journal: MemoryJournal = field(default_factory=MemoryJournal)

    def ports(self, collection: Collection = ACCOUNTS) -> CollectPorts:
        """What collect asks for."""
        return CollectPorts(collection, self.form, self.kept, self.clock, self.journal)
