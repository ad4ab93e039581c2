"""A soak that was broken off: what is finished is not run again, what failed is, and other code begins anew."""

import importlib
import sys
from collections import Counter
from pathlib import Path

import pytest
from kept import Kept, loaded_code

from simulation.faults import Fault
from simulation.soaking import Tally, of_guards, of_pairs

PAIR = ("one_payment", {3: Fault.SLOW})
GUARD = ("the_fence", "two write at once", "I1 (run 7)")


def _tally() -> Tally:
    tally = Tally("two faults, one_payment", runs=3, calls=99, seconds=0.25)
    tally.struck.update({"SLOW": 3, "CRASH_BEFORE": 2})
    tally.ends["DONE"] = 3
    return tally


def test_what_is_finished_is_known_to_the_next_sitting_with_all_its_counts(tmp_path: Path) -> None:
    Kept(tmp_path, "a").keep(of_pairs, PAIR, _tally())
    Kept(tmp_path, "a").keep(of_guards, (0,), GUARD)

    again = Kept(tmp_path, "a")

    assert len(again) == 2
    assert again.get(of_pairs, PAIR) == _tally()
    assert again.get(of_guards, (0,)) == GUARD
    found = again.get(of_pairs, PAIR)
    assert isinstance(found, Tally)
    assert isinstance(found.broken, Counter)


def test_another_piece_and_other_code_are_not_finished(tmp_path: Path) -> None:
    Kept(tmp_path, "a").keep(of_pairs, PAIR, _tally())

    assert Kept(tmp_path, "a").get(of_pairs, ("one_payment", {3: Fault.CRASH_BEFORE})) is None
    assert Kept(tmp_path, "b").get(of_pairs, PAIR) is None


def test_what_failed_is_run_again_so_that_it_is_seen_again(tmp_path: Path) -> None:
    failed = _tally()
    failed.failures.append("I1: two bills")
    Kept(tmp_path, "a").keep(of_pairs, PAIR, failed)
    Kept(tmp_path, "a").keep(of_guards, (0,), ("the_fence", "two write at once", ""))

    assert len(Kept(tmp_path, "a")) == 0


def test_a_line_that_was_cut_off_loses_only_its_own_piece(tmp_path: Path) -> None:
    kept = Kept(tmp_path, "a")
    kept.keep(of_guards, (0,), GUARD)
    kept.keep(of_pairs, PAIR, _tally())
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-20])

    again = Kept(tmp_path, "a")
    assert again.get(of_guards, (0,)) == GUARD
    assert again.get(of_pairs, PAIR) is None

    again.keep(of_pairs, PAIR, _tally())
    assert Kept(tmp_path, "a").get(of_pairs, PAIR) == _tally()


def test_a_change_of_any_loaded_module_of_ours_is_other_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module, beside = tmp_path / "tests" / "only_here.py", tmp_path / "tests" / "never_loaded.py"
    module.parent.mkdir()
    module.write_text("LIMIT = 3\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(module.parent))
    importlib.import_module("only_here")
    before = loaded_code(tmp_path)

    beside.write_text("LIMIT = 3\n", encoding="utf-8")
    assert loaded_code(tmp_path) == before

    module.write_text("LIMIT = 4\n", encoding="utf-8")
    assert loaded_code(tmp_path) != before
    sys.modules.pop("only_here")
