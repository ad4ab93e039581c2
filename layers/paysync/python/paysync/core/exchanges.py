"""What a scheme says of calls to a system that paysync does not know: requests as trees, answers as conditions.

A condition looks at `status` (the HTTP status) and at `body`, e.g. `body.code`; one that looks at a document looks at
the document's own fields. Pure data with its one reading; who sends the requests is an adapter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from paysync.core.conditions import holds
from paysync.core.fields import at, scalar
from paysync.core.records import Scalar
from paysync.core.scheme import Condition, FieldType, Tree

if TYPE_CHECKING:
    from datetime import timedelta

Alternatives: TypeAlias = tuple[tuple[Condition, ...], ...]
"""OR of ANDs, as a row's conditions; none at all: never."""
Headers: TypeAlias = tuple[tuple[str, Tree], ...]
"""May use `secret.*` and `param.*`."""

PATH: Final = "path"
HEADERS: Final = "headers"
BODY: Final = "body"
KEY: Final = "key"
"""The parts of a making request; `key` names the payment that it is for, and is not sent."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What an answer of the system proves, beside what every answer of HTTP does."""

    done_when: Alternatives
    refused_when: Alternatives = ()
    """A no that stays one until somebody acts."""
    busy_when: Alternatives = ()
    """A no that passes by itself."""
    denied_when: Alternatives = ()
    """The credentials are not accepted."""


@dataclass(frozen=True, slots=True)
class Listing:
    """How a list of payments is asked for and read."""

    headers: Headers
    verdicts: Verdicts
    empty_when: Alternatives
    """An answer that says “no rows” in another way than by an empty list."""


@dataclass(frozen=True, slots=True)
class Creating:
    """The call that makes a document. Its request is the target's `make_request`."""

    method: str
    verdicts: Verdicts
    id: str
    """Where the document's id lies in the answer; nothing: the payment's key is its id."""
    number: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The question which documents carry our reference; its endpoint and request may use `payment.key`."""

    endpoint: Tree
    request: Tree
    verdicts: Verdicts
    none_when: Alternatives
    row_path: str
    id: str
    number: str
    reference: str
    """Where a document has our reference: compared again, since a system may ignore what it does not know."""
    voided_when: Alternatives
    """Looks at the document's fields."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One document by its id; its endpoint may use `bill.id`. What is compared is the target's `save.expect`."""

    endpoint: Tree
    verdicts: Verdicts
    gone_when: Alternatives
    row_path: str
    number: str
    voided_when: Alternatives


@dataclass(frozen=True, slots=True)
class Exchange:
    """All calls to the target of one scheme."""

    headers: Headers
    create: Creating
    find: Finding | None
    read: Reading | None


@dataclass(frozen=True, slots=True)
class Promise:
    """The vendor's promise that a request is carried out once, however often it comes with the same key."""

    header: str
    kept: "timedelta"
    """How long the vendor remembers a key."""


def met(alternatives: Alternatives, seen: Mapping[str, object]) -> bool:
    """Whether one alternative holds in all its lines. Raises UndecidableError for what a line cannot judge."""
    return any(_holds(lines, seen) for lines in alternatives)


def _holds(lines: Sequence[Condition], seen: Mapping[str, object]) -> bool:
    return all(holds(line, {line.field: _value(line.field, seen)}, FieldType.ANY) for line in lines)


def _value(field: str, seen: Mapping[str, object]) -> Scalar:
    return scalar(at(field, seen))
