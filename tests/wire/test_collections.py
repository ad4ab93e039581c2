"""A form with many rows, read over a real socket while it changes, from a tenant that cuts pages in silence."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from fakes.collected import MemoryCollectedRows
from fakes.journal import MemoryJournal
from paysync.adapters.k3cloud.client import K3CloudClient
from paysync.adapters.k3cloud.collecting import K3CloudRows
from paysync.core.codes import Code
from paysync.core.collect import CollectPorts, CollectReport, collect
from paysync.core.collection import Cells, Collection, key_of
from paysync.core.outcomes import Outcome
from paysync.schemes.collections.load import collection
from wire.k3cloud_tenant import ACCOUNT, Tenant

pytestmark = pytest.mark.wire

MANY = 1_000


def account(number: int, org: str = "100", **more: object) -> dict[str, Any]:
    """An account of the tenant; a known id changes that one."""
    return {"id": 5_000 + number, "number": f"62{number:04d}", "use_org": org, **more}


class Moving(K3CloudRows):
    """Before each page something happens to the form."""

    def __init__(self, client: K3CloudClient, found: Collection, meanwhile: Callable[[int], object]) -> None:
        super().__init__(client, found, page_rows=100)
        self._meanwhile, self.pages = meanwhile, 0

    def page(self, after: int) -> Outcome[Sequence[tuple[int, Cells]]]:
        self._meanwhile(self.pages)
        self.pages += 1
        return super().page(after)


class Side:
    """paysync's side: what it keeps of the tenant's accounts."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant, self.kept, self.journal = tenant, MemoryCollectedRows(), MemoryJournal()
        self.pages = 0

    def collect(self, meanwhile: Callable[[int], object] = lambda _: None) -> CollectReport:
        found = collection("bank-accounts")
        form = Moving(self.tenant.client(read_seconds=5), found, meanwhile)
        ports = CollectPorts(found, form, self.kept, self.tenant.clock, self.journal)
        report = collect(ports, deadline=self.tenant.clock.now() + timedelta(minutes=5), now_whatever=True)
        self.pages = form.pages
        return report

    def organisation(self, number: str) -> list[object]:
        key = key_of({"FNumber": number})
        found = self.kept.find("bank-accounts", [key])
        return [row["FUseOrgId.FNumber"] for row in found.rows.get(key, ())] if found else []


@pytest.fixture
def side(tenant: Tenant) -> Side:
    """A tenant with a thousand accounts, and one from before."""
    tenant.simulator.load(organisations=[{"number": "200"}], bank_accounts=[account(number) for number in range(MANY)])
    return Side(tenant)


def test_a_thousand_accounts_are_collected_page_by_page(side: Side) -> None:
    """Each is there once, in the organisation that uses it."""
    assert side.collect() == CollectReport("bank-accounts", generation=1, rows=MANY + 1)
    assert side.pages == 12
    assert side.organisation("620999") == ["100"]
    assert side.organisation(ACCOUNT) == ["100"]


def test_rows_that_change_meanwhile_hide_no_other_one(side: Side) -> None:
    """Some are changed before they are read and some after, one appears at the end, one gets a number twice."""

    def meanwhile(page: int) -> None:
        changes = [account(page * 50, "200"), account(MANY - 1 - page, "200", forbid_status="B")]
        added = [account(MANY + page)] if page < 5 else []
        side.tenant.simulator.load(bank_accounts=[*changes, *added])

    report = side.collect(meanwhile)
    assert report.rows >= MANY + 1
    found = [side.organisation(f"62{number:04d}") for number in range(MANY)]
    assert all(len(each) == 1 for each in found)
    assert side.organisation("620000") == ["200"]
    assert side.organisation(f"62{MANY:04d}") == ["100"]


def test_pages_that_are_cut_in_silence_are_no_end(side: Side) -> None:
    """A tenant that gives 60 rows where 100 were asked for."""
    side.tenant.simulator.settings(query_limit=60)
    assert side.collect().rows == MANY + 1
    assert side.pages == 18


def test_a_tenant_that_goes_away_leaves_what_stood(side: Side) -> None:
    """In the middle of the reading: the old generation stands whole, and the reason is told."""
    side.collect()
    side.tenant.simulator.load(bank_accounts=[account(5, "200")])

    def meanwhile(page: int) -> None:
        if page == 3:
            side.tenant.simulator.faults({"kind": "status", "operation": "ExecuteBillQuery", "status": 503, "times": 9})

    report = side.collect(meanwhile)
    assert report.failed is not None
    assert report.failed.code is Code.ERP_SERVER
    assert (report.generation, side.organisation("620005")) == (1, ["100"])


def test_a_field_that_the_tenant_lacks_is_told(side: Side) -> None:
    """K3Cloud refuses the whole question; nothing is kept of it."""
    side.tenant.simulator.settings(missing_fields=["FISDEFAULTBANK"])
    report = side.collect()
    assert report.failed is not None
    assert report.failed.code is Code.ERP_FIELD
    assert side.kept.current("bank-accounts") is None
