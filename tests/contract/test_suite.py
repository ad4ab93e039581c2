"""The suite bites: for each promise there is a connector that breaks just that, and fails."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from contract import source, target, wrong
from contract.source import SOURCE_PROMISES, SourcePromise
from contract.target import TARGET_PROMISES, TargetPromise
from simulators.common.running import RunningSimulator

pytestmark = pytest.mark.wire

WRONG_SOURCES: Final[Mapping[SourcePromise, Callable[..., Any]]] = {
    source.the_window_ends_where_it_is_said_to: wrong.no_end,
    source.two_windows_side_by_side_lose_nothing: wrong.short_start,
    source.every_row_is_read_once_under_every_reading: wrong.drops_a_row,
    source.rows_that_move_the_pages_lose_nothing: wrong.drops_a_row,
    source.an_empty_window_is_an_empty_page: wrong.never_empty,
    source.an_answer_that_is_none_is_never_no_rows: wrong.none_for_failure,
    source.null_is_told_from_an_empty_list: wrong.none_for_failure,
    source.amounts_stay_what_was_written: wrong.floats,
    source.trouble_that_passes_is_got_over: wrong.drops_a_row,
    source.throttling_is_transient: wrong.permanent,
    source.wrong_credentials_are_told_as_such: wrong.nobody_is_told,
    source.no_secret_is_told: wrong.talkative,
}
WRONG_TARGETS: Final[Mapping[TargetPromise, type[wrong.WrongTarget]]] = {
    target.making_makes_one_document: wrong.AlwaysTwice,
    target.a_refusal_is_definite_and_makes_nothing: wrong.RefusalIsUnknown,
    target.an_answer_that_proves_nothing_is_unknown: wrong.TimeoutIsNo,
    target.throttling_a_write_is_never_taken_for_done: wrong.EverythingIsDone,
    target.wrong_credentials_reject_nothing: wrong.RejectsOnCredentials,
    target.a_document_is_found_after_its_answer_was_lost: wrong.FindsForEverybody,
    target.a_question_that_failed_is_never_none_found: wrong.FindsNothing,
    target.a_document_is_read_by_its_id: wrong.ForgetsNumbers,
    target.a_reading_that_failed_is_never_gone: wrong.FailureIsGone,
    target.trouble_of_a_read_that_passes_is_got_over: wrong.GivesUpAtOnce,
    target.no_secret_is_told: wrong.Talkative,
}
OF_STEPS: Final = target.each_step_moves_the_document_and_judges_each_by_itself
"""Only K3Cloud has steps; its wrong answers are those of tests/wire/test_k3cloud_faults.py."""


def test_every_promise_has_a_connector_that_breaks_it() -> None:
    """A promise that nothing can break promises nothing."""
    assert WRONG_SOURCES.keys() == set(SOURCE_PROMISES)
    assert WRONG_TARGETS.keys() | {OF_STEPS} == set(TARGET_PROMISES)


@pytest.mark.parametrize("promise", WRONG_SOURCES, ids=lambda promise: promise.__name__)
def test_a_wrong_source_is_told(jsonapi: RunningSimulator, promise: SourcePromise) -> None:
    """The promise fails on a source that breaks it."""
    bench = wrong.WrongSourceBench(jsonapi, WRONG_SOURCES[promise])
    try:
        with pytest.raises(AssertionError):
            promise(bench)
    finally:
        bench.close()


@pytest.mark.parametrize("promise", WRONG_TARGETS, ids=lambda promise: promise.__name__)
def test_a_wrong_target_is_told(jsonapi: RunningSimulator, promise: TargetPromise) -> None:
    """The promise fails on a target that breaks it."""
    bench = wrong.WrongTargetBench(jsonapi, WRONG_TARGETS[promise])
    try:
        with pytest.raises(AssertionError):
            promise(bench)
    finally:
        bench.close()


@pytest.mark.parametrize("kind", [wrong.MakesTwice, wrong.EverythingIsDone])
def test_what_is_lost_must_neither_be_sent_again_nor_called_done(
    jsonapi: RunningSimulator, kind: type[wrong.WrongTarget]
) -> None:
    """The two ways in which money is doubled or lost."""
    bench = wrong.WrongTargetBench(jsonapi, kind)
    try:
        with pytest.raises(AssertionError):
            target.an_answer_that_proves_nothing_is_unknown(bench)
    finally:
        bench.close()


@pytest.mark.parametrize("promise", [target.a_reading_that_failed_is_never_gone])
def test_a_read_that_is_tried_for_ever_is_told(jsonapi: RunningSimulator, promise: TargetPromise) -> None:
    """Three tries, not six."""
    bench = wrong.WrongTargetBench(jsonapi, wrong.AsksForEver)
    try:
        with pytest.raises(AssertionError):
            promise(bench)
    finally:
        bench.close()
