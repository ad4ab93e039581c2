"""`make chaos`: payments on the real template while processes die, sockets break and the whole AWS restarts.

On the local AWS: SIGKILL of Lambda processes at moments that a seed draws, K3Cloud's and Maycur's sockets reset, the
local AWS stopped and started with its state kept, schedules fired twice, dead letters sent again in the middle. Then it
settles, a person decides what only a person may, and both vendors' books are compared with the ledger to the cent.
Ends with 0 only if nothing is doubled, nothing is lost, nothing is open, and every one of these troubles has struck. A
full run, of no less than a thousand payments and a hundred kills, writes docs/chaos.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from chaos_page import Ran, page, verdict

from cloud.command import paysync
from cloud.deployed import Deployed, simulators
from cloud.storm import Storm, decide
from paysync import local

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "chaos.md"
FULL_PAYMENTS, FULL_KILLS = 1000, 100
EVERY_MINUTE = "rate(1 minute)"
_TROUBLED = ("IN_DOUBT", "REVIEW", "REJECTED")
_LOOK_SECONDS = 15
WIDTH = None if sys.stdout.isatty() else 120
screen = Console(file=sys.stdout, highlight=False, width=WIDTH)  # this very stream: commands get another one meanwhile


def main() -> int:
    """The storm, the calm, the books; 0 only if they agree."""
    options = _options()
    screen.print(f"{options.payments} payments, {options.kills} kills, seed {options.seed}")
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, simulators() as (maycur, k3cloud):
        os.environ["PAYSYNC_LOCAL_HOME"] = folder  # beside the stack that a developer may have up
        stack = Deployed(maycur, k3cloud, Path(folder))
        storm = Storm(stack, Random(options.seed), options.payments, options.kills)  # noqa: S311 - repeatable
        try:
            stack.up(FetchSchedule=EVERY_MINUTE, SweepSchedule=EVERY_MINUTE)
            with stack.impatient():
                struck = _rage(storm, options.seed)
                decided = _settle(storm, options.timeout)
            shown = stack.show(storm.keys)
            found = stack.compare(shown)
            left = stack.messages(stack.outputs.queue_url), stack.messages(stack.outputs.dlq_url)
            happened = _acts(storm) + struck + decided + _lives(shown)
            minutes = (time.monotonic() - begin) / 60
            ran = Ran(options.payments, storm.killed.total(), options.seed, happened, found, left, minutes)
            _report(ran)  # before the end: what so many dead workers left takes its time to remove
            stack.assert_no_log_line_holds_a_secret()
            _record(ran, options.page)
        finally:
            local.down()
    return 0 if ran.books_agree and not ran.never_struck else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default, what in (
        ("payments", 1000, "how many are paid"),
        ("kills", 100, "how many processes die"),
        ("seed", 20250131, "draws moments, amounts and troubles"),
        ("timeout", 1500, "seconds until everything must have settled"),
    ):
        value = os.environ.get(name.upper()) or str(default)  # as text: what is no number is told as a wrong option
        parser.add_argument(f"--{name}", type=int, default=value, help=f"{what} (or {name.upper()}=…; {value})")
    parser.add_argument("--page", type=Path, help="write the page there, however small the run is")
    return parser.parse_args()


def _rage(storm: Storm, seed: int) -> Counter[str]:
    """Until all is paid and all that shall die is dead; how often which trouble struck."""
    stack = storm.stack
    columns = (
        TextColumn("{task.description:>8}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[said]}"),
    )
    with Progress(*columns, TimeElapsedColumn(), console=screen) as bar:
        tasks = {
            name: bar.add_task(name, total=total, said="")
            for name, total in (("killed", storm.kills), ("paid", storm.payments), ("booked", storm.payments))
        }
        storm.begin(seed)
        while not storm.is_over:
            storm.step()
            _show(bar, tasks, storm)
        plans = {"K3Cloud": stack.k3cloud.get("faults"), "Maycur": stack.maycur.get("faults")["faults"]}
        storm.end()
    struck = Counter[str]()
    for vendor, faults in plans.items():
        for one in faults:
            struck[f"{vendor}: {one['kind']} ({one.get('operation', 'any call')})"] += one["struck"]
    return struck


def _show(bar: Progress, tasks: dict[str, TaskID], storm: Storm) -> None:
    states = paysync("status", "--json").document["states"]
    said = "  ".join(f"{name} {count}" for name, count in states.items() if count and name != "DONE")
    bar.update(tasks["killed"], completed=storm.killed.total(), said=", ".join(storm.done))
    bar.update(tasks["paid"], completed=len(storm.keys))
    bar.update(tasks["booked"], completed=states["DONE"], said=said)


def _settle(storm: Storm, timeout: int) -> Counter[str]:
    """Let everything come to rest, replay what may be replayed, decide what waits for a person; how often which."""
    stack, decided, deadline = storm.stack, Counter[str](), time.monotonic() + timeout
    with screen.status("settling"):
        while (left := deadline - time.monotonic()) > 0:
            stack.run(timeout=max(30, int(left)))
            states = paysync("status", "--json").document["states"]
            screen.print("  ".join(f"{name} {count}" for name, count in states.items() if count))
            if states["DONE"] == len(storm.keys):
                break
            paysync("replay", "--all", "--yes", "--rate", "100", ends=None)
            now = decide(stack)
            decided += now
            if not now:  # who is left waits for another's decision, until sweep looks
                time.sleep(_LOOK_SECONDS)
        paysync("replay", *storm.keys, "--yes", ends=None)  # of what is booked only the letters go
    return Counter({f"decided by a person: {act}": count for act, count in decided.items()})


def _lives(shown: Sequence[Mapping[str, Any]]) -> Counter[str]:
    """How many payments have been where nobody wants to be."""
    states = [{line["state"] for line in one["history"]} for one in shown]
    return Counter({f"payments once {state}": sum(state in seen for seen in states) for state in _TROUBLED})


def _acts(storm: Storm) -> Counter[str]:
    """How often which of the storm's own acts was done."""
    return Counter({f"SIGKILL of {name}": count for name, count in storm.killed.items()}) + storm.done


def _report(ran: Ran) -> None:
    lines = Table("what happened", "times", box=None, pad_edge=False)
    for what, count in ran.happened.items():
        lines.add_row(what, str(count))
    screen.print(lines)
    books = Table("book", "sum", box=None, pad_edge=False)
    for name, total in ran.sums:
        books.add_row(name, total)
    screen.print(books)
    screen.print(f"queue {ran.left[0]}, dead letters {ran.left[1]}; {ran.minutes:.1f} minutes")
    screen.print(verdict(ran), style="green" if ran.books_agree and not ran.never_struck else "red", markup=False)
    for name, keys in ran.wrong.items():
        if keys:
            screen.print(f"  {name}: {keys[:20]}", markup=False)


def _record(ran: Ran, asked: Path | None) -> None:
    """A page of a small run would say less than it seems to."""
    is_full = ran.payments >= FULL_PAYMENTS and ran.kills >= FULL_KILLS
    if asked or is_full:
        file = asked or PAGE
        file.write_text(page(ran, datetime.now(UTC).date()), encoding="utf-8")
        screen.print(f"written: {file}")


if __name__ == "__main__":
    sys.exit(main())
