"""Which bills exist: rows matched again to who asked, ways of asking that must agree, rows that nobody asked for."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from paysync.adapters.k3cloud.existing import Findings, UntrustedError, Way, agreed, ways_of
from paysync.adapters.k3cloud.forms import Forms
from paysync.adapters.k3cloud.queries import Line
from paysync.core.bills import Inquiry
from paysync.core.errors import DefectError
from paysync.core.keys import PaymentKey
from paysync.core.scheme import Strategy
from unit.adapters.k3cloud.doubles import inquiry, target_part

LINK = "FPAYBILLSRCENTRY_Link_FSBillId"
TABLE = "FPAYBILLSRCENTRY_Link_FSTableName"
ONE = inquiry()
TWO = inquiry("PAY-2", "FKSQ2", "100502")


def line(**cells: Any) -> Line:
    """A row of a bill that was pushed from the first application."""
    usual: dict[str, Any] = {
        "FID": 7,
        "FBillNo": "FKD7",
        "FDocumentStatus": "A",
        "FCancelStatus": "A",
        "FTHIRDBILLNO": "",
        "FSRCBILLNO": "FKSQ1",
        "FSOURCETYPE": "CN_PAYAPPLY",
        LINK: 100_501,
    }
    return Line({**usual, **cells})


def found(*lines: Line, asked: tuple[Inquiry, ...] = (ONE, TWO), **part: Any) -> dict[str, list[str]]:
    """Payment → ids of its bills, by the strategy's first way of asking."""
    options = part.pop("options", {})
    way = ways_of(target_part(**part), Forms(**options))[0]
    heads = agreed(asked, {way.way: way.findings(asked, lines)})
    return {payment.code: [head.id for head in bills] for payment, bills in heads.items()}


def test_a_bill_belongs_to_whose_source_it_is_linked_to() -> None:
    """Once, however many of its rows come."""
    assert found(line(), line(), line(FID=8, **{LINK: "100502"})) == {"PAY-1": ["7"], "PAY-2": ["8"]}


def referenced(*lines: Line) -> Findings:
    """By the question about our reference alone."""
    way = ways_of(target_part(), Forms())[-1]
    return way.findings((ONE, TWO), lines)


def test_a_bill_belongs_to_whose_reference_it_carries_too() -> None:
    """Whatever it is linked to; asked by a question of its own, which joins no entry."""
    linked, by_reference = ways_of(target_part(), Forms())
    query = by_reference.query((ONE, TWO), creators=True)
    assert query
    assert query.where == "FTHIRDBILLNO in ('PAY-1','PAY-2')"
    assert not any("SRC" in key for key in query.columns)
    without_rows = Line(
        {key: cell for key, cell in line(FID=8, FTHIRDBILLNO="pay-2 ").cells.items() if "SRC" not in key}
    )
    heads = agreed(
        (ONE, TWO), {Way.LINK: linked.findings((ONE, TWO), [line()]), Way.REFERENCE: referenced(without_rows)}
    )
    assert {key.code: [head.id for head in bills] for key, bills in heads.items()} == {"PAY-1": ["7"], "PAY-2": ["8"]}
    with pytest.raises(UntrustedError, match="FKD7"):
        referenced(line(FTHIRDBILLNO="PAY-3"))


def test_a_bill_that_nobody_asked_for_makes_the_answer_worthless() -> None:
    """The filter was broader than it should have been: then nothing is certain."""
    with pytest.raises(UntrustedError, match="FKD7"):
        found(line(**{LINK: 9}))
    with pytest.raises(UntrustedError, match="7"):
        found(line(FBillNo="", FTHIRDBILLNO="PAY-3", **{LINK: None}))


def test_a_link_from_another_form_s_document_proves_nothing() -> None:
    """Its id may be equal by chance: neither a bill of ours nor none, until the link's table is asked for."""
    foreign = line(FSOURCETYPE="AP_Payable", FSRCBILLNO="AP1")
    with pytest.raises(UntrustedError, match=r"AP_Payable; .*link_table"):
        found(foreign)
    assert found(line(FSOURCETYPE="")) == {"PAY-1": ["7"], "PAY-2": []}
    told = Line({**foreign.cells, TABLE: "T_AP_PAYABLEPLAN"})
    assert found(told, options={"link_table": TABLE}) == {"PAY-1": [], "PAY-2": []}


def test_the_number_does_not_count_where_the_link_is_asked() -> None:
    """FSRCBILLNO may hold another number on this tenant."""
    assert found(line(FSRCBILLNO="AP1")) == {"PAY-1": ["7"], "PAY-2": []}
    with pytest.raises(UntrustedError):
        found(line(**{LINK: 9}))


