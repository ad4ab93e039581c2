"""Collecting a form: whole or not at all, when it is time, whatever moves meanwhile."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.collected import MemoryCollectedRows
from paysync.core import collect as module
from paysync.core.codes import Code
from paysync.core.collect import CollectReport, collect
from paysync.core.collection import Collection, key_of
from paysync.core.diagnosis import Diagnosis
from paysync.core.outcomes import DefinitelyNot
from paysync.core.times import Instant
from unit.core.collecting import ACCOUNTS, Form, Reading, account

DOWN = DefinitelyNot(Diagnosis.of(Code.ERP_UNREACHABLE, operation="ExecuteBillQuery", vendor="-"), transient=True)


@pytest.fixture
def reading() -> Reading:
    """Five accounts, two on a page."""
    return Reading(Form({number: account(f"62{number}", org=number % 2 + 1) for number in range(1, 6)}))


def run(reading: Reading, collection: Collection = ACCOUNTS, *, now_whatever: bool = False) -> CollectReport:
    """One run with a quarter of an hour."""
    return collect(reading.ports(collection), deadline=deadline(reading), now_whatever=now_whatever)


def deadline(reading: Reading) -> Instant:
    """Far enough away."""
    return reading.clock.now() + timedelta(minutes=15)


def numbers(reading: Reading, **values: str) -> list[object]:
    """Which accounts these values find."""
    key = key_of(values)
    found = reading.kept.find(ACCOUNTS.name, [key])
    return [row["FNumber"] for row in found.rows.get(key, ())] if found else []


def test_every_row_is_found_by_each_of_its_keys(reading: Reading) -> None:
    """By its number, whatever the case and trailing blanks, and by its organisation among its like."""
    reading.form.rows[9] = account("ab9", org=1)
    assert run(reading) == CollectReport("bank-accounts", generation=1, rows=6)
    assert numbers(reading, FNumber="623") == ["623"]
    assert numbers(reading, FNumber="AB9 ") == ["ab9"]
    assert numbers(reading, **{"FUseOrgId.FNumber": "1"}) == ["622", "624", "ab9"]
    assert numbers(reading, FNumber="999") == []
    assert reading.journal.counts["CollectedRows"] == 6


def test_only_an_empty_page_is_the_end(reading: Reading) -> None:
    """A short page may have been cut in silence."""
    reading.form.page_rows = 1
    run(reading)
    assert reading.form.asked == [0, 1, 2, 3, 4, 5]


def test_a_row_that_goes_while_it_is_read_hides_no_other_one(reading: Reading) -> None:
    """Pages go on from the last id, not from a count of rows."""

    def meanwhile(form: Form) -> None:
        form.rows.pop(len(form.asked), None)

    reading.form.meanwhile = meanwhile
    run(reading)
    assert numbers(reading, FNumber="623") == ["623"]
    assert numbers(reading, FNumber="625") == ["625"]


def test_it_is_read_again_when_it_is_time(reading: Reading) -> None:
    """Not before `every` is over, unless somebody asks for just this collection, or its file has changed."""
    run(reading)
    assert run(reading) == CollectReport("bank-accounts", due=False, generation=1, rows=5)
    assert run(reading, now_whatever=True).generation == 2
    assert run(reading, replace(ACCOUNTS, version="2+abc")).generation == 3
    reading.clock.advance(ACCOUNTS.every)
    assert run(reading).generation == 4


def test_a_failure_leaves_what_stood_and_stops_nobody(reading: Reading) -> None:
    """Lookups ask live meanwhile, so it is told and counted; it does not end the run that collects."""
    run(reading)
    reading.form.rows.clear()
    reading.form.failure = DOWN
    reading.clock.advance(ACCOUNTS.every)
    assert run(reading) == CollectReport("bank-accounts", generation=1, rows=5, failed=DOWN.diagnosis)
    assert numbers(reading, FNumber="623") == ["623"]
    assert reading.journal.counts["CollectionFailed"] == 1


def test_without_time_for_all_of_it_nothing_is_kept(reading: Reading) -> None:
    """Half a reading would make half of the accounts unknown."""
    reading.form.meanwhile = lambda _: reading.clock.advance(timedelta(minutes=6))
    report = run(reading)
    assert report.failed is not None
    assert (report.failed.code, report.generation) == (Code.COLLECTION_NO_TIME, 0)
    assert reading.kept.current(ACCOUNTS.name) is None


def test_what_does_not_fit_is_not_kept(reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    """A form without end does not fill the function's memory."""
    monkeypatch.setattr(module, "MOST_ROWS", 3)
    report = run(reading)
    assert report.failed is not None
    assert report.failed.code is Code.COLLECTION_TOO_LARGE


def test_a_key_that_very_many_rows_share_finds_nothing(reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked live: an item of the table has a limit. Other keys of these rows stay."""
    monkeypatch.setattr(module, "_MOST_OF_A_KEY", 2)
    run(reading)
    assert numbers(reading, **{"FUseOrgId.FNumber": "2"}) == []
    assert numbers(reading, **{"FUseOrgId.FNumber": "1"}) == ["622", "624"]
    assert numbers(reading, FNumber="621") == ["621"]


def test_of_two_runs_the_quicker_one_is_kept(reading: Reading) -> None:
    """The slower one reports what stands."""
    kept = reading.kept

    class Slow(MemoryCollectedRows):
        def replace(self, *given: object) -> bool:
            """Another run has been there."""
            del given
            return False

        def current(self, collection: str) -> object:  # type: ignore[override]  # the other run's
            return kept.current(collection)

    run(reading)
    reading.clock.advance(ACCOUNTS.every)
    reading.kept = Slow()
    assert run(reading).generation == 1
