"""Secrets: typed, cached, and never in a text that somebody may see."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from fakes.system import FakeClock
from paysync.adapters.aws.secrets import K3CloudSecret, MaycurSecret, Secrets, k3cloud_secret, maycur_secret
from paysync.core.errors import SettingsError

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
    with mock_aws():
        yield boto3.client(
            "secretsmanager", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
        )


def test_good_secrets_are_typed() -> None:
    """Numbers may be written as text, and the other way round."""
    wanted = K3CloudSecret("64a1", "webapi", "app_1", "hush-hush", 2052, "100")
    assert k3cloud_secret(K3, ARN) == wanted
    assert k3cloud_secret(K3 | {"lcid": "2052", "org_num": 100, "extra": 1}, ARN) == wanted
    assert maycur_secret({"app_code": "c", "app_secret": "s"}, ARN) == MaycurSecret("c", "s")


@pytest.mark.parametrize("name", K3)
@pytest.mark.parametrize("value", [None, "", "  ", 1.5, True, ["hush-hush"]])
def test_a_wrong_field_is_named_and_not_shown(name: str, value: object) -> None:
    """Field and ARN, never a value."""
    fields: dict[str, object] = {**K3, name: value}
    if value is None:
        del fields[name]
    with pytest.raises(SettingsError) as caught:
        k3cloud_secret(fields, ARN)
    assert f"{name} in {ARN}" in str(caught.value)
    assert "hush-hush" not in str(caught.value) + repr(caught.value.diagnosis)


def test_a_secret_does_not_print_itself() -> None:
    """Nor do its parts."""
    assert "hush" not in repr(k3cloud_secret(K3, ARN)) + repr(MaycurSecret("c", "hush"))


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


@pytest.mark.parametrize("text", ["hush-hush", "[1]", " "])
def test_what_is_no_json_object_is_a_wrong_setting(manager: Any, text: str) -> None:
    """Its text is not quoted, nor is the parser's error, which would quote it."""
    arn = manager.create_secret(Name="k3", SecretString=text)["ARN"]
    with pytest.raises(SettingsError) as caught:
        Secrets(manager, clock=FakeClock()).fields(arn)
    assert arn in str(caught.value)
    assert "hush-hush" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_an_empty_secret_is_a_wrong_setting(manager: Any) -> None:
    """The stack makes it without a value: the message says that it has none yet."""
    arn = manager.create_secret(Name="k3")["ARN"]
    with pytest.raises(SettingsError) as caught:
        Secrets(manager, clock=FakeClock()).maycur(arn)
    assert "no value yet" in repr(caught.value.diagnosis)
