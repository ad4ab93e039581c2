"""`make bench`: what one core does in a second, beside the budget: both simulators, and the simulated world.

A rate is work per second of the working process's own CPU time, so that others on the machine matter less.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import httpx
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "layers" / "paysync" / "python")]

from paysync.adapters.k3cloud.signing import Credentials, signed_headers
from simulation import soaking
from simulators.common.running import RunningSimulator
from simulators.k3cloud.state import DEFAULT_CREDENTIALS
from simulators.maycur.login import Credentials as MaycurCredentials
from simulators.maycur.login import signature
from simulators.maycur.server import BASE

if TYPE_CHECKING:
    from collections.abc import Mapping

CONNECTIONS: Final = 8
REQUESTS: Final = 4_000
SEEDS: Final = 1_000
ROWS: Final = 50
SERVED, SIMULATED = 1_000, 200
SERVICES: Final = "Kingdee.BOS.WebApi.ServicesStub.DynamicFormService"
T0: Final = 1_675_152_000_000


@dataclass(frozen=True, slots=True)
class Rate:
    """How often in a second of one core, and how often it has to be."""

    what: str
    per_second: float
    budget: int


def main() -> int:
    """Measure and show; 1 if a budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    options = parser.parse_args()
    console = Console()
    table = Table("what", "per second of one core", "budget", "times")
    rates: list[Rate] = []
    with console.status("measuring"):
        for served in (_k3cloud, _maycur):
            rates += served(options.requests)
        rates.append(_runs(options.seeds))
    for rate in rates:
        table.add_row(rate.what, f"{rate.per_second:,.0f}", f"{rate.budget:,}", f"{rate.per_second / rate.budget:.2f}")
    console.print(table)
    return int(any(rate.per_second < rate.budget for rate in rates))


def _k3cloud(requests: int) -> list[Rate]:
    with RunningSimulator.in_process("k3cloud") as simulator:
        numbers = [f"FKSQ{number:06}" for number in range(ROWS)]
        simulator.load(
            organisations=[{"number": "100", "name": "总部"}],
            applications=[{"number": number, "amount": "622.00", "pay_org": "100"} for number in numbers],
        )
        known = DEFAULT_CREDENTIALS
        grant = Credentials(known.acct_id, known.user_name, known.app_id, known.app_secret)

        def call(service: str, body: Mapping[str, object]) -> httpx.Request:
            url = f"{simulator.url}/K3Cloud/{SERVICES}.{service}.common.kdsvc"
            return httpx.Request("POST", url, headers=signed_headers(grant, url, seconds=int(time.time())), json=body)

        quoted = ", ".join(f"'{number}'" for number in numbers[:10])
        query = {
            "FormId": "CN_PAYAPPLY",
            "FieldKeys": "FID,FBillNo,FDocumentStatus",
            "FilterString": f"FBillNo in ({quoted})",
            "Limit": 0,
        }
        bill = simulator.post("bills", {"source": numbers[0], "amount": "1.00", "creator": "li"})
        view = {"formid": "AP_PAYBILL", "data": {"Id": bill["id"]}}
        return [
            _served(simulator, "K3Cloud simulator, query", call("ExecuteBillQuery", {"data": query}), requests),
            _served(simulator, "K3Cloud simulator, View", call("View", view), requests),
        ]


def _maycur(requests: int) -> list[Rate]:
    with RunningSimulator.in_process("maycur") as simulator:
        simulator.load(payments=[_row(number) for number in range(ROWS)])
        known, now = MaycurCredentials(), int(time.time() * 1000)
        login = {"appCode": known.app_code, "timestamp": now}
        login["secret"] = signature(known.app_secret, known.app_code, str(now))
        session = httpx.post(f"{simulator.url}{BASE}/auth/login", json=login, trust_env=False).json()["data"]
        window = {"startPaidTime": str(T0), "endPaidTime": str(T0 + 1000), "pageSize": str(ROWS), "pageNum": "1"}
        url = f"{simulator.url}{BASE}/paymenttransaction/paid/list"
        headers = {"tokenId": session["tokenId"], "entCode": session["entCode"]}
        listed = httpx.Request("POST", url, headers=headers, json=window)
        return [_served(simulator, f"Maycur simulator, paid list of {ROWS} rows", listed, requests)]


def _row(number: int) -> dict[str, object]:
    return {
        "paymentBizCode": f"PT{number}",
        "payeeTargetBusinessCode": f"FKSQ{number:06}",
        "payerAccountNumber": "6222000011112222",
        "payableAmount": 12.5,
        "auditTimeStamp": T0 + number,
    }


def _runs(seeds: int) -> Rate:
    soaking.begins()
    soaking.of_seeds(range(20))
    tally = soaking.of_seeds(range(seeds))
    return Rate("simulated runs", tally.runs / tally.seconds, SIMULATED)


# ---- a load that costs little, so that the server is what is measured


def _served(simulator: RunningSimulator, what: str, request: httpx.Request, requests: int) -> Rate:
    raw = _raw(request)
    place = urlsplit(simulator.url)
    asyncio.run(_load(place.hostname or "", place.port or 0, raw, CONNECTIONS * 5))
    before = simulator.get("health")["cpu_seconds"]
    asyncio.run(_load(place.hostname or "", place.port or 0, raw, requests))
    return Rate(what, requests / (simulator.get("health")["cpu_seconds"] - before), SERVED)


def _raw(request: httpx.Request) -> bytes:
    lines = [f"POST {request.url.raw_path.decode()} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + request.read()


async def _load(host: str, port: int, raw: bytes, requests: int) -> None:
    each = -(-requests // CONNECTIONS)
    await asyncio.gather(*(_connection(host, port, raw, each) for _ in range(CONNECTIONS)))


async def _connection(host: str, port: int, raw: bytes, requests: int) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    for _ in range(requests):
        writer.write(raw)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = next(int(line.partition(":")[2]) for line in head.split("\r\n") if line.startswith("content-length:"))
        body = await reader.readexactly(length)
        if not head.startswith("http/1.1 200") or b"NACK" in body or b'"IsSuccess":false' in body:
            raise RuntimeError(body.decode())
    writer.close()


if __name__ == "__main__":
    sys.exit(main())
