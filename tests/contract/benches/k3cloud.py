"""The connector `k3cloud` against its simulator: a Push of one payment application per payment."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from contract.bench import PATIENCE
from paysync.adapters.k3cloud.signing import Credentials
from paysync.core.bills import Bill, Inquiry, Json
from paysync.core.outcomes import Outcome
from paysync.core.ports import Target
from simulators.common.running import RunningSimulator
from unit.adapters.k3cloud.doubles import CREDENTIALS, inquiry, push_request
from wire.k3cloud_tenant import HEAD_OFFICE, Tenant, edit

_STRANGER: Final = replace(CREDENTIALS, app_secret="fedcba9876543210fedcba9876543210")
_OPERATIONS: Final = {"make": "Push", "find": "ExecuteBillQuery", "read": "ExecuteBillQuery"}
_APPLICATIONS: Final = 30


class K3CloudTarget:
    """Payment bills."""

    finds = reads = steps = True
    secrets: Sequence[str] = (CREDENTIALS.app_secret, _STRANGER.app_secret)

    def __init__(self, simulator: RunningSimulator) -> None:
        self.tenant = Tenant(simulator)
        simulator.load(
            applications=[
                {"id": 200_000 + at, "number": f"FK-P{at}", "amount": "622.00", "pay_org": "100"}
                for at in range(_APPLICATIONS)
            ],
        )
        self._target = self._of(CREDENTIALS)
        self._target.sources([])

    def _of(self, credentials: Credentials) -> Target:
        return self.tenant.target(self.tenant.client(credentials, read_seconds=PATIENCE))

    def close(self) -> None:
        """Give the connections back."""
        self.tenant.close()

    def target(self) -> Target:
        return self._target

    def stranger(self) -> Target:
        return self._of(_STRANGER)

    def request(self, code: str, amount: Decimal = Decimal("622.00")) -> Mapping[str, Json]:
        assert amount == Decimal("622.00"), "a Push makes what the application says"
        return push_request(f"FK-{code}", TargetOrgId=HEAD_OFFICE)

    def refused(self, code: str) -> Mapping[str, Json]:
        return push_request(f"FK-{code}", TargetOrgId=HEAD_OFFICE, RuleId="NO-SUCH-RULE", IsEnableDefaultRule="false")

    def inquiry(self, code: str) -> Inquiry:
        return inquiry(code, f"FK-{code}", str(200_000 + int(code.removeprefix("P"))))

    def edit_of(self, target: Target, bill: Bill, code: str) -> Mapping[str, Outcome[None]]:
        return target.save([edit(bill, code, "622.00")])

    def made_for(self, code: str) -> int:
        return sum(f"FK-{code}" in bill["source_numbers"] for bill in self.tenant.bills)

    def breaks(self, what: str, *faults: Mapping[str, Any]) -> None:
        self.tenant.simulator.faults(*({**fault, "operation": _OPERATIONS[what]} for fault in faults))

    def calls(self, what: str) -> int:
        return self.tenant.count(_OPERATIONS[what])
