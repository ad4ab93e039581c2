"""The connector `maycur` against its simulator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from contract.bench import PATIENCE, T0, Paid
from fakes.journal import MemoryJournal
from paysync.adapters.maycur.client import http_client
from paysync.core.ports import Source
from paysync.core.scheme import Paging
from simulators.common.running import RunningSimulator
from wire.maycur_tenant import TRUTH, Stack, key_of

_LETTERS: Final = {paging: letter for letter, paging in TRUTH.items()}


@dataclass(frozen=True, slots=True)
class Stranger:
    """Credentials that nobody has issued."""

    app_code: str = "EXAMPLEAPP"
    app_secret: str = field(default="a-secret-that-nobody-knows", repr=False)


STRANGER: Final = Stranger()


class MaycurListSource:
    """The paid list."""

    readings: Sequence[Paging] = tuple(TRUTH.values())
    list_operation = "paid_list"
    secrets: Sequence[str] = ("example-secret", "a-secret-that-nobody-knows")

    def __init__(self, simulator: RunningSimulator) -> None:
        simulator.reset()
        self.simulator = simulator
        self.stack = Stack(simulator)
        self.stack.http = http_client(simulator.url, allow_plain_http=True, timeout=httpx.Timeout(PATIENCE))

    @property
    def journal(self) -> MemoryJournal:
        """What the runs have told."""
        return self.stack.journal

    def close(self) -> None:
        """Give the connections back."""
        self.stack.http.close()

    def source(self, **changes: object) -> Source:
        return self.stack.source(**changes)

    def stranger(self) -> Source:
        other = Stack(self.simulator)
        other.http.close()
        other.http, other.journal = self.stack.http, self.stack.journal
        other.secret = STRANGER  # type: ignore[assignment]  # the same form
        return other.source()

    def put(self, *payments: Paid) -> None:
        rows = ", ".join(
            f'{{"paymentBizCode": "{one.key}", "payeeTargetBusinessCode": "FK-{one.key}", '
            f'"payerAccountName": "基本户", "payerAccountNumber": "6222000011112222", '
            f'"payableAmount": {one.amount}, "auditTimeStamp": {T0 + one.at}}}'
            for one in payments
        )
        self.simulator._control.post("/_sim/load", content=f'{{"payments": [{rows}]}}'.encode()).raise_for_status()

    def reads_as(self, reading: Paging) -> None:
        self.simulator.settings(paging_reading=_LETTERS[reading])

    def says_null(self) -> None:
        self.simulator.settings(empty="null")

    def breaks(self, *faults: Mapping[str, Any]) -> None:
        self.simulator.faults(*({**fault, "operation": "paid_list"} for fault in faults))

    def calls(self) -> int:
        return self.stack.counts("paid_list")

    def key_of(self, row: Mapping[str, object]) -> str | None:
        return key_of(row)

    def amount_of(self, row: Mapping[str, object]) -> object:
        return row["payableAmount"]
