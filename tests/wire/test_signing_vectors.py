"""Our signatures and the simulator's verifier against vectors of the vendor's SDK: equal, and no neighbour passes."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from multidict import CIMultiDict

from paysync.adapters.k3cloud import signing
from paysync.adapters.k3cloud.settings import ConnectionSettings
from paysync.core.errors import SettingsError
from simulators.k3cloud.signatures import Credentials, StampRule, Verdict, client_keys, judge, signature

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "k3cloud-signing-vectors.json").read_text(encoding="utf-8")
)["vectors"]
IDS = [vector["name"] for vector in VECTORS]
SIGNED = (
    *("X-Api-ClientID", "X-Api-Auth-Version", "x-api-timestamp", "x-api-nonce", "x-api-signheaders"),
    *("X-Api-Signature", "X-Kd-Appkey", "X-Kd-Appdata", "X-Kd-Signature"),
)


def credentials(vector: dict[str, Any]) -> Credentials:
    """What the administrator of the vector's tenant has let in."""
    given = vector["inputs"]
    return Credentials(given["acct_id"], given["user_name"], given["app_id"], given["app_secret"])


def path_of(vector: dict[str, Any]) -> str:
    """The path as the URL has it, not yet percent-encoded."""
    url: str = vector["expected"]["url"]
    return url[url.index("/", 10) :]


def verdict(vector: dict[str, Any], *, path: str | None = None, **changed: str) -> Verdict:
    """What the verifier says; `changed` replaces headers, `path` the path on the request line."""
    headers = CIMultiDict(vector["expected"]["headers"])
    for name, value in changed.items():
        headers[name] = value
    raw = quote(path if path is not None else path_of(vector), safe="/")
    return judge(headers, raw, [credentials(vector)], StampRule()).verdict


def neighbours(text: str) -> set[str]:
    """Every text that differs in one character: replaced, left out, doubled, or in the other case."""
    found = {text + "A", text[:-1]}
    for index, character in enumerate(text):
        before, behind = text[:index], text[index + 1 :]
        others = {chr(ord(character) ^ 1), "A", "z", "0", character.swapcase(), "", character * 2}
        found |= {before + other + behind for other in others}
    return found - {text}


@pytest.mark.parametrize("vector", VECTORS, ids=IDS)
def test_each_vector_is_accepted(vector: dict[str, Any]) -> None:
    """What the SDK made is let in, with the client secret derived as the vector says."""
    assert verdict(vector) is Verdict.GOOD
    derived = vector["derived"]
    assert client_keys(vector["inputs"]["app_id"]) == (derived["client_id"], derived["client_secret"])


@pytest.mark.parametrize("header", SIGNED)
@pytest.mark.parametrize("vector", VECTORS, ids=IDS)
def test_no_neighbour_of_a_header_is_accepted(vector: dict[str, Any], header: str) -> None:
    """One character changed, added or left out in any of the nine headers: refused."""
    values = neighbours(vector["expected"]["headers"][header])
    assert {value for value in values if verdict(vector, **{header: value}) is Verdict.GOOD} == set()


@pytest.mark.parametrize("vector", VECTORS, ids=IDS)
def test_no_neighbour_of_the_path_is_accepted(vector: dict[str, Any]) -> None:
    """The path is signed to the character, its case included."""
    paths = neighbours(path_of(vector))
    assert {path for path in paths if verdict(vector, path=path) is Verdict.GOOD} == set()


@pytest.mark.parametrize("field", ["acct_id", "user_name", "app_id", "app_secret"])
@pytest.mark.parametrize("vector", VECTORS, ids=IDS)
def test_no_neighbour_of_a_credential_is_accepted(vector: dict[str, Any], field: str) -> None:
    """A tenant with other credentials refuses the request; another data centre says so in its own way."""
    given = credentials(vector)
    for value in neighbours(getattr(given, field)):
        names = ("acct_id", "user_name", "app_id", "app_secret")
        other = Credentials(**{name: value if name == field else getattr(given, name) for name in names})
        headers = CIMultiDict(vector["expected"]["headers"])
        found = judge(headers, quote(path_of(vector), safe="/"), [other], StampRule()).verdict
        assert found is (Verdict.WRONG_ACCOUNT if field == "acct_id" else Verdict.BAD)


