"""The judge of a making call (Push, or Save of a new bill): which one bill, if any, the answer proves (6.2). Pure."""

from collections.abc import Mapping

from paysync.adapters.k3cloud.replies import Answer, Call
from paysync.adapters.k3cloud.shapes import diagnosis, document_of, refusal_of, unreadable
from paysync.adapters.k3cloud.statuses import (
    MalformedError,
    Statuses,
    Traces,
    id_of,
    ids_of,
    statuses_of,
    traces_in,
)
from paysync.core.bills import Json, Made
from paysync.core.codes import Code
from paysync.core.keys import collated
from paysync.core.outcomes import Done, Outcome, Unknown


def made_of(answer: Answer, call: Call) -> Outcome[Made]:
    """The one bill that was made: with its number, or as a draft without one, whatever IsSuccess says of a draft.

    DefinitelyNot only for a recognised refusal that names no id and no number anywhere. Several targets, success with
    errors, success without an id, a numbered bill in a refusal, the source's own number: Unknown, to be settled by
    asking.
    """
    match document_of(answer, call):
        case Done(document):
            return refusal_of(document, call) or _judged(document, call)
        case failure:
            return failure


def _judged(document: Json, call: Call) -> Outcome[Made]:
    result = document.get("Result") if isinstance(document, Mapping) else None
    if not isinstance(result, Mapping):
        return unreadable(call, "no Result")
    try:
        statuses, traces, targets = statuses_of(result), traces_in(result), _targets(result)
    except MalformedError as error:
        return unreadable(call, str(error))
    if len(traces.ids) > 1 or len(traces.numbers) > 1:
        named = traces.numbers if len(traces.numbers) > 1 else traces.ids
        return Unknown(diagnosis(Code.BILL_SEVERAL, call, bills=", ".join(sorted(named))))
    bill_id, number = next(iter(traces.ids), ""), next(iter(traces.numbers), "")
    if bill_id and traces.ids == targets and _proves(statuses, traces) and not _is_the_source(number, call):
        return Done(Made(bill_id, number))
    vendor = "; ".join(one.text for one in statuses.errors)
    return Unknown(diagnosis(Code.ERP_UNCONFIRMED, call, vendor, bill=bill_id or "?"))


def _proves(statuses: Statuses, traces: Traces) -> bool:
    """Whether the one target that was named is there: a draft by its id alone, a numbered one if nothing complains."""
    if statuses.saved is None or statuses.saved.success is None:
        return False
    if not traces.numbers:
        return True
    return not statuses.errors and all(block.success for block in statuses.blocks)


def _is_the_source(number: str, call: Call) -> bool:
    """Whether the answer names what was pushed, and not what was made. Ids of two forms may be equal, numbers tell."""
    return bool(number) and collated(number) == collated(call.subject)


def _targets(result: Mapping[str, Json]) -> frozenset[str]:
    """The ids in the places that name targets; elsewhere an id may be anybody's. Raises MalformedError."""
    saved = statuses_of(result).saved
    entities = {one.id for one in saved.entities} if saved else set()
    single = {id_of(result.get("Id")), id_of(result.get("FID"))}
    return frozenset(entities | single | set(ids_of(result.get("Ids")))) - {""}
