"""The sample events in events/, given to the real handlers: AWS in this process, both vendors over sockets.

Maycur has paid what the samples name, K3Cloud has the applications; so a sample whose digest, scheme or key is wrong
moves nothing and fails.
"""

import importlib.util
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest

from fakes import aws
from paysync.adapters.aws.reports import latest_check
from paysync.bootstrap import reconcile_ports
from paysync.core.check import check
from paysync.core.errors import RunError
from simulators.common.running import RunningSimulator
from unit.adapters.k3cloud.doubles import CREDENTIALS
from unit.adapters.maycur.doubles import MadeUpSecret

pytestmark = pytest.mark.wire

ROOT: Final = Path(__file__).parents[2]
RULE: Final = "994f9913-a23f-46fb-b5d9-f1f271b4ef6c"
ACCOUNT: Final = "6222000000000001"
PAID: Final = {
    "PT2501310000017": ("FKSQ000123", "1280.50"),
    "PT2501310000018": ("FKSQ000124", "88.00"),
    "PT2501310000019": ("FKSQ000125", "2500.00"),
    "PT2501310000020": ("FKSQ000125", "499.99"),
}
APPLIED: Final = {"FKSQ000123": "1280.50", "FKSQ000124": "88.00", "FKSQ000125": "2999.99"}
BEGUN_AT: Final = 1_738_310_400_000
"""31 January 2025, 16:00 in Shanghai."""


class Functions:
    """All four functions, on one ledger and one queue."""

    def __init__(self, maycur: RunningSimulator, k3cloud: RunningSimulator) -> None:
        self.k3cloud = k3cloud
        self.sqs = aws.client("sqs")
        self.queue, self.dlq = (self.sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("main", "dead"))
        aws.client("dynamodb").create_table(TableName="ledger", **aws.table_of_template())
        secrets = aws.client("secretsmanager")
        for name, secret in self._secrets().items():
            secrets.create_secret(Name=name, SecretString=json.dumps(secret))
        self.environment = {
            "AWS_DEFAULT_REGION": aws.ACCESS["region_name"],
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "POWERTOOLS_METRICS_NAMESPACE": "paysync",
            "POWERTOOLS_SERVICE_NAME": "paid-to-paybill",
            **{f"PAYSYNC_{name}": value for name, value in self._settings(maycur, k3cloud).items()},
        }

    def handle(self, name: str) -> Any:
        """What a function answers to a sample."""
        event = json.loads((ROOT / "events" / f"{name}.json").read_text(encoding="utf-8"))
        return _handler(name.partition("/")[0])(event, _CONTEXT)

    def bodies(self, url: str) -> list[str]:
        """The messages of a queue, taken from it."""
        found = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [message["Body"] for message in found]

    def booked(self) -> dict[str, str]:
        """The audited bills of K3Cloud: amount by payment."""
        bills = self.k3cloud.books()["bills"]
        return {bill["third_bill_no"]: bill["amount"] for bill in bills if bill["status"] == "C"}

    def _secrets(self) -> dict[str, dict[str, object]]:
        maycur = MadeUpSecret()
        names = ("acct_id", "user_name", "app_id", "app_secret")
        k3cloud = {name: getattr(CREDENTIALS, name) for name in names}
        return {
            "maycur": {"app_code": maycur.app_code, "app_secret": maycur.app_secret},
            "k3cloud": {**k3cloud, "lcid": 2052, "org_num": "0"},
        }

    def _settings(self, maycur: RunningSimulator, k3cloud: RunningSimulator) -> dict[str, str]:
        return {
            "STAGE": "test",
            "SCHEME": "paid-to-paybill",
            "TABLE": "ledger",
            "QUEUE_URL": self.queue,
            "DLQ_URL": self.dlq,
            "FETCH_SINCE": (datetime.now(UTC) - timedelta(hours=2)).isoformat(),
            "RULE_ID": RULE,
            "QUIET_PERIOD_SECONDS": "600",
            "ON_UNRESOLVED": "park",
            "ALLOW_PLAIN_HTTP": "true",
            "MAYCUR_REQUESTS_PER_SECOND": "1000",
            "SAFETY_DELAY_SECONDS": "1",
            "MAYCUR_URL": maycur.url,
            "MAYCUR_SECRET": "maycur",
            "K3CLOUD_URL": f"{k3cloud.url}/K3Cloud/",
            "K3CLOUD_SECRET": "k3cloud",
        }


