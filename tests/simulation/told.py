"""I9: no log, message, letter or reason tells a full account number, which is the only secret of this world."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from paysync.core.keys import PaymentKey
from simulation.books import ACCOUNTS

if TYPE_CHECKING:
    from simulation.world import World


def check_told(world: "World") -> None:
    """Over all that was told from the beginning to the end."""
    told = "\n".join(_all_told(world))
    for account in {*ACCOUNTS, *(str(row.raw["payerAccountNumber"]) for row in world.maycur.rows)}:
        if account in told:
            line = next(line for line in told.split("\n") if account in line)
            words = line.replace(account, f"…{account[-4:]}")
            world.checker.fail("I9", PaymentKey("?", "?"), f"a full account number was told: {words[:200]}")


def _all_told(world: "World") -> Iterator[str]:
    """The log; messages and dead letters as they were sent; history, reasons and pauses; reconcile's findings."""
    for line in world.journal.lines:
        yield f"{line.what} {line.key} {line.details}"
    for message in world.checker.messages:
        yield str(message)
    for letter in world.checker.buried.values():
        yield str(letter)
    for key, row in world.ledger.table.items():
        yield f"{row.diagnosis}"
        for entry in world.ledger._lines.get(key, ()):
            yield f"{entry.diagnosis} {entry.note}"
    for name in world.schemes:
        yield f"{world.ledger._pauses.get(name)}"
    for report in world.reports:
        yield str(report)
