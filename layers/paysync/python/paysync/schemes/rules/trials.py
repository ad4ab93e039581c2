"""The scheme's own tests: do they name parameters, lookups and steps that the scheme has."""

from collections.abc import Iterator

from paysync.schemes.model import SchemeFile
from paysync.schemes.problems import Problem, suggestion
from paysync.schemes.yamltext import Document, Place

_ENDS = ("rejected", "parked", "skipped")


def problems(scheme: SchemeFile, document: Document) -> Iterator[Problem]:
    """Names in tests that nothing in the scheme bears; such a test would show nothing."""
    back = ["call_back"] if scheme.call_back else []
    steps = ["fetch", *(f"lookup.{name}" for name in scheme.lookups), *(step.step for step in scheme.target.steps)]
    for index, test in enumerate(scheme.tests):
        place: Place = ("tests", index)
        for kind, written, valid in (
            ("parameters", test.parameters, list(scheme.parameters)),
            ("lookups", test.lookups, list(scheme.lookups)),
            ("expect", test.expect, [*steps, *back, *_ENDS]),
        ):
            for name in written:
                if name not in valid:
                    what = f"tests.{index}.{kind}: the scheme has no {name}"
                    yield Problem(document.line((*place, kind, name)), what, suggestion(name, valid))
