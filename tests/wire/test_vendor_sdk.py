"""The simulator against the vendor's own SDK: what it sends is understood, what it reads it can read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from k3cloud_webapi_sdk.main import K3CloudApiSdk

from simulators.common.running import RunningSimulator
from simulators.k3cloud.server import make_app
from simulators.k3cloud.state import DEFAULT_CREDENTIALS, State

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.wire
NUMBER, ACCOUNT = "FKSQ000001", "6222000000000000000"
HEAD_OFFICE = 100_001


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    """One organisation, one bank account, one audited application of 622.00."""
    with RunningSimulator.in_thread(lambda: make_app(State())) as running:
        running.load(
            organisations=[{"id": HEAD_OFFICE, "number": "100", "name": "总部"}],
            bank_accounts=[{"number": ACCOUNT, "use_org": "100"}],
            applications=[{"number": NUMBER, "amount": "622.00", "pay_org": "100"}],
        )
        yield running


def sdk(simulator: RunningSimulator, **other: str) -> Any:
    """The vendor's client; `other` replaces single credentials."""
    names = ("acct_id", "user_name", "app_id", "app_secret")
    credentials = {name: getattr(DEFAULT_CREDENTIALS, name) for name in names} | other
    client = K3CloudApiSdk(simulator.url + "/K3Cloud/")
    client.InitConfig(**credentials, server_url=simulator.url)
    return client


def query(client: Any, form: str, keys: str, where: str) -> Any:
    """Rows of an ExecuteBillQuery."""
    asked = {"FormId": form, "FieldKeys": keys, "FilterString": where, "OrderString": "FID ASC", "Limit": 2000}
    return json.loads(client.ExecuteBillQuery(asked))


def pushed(client: Any) -> Any:
    """The bill that a push of the application makes, as the answer has it."""
    data = {"Numbers": [NUMBER], "RuleId": "CN_PAYAPPLYTOPAYBILL", "TargetOrgId": HEAD_OFFICE}
    answer = json.loads(client.Push("CN_PAYAPPLY", data))["Result"]
    assert answer["ResponseStatus"]["IsSuccess"] is True
    return answer["ResponseStatus"]["SuccessEntitys"][0]


def test_a_payment_goes_from_application_to_audited_bill(simulator: RunningSimulator) -> None:
    """Query, Push, Save, Submit, Audit and View by the SDK; the books agree to the cent."""
    client = sdk(simulator)
    fid = query(client, "CN_PAYAPPLY", "FID,FCLOSESTATUS", f"FBillNo='{NUMBER}'")[0][0]
    bill = pushed(client)
    keys = "FID,FPAYBILLENTRY_FEntryID,FPAYAMOUNTFOR_E"
    where = f"FPAYBILLSRCENTRY_Link_FSBillId={fid}"
    [[bill_id, entry_id, amount]] = query(client, "AP_PAYBILL", keys, where)
    assert (bill_id, amount) == (bill["Id"], 622.00)
    entry = {"FEntryID": entry_id, "FACCOUNTID": {"FNumber": ACCOUNT}, "FPAYAMOUNTFOR_E": 600.10}
    model = {"FID": bill_id, "FDATE": "2025-01-31", "FTHIRDBILLNO": "PAY-1", "FPAYBILLENTRY": [entry]}
    saved = client.Save("AP_PAYBILL", {"IsDeleteEntry": "false", "IsVerifyBaseDataField": "true", "Model": model})
    assert json.loads(saved)["Result"]["Number"] == bill["Number"]
    for step in (client.Submit, client.Audit):
        assert json.loads(step("AP_PAYBILL", {"Ids": str(bill_id)}))["Result"]["ResponseStatus"]["IsSuccess"]
    viewed = json.loads(client.View("AP_PAYBILL", {"Id": str(bill_id)}))["Result"]["Result"]
    assert (viewed["Id"], viewed["DOCUMENTSTATUS"], viewed["THIRDBILLNO"]) == (bill_id, "C", "PAY-1")
    [kept] = simulator.books()["bills"]
    assert (kept["status"], kept["amount"], kept["account"]) == ("C", "600.1", ACCOUNT)
    assert kept["source_numbers"] == [NUMBER]
    assert [line["effect"] for line in simulator.books()["log"]] == ["pushed", "saved", "submitted", "audited"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"app_secret": "0123456789abcdef0123456789abcdee"},
        {"app_id": "900001_MDE3N2I2PzBrPzg4OD45N3IhK3B1InIl"},
        {"app_id": "900002_MDE3N2I2PzBrPzg4OD45N3IhK3B1InIk"},
        {"app_id": "900003-no-underscore"},
        {"user_name": "somebody"},
    ],
)
def test_a_wrong_credential_is_msgcode_1_in_the_shape_of_the_call(
    simulator: RunningSimulator, wrong: dict[str, str]
) -> None:
    """HTTP 200, nested in lists for a query, plain for a Push; nothing is done."""
    client = sdk(simulator, **wrong)
    asked = query(client, "CN_PAYAPPLY", "FID", "")[0][0]
    push = json.loads(client.Push("CN_PAYAPPLY", {"Numbers": [NUMBER], "RuleId": "CN_PAYAPPLYTOPAYBILL"}))
    for answer in (asked, push):
        assert answer["Result"]["ResponseStatus"]["MsgCode"] == 1
        assert answer["Result"]["ResponseStatus"]["IsSuccess"] is False
    assert simulator.books()["bills"] == []


