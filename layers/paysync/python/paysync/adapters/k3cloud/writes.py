"""The writing calls: Push or Save of a new bill, BatchSave, Submit, Audit. Sent once, each bill judged by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

from paysync.adapters.k3cloud.answers import each_of, made_of
from paysync.adapters.k3cloud.client import K3CloudClient
from paysync.adapters.k3cloud.forms import Forms
from paysync.adapters.k3cloud.replies import Answer, Call, Heard
from paysync.adapters.k3cloud.shapes import diagnosis
from paysync.core.bills import Edit, Json, Made
from paysync.core.codes import Code
from paysync.core.errors import DefectError
from paysync.core.outcomes import DefinitelyNot, Outcome
from paysync.core.scheme import TargetPart

_OPERATIONS: Final[Mapping[str, str]] = {"push": "Push", "save": "Save"}


class Writes:
    """What may change the books of one scheme's forms."""

    def __init__(self, client: K3CloudClient, target: TargetPart, forms: Forms) -> None:
        self._client = client
        self._target = target
        self._forms = forms

    def make(self, request: Mapping[str, Json]) -> Outcome[Made]:
        """Make one bill. After a lost session: DefinitelyNot, transient, because the next attempt goes without one."""
        operation = _OPERATIONS.get(self._target.make)
        if operation is None:
            raise DefectError.of("this scheme makes no bills")
        form = self._target.source_form if operation == "Push" else self._target.form
        call = replace(self._write(operation), repeat_lost_session=False, subject=_subject(request))
        fault = _fault_of(request) if operation == "Push" else ""
        if fault:
            return DefinitelyNot(diagnosis(Code.ERP_PARAMETER, call, fault))
        answer = self._client.call(call, request, form=form)
        return _after_lost_session(made_of(answer, call), answer, call)

    def save(self, edits: Sequence[Edit]) -> Mapping[str, Outcome[None]]:
        """BatchSave of at most `batch_rows` bills a call; what a model leaves out stays as it is (7.1)."""
        outcomes: dict[str, Outcome[None]] = {}
        for start in range(0, len(edits), self._forms.batch_rows):
            chunk = edits[start : start + self._forms.batch_rows]
            data: dict[str, Json] = {
                "NeedUpDateFields": [],
                "NeedReturnFields": [],
                "IsDeleteEntry": self._forms.flag(value=False),
                "IsVerifyBaseDataField": self._forms.flag(value=True),
                "Model": [dict(edit.model) for edit in chunk],
            }
            outcomes.update(self._each("BatchSave", data, [edit.bill_id for edit in chunk]))
        return outcomes

    def advance(self, operation: Literal["Submit", "Audit"], ids: Sequence[str]) -> Mapping[str, Outcome[None]]:
        """Submit or audit bills by their ids: drafts have no number (8)."""
        return self._each(operation, {"Numbers": [], "Ids": ",".join(ids)}, ids) if ids else {}

    def _each(self, operation: str, data: Mapping[str, Json], ids: Sequence[str]) -> Mapping[str, Outcome[None]]:
        call = self._write(operation)
        return each_of(self._client.call(call, data, form=self._target.form), call, ids)

    def _write(self, operation: str) -> Call:
        return Call(operation, effect=True, recognised=self._forms.recognised)


def _after_lost_session(outcome: Outcome[Made], answer: Answer, call: Call) -> Outcome[Made]:
    """With a session in use a MsgCode 1 may be the session's fault; without one it is the credentials'."""
    masked = isinstance(answer, Heard) and answer.with_session
    if masked and isinstance(outcome, DefinitelyNot) and outcome.diagnosis.code is Code.ERP_CREDENTIALS:
        return DefinitelyNot(
            diagnosis(Code.ERP_CREDENTIALS, call, outcome.diagnosis.vendor, session="lost"), transient=True
        )
    return outcome


def _subject(request: Mapping[str, Json]) -> str:
    """The number or id that a Push is about."""
    numbers = request.get("Numbers")
    return str(numbers[0]) if isinstance(numbers, list) and numbers else str(request.get("Ids") or "")


def _fault_of(request: Mapping[str, Json]) -> str:
    """Why a Push must not be sent: not exactly one source, or an organisation that came out empty. Empty: send it.

    Several sources may become one bill, and no source or organisation by accident may become anything (6.3, 11.1).
    """
    given = request.get("Numbers") or []
    numbers = [str(one).strip() for one in (given if isinstance(given, list) else [given])]
    ids = [one.strip() for one in str(request.get("Ids") or "").split(",") if one.strip()]
    entries = [request["EntryIds"]] if request.get("EntryIds") else []
    if len(numbers) + len(ids) + len(entries) != 1 or "" in numbers:
        return "paysync: a Push takes exactly one source"
    organisation = str(request.get("TargetOrgId", "left to the rule")).strip()
    return "paysync: TargetOrgId is empty" if organisation in {"", "0", "None"} else ""
