"""`make soak`: far more of the simulation than `make test` runs, on every core, and the counts as docs/evidence.md.

Every single fault, all pairs of the smallest scenario, sampled triples, and many seeds. Ends with 1 when one failed.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests")]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_AT_ONCE = 250
_SEED = 20250131


@dataclass
class Tally:
    """What one kind of run has come to."""

    name: str
    runs: int = 0
    points: int = 0
    faults: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)


def seeds(chosen: Sequence[int]) -> Tally:
    """Whole runs by their seeds."""
    from simulation.chance import play_seed

    return _tally("seeds", [(f"play_seed({seed})", partial(play_seed, seed)) for seed in chosen])


def plans(work: tuple[str, str, Sequence[dict[int, Any]]]) -> Tally:
    """A scenario with each of the plans; a payment that could be booked and is not counts as a failure."""
    from simulation.test_faults import assert_ends_well

    name, scenario, chosen = work
    runs = [(f"play({scenario!r}, {plan!r})", lambda plan=plan: assert_ends_well(scenario, plan)) for plan in chosen]
    return _tally(name, runs)


def main() -> int:
    """All of it; 0 only if nothing failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=int(os.environ.get("SEEDS", "100000")))
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--triples", type=int, default=int(os.environ.get("TRIPLES", "10000")))
    parser.add_argument("--pairs", type=int, default=int(os.environ.get("PAIRS", "0")), help="so many instead of all")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    tallies: dict[str, Tally] = {}
    columns = (TextColumn("{task.description:>24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        ProcessPoolExecutor(options.jobs) as pool,
        Progress(*columns, TextColumn("{task.fields[said]}"), console=Console(stderr=True)) as bar,
    ):
        for name, function, work in _programme(options):
            items = list(work)
            task = bar.add_task(name, total=len(items), said="")
            tally = tallies.setdefault(name, Tally(name))
            for part in pool.map(function, items):
                _add(tally, part)
                bar.update(task, advance=1, said=f"{tally.runs} runs, {len(tally.failures)} failures")
    _report(list(tallies.values()), options)
    failures = [text for tally in tallies.values() for text in tally.failures]
    for text in failures[:20]:
        print(text)
    print(", ".join(f"{t.runs} {t.name}" for t in tallies.values()), "-", f"{len(failures)} failures")
    return 1 if failures else 0


def _programme(options: argparse.Namespace) -> Iterator[tuple[str, Callable[[Any], Tally], Iterable[Any]]]:
    from simulation.scenarios import SCENARIOS
    from simulation.test_faults import all_pairs, single_faults

    singles = [
        (f"single faults, {scenario}", scenario, chunk)
        for scenario in SCENARIOS
        for chunk in _chunks(single_faults(scenario))
    ]
    yield "single faults", plans, singles
    rng = random.Random(_SEED)  # noqa: S311 - repeatable is the point
    few = list(single_faults("two_of_one"))
    for scenario in ("one_payment",):
        pairs = islice(all_pairs(scenario), options.pairs or None)
        yield f"pairs, {scenario}", plans, [(f"pairs, {scenario}", scenario, chunk) for chunk in _chunks(pairs)]
    triples = (
        {point: kind for plan in rng.sample(few, 3) for point, kind in plan.items()} for _ in range(options.triples)
    )
    yield "triples, two_of_one", plans, [("triples", "two_of_one", chunk) for chunk in _chunks(triples)]
    last = options.first + options.seeds
    yield "seeds", seeds, list(_chunks(iter(range(options.first, last))))


def _chunks(items: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(items, _AT_ONCE)):
        yield chunk


def _tally(name: str, runs: Sequence[tuple[str, Callable[[], Any]]]) -> Tally:
    tally = Tally(name)
    begin = time.process_time()
    for text, run in runs:
        tally.runs += 1
        try:
            ended = run()
        except Exception as error:  # noqa: BLE001 - every failure is wanted, with what shows it again
            tally.failures.append(f"{text}: {type(error).__name__}: {error}")
            continue
        if ended is not None:
            tally.points += ended.points
            tally.faults += ended.faults
            tally.ends.update(str(row.state) for row in ended.ledger.table.values())
    tally.seconds = time.process_time() - begin
    return tally


def _add(tally: Tally, part: Tally) -> None:
    tally.runs += part.runs
    tally.points += part.points
    tally.faults += part.faults
    tally.seconds += part.seconds
    tally.failures += part.failures
    tally.ends += part.ends


def _report(tallies: Sequence[Tally], options: argparse.Namespace) -> None:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)  # noqa: S607 - git is what a checkout needs
    lines = [
        "# Evidence",
        "",
        "Written by `make soak`; do not edit. What is promised: [promise.md](promise.md). How it is tested:",
        "`tests/simulation/`. A failure prints the call that shows it again.",
        "",
        f"Commit {commit.stdout.strip() or 'unknown'}, Python {platform.python_version()}, {options.jobs} processes,",
        f"seeds {options.first} to {options.first + options.seeds - 1}.",
        "",
        "| what | runs | failures | runs a second on one core |",
        "| --- | --- | --- | --- |",
    ]
    lines += [
        f"| {t.name} | {t.runs} | {len(t.failures)} | {t.runs / t.seconds if t.seconds else 0:.0f} |" for t in tallies
    ]
    by_seed = next((t for t in tallies if t.name == "seeds"), None)
    if by_seed:
        ends = ", ".join(f"{count} {name}" for name, count in sorted(by_seed.ends.items()))
        lines += [
            "",
            f"In the seeds: {by_seed.points} calls to the outside, {by_seed.faults} of them struck by a fault;",
            f"payments ended {ends}.",
        ]
    text = "\n".join([*lines, ""])
    (ROOT / "docs" / "evidence.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
