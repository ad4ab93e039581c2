"""A shipped collection by its name, from the JSON that its build compiled where there is one (see schemes/load.py)."""

from paysync.core.collection import Collection
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import SchemeError
from paysync.schemes import COLLECTIONS, collection_names
from paysync.schemes.load import digest_of
from paysync.schemes.plain import Plain, fingerprint, from_json
from paysync.schemes.problems import suggestion
from paysync.schemes.spans import span_of


def collection(name: str) -> Collection:
    """The checked collection. Raises SchemeError for a file that is wrong and a name that there is not."""
    if name not in collection_names():
        what = f"no collection is called {name!r}; {suggestion(name, collection_names())}"
        raise SchemeError(Diagnosis.of(Code.SCHEME, what=what))
    plain = plain_of(name)
    return Collection(
        name=plain["collection"],
        version=version_of(plain),
        title=dict(plain["title"]),
        connector=plain["connector"],
        form=plain["form"],
        key=plain["key"],
        fields=tuple(dict.fromkeys([*plain["fields"], *plain["usable"]])),
        by=tuple(tuple(names) for names in plain["by"]),
        every=span_of(plain["every"]),
        max_age=span_of(plain["max_age"]),
    )


def version_of(plain: Plain) -> str:
    """What is said of the version: the file's own, and a name of its content."""
    return f"{plain['version']}+{fingerprint(plain)}"


def plain_of(name: str) -> Plain:
    """The checked data of a shipped collection, with every default filled in."""
    file = COLLECTIONS / f"{name}.yaml"
    text, ready = file.read_text(encoding="utf-8"), file.with_suffix(".json")
    if ready.is_file():
        compiled = from_json(ready.read_text(encoding="utf-8"))
        if compiled["of"] == digest_of(text):
            found: Plain = compiled["collection"]
            return found
    from paysync.schemes.collections import collection_of, plain_collection

    return plain_collection(collection_of(text, str(file)))
