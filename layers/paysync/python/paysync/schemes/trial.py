"""The tests that a scheme carries: a row, the lookups' answers, and what must be sent for it. Run without a network."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from paysync.core.scheme import Scheme
from paysync.core.times import Instant, from_iso
from paysync.schemes.build import scheme_of
from paysync.schemes.check import checked, plain_form
from paysync.schemes.load import path_of, text_of
from paysync.schemes.model import SchemeFile, Test
from paysync.schemes.plain import Plain
from paysync.schemes.preview import Preview, kept_out, previews

NOW = from_iso("2099-01-01T00:00:00Z")
"""Later than any row of a test: a payment in the future would be rejected."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One test of a scheme with what is not as it was expected; nothing: it passed."""

    name: str
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.differences


def run_tests(name_or_path: str | Path) -> tuple[Trial, ...]:
    """Run the tests of a scheme's file. Raises SchemeError where the file itself is wrong."""
    path = path_of(name_or_path)
    return trials_of(checked(text_of(path), str(path)), path)


def trials_of(scheme: SchemeFile, file: str | Path = "") -> tuple[Trial, ...]:
    """Run the tests of a checked file."""
    plain = plain_form(scheme, file)
    return tuple(Trial(test.name, tuple(_differences(plain, test, NOW))) for test in scheme.tests)


# ----------------------------------------------------------------------------------------------------------------------


def _differences(plain: Plain, test: Test, now: Instant) -> Iterator[str]:
    scheme = _scheme(plain, test)
    answers = {name: one if isinstance(one, list) else [one] for name, one in test.lookups.items()}
    found = previews(scheme, test.row, answers, now)
    if "skipped" in test.expect:
        yield from _differ("skipped", test.expect["skipped"], kept_out(scheme, test.row))
        return
    chosen = [one for one in found if test.key in {"", one.key}]
    if len(chosen) != 1:
        keys = ", ".join(one.key for one in found) or "none"
        yield f"the row gives {len(found)} payments ({keys}): say with key which one is meant"
        return
    yield from _compared(test.expect, chosen[0])


def _scheme(plain: Plain, test: Test) -> Scheme:
    defaults = {name: one["default"] for name, one in plain["parameters"].items() if one["default"] is not None}
    return scheme_of(plain, {**defaults, **test.parameters}, plain["version"])


def _compared(expect: Mapping[str, Any], preview: Preview) -> Iterator[str]:
    why = str(preview.why.code) if preview.why else ""
    said: Mapping[str, Any] = {preview.verdict: why}
    if preview.verdict not in expect and preview.why:
        yield f"the payment is {preview.verdict}: {preview.why.problem('en')}"
    for step, wanted in expect.items():
        yield from _differ(step, wanted, said.get(step, preview.data(step)))


def _differ(place: str, wanted: Any, found: Any) -> Iterator[str]:
    """Every place where what was found is not what was expected: keys, order of lists, and kinds of values."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for key in {**wanted, **found}:
            if key not in found:
                yield f"{place}.{key} is missing; expected {wanted[key]!r}"
            elif key not in wanted:
                yield f"{place}.{key} is {_shown(found[key])}; not expected"
            else:
                yield from _differ(f"{place}.{key}", wanted[key], found[key])
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for index, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from _differ(f"{place}.{index}", one, other)
    elif not _same(wanted, found):
        yield f"{place} is {_shown(found)}; expected {_shown(wanted)}"


def _same(wanted: Any, found: Any) -> bool:
    numbers = (int, Decimal)
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    if isinstance(wanted, numbers) and isinstance(found, numbers):
        return wanted == found
    return type(wanted) is type(found) and bool(wanted == found)


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, Decimal) else repr(value)
