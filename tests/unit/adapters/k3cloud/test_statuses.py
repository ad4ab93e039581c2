"""Reading a ResponseStatus: what each odd spelling of the vendor means, and what is believed of none."""

from decimal import Decimal
from typing import Any

import pytest

from paysync.adapters.k3cloud.statuses import (
    UNREADABLE_CODE,
    Block,
    Complaint,
    Entity,
    MalformedError,
    Statuses,
    Traces,
    block_of,
    code_of,
    complaint_of,
    id_of,
    ids_of,
    said,
    statuses_of,
    text_of,
    traces_in,
    truth,
)
from unit.adapters.k3cloud.doubles import entity, error, status


@pytest.mark.parametrize(
    ("value", "means"),
    [
        *((True, True), ("true", True), (" TRUE ", True)),
        *((False, False), ("false", False), ("False\n", False)),
        *((None, None), ("", None), ("yes", None), (1, None), (0, None), ([True], None)),
    ],
)
def test_a_flag_is_a_boolean_or_its_name(value: Any, means: bool | None) -> None:  # noqa: FBT001 - a column
    """Whatever else stands there is neither yes nor no."""
    assert truth(value) is means


@pytest.mark.parametrize(
    ("value", "code"),
    [
        *((None, 0), ("", 0), (0, 0), (11, 11), ("11", 11), (" 11 ", 11), ("-1", -1), (Decimal(11), 11)),
        *(
            (True, UNREADABLE_CODE),
            ("x", UNREADABLE_CODE),
            (False, UNREADABLE_CODE),
            (Decimal("1.5"), UNREADABLE_CODE),
            ([1], UNREADABLE_CODE),
        ),
        ("1" * 19, UNREADABLE_CODE),
    ],
)
def test_a_code_that_is_no_number_is_none_that_is_known(value: Any, code: int) -> None:
    """Nothing is 0; what cannot be read never passes for a code that proves something."""
    assert code_of(value) == code
    assert UNREADABLE_CODE == -1


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), ("", ""), (0, ""), ("0", ""), (" 0 ", ""), (7, "7"), (" 7 ", "7"), ("a-7", "a-7")]
)
def test_an_id_is_text_and_nothing_stands_for_none(value: Any, text: str) -> None:
    """K3Cloud's 0 is no id."""
    assert id_of(value) == text


@pytest.mark.parametrize("value", [True, False, Decimal(7), [7], {"Id": 7}, "a\u0000b", "7" * 201])
def test_an_id_that_cannot_be_asked_for_is_not_believed(value: Any) -> None:
    """Neither a flag nor a fraction, and nothing too long or with a control character in it."""
    with pytest.raises(MalformedError):
        id_of(value)


def test_a_name_may_be_two_hundred_characters_long() -> None:
    """Outer blanks do not count."""
    assert id_of(f" {'7' * 200} ") == "7" * 200
    assert text_of("9" * 200) == "9" * 200
    with pytest.raises(MalformedError):
        text_of("9" * 201)


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        *((None, ()), ("", ()), ([], ()), ("7", ("7",)), ("7, 8,,0", ("7", "8"))),
        *(([7, "8"], ("7", "8")), ([7, None, 0, ""], ("7",))),
    ],
)
def test_ids_come_as_a_list_or_as_one_text(value: Any, ids: tuple[str, ...]) -> None:
    """Without those that stand for none."""
    assert ids_of(value) == ids


@pytest.mark.parametrize("value", [7, {"Id": 7}, True])
def test_ids_in_another_form_are_not_believed(value: Any) -> None:
    """A bare number is no list of ids."""
    with pytest.raises(MalformedError):
        ids_of(value)


@pytest.mark.parametrize(("value", "text"), [(None, ""), (" FKD1 ", "FKD1"), (17, "17"), (Decimal("1.0"), "1.0")])
def test_a_number_of_a_document_is_text(value: Any, text: str) -> None:
    """A number that looks like one is still a name."""
    assert text_of(value) == text


@pytest.mark.parametrize("value", [{"a": 1}, ["FKD1"], "FKD\n1"])
def test_a_number_that_can_be_none_is_not_believed(value: Any) -> None:
    """Neither an object nor a list, nor what cannot be spoken."""
    with pytest.raises(MalformedError):
        text_of(value)


def test_whatever_a_message_holds_is_said() -> None:
    """A strange one must not hide what it says."""
    values: list[Any] = [None, " 不行 ", 7, ["x"]]
    assert [said(value) for value in values] == ["", "不行", "7", "['x']"]


# --------------------------------------------------------------------------------------------------------------- blocks


@pytest.mark.parametrize("value", [None, {}, []])
def test_what_is_empty_is_no_block(value: Any) -> None:
    """Absent, null, an empty object or an empty list."""
    assert block_of(value) is None


def test_a_block_is_read_entry_by_entry() -> None:
    """Flag, code, complaints with index and field, successes with id, number and index."""
    document = status(
        "false",
        code="11",
        errors=[error(" 不行 ", "1", "FDATE"), "也不行 ", {"Message": None}],
        entities=[entity(7, " FKD7 ", 2), {"Id": "8"}],
    )
    assert block_of(document) == Block(
        success=False,
        code=11,
        errors=(Complaint("不行", 1, "FDATE"), Complaint("也不行"), Complaint("")),
        entities=(Entity("7", "FKD7", 2), Entity("8", "")),
    )


