"""Schemes: the integration as one readable file. Reading, checking and building them; the shipped ones lie here too."""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
COLLECTIONS: Final = FOLDER / "collections"


def names() -> tuple[str, ...]:
    """The schemes that are shipped, by name."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def collection_names() -> tuple[str, ...]:
    """The collections that are shipped, by name: a stack may name them among its schemes."""
    return tuple(sorted(path.stem for path in COLLECTIONS.glob("*.yaml")))