def test_a_wrong_data_centre_is_http_500(simulator: RunningSimulator) -> None:
    """The SDK raises with the server's text."""
    with pytest.raises(RuntimeError, match=r"^Fail to verify thirty passport$"):
        query(sdk(simulator, acct_id="64a1f0c2b3d4e6"), "CN_PAYAPPLY", "FID", "")


def test_the_session_cookie_is_used_again(simulator: RunningSimulator) -> None:
    """Three calls by one client open one session, and the SDK keeps both cookies."""
    client = sdk(simulator)
    for _ in range(3):
        query(client, "CN_PAYAPPLY", "FID", "")
    assert simulator.calls()["sessions_opened"] == 1
    assert client.cookiesStore.SID
    assert len(client.cookiesStore.cookies) == 2


def test_a_live_session_masks_a_broken_credential_until_it_is_lost(simulator: RunningSimulator) -> None:
    """The secret is changed under the client: its session goes on, then fails with MsgCode 1."""
    client = sdk(simulator)
    query(client, "CN_PAYAPPLY", "FID", "")
    client.identify.AppSecret = "changed"
    assert query(client, "CN_PAYAPPLY", "FBillNo", "") == [[NUMBER]]
    simulator.post("sessions/forget")
    assert query(client, "CN_PAYAPPLY", "FBillNo", "")[0][0]["Result"]["ResponseStatus"]["MsgCode"] == 1


def test_an_empty_session_id_with_a_good_signature_goes_through(simulator: RunningSimulator) -> None:
    """A forgotten session never fails a call by itself."""
    client = sdk(simulator)
    query(client, "CN_PAYAPPLY", "FID", "")
    simulator.post("sessions/forget")
    assert query(client, "CN_PAYAPPLY", "FBillNo", "") == [[NUMBER]]


def test_a_response_error_is_raised_by_the_sdk(simulator: RunningSimulator) -> None:
    """The text behind `response_error:` arrives (with the SDK's own damage to it)."""
    simulator.faults({"kind": "response_error", "operation": "Push", "text": "对象引用"})
    with pytest.raises(RuntimeError, match="对象引用"):
        sdk(simulator).Push("CN_PAYAPPLY", {"Numbers": [NUMBER]})


def test_the_data_centres_are_listed(simulator: RunningSimulator) -> None:
    """GetDataCenterList names the account."""
    assert json.loads(sdk(simulator).GetDataCenters())[0]["Id"] == DEFAULT_CREDENTIALS.acct_id
