"""Rows of a form under a name of their own: what a lookup of `kind: scheme` reads.

A stack that names a collection collects it; else, and where the collection cannot tell, the same lookup asks the form.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from paysync.schemes.complaints import complaints
from paysync.schemes.model import CollectionFile, Lookup, SchemeFile
from paysync.schemes.plain import Plain
from paysync.schemes.problems import Problem, SchemeFileError, suggestion
from paysync.schemes.spans import span_of
from paysync.schemes.yamltext import Document, Place, read

SHIPPED: Final = Path(__file__).parent
KEY: Final = "collection"
"""The key by which a file shows that it is a collection and no scheme."""


def collections(beside: Path | None = None) -> Mapping[str, Path]:
    """The files of collections by name: the shipped ones, and those in `collections` beside a scheme's file."""
    folders = [SHIPPED, *([beside.parent / "collections"] if beside else [])]
    return {file.stem: file for folder in folders for file in sorted(folder.glob("*.yaml"))}


def collection_of(text: str, file: str) -> CollectionFile:
    """The collection that the text writes. Raises SchemeFileError with every problem."""
    document = read(text, file)
    problems = list(document.problems)
    try:
        found = CollectionFile.model_validate(document.data)
    except ValidationError as error:
        problems += complaints(error.errors(include_url=False), document, CollectionFile)
        raise SchemeFileError(file, problems) from None
    if found.collection != Path(file).stem:
        what = f"the collection is called {found.collection}, but its file {Path(file).name}"
        problems.append(Problem(document.line((KEY,)), what, "give both the same name"))
    problems += _sense_problems(found, document)
    if problems:
        raise SchemeFileError(file, problems)
    return found


def lookup_problems(scheme: SchemeFile, document: Document, known: Mapping[str, Path]) -> Iterator[Problem]:
    """What is wrong with lookups in collections: no such one, or no such field in it."""
    for name, lookup in scheme.lookups.items():
        if lookup.kind != "scheme":
            continue
        place: Place = ("lookups", name)
        if lookup.in_ not in known:
            what = f"lookup {name}: no collection is called {lookup.in_}"
            yield Problem(document.line((*place, "in")), what, suggestion(lookup.in_, known))
            continue
        found = _read(known[lookup.in_])
        fields = found.fields
        asked: Sequence[tuple[Place, str]] = [((*place, "find"), lookup.find)]
        asked = [*asked, *(((*place, "where", field), field) for field in lookup.where)]
        known_to_it = [field for _, field in asked if field in fields]
        for at, field in asked:
            if field not in fields:
                what = f"lookup {name}: {lookup.in_} has no field {field}"
                yield Problem(document.line(at), what, suggestion(field, fields))
        if len(known_to_it) == len(asked) and not _finding(found, lookup):
            ways = " or ".join(" and ".join(one) for one in found.by)
            what = f"lookup {name}: {lookup.in_} is found by {ways}, which where does not give"
            yield Problem(
                document.line((*place, "where")), what, "add it to where, or ask the form itself (kind: form)"
            )


def resolved(lookup: Lookup, known: Mapping[str, Path]) -> dict[str, Any]:
    """The lookup as it is run: of a collection, in its form, and only among what the collection calls usable."""
    plain: dict[str, Any] = lookup.model_dump(by_alias=True) | {"collected": None}
    if lookup.kind == "scheme":
        found = _read(known[lookup.in_])
        sensitive = lookup.sensitive or found.fields[lookup.find].sensitive
        usable = {**found.usable, **lookup.usable}
        collected = {"name": found.collection, "by": _finding(found, lookup), "max_age": found.max_age}
        plain |= {"in": found.form, "kind": "form", "usable": usable, "sensitive": sensitive, "collected": collected}
    return plain


def plain_collection(found: CollectionFile) -> Plain:
    """A collection's data as it is run and compiled."""
    return found.model_dump(by_alias=True, exclude={"schema_"})


def _finding(found: CollectionFile, lookup: Lookup) -> list[str]:
    """The first set of fields that finds the lookup's rows; none where `where` gives all of none."""
    return next((list(one) for one in found.by if set(one) <= lookup.where.keys()), [])


def _sense_problems(found: CollectionFile, document: Document) -> Iterator[Problem]:
    for place, names in enumerate(found.by):
        if not names:
            yield Problem(document.line(("by", place)), "by: a set without a field finds nothing", "name a field")
        for name in names:
            if name not in found.fields:
                what = f"by: the collection has no field {name}"
                yield Problem(document.line(("by", place)), what, suggestion(name, found.fields))
    if span_of(found.max_age) <= span_of(found.every):
        what = f"max_age {found.max_age} is not longer than every {found.every}: lookups would ask live in between"
        yield Problem(document.line(("max_age",)), what, "make max_age a few times every")


def _read(file: Path) -> CollectionFile:
    return collection_of(file.read_text(encoding="utf-8"), str(file))
