"""Credentials that could never sign a request are refused at start-up: the field is named, its value never shown."""

from typing import Any

import pytest

from paysync.adapters.k3cloud.settings import ConnectionSettings
from paysync.adapters.k3cloud.signing import Credentials, client_keys
from paysync.core.codes import Code
from paysync.core.errors import SettingsError
from unit.adapters.k3cloud.doubles import CREDENTIALS

SECRET = {
    "acct_id": CREDENTIALS.acct_id,
    "user_name": CREDENTIALS.user_name,
    "app_id": CREDENTIALS.app_id,
    "app_secret": CREDENTIALS.app_secret,
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("acct_id", ""),
        ("acct_id", " "),
        ("acct_id", "a,b"),
        ("user_name", "a,b"),
        ("user_name", ""),
        ("app_secret", ""),
        ("app_id", ""),
        ("app_id", "900003-no-underscore"),
        ("app_id", "900001_tooshort"),
        ("app_id", "900001_MDE3N2I2PzBrPzg4OD45N3IhK3B1InIk_x"),
        ("app_id", "_MDE3N2I2PzBrPzg4OD45N3IhK3B1InIk"),
        ("app_id", "9000\n01_MDE3N2I2PzBrPzg4OD45N3IhK3B1InIk"),
        ("app_id", "９_MDE3N2I2PzBrPzg4OD45N3IhK3B1InIk"),
    ],
)
def test_credentials_that_cannot_sign_are_refused(field: str, value: str) -> None:
    """With the diagnosis of a wrong setting; the value is not in it."""
    with pytest.raises(SettingsError) as caught:
        Credentials.of({**SECRET, field: value} if value.strip() else {**SECRET, field: ""})
    assert caught.value.diagnosis.code is Code.SETTING
    assert field in caught.value.diagnosis.problem("en")
    assert not value.strip() or value not in str(caught.value)


@pytest.mark.parametrize("language", ["1033", 3076, 0])
def test_another_language_is_refused_before_the_first_call(language: object) -> None:
    """What a refusal means is read from its words, and we know those of one language."""
    with pytest.raises(SettingsError, match=r"lcid.*2052"):
        Credentials.of({**SECRET, "lcid": language})


@pytest.mark.parametrize("field", ["lcid", "org_num"])
@pytest.mark.parametrize("value", ["x", "", None, "-1", 1.5, "２０５２"])
def test_language_and_organisation_are_whole_numbers(field: str, value: object) -> None:
    """As JSON or as text; anything else is refused."""
    with pytest.raises(SettingsError):
        Credentials.of({**SECRET, field: value})


def test_language_and_organisation_may_be_left_out() -> None:
    """Chinese, and the organisation of the user."""
    assert Credentials.of(SECRET) == CREDENTIALS
    assert Credentials.of({**SECRET, "lcid": "2052", "org_num": 0}).app_data == "64a1f0c2b3d4e5,webapi_user,2052,0"


def test_a_missing_field_is_an_empty_one() -> None:
    """Also null."""
    for document in ({**SECRET, "app_secret": None}, {}):
        with pytest.raises(SettingsError):
            Credentials.of(document)


@pytest.mark.parametrize(
    ("app_id", "keys"),
    [
        ("a", ("", "")),
        ("a_b_c", ("", "")),
        ("a_b", ("a", "")),
        (CREDENTIALS.app_id, ("900001", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX")),
    ],
)
def test_the_client_keys_follow_the_sdks_rule(app_id: str, keys: tuple[str, str]) -> None:
    """Malformed ids give empty ones; the SDK raises nothing, and the refusal is ours."""
    assert client_keys(app_id) == keys


def test_the_secret_is_not_shown() -> None:
    """Not even by a debugger's line."""
    assert CREDENTIALS.app_secret not in repr(CREDENTIALS)


@pytest.mark.parametrize(
    ("url", "settings"),
    [
        ("http://k3.example.invalid/K3Cloud/", {}),
        ("ftp://k3.example.invalid/K3Cloud/", {"allow_plain_http": True}),
        ("k3.example.invalid/K3Cloud/", {"allow_plain_http": True}),
        ("https://user@k3.example.invalid/K3Cloud/", {}),
        ("https:///K3Cloud/", {}),
        ("https://k3.example.invalid/K3Cloud/?a=1", {}),
        ("https://k3.example.invalid/K3Cloud/#a", {}),
        ("https://k3.example.invalid/%E6%98%9F/", {}),
    ],
)
def test_an_address_that_cannot_be_signed_or_must_not_be_used_is_refused(url: str, settings: dict[str, Any]) -> None:
    """Plain HTTP only where it is allowed; nothing but host and path, as it reads."""
    with pytest.raises(SettingsError):
        ConnectionSettings(url, **settings)


@pytest.mark.parametrize("base", ["https://k3.example.invalid/K3Cloud", "https://k3.example.invalid/K3Cloud/"])
def test_one_slash_stands_between_base_and_service(base: str) -> None:
    """Put there only where the base has none."""
    assert ConnectionSettings(base).service_url("Push") == (
        "https://k3.example.invalid/K3Cloud/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.Push.common.kdsvc"
    )
