"""What every part of the scheme's model is made of: names, spans, requests, conditions."""

from decimal import Decimal
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from paysync.core.conditions import LOGICS
from paysync.schemes.spans import PATTERN

NAME: Final = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
WORD: Final = r"^[a-z][a-z0-9_]*$"
FIELD_KEY: Final = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$"
ENDPOINT: Final = r"^/\S+$"
PATH: Final = r"^(/|\{\{param\.)[^\s?#]+$"
"""A path that may hold templates, or be a parameter as a whole."""
CURRENCY: Final = r"^[A-Z]{3}$"
VERSION: Final = r"^[0-9A-Za-z.]{1,20}$"

Name: TypeAlias = Annotated[str, StringConstraints(pattern=NAME, max_length=60)]
"""A scheme's name: the file's name, a part of every key."""
Word: TypeAlias = Annotated[str, StringConstraints(pattern=WORD, max_length=60)]
"""What a template calls a parameter or a lookup."""
Text: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=500)]
FieldKey: TypeAlias = Annotated[str, StringConstraints(pattern=FIELD_KEY)]
"""A field of the target's form, e.g. FCURRENCYID.FNumber."""
Span: TypeAlias = Annotated[str, StringConstraints(pattern=PATTERN)]
"""A span of time: a whole number, a blank, and ms, s, min, h or d."""
Scalar: TypeAlias = str | int | Decimal | bool | None
Tree: TypeAlias = Any
"""A value of a request: text with templates, a number, true or false, null, a list or a mapping of such."""
Request: TypeAlias = dict[str, Tree]


def optional(says: str, default: Any) -> Any:
    """A key that may be left out."""
    return Field(default=default, description=says)


class Part(BaseModel):
    """A mapping of the file: no key but its own, no value turned into another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Titles(Part):
    """A text for both kinds of readers."""

    en: Text = Field(description="In English.")
    zh: Text = Field(description="In Chinese.")


class Line(Part):
    """One line of a condition."""

    field: Text = Field(description="A declared field.")
    logic: Literal[LOGICS] = Field(description="How it is compared.")  # type: ignore[valid-type]  # the core's own list
    value: Scalar = optional("What it is compared with; none for isnull and notnull.", None)


Lines: TypeAlias = list[list[Line]]
"""One of the lists must hold in all its lines."""
