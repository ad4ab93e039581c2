"""What `make chaos` did, as docs/chaos.md and as a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from recorded import commit, table

if TYPE_CHECKING:
    from collections import Counter
    from datetime import date

    from cloud.books import Comparison

PROMISED: Final = (
    *("SIGKILL of push", "SIGKILL of fetch", "restarts", "K3Cloud: reset", "Maycur: reset"),
    *("schedules fired twice", "redrives by SQS"),
)
"""What must have struck at least once, by how its name begins: else a run has proved less than it says."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A run that has come to its end."""

    payments: int
    kills: int
    seed: int
    happened: Counter[str]
    found: Comparison
    left: tuple[int, int]
    """On the queue, and among the dead letters."""
    minutes: float

    @property
    def never_struck(self) -> list[str]:
        """The promised troubles that did not come."""
        return [
            what
            for what in PROMISED
            if not sum(count for name, count in self.happened.items() if name.startswith(what))
        ]

    @property
    def wrong(self) -> dict[str, list[str]]:
        """The payments of which the books disagree, or which are not at their end."""
        found = self.found
        parts = {"doubled": found.doubled, "lost": found.lost, "different": found.different, "not booked": found.open}
        return {name: list(keys) for name, keys in parts.items()}

    @property
    def books_agree(self) -> bool:
        """To the cent, and nothing is left anywhere."""
        found = self.found
        return found.agree and not found.open and not any(self.left) and found.paid == found.booked == found.billed

    @property
    def sums(self) -> list[tuple[str, str]]:
        """Of each book."""
        found = self.found
        books = (("Maycur, paid", found.paid), ("ledger, booked", found.booked), ("K3Cloud, billed", found.billed))
        return [(name, f"{total:.2f}") for name, total in books]


def verdict(ran: Ran) -> str:
    """In one line."""
    said = ", ".join(f"{len(keys)} {name}" for name, keys in ran.wrong.items())
    agree = "the books agree" if ran.books_agree else "the books DISAGREE"
    return f"{said}: {agree}" + "".join(f"; never struck: {what}" for what in ran.never_struck)


def page(ran: Ran, day: date) -> str:
    """docs/chaos.md."""
    lines = [
        "# Chaos",
        "",
        "Written by `make chaos`, when it has run in full; do not edit. What is promised: [promise.md](promise.md).",
        "How it is done: `tools/chaos.py`, `tests/cloud/storm.py`.",
        "",
        f"Commit {commit()}, {day.isoformat()}, {ran.payments} payments, {ran.kills} kills, seed {ran.seed},",
        f"{ran.minutes:.1f} minutes.",
        "",
        f"**{verdict(ran)}.** Left on the queue {ran.left[0]}, among the dead letters {ran.left[1]}.",
        "",
        *table(("what happened", "times"), ((name, count) for name, count in ran.happened.items() if count)),
        "",
        *table(("book", "sum"), ran.sums),
        "",
    ]
    return "\n".join(lines)
