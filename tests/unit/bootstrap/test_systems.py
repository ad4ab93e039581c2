"""The connectors' wiring: address and secret of the stack become a source and a target of a scheme."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

import paysync.bootstrap.http as http_module
from contract import example
from fakes.journal import MemoryJournal
from fakes.system import FakeClock, SeededIds
from paysync.adapters.aws.secrets import K3CloudSecret
from paysync.adapters.http.source import HttpSource
from paysync.adapters.http.target import HttpTarget
from paysync.adapters.maycur.results import MaycurResults
from paysync.bootstrap.http import Http
from paysync.bootstrap.k3cloud import K3Cloud
from paysync.bootstrap.maycur import Maycur
from paysync.core.errors import SettingsError
from paysync.schemes.load import load
from paysync.settings import Endpoint
from unit.adapters.certificate import CERTIFICATE
from unit.adapters.k3cloud.doubles import CREDENTIALS

PUSH_TIMEOUT = timedelta(seconds=180)


def ground(secret: dict[str, object] | None = None, **settings: Any) -> Any:
    """What a connector takes from a stack."""
    return SimpleNamespace(
        settings=SimpleNamespace(allow_plain_http=False, maycur_requests_per_second=2, table="ledger", **settings),
        clock=FakeClock(),
        ids=SeededIds(),
        journal=MemoryJournal(),
        dynamodb=None,
        secrets=SimpleNamespace(fields=lambda arn: {"arn": secret or {}}[arn]),
    )


def test_http_makes_source_and_target_with_the_secrets_headers() -> None:
    """By the secret as it is when a run begins; a call fits into push's time."""
    connector = Http(ground({"token": "a-made-up-token"}, http=Endpoint("https://system.example", "arn")))
    scheme = example.scheme()
    source, target = connector.source(scheme), connector.target(scheme)
    assert isinstance(source, HttpSource)
    assert isinstance(target, HttpTarget)
    assert source._headers.values == target._headers.values == {"Authorization": "Bearer a-made-up-token"}
    assert connector.call_span < PUSH_TIMEOUT
    assert connector.user == ""


def test_http_without_an_address_or_a_field_of_the_secret_says_what_is_missing() -> None:
    """Before anything is read or written."""
    with pytest.raises(SettingsError, match="HttpBaseUrl"):
        Http(ground(http=None))
    connector = Http(ground({"other": "x"}, http=Endpoint("https://system.example", "arn")))
    with pytest.raises(SettingsError, match="token"):
        connector.target(example.scheme())


def test_http_without_a_secret_needs_none() -> None:
    """A system inside a closed network may ask for nothing; a header that names the secret then has no value."""
    connector = Http(ground(http=Endpoint("https://system.example", "")))
    with pytest.raises(SettingsError, match="HttpSecretArn"):
        connector.source(example.scheme())


def test_http_trusts_the_certificates_that_its_secret_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of the public ones, from the run on in which the secret has them."""
    made: list[dict[str, Any]] = []
    monkeypatch.setattr(http_module, "http_client", lambda _url, **named: made.append(named))
    kept: dict[str, object] = {"token": "a-made-up-token"}
    connector = Http(ground(kept, http=Endpoint("https://system.example", "arn")))
    connector.target(example.scheme())
    kept["ca_certificate"] = CERTIFICATE
    connector.target(example.scheme())
    connector.target(example.scheme())
    assert [one["ca_certificate"] for one in made] == ["", CERTIFICATE.strip()]


def test_k3cloud_is_called_as_the_stack_says() -> None:
    """Sessions, the form of `data`, how long an answer may take, and whose certificate counts."""
    secret = K3CloudSecret(
        CREDENTIALS.acct_id, "u", CREDENTIALS.app_id, CREDENTIALS.app_secret, 2052, 100, ca_certificate=CERTIFICATE
    )
    chosen = {"keeps_session": "false", "data_as_text": "true", "read_seconds": "90"}
    stack = ground(k3cloud=Endpoint("https://k3.example/K3Cloud/", "arn"), k3cloud_settings=chosen)
    stack.secrets.k3cloud = lambda _arn: secret
    connector = K3Cloud(stack)
    connector.target(load("paid-to-paybill", {"rule_id": "R"}))
    used = connector._client._settings
    assert (used.keeps_session, used.data_as_text, used.read_seconds, used.whole_call_seconds) == (False, True, 90, 110)
    assert used.ca_certificate == CERTIFICATE
    assert connector.call_span == timedelta(seconds=120)


def test_maycur_makes_a_target_for_results() -> None:
    """Its call, with a login before it, fits into push's time."""
    connector = Maycur(ground(maycur=Endpoint("https://maycur.example", "arn")))
    scheme = load("payment-result-to-maycur", {"endpoint": "/api/openapi/result"})
    assert isinstance(connector.target(scheme), MaycurResults)
    assert connector.call_span < PUSH_TIMEOUT
