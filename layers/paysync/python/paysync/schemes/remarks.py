"""What is right in a scheme and still worth knowing before it runs."""

from paysync.schemes.http_model import HttpCreate, HttpFind, HttpRead, HttpTarget, MaycurTarget
from paysync.schemes.model import SchemeFile, Target


def remarks(scheme: SchemeFile) -> tuple[str, ...]:
    """What the scheme's target cannot be asked, and what follows for a payment whose answer is lost."""
    target = scheme.target
    if isinstance(target, Target):
        return ()
    steps = target.steps if isinstance(target, HttpTarget) else ()
    found = []
    if not any(isinstance(step, HttpFind) for step in steps):
        found.append(_unaskable(scheme, target))
    if not any(isinstance(step, HttpRead) for step in steps):
        found.append("there is no read step: what the system answers to create is all that is known of a document")
    return tuple(found)


def _unaskable(scheme: SchemeFile, target: HttpTarget | MaycurTarget) -> str:
    said = "there is no find step, so nobody can be asked what became of a create whose answer is lost: "
    promised = any(isinstance(step, HttpCreate) and step.idempotency_header for step in target.steps)
    if promised and scheme.policies.on_unresolved == "repush_once":
        return said + "it is sent once more by the vendor's promise, and then goes to REVIEW"
    return said + "it goes to REVIEW"
