"""Secrets: typed, cached, and never in a text that somebody may see."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from fakes import aws
from fakes.system import FakeClock
from paysync.adapters.aws.secrets import K3CloudSecret, MaycurSecret, Secrets, k3cloud_secret, maycur_secret
from paysync.core.diagnosis import Code, Diagnosis, Kind
from paysync.core.errors import SettingsError
from unit.adapters.certificate import CERTIFICATE

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:k3"
K3 = {
    "acct_id": "64a1",
    "user_name": "webapi",
    "app_id": "app_1",
    "app_secret": "hush-hush",
    "lcid": 2052,
    "org_num": "100",
}


@pytest.fixture
def manager() -> Iterator[Any]:
    """Secrets Manager in this process."""
    with aws.in_process():
        yield aws.client("secretsmanager")


def test_good_secrets_are_typed() -> None:
    """Numbers may be written as text, and the other way round."""
    wanted = K3CloudSecret("64a1", "webapi", "app_1", "hush-hush", 2052, 100)
    assert k3cloud_secret(K3, ARN) == wanted
    assert k3cloud_secret(K3 | {"lcid": "2052", "org_num": 100, "extra": 1}, ARN) == wanted
    assert maycur_secret({"app_code": "c", "app_secret": "s"}, ARN) == MaycurSecret("c", "s")


def test_a_companys_own_certificate_may_stand_in_the_secret() -> None:
    """It is trusted as it is written; what is none is named, before anybody is called."""
    assert k3cloud_secret({**K3, "ca_certificate": CERTIFICATE}, ARN).ca_certificate == CERTIFICATE.strip()
    assert k3cloud_secret(K3, ARN).ca_certificate == ""
    with pytest.raises(SettingsError, match="ca_certificate"):
        k3cloud_secret({**K3, "ca_certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"}, ARN)


def said(error: SettingsError) -> str:
    """All that anybody reads of it: text, diagnosis, both languages."""
    return str(error) + repr(error.diagnosis) + json.dumps(error.diagnosis.as_json(), ensure_ascii=False)


@pytest.mark.parametrize("name", K3)
@pytest.mark.parametrize("value", [None, "", "  ", 1.5, True, ["hush-hush"]])
def test_a_wrong_field_is_named_and_not_shown(name: str, value: object) -> None:
    """Field and ARN in both languages, never a value; no payment is to blame."""
    fields: dict[str, object] = {**K3, name: value}
    if value is None:
        del fields[name]
    with pytest.raises(SettingsError) as caught:
        k3cloud_secret(fields, ARN)
    why = caught.value.diagnosis
    assert (why.code, why.kind) == (Code.SECRET_FIELD, Kind.CREDENTIAL)
    assert f"field {name} of the secret {ARN}" in why.problem("en")
    assert f"密钥 {ARN} 的字段 {name}" in why.problem("zh")
    assert "hush-hush" not in said(caught.value)


@pytest.mark.parametrize("name", ["lcid", "org_num"])
@pytest.mark.parametrize("text", ["zh-CN", "20.52", "-1", "１００"])
def test_language_and_organisation_are_whole_numbers(name: str, text: str) -> None:
    """K3Cloud takes no other, and a run says so before it calls."""
    with pytest.raises(SettingsError) as caught:
        k3cloud_secret(K3 | {name: text}, ARN)
    assert dict(caught.value.diagnosis.details) == {"field": name, "setting": ARN}


def test_a_secret_does_not_print_itself() -> None:
    """Nor do its parts."""
    assert "hush" not in repr(k3cloud_secret(K3, ARN)) + repr(MaycurSecret("c", "hush"))


def test_each_secret_is_cached_for_itself(manager: Any) -> None:
    """One request per secret and TTL, however often it is asked for."""
    wire = aws.Wire(manager)
    arns = [manager.create_secret(Name=name, SecretString=json.dumps(K3 | {"user_name": name}))["ARN"] for name in "ab"]
    secrets = Secrets(manager, clock=FakeClock())
    assert [secrets.k3cloud(arn).user_name for arn in arns * 3] == ["a", "b"] * 3
    assert wire.requests["GetSecretValue"] == 2


def test_a_rotated_secret_is_seen_when_asked_for_fresh(manager: Any) -> None:
    """Cached for its TTL; `fresh` reads it anew for all who come after."""
    clock = FakeClock()
    arn = manager.create_secret(Name="k3", SecretString=json.dumps(K3))["ARN"]
    secrets = Secrets(manager, clock=clock, ttl=timedelta(minutes=5))
    assert secrets.k3cloud(arn).app_secret == "hush-hush"
    manager.put_secret_value(SecretId=arn, SecretString=json.dumps(K3 | {"app_secret": "new"}))
    assert secrets.k3cloud(arn).app_secret == "hush-hush"
    assert secrets.k3cloud(arn, fresh=True).app_secret == "new"
    manager.put_secret_value(SecretId=arn, SecretString=json.dumps(K3 | {"app_secret": "newer"}))
    assert secrets.k3cloud(arn).app_secret == "new"
    clock.advance(timedelta(minutes=5))
    assert secrets.k3cloud(arn).app_secret == "newer"


@pytest.mark.parametrize("text", ["hush-hush", "[1]", "{'app_secret': 'hush-hush'}", "[" * 30_000])
def test_what_is_no_json_object_is_said_and_not_shown(manager: Any, text: str) -> None:
    """Its text is not quoted, nor is the parser's error, which would quote it."""
    arn = manager.create_secret(Name="k3", SecretString=text)["ARN"]
    with pytest.raises(SettingsError) as caught:
        Secrets(manager, clock=FakeClock()).fields(arn)
    assert caught.value.diagnosis == Diagnosis.of(Code.SECRET_FORM, setting=arn)
    assert arn in caught.value.diagnosis.problem("zh")
    assert "hush-hush" not in said(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("kind", [{}, {"SecretString": " "}, {"SecretBinary": b"{}"}])
def test_an_empty_secret_is_said_to_be_empty(manager: Any, kind: dict[str, Any]) -> None:
    """The stack makes it without a value; blanks and bytes are none either."""
    arn = manager.create_secret(Name="k3", **kind)["ARN"]
    with pytest.raises(SettingsError) as caught:
        Secrets(manager, clock=FakeClock()).maycur(arn)
    assert caught.value.diagnosis.code is Code.SECRET_EMPTY
    assert "has no value" in caught.value.diagnosis.problem("en")
    assert "没有内容" in caught.value.diagnosis.problem("zh")


def test_a_secret_that_was_deleted_is_said_to_be_gone(manager: Any) -> None:
    """Within its days of grace Secrets Manager refuses it as an invalid request."""
    arn = manager.create_secret(Name="k3", SecretString="{}")["ARN"]
    manager.delete_secret(SecretId=arn, RecoveryWindowInDays=7)
    with pytest.raises(SettingsError) as caught:
        Secrets(manager, clock=FakeClock()).fields(arn)
    assert caught.value.diagnosis.code is Code.SECRET_EMPTY


@pytest.mark.parametrize("code", ["AccessDeniedException", "DecryptionFailure"])
def test_a_secret_out_of_reach_says_what_to_allow(manager: Any, code: str) -> None:
    """The policy of the secret, or of the key behind it."""
    wire = aws.Wire(manager)
    wire.refuse("GetSecretValue", code)
    with pytest.raises(SettingsError) as caught:
        Secrets(manager, clock=FakeClock()).fields(ARN)
    assert caught.value.diagnosis == Diagnosis.of(Code.SECRET_ACCESS, setting=ARN, vendor=code)
    assert "kms:Decrypt" in caught.value.diagnosis.solution("zh")


def test_trouble_of_the_service_does_not_blame_the_secret(manager: Any) -> None:
    """It passes; and what was read before is not forgotten for it."""
    clock, wire = FakeClock(), aws.Wire(manager)
    arn = manager.create_secret(Name="k3", SecretString=json.dumps(K3))["ARN"]
    secrets = Secrets(manager, clock=clock)
    secrets.fields(arn)
    wire.refuse("GetSecretValue", "InternalServiceError")
    with pytest.raises(ClientError):
        secrets.fresh(arn)
    assert secrets.k3cloud(arn).app_id == "app_1"
    assert wire.requests["GetSecretValue"] == 1
