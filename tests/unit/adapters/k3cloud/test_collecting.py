"""Rows of a form for a collection: what is asked, and which answers are no page of it."""

import pytest

from paysync.adapters.k3cloud.collecting import K3CloudRows
from paysync.core.codes import Code
from paysync.core.outcomes import Done, Unknown
from unit.adapters.k3cloud.doubles import Server, server
from unit.core.collecting import ACCOUNTS

REST = ["6222", 100, "100", "A", "C"]


def rows(answers: Server) -> K3CloudRows:
    """The form of a tenant that answers so."""
    return K3CloudRows(answers.client(), ACCOUNTS)


def test_a_page_asks_for_ids_above_the_last_one() -> None:
    """In their order, from the first row on: StartRow would count rows that come and go."""
    tenant = server([[8, *REST], ["11", *REST]])
    outcome = rows(tenant).page(7)
    assert isinstance(outcome, Done)
    assert [number for number, _ in outcome.value] == [8, 11]
    assert outcome.value[0][1]["FNumber"] == "6222"
    asked = tenant.body()["data"]
    assert (asked["FilterString"], asked["OrderString"], asked["StartRow"]) == (
        "FBANKACNTID>7",
        "FBANKACNTID ASC",
        0,
    )


@pytest.mark.parametrize("ids", [(7,), (6,), (9, 8), (9, 9), (None,), ("",), ("A1",), (True,), ("-8",)], ids=repr)
def test_ids_that_do_not_ascend_are_no_page(ids: tuple[object, ...]) -> None:
    """A tenant that ignores filter or order: going on from there would miss rows, or never end."""
    outcome = rows(server([[one, *REST] for one in ids])).page(7)
    assert isinstance(outcome, Unknown)
    assert outcome.diagnosis.code is Code.ERP_UNREADABLE


def test_a_refusal_is_no_empty_page() -> None:
    """An empty page would be the end of the form, and all further accounts would be gone."""
    refusal = {
        "Result": {
            "ResponseStatus": {"IsSuccess": False, "MsgCode": 9, "Errors": [{"Message": "元数据中标识为X的字段不存在"}]}
        }
    }
    outcome = rows(server([[refusal]])).page(0)
    assert not isinstance(outcome, Done)
