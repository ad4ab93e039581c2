"""A diagnosis: a code with the particulars of one case, spoken in Chinese or English by the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from paysync.core.codes import Code

__all__ = ["Code", "Diagnosis", "Explanation", "Kind", "Language", "Text", "Who"]

Language: TypeAlias = Literal["en", "zh"]
_LONGEST_DETAIL = 300
_PHRASES = frozenset({"why", "what", "remedy", "system"})
"""The particulars that hold phrases of paysync's own; other ones are names, numbers and other people's words."""
_SYSTEM = "the target system"
"""What stands for {system} where a diagnosis was not told of one."""


class Kind(StrEnum):
    """What kind of trouble it is, i.e. what helps."""

    TRANSIENT = "transient"
    PERMANENT = "permanent"
    UNKNOWN = "unknown"
    CREDENTIAL = "credential"
    REVIEW = "review"
    DEFECT = "defect"


class Who(StrEnum):
    """Who can mend it."""

    NOBODY = "nobody"
    ACCOUNTANT = "accountant"
    ERP_ADMIN = "erp-admin"
    MAYCUR_ADMIN = "maycur-admin"
    IT = "it"


@dataclass(frozen=True, slots=True)
class Text:
    """What an operator reads, in one language; ``{name}`` stands for a particular of the case."""

    problem: str
    cause: str
    solution: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`code` with its particulars; `details` never hold a secret or a full account number."""

    code: Code
    details: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, code: Code, **details: object) -> "Diagnosis":
        """The diagnosis with each detail as short text; one named `vendor` is the vendor's own wording."""
        return cls(code, tuple((name, str(value)[:_LONGEST_DETAIL]) for name, value in sorted(details.items())))

    def at(self, system: str) -> "Diagnosis":
        """The same, told of this system, where its texts name one."""
        texts = (self._text("en"), self._text("zh"))
        told = any("{system}" in said for text in texts for said in (text.problem, text.cause, text.solution))
        return Diagnosis.of(self.code, **{**dict(self.details), "system": system}) if told else self

    @property
    def kind(self) -> Kind:
        """What kind of trouble it is."""
        return _entry(self.code).kind

    @property
    def who(self) -> Who:
        """Who can mend it."""
        return _entry(self.code).who

    @property
    def link(self) -> str:
        """The paragraph of the documentation about this code."""
        return f"docs/reference/diagnoses.md#{str(self.code).replace('.', '').replace('_', '')}"

    @property
    def vendor(self) -> str:
        """The vendor's own words, or nothing."""
        return dict(self.details).get("vendor", "")

    def problem(self, language: Language) -> str:
        """What happened."""
        return self._fill(self._text(language).problem, language)

    def cause(self, language: Language) -> str:
        """Why, as far as is known."""
        return self._fill(self._text(language).cause, language)

    def solution(self, language: Language) -> str:
        """What to do next."""
        return self._fill(self._text(language).solution, language)

    def as_json(self) -> Mapping[str, object]:
        """The form in messages, in logs and in ``--json``."""
        return {
            "code": str(self.code),
            "class": str(self.kind),
            "who": str(self.who),
            "problem": {"en": self.problem("en"), "zh": self.problem("zh")},
            "cause": {"en": self.cause("en"), "zh": self.cause("zh")},
            "solution": {"en": self.solution("en"), "zh": self.solution("zh")},
            "link": self.link,
            "details": dict(self.details),
        }

    def _text(self, language: Language) -> Text:
        entry = _entry(self.code)
        return entry.zh if language == "zh" else entry.en

    def _fill(self, text: str, language: Language) -> str:
        for name, value in (*self.details, ("system", _SYSTEM)):
            text = text.replace(
                "{" + name + "}", _in_chinese(value) if language == "zh" and name in _PHRASES else value
            )
        return text


def _in_chinese(phrase: str) -> str:
    from paysync.core.catalogue.words import in_chinese

    return in_chinese(phrase)


def _entry(code: Code) -> "Explanation":
    from paysync.core.catalogue import CATALOGUE

    return CATALOGUE[code]


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is said of one code."""

    kind: Kind
    who: Who
    en: Text
    zh: Text
