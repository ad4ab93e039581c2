"""What K3Cloud's answers mean for a payment: every judgement on baseline, source document, amount and doubt."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import builders as b
from fakes.system import START
from paysync.core.bills import Bill, BillHead, BillStatus, SourceDocument
from paysync.core.codes import Code
from paysync.core.judge import (
    Clear,
    Doubtful,
    NothingYet,
    Ours,
    Refusal,
    adoptable,
    amount_of,
    baseline_of,
    document_of,
    doubt_of,
    open_amount,
)
from paysync.core.keys import PaymentKey, SourceKey
from paysync.core.records import Facts, Intent, Row

PLAIN: Final = b.row()
OURS: Final = PLAIN.key
OTHERS: Final = b.key("PAY-2")
ME: Final = "Integration"
_FACTS = PLAIN.payment.facts
assert _FACTS is not None
FACTS: Final[Facts] = _FACTS
DOCUMENT: Final = SourceDocument(SourceKey(b.FORM, "FKSQ-1"), "7", BillStatus.AUDITED, False, "PRE001", Decimal(2000))  # noqa: FBT003 - not voided


def head(
    bill_id: str = "1", *, number: str = "FKD-1", voided: bool = False, reference: str = "", by: tuple[str, ...] = (ME,)
) -> BillHead:
    """A bill of the source."""
    return BillHead(bill_id, number, BillStatus.CREATED, voided, reference, by)


def doubtful(baseline: tuple[str, ...] = (), left: Decimal | None = None, not_ours: tuple[str, ...] = ()) -> Row:
    """A row whose Push was not answered."""
    intent = Intent("t", 1, baseline, left, "7", START)
    return replace(PLAIN, intent=intent, not_ours=not_ours)


def said(verdict: object) -> tuple[type, str, dict[str, str]]:
    """A doubt or a refusal: its kind, its code and its particulars."""
    assert isinstance(verdict, (Doubtful, Refusal))
    return type(verdict), verdict.diagnosis.code, dict(verdict.diagnosis.details)


# ------------------------------------------------------------------------------------------------------------- baseline


def test_nothing_there_is_clear() -> None:
    """The one case in which a Push may be made without a look at anything else."""
    assert baseline_of(PLAIN, [], {}) == Clear(())


def test_bills_of_others_voided_ones_and_those_declared_not_ours_are_the_baseline() -> None:
    """They neither stop the Push nor are adopted, and each of them is remembered."""
    heads = [head("1"), head("2", voided=True), head("3"), head("4", voided=True, reference=OURS.code)]
    row = replace(PLAIN, not_ours=("3",))
    assert baseline_of(row, heads, {"1": OTHERS}) == Clear(("1", "2", "3", "4"))


@pytest.mark.parametrize(
    ("one", "owners"),
    [
        (head("2", reference=OURS.code), {}),
        (head("2", reference=OURS.code), {"2": OURS}),
        (head("2", reference="changed by hand"), {"2": OURS}),
    ],
)
def test_a_bill_with_our_reference_or_our_claim_is_ours(one: BillHead, owners: dict[str, object]) -> None:
    """Whatever else stands there."""
    assert baseline_of(PLAIN, [head("1"), one], {**owners, "1": OTHERS}) == Ours(one)  # type: ignore[dict-item]  # keys


@pytest.mark.parametrize("row", [PLAIN, replace(PLAIN, not_ours=("9",))])
def test_a_bill_of_unknown_origin_stops_the_push(row: Row) -> None:
    """Made by hand, or of an unknown past: a person decides, and is told which and how many."""
    heads = [head("1", reference="by hand"), head("2", number=""), head("3", voided=True), head("4")]
    wanted = {"bill": "FKD-1", "bill_id": "1", "bills": "2"}
    assert said(baseline_of(row, heads, {"4": OTHERS})) == (Doubtful, Code.BILL_FOREIGN, wanted)
    assert said(baseline_of(row, heads[1:2], {}))[2] == {"bill": "2", "bill_id": "2", "bills": "1"}


def test_our_reference_on_a_bill_of_another_payment_makes_it_nobody_s_second_bill() -> None:
    """Nothing is pushed beside it: a person says whether it is this payment's under another scheme's name.

    The claim says whose it is, and a declared stranger is not taken for ours by its reference.
    """
    marked = head("1", reference=OURS.code)
    wanted = {"bill": "FKD-1", "bill_id": "1", "owner": OTHERS.code}
    assert said(baseline_of(PLAIN, [marked], {"1": OTHERS})) == (Doubtful, Code.BILL_CLAIMED, wanted)
    assert said(baseline_of(PLAIN, [replace(marked, number="")], {"1": OTHERS}))[2]["bill"] == "1"
    renamed = PaymentKey("renamed", OURS.code)
    assert said(baseline_of(PLAIN, [marked], {"1": renamed}))[2]["owner"] == f"{OURS.code} --scheme renamed"
    assert baseline_of(PLAIN, [replace(marked, voided=True)], {"1": OTHERS}) == Clear(("1",))
    assert baseline_of(replace(PLAIN, not_ours=("1",)), [marked], {"1": OTHERS}) == Clear(("1",))
    assert baseline_of(replace(PLAIN, not_ours=("1",)), [marked], {}) == Clear(("1",))
    assert baseline_of(replace(PLAIN, not_ours=("1",)), [head("1")], {"1": OURS}) == Clear(("1",))


def test_two_bills_with_our_reference_are_left_to_a_person() -> None:
    """Which of them is to be voided no program decides; a draft is named by its id."""
    heads = [head("1", reference=OURS.code), head("2", number="", reference=OURS.code)]
    assert said(baseline_of(PLAIN, heads, {})) == (Doubtful, Code.DOUBT_SEVERAL, {"bills": "FKD-1, 2"})


# ------------------------------------------------------------------------------------------------- the source document


def test_the_one_audited_document_is_it() -> None:
    """Found once, audited, not voided, in the payment's currency."""
    assert document_of(FACTS, [DOCUMENT], "PRE001") is DOCUMENT


