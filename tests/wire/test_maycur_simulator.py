"""The Maycur simulator over real sockets: what a client of ours would meet."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from simulators.common.running import RunningSimulator
from simulators.maycur.login import Credentials, signature
from simulators.maycur.server import BASE, make_app

pytestmark = pytest.mark.wire

T0: Final = 1_675_152_000_000
TIMESTAMP: Final = 1_700_000_000_000


class Client:
    """A client of one simulator, vendor side and control side."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=5)

    def control(self, path: str, body: object = None) -> Any:
        answer = self.http.get(f"/_sim/{path}") if body is None else self.http.post(f"/_sim/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def call(self, path: str, body: object) -> httpx.Response:
        return self.http.post(BASE + path, json=body)

    def log_in(self, *, secret: str = Credentials().app_secret) -> Any:
        body = {"appCode": "EXAMPLEAPP", "timestamp": TIMESTAMP}
        answer = self.call("/auth/login", {**body, "secret": signature(secret, "EXAMPLEAPP", str(TIMESTAMP))}).json()
        session = answer.get("data") or answer
        self.http.headers.update({name: session[name] for name in ("entCode", "tokenId") if name in session})
        return answer

    def paid(self, page: str = "1", *, size: str = "50") -> httpx.Response:
        window = {"startPaidTime": str(T0), "endPaidTime": str(T0 + 1000)}
        return self.call("/paymenttransaction/paid/list", {**window, "pageSize": size, "pageNum": page})

    def keys(self, page: str = "1", *, size: str = "50") -> list[str]:
        return [each["paymentBizCode"] for each in self.paid(page, size=size).json()["data"]]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with RunningSimulator.in_thread(make_app) as simulator:
        yield simulator.url


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    """A client of a simulator as new, with nothing on its books and nobody logged in."""
    made = Client(url)
    made.control("reset", {})
    made.control("load", {"credentials": {"app_code": "EXAMPLEAPP", "app_secret": "example-secret"}})
    yield made
    made.http.close()


@pytest.fixture
def reader(client: Client) -> Client:
    """A client that is logged in, with six paid rows: PT0 the oldest, PT5 the newest."""
    client.control("load", {"payments": [row(number) for number in range(6)]})
    client.log_in()
    return client


def row(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "paymentBizCode": f"PT{number}",
        "payeeTargetBusinessCode": f"付款{number}",
        "payerAccountNumber": "6222000011112222",
        "payableAmount": 12.5,
        "auditTimeStamp": T0 + number,
        **changes,
    }


def test_a_login_gives_a_token_that_opens_the_list(reader: Client) -> None:
    """In `data` by default; the counters say one login."""
    assert reader.keys() == ["PT5", "PT4", "PT3", "PT2", "PT1", "PT0"]
    calls = reader.control("calls")
    assert (calls["logins"], calls["tokens_issued"], calls["counts"]["paid_list"]) == (1, 1, 1)
    assert calls["last"][0]["body"]["secret"] == "***"


def test_a_login_may_answer_at_top_level(client: Client) -> None:
    """The form of the vendor's page."""
    client.control("settings", {"login_result": "top"})
    answer = client.log_in()
    assert answer["code"] == "ACK"
    assert {"entCode", "tokenId", "refreshTokenId"} <= answer.keys()
    assert client.paid().json()["code"] == "ACK"


def test_credentials_can_be_loaded(client: Client) -> None:
    """A wrong secret is refused in the vendor's words, the loaded one works."""
    client.control("load", {"credentials": {"app_code": "EXAMPLEAPP", "app_secret": "another"}})
    assert client.log_in() == {"data": None, "success": False, "message": "fail to login", "code": "NACK"}
    assert client.log_in(secret="another")["code"] == "ACK"


def test_five_logins_in_a_minute_disable_the_account(client: Client) -> None:
    """Every later login is a NACK until reset, an hour later too; the words are a setting."""
    for _ in range(5):
        assert client.log_in()["code"] == "ACK"
    assert client.log_in()["message"] == "fail to login"
    client.control("clock", {"advance_seconds": 3600})
    client.control("settings", {"ban_reply": "disabled"})
    assert "禁用" in client.log_in()["message"]
    assert client.control("calls")["account_disabled"] is True
    client.control("reset", {"only": ["ban"]})
    assert client.log_in()["code"] == "ACK"


@pytest.mark.parametrize(("kind", "status"), [("nack", 200), ("401", 401), ("403", 403)])
def test_an_expired_token_is_refused(reader: Client, kind: str, status: int) -> None:
    """After 1800 seconds, as the setting says; logging in again helps."""
    reader.control("settings", {"expired_token": kind})
    reader.control("clock", {"advance_seconds": 1800})
    answer = reader.paid()
    assert (answer.status_code, answer.json()["code"]) == (status, "NACK")
    assert "token" in answer.json()["message"]
    reader.log_in()
    assert reader.paid().json()["code"] == "ACK"


def test_the_clock_of_the_server_shows_in_its_answers(reader: Client) -> None:
    """A clock that was moved is seen in the Date header, which `doctor` compares."""
    before = reader.paid().headers["Date"]
    reader.control("clock", {"advance_seconds": 7200})
    assert reader.paid().headers["Date"] != before


def test_a_new_login_can_kill_the_old_token(reader: Client) -> None:
    """Then the first client is locked out, and told so as with an expired token."""
    reader.control("settings", {"new_login": "kills"})
    first = dict(reader.http.headers)
    reader.log_in()
    reader.http.headers["tokenId"] = first["tokenid"]
    assert reader.paid().json()["code"] == "NACK"


@pytest.mark.parametrize(
    ("reading", "zero", "one", "two"),
    [
        ("A", None, ["PT5", "PT4"], ["PT3", "PT2"]),
        ("B", ["PT5", "PT4"], ["PT4", "PT3"], ["PT3", "PT2"]),
        ("C", ["PT5", "PT4"], ["PT3", "PT2"], ["PT1", "PT0"]),
        ("D", None, ["PT5", "PT4"], ["PT4", "PT3"]),
    ],
)
def test_each_reading_of_page_num(
    reader: Client, reading: str, zero: list[str] | None, one: list[str], two: list[str]
) -> None:
    """The probe of `doctor`, over the wire; "0" is a stable NACK under A and D."""
    reader.control("settings", {"paging_reading": reading})
    if zero is None:
        assert reader.paid("0", size="2").json()["code"] == "NACK"
    else:
        assert reader.keys("0", size="2") == zero
    assert reader.keys("1", size="2") == one
    assert reader.keys("2", size="2") == two


def test_an_empty_window_is_a_list_or_null(client: Client) -> None:
    """The setting `empty`, and the row path `data.list`."""
    client.log_in()
    assert client.paid().json()["data"] == []
    client.control("settings", {"empty": "null"})
    assert client.paid().json()["data"] is None
    client.control("settings", {"empty": "[]", "row_path": "data.list"})
    assert client.paid().json()["data"] == {"list": []}


@pytest.mark.parametrize(
    ("fault", "status", "code", "message"),
    [
        ({"kind": "nack"}, 200, "NACK", None),
        ({"kind": "nack", "text": "系统繁忙"}, 200, "NACK", "系统繁忙"),
        ({"kind": "null_data"}, 200, "ACK", None),
        ({"kind": "throttle"}, 429, "NACK", "请求过于频繁, 已被限制"),
        ({"kind": "throttle_nack"}, 200, "NACK", "请求过于频繁, 已被限制"),
        ({"kind": "disabled"}, 200, "NACK", "账号已被禁用, 请联系管理员"),
        ({"kind": "disabled", "status": 403}, 403, "NACK", "账号已被禁用, 请联系管理员"),
        ({"kind": "lost_session"}, 200, "NACK", "token已失效, 请重新登录"),
    ],
)
def test_faults_in_the_vendors_words(
    reader: Client, fault: dict[str, Any], status: int, code: str, message: str | None
) -> None:
    """Each strikes the call it is planned for; the body has no rows."""
    reader.control("faults", {"faults": [{**fault, "operation": "paid_list", "nth": 2}]})
    assert reader.paid().json()["code"] == "ACK"
    answer = reader.paid()
    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (status, code, message)
    assert answer.json()["data"] is None
    assert reader.control("calls")["faulted"] == {"paid_list": 1}


def test_a_throttled_call_says_when_to_come_back(reader: Client) -> None:
    """Retry-After from the fault, else from the setting; a rate can be limited for good."""
    reader.control("faults", {"faults": [{"kind": "throttle_429", "seconds": 7, "times": 1}]})
    assert reader.paid().headers["Retry-After"] == "7"
    reader.control("settings", {"requests_per_second": 1, "retry_after_seconds": 3})
    answers = [reader.paid() for _ in range(3)]
    assert {answer.status_code for answer in answers[1:]} <= {200, 429}
    assert {answer.headers["Retry-After"] for answer in answers if answer.status_code == 429} == {"3"}


def test_a_cut_body_breaks_the_read(reader: Client) -> None:
    """The length is promised, half of it comes."""
    reader.control("faults", {"faults": [{"kind": "cut_body", "operation": "paid_list", "times": 1}]})
    with pytest.raises(httpx.RemoteProtocolError):
        reader.paid()
    assert len(reader.keys()) == 6


def test_a_reset_a_server_error_and_a_web_page(reader: Client) -> None:
    """None of them is JSON, and none can be taken for an empty list."""
    faults: list[dict[str, Any]] = [{"kind": "reset_before"}, {"kind": "status", "status": 502}, {"kind": "html"}]
    plan = [{**fault, "operation": "paid_list", "nth": place} for place, fault in enumerate(faults, start=1)]
    reader.control("faults", {"faults": plan})
    with pytest.raises(httpx.TransportError):
        reader.paid()
    assert reader.paid().status_code == 502
    page = reader.paid()
    assert (page.status_code, page.text[:9]) == (200, "<!DOCTYPE")


def test_a_slow_answer_is_still_the_answer(reader: Client) -> None:
    """Delay spoils nothing but the patience of the client."""
    reader.control("faults", {"faults": [{"kind": "delay", "seconds": 0.05, "times": 1}]})
    answer = reader.paid()
    assert answer.elapsed.total_seconds() >= 0.05
    assert len(answer.json()["data"]) == 6


def test_rows_move_between_two_pages(reader: Client) -> None:
    """Newest first: an insert repeats a row on the next page, a removal skips one."""
    reader.control("load", {"scripted": [{"after_calls": 1, "insert": row(7)}]})
    assert [*reader.keys("1", size="2"), *reader.keys("2", size="2")] == ["PT5", "PT4", "PT4", "PT3"]
    reader.control("load", {"scripted": [{"after_calls": 1, "remove": "PT7"}]})
    assert [*reader.keys("1", size="2"), *reader.keys("2", size="2")] == ["PT7", "PT5", "PT3", "PT2"]


def test_money_crosses_the_wire_with_its_digits(client: Client) -> None:
    """As text it was loaded, as text it comes out: in the list and in the books."""
    client.log_in()
    text = json.dumps({"payments": [row(1)]}).replace("12.5", "1234.50")
    assert client.http.post("/_sim/load", content=text).status_code == 200
    assert '"payableAmount":1234.50' in client.paid().text
    assert '"payableAmount":1234.50' in client.http.get("/_sim/books").text


def test_a_write_makes_a_row_become_paid(client: Client) -> None:
    """`/update` by sequence, then the paid list has it and its document is paid."""
    client.log_in()
    client.control("load", {"payments": [row(1, auditTimeStamp=None, _status="CBS_EXPORTED", _sequence=9)]})
    result = {"sequence": 9, "status": "PAY_SUCCESS", "paidDate": T0, "payerBankAccount": "6222000011112222"}
    body = {"timestamp": TIMESTAMP, "data": [result]}
    assert client.call("/paymenttransaction/update", body).json()["code"] == "ACK"
    assert client.keys() == ["PT1"]
    assert client.control("books")["documents"] == {"付款1": "已支付"}
    again = client.call("/paymenttransaction/update", body).json()
    assert (again["code"], list(again["errorData"][0])) == ("NACK", ["9"])


def test_reimbursements_and_their_detail(client: Client) -> None:
    """The second scheme's list, and one form by its Chinese number, percent-encoded in the path."""
    client.log_in()
    form = {"formCode": "报销0001", "amount": 10.25, "_createdAt": T0}
    client.control("load", {"reimbursements": [form]})
    window = {"createdAtStart": str(T0), "createdAtEnd": str(T0 + 1), "pageSize": "100", "offset": "0"}
    rows = client.call("/form/reimburse", {**window, "formStatus": "COMPLETED"}).json()["data"]
    assert rows == [{"formCode": "报销0001", "amount": 10.25}]
    assert client.http.get(f"{BASE}/form/reimburse/报销0001").json()["data"] == rows[0]
    assert client.http.get(f"{BASE}/form/reimburse/报销0002").json()["message"] == "单据不存在"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("load", {"payments": [{"paymentBizCode": "PT1"}]}),
        ("load", {"payment": []}),
        ("settings", {"order": "random"}),
        ("faults", {"faults": [{"kind": "zap"}]}),
        ("faults", {"faults": [{"kind": "nack", "nth": None}]}),
        ("reset", {"only": ["everything"]}),
        ("clock", {"advance_seconds": "soon"}),
    ],
)
def test_a_control_request_that_makes_no_sense_changes_nothing(client: Client, path: str, body: object) -> None:
    """400 with a reason, so that a test with a slip fails there and not somewhere else."""
    before = client.control("books")
    answer = client.http.post(f"/_sim/{path}", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert client.control("books") == before


def test_a_write_may_be_done_although_its_answer_was_lost(client: Client) -> None:
    """The connection is reset after the work: the client knows nothing, the list has the row."""
    client.log_in()
    client.control("load", {"payments": [row(1, auditTimeStamp=None, _status="CBS_EXPORTED", _sequence=9)]})
    client.control("faults", [{"kind": "reset_after", "operation": "update"}])
    result = {"sequence": 9, "status": "PAY_SUCCESS", "paidDate": T0, "payerBankAccount": "6222000011112222"}
    with pytest.raises(httpx.TransportError):
        client.call("/paymenttransaction/update", {"data": [result]})
    assert client.keys() == ["PT1"]


def test_it_runs_as_a_program_with_settings_and_a_file_to_load(tmp_path: Path) -> None:
    """`python -m simulators.maycur --set … --load …`, with reset going back to these settings."""
    (tmp_path / "books.json").write_text(json.dumps({"payments": [row(number) for number in range(3)]}))
    arguments = ("--set", "paging_reading=B", "--set", "ban_logins=0", "--load", str(tmp_path / "books.json"))
    with RunningSimulator.in_process("maycur", *arguments) as simulator:
        client = Client(simulator.url)
        client.log_in()
        assert client.keys() == ["PT1", "PT0"]
        simulator.settings(paging_reading="A")
        assert client.keys() == ["PT2", "PT1", "PT0"]
        simulator.post("reset", {"only": ["settings"]})
        assert client.keys() == ["PT1", "PT0"]
        assert simulator.calls()["max_in_flight"] == 1
        client.http.close()
