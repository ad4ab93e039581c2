"""The connector `maycur` as a target, against its simulator.

What a tenant's own call writes is not known: the one that makes documents paid stands for it, since every write of
Maycur answers by the same envelope.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import httpx

from contract.bench import PATIENCE, T0
from contract.benches.maycur import STRANGER
from fakes.system import SeededIds
from fakes.tokens import MemoryTokenStore
from paysync.adapters.maycur.client import MaycurClient, http_client
from paysync.adapters.maycur.login import Login
from paysync.adapters.maycur.results import MaycurResults
from paysync.core.bills import Bill, Inquiry, Json
from paysync.core.exchanges import BODY, KEY, PATH
from paysync.core.keys import PaymentKey
from paysync.core.outcomes import Outcome
from paysync.core.ports import Target
from simulators.common.running import RunningSimulator
from unit.adapters.maycur.doubles import MadeUpSecret
from wire.maycur_tenant import Stack

_STANDS_FOR_IT: Final = "/api/openapi/paymenttransaction/update/noSequence"
_DOCUMENTS: Final = 30


class MaycurResultTarget:
    """Results of payments: neither found nor read."""

    finds = reads = steps = False
    secrets: Sequence[str] = ("example-secret", STRANGER.app_secret)

    def __init__(self, simulator: RunningSimulator) -> None:
        simulator.reset()
        self.simulator = simulator
        self.stack = Stack(simulator)
        self.stack.http.close()
        self.http = http_client(simulator.url, allow_plain_http=True, timeout=httpx.Timeout(PATIENCE))
        simulator.load(
            payments=[
                {
                    "paymentBizCode": f"P{at}",
                    "payeeTargetBusinessCode": f"FK-P{at}",
                    "payerAccountName": "基本户",
                    "payerAccountNumber": "6222000011112222",
                    "payableAmount": 622,
                    "auditTimeStamp": T0,
                    "_status": "CBS_EXPORTED",
                }
                for at in range(_DOCUMENTS)
            ]
        )

    def close(self) -> None:
        """Give the connections back."""
        self.http.close()

    def target(self) -> Target:
        return self._target(self.stack.secret)

    def stranger(self) -> Target:
        self.stack = Stack(self.simulator)
        self.stack.http.close()
        return self._target(STRANGER)  # type: ignore[arg-type]  # the same form

    def _target(self, secret: MadeUpSecret) -> MaycurResults:
        stack = self.stack
        client = MaycurClient(self.http, clock=stack.clock, ids=SeededIds(), requests_per_second=Decimal(1000))
        store = MemoryTokenStore(stack.shared, stack.clock, floor=stack.floor)
        return MaycurResults(
            client, Login(client, store, lambda: secret, clock=stack.clock, journal=stack.journal), stack.clock
        )

    def request(self, code: str, amount: Decimal = Decimal("622.00")) -> Mapping[str, Json]:
        assert amount, "a result has its payment's amount"
        return self._request(code, f"FK-{code}")

    def refused(self, code: str) -> Mapping[str, Json]:
        return self._request(code, "no-such-document")

    def _request(self, code: str, number: str) -> Mapping[str, Json]:
        row: dict[str, Json] = {"formNo": number, "type": "PAYMENT", "paidDate": T0}
        return {KEY: code, PATH: _STANDS_FOR_IT, BODY: {"employeeId": "E1", "formData": [row]}}

    def inquiry(self, code: str) -> Inquiry:
        return Inquiry(PaymentKey("payment-result-to-maycur", code), code, None, "")

    def edit_of(self, target: Target, bill: Bill, code: str) -> Mapping[str, Outcome[None]]:
        raise NotImplementedError(target, bill, code)

    def made_for(self, code: str) -> int:
        payments: list[Mapping[str, Any]] = self.simulator.books()["payments"]
        return sum(one["paymentBizCode"] == code and one["_status"] == "PAY_SUCCESS" for one in payments)

    def breaks(self, what: str, *faults: Mapping[str, Any]) -> None:
        assert what == "make"
        self.simulator.faults(*({**fault, "operation": "update"} for fault in faults))

    def calls(self, what: str) -> int:
        assert what == "make"
        return self.stack.counts("update")
