"""A K3Cloud tenant of the wire tests: the simulator as new, with our side of it, and how its outcomes are read."""

from decimal import Decimal
from typing import Any, Final

from fakes.system import FakeClock, SeededIds
from paysync.adapters.k3cloud.client import K3CloudClient
from paysync.adapters.k3cloud.settings import ConnectionSettings
from paysync.adapters.k3cloud.signing import Credentials
from paysync.adapters.k3cloud.target import K3CloudTarget
from paysync.core.bills import Bill, BillHead, Edit, Json, Made
from paysync.core.outcomes import Done, Outcome
from paysync.core.scheme import Scheme
from simulators.common.running import RunningSimulator
from unit.adapters.k3cloud.doubles import CREDENTIALS, inquiry, key, push_request, scheme

HEAD_OFFICE: Final = 100_001
ACCOUNT: Final = "6222000000000000000"
PATIENCE: Final = 0.4
"""The read timeout of these tests in seconds; a fault that delays takes longer."""


class Tenant:
    """A simulator as new with two audited applications, and paysync's side of it."""

    def __init__(self, simulator: RunningSimulator) -> None:
        self.simulator = simulator
        self.clock = FakeClock()
        self._clients: list[K3CloudClient] = []
        simulator.reset()
        simulator.load(
            organisations=[{"id": HEAD_OFFICE, "number": "100", "name": "总部"}],
            bank_accounts=[{"number": ACCOUNT, "use_org": "100"}],
            applications=[
                {"id": 100_501, "number": "FKSQ1", "amount": "622.00", "pay_org": "100"},
                {"id": 100_502, "number": "FKSQ2", "amount": "5.10", "pay_org": "100"},
            ],
        )

    def client(self, credentials: Credentials = CREDENTIALS, **settings: Any) -> K3CloudClient:
        """A client of its own, without a session."""
        chosen = {"read_seconds": PATIENCE, "allow_plain_http": True, **settings}
        client = K3CloudClient(
            ConnectionSettings(self.simulator.url + "/K3Cloud/", **chosen), credentials, self.clock, SeededIds()
        )
        self._clients.append(client)
        return client

    def target(self, client: K3CloudClient | None = None, **changes: Any) -> K3CloudTarget:
        """A target on that client, or on a new one; `changes` for the scheme's target part."""
        return self.target_of(scheme(**changes), client)

    def target_of(self, bound_to: Scheme, client: K3CloudClient | None = None) -> K3CloudTarget:
        """A target bound to a scheme's forms."""
        return K3CloudTarget(client or self.client(), bound_to, self.clock)

    def warm(self) -> K3CloudTarget:
        """A target whose session is open."""
        target = self.target()
        assert isinstance(target.sources([key()]), Done)
        self.simulator.post("calls/reset")
        return target

    def close(self) -> None:
        """Give all connections back."""
        for client in self._clients:
            client.close()

    def count(self, operation: str) -> int:
        """How many calls of an operation have arrived."""
        return int(self.simulator.calls()["counts"].get(operation, 0))

    @property
    def bills(self) -> list[dict[str, Any]]:
        """The bills in the books."""
        found: list[dict[str, Any]] = self.simulator.books()["bills"]
        return found


def done(outcome: Outcome[Any]) -> Any:
    """What came of it."""
    assert isinstance(outcome, Done), outcome
    return outcome.value


def pushed(target: K3CloudTarget, number: str = "FKSQ1", **changes: Json) -> Made:
    """A bill that was made from an application."""
    made = done(target.make(push_request(number, TargetOrgId=HEAD_OFFICE, **changes)))
    assert isinstance(made, Made)
    return made


def read(target: K3CloudTarget, bill_id: str) -> Bill:
    """The bill in full."""
    bill = done(target.bills([bill_id]))[bill_id]
    assert isinstance(bill, Bill)
    return bill


def edit(bill: Bill, reference: str = "PAY-1", amount: str = "600.10", account: str = ACCOUNT) -> Edit:
    """What the shipped scheme saves on a bill."""
    entry: dict[str, Json] = {
        "FEntryID": int(bill.entries[0].id),
        "FACCOUNTID": {"FNumber": account},
        "FPAYTOTALAMOUNTFOR": Decimal(amount),
        "FPAYAMOUNTFOR_E": Decimal(amount),
    }
    model: dict[str, Json] = {
        "FID": int(bill.head.id),
        "FDATE": "2025-01-31",
        "FTHIRDBILLNO": reference,
        "FPAYBILLENTRY": [entry],
    }
    return Edit(bill.head.id, model)


def heads(outcome: Outcome[Any], code: str = "PAY-1") -> list[BillHead]:
    """The bills found for a payment."""
    return list(done(outcome)[inquiry(code).payment])
