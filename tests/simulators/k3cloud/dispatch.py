"""From a call to its answer, without HTTP: which operation does the work, and how a refusal looks from there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulators.k3cloud import jsontext, push, queries, save, status
from simulators.k3cloud.answers import RefusedError, query_refusal, refusal
from simulators.k3cloud.loading import load
from simulators.k3cloud.protocol import WITHOUT_FORM, Call
from simulators.k3cloud.state import Actor, State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_WRITES: Mapping[str, Callable[[Actor, Call], object]] = {
    "Push": push.push,
    "Save": save.save,
    "BatchSave": save.batch_save,
    "Draft": save.draft,
    "View": status.view,
    **dict.fromkeys(("Submit", "Audit", "UnAudit", "Delete", "WorkflowAudit", "ExcuteOperation"), status.batch),
}
_READS: Mapping[str, Callable[[State, Call], object]] = {
    "ExecuteBillQuery": queries.execute_bill_query,
    "BillQuery": queries.bill_query,
    "QueryBusinessInfo": queries.business_info,
}


def perform(state: State, call: Call, number: int) -> object:
    """The answer to an admitted call; a refusal is an answer, too."""
    try:
        if call.operation == "GetDataCenterList":
            return [{"Id": one.acct_id, "Number": one.acct_id, "Name": "模拟账套"} for one in state.credentials]
        if call.operation in _READS:
            return _READS[call.operation](state, call)
        return _WRITES[call.operation](Actor(state, call.user, call.operation, number), call)
    except RefusedError as refused:
        return refused_as(state, call.operation, refused)


def refused_as(state: State, operation: str, refused: RefusedError) -> object:
    """A refusal in the shape of the call."""
    if operation == "ExecuteBillQuery":
        return query_refusal(state.settings, refused)
    return refusal(state.settings, refused)


@dataclass(slots=True)
class Tenant:
    """The simulator as plain functions: for unit tests and for a simulation in one process."""

    state: State = field(default_factory=State)

    def __post_init__(self) -> None:
        load(self.state, {})

    def load(self, **what: object) -> None:
        """As POST /_sim/load."""
        load(self.state, what)

    def call(self, operation: str, form: str, data: Mapping[str, Any], op_number: str = "") -> Any:
        """One call by the integration user; data and answer go through JSON as on the wire."""
        number = self.state.calls.begin(operation)
        self.state.calls.end()
        given = {**data, "FormId": form} if operation in WITHOUT_FORM else dict(data)
        given = jsontext.loads(jsontext.dumps(given))
        call = Call(operation, form, given, self.state.credentials[0].user_name, op_number)
        return jsontext.loads(jsontext.dumps(perform(self.state, call, number)))

    def rows(self, form: str, keys: str, where: str = "", **more: object) -> Any:
        """The rows of an ExecuteBillQuery, or its refusal."""
        asked = {"FieldKeys": keys, "FilterString": where, **more}
        return self.call("ExecuteBillQuery", form, asked)
