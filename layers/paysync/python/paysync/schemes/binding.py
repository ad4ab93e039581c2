"""What a stack binds for its schemes: `RuleId` and `FetchSince` for the first, `SchemeParameters` for each.

`name=value` is for every scheme that has such a parameter, `scheme.name=value` for that one alone and stronger. A rule
and a start belong to one scheme, so neither is bound for several at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import SettingsError
from paysync.schemes.load import missing, plain_of
from paysync.schemes.problems import suggestion

_OF_THE_FIRST: Final = {"rule_id": "RuleId", "since": "FetchSince", "schedule": "FetchSchedule"}
"""Parameters of a scheme that a parameter of the stack gives to the first one."""


@dataclass(frozen=True, slots=True)
class Unbound:
    """A parameter without a value, and where whoever binds it finds the value."""

    scheme: str
    name: str
    label: Mapping[str, str]
    find: Mapping[str, str]

    @property
    def setting(self) -> str:
        """What to write."""
        return f"{self.scheme}.{self.name}=…"


def bindings(
    schemes: Sequence[str], *, rule_id: str, since: str, given: Mapping[str, str]
) -> Mapping[str, Mapping[str, str]]:
    """The values by scheme. Raises SettingsError for a pair that no scheme of the stack would take."""
    if given:
        _check(schemes, given)
    for_all = {name: value for name, value in given.items() if "." not in name}
    bound: dict[str, Mapping[str, str]] = {}
    for scheme in schemes:
        first = {"rule_id": rule_id, "since": since} if scheme == schemes[0] else {}
        own = f"{scheme}."
        alone = {name.removeprefix(own): value for name, value in given.items() if name.startswith(own)}
        bound[scheme] = {**first, **for_all, **alone}
    return bound


def unbound(bound: Mapping[str, Mapping[str, str]]) -> Sequence[Unbound]:
    """What nobody has bound, scheme by scheme."""
    found = []
    for scheme, values in bound.items():
        plain = plain_of(scheme)
        for name in missing(plain, values):
            parameter = plain["parameters"][name]
            found.append(Unbound(scheme, name, parameter["label"], parameter["find"]))
    return found


def _check(schemes: Sequence[str], given: Mapping[str, str]) -> None:
    known = {scheme: list(plain_of(scheme)["parameters"]) for scheme in schemes}
    for written in given:
        scheme, dot, name = written.rpartition(".")
        if dot and scheme not in known:
            raise _wrong(f"names a scheme {scheme!r} that the stack does not run; {suggestion(scheme, known)}")
        possible = known[scheme] if dot else [one for names in known.values() for one in names]
        if name not in possible:
            of = f"scheme {scheme}" if dot else "scheme of the stack"
            raise _wrong(
                f"binds {name!r}, which is no parameter of {'the' if dot else 'any'} {of}; {suggestion(name, possible)}"
            )
        if name in _OF_THE_FIRST and scheme in {"", schemes[0]}:
            others = ", ".join(f"{each}.{name}" for each in schemes[1:])
            alone = f"; of another scheme it is {others}" if others else ""
            raise _wrong(f"binds {written!r}, which {_OF_THE_FIRST[name]} does for the first scheme{alone}")


def _wrong(what: str) -> SettingsError:
    return SettingsError(Diagnosis.of(Code.SETTING, setting="SchemeParameters", what=what))
