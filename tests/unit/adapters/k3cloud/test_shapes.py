"""What comes before any judge of a Push: the HTTP status, what is no JSON, and a lost session in every shape."""

import json

import pytest

from paysync.adapters.k3cloud.making import made_of
from paysync.adapters.k3cloud.replies import Lost, NotSent
from paysync.core.codes import Code
from paysync.core.outcomes import DefinitelyNot, Done, Unknown
from unit.adapters.k3cloud.doubles import PUSH, entity, error, refusal, result, status
from unit.adapters.k3cloud.pushes import GOOD, judged, verdict


@pytest.mark.parametrize(
    "document",
    [
        [[refusal(1, "会话信息已丢失，请重新登录")]],
        [refusal(1)],
        [error("会话信息已丢失，请重新登录")],
        error("ctx == null"),
        error("未登录"),
    ],
    ids=range(5),
)
def test_a_lost_session_is_one_in_every_shape(document: object) -> None:
    """The one refusal that is believed outside a proper Result: nothing was executed."""
    assert verdict(document) == (DefinitelyNot, Code.ERP_CREDENTIALS)


@pytest.mark.parametrize(
    "document",
    [
        [[refusal(11, "没有可下推的数据")]],
        [error("没有可下推的数据")],
        [refusal(1), GOOD],
        [error("会话信息已丢失，请重新登录"), error("保存成功")],
        result(status(success=False, code=1, entities=[entity()])),
        result(status(success=False, code=11, entities=[{"Id": "", "Number": ""}])),
        result(status(success=False, code=11, entities=[{"BillNo": "FKD1"}])),
    ],
    ids=range(7),
)
def test_no_other_refusal_is_believed_in_another_shape(document: object) -> None:
    """Nor a lost session that does not stand alone."""
    assert isinstance(judged(document), Unknown)


@pytest.mark.parametrize(
    ("http", "body", "wanted"),
    [
        (401, "", (DefinitelyNot, Code.ERP_CREDENTIALS)),
        (403, "N001 no login", (DefinitelyNot, Code.ERP_CREDENTIALS)),
        (403, "<html>N0012</html>", (Unknown, Code.ERP_SERVER)),
        (500, "Fail to verify thirty passport", (DefinitelyNot, Code.ERP_DATA_CENTRE)),
        (500, "Fail to verify thirty passport" + " " * 2_000, (Unknown, Code.ERP_SERVER)),
        (500, "", (Unknown, Code.ERP_SERVER)),
        (502, "<html>", (Unknown, Code.ERP_SERVER)),
        (403, "The request is not from API GateWay", (DefinitelyNot, Code.ERP_GATEWAY)),
        (519, '{"errcode":4006,"description":"stale"}', (DefinitelyNot, Code.ERP_GATEWAY)),
        (519, '{"errcode":"5001"}', (DefinitelyNot, Code.ERP_GATEWAY)),
        (519, '{"errcode":5003,"description":"backend timeout"}', (Unknown, Code.ERP_SERVER)),
        (519, '{"errcode":0}', (Unknown, Code.ERP_SERVER)),
        (519, "[]", (Unknown, Code.ERP_SERVER)),
        (519, "<html>", (Unknown, Code.ERP_SERVER)),
        (500, json.dumps(GOOD), (Unknown, Code.ERP_SERVER)),
        (500, json.dumps(refusal(11)), (Unknown, Code.ERP_SERVER)),
        (206, json.dumps(GOOD), (Done, None)),
        (201, json.dumps(GOOD), (Unknown, Code.ERP_SERVER)),
    ],
    ids=range(18),
)
def test_the_http_status_comes_first(http: int, body: str, wanted: tuple[type, Code | None]) -> None:
    """Only what is refused at the door is a no; a body is read as an answer with 200 and 206 alone."""
    assert verdict(body, http) == wanted


def test_a_stale_stamp_may_be_signed_anew() -> None:
    """The old gateway's 4006 is transient, its other codes are not."""
    for errcode, transient in ((4006, True), (4002, False)):
        outcome = judged({"errcode": errcode}, 519)
        assert isinstance(outcome, DefinitelyNot)
        assert outcome.transient is transient


def test_what_never_left_is_a_no_and_what_left_is_unknown() -> None:
    """The two kinds of a missing answer."""
    assert isinstance(made_of(NotSent(Code.ERP_UNREACHABLE, "refused"), PUSH), DefinitelyNot)
    assert isinstance(made_of(Lost(Code.ERP_TIMEOUT), PUSH), Unknown)