@pytest.mark.parametrize(
    ("messages", "boasts"),
    [([], False), ("", False), ([error("")], False), ([error(""), error("成功")], True), (["成功"], True)],
)
def test_a_block_boasts_where_a_success_is_put_in_words(messages: object, boasts: bool) -> None:  # noqa: FBT001 - a column
    """An empty message says nothing."""
    block = block_of(status(success=False, messages=messages))
    assert block is not None
    assert block.boasts is boasts


def test_a_list_of_results_is_one_block() -> None:
    """It is a success only if each is; the failing ones complain, by their message or else by their description."""
    good: Any = {"IsSuccess": "true", "Message": "成功", "SuccessEntitys": [entity(7, "FKD7")]}
    bad: Any = {"IsSuccess": False, "Message": " ", "Description": "反写超额"}
    assert block_of([good]) == Block(True, 0, (), (Entity("7", "FKD7", 0),))  # noqa: FBT003 - the flag
    assert block_of([good, bad]) == Block(
        success=False, code=0, errors=(Complaint("反写超额"),), entities=(Entity("7", "FKD7", 0),)
    )
    unclear = block_of([good, {"Message": "也许"}, bad])
    assert unclear is not None
    assert unclear.success is None
    assert unclear.errors == (Complaint("也许"), Complaint("反写超额"))


@pytest.mark.parametrize(
    "value",
    [
        *(7, "x", True, [7], ["x"], status(errors={"a": 1}), status(errors=[7]), status(entities=["7"])),
        *(status(messages=7), [{"SuccessEntitys": 7}]),
    ],
)
def test_a_block_of_another_shape_is_not_believed(value: Any) -> None:
    """Nor is any part of it."""
    with pytest.raises(MalformedError):
        block_of(value)


def test_both_blocks_of_a_push_are_heard() -> None:
    """How the target was saved comes first; codes that say nothing do not count, and either block may boast."""
    saved, converted = (
        status(success=False, code=11, errors=[error("保存失败")]),
        status(code=0, errors=[error("反写")]),
    )
    both = statuses_of({"ResponseStatus": saved, "ConvertResponseStatus": converted})
    assert [block.success for block in both.blocks] == [False, True]
    assert [one.text for one in both.errors] == ["保存失败", "反写"]
    assert both.codes == (11,)
    assert not both.boasts
    assert not both.names
    listed = {**saved, "SuccessEntitys": [{"BillNo": "FKD1"}]}
    assert statuses_of({"ResponseStatus": saved, "ConvertResponseStatus": listed}).names
    boasting = status(messages=[error("成功")])
    assert statuses_of({"ResponseStatus": saved, "ConvertResponseStatus": boasting}).boasts
    assert statuses_of({"ConvertResponseStatus": boasting}).boasts
    assert statuses_of({}) == Statuses(None, None)
    assert statuses_of({}).blocks == ()


# --------------------------------------------------------------------------------------------------------------- traces


@pytest.mark.parametrize(
    ("document", "traces"),
    [
        ({"Id": 7}, Traces(ids=frozenset({"7"}))),
        ({"FID": "7", "x": [{"ids": "8, 9"}]}, Traces(ids=frozenset({"7", "8", "9"}))),
        ({"IDS": [8, 0]}, Traces(ids=frozenset({"8"}))),
        ({"id": 0, "fid": "", "Number": "", "EntryIds": {}, "other": "7"}, Traces()),
        ({"Number": "FKD1"}, Traces(numbers=frozenset({"FKD1"}))),
        ({"FBillNo": "FKD1", "Numbers": ["FKD2", None]}, Traces(numbers=frozenset({"FKD1", "FKD2"}))),
        ([[{"EntryIds": {"FENTRY": [1]}}]], Traces(entries=True)),
        ({"FEntryId": 3}, Traces(entries=True)),
        ([{"FEntryId": 3}, {"Id": 1}, {"Number": "N"}], Traces(frozenset({"1"}), frozenset({"N"}), entries=True)),
        ("7", Traces()),
        ([], Traces()),
    ],
)
def test_what_an_answer_names_is_found_at_any_depth(document: Any, traces: Traces) -> None:
    """Ids, numbers and entries under any of their names, in any case."""
    assert traces_in(document) == traces
    assert bool(traces) is (traces != Traces())


def test_an_id_or_a_number_that_is_none_spoils_the_answer() -> None:
    """Nothing in it is believed."""
    documents: list[Any] = [{"a": [{"Id": {"b": 1}}]}, {"Id": True}, {"Number": {"b": 1}}, {"Numbers": [["x"]]}]
    for document in documents:
        with pytest.raises(MalformedError):
            traces_in(document)


# ------------------------------------------------------------------------------------------------------- the bare form


def test_a_bare_complaint_is_known_by_its_message() -> None:
    """An object with a message and no Result; anything else is none."""
    assert complaint_of(error("不行", 2, "FDATE")) == Complaint("不行", 2, "FDATE")
    others: list[Any] = [{"Message": None}, {"Message": "x", "Result": {}}, {}, [error()], "不行", None]
    for value in others:
        assert complaint_of(value) is None
