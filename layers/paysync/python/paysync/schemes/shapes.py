"""Walking the model along a place in the file: which keys a mapping there may have, and what they mean."""

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from paysync.schemes.yamltext import Document, Place

_TAGS: Final = ("step", "connector")


def keys_at(place: Place, model: type[BaseModel], document: Document) -> Mapping[str, FieldInfo]:
    """The keys of the mapping at `place` with what is known of each; none where any key goes."""
    here: Any = model
    for depth, step in enumerate(place):
        here = _inside(here, step, document.at(place[: depth + 1]))
    found = next(_models(here, document.at(place)), None)
    return fields_of(found) if found else {}


def fields_of(model: type[BaseModel]) -> Mapping[str, FieldInfo]:
    """A model's keys as the file writes them."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def _inside(annotation: Any, step: str | int, _data: object) -> Any:
    """What may stand at `step` of a value of this kind."""
    for kind in _kinds(annotation):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            info = fields_of(kind).get(str(step))
            if info is not None:
                return info.annotation
        elif get_origin(kind) in {dict, list}:
            return get_args(kind)[-1]
    return None


def _models(annotation: Any, data: object) -> Iterator[type[BaseModel]]:
    """The models of this kind; of several, the one whose `step` or `connector` the data names."""
    for kind in _kinds(annotation):
        if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
            continue
        if all(_may_be(kind, tag, data) for tag in _TAGS):
            yield kind


def _may_be(kind: type[BaseModel], tag: str, data: object) -> bool:
    """Whether the data may be of this model, by the tag that tells it from others."""
    info = kind.model_fields.get(tag)
    wanted = data.get(tag) if isinstance(data, Mapping) else None
    return info is None or get_origin(info.annotation) is not Literal or wanted in get_args(info.annotation)


def _kinds(annotation: Any) -> Iterator[Any]:
    """The alternatives of an annotation, without what only adorns it."""
    if get_origin(annotation) is Annotated:
        yield from _kinds(get_args(annotation)[0])
    elif get_origin(annotation) in {Union, UnionType}:
        for one in get_args(annotation):
            yield from _kinds(one)
    elif get_origin(annotation) is not Literal:
        yield annotation
