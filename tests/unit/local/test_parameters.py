"""The parameters of a local stack, and how they reach sam whole."""

import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest

from paysync.local import LocalError
from paysync.local.parameters import (
    NEVER,
    as_arguments,
    check_connections,
    check_names,
    check_schemes,
    local_parameters,
    parameters_of,
    parsed_overrides,
)

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
NOW = datetime(2025, 3, 31, 16, 30, tzinfo=UTC)


def parameters(**chosen: str) -> dict[str, str]:
    return at("http://127.0.0.1:1", **chosen)


def at(maycur: str, k3cloud: str = "http://localhost/K3Cloud/", **chosen: str) -> dict[str, str]:
    return local_parameters(maycur, k3cloud, runtime="python3.11", now=NOW, chosen=chosen)


def test_no_schedule_fires_unless_one_is_chosen() -> None:
    """`local run` drives the stack; a schedule in between would be noise."""
    assert parameters()["FetchSchedule"] == NEVER
    assert parameters(FetchSchedule="rate(1 minute)")["FetchSchedule"] == "rate(1 minute)"


def test_fetch_starts_thirty_days_back_in_shanghai() -> None:
    """The accountants' days are Shanghai's."""
    assert parameters()["FetchSince"] == "2025-03-02T00:30:00+08:00"


@pytest.mark.parametrize("host", ["127.0.0.1:8081", "localhost", "[::1]:8081"])
def test_a_simulator_on_this_machine_is_read_at_once(host: str) -> None:
    """Demo and tests need not wait for what protects a tenant; what is chosen still wins."""
    local = at(f"http://{host}")
    assert (local["SafetyDelaySeconds"], local["MaycurRequestsPerSecond"]) == ("1", "50")
    assert at(f"http://{host}", SafetyDelaySeconds="9")["SafetyDelaySeconds"] == "9"


@pytest.mark.parametrize("url", ["https://dt.example.com", "http://127.0.0.1.example.com", "http://10.0.0.1"])
def test_a_tenant_elsewhere_keeps_the_templates_caution(url: str) -> None:
    """A real Maycur shows a payment late, and counts requests."""
    elsewhere = at(url, FetchSince="2025-03-31", RuleId="R")
    assert not {"SafetyDelaySeconds", "MaycurRequestsPerSecond"} & elsewhere.keys()


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"maycur": "https://dt.example.com"},
        {"maycur": "http://127.0.0.1", "k3cloud": "https://erp.example.com/K3Cloud/"},
        {"maycur": "http://127.0.0.1", "HttpBaseUrl": "https://erp.example.com/api"},
    ],
)
def test_what_is_booked_at_a_tenant_must_be_said(elsewhere: dict[str, str]) -> None:
    """Thirty days of payments must not be booked because nobody thought of saying since when; both languages say so."""
    for lacking in ({}, {"FetchSince": "2025-03-31", "RuleId": ""}, {"RuleId": "R"}):
        with pytest.raises(LocalError) as refused:
            at(**elsewhere, **lacking)
        for line in str(refused.value).splitlines():
            for name in {"FetchSince", "RuleId"} - {name for name, value in lacking.items() if value}:
                assert f"--set {name}=…" in line
            for name in {name for name, value in lacking.items() if value}:
                assert f"--set {name}=…" not in line
        assert "真实入账" in str(refused.value)
    said = {"FetchSince": "2025-03-31", "RuleId": "R"}
    assert at(**elsewhere, **said).items() >= said.items()


def test_a_doubt_at_a_tenant_rests_as_long_as_a_request_can_run() -> None:
    """`up` allows plain http, so that the functions themselves would accept a second."""
    tenant = {"maycur": "https://dt.example.com", "FetchSince": "2025-03-31", "RuleId": "R"}
    with pytest.raises(LocalError, match=r"at a tenant, 150 at least(.|\n)*仅供本机模拟器"):
        at(**tenant, QuietPeriodSeconds="149")
    assert at(**tenant, QuietPeriodSeconds="150")["QuietPeriodSeconds"] == "150"
    assert parameters(QuietPeriodSeconds="1")["QuietPeriodSeconds"] == "1"