_CONTEXT: Final = SimpleNamespace(
    function_name="f",
    memory_limit_in_mb=256,
    invoked_function_arn="arn",
    aws_request_id="r",
    get_remaining_time_in_millis=lambda: 600_000,
)


def _handler(function: str) -> Callable[[Any, Any], Any]:
    """As a cold start makes it."""
    spec = importlib.util.spec_from_file_location(f"{function}_app", ROOT / "functions" / function / "app.py")
    assert spec is not None
    assert spec.loader is not None
    app = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(app)
    handler: Callable[[Any, Any], Any] = app.lambda_handler
    return handler


@pytest.fixture
def functions(
    maycur: RunningSimulator, k3cloud: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Functions]:
    """Both vendors with what the samples speak of, and a stack that has seen nothing yet."""
    maycur.reset()
    k3cloud.reset()
    k3cloud.load(
        rules=[{"id": RULE}],
        organisations=[{"number": "100", "name": "示例集团"}],
        bank_accounts=[{"number": ACCOUNT, "use_org": "100"}],
        applications=[{"number": number, "amount": amount, "pay_org": "100"} for number, amount in APPLIED.items()],
    )
    maycur.load(payments=[_paid(key) for key in PAID])
    with aws.in_process():
        made = Functions(maycur, k3cloud)
        for name in [name for name in os.environ if name.startswith(("AWS_", "PAYSYNC_"))]:
            monkeypatch.delenv(name)
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        yield made


def _paid(key: str) -> dict[str, Any]:
    number, amount = PAID[key]
    return {
        "paymentBizCode": key,
        "payeeTargetBusinessCode": number,
        "payerAccountName": "基本户",
        "payerAccountNumber": ACCOUNT,
        "payableAmount": amount,
        "auditTimeStamp": BEGUN_AT + int(key[-2:]) * 1000,
    }


def test_a_day_is_read_again_and_a_batch_of_it_booked(functions: Functions) -> None:
    """What backfill sends is what the sample batch holds; push books it and gives the stranger back."""
    report = functions.handle("fetch/backfill")["paid-to-paybill"]
    assert (report["seen"], report["new"]) == (4, 4)
    records = json.loads((ROOT / "events" / "push" / "batch.json").read_text(encoding="utf-8"))["Records"]
    stranger = records[-1]
    assert sorted(functions.bodies(functions.queue)) == sorted(record["body"] for record in records[:-1])

    assert functions.handle("push/batch") == {"batchItemFailures": [{"itemIdentifier": stranger["messageId"]}]}
    assert functions.booked() == {key: amount for key, (_, amount) in PAID.items()}
    compared = functions.handle("reconcile/range")["paid-to-paybill"]
    assert (compared["booked_count"], compared["findings"]) == (4, [])


def test_one_payment_is_refused_mended_and_its_letter_sent_again(functions: Functions) -> None:
    """The sample letter is the very one that push writes, and it opens the row again."""
    functions.handle("fetch/backfill")
    functions.k3cloud.post("applications/FKSQ000123", {"status": "B"})
    assert functions.handle("push/new-payment") == {"batchItemFailures": []}
    assert functions.booked() == {}
    event = json.loads((ROOT / "events" / "push" / "redriven-letter.json").read_text(encoding="utf-8"))
    assert functions.bodies(functions.dlq) == [event["Records"][0]["body"]]

    functions.k3cloud.post("applications/FKSQ000123", {"status": "C"})
    assert functions.handle("push/redriven-letter") == {"batchItemFailures": []}
    assert functions.booked() == {"PT2501310000017": "1280.50"}


