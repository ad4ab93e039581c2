"""What the tests of a Push's judge share: a good answer, and what any answer proves."""

from paysync.adapters.k3cloud.making import made_of
from paysync.core.bills import Made
from paysync.core.codes import Code
from paysync.core.outcomes import Done, Outcome
from unit.adapters.k3cloud.doubles import PUSH, entity, result, said, status

GOOD = result(status(entities=[entity()]), ConvertResponseStatus=status())


def judged(document: object, http: int = 200) -> Outcome[Made]:
    """What an answer to a Push proves."""
    return made_of(said(document, http), PUSH)


def verdict(document: object, http: int = 200) -> tuple[type, Code | None]:
    """Class and code."""
    outcome = judged(document, http)
    return type(outcome), None if isinstance(outcome, Done) else outcome.diagnosis.code