@pytest.mark.parametrize("vector", VECTORS, ids=IDS)
def test_the_clock_window_refuses_old_stamps_only_when_it_is_on(vector: dict[str, Any]) -> None:
    """Ten minutes: eleven are too many, nine are not, before and behind."""
    headers, path = CIMultiDict(vector["expected"]["headers"]), quote(path_of(vector), safe="/")
    stamp = vector["inputs"]["timestamp"]
    for minutes, wanted in ((9, Verdict.GOOD), (-9, Verdict.GOOD), (11, Verdict.STALE), (-11, Verdict.STALE)):
        rule = StampRule(window_minutes=10, now=stamp + minutes * 60)
        assert judge(headers, path, [credentials(vector)], rule).verdict is wanted


def test_another_spelling_of_the_same_app_data_is_refused() -> None:
    """Base64 has spare bits before its padding: what decodes to the same text is still not what was sent."""
    vector = VECTORS[0]
    given = credentials(vector)
    user = Credentials(given.acct_id, "webapi_users", given.app_id, given.app_secret)  # a length that needs padding
    plain = f"{user.acct_id},{user.user_name},2052,0"
    usual = base64.b64encode(plain.encode()).decode()
    assert usual.endswith("==")
    other = usual[:-3] + chr(ord(usual[-3]) + 1) + "=="
    assert base64.b64decode(other) == plain.encode()
    headers = CIMultiDict(vector["expected"]["headers"])
    headers["X-Kd-Signature"] = signature(user.app_secret, user.app_id + plain)
    for text, wanted in ((usual, Verdict.GOOD), (other, Verdict.BAD)):
        headers["X-Kd-Appdata"] = text
        assert judge(headers, quote(path_of(vector), safe="/"), [user], StampRule()).verdict is wanted


@pytest.mark.parametrize("vector", VECTORS, ids=IDS)
def test_our_signature_is_the_sdks(vector: dict[str, Any]) -> None:
    """URL, client id, key, signed path and all nine headers, malformed app ids included."""
    given, expected, derived = vector["inputs"], vector["expected"], vector["derived"]
    operation = expected["url"].split(".")[-3]
    base = ConnectionSettings(given["server_url"], allow_plain_http=True)
    url = base.service_url(operation)
    assert url == expected["url"]
    assert signing.client_keys(given["app_id"]) == (derived["client_id"], derived["client_secret"])
    assert signing.encoded_path(url) == derived["path_encoded"]
    plain = signing.app_data(given["acct_id"], given["user_name"], given["lcid"], given["org_num"])
    assert plain == derived["app_data_plain"]
    headers = signing.headers_of(
        app_id=given["app_id"], app_secret=given["app_secret"], app_data=plain, url=url, stamp=given["nonce"]
    )
    assert headers == {name: expected["headers"][name] for name in SIGNED}


@pytest.mark.parametrize("vector", VECTORS, ids=IDS)
def test_our_credentials_sign_alike_or_are_refused(vector: dict[str, Any]) -> None:
    """From the secret's JSON, numbers as text too; an app id that could never sign is refused before any call."""
    given = vector["inputs"]
    secret = {name: given[name] for name in ("acct_id", "user_name", "app_id", "app_secret")}
    secret |= {"lcid": str(given["lcid"]), "org_num": given["org_num"]}
    if not vector["derived"]["client_secret"]:
        with pytest.raises(SettingsError):
            signing.Credentials.of(secret)
        return
    headers = signing.signed_headers(
        signing.Credentials.of(secret), vector["expected"]["url"], seconds=given["timestamp"]
    )
    assert headers == {name: vector["expected"]["headers"][name] for name in SIGNED}