@pytest.mark.parametrize(
    ("documents", "wanted"),
    [
        ([], (Refusal, Code.SOURCE_NOT_FOUND, {"number": "FKSQ-1"})),
        ([DOCUMENT, DOCUMENT], (Doubtful, Code.SOURCE_AMBIGUOUS, {"number": "FKSQ-1", "documents": "2"})),
        ([replace(DOCUMENT, voided=True)], (Refusal, Code.SOURCE_VOIDED, {"number": "FKSQ-1"})),
        ([replace(DOCUMENT, status="B")], (Refusal, Code.SOURCE_NOT_AUDITED, {"number": "FKSQ-1", "status": "B"})),
        (
            [replace(DOCUMENT, currency="PRE007")],
            (Doubtful, Code.PAYMENT_CURRENCY, {"number": "FKSQ-1", "ours": "CNY", "theirs": "PRE007"}),
        ),
    ],
)
def test_any_other_document_is_none_to_push(documents: list[SourceDocument], wanted: object) -> None:
    """With the reason, and what the person who must act has to look for."""
    assert said(document_of(FACTS, documents, "PRE001")) == wanted


def test_what_is_open_is_what_was_applied_for_less_what_was_billed() -> None:
    """To the cent; a tenant that does not say how much leaves it open."""
    assert open_amount(DOCUMENT, []) == Decimal(2000)
    assert open_amount(DOCUMENT, [Decimal("0.01"), Decimal("1000.50")]) == Decimal("999.49")
    assert open_amount(replace(DOCUMENT, applied=None), [Decimal(1)]) is None


@pytest.mark.parametrize("left", [None, Decimal("1234.50"), Decimal("1234.51"), Decimal(9000)])
def test_a_part_of_what_is_open_is_right(left: Decimal | None) -> None:
    """Part payments are the rule, and so is the whole."""
    assert amount_of(FACTS, left) is None


@pytest.mark.parametrize(
    ("left", "code"), [(Decimal("1234.49"), Code.PAYMENT_TOO_LARGE), (Decimal("12.345"), Code.PAYMENT_CENTS)]
)
def test_more_than_is_open_is_wrong(left: Decimal, code: Code) -> None:
    """A hundred times as much is called what it is: cents taken for yuan."""
    why = amount_of(FACTS, left)
    assert why is not None
    assert why.code is code
    assert dict(why.details) == {"number": "FKSQ-1", "amount": "1234.50", "open": f"{left:f}"}


# ---------------------------------------------------------------------------------------------------------------- doubt


def test_nothing_new_is_nothing_yet() -> None:
    """The baseline, what is not ours, what is voided and what belongs to others do not count as this Push's."""
    row = doubtful(("1",), not_ours=("2",))
    heads = [head("1"), head("2"), head("3", voided=True), head("4")]
    assert doubt_of(row, heads, {"4": OTHERS}, ME) == NothingYet()
    assert doubt_of(row, [], {}, ME) == NothingYet()


def test_the_one_new_bill_of_the_integration_user_is_ours() -> None:
    """However the name is spelled; a row without an intent has no baseline."""
    new = head("5", by=("100", "INTEGRATION"))
    assert doubt_of(doubtful(("1",)), [head("1"), new], {}, ME) == Ours(new)
    assert doubt_of(PLAIN, [new], {}, ME) == Ours(new)


@pytest.mark.parametrize(
    ("new", "what", "found"),
    [
        (head("5", reference="PAY-9"), "reference", "PAY-9"),
        (head("5", number="", by=("zhang.san", "7")), "creator", "zhang.san/7"),
        (head("5", by=()), "creator", "?"),
    ],
)
def test_one_new_bill_that_does_not_fit_is_left_to_a_person(new: BillHead, what: str, found: str) -> None:
    """It says which bill and what about it is strange."""
    wanted = {"bill": new.number or new.id, "bill_id": "5", "what": what, "found": found}
    assert said(doubt_of(doubtful(), [new], {}, ME)) == (Doubtful, Code.DOUBT_MISMATCH, wanted)


