"""Rows of a form under a name of their own: what a lookup of `kind: scheme` reads. Resolved as a scheme is compiled."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from paysync.schemes.complaints import complaints
from paysync.schemes.model import CollectionFile, Lookup, SchemeFile
from paysync.schemes.problems import Problem, SchemeFileError, suggestion
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
        fields = _read(known[lookup.in_]).fields
        asked: Sequence[tuple[Place, str]] = [((*place, "find"), lookup.find)]
        asked = [*asked, *(((*place, "where", field), field) for field in lookup.where)]
        for at, field in asked:
            if field not in fields:
                what = f"lookup {name}: {lookup.in_} has no field {field}"
                yield Problem(document.line(at), what, suggestion(field, fields))


def resolved(lookup: Lookup, known: Mapping[str, Path]) -> dict[str, Any]:
    """The lookup as it is run: of a collection, in its form, and only among what the collection calls usable."""
    plain: dict[str, Any] = lookup.model_dump(by_alias=True)
    if lookup.kind == "scheme":
        found = _read(known[lookup.in_])
        sensitive = lookup.sensitive or found.fields[lookup.find].sensitive
        usable = {**found.usable, **lookup.usable}
        plain |= {"in": found.form, "kind": "form", "usable": usable, "sensitive": sensitive}
    return plain


def _read(file: Path) -> CollectionFile:
    return collection_of(file.read_text(encoding="utf-8"), str(file))
