"""What `paysync status` says of the stack's collections: what is kept, how old it is, and whether lookups read it."""

from paysync.cli import render
from paysync.cli.stack import Stack
from paysync.core.times import Instant, iso
from paysync.schemes.collections.load import collection


def collection_document(stack: Stack, name: str, now: Instant) -> dict[str, object]:
    """What is kept of a collection, and whether lookups read it or ask live because it is too old."""
    about, stands = collection(name), stack.operator.collected.current(name)
    age = now - stands.began if stands else None
    return {
        "name": name,
        "form": about.form,
        "rows": stands.rows if stands else None,
        "generation": stands.number if stands else None,
        "collected_at": iso(stands.began) if stands else None,
        "age_seconds": round(age.total_seconds()) if age is not None else None,
        "fresh": age is not None and age <= about.max_age,
    }


def print_collections(documents: object) -> None:
    """A line for each."""
    for one in documents if isinstance(documents, list) else ():
        if one["generation"] is None:
            kept = "[yellow]nothing collected yet[/yellow]; lookups ask live"
        else:
            kept = f"{one['rows']} rows, generation {one['generation']}, {render.span(one['age_seconds'])} old"
            kept += "" if one["fresh"] else " [yellow](too old; lookups ask live)[/yellow]"
        render.out.print(f"collection {one['name']} ({one['form']}): {kept}")
