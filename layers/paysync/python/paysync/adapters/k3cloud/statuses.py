"""Reading a ResponseStatus: strings or booleans, numbers or texts, one block or a list of them (4, 6.2). Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Final, Self

from paysync.core.bills import Json
from paysync.core.keys import speakable

_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")
_LONGEST_NAME: Final = 200
UNREADABLE_CODE: Final = -1
"""A MsgCode that is no number: never a recognised one."""


class MalformedError(ValueError):
    """A part of the answer does not have the shape that it must have; nothing in it is believed."""

    @classmethod
    def of(cls, what: str) -> Self:
        """The fault that `what` says in a few words."""
        return cls(what)


@dataclass(frozen=True, slots=True)
class Complaint:
    """One of Errors[]."""

    text: str
    index: int | None = None
    field: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """One of SuccessEntitys[]; the id is text, empty where the template leaves it empty; a draft has no number."""

    id: str
    number: str
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A ResponseStatus or a ConvertResponseStatus. `success` is None where the flag is missing or unclear."""

    success: bool | None
    code: int
    errors: tuple[Complaint, ...]
    entities: tuple[Entity, ...]
    boasts: bool = False
    """Whether SuccessMessages say something, whatever the flag says."""


@dataclass(frozen=True, slots=True)
class Statuses:
    """Both blocks of an answer: how the target was saved, and, for Push, how the source was converted (6.2)."""

    saved: Block | None
    converted: Block | None

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Those that are there."""
        return tuple(block for block in (self.saved, self.converted) if block is not None)

    @property
    def errors(self) -> tuple[Complaint, ...]:
        """Every complaint: `保存失败` may stand in one block with its reason in the other."""
        return tuple(one for block in self.blocks for one in block.errors)

    @property
    def codes(self) -> tuple[int, ...]:
        """The MsgCodes that say something."""
        return tuple(block.code for block in self.blocks if block.code)

    @property
    def names(self) -> bool:
        """Whether any block lists something that was done, under whatever name."""
        return any(block.entities for block in self.blocks)

    @property
    def boasts(self) -> bool:
        """Whether any block speaks of a success in words."""
        return any(block.boasts for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Traces:
    """Every id and every number of a document that an answer holds, wherever it stands."""

    ids: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    entries: bool = False
    """Whether it names entries of a document."""

    def __bool__(self) -> bool:
        return bool(self.ids or self.numbers or self.entries)

    def __or__(self, other: "Traces") -> "Traces":
        return Traces(self.ids | other.ids, self.numbers | other.numbers, self.entries or other.entries)


def statuses_of(result: Mapping[str, Json]) -> Statuses:
    """The blocks of a `Result`. Raises MalformedError."""
    return Statuses(block_of(result.get("ResponseStatus")), block_of(result.get("ConvertResponseStatus")))


def traces_in(value: Json) -> Traces:
    """What an answer names, at any depth. Raises MalformedError for an id or a number that is none."""
    if isinstance(value, Mapping):
        found = Traces()
        for key, inner in value.items():
            found |= _trace(key.lower(), inner)
        return found
    if isinstance(value, list):
        return reduce(or_, (traces_in(one) for one in value), Traces())
    return Traces()


def _trace(key: str, value: Json) -> Traces:
    if key in {"id", "fid", "ids"}:
        return Traces(ids=frozenset(ids_of(value) if isinstance(value, (list, str)) else {id_of(value)} - {""}))
    if key in {"entryids", "fentryid"}:
        return Traces(entries=bool(value))
    if key in {"number", "fbillno", "numbers"}:
        values = value if isinstance(value, list) else [value]
        return Traces(numbers=frozenset(text_of(one) for one in values) - {""})
    return traces_in(value)


def block_of(value: Json) -> Block | None:
    """The block, None where there is none. A list of `{IsSuccess, Message, Description}` is one block, too."""
    if value is None or value == {}:
        return None
    if isinstance(value, Mapping):
        return Block(
            success=truth(value.get("IsSuccess")),
            code=code_of(value.get("MsgCode")),
            errors=tuple(_complaint(one) for one in _items(value.get("Errors"))),
            entities=tuple(_entity(one) for one in _items(value.get("SuccessEntitys"))),
            boasts=any(_complaint(one).text for one in _items(value.get("SuccessMessages"))),
        )
    if isinstance(value, list):
        return _listed([_mapping(one) for one in value]) if value else None
    raise MalformedError.of("a status that is neither an object nor a list")


def truth(value: Json) -> bool | None:
    """A flag that came as a boolean or as text; None for anything else."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.strip().lower()) if isinstance(value, str) else None


def code_of(value: Json) -> int:
    """A MsgCode; 0 where it is absent or empty, UNREADABLE_CODE where it is no number."""
    if value is None or value == "":
        return 0
    number = _whole(value)
    return UNREADABLE_CODE if number is None else number


def id_of(value: Json) -> str:
    """An internal id as text; empty for what stands for none. Raises MalformedError for anything but text or number."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise MalformedError.of("an id that is neither text nor a whole number")
    text = _name(str(value))
    return "" if text == "0" else text


def ids_of(value: Json) -> tuple[str, ...]:
    """Ids that came as an array, or as one comma-separated text."""
    items: Iterable[Json] = value.split(",") if isinstance(value, str) else _items(value)
    return tuple(found for found in (id_of(one) for one in items) if found)


def text_of(value: Json) -> str:
    """A number of a document as text; empty for nothing. Raises MalformedError for what can be none."""
    if value is None:
        return ""
    if isinstance(value, (Mapping, list)):
        raise MalformedError.of("a text that is none")
    return _name(str(value))


def said(value: Json) -> str:
    """Whatever a message holds, as text: a strange one must not hide what it says."""
    return value.strip() if isinstance(value, str) else "" if value is None else str(value)


def complaint_of(value: Json) -> Complaint | None:
    """The bare form `{"FieldName", "Message", "DIndex"}`, or None when it is something else (5.3)."""
    if isinstance(value, Mapping) and isinstance(value.get("Message"), str) and "Result" not in value:
        return _complaint(value)
    return None


def _listed(items: list[Mapping[str, Json]]) -> Block:
    flags = [truth(one.get("IsSuccess")) for one in items]
    success = None if None in flags else all(flags)
    failed = (one for one in items if not truth(one.get("IsSuccess")))
    errors = tuple(Complaint(said(one.get("Message")) or said(one.get("Description"))) for one in failed)
    entities = tuple(_entity(one) for item in items for one in _items(item.get("SuccessEntitys")))
    return Block(success, 0, errors, entities)


def _complaint(value: Json) -> Complaint:
    if isinstance(value, str):
        return Complaint(value.strip())
    one = _mapping(value)
    return Complaint(said(one.get("Message")), _whole(one.get("DIndex")), said(one.get("FieldName")))


def _entity(value: Json) -> Entity:
    one = _mapping(value)
    return Entity(id_of(one.get("Id")), text_of(one.get("Number")), _whole(one.get("DIndex")))


def _items(value: Json) -> list[Json]:
    if value is None or value == "":
        return []
    if not isinstance(value, list):
        raise MalformedError.of("a list that is none")
    return value


def _mapping(value: Json) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise MalformedError.of("an object that is none")
    return value


def _whole(value: Json) -> int | None:
    text = str(value).strip()
    return int(text) if _WHOLE.fullmatch(text) else None


def _name(text: str) -> str:
    """An id or a number that can be asked for later: short and without control characters."""
    plain = text.strip()
    if plain and (len(plain) > _LONGEST_NAME or not speakable(plain)):
        raise MalformedError.of("an id or a number that cannot be spoken")
    return plain
