"""The two secrets: read from files, checked for shape, put into the stack. Their values go nowhere else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from paysync.local.errors import LocalError

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "maycur": ("app_code", "app_secret"),
    "k3cloud": ("acct_id", "user_name", "app_id", "app_secret", "lcid", "org_num"),
}


@dataclass(frozen=True, slots=True)
class Secrets:
    maycur: str = field(repr=False)
    k3cloud: str = field(repr=False)

    @classmethod
    def of(cls, maycur: Path, k3cloud: Path) -> Self:
        return cls(_checked("maycur", maycur), _checked("k3cloud", k3cloud))


def _checked(vendor: str, file: Path) -> str:
    """The text of the file; an error names the file and the field, never a value."""
    try:
        text = file.read_text(encoding="utf-8")
        content = json.loads(text)
    except OSError as trouble:
        msg = f"Cannot read the secret {file}: {trouble.strerror}"
        raise LocalError(msg) from None
    except ValueError:
        msg = f"The secret {file} is not JSON"
        raise LocalError(msg) from None
    missing = [name for name in _FIELDS[vendor] if not isinstance(content, dict) or name not in content]
    if missing:
        msg = f"The secret {file} lacks {', '.join(missing)}"
        raise LocalError(msg)
    return text
