"""The registry of connectors: by name, made once, imported only when named."""

import subprocess
import sys
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

from paysync.bootstrap.connectors import CONNECTORS, Connector, Connectors
from paysync.core.errors import DefectError
from paysync.schemes import names
from paysync.schemes.load import load

GROUND: Any = SimpleNamespace(settings=None)


@pytest.mark.parametrize("name", CONNECTORS)
def test_every_name_leads_to_a_connector(name: str) -> None:
    """A line of the registry that is misspelt would be found by a stack only."""
    module, kind = CONNECTORS[name]
    assert issubclass(getattr(import_module(module), kind), Connector)


@pytest.mark.parametrize("name", names())
def test_every_shipped_scheme_names_a_connector(name: str) -> None:
    """What validation lets pass, the registry knows."""
    scheme = load(name, unbound_ok=True)
    fetched = {scheme.source.connector} if scheme.source.is_fetched else set()
    assert {scheme.target.connector, *fetched} <= CONNECTORS.keys()


def test_a_connector_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """All schemes of a stack share its connections."""
    monkeypatch.setitem(CONNECTORS, "plain", (Connector.__module__, Connector.__name__))
    connectors = Connectors(GROUND)
    connectors.prepare(["plain"])
    assert connectors.named("plain") is connectors.named("plain")


def test_a_connector_that_is_no_target_says_so() -> None:
    """A scheme that reads from it and writes into it meets a defect, not silence."""
    scheme = load("paid-to-paybill", unbound_ok=True)
    with pytest.raises(DefectError, match="target of paid-to-paybill"):
        Connector(GROUND).target(scheme)


def test_an_unknown_name_is_a_defect() -> None:
    """Validation refuses it long before."""
    with pytest.raises(DefectError, match="nobody"):
        Connectors(GROUND).named("nobody")


def test_the_registry_imports_no_client() -> None:
    """A stack whose schemes do not name a connector does not pay for importing it."""
    clients = [f"paysync.adapters.{name}" for name in CONNECTORS]
    code = f"import sys, paysync.bootstrap.connectors; sys.exit(not sys.modules.keys().isdisjoint({clients}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