def test_several_new_bills_are_left_to_a_person() -> None:
    """Also when each of them would fit."""
    assert said(doubt_of(doubtful(), [head("5"), head("6", number="FKD-6")], {}, ME)) == (
        *(Doubtful, Code.DOUBT_SEVERAL),
        {"bills": "FKD-1, FKD-6"},
    )


def test_our_reference_decides_beside_any_other_new_bill() -> None:
    """One of ours is adopted, also from the baseline; two of ours are for a person."""
    marked = head("5", reference=OURS.code, by=("zhang.san",))
    assert doubt_of(doubtful(("5",)), [head("6"), marked], {}, ME) == Ours(marked)
    two = [marked, replace(marked, id="6", number="FKD-6"), head("7")]
    assert said(doubt_of(doubtful(("5", "6")), two, {}, ME)) == (
        Doubtful,
        Code.DOUBT_SEVERAL,
        {"bills": "FKD-1, FKD-6"},
    )


HEADS: Final = st.lists(
    st.builds(
        head,
        st.integers(1, 5).map(str),
        voided=st.booleans(),
        reference=st.sampled_from(["", OURS.code, "PAY-2"]),
        by=st.sampled_from([(ME,), ("zhang.san",)]),
    ),
    max_size=5,
    unique_by=lambda one: one.id,
)
IDS: Final = st.lists(st.integers(1, 5).map(str), max_size=3).map(tuple)
OWNERS: Final = st.dictionaries(st.integers(1, 5).map(str), st.sampled_from([OURS, OTHERS]), max_size=3)


@given(HEADS, OWNERS, IDS, IDS)
def test_no_judgement_takes_what_is_voided_declared_not_ours_or_another_s(
    heads: list[BillHead], owners: dict[str, object], baseline: tuple[str, ...], not_ours: tuple[str, ...]
) -> None:
    """I4, for any bills, claims and declarations; and a Push is cleared only where every live bill is accounted for."""
    row = doubtful(baseline, not_ours=not_ours)
    before = baseline_of(row, heads, owners)  # type: ignore[arg-type]  # keys
    after = doubt_of(row, heads, owners, ME)  # type: ignore[arg-type]  # keys
    for verdict in (before, after):
        if isinstance(verdict, Ours):
            assert not verdict.bill.voided
            assert verdict.bill.id not in not_ours
            assert owners.get(verdict.bill.id, OURS) == OURS
    if isinstance(before, Clear):
        assert before.baseline == tuple(one.id for one in heads)
        assert all(one.voided or one.id in not_ours or owners.get(one.id) == OTHERS for one in heads)


# ------------------------------------------------------------------------------------------------------------- adoption


def bill(reference: str = "", number: str = "FKD-1") -> Bill:
    """A bill in full."""
    return Bill(head("5", reference=reference, number=number), {}, ())


def test_our_own_reference_needs_no_other_proof() -> None:
    """Nobody but paysync writes it."""
    assert adoptable(doubtful(), bill(OURS.code), None, currency_matches=False) is None


@pytest.mark.parametrize("amount", [Decimal("1234.50"), Decimal(2000)])
def test_a_push_makes_the_open_amount_or_the_payment_s_own(amount: Decimal) -> None:
    """Either is possible, nothing else is."""
    assert adoptable(doubtful(left=Decimal(2000)), bill(), amount, currency_matches=True) is None


@pytest.mark.parametrize(
    ("row", "amount", "matches", "what", "found"),
    [
        (doubtful(left=Decimal(2000)), Decimal(2000), False, "currency", "?"),
        (doubtful(left=Decimal(2000)), Decimal("1999.99"), True, "amount", "1999.99"),
        (doubtful(left=None), Decimal(2000), True, "amount", "2000.00"),
        (doubtful(left=None), None, True, "amount", "?"),
        (PLAIN, Decimal(2000), True, "amount", "2000.00"),
    ],
)
def test_what_no_push_of_this_payment_makes_is_not_adopted(
    row: Row,
    amount: Decimal | None,
    matches: bool,  # noqa: FBT001 - a column
    what: str,
    found: str,
) -> None:
    """Another currency, another amount, an amount that nobody knows; the bill is named by its number or its id."""
    for number, name in (("FKD-1", "FKD-1"), ("", "5")):
        why = adoptable(row, bill(number=number), amount, currency_matches=matches)
        assert why is not None
        assert why.code is Code.DOUBT_MISMATCH
        assert dict(why.details) == {"bill": name, "bill_id": "5", "what": what, "found": found}


def test_a_row_without_facts_adopts_only_what_was_open() -> None:
    """The amount of a payment that cannot be read proves nothing."""
    row = replace(doubtful(left=Decimal(7)), payment=replace(PLAIN.payment, facts=None))
    assert adoptable(row, bill(), Decimal(7), currency_matches=True) is None
    assert adoptable(row, bill(), Decimal("1234.50"), currency_matches=True) is not None
