"""The reference and the JSON Schema say what the code does: they are generated from it, and the files are fresh."""

from pathlib import Path

import pytest

from paysync.core.conditions import LOGICS
from paysync.core.filters import FILTERS
from paysync.schemes.model import SchemeFile
from paysync.schemes.reference import documents, json_schema, markdown
from paysync.schemes.shapes import fields_of

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("path", documents())
def test_the_generated_files_are_fresh(path: str) -> None:
    """Whoever reads docs/ reads what the code is now; `tools/docs.py` writes them anew."""
    assert (ROOT / path).read_text(encoding="utf-8") == documents()[path]


def test_every_key_filter_and_logic_is_there() -> None:
    """Nothing that may be written in a scheme is missing from its reference."""
    text = markdown()
    definitions = json_schema()["$defs"].values()
    keys = {*fields_of(SchemeFile), *(key for one in definitions for key in one.get("properties", {}))} - {"$schema"}
    assert [key for key in sorted(keys) if f"| `{key}` |" not in text] == []
    assert [name for name in FILTERS if f"| `{name}" not in text] == []
    assert [logic for logic in LOGICS if f"`{logic}`" not in text] == []


def test_the_reference_has_no_empty_meaning() -> None:
    """Each key is explained, but `step`, which only names its step."""
    bare = [line for line in markdown().splitlines() if line.startswith("| `") and line.endswith("|  |")]
    assert {line.split(" | ")[0] for line in bare} <= {"| `step`"}
