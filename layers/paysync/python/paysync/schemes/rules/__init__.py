"""What a scheme's values must say to each other, so that it can run and no payment is lost or doubled by it."""

from collections.abc import Iterator

from paysync.schemes.model import SchemeFile
from paysync.schemes.problems import Problem
from paysync.schemes.rules import http, policies, source, target, trials, used
from paysync.schemes.rules.templates import template_problems
from paysync.schemes.yamltext import Document

__all__ = ["sense_problems", "template_problems"]


def sense_problems(scheme: SchemeFile, document: Document) -> Iterator[Problem]:
    """Everything that is wrong with a scheme whose every value has the right shape."""
    yield from source.problems(scheme, document)
    yield from target.problems(scheme, document)
    yield from http.problems(scheme, document)
    yield from policies.problems(scheme, document)
    yield from used.problems(scheme, document)
    yield from trials.problems(scheme, document)