def test_by_number_means_number_and_form() -> None:
    """As the collation compares them; another form's document of that number is another document."""
    by_number: dict[str, Any] = {"strategy": Strategy.NUMBER}
    assert found(line(FSRCBILLNO="fksq1 ", **{LINK: None}), **by_number) == {"PAY-1": ["7"], "PAY-2": []}
    with pytest.raises(UntrustedError):
        found(line(FSOURCETYPE="AP_PAYABLE"), **by_number)


@pytest.mark.parametrize("source_id", ["", "0"])
def test_without_an_id_the_link_cannot_be_asked(source_id: str) -> None:
    """Then the number is, and an empty link is nobody's."""
    lost = replace(ONE, source_id=source_id)
    assert found(line(**{LINK: source_id}), asked=(lost,)) == {"PAY-1": ["7"]}
    with pytest.raises(UntrustedError):
        found(line(FSRCBILLNO="FKSQ9", **{LINK: source_id}), asked=(lost,))
    query = ways_of(target_part(), Forms())[0].query([lost, TWO], creators=False)
    assert query
    assert query.where == (f"({LINK} in (100502)) or ((FSRCBILLNO in ('FKSQ1')) and (FSOURCETYPE='CN_PAYAPPLY'))")


def test_a_link_into_another_table_is_another_documents() -> None:
    """Ids of different forms may be equal by chance; where the table is asked for, that row is left out in peace."""
    options = {"link_table": TABLE}
    assert found(line(**{TABLE: "t_cn_payapplyentry"}), options=options) == {"PAY-1": ["7"], "PAY-2": []}
    assert found(line(**{TABLE: "T_AP_PAYABLE"}), options=options) == {"PAY-1": [], "PAY-2": []}
    assert found(line(**{TABLE: None}), options=options) == {"PAY-1": ["7"], "PAY-2": []}
    with pytest.raises(UntrustedError):
        found(line(**{TABLE: "T_AP_PAYABLE", LINK: 9}), options=options)


def test_a_scheme_without_a_source_finds_by_reference_alone() -> None:
    """Neither link nor number is asked for, nor any join."""
    plain = Inquiry(PaymentKey("sim", "PAY-1"), "PAY-1", None, "")
    part = target_part(source_form="")
    [way] = ways_of(part, Forms())
    query = way.query([plain], creators=True)
    assert query
    assert query.where == "FTHIRDBILLNO in ('PAY-1')"
    assert not any("SRC" in key for key in query.columns)
    assert query.columns[-2:] == ("FCREATORID", "FCREATORID.FName")
    lines = [line(FTHIRDBILLNO="PAY-1", **{LINK: 100_501})]
    assert [head.id for head in agreed([plain], {way.way: way.findings([plain], lines)})[plain.payment]] == ["7"]
    with pytest.raises(UntrustedError):
        way.findings([plain], [line()])


def test_a_scheme_that_could_not_find_its_bills_is_a_defect() -> None:
    """Neither a source form nor a field for our reference."""
    assert ways_of(target_part(source_form="", reference_field=""), Forms()) == ()
    with pytest.raises(DefectError):
        agreed([Inquiry(PaymentKey("sim", "PAY-1"), "PAY-1", None, "")], {})


def both(linked: list[Line], numbered: list[Line], referenced: Sequence[Line] = ()) -> list[str]:
    """What the strategy `both` concludes for the first payment."""
    ways = ways_of(target_part(strategy=Strategy.BOTH), Forms())
    asked = (ONE,)
    findings = {
        way.way: way.findings(asked, lines) for way, lines in zip(ways, (linked, numbered, referenced), strict=True)
    }
    return [head.id for head in agreed(asked, findings)[ONE.payment]]


def test_two_ways_that_agree_are_believed() -> None:
    """Also about nothing, and voided bills may be missing from either."""
    assert both([line()], [line(**{LINK: None})]) == ["7"]
    assert both([], []) == []
    assert both([line(), line(FID=8, FCancelStatus="B")], [line()]) == ["7", "8"]


def test_ours_may_be_missing_from_one_way() -> None:
    """A bill found by our reference only is no disagreement about the source."""
    ours = line(FTHIRDBILLNO="PAY-1", FSRCBILLNO="X", **{LINK: 9})
    assert both([], [], [ours]) == ["7"]


@pytest.mark.parametrize(
    ("linked", "numbered"),
    [([line()], []), ([], [line()]), ([line()], [line(FID=8)]), ([line()], [line(), line(FID=8)])],
)
def test_two_ways_that_disagree_are_not(linked: list[Line], numbered: list[Line]) -> None:
    """Whichever of them has the bill that the other has not."""
    with pytest.raises(UntrustedError, match="link and number disagree"):
        both(linked, numbered)
