"""The demo's books: what Maycur has paid and what K3Cloud holds, invented, with every kind of trouble in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

ACCOUNT, OTHER_ACCOUNT, AMBIGUOUS, UNKNOWN_ACCOUNT = (
    "6222000000000001",
    "6222000000000002",
    "6222000000000003",
    "6222000000009999",
)
MAYCUR_SECRET = {"app_code": "DEMOAPP", "app_secret": "demo-secret-of-a-simulator"}
K3CLOUD_SECRET = {
    "acct_id": "64a1f0c2b3d4e5",
    "user_name": "webapi_user",
    "app_id": "900001_MDE3N2I2PzBrPzg4OD45N3IhK3B1InIk",
    "app_secret": "0123456789abcdef0123456789abcdef",
    "lcid": 2052,
    "org_num": "0",
}
RULE = "994f9913-a23f-46fb-b5d9-f1f271b4ef6c"
"""The example rule of the configuration that paysync replaces."""
DAYS = 3
SHANGHAI = timedelta(hours=8)


@dataclass
class Books:
    """What is loaded into the two simulators, and how the troubles are mended later."""

    payments: list[dict[str, Any]] = field(default_factory=list)
    late: list[dict[str, Any]] = field(default_factory=list)
    """Payments that Maycur shows only after the first run, with a paid time behind the watermark."""
    applications: list[dict[str, Any]] = field(default_factory=list)
    closed_until: str = ""
    unaudited: list[str] = field(default_factory=list)
    missing: list[dict[str, Any]] = field(default_factory=list)
    """Applications that do not exist yet."""
    held: list[str] = field(default_factory=list)
    """Payments that are dated in the closed period."""

    @property
    def paid(self) -> int:
        """How many payments Maycur will have shown in the end."""
        return len({row["paymentBizCode"] for row in self.payments}) + len(self.late)


class Maker:
    """Makes payments and their applications; the seed makes every demo the same."""

    def __init__(self, now: datetime, seed: int = 20250131) -> None:
        self.books = Books()
        self.start = now - timedelta(days=DAYS)
        self._now = now
        self._chance = Random(seed)  # noqa: S311 - invented data
        self._serial = 0

    def at(self) -> datetime:
        """A moment of the last days, in the open period."""
        return self.start + timedelta(days=1, milliseconds=self._chance.randrange(int(1.9 * 86_400_000)))

    def money(self) -> Decimal:
        """A sum."""
        return Decimal(self._chance.randrange(1_00, 80_000_00)) / 100

    def payment(
        self, number: str, amount: Decimal, *, account: str = ACCOUNT, at: datetime | None = None
    ) -> dict[str, Any]:
        """A paid transaction of a document."""
        self._serial += 1
        return {
            "paymentBizCode": f"PT{self._now:%y%m%d}{self._serial:06d}",
            "payeeTargetBusinessCode": number,
            "payerAccountName": "基本户",
            "payerAccountNumber": account,
            "payableAmount": str(amount),
            "auditTimeStamp": int((at or self.at()).timestamp() * 1000),
        }

    def document(
        self, *amounts: Decimal, prefix: str = "FKSQ", pays: bool = True, **application: Any
    ) -> list[dict[str, Any]]:
        """An application with one transaction per amount."""
        number = f"{prefix}{len(self.books.applications) + 1:06d}"
        self.books.applications.append({"number": number, "amount": str(sum(amounts)), "pay_org": "100", **application})
        rows = [self.payment(number, amount) for amount in amounts] if pays else []
        self.books.payments += rows
        return rows


def books(now: datetime | None = None) -> Books:
    """The demo's whole data set."""
    make = Maker((now or datetime.now(UTC)).replace(microsecond=0))
    for _ in range(70):
        make.document(make.money())
    for payees in (2, 2, 2, 3, 3, 4):
        make.document(*(make.money() for _ in range(payees)))
    make.document(make.money(), prefix="付款申请")
    _duplicate(make)
    _late(make)
    _troubles(make)
    return make.books


def _duplicate(make: Maker) -> None:
    """The same transaction stands twice in the list."""
    (row,) = make.document(make.money())
    make.books.payments.append(dict(row))


def _late(make: Maker) -> None:
    """Transactions that appear only after the list was read, with a paid time that lies behind the watermark."""
    for _ in range(3):
        make.document(amount := make.money(), pays=False)
        number, at = make.books.applications[-1]["number"], make.start + timedelta(days=1, hours=2)
        make.books.late.append(make.payment(number, amount, at=at))


def _troubles(make: Maker) -> None:
    books = make.books
    for _ in range(3):
        make.document(make.money(), status="B")
        books.unaudited.append(books.applications[-1]["number"])
    for suffix in "NM":  # so that no later document takes the number
        make.document(make.money())
        books.missing.append(books.applications.pop())
        books.missing[-1]["number"] += suffix
        books.payments[-1]["payeeTargetBusinessCode"] += suffix
    for account in (UNKNOWN_ACCOUNT, AMBIGUOUS):
        (row,) = make.document(make.money())
        row["payerAccountNumber"] = account
    (row,) = make.document(amount := make.money())
    row["payableAmount"] = str(amount * 100)
    (row,) = make.document(make.money())
    row["payableAmount"] = "1,234.50"
    closed = make.start + timedelta(hours=3)
    for _ in range(2):
        (row,) = make.document(make.money())
        row["auditTimeStamp"] = int(closed.timestamp() * 1000)
        books.held.append(row["paymentBizCode"])
    books.closed_until = (closed + SHANGHAI).strftime("%Y-%m-%d")
