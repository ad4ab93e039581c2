"""A lookup that reads a collection first: what it takes from it, and when it asks the target itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

import pytest

from paysync.core.bills import Cell
from paysync.core.codes import Code
from paysync.core.collect import collect
from paysync.core.collected import found_first
from paysync.core.diagnosis import Diagnosis
from paysync.core.outcomes import DefinitelyNot, Done, Outcome
from paysync.core.ports import LookupKey, Target
from paysync.core.scheme import Collected, Lookup
from unit.adapters.k3cloud.doubles import lookup
from unit.core.collecting import ACCOUNTS, Form, Reading, account

COLLECTED = Collected("bank-accounts", ("FNumber",), timedelta(minutes=30))
LOOKUP = lookup(collected=COLLECTED)
LIVE: Sequence[Cell] = ("live",)
DOWN = DefinitelyNot(Diagnosis.of(Code.ERP_UNREACHABLE, operation="ExecuteBillQuery", vendor="-"), transient=True)


@dataclass
class Asked:
    """A target that finds the same for all, and remembers what it was asked."""

    asked: list[LookupKey] = field(default_factory=list)
    failure: DefinitelyNot | None = None

    def lookup(self, name: str, asked: Sequence[LookupKey]) -> Outcome[Mapping[LookupKey, Sequence[Cell]]]:
        """`Target.lookup`."""
        assert name == LOOKUP.name
        self.asked += asked
        return self.failure or Done(dict.fromkeys(asked, LIVE))


@dataclass
class Desk:
    """A reading that stands, and a target beside it."""

    reading: Reading
    target: Asked = field(default_factory=Asked)

    def find(self, *numbers: str, by: Lookup = LOOKUP, **how: Any) -> Any:
        """What the lookup finds for each number."""
        asked = [(number,) for number in numbers]
        kept = how.get("kept", self.reading.kept)
        outcome = found_first(kept, cast("Target", self.target), by, asked, self.reading.clock.now())
        if not isinstance(outcome, Done):
            return outcome
        return {key[0]: tuple(found) for key, found in outcome.value.items()}


@pytest.fixture
def desk() -> Desk:
    """One sound account, one that stands twice, a forbidden one, and one in two organisations."""
    rows = [
        account("6222", 100_001),
        account("7000", 1),
        account("7000", 2),
        account("8000", 3, FFORBIDSTATUS="B"),
        account("9000", 5),
        account("9000", 6, FFORBIDSTATUS="B"),
    ]
    reading = Reading(Form(dict(enumerate(rows, start=1))))
    collect(reading.ports(), deadline=reading.clock.now() + timedelta(minutes=15))
    return Desk(reading)


def test_what_is_there_once_is_taken(desk: Desk) -> None:
    """No call; only usable records count; case and trailing blanks do not."""
    assert desk.find("6222", "9000 ") == {"6222": (100_001,), "9000 ": (5,)}
    assert desk.target.asked == []


@pytest.mark.parametrize("number", ["new", "7000", "8000", " ", ""])
def test_what_is_not_there_exactly_once_is_asked(desk: Desk, number: str) -> None:
    """None and several are no verdict of a copy: a new account is never unknown, an old one never parks."""
    assert desk.find("6222", number) == {"6222": (100_001,), number: LIVE}
    assert desk.target.asked == [(number,)]


def test_an_old_reading_is_not_believed(desk: Desk) -> None:
    """To the end of `max_age` and no longer: so long may it be wrong about an account that has moved."""
    desk.reading.clock.advance(COLLECTED.max_age)
    assert desk.find("6222") == {"6222": (100_001,)}
    desk.reading.clock.advance(timedelta(milliseconds=1))
    assert desk.find("6222") == {"6222": LIVE}


def test_without_a_collection_all_is_asked(desk: Desk) -> None:
    """A lookup in a form, a stack that collects nothing, a collection that was never read."""
    other = replace(LOOKUP, collected=replace(COLLECTED, name="other"))
    assert desk.find("6222", by=lookup()) == {"6222": LIVE}
    assert desk.find("6222", by=other) == {"6222": LIVE}
    assert desk.find("6222", kept=None) == {"6222": LIVE}
    assert len(desk.target.asked) == 3


def test_a_field_that_the_reading_lacks_is_no_answer(desk: Desk) -> None:
    """As after a deployment of a file with more fields, until the next reading: find, where, usable."""
    for changed in (
        {"find": "FBANKID"},
        {"where": (*LOOKUP.where, ("FBANKID", LOOKUP.where[0][1]))},
        {"usable": (("FIsCancel", ("false",)),)},
    ):
        by = replace(LOOKUP, **changed)
        key = ("6222",) * len(by.where)
        found = found_first(desk.reading.kept, cast("Target", desk.target), by, [key], desk.reading.clock.now())
        assert found == Done({key: LIVE})


def test_further_conditions_narrow_what_a_key_finds(desk: Desk) -> None:
    """`by` finds the rows, every other field of `where` is compared."""
    by = replace(LOOKUP, find="FNumber", where=(("FUseOrgId.FNumber", LOOKUP.where[0][1]), LOOKUP.where[0]))
    by = replace(by, collected=replace(COLLECTED, by=("FUseOrgId.FNumber",)))
    asked = [("1", "7000"), ("2", "6222")]
    found = found_first(desk.reading.kept, cast("Target", desk.target), by, asked, desk.reading.clock.now())
    assert found == Done({("1", "7000"): ("7000",), ("2", "6222"): LIVE})


def test_a_target_that_cannot_be_asked_fails_the_whole(desk: Desk) -> None:
    """What the collection knows goes on with the next delivery; the promise of `lookup` is one outcome for all."""
    desk.target.failure = DOWN
    assert desk.find("6222", "new") == DOWN
    assert desk.find("6222") == {"6222": (100_001,)}


def test_every_shipped_collection_has_what_the_tests_assume() -> None:
    """The example above is the shipped file's: its form, its key, its ways of finding."""
    from paysync.schemes.collections.load import collection

    shipped = collection("bank-accounts")
    assert (shipped.form, shipped.key, shipped.by) == (ACCOUNTS.form, ACCOUNTS.key, ACCOUNTS.by)
    assert set(ACCOUNTS.fields) <= set(shipped.fields)
    assert shipped.max_age > 2 * shipped.every
