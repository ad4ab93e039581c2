"""`paysync doctor`: what was looked at, what was found, and what to do, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from fakes.journal import MemoryJournal
from paysync.bootstrap import Operator
from paysync.core.check import CheckPorts
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.inspection import Check, Sample, finding, sound, unseen
from paysync.core.outcomes import DefinitelyNot, Done, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paysync.core.ports import SourcePage
    from paysync.core.times import Window
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


@dataclass(frozen=True)
class Page:
    """`core.ports.SourcePage`."""

    rows: Sequence[Mapping[str, Any]]
    total: int | None = None


class Pages:
    """A tenant's paid list, two rows a page, by one reading of its page number."""

    def __init__(self, pages: Mapping[int, Sequence[str]] | None) -> None:
        self._pages = pages
        self.windows: list[Window] = []

    def page(self, window: Window, number: int) -> Outcome[SourcePage]:
        """`core.ports.Source`; a page that is not there is empty, and without any nobody answers."""
        self.windows.append(window)
        if self._pages is None:
            return DefinitelyNot(Diagnosis.of(Code.MAYCUR_UNREACHABLE, vendor="-"), transient=True)
        return Done(Page([{"paymentBizCode": code} for code in self._pages.get(number, ())]))


FROM_1 = {1: ("P1", "P2"), 2: ("P3", "P4")}


def probing(monkeypatch: pytest.MonkeyPatch, pages: Mapping[int, Sequence[str]] | None) -> Pages:
    """The next probe sees these."""
    source = Pages(pages)
    monkeypatch.setattr(Operator, "probe_source", lambda _operator, _name: source)
    return source


@pytest.mark.usefixtures("stand")
def test_the_probe_says_what_to_set(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdict, the pages that led to it, and the line for the scheme; 0, for a script."""
    source = probing(monkeypatch, FROM_1)
    answer = run("doctor", "--paging", "--from", "2025-01-01", "--to", "2025-01-02")
    assert answer.code == 0
    written = "set `source.paging: page_1` in the scheme paid-to-paybill"
    for said in ("paid-to-paybill: window", "page 0: empty", "page 1: P1, P2", "page 2: P3, P4", written):
        assert said in answer.out
    assert len(set(source.windows)) == 1
    (told,) = run("doctor", "--paging", "--json").documents
    assert (told["scheme"], told["paging"], told["why"]) == ("paid-to-paybill", "page_1", "decided")
    assert told["pages"] == [[], ["P1", "P2"], ["P3", "P4"]]
    assert told["failure"] is None


@pytest.mark.usefixtures("stand")
def test_an_undecided_probe_leaves_the_safe_setting(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends with 1 and says what is needed; where nobody answered, why, in both languages."""
    probing(monkeypatch, {1: ("P1",)})
    answer = run("doctor", "--paging")
    assert (answer.code, "`union` stays right" in answer.out) == (1, True)
    probing(monkeypatch, None)
    answer = run("doctor", "--paging")
    assert answer.code == 1
    assert "maycur.unreachable" in answer.out + answer.err
    (told,) = run("doctor", "--paging", "--json").documents
    assert told["failure"]["code"] == "maycur.unreachable"


@pytest.mark.usefixtures("shows")
def test_a_range_without_paging_is_wrong_usage(run: Run) -> None:
    """It would be ignored in silence otherwise."""
    assert run("doctor", "--from", "2025-01-01").code == 2
