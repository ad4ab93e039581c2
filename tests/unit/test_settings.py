"""The environment of a function becomes settings, or a sentence that says what is wrong with it."""

from dataclasses import replace
from datetime import timedelta

import boto3
import pytest

from paysync.bootstrap.ground import Ground
from paysync.core.due import schedule_of
from paysync.core.errors import PaysyncError, SettingsError
from paysync.core.times import iso
from paysync.schemes.rules.policies import LEAST_QUIET
from paysync.settings import Endpoint, Settings, pairs

FORM = "reimbursement-to-paybill"
TWO = f"paid-to-paybill,{FORM}"
HOURLY = schedule_of("rate(1 hour)")
VALUES = f"bill_type=B,purpose=P,{FORM}.since=2026-01-01"


def settings(**changed: str) -> Settings:
    known = {
        "STAGE": "test",
        "SCHEME": "paid-to-paybill",
        "TABLE": "T",
        "QUEUE_URL": "https://q",
        "DLQ_URL": "https://d",
        "FETCH_SINCE": "2025-01-01",
        "RULE_ID": "R",
        "QUIET_PERIOD_SECONDS": "900",
        "ON_UNRESOLVED": "park",
        "ALLOW_PLAIN_HTTP": "false",
        "MAYCUR_REQUESTS_PER_SECOND": "2",
        "SAFETY_DELAY_SECONDS": "300",
    }
    return Settings.of({f"PAYSYNC_{name}": value for name, value in {**known, **changed}.items()})


def ground(**changed: str) -> Ground:
    session = boto3.Session(region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    return Ground(
        settings(**changed),
        dynamodb=session.client("dynamodb"),
        sqs=session.client("sqs"),
        secrets=session.client("secretsmanager"),
    )


def test_pairs_are_cut_at_commas_and_line_breaks() -> None:
    """As a parameter file or a command line can hold them; a value may hold an equals sign."""
    assert pairs(" a=1,b-c.d_e = x=y \n\n f=2,") == {"a": "1", "b-c.d_e": "x=y", "f": "2"}
    assert pairs("") == {}


@pytest.mark.parametrize("wrong", ["a", "a=", "=1", "A=1", "a.b.c=1", "a=1,a=2"])
def test_what_is_no_pair_is_refused(wrong: str) -> None:
    """Half a pair, or a name twice, is a slip that must not reach the books."""
    with pytest.raises(SettingsError, match="PAYSYNC_SCHEME_PARAMETERS"):
        settings(SCHEME_PARAMETERS=wrong)


def test_a_doubt_rests_as_long_as_a_request_can_run() -> None:
    """As in a scheme's file; only a simulator, which plain http is for, may be asked sooner."""
    for short in ("1", "149"):
        with pytest.raises(SettingsError, match=r"PAYSYNC_QUIET_PERIOD_SECONDS .*from 150 to"):
            settings(QUIET_PERIOD_SECONDS=short)
    assert settings(QUIET_PERIOD_SECONDS="150").quiet_period == LEAST_QUIET
    assert settings(QUIET_PERIOD_SECONDS="1", ALLOW_PLAIN_HTTP="true").quiet_period == timedelta(seconds=1)


def test_the_http_system_is_optional_and_needs_an_address_for_its_secret() -> None:
    """A stack without such a scheme knows nothing of it; a secret alone is half a setting."""
    assert settings().http is None
    assert settings(HTTP_URL="https://h/api").http == Endpoint("https://h/api", "")
    assert settings(HTTP_URL="https://h/api", HTTP_SECRET="arn:s").http == Endpoint("https://h/api", "arn:s")
    with pytest.raises(SettingsError, match="set both, or none"):
        settings(HTTP_SECRET="arn:s")
    with pytest.raises(SettingsError, match="use an https:// address"):
        settings(HTTP_URL="http://h/api")


def test_each_scheme_gets_the_values_that_the_stack_binds() -> None:
    """RuleId for the first; SchemeParameters for those that have such a parameter."""
    both = ground(SCHEME=TWO, SCHEME_PARAMETERS=VALUES).chosen()
    assert [dict(scheme.parameters) for scheme in both] == [
        {"rule_id": "R", "strategy_id": ""},
        {"bill_type": "B", "purpose": "P", "since": "2026-01-01", "schedule": "", "settle_type": "JSFS04_SYS"},
    ]


def test_a_second_scheme_starts_where_its_own_file_says() -> None:
    """The first one's start is the stack's, wherever the scheme stands in the stack."""
    both = ground(SCHEME=TWO, SCHEME_PARAMETERS=VALUES)
    assert [iso(both.since(scheme)) for scheme in both.chosen()] == [
        "2024-12-31T16:00:00.000Z",
        "2025-12-31T16:00:00.000Z",
    ]
    alone = ground(SCHEME=FORM, SCHEME_PARAMETERS="bill_type=B,purpose=P")
    assert iso(alone.since(alone.scheme())) == "2024-12-31T16:00:00.000Z"


def test_the_first_scheme_runs_at_every_tick_and_another_at_its_own_pace() -> None:
    """FetchSchedule is the first one's schedule, and so the tick."""
    both = ground(SCHEME=TWO, SCHEME_PARAMETERS=VALUES)
    paced = [replace(one, source=replace(one.source, schedule=HOURLY)) for one in both.chosen()]
    assert [both.schedule(one) for one in paced] == [None, HOURLY]


def test_an_unbound_scheme_does_not_run() -> None:
    """It says what is missing and where it is found, before any work."""
    with pytest.raises(PaysyncError, match=r"bill_type .K3Cloud, 单据类型 of 付款单, its code"):
        ground(SCHEME=TWO).chosen()


def test_a_repush_runs_only_with_an_attestation() -> None:
    """By default nobody has attested anything; the error says what to write."""
    with pytest.raises(PaysyncError, match="write the stack parameter Attestation"):
        ground(ON_UNRESOLVED="repush_once").scheme()
    attested = ground(ON_UNRESOLVED="repush_once", ATTESTATION="A. Person, 2026-01-01, tenant T").scheme()
    assert attested.policies.attestation == "A. Person, 2026-01-01, tenant T"


def test_a_scheme_that_comes_first_does_not_start_before_its_own_start() -> None:
    """Moved to the first place it would else read again, and book again, what the old way had booked before."""
    stack = ground()
    own = stack.scheme()
    later, earlier = settings(FETCH_SINCE="2026-01-01").fetch_since, settings(FETCH_SINCE="2024-01-01").fetch_since
    moved = replace(own, source=replace(own.source, since=later))
    assert stack.since(moved) == later
    assert stack.since(replace(own, source=replace(own.source, since=earlier))) == stack.settings.fetch_since
