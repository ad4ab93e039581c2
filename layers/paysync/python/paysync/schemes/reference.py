"""docs/reference/scheme.md and the JSON Schema, written from the model and the filters. `tools/docs.py` calls it."""

from typing import Any

from paysync.schemes.model import SchemeFile


def json_schema() -> dict[str, Any]:
    """What an editor checks and completes a scheme's file by."""
    return SchemeFile.model_json_schema(by_alias=True)
