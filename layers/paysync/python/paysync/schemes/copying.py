"""Copying a scheme for another customer or another pair of forms: the same text, without what belongs to a customer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import SchemeError
from paysync.schemes import names
from paysync.schemes.check import checked, plain_form
from paysync.schemes.model_parts import NAME
from paysync.schemes.yamltext import read

_SCHEME: Final = re.compile(r"^scheme:.*$", re.MULTILINE)
_VERSION: Final = re.compile(r"^version:.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Copy:
    """The file that was written, what has to be bound before it runs, and what is worth a second look."""

    file: Path
    unbound: Mapping[str, Any]
    """Parameter → its label, where to find its value, an example."""
    check: Sequence[str]


def copied(text: str, new: str, folder: Path) -> Copy:
    """Write NEW.yaml. Raises SchemeError for a name that cannot be, is taken, or a text that is no scheme."""
    file = folder / f"{new}.yaml"
    if not re.fullmatch(NAME.strip("^$"), new):
        raise _no_name(f"a scheme cannot be called {new!r}; write small letters, digits and hyphens")
    if file.exists() or new in names():
        raise _no_name(f"there is a scheme {new} already; take another name")
    if not folder.is_dir():
        raise _no_name(f"there is no folder {folder}; make it first, or leave --to out")
    fresh = _VERSION.sub('version: "1"', _SCHEME.sub(f"scheme: {new}", _without_defaults(text), count=1), count=1)
    plain = plain_form(checked(fresh, str(file)), file)
    file.write_text(fresh, encoding="utf-8")
    return Copy(
        file=file,
        unbound={name: one for name, one in plain["parameters"].items() if one["default"] is None},
        check=_to_check(plain),
    )


def _without_defaults(text: str) -> str:
    """The text without its parameters' defaults: a value of another customer must never be used by accident."""
    document = read(text, "")
    lines = text.splitlines(keepends=True)
    parameters = document.at(("parameters",))
    for name in parameters if isinstance(parameters, dict) else ():
        place = ("parameters", name, "default")
        if document.at(place):
            number = document.line(place)
            if not lines[number - 1].strip().startswith("default:"):
                raise _wrong(
                    f"line {number}: write the default of {name} in a line of its own, so that it can be left out"
                )
            lines[number - 1] = ""
    return "".join(lines)


def _to_check(plain: Mapping[str, Any]) -> Sequence[str]:
    source, target = plain["source"], plain["target"]
    forms = f"target.source_form {target['source_form']}, " if target.get("source_form") else ""
    reference = f", target.reference_field {target['reference_field']}" if "reference_field" in target else ""
    lookups = [f"lookup {name}: {one['find']} in {one['in']}" for name, one in plain["lookups"].items()]
    return [
        f"source.endpoint {source['endpoint']} and its fields",
        f"source.paid_time {source['paid_time']}: it decides the accounting period",
        f"{forms}target.form {target['form']}{reference}",
        *lookups,
        *(f"target.currencies {code}: {number}" for code, number in target["currencies"].items()),
    ]


def _no_name(what: str) -> SchemeError:
    return SchemeError(Diagnosis.of(Code.SCHEME_NAME, what=what))


def _wrong(what: str) -> SchemeError:
    return SchemeError(Diagnosis.of(Code.SCHEME, what=what))