def test_a_call_back_that_nobody_takes_is_refused() -> None:
    """A parameter names the other scheme, so only the stack's own values can tell."""
    with pytest.raises(LocalError, match="hands rows on to nobody, which the stack does not run: add it to Scheme"):
        check_schemes(parameters(SchemeParameters="strategy_id=nobody"), TEMPLATE)
    both = "paid-to-paybill,payment-result-to-maycur"
    bound = "strategy_id=payment-result-to-maycur,endpoint=/api/openapi/result"
    check_schemes(parameters(Scheme=both, SchemeParameters=bound), TEMPLATE)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("keeps_sesion=false", "there are data_as_text, keeps_session, read_seconds"),
        ("keeps_session=no", "write true or false"),
        ("read_seconds=300", "write 5 to 100"),
        ("read_seconds", "write name=value"),
    ],
)
def test_a_setting_of_k3cloud_that_cannot_be_is_refused(written: str, why: str) -> None:
    """Before anything is built, with what can be."""
    with pytest.raises(LocalError, match=why):
        check_connections(parameters(K3CloudSettings=written), TEMPLATE)
    check_connections(parameters(K3CloudSettings="keeps_session=false,read_seconds=90"), TEMPLATE)


def test_every_parameter_is_one_of_the_template() -> None:
    """Sam drops unknown names in silence, so ours must be known."""
    assert parameters().keys() <= parameters_of(TEMPLATE)


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    """A typing error must not end as a default."""
    with pytest.raises(LocalError, match=r"FetchShedule.*FetchSchedule"):
        check_names({"FetchShedule": "rate(1 minute)"}, TEMPLATE)


@pytest.mark.parametrize("value", ["rate(1 minute)", "", 'say "so"', "back\\slash"])
def test_a_value_survives_sams_own_splitting(value: str) -> None:
    """Sam splits each argument as a shell would."""
    assert shlex.split(as_arguments({"P": value})[0]) == [f"P={value}"]


def test_overrides_are_read_to_the_first_equals_sign() -> None:
    """A value may hold one."""
    assert parsed_overrides(["A=b=c", "D="]) == {"A": "b=c", "D": ""}


@pytest.mark.parametrize("wrong", ["A", "=b"])
def test_an_override_without_name_or_equals_sign_is_refused(wrong: str) -> None:
    """And the message shows how to write it."""
    with pytest.raises(LocalError, match="Parameter=Value"):
        parsed_overrides([wrong])


FORM = "reimbursement-to-paybill"
TWO = f"paid-to-paybill,{FORM}"


def test_an_unbound_scheme_is_refused_with_where_its_values_are_found() -> None:
    """Found out before anything is built, in both languages, with what to write."""
    with pytest.raises(LocalError) as refused:
        check_schemes(parameters(Scheme=TWO), TEMPLATE)
    said = str(refused.value)
    assert "reimbursement-to-paybill.bill_type=…" in said
    assert "reimbursement-to-paybill.purpose=…" in said
    assert "K3Cloud, 单据类型 of 付款单, its code" in said
    assert "金蝶单据类型列表中付款单的编码" in said
    check_schemes(parameters(Scheme=TWO, SchemeParameters=f"bill_type=B, purpose=P, {FORM}.since=2026-01-01"), TEMPLATE)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"SchemeParameters": "purpose"}, "'purpose', which is no pair"),
        ({"SchemeParameters": "purpos=P"}, "binds 'purpos'"),
        ({"Scheme": "no-such"}, "no scheme is called 'no-such'"),
        ({"OnUnresolved": "repush_once"}, "write the stack parameter Attestation"),
    ],
)
def test_what_the_functions_would_refuse_is_refused_before_the_build(wrong: dict[str, str], says: str) -> None:
    """A stack that cannot run is not put up."""
    with pytest.raises(LocalError, match=says):
        check_schemes(parameters(**wrong), TEMPLATE)


def test_a_collection_beside_the_schemes_is_put_up() -> None:
    """It binds nothing; alone it would be read by nobody."""
    check_schemes(parameters(Scheme="bank-accounts,paid-to-paybill"), TEMPLATE)
    with pytest.raises(LocalError, match="collections only"):
        check_schemes(parameters(Scheme="bank-accounts"), TEMPLATE)


def test_an_attested_repush_is_put_up() -> None:
    """The attestation may come from the stack."""
    check_schemes(parameters(OnUnresolved="repush_once", Attestation="A. Person, 2026-01-01, tenant T"), TEMPLATE)
