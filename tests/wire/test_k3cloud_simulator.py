"""The K3Cloud simulator over real sockets: envelopes, stamps, every fault with and without effect, the control API."""

from __future__ import annotations

import base64
import json
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import httpx
import pytest

from simulators.common.running import RunningSimulator
from simulators.k3cloud.server import make_app
from simulators.k3cloud.signatures import client_keys, signature
from simulators.k3cloud.state import DEFAULT_CREDENTIALS, State

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.wire
TESTS = Path(__file__).parents[1]
PUSH = {"formid": "CN_PAYAPPLY", "data": {"Numbers": ["FKSQ1"], "RuleId": "CN_PAYAPPLYTOPAYBILL"}}
QUERY = {"data": {"FormId": "CN_PAYAPPLY", "FieldKeys": "FBillNo", "FilterString": "FBillNo like 'FKSQ%'"}}
LOST = (httpx.RemoteProtocolError, httpx.ReadError)


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSimulator]:
    """One server for this file."""
    with RunningSimulator.in_thread(lambda: make_app(State())) as simulator:
        yield simulator


def test_a_caller_that_dies_in_the_middle_of_its_request_is_no_defect(
    running: RunningSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    """A killed worker leaves no trace of the simulator's own code in a log that people read."""
    place = urlsplit(running.url)
    before = running.calls()["counts"].get("Push", 0)
    path = "/K3Cloud/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.Push.common.kdsvc"
    with socket.create_connection((place.hostname, place.port)) as caller:
        caller.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n{{".encode())
        running.calls()  # by now the server reads
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # reset, as by a kill
    assert running.calls()["counts"].get("Push", 0) == before
    assert [record.getMessage() for record in caplog.records if record.name.startswith("aiohttp")] == []


@pytest.fixture
def simulator(running: RunningSimulator) -> RunningSimulator:
    """The server with one audited application and no over-push guard: each Push that has an effect makes a bill."""
    running.reset()
    running.load(applications=[{"number": "FKSQ1", "amount": "622.00", "pay_org": "100"}])
    running.settings(over_push_guard=False)
    return running


def headers(path: str, *, stamp: str = "") -> dict[str, str]:
    """The nine headers of a signed request, freshly made."""
    given = DEFAULT_CREDENTIALS
    stamp = stamp or str(int(time.time()))
    client_id, client_secret = client_keys(given.app_id)
    text = f"POST\n{quote(path, safe='')}\n\nx-api-nonce:{stamp}\nx-api-timestamp:{stamp}\n"
    app_data = f"{given.acct_id},{given.user_name},2052,0"
    return {
        "X-Api-ClientID": client_id,
        "X-Api-Auth-Version": "2.0",
        "x-api-timestamp": stamp,
        "x-api-nonce": stamp,
        "x-api-signheaders": "x-api-timestamp,x-api-nonce",
        "X-Api-Signature": signature(client_secret, text),
        "X-Kd-Appkey": given.app_id,
        "X-Kd-Appdata": base64.b64encode(app_data.encode()).decode(),
        "X-Kd-Signature": signature(given.app_secret, given.app_id + app_data),
    }


def send(simulator: RunningSimulator, operation: str, *, stamp: str = "", **content: Any) -> httpx.Response:
    """One signed request on a connection of its own; `content` goes to httpx (json=, data=, content=)."""
    path = f"/K3Cloud/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.{operation}.common.kdsvc"
    signed = headers(path, stamp=stamp)
    return httpx.post(simulator.url + path, headers=signed, trust_env=False, timeout=5, **content)


def bills(simulator: RunningSimulator) -> int:
    """How many bills there are."""
    return len(simulator.books()["bills"])


@pytest.mark.parametrize(
    "content",
    [
        {"json": QUERY},
        {"json": {"data": json.dumps(QUERY["data"])}},
        {"json": {"parameters": [json.dumps(QUERY["data"])]}},
        {"data": {"data": json.dumps(QUERY["data"])}},
    ],
    ids=["object", "text", "parameters", "form"],
)
def test_four_envelopes_mean_the_same(simulator: RunningSimulator, content: dict[str, Any]) -> None:
    """Object, JSON in a string, positional parameters, form-urlencoded."""
    assert send(simulator, "ExecuteBillQuery", **content).json() == [["FKSQ1"]]


@pytest.mark.parametrize("data", [PUSH["data"], json.dumps(PUSH["data"])], ids=["object", "text"])
def test_a_push_comes_in_either_form(simulator: RunningSimulator, data: object) -> None:
    """Also as the Java SDK sends it."""
    assert send(simulator, "Push", json={"formid": "CN_PAYAPPLY", "data": data}).json()
    assert send(simulator, "Push", json={"parameters": ["CN_PAYAPPLY", data]}).json()
    assert bills(simulator) == 2


@pytest.mark.parametrize("content", [b"{", b"[]", b"", b'{"formid":"CN_PAYAPPLY","data":"{"}'])
def test_what_is_no_json_is_a_response_error(simulator: RunningSimulator, content: bytes) -> None:
    """HTTP 200 and plain text."""
    answer = send(simulator, "Push", content=content)
    assert answer.status_code == 200
    assert answer.text.startswith("response_error:")


def test_stamps_in_milliseconds_and_the_clock_window_are_settings(simulator: RunningSimulator) -> None:
    """Java's unit is taken until switched off; with a window on, old stamps are refused with the vendor's text."""
    now = time.time()
    milliseconds, old = str(int(now * 1000)), str(int(now) - 3600)
    assert send(simulator, "ExecuteBillQuery", json=QUERY, stamp=milliseconds).json() == [["FKSQ1"]]
    assert send(simulator, "ExecuteBillQuery", json=QUERY, stamp=old).json() == [["FKSQ1"]]
    simulator.settings(millisecond_stamps=False, clock_window_minutes=10)
    assert "会话信息已丢失" in send(simulator, "ExecuteBillQuery", json=QUERY, stamp=milliseconds).text
    assert "时间戳验证失败" in send(simulator, "ExecuteBillQuery", json=QUERY, stamp=old).text


@pytest.mark.parametrize(("fault", "made"), [("refuse", 0), ("reset_before", 0), ("reset_after", 1), ("cut_body", 1)])
def test_a_lost_answer_says_nothing_about_the_effect(simulator: RunningSimulator, fault: str, made: int) -> None:
    """The client sees a broken connection each time; the books know."""
    simulator.faults({"kind": fault, "operation": "Push", "nth": 1})
    with pytest.raises(LOST):
        send(simulator, "Push", json=PUSH)
    assert bills(simulator) == made
    assert send(simulator, "Push", json=PUSH).status_code == 200


@pytest.mark.parametrize("effect", [False, True])
@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        ({"kind": "status", "status": 502, "text": "Bad Gateway"}, 502, "Bad Gateway"),
        ({"kind": "empty_body"}, 200, ""),
        ({"kind": "html"}, 200, "<!DOCTYPE html>"),
        ({"kind": "response_error", "text": "对象"}, 200, "response_error:"),
        ({"kind": "msgcode", "msg_code": 6}, 200, '"MsgCode":6'),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else None,
)
def test_a_spoilt_answer_with_and_without_effect(
    simulator: RunningSimulator, fault: dict[str, Any], status: int, text: str, *, effect: bool
) -> None:
    """Each answer is possible whether or not a bill was made."""
    simulator.faults({**fault, "operation": "Push", "effect": effect})
    answer = send(simulator, "Push", json=PUSH)
    assert (answer.status_code, text in answer.text, bills(simulator)) == (status, True, int(effect))


def test_a_late_commit_comes_after_the_client_has_gone(simulator: RunningSimulator) -> None:
    """Nothing in the books at first, and a bill later; the books say how many effects are still to come."""
    simulator.faults({"kind": "late_commit", "operation": "Push", "seconds": 0.2})
    with pytest.raises(LOST):
        send(simulator, "Push", json=PUSH)
    assert (bills(simulator), simulator.books()["late_pending"]) == (0, 1)
    time.sleep(0.4)
    assert (bills(simulator), simulator.books()["late_pending"]) == (1, 0)


@pytest.mark.parametrize(("effect", "made"), [(False, 0), (True, 1)])
def test_a_client_that_gave_up_does_not_stop_the_server(
    simulator: RunningSimulator, made: int, *, effect: bool
) -> None:
    """Delay before or after the effect: the client's timeout comes first, the bill is made all the same."""
    simulator.faults({"kind": "delay", "operation": "Push", "seconds": 0.3, "effect": effect})
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(
            f"{simulator.url}/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.Push.common.kdsvc",
            headers=headers("/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.Push.common.kdsvc"),
            json=PUSH,
            timeout=0.1,
            trust_env=False,
        )
    assert bills(simulator) == made
    time.sleep(0.4)
    assert bills(simulator) == 1


def test_throttling_and_lost_sessions_are_refusals_without_effect(simulator: RunningSimulator) -> None:
    """MsgCode 14, and MsgCode 1 for one call after which a signed one goes through."""
    simulator.faults({"kind": "throttle", "operation": "Push", "nth": 1}, {"kind": "lost_session", "nth": 2})
    codes = [send(simulator, "Push", json=PUSH).json()["Result"]["ResponseStatus"]["MsgCode"] for _ in range(3)]
    assert codes == [14, 1, 0]
    assert bills(simulator) == 1


def test_nobody_listening_is_a_refused_connection(simulator: RunningSimulator) -> None:
    """And afterwards the same books answer on the same port."""
    with simulator.unreachable(), pytest.raises(httpx.ConnectError):
        send(simulator, "Push", json=PUSH)
    assert send(simulator, "ExecuteBillQuery", json=QUERY).json() == [["FKSQ1"]]


def test_the_control_api_mends_and_shows(simulator: RunningSimulator) -> None:
    """An application is audited later; a person makes a bill and voids it; the log knows by whom and by which call."""
    simulator.load(applications=[{"number": "FKSQ2", "amount": "5", "status": "B", "pay_org": "100"}])
    simulator.post("applications/FKSQ2", {"status": "C", "amount": "6.10"})
    made = simulator.post("bills", {"source": "FKSQ2", "amount": "1.10", "creator": "li.si", "third_bill_no": "X"})
    assert (made["source_numbers"], made["amount"], made["third_bill_no"]) == (["FKSQ2"], "1.10", "X")
    simulator.post(f"void/{made['id']}")
    send(simulator, "Push", json=PUSH)
    books = simulator.books()
    assert [(one["effect"], one["by"], one["operation"]) for one in books["log"]] == [
        ("made_by_hand", "li.si", "by hand"),
        ("voided", "zhang.san", "by hand"),
        ("pushed", "webapi_user", "Push"),
    ]
    assert [one["open"] for one in books["applications"]] == ["0.00", "6.10"]
    calls = simulator.calls()
    assert (calls["counts"], calls["max_in_flight"]) == ({"Push": 1}, 1)
    assert "FKSQ1" in calls["last"][0]["body"]


@pytest.mark.parametrize(
    ("path", "document", "text"),
    [
        ("load", {"aplications": []}, "cannot load"),
        ("settings", {"latency": 1}, "no setting 'latency'"),
        ("settings", {"convert_status": "tuple"}, "wanted: 'dict' | 'list' | 'absent'"),
        ("faults", [{"kind": "explode"}], "unknown kind"),
        ("applications/NONE", {}, "no application NONE"),
    ],
)
def test_the_control_api_refuses_what_it_does_not_know(
    simulator: RunningSimulator, path: str, document: object, text: str
) -> None:
    """With 400 and the names that would have been right."""
    with pytest.raises(RuntimeError, match="400") as caught:
        simulator.post(path, document)
    assert text in json.loads(str(caught.value).split("400 ", 1)[1])["error"]


def test_it_runs_as_a_process_with_options() -> None:
    """Latency by option; other credentials refuse the default ones."""
    with RunningSimulator.in_process("k3cloud", "--set", "latency_ms=50", "--app-secret", "other") as process:
        begun = time.monotonic()
        assert "会话信息已丢失" in send(process, "ExecuteBillQuery", json=QUERY).text
        assert time.monotonic() - begun >= 0.05


def test_help_teaches_every_setting() -> None:
    """What can be switched is listed with its default."""
    command = [sys.executable, "-m", "simulators.k3cloud", "--help"]
    text = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, check=True, timeout=20).stdout
    assert all(name in text for name in State().settings.to_json())
    assert "/_sim/books" in text
