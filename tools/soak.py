"""`make soak`: far more of the simulation than `make test` runs, on every core, and the counts as docs/evidence.md.

Every single fault, triples by chance, acts of people at every call, many seeds, crowds, every guard out, and pairs of
faults: all of every scenario, then those of the batch of ten (eight of which are alike) until `--minutes` have passed.
What that leaves out is counted and printed. Broken off, it goes on where it was as long as the code is the same: what
is finished stands in `.cache/soak/`. Ends with 1 when anything failed.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections import Counter, deque
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "layers" / "paysync" / "python")]

from kept import Kept, loaded_code
from recorded import commit, table

from simulation import soaking
from simulation.faults import KINDS, Fault
from simulation.guards import GUARDS
from simulation.scenarios import SCENARIOS, play
from simulation.soaking import DOUBLED, LOST, OTHER, STUCK, Tally
from simulation.strikes import Plan, singles, strikes_after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AT_ONCE = 250
CROWDS_AT_ONCE = 25
SEED = 20250131
ALIKE = "ten_with_two_faulty"
"""Its pairs are run while there is time; `three_with_two_faulty` is the same without those that are alike."""
STRIDE = 37
A_MINUTE = 60
T = TypeVar("T")
_COLUMNS = (
    *("what", "runs", "calls to the outside", "faults"),
    *("doubled", "lost", "stuck", "other", "runs/s, one core"),
)
THRICE = ("one_payment", "unguarded", "two_of_one", "decided_meanwhile", "ten_with_two_faulty")
ACTED_IN = (
    "one_payment",
    "attested",
    "two_of_one",
    "a_draft",
    "by_hand_meanwhile",
    "decided_meanwhile",
    "three_with_two_faulty",
)


@dataclass(frozen=True)
class Job:
    """One piece of work for a process."""

    task: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    optional: bool = False
    """Left out once the time is over."""


@dataclass
class Results:
    """All that was found."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    guards: list[tuple[str, str, str]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    """Pairs by scenario that the time did not allow."""
    from_before: int = 0
    """Pieces that an earlier sitting had finished."""

    def take(self, part: Any) -> int:
        """Take in one piece's answer; how many failures it has."""
        if isinstance(part, Tally):
            for text in part.failures:
                print(text, file=sys.stderr, flush=True)
            self.tallies.setdefault(part.name, Tally(part.name)).add(part)
            return len(part.failures)
        self.guards.append(part)
        return not part[2]

    @property
    def failures(self) -> list[str]:
        """Every failure, with the call that shows it again."""
        unnoticed = [f"the loss of {name} was not noticed" for name, _, words in self.guards if not words]
        return [text for tally in self.tallies.values() for text in tally.failures] + unnoticed


def main() -> int:
    """All of it; 0 only if nothing failed."""
    options = _options()
    print(f"seed of the triples: {SEED}; seeds {options.first} to {options.first + options.seeds - 1}", flush=True)
    alone, begin, ran_on = _alone(), time.monotonic(), commit()
    print(f"one process alone: {alone:.0f} seeds a second", flush=True)
    kept = Kept(ROOT / ".cache" / "soak", loaded_code(ROOT))
    print(f"{len(kept)} pieces are finished from before", flush=True)
    results = _run(list(_programme(options)), options.jobs, begin + 60 * options.minutes, kept)
    failures = results.failures
    for text in failures[:50]:
        print(text)
    for tally in results.tallies.values():
        print(f"{tally.runs:>8} {tally.name}: {len(tally.failures)} failures")
    print(f"{len(results.guards):>8} guards taken out: {sum(bool(words) for *_, words in results.guards)} noticed")
    for name, count in results.left_out.items():
        print(f"{count:>8} pairs left out, {name}")
    page = _page(results, options, ran_on, time.monotonic() - begin, alone)
    (ROOT / "docs" / "evidence.md").write_text(page, encoding="utf-8")
    return 1 if failures else 0


