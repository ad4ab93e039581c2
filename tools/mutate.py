"""`make mutants`: one small change at a time in the modules on which money rests; their own unit tests must notice.

Ends with 1 when fewer than nine in ten of a module's mutants are killed, or when one survives that docs/mutants.md does
not explain; fills in the table there.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx  # noqa: F401 - imported once, here, so that no child has to
from mutating.children import Fate, Target, UnusableError, anew, in_child, patience, prepared, swapped_in
from mutating.mutants import Mutant, mutants_of
from mutating.page import faults, with_row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = ROOT / "layers" / "paysync" / "python" / "paysync"
PAGE: Final = ROOT / "docs" / "mutants.md"
ENOUGH: Final = 0.9

CORE: Final = "tests/unit/core"
K3: Final = "tests/unit/adapters/k3cloud"
MAYCUR: Final = "tests/unit/adapters/maycur"
HTTP: Final = "tests/unit/adapters/http"
MODULES: Final[Mapping[str, tuple[str, ...]]] = {
    "core/states.py": (f"{CORE}/test_states.py",),
    "core/judge.py": (f"{CORE}/test_judge.py",),
    "core/money.py": (f"{CORE}/test_money.py",),
    "core/paging.py": (f"{CORE}/test_paging.py", f"{CORE}/test_pages.py"),
    "core/pages.py": (f"{CORE}/test_pages.py", f"{CORE}/test_whole.py"),
    "adapters/k3cloud/filters.py": (f"{K3}/test_filters.py",),
    "adapters/k3cloud/refusals.py": (f"{K3}/test_meanings.py", f"{K3}/test_refusals.py"),
    "adapters/k3cloud/statuses.py": (f"{K3}/test_statuses.py",),
    "adapters/k3cloud/making.py": (f"{K3}/test_making.py",),
    "adapters/k3cloud/answers.py": (f"{K3}/test_answers.py", f"{K3}/test_batches.py"),
    "adapters/maycur/answers.py": (
        f"{MAYCUR}/test_answers.py",
        f"{MAYCUR}/test_judged_logins.py",
        f"{MAYCUR}/test_results.py",
    ),
    "adapters/http/answers.py": (
        f"{HTTP}/test_answers.py",
        f"{HTTP}/test_documents.py",
        f"{HTTP}/test_lists.py",
        f"{HTTP}/test_nothing_there.py",
    ),
}
"""Module → the tests that alone must notice."""


def main() -> int:
    """Every module, or those that are named."""
    options = _options()
    if options.tests:
        targets = {name: Target(Path(name).resolve(), tuple(options.tests)) for name in options.modules}
    else:
        os.chdir(ROOT)
        wanted = [name for name in MODULES if not options.modules or any(part in name for part in options.modules)]
        targets = {name: Target(PACKAGE / name, MODULES[name]) for name in wanted}
    prepared()
    good = [_judge(name, target, listed=options.list, on_page=not options.tests) for name, target in targets.items()]
    return 0 if all(good) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", help="parts of their paths; all without any")
    parser.add_argument("--list", action="store_true", help="every survivor, the explained ones too")
    parser.add_argument("--tests", nargs="+", help="MODULES is a file of any other kind, and these are its tests")
    return parser.parse_args()


def _judge(name: str, target: Target, *, listed: bool, on_page: bool) -> bool:
    """Run one module's mutants and say what came of them; whether that is enough."""
    try:
        mutants: Sequence[Mutant] = in_child(partial(mutants_of, target.file))
        fates = _fates(name, target, mutants)
    except UnusableError as error:
        print(f"{name}: {error}")
        return False
    survivors = [one for one, fate in zip(mutants, fates, strict=True) if fate is Fate.SURVIVED]
    counts = Counter(fates)
    killed = len(mutants) - len(survivors)
    enough = killed >= ENOUGH * len(mutants)
    timeouts = counts[Fate.TIMEOUT]
    print(f"{name}: {killed} of {len(mutants)} killed ({killed / len(mutants):.1%}), {timeouts} by the limit of time")
    if not on_page:
        print(*(f"  {name}:{one.line}: {one.name}" for one in survivors), sep="\n", end="\n" * bool(survivors))
        return enough and not survivors
    page = PAGE.read_text(encoding="utf-8")
    missing = faults(page, name, [one.name for one in survivors])
    known = [f"explained: {one.name}" for one in survivors] if listed else []
    lines = [*missing, *(line for line in known if f"not {line}" not in missing)]
    print(*(f"  {name}: {line}" for line in lines), sep="\n", end="\n" * bool(lines), flush=True)
    PAGE.write_text(with_row(page, name, len(mutants), timeouts, len(survivors)), encoding="utf-8")
    return enough and not missing


def _fates(name: str, target: Target, mutants: Sequence[Mutant]) -> list[Fate]:
    limit = patience(target)
    fates = _swapped(name, target, mutants, limit)
    for at, fate in enumerate(fates):
        if fate is None or fate is Fate.SURVIVED:
            fates[at] = anew(target, mutants[at].source, limit)
            _progress(f"{name}: {at + 1} of {len(mutants)} imported anew where needed")
    return [fate for fate in fates if fate]


def _swapped(name: str, target: Target, mutants: Sequence[Mutant], limit: int) -> list[Fate | None]:
    fates: list[Fate | None] = []
    for fate in swapped_in(target, [one.source for one in mutants], limit):
        fates.append(fate)
        _progress(f"{name}: {len(fates)} of {len(mutants)} swapped in where possible")
    return fates


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}\r", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
