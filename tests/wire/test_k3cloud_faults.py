"""Our K3Cloud target when the network or the server fails: writes are sent once, reads three times at most."""

import time
from datetime import timedelta
from typing import Any, Final

import pytest

from paysync.core.codes import Code
from unit.adapters.k3cloud.doubles import inquiry, push_request, verdict
from wire.k3cloud_tenant import PATIENCE, Tenant, edit, heads, pushed, read

pytestmark = pytest.mark.wire

QUESTIONS: Final = 2
"""Of `existing`: by link, and by our reference."""

FAULTS: Final = [
    ({"kind": "refuse"}, "unknown", Code.ERP_CONNECTION_LOST, 0),
    ({"kind": "reset_before"}, "unknown", Code.ERP_CONNECTION_LOST, 0),
    ({"kind": "reset_after"}, "unknown", Code.ERP_CONNECTION_LOST, 1),
    ({"kind": "cut_body"}, "unknown", Code.ERP_CONNECTION_LOST, 1),
    ({"kind": "late_commit", "seconds": 0.2}, "unknown", Code.ERP_CONNECTION_LOST, 1),
    ({"kind": "delay", "seconds": PATIENCE + 0.3}, "unknown", Code.ERP_TIMEOUT, 1),
    ({"kind": "delay", "seconds": PATIENCE + 0.3, "effect": True}, "unknown", Code.ERP_TIMEOUT, 1),
    ({"kind": "status", "status": 500, "text": "Runtime Error"}, "unknown", Code.ERP_SERVER, 0),
    ({"kind": "status", "status": 502}, "unknown", Code.ERP_SERVER, 0),
    ({"kind": "status", "status": 503, "effect": True}, "unknown", Code.ERP_SERVER, 1),
    ({"kind": "status", "status": 504, "effect": True}, "unknown", Code.ERP_SERVER, 1),
    ({"kind": "status", "status": 302}, "unknown", Code.ERP_SERVER, 0),
    ({"kind": "status", "status": 403, "text": "blocked"}, "unknown", Code.ERP_SERVER, 0),
    ({"kind": "empty_body"}, "unknown", Code.ERP_UNREADABLE, 0),
    ({"kind": "empty_body", "effect": True}, "unknown", Code.ERP_UNREADABLE, 1),
    ({"kind": "html", "text": "会话信息已丢失，请重新登录"}, "unknown", Code.ERP_UNREADABLE, 0),
    ({"kind": "html", "effect": True}, "unknown", Code.ERP_UNREADABLE, 1),
    ({"kind": "response_error"}, "unknown", Code.ERP_EXCEPTION, 0),
    ({"kind": "response_error", "effect": True}, "unknown", Code.ERP_EXCEPTION, 1),
    ({"kind": "msgcode", "msg_code": 4}, "unknown", Code.ERP_EXCEPTION, 0),
    ({"kind": "msgcode", "msg_code": 6, "effect": True}, "unknown", Code.ERP_EXCEPTION, 1),
    ({"kind": "msgcode", "msg_code": 0, "text": "?"}, "unknown", Code.ERP_UNRECOGNISED, 0),
    ({"kind": "msgcode", "msg_code": 99}, "unknown", Code.ERP_UNRECOGNISED, 0),
    ({"kind": "msgcode", "msg_code": 13}, "later", Code.ERP_LOCKED, 0),
    ({"kind": "throttle"}, "later", Code.ERP_CALL_LIMIT, 0),
    ({"kind": "msgcode", "msg_code": 7}, "no", Code.ERP_LICENCE, 0),
]
IDS: Final = [f"{fault}" for fault, *_ in FAULTS]


@pytest.mark.parametrize(("fault", "wanted", "code", "made"), FAULTS, ids=IDS)
def test_a_push_is_sent_once_whatever_comes_back(
    tenant: Tenant, fault: dict[str, Any], wanted: str, code: Code, made: int
) -> None:
    """Unknown unless the answer proves that nothing was done; one request in each case; the books know the truth."""
    target = tenant.warm()
    tenant.simulator.faults({**fault, "operation": "Push"})
    found, why, transient = verdict(target.make(push_request()))
    assert (found, why, transient) == ("no" if wanted == "later" else wanted, code, wanted == "later")
    assert tenant.count("Push") == 1
    if fault["kind"] in {"delay", "late_commit"}:
        time.sleep(float(fault["seconds"]) + 0.2)
    assert len(tenant.bills) == made
    assert len(heads(target.existing([inquiry()]))) == made


@pytest.mark.parametrize(("fault", "wanted", "code", "_made"), FAULTS, ids=IDS)
@pytest.mark.parametrize("operation", ["BatchSave", "Submit", "Audit"])
def test_no_other_write_is_repeated_either(
    tenant: Tenant, operation: str, fault: dict[str, Any], wanted: str, code: Code, _made: int
) -> None:
    """Each bill of the batch gets the same verdict; nothing is called done."""
    target = tenant.warm()
    made = pushed(target)
    bill = read(target, made.id)
    target.save([edit(bill)])
    if operation == "Audit":
        target.submit([made.id])
    tenant.simulator.post("calls/reset")
    tenant.simulator.faults({**fault, "operation": operation})
    steps = {"BatchSave": lambda: target.save([edit(bill)]), "Submit": lambda: target.submit([made.id])}
    outcomes = steps.get(operation, lambda: target.audit([made.id]))()
    assert list(outcomes) == [made.id]
    found, why, transient = verdict(outcomes[made.id])
    assert (found, why, transient) == ("no" if wanted == "later" else wanted, code, wanted == "later")
    assert tenant.count(operation) == 1


