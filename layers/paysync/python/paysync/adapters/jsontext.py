"""JSON in which money stays decimal: numbers are read as Decimal and written from their text, never through a float."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, NoReturn

from paysync.core.bills import Json
from paysync.core.errors import DefectError

DEEPEST: Final = 64
"""No answer of a vendor nests as deep; what walks through one that does would end in a RecursionError."""
_LITERALS: Final[Mapping[bool | None, str]] = {None: "null", True: "true", False: "false"}


def dumps(value: Json) -> str:
    """The document as the vendor's SDK would spell it: non-ASCII escaped, `", "` and `": "` between."""
    match value:
        case None | bool():
            return _LITERALS[value]
        case int():
            return str(value)
        case Decimal():
            return _number(value)
        case str():
            return json.dumps(value)
        case list() | tuple():
            return "[" + ", ".join(dumps(one) for one in value) + "]"
        case Mapping():
            return "{" + ", ".join(f"{json.dumps(key)}: {dumps(one)}" for key, one in value.items()) + "}"
        case _:
            raise DefectError.of(f"{type(value).__name__} is not JSON")


def loads(body: bytes) -> Json:
    """The document in `body`. Raises ValueError for whatever is not exactly one JSON document in UTF-8."""
    try:
        document: Json = json.loads(body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_constant)
    except RecursionError:
        raise _not_json("nested too deep") from None
    except ArithmeticError:
        raise _not_json("a number beyond all bounds") from None
    if not is_shallow(document):
        raise _not_json("nested too deep")
    return document


def is_shallow(document: object) -> bool:
    """Whether lists and objects in it are nested no deeper than can be walked through."""
    level = [document]
    for _ in range(DEEPEST + 1):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return True
    return False


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _number(value: Decimal) -> str:
    if not value.is_finite():
        raise DefectError.of("an amount is a finite number")
    return format(value, "f")


def _no_constant(name: str) -> NoReturn:
    raise _not_json(name)


def _not_json(what: str) -> ValueError:
    return ValueError(f"not JSON: {what}")
