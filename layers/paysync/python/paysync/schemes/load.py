"""Loading a scheme with a stack's parameters. A shipped one comes from the JSON that its build compiled, if it has one.

Reading and checking YAML needs pydantic, which would double a cold start (docs/decisions/schemes-are-compiled.md).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal, TypeAlias, TypeVar

from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import SchemeError
from paysync.core.scheme import Scheme
from paysync.schemes import FOLDER, collection_names, names
from paysync.schemes.build import scheme_of
from paysync.schemes.plain import Plain, fingerprint, from_json
from paysync.schemes.problems import suggestion

_T = TypeVar("_T")
Unresolved: TypeAlias = Literal["park", "repush_once"]
_ATTESTED: Final = "repush_once"


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a stack decides instead of the scheme's file; None leaves the file's own."""

    quiet_period: timedelta | None = None
    on_unresolved: str | None = None
    attestation: str | None = None
    requests_per_second: Decimal | None = None
    safety_delay: timedelta | None = None
    wake_after: timedelta | None = None


def load(
    name_or_path: str | Path,
    parameters: Mapping[str, str] | None = None,
    overrides: Overrides | None = None,
    *,
    unbound_ok: bool = False,
) -> Scheme:
    """The checked scheme. Raises SchemeError for a file that is wrong and for a parameter that nobody has bound.

    Parameters that this scheme does not have are those of another scheme of the stack, and pass by.
    """
    plain = plain_of(name_or_path)
    given = parameters or {}
    lacking = missing(plain, given)
    if lacking and not unbound_ok:
        raise _unbound(plain, lacking)
    bound = _bound(plain, given)
    version = f"{plain['version']}+{fingerprint(plain)}"
    return _overridden(scheme_of(plain, bound, version), overrides or Overrides())


def missing(plain: Plain, given: Mapping[str, str]) -> Sequence[str]:
    """The parameters without a value: neither given nor with a default."""
    bound = _bound(plain, given)
    return [name for name in plain["parameters"] if name not in bound]


def plain_of(name_or_path: str | Path) -> Plain:
    """The scheme's checked data, with every default filled in."""
    path = path_of(name_or_path)
    text = text_of(path)
    ready = path.with_suffix(".json")
    if path.parent == FOLDER and ready.is_file():
        compiled = from_json(ready.read_text(encoding="utf-8"))
        if compiled["of"] == digest_of(text):
            scheme: Plain = compiled["scheme"]
            return scheme
    from paysync.schemes.check import checked, plain_form

    return plain_form(checked(text, str(path)), path)


def text_of(path: Path) -> str:
    """What the file says. Raises SchemeError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _no_name(f"{path} cannot be read ({error.__class__.__name__})") from None


def path_of(name_or_path: str | Path) -> Path:
    """The file of a shipped scheme's name, or the path that was given."""
    written = str(name_or_path)
    if "/" in written or "\\" in written or written.endswith((".yaml", ".yml")):
        return Path(name_or_path)
    if written in collection_names():
        raise _no_name(f"{written} is a collection, which lookups read, and no scheme; `paysync scheme show` shows it")
    if written not in names():
        raise _no_name(f"no scheme is called {written!r}; {suggestion(written, names())}")
    return FOLDER / f"{written}.yaml"


def digest_of(text: str) -> str:
    """What a compiled scheme remembers of the text that it was made from."""
    return hashlib.sha256(text.encode()).hexdigest()


# ----------------------------------------------------------------------------------------------------------------------


def _bound(plain: Plain, given: Mapping[str, str]) -> Mapping[str, str]:
    """The scheme's parameters with their values: the stack's, else the default; blank is no value."""
    bound: dict[str, str] = {}
    for name, parameter in plain["parameters"].items():
        value = given.get(name, "").strip()
        if value or parameter["default"] is not None:
            bound[name] = value or parameter["default"]
    return bound


def _overridden(scheme: Scheme, overrides: Overrides) -> Scheme:
    policies = replace(
        scheme.policies,
        on_unresolved=_unresolved(overrides.on_unresolved) or scheme.policies.on_unresolved,
        attestation=_else(overrides.attestation, scheme.policies.attestation),
        quiet_period=_else(overrides.quiet_period, scheme.policies.quiet_period),
        wake_after=_else(overrides.wake_after, scheme.policies.wake_after),
    )
    source = replace(
        scheme.source,
        requests_per_second=_else(_pace(scheme, overrides), scheme.source.requests_per_second),
        safety_delay=_else(overrides.safety_delay, scheme.source.safety_delay),
    )
    if policies.on_unresolved == _ATTESTED and not policies.attestation.strip():
        raise _wrong(
            f"{scheme.name}: on_unresolved repush_once needs an attestation; write the stack parameter Attestation, or "
            "policies.attestation in the file (who, when, for which tenant), or set park"
        )
    return replace(scheme, source=source, policies=policies)


def _pace(scheme: Scheme, overrides: Overrides) -> Decimal | None:
    """The stack's pace is Maycur's; any other system is asked as the scheme's file says."""
    return overrides.requests_per_second if scheme.source.connector == "maycur" else None


def _unresolved(chosen: str | None) -> Unresolved | None:
    match chosen:
        case None | "park" | "repush_once":
            return chosen
        case _:
            raise _wrong(f"on_unresolved cannot be {chosen!r}; write park or repush_once")


def _else(chosen: _T | None, otherwise: _T) -> _T:
    return otherwise if chosen is None else chosen


def _unbound(plain: Plain, lacking: Sequence[str]) -> SchemeError:
    where = "; ".join(f"{name} ({plain['parameters'][name]['find']['en']})" for name in lacking)
    return _wrong(f"{plain['scheme']} is not bound, so it does not run: give a value for {where}")


def _no_name(what: str) -> SchemeError:
    return SchemeError(Diagnosis.of(Code.SCHEME_NAME, what=what))


def _wrong(what: str) -> SchemeError:
    return SchemeError(Diagnosis.of(Code.SCHEME, what=what))