def test_nobody_listening_proves_that_nothing_was_done(tenant: Tenant) -> None:
    """Refused before a byte was written: a definite, transient no, also for a write."""
    target = tenant.warm()
    with tenant.simulator.unreachable():
        assert verdict(target.make(push_request())) == ("no", Code.ERP_UNREACHABLE, True)
        assert verdict(target.submit(["1"])["1"]) == ("no", Code.ERP_UNREACHABLE, True)
        assert verdict(target.existing([inquiry()])) == ("no", Code.ERP_UNREACHABLE, True)
    assert pushed(target).number


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "reset_before"},
        {"kind": "cut_body"},
        {"kind": "status", "status": 503},
        {"kind": "empty_body"},
        {"kind": "html"},
        {"kind": "throttle"},
        {"kind": "delay", "seconds": PATIENCE + 0.2},
    ],
    ids=str,
)
def test_a_read_is_tried_three_times_at_most(tenant: Tenant, fault: dict[str, Any]) -> None:
    """Two faults in a row are got over; of many, the third is reported as transient."""
    target = tenant.warm()
    tenant.simulator.faults({**fault, "operation": "ExecuteBillQuery", "first": 2})
    assert heads(target.existing([inquiry()])) == []
    assert tenant.count("ExecuteBillQuery") == 2 + QUESTIONS
    before = tenant.clock.now()
    tenant.simulator.faults({**fault, "operation": "ExecuteBillQuery"})
    found, _, transient = verdict(target.existing([inquiry()]))
    assert (found, transient) == ("no", True)
    assert tenant.count("ExecuteBillQuery") == 2 + QUESTIONS + 3
    assert timedelta(seconds=1.25) <= tenant.clock.now() - before <= timedelta(seconds=3.75)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "response_error"}, Code.ERP_EXCEPTION),
        ({"kind": "msgcode", "msg_code": 4}, Code.ERP_EXCEPTION),
        ({"kind": "msgcode", "msg_code": 8}, Code.ERP_PARAMETER),
        ({"kind": "status", "status": 404}, Code.ERP_SERVER),
    ],
    ids=str,
)
@pytest.mark.parametrize("shape", ["nested", "list", "dict", "bare"])
def test_what_does_not_pass_by_itself_is_asked_once(
    tenant: Tenant, shape: str, fault: dict[str, Any], code: Code
) -> None:
    """An error in any shape is an error, never rows and never "none found"."""
    target = tenant.warm()
    tenant.simulator.settings(query_error_shape=shape)
    tenant.simulator.faults({**fault, "operation": "ExecuteBillQuery"})
    found, why, transient = verdict(target.existing([inquiry()]))
    assert found != "done"
    assert not transient
    assert tenant.count("ExecuteBillQuery") == 1
    bare = shape == "bare" and fault["kind"] == "msgcode"
    assert why is (Code.ERP_UNRECOGNISED if bare else code)


@pytest.mark.parametrize(("how", "refused"), [("coded", False), ("worded", True), ("page", False)])
def test_a_read_gets_over_a_session_that_is_no_more(tenant: Tenant, how: str, *, refused: bool) -> None:
    """However that is said: at once where it is understood or may pass, else with the next call, which has none."""
    target = tenant.warm()
    tenant.simulator.settings(dead_session=how)
    tenant.simulator.post("sessions/forget")
    first = verdict(target.existing([inquiry()]))
    assert first == (("unknown", Code.ERP_UNRECOGNISED, False) if refused else ("done", None, False))
    assert heads(target.existing([inquiry()])) == []


@pytest.mark.parametrize(
    ("how", "wanted"),
    [
        ("coded", ("no", Code.ERP_CREDENTIALS, True)),
        ("worded", ("unknown", Code.ERP_UNRECOGNISED, False)),
        ("page", ("unknown", Code.ERP_UNREADABLE, False)),
    ],
)
def test_a_push_under_a_session_that_is_no_more_is_sent_once(
    tenant: Tenant, how: str, wanted: tuple[str, Code, bool]
) -> None:
    """Only what is understood proves that nothing was done; the next call goes without the session and is let in."""
    target = tenant.warm()
    tenant.simulator.settings(dead_session=how)
    tenant.simulator.post("sessions/forget")
    assert verdict(target.make(push_request())) == wanted
    assert (tenant.count("Push"), tenant.bills) == (1, [])
    assert pushed(target).number


def test_a_push_that_names_its_source_is_not_believed(tenant: Tenant) -> None:
    """The bill is there, under another number than the one that was said: asking finds it."""
    target = tenant.warm()
    tenant.simulator.settings(push_names="source")
    assert verdict(target.make(push_request())) == ("unknown", Code.ERP_UNCONFIRMED, False)
    [made] = tenant.bills
    assert [head.id for head in heads(target.existing([inquiry()]))] == [str(made["id"])]