def _alone() -> float:
    """How many seeds one process runs in a second of its own while no other is at work."""
    with ProcessPoolExecutor(1, initializer=soaking.begins) as one:
        parts = [one.submit(soaking.of_seeds, range(AT_ONCE)).result() for _ in range(5)]
    return median(part.runs / part.seconds for part in parts)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=os.environ.get("SEEDS", "100000"))
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--crowds", type=int, default=os.environ.get("CROWDS", "2000"))
    parser.add_argument("--triples", type=int, default=os.environ.get("TRIPLES", "10000"))
    parser.add_argument("--pairs", type=int, default=None, help="of each scenario only so many first faults")
    parser.add_argument(
        "--minutes",
        type=float,
        default=os.environ.get("MINUTES", "60"),
        help="after so long begin no more pairs of the batch of ten",
    )
    parser.add_argument("--cut", action="store_true", help="then no more pairs of the other scenarios either")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def _programme(options: argparse.Namespace) -> Iterator[Job]:
    for name in SCENARIOS:
        yield from (Job("one fault", soaking.of_singles, (name, part, 4)) for part in range(4))
    for name in ACTED_IN:
        yield from (Job("people and schedules", soaking.of_acts, (name, act)) for act in soaking.acts())
    yield from (Job("guards taken out", soaking.of_guards, (number,)) for number in range(len(GUARDS)))
    each = -(-options.triples // len(THRICE))
    for name in THRICE:
        for start in range(0, each, AT_ONCE):
            yield Job("three faults", soaking.of_triples, (name, min(AT_ONCE, each - start), SEED + start))
    for start in range(options.first, options.first + options.seeds, AT_ONCE):
        end = min(start + AT_ONCE, options.first + options.seeds)
        yield Job("seeds", soaking.of_seeds, (range(start, end),))
    for start in range(0, options.crowds, CROWDS_AT_ONCE):
        yield Job("crowds", soaking.of_crowds, (range(start, min(start + CROWDS_AT_ONCE, options.crowds)),))
    yield from (Job("two faults", soaking.of_pairs, pair, options.cut) for pair in _firsts(options.pairs))
    ten = [(ALIKE, first) for first in strikes_after(ALIKE, {}, rereads=False)]
    yield from (Job("two faults of ten", soaking.of_pairs, pair, optional=True) for pair in _spread(ten))


def _firsts(most: int | None) -> Iterator[tuple[str, Plan]]:
    """The first faults of all pairs, scenario after scenario, those with the fewest first."""
    of_each = {name: list(strikes_after(name, {}, rereads=False)) for name in SCENARIOS if name != ALIKE}
    for name in sorted(of_each, key=lambda name: len(of_each[name])):
        yield from _spread([(name, first) for first in islice(of_each[name], most)])


def _spread(all_of_them: list[T]) -> Iterator[T]:
    """The same in another order: what the time cuts off shall lie all over, not at the end."""
    for place in range(STRIDE):
        yield from all_of_them[place::STRIDE]


def _run(programme: list[Job], processes: int, end: float, kept: Kept) -> Results:
    """Every job that is not optional, and of the optional ones those that can begin before `end`."""
    results = Results()
    columns = (TextColumn("{task.description:>20}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        ProcessPoolExecutor(processes, initializer=soaking.begins) as pool,
        Progress(*columns, TextColumn("{task.fields[failed]} failures"), console=Console(stderr=True)) as bar,
    ):
        names = list(dict.fromkeys(job.task for job in programme))
        tasks = {n: bar.add_task(n, total=sum(job.task == n for job in programme), failed=0) for n in names}
        failed = dict.fromkeys(names, 0)
        left, running, told = deque(programme), dict[Future[Any], Job](), time.monotonic()
        while left or running:
            while left and len(running) < 2 * processes:
                job = left.popleft()
                found = kept.get(job.function, job.arguments)
                if found is not None:
                    results.take(found)
                    results.from_before += 1
                    bar.update(tasks[job.task], advance=1)
                elif not job.optional or time.monotonic() < end:
                    running[pool.submit(job.function, *job.arguments)] = job
                else:
                    results.left_out[job.arguments[0]] += sum(1 for _ in strikes_after(*job.arguments, rereads=False))
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job = running.pop(future)
                kept.keep(job.function, job.arguments, future.result())
                failed[job.task] += results.take(future.result())
                bar.update(tasks[job.task], advance=1, failed=failed[job.task])
            if not bar.console.is_terminal and time.monotonic() > told + A_MINUTE:
                told = time.monotonic()
                print(f"{len(left)} pieces left, {sum(failed.values())} failures", file=sys.stderr, flush=True)
    return results


# ---- the page


def _page(results: Results, options: argparse.Namespace, ran_on: str, seconds: float, alone: float) -> str:
    when = f"{options.jobs} processes, {seconds / 60:.0f} minutes"
    if results.from_before:
        when += f" and those in which {results.from_before} pieces had been finished before"
    which = f"seeds {options.first} to {options.first + options.seeds - 1}, triples from seed {SEED}"
    lines = [
        "# Evidence",
        "",
        "Written by `make soak`; do not edit. What is promised: [promise.md](promise.md). How it is tested:",
        "`tests/simulation/`. A failure prints the call that shows it again.",
        "",
        f"Commit {ran_on}, Python {platform.python_version()}, {when}, {which}.",
        "",
        f"One process alone, before the others began: {alone:.0f} seeds a second (the median of five times {AT_ONCE}).",
        "",
        "## Runs",
        "",
        *table(_COLUMNS, (_line(tally) for tally in results.tallies.values())),
        "",
        *_ends(results),
        *_left_out(results),
        "",
        "## Calls and kinds of fault",
        "",
        *table(
            ("scenario", "calls without a fault", "cases of one fault"),
            ((name, play(name).points, sum(1 for _ in singles(name))) for name in SCENARIOS),
        ),
        "",
        f"{len(KINDS)} operations, {len(Fault)} kinds of fault; struck by chance, in all seeds:",
        "",
        *_kinds(results),
        "",
        "## Guards",
        "",
        "Each guard was taken out, and this is how the simulation noticed:",
        "",
        "| guard | without it | noticed by |",
        "| --- | --- | --- |",
        *(f"| {name.replace('_', ' ')} | {what} | {words or '**nothing**'} |" for name, what, words in results.guards),
        "",
    ]
    return "\n".join(lines)


def _line(tally: Tally) -> tuple[object, ...]:
    broken = [tally.broken[what] for what in (DOUBLED, LOST, STUCK, OTHER)]
    rate = tally.runs / tally.seconds if tally.seconds else 0
    return tally.name, tally.runs, tally.calls, tally.struck.total(), *broken, f"{rate:.0f}"


def _ends(results: Results) -> Iterator[str]:
    for tally in results.tallies.values():
        if tally.name == "seeds":
            ends = ", ".join(f"{count} {name}" for name, count in sorted(tally.ends.items()))
            yield f"In the seeds {tally.ends.total()} payments ended: {ends}. Each CLOSED one was closed by a person."
        if tally.seen:
            yield ""
            yield f"In the {tally.name}: {', '.join(f'{count} {what}' for what, count in tally.seen.items())}."


def _left_out(results: Results) -> Iterator[str]:
    yield ""
    yield "Two faults: the second at every call that the first has led to, until all is at rest and has a row. One"
    yield "fault and three: also at the calls that then read everything once more."
    yield ""
    if results.left_out:
        counts = ", ".join(f"{count} of {name}" for name, count in results.left_out.items())
        yield f"Pairs that the time did not allow, spread over each scenario (`make soak MINUTES=…`): {counts}."
    else:
        yield "No pair was left out."


def _kinds(results: Results) -> Iterator[str]:
    seeds = results.tallies.get("seeds", Tally("seeds"))
    yield from table(("kind", "times"), ((kind.value, seeds.struck[kind.name]) for kind in Fault))


if __name__ == "__main__":
    sys.exit(main())
