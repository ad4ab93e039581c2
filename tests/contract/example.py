"""The complete example of docs/connectors.md: what the page shows is what runs here."""

import re
from pathlib import Path
from typing import Any, Final

import yaml

from paysync.core.exchanges import Exchange
from paysync.core.scheme import Scheme
from paysync.schemes.build import scheme_of
from paysync.schemes.check import checked, plain_form
from paysync.schemes.model import SchemeFile

PAGE: Final = Path(__file__).parents[2] / "docs" / "connectors.md"
FILE: Final = "payments-to-documents.yaml"
_BLOCK: Final = re.compile(r"^```yaml\n(scheme: .*?)^```$", re.MULTILINE | re.DOTALL)


def text() -> str:
    """The scheme as the page shows it."""
    (found,) = _BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    return str(found)


def file() -> SchemeFile:
    """The scheme's file, checked."""
    return checked(text(), FILE)


def scheme() -> Scheme:
    """The scheme as it runs."""
    return scheme_of_file(file())


def exchange() -> Exchange:
    """The calls to its target."""
    found = scheme().target.exchange
    assert found is not None
    return found


def variant(*steps: str, policies: dict[str, str] | None = None, **create: Any) -> SchemeFile:
    """The example with some of its steps, with policies, and with create changed; checked again."""
    data: dict[str, Any] = yaml.safe_load(text())
    del data["tests"]
    data["policies"] = policies or {}
    data["target"]["steps"] = [one for one in data["target"]["steps"] if one["step"] in steps]
    next(one for one in data["target"]["steps"] if one["step"] == "create").update(create)
    return checked(yaml.safe_dump(data, allow_unicode=True), FILE)


def scheme_of_file(file: SchemeFile) -> Scheme:
    """A checked file as it runs."""
    return scheme_of(plain_form(file, FILE), {}, "1")
