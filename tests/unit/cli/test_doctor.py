"""`paysync doctor`: what was looked at, what was found, and what to do, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.journal import MemoryJournal
from paysync.bootstrap import Operator
from paysync.core.check import CheckPorts
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.inspection import Check, Sample, finding, sound, unseen
from paysync.core.outcomes import DefinitelyNot, Done, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from unit.cli.conftest import Run

LACKS = Diagnosis.of(Code.CHECK_FIELD, form="AP_PAYBILL", fields="FTHIRDBILLNO")
RIGHTS = Diagnosis.of(Code.CHECK_NO_RIGHTS, form="AP_PAYBILL")
DOWN = DefinitelyNot(Diagnosis.of(Code.ERP_UNREACHABLE, operation="ExecuteBillQuery", vendor="-"), transient=True)


class Looks:
    """A look that shows what it was told."""

    def __init__(self, outcome: Outcome[Sequence[Check]]) -> None:
        self._outcome = outcome

    def inspect(self, sample: Sample) -> Outcome[Sequence[Check]]:
        """`core.inspection.Inspector`."""
        del sample
        return self._outcome


@pytest.fixture
def shows(stand: object, monkeypatch: pytest.MonkeyPatch) -> Looks:
    """What the next doctor sees: two sound things, a finding, and one that cannot be seen."""
    del stand
    checks = [sound("fields of CN_PAYAPPLY"), unseen("rights to write", RIGHTS), finding("fields of AP_PAYBILL", LACKS)]
    looks = Looks(Done(checks))

    def ports(self: Operator, name: str) -> CheckPorts:
        return CheckPorts(self.scheme(name), self.ledger, looks, self.clock, MemoryJournal())

    monkeypatch.setattr(Operator, "check_ports", ports)
    return looks


@pytest.mark.usefixtures("shows")
def test_findings_come_first_with_what_to_do(run: Run) -> None:
    """In both languages; the command ends with 1, so that a script notices."""
    answer = run("doctor")
    assert answer.code == 1
    assert answer.out.index("finding") < answer.out.index("not checkable") < answer.out.index("sound")
    for said in (LACKS.problem("en"), "Restore the field", LACKS.problem("zh"), "恢复该字段"):
        assert said in answer.out
    assert "1 findings" in answer.out


@pytest.mark.usefixtures("shows")
def test_a_machine_reads_the_same(run: Run) -> None:
    """By scheme: findings apart from the rest."""
    (document,) = run("doctor", "--json").documents
    told = document["paid-to-paybill"]
    assert [(one["what"], one["why"]["code"]) for one in told["findings"]] == [("fields of AP_PAYBILL", "check.field")]
    assert {one["what"]: one["result"] for one in told["checked"]} == {
        "fields of CN_PAYAPPLY": "sound",
        "rights to write": "unseen",
    }


def test_nothing_found_ends_with_0(shows: Looks, run: Run) -> None:
    """What cannot be seen is no finding."""
    shows._outcome = Done([sound("fields of CN_PAYAPPLY"), unseen("rights to write", RIGHTS)])
    answer = run("doctor")
    assert (answer.code, "nothing found" in answer.out) == (0, True)


def test_a_tenant_that_cannot_be_asked_is_told_as_that(shows: Looks, run: Run) -> None:
    """The look has failed; nothing was found by it, and nothing excluded."""
    shows._outcome = DOWN
    answer = run("doctor")
    assert answer.code == 1
    assert answer.out == ""
    assert "erp.unreachable" in answer.err
