"""The headers of a scheme's requests: the only place where a value of the secret may stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.errors import SettingsError
from paysync.core.exchanges import Headers
from paysync.core.templates import TemplateFault, render


@dataclass(frozen=True, slots=True)
class Sealed:
    """Headers that are sent and never shown."""

    values: Mapping[str, str] = field(repr=False)


def headers_of(
    headers: Headers, secret: Mapping[str, object], parameters: Mapping[str, str], *, setting: str
) -> Sealed:
    """The headers with their values. Raises SettingsError with the secret (`setting`) and its field, never a value."""
    filled = {name: value for name, value in secret.items() if str(value).strip()}
    scope = {"secret": filled, "param": parameters}
    return Sealed({name: _usable(name, _rendered(tree, scope, setting), setting) for name, tree in headers})


def hidden_in(secret: Mapping[str, object]) -> frozenset[str]:
    """What no answer may carry into a diagnosis or a log."""
    return frozenset(value.strip() for value in secret.values() if isinstance(value, str) and value.strip())


def _rendered(tree: object, scope: Mapping[str, object], setting: str) -> str:
    try:
        return str(render(tree, scope))  # type: ignore[arg-type]  # a header's tree is text or a template
    except TemplateFault as fault:
        field = dict(fault.diagnosis.details).get("field", "").removeprefix("secret.")
        raise SettingsError(Diagnosis.of(Code.SECRET_FIELD, setting=setting or "HttpSecretArn", field=field)) from None


def _usable(name: str, value: str, setting: str) -> str:
    if value and value.isascii() and value.isprintable():
        return value
    raise SettingsError(Diagnosis.of(Code.SECRET_FIELD, setting=setting or "HttpSecretArn", field=f"header {name}"))
