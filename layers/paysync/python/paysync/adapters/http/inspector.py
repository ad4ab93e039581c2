"""What the next payments will need of a system that paysync does not know: asked by the scheme's own questions.

Whether a document can be made is shown only by making one, so that is said and not tried.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from paysync.core.bills import Inquiry
from paysync.core.diagnosis import Code, Diagnosis, Kind
from paysync.core.inspection import Check, Sample, finding, sound, unseen
from paysync.core.keys import PaymentKey
from paysync.core.outcomes import DefinitelyNot, Done, Outcome
from paysync.core.ports import Clock, Source, Target
from paysync.core.scheme import Paging, Scheme
from paysync.core.times import Window

_NOBODY: Final = "paysync-doctor"
"""A reference that no payment has: a search by it must find nothing."""
_CLOSED: Final = timedelta(hours=1)
_SPAN: Final = timedelta(hours=1)
_FROM_ZERO: Final = frozenset({Paging.PAGE_FROM_0, Paging.OFFSET_FROM_0})


class HttpInspector:
    """`core.inspection.Inspector` of a target: a search for nobody's document, and a look at the last one."""

    def __init__(self, target: Target, scheme: Scheme) -> None:
        self._target = target
        self._scheme = scheme

    def inspect(self, sample: Sample) -> Outcome[Sequence[Check]]:
        """Its `find` and its `read`, as far as the scheme has them."""
        part = self._scheme.target
        checks: list[Check] = []
        if part.finds:
            nobody = PaymentKey(self._scheme.name, _NOBODY)
            match _of("find", self._target.existing([Inquiry(nobody, _NOBODY, None, "")])):
                case Done(found):
                    checks.append(found)
                case failure:
                    return failure
        if part.reads and sample.bill is not None:
            match _of("read", self._target.bills([sample.bill.key.id])):
                case Done(found):
                    checks.append(found)
                case failure:
                    return failure
        if not checks:
            checks.append(unseen("target", Diagnosis.of(Code.CHECK_NO_INSPECTOR, what=part.connector)))
        return Done([*checks, unseen("rights to write", Diagnosis.of(Code.CHECK_NO_RIGHTS, form=part.form))])


class HttpSourceInspector:
    """`core.inspection.Inspector` of a source: one page of an hour that is over."""

    def __init__(self, source: Source, scheme: Scheme, clock: Clock) -> None:
        self._source = source
        self._paging = scheme.source.paging
        self._clock = clock

    def inspect(self, sample: Sample) -> Outcome[Sequence[Check]]:
        """Its list."""
        del sample
        end = self._clock.now() - _CLOSED
        first = 0 if self._paging in _FROM_ZERO else 1
        match _of("list of the source", self._source.page(Window(end - _SPAN, end), first)):
            case Done(found):
                return Done([found])
            case failure:
                return failure


def _of(what: str, outcome: Outcome[object]) -> Outcome[Check]:
    """Sound, a finding where the question itself is refused, or the failure to ask: credentials, network."""
    match outcome:
        case Done():
            return Done(sound(what))
        case DefinitelyNot(why) if not outcome.transient and why.kind is not Kind.CREDENTIAL:
            return Done(finding(what, why))
        case failure:
            return failure
