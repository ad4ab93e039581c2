"""Logs and metrics: structured, searchable by the payment's key, and without what nobody may read (I9)."""

import io
import json
from itertools import count
from typing import Any

import pytest
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import EphemeralMetrics

from fakes import builders as b
from fakes.system import START
from paysync.adapters.aws.journal import PowertoolsJournal, masked
from paysync.adapters.aws.secrets import MaycurSecret
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.records import Token

_names = count(1)
ACCOUNT = "6222021001112223"


@pytest.fixture
def written() -> io.StringIO:
    """What went to the log."""
    return io.StringIO()


@pytest.fixture
def journal(written: io.StringIO) -> PowertoolsJournal:
    """A journal of its own: loggers of one name share a stream."""
    logger = Logger(service=f"test-{next(_names)}", stream=written, level="INFO")
    metrics: Any = EphemeralMetrics(namespace="paysync", service="test")
    return PowertoolsJournal(logger, metrics)


def test_a_line_is_json_with_the_key_in_full(journal: PowertoolsJournal, written: io.StringIO) -> None:
    """The key is an identifier: an operator searches for it."""
    journal.tell("claimed", key=b.key("PY202503030000012345"), fence=3, why=Diagnosis.of(Code.ERP_RULE, vendor="x"))
    line = json.loads(written.getvalue())
    assert (line["message"], line["scheme"], line["key"]) == ("claimed", b.SCHEME, "PY202503030000012345")
    assert (line["fence"], line["why"]) == (3, {"code": "erp.rule", "vendor": "x"})


def test_no_account_number_and_no_secret_is_written(journal: PowertoolsJournal, written: io.StringIO) -> None:
    """At any depth, in any type, in the text itself."""
    journal.tell(
        f"to {ACCOUNT}",
        account=int(ACCOUNT),
        spaced="6222 0210 0111 2223",
        rows=[{"no": ACCOUNT, "app_secret": "hush"}],
        tokenId="hush",
        password="hush",
        payment=b.row(b.payment(number=ACCOUNT)),
        error=ValueError(f"{ACCOUNT} hush?"[:16]),
    )
    text = written.getvalue()
    assert ACCOUNT not in text
    assert "6222 0210" not in text
    assert "hush" not in text
    assert text.count("2223") >= 5


@pytest.mark.parametrize(
    "text",
    [
        "GET https://x/list?tokenId=hush&page=1 failed",
        "{'app_secret': 'hush, hush'}",
        '{"accessToken": "hush"}',
        "Authorization: Bearer hush",
        "X-Kd-Signature:hush",
        "kdservice-sessionid=hush; path=/",
        "Cookie: hush",
        "Password = hush",
    ],
)
def test_a_secret_in_a_text_is_not_written(journal: PowertoolsJournal, written: io.StringIO, text: str) -> None:
    """An error's text may quote a URL, a header or a body."""
    journal.tell(text, error=RuntimeError(text), rows=[text])
    assert "hush" not in written.getvalue()
    assert written.getvalue().count("***") >= 3


def test_what_a_record_hides_from_its_repr_is_not_written(journal: PowertoolsJournal, written: io.StringIO) -> None:
    """A token's value has no telling name; neither have a secret's fields inside another record."""
    journal.tell("x", login=Token("hush", "EC1", START), both=[MaycurSecret("code", "hush")])
    line = json.loads(written.getvalue())
    assert "hush" not in written.getvalue()
    assert (line["login"]["tenant"], line["both"]) == ("EC1", [{"app_code": "code"}])


def test_a_source_row_is_not_written(journal: PowertoolsJournal, written: io.StringIO) -> None:
    """It has names of people in it; what the ledger says of the payment is told."""
    journal.tell("x", row=b.row(b.payment(raw="张三")), sighting=b.sighting(b.row(), raw="张三"))
    assert "张三" not in written.getvalue()
    assert "上海某某" not in written.getvalue()
    assert json.loads(written.getvalue())["row"]["state"] == "NEW"


def test_the_logger_raises_nothing_on_odd_values(journal: PowertoolsJournal, written: io.StringIO) -> None:
    """Half a surrogate pair, a set, a type, bytes: a log line must not stop a payment."""
    journal.tell("x\ud800", some={1}, kind=Token, data=b"\xff", half="\ud800")
    assert json.loads(written.getvalue())["some"] == [1]


def test_names_that_logging_needs_are_no_trouble(journal: PowertoolsJournal, written: io.StringIO) -> None:
    """`name`, `message`, `args` and their like get an underscore."""
    journal.tell("x", name="n", message="m", args="a", level="l", timestamp="t", module="o")
    line = json.loads(written.getvalue())
    assert (line["name_"], line["message_"], line["args_"], line["message"]) == ("n", "m", "a", "x")


def test_metrics_are_written_with_the_invocation(journal: PowertoolsJournal) -> None:
    """As EMF, with a unit that the name tells."""
    journal.count("Booked")
    journal.count("Booked", 2)
    journal.count("WatermarkLagSeconds", 12.5)
    emf: Any = journal.metrics.serialize_metric_set()
    assert (emf["Booked"], emf["WatermarkLagSeconds"]) == ([1.0, 2.0], [12.5])
    units = {each["Name"]: each["Unit"] for each in emf["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert units == {"Booked": "Count", "WatermarkLagSeconds": "Seconds"}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("123456789", "*****6789"),
        ("12345678", "12345678"),
        ("6222-0210-0111-2223", "***************2223"),
        ("6222 0210 0111 2223 456", "*******************" + " 456"),
        ("6222\u00a00210\u00a00111\u00a02223", "***************2223"),
        ("６２２２０２１００１１１２２２３", "*" * 12 + "２２２３"),
        ("from 2025-03-03 to 2025-03-04", "from 2025-03-03 to 2025-03-04"),
        ("2025-03-03T01:00:00.000Z", "2025-03-03T01:00:00.000Z"),
        (12345678, 12345678),
        (1740963600000, "*********0000"),
        (True, True),
        (None, None),
        (("a", {"token": 1}), ["a", {}]),
        (b.key("PY202503030000012345"), "PAY#paid-to-paybill#PY" + "*" * 14 + "2345"),
    ],
)
def test_masking(value: object, told: object) -> None:
    """Nine digits or more show the last four; dates and short numbers stay."""
    assert masked(value) == told


def test_the_default_tools_are_powertools() -> None:
    """The handler's decorators take them from the journal."""
    journal = PowertoolsJournal(metrics=Metrics(namespace="paysync", service="test"))
    assert isinstance(journal.logger, Logger)
