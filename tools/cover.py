"""`make coverage`: which lines and branches the tests reach.

Runs the unit, conformance, wire and contract tests and a share of the simulation, each in processes that are watched;
what a test starts as a command line is watched as well. Ends with 1 when a test fails, when the whole stays under 95 %,
or when a module on which money rests has a line or a branch that nothing reaches. A run of all of them writes
docs/coverage.md.
"""

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from recorded import commit, table

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "coverage.md"
PACKAGE: Final = "layers/paysync/python/paysync"
ENOUGH: Final = 95.0
EVERYTHING: Final = 100.0
ALL: Final = "all"

MODULES: Final = (
    "core/states.py",
    "core/judge.py",
    "core/paging.py",
    "core/pages.py",
    "core/money.py",
    "core/filters.py",
    "adapters/k3cloud/filters.py",
    "adapters/k3cloud/refusals.py",
    "adapters/k3cloud/statuses.py",
    "adapters/k3cloud/making.py",
    "adapters/k3cloud/answers.py",
    "adapters/maycur/answers.py",
    "adapters/http/answers.py",
)
"""State machine, classification, paging, filters and money: every line and every branch."""

_A_SHARE: Final = (
    "points_of_a_scenario",
    "found_once",
    "test_kin",
    "slow_erp",
    "one_owner",
    "(test_one_fault_at_every_point and 0)",
    "(test_no_seed_breaks_a_promise and 100)",
)
"""Every scenario, every fourth of its faults, and some seeds: the rest runs the same lines again."""
RUNS: Final[Mapping[str, Sequence[str]]] = {
    "unit": ("tests/unit", "tests/conformance", "-m", "not cloud"),
    "wire": ("tests/wire", "tests/contract"),
    "simulation": ("tests/simulation", "-k", " or ".join(_A_SHARE)),
}


@dataclass(frozen=True, slots=True)
class Reached:
    """How much of something was reached, in hundredths; `branches` counts branches alone."""

    lines_and_branches: float
    branches: float

    @classmethod
    def of(cls, summary: Mapping[str, Any]) -> "Reached":
        """As the report of coverage has it."""
        branches, covered = summary["num_branches"], summary["covered_branches"]
        return cls(summary["percent_covered"], 100 * covered / branches if branches else EVERYTHING)

    def is_at_least(self, share: float) -> bool:
        """Both must be."""
        return min(self.lines_and_branches, self.branches) >= share


def main() -> int:
    """See the module."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    asked.add_argument("--jobs", default="2", help="processes for each run")
    asked.add_argument("--runs", nargs="*", choices=RUNS, default=list(RUNS), help="which tests")
    asked.add_argument("--report", action="store_true", help="run nothing: only report what was measured last")
    chosen = asked.parse_args()
    failed = [] if chosen.report else _measured(chosen.runs, chosen.jobs)
    _coverage("report", "--skip-covered", "--show-missing")
    found = _found(_report())
    wrong = [*(f"the {name} tests failed" for name in failed), *_lacks(found)]
    print("\n".join(wrong) or "enough")
    if not chosen.report and set(chosen.runs) == set(RUNS):
        PAGE.write_text(page(found, wrong), encoding="utf-8")
    return 1 if wrong else 0


def _measured(names: Sequence[str], jobs: str) -> list[str]:
    """Run these tests from nothing; the names of those that failed."""
    _coverage("erase")
    failed = [name for name in names if _coverage("run", "-m", "pytest", "-q", "-n", jobs, *RUNS[name])]
    _coverage("combine", "--quiet")
    return failed


def _report() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "coverage.json"
        _coverage("json", "--quiet", "-o", str(file))
        report: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return report


def _found(report: Mapping[str, Any]) -> dict[str, Reached]:
    """Of each module that must be reached whole; of all together under `ALL`."""
    of = {name: Reached.of(report["files"][f"{PACKAGE}/{name}"]["summary"]) for name in MODULES}
    return {**of, ALL: Reached.of(report["totals"])}


def _lacks(found: Mapping[str, Reached]) -> list[str]:
    """What is not reached enough, after a table of all."""
    wrong = []
    for name, reached in found.items():
        print(f"{name:34} {reached.lines_and_branches:7.2f} %  branches {reached.branches:7.2f} %")
        if name != ALL and not reached.is_at_least(EVERYTHING):
            wrong.append(f"{name}: not every line and branch is reached")
    if not found[ALL].is_at_least(ENOUGH):
        wrong.append(f"{ALL}: less than {ENOUGH:.0f} %")
    return wrong


def page(found: Mapping[str, Reached], wrong: Sequence[str]) -> str:
    """docs/coverage.md."""
    rows = ((name, f"{one.lines_and_branches:.2f} %", f"{one.branches:.2f} %") for name, one in found.items())
    runs = (f"- {name}: `pytest {shlex.join(arguments)}`" for name, arguments in RUNS.items())
    lines = [
        "# Coverage",
        "",
        "Written by `make coverage`, when it has run in full; do not edit. The tests of these modules are",
        "themselves tried by `make mutants` ([mutants.md](mutants.md)).",
        "",
        f"Commit {commit()}. {'; '.join(wrong) or 'Enough'}. Run were:",
        "",
        *runs,
        "",
        *table(("module", "lines and branches", "branches"), rows),
        "",
    ]
    return "\n".join(lines)


def _coverage(*command: str) -> int:
    """Ends with what it says; of this Python's own installation."""
    return subprocess.run([sys.executable, "-m", "coverage", *command], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