def test_schedules_and_a_stranger_are_taken_by_an_empty_stack(functions: Functions) -> None:
    """Nothing to do is no error; what nobody can read stays where it is."""
    assert functions.handle("fetch/run")["paid-to-paybill"]["complete"]
    assert functions.handle("fetch/deep-scan")["paid-to-paybill"]["complete"]
    assert functions.handle("fetch/remedy")["paid-to-paybill"]["windows"] == 0, "this scheme has no remedy"
    assert functions.handle("sweep/schedule")["paid-to-paybill"]["woken"] == 0
    assert functions.handle("reconcile/schedule")["paid-to-paybill"]["findings"] == []
    (failed,) = functions.handle("push/unreadable-body")["batchItemFailures"]
    assert failed["itemIdentifier"].endswith("0003")


def test_a_collection_in_the_stack_is_collected_by_fetch(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the schemes, at its own pace, and by itself where it is named; payments go on as ever."""
    monkeypatch.setenv("PAYSYNC_SCHEME", "bank-accounts,paid-to-paybill")
    first = functions.handle("fetch/run")
    assert (first["bank-accounts"]["generation"], first["bank-accounts"]["rows"]) == (1, 1)
    assert first["paid-to-paybill"]["complete"]
    assert functions.handle("fetch/run")["bank-accounts"]["due"] is False
    assert "bank-accounts" not in functions.handle("fetch/deep-scan")
    named = _handler("fetch")({"mode": "run", "scheme": "bank-accounts"}, _CONTEXT)
    assert {name: report["generation"] for name, report in named.items()} == {"bank-accounts": 2}

    functions.handle("fetch/backfill")
    functions.handle("push/batch")
    assert functions.booked() == {key: amount for key, (_, amount) in PAID.items()}


def test_the_nightly_run_checks_the_target_and_keeps_what_it_saw(functions: Functions) -> None:
    """A field that is gone is found without a payment; who compares a range gets no check."""
    assert functions.handle("reconcile/schedule")["check of paid-to-paybill"]["findings"] == []
    functions.k3cloud.settings(missing_fields=["FTHIRDBILLNO"])
    ports = reconcile_ports(functions.environment)
    ((name, makes),) = ports.checks("")
    assert (name, len(check(makes()).findings)) == ("check of paid-to-paybill", 1)
    functions.k3cloud.settings(missing_fields=[])
    assert list(functions.handle("reconcile/range")) == ["paid-to-paybill"]


def test_a_check_is_made_although_the_books_cannot_be_compared(functions: Functions) -> None:
    """What stops one does not stop the other; the run fails all the same, so that somebody is told."""
    functions.k3cloud.settings(missing_fields=["FTHIRDBILLNO"])
    with pytest.raises(RunError):
        functions.handle("reconcile/schedule")
    kept = latest_check(aws.client("dynamodb"), "ledger", "paid-to-paybill")
    assert kept is not None
    assert [one["why"]["details"]["fields"] for one in kept["findings"]] == ["FTHIRDBILLNO"]


def test_a_scheme_whose_system_is_not_given_does_not_stop_the_others(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where push may not call Maycur, payments are booked, and what is handed on waits in the other's own row."""
    results = "payment-result-to-maycur"
    monkeypatch.setenv("PAYSYNC_SCHEME", f"paid-to-paybill,{results}")
    bound = f"strategy_id={results},endpoint=/api/openapi/result"
    monkeypatch.setenv("PAYSYNC_SCHEME_PARAMETERS", bound)
    functions.handle("fetch/backfill")
    monkeypatch.delenv("PAYSYNC_MAYCUR_URL")
    monkeypatch.delenv("PAYSYNC_MAYCUR_SECRET")

    functions.handle("push/batch")

    assert functions.booked()
    handed_on = [body for body in functions.bodies(functions.queue) if json.loads(body)["scheme"] == results]
    assert len(handed_on) == len(functions.booked())
