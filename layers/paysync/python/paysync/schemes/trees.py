"""Values of a request as the file writes them, with templates read."""

from collections.abc import Mapping, Sequence
from typing import Any

from paysync.core.scheme import Tree
from paysync.core.templates import parse


def tree_of(value: Any) -> Tree:
    """The value with templates in the place of text that has slots."""
    if isinstance(value, str):
        return parse(value)
    if isinstance(value, Mapping):
        return {key: tree_of(branch) for key, branch in value.items()}
    if isinstance(value, Sequence):
        return tuple(tree_of(branch) for branch in value)
    scalar: Tree = value
    return scalar
