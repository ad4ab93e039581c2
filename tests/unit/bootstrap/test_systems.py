"""The connectors' wiring: address and secret of the stack become a source and a target of a scheme."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from contract import example
from fakes.journal import MemoryJournal
from fakes.system import FakeClock, SeededIds
from paysync.adapters.http.source import HttpSource
from paysync.adapters.http.target import HttpTarget
from paysync.adapters.maycur.results import MaycurResults
from paysync.bootstrap.http import Http
from paysync.bootstrap.maycur import Maycur
from paysync.core.errors import SettingsError
from paysync.schemes.load import load
from paysync.settings import Endpoint

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


def test_maycur_makes_a_target_for_results() -> None:
    """Its call, with a login before it, fits into push's time."""
    connector = Maycur(ground(maycur=Endpoint("https://maycur.example", "arn")))
    scheme = load("payment-result-to-maycur", {"endpoint": "/api/openapi/result"})
    assert isinstance(connector.target(scheme), MaycurResults)
    assert connector.call_span < PUSH_TIMEOUT
