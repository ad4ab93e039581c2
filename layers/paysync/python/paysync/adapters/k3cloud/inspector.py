"""K3CloudInspector: what the next payments will need of a tenant, looked at by queries alone.

Fields by the very questions that a payment asks, about nothing; organisations and the conversion rule as far as rows
show them. Rights to write, and a rule that no bill was made by, cannot be seen without pushing: that is said, not
guessed (k3cloud-webapi.md 6.1, U1, U21).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from paysync.adapters.k3cloud import filters
from paysync.adapters.k3cloud.client import K3CloudClient
from paysync.adapters.k3cloud.forms import Forms
from paysync.adapters.k3cloud.queries import Line, Query, lines_of
from paysync.adapters.k3cloud.target import K3CloudTarget
from paysync.core.bills import Cell
from paysync.core.collection import LookupKey
from paysync.core.diagnosis import Code, Diagnosis, Kind
from paysync.core.inspection import Check, Sample, finding, masked, sound, unseen
from paysync.core.outcomes import DefinitelyNot, Done, Failure, Outcome
from paysync.core.records import BillRef
from paysync.core.scheme import Lookup, OnMiss, Scheme, Tree
from paysync.core.templates import render

_FIELD: Final = re.compile(r"标识为\s*([A-Za-z][\w.]*)\s*的字段", re.ASCII)
_NO_SUCH: Final = re.compile(r"不存在|语法错误")
"""MsgCode 4 says this of a form and of a filter; whatever else it says may be a passing exception (12.1)."""
_FORBIDDEN: Final = "B"
_AUDITED: Final = "C"
_MOST_TOLD: Final = 20


class _FailedError(Exception):
    """The tenant could not be asked."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.diagnosis.code)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class _Refused:
    """K3Cloud has understood a question and refuses it."""

    why: Diagnosis


class K3CloudInspector:
    """`core.inspection.Inspector`. Sends nothing but ExecuteBillQuery."""

    def __init__(self, client: K3CloudClient, scheme: Scheme, target: K3CloudTarget) -> None:
        self._client = client
        self._scheme = scheme
        self._target = target
        self._forms = Forms.of(scheme.target.options)

    def inspect(self, sample: Sample) -> Outcome[Sequence[Check]]:
        """Fields, then lookups with their organisations, then the rule; ends at the first question that is lost."""
        try:
            found, checks = self._lookups(sample) if sample.lookups else ({}, self._no_payments())
            return Done(
                [*self._fields(), *checks, *self._organisations(found), self._rule(sample.bill), self._rights()]
            )
        except _FailedError as error:
            return error.failure

    # ---- fields

    def _fields(self) -> list[Check]:
        """One check per form: every field that a payment's questions name, or that its bill is made and saved with."""
        lacking: dict[str, list[str]] = {}
        refused: dict[str, Diagnosis] = {}
        for query in (*self._target.questions(), *self._made_with()):
            lacking.setdefault(query.form, [])
            names, why = self._missing(query)
            lacking[query.form] += [name for name in names if name not in lacking[query.form]]
            if why:
                refused.setdefault(query.form, why)
        return [self._of_form(form, names, refused.get(form)) for form, names in lacking.items()]

    def _of_form(self, form: str, lacking: Sequence[str], refused: Diagnosis | None) -> Check:
        what = f"fields of {form}"
        if lacking:
            return finding(what, Diagnosis.of(Code.CHECK_FIELD, form=form, fields=", ".join(lacking)))
        return finding(what, _refusal(form, refused)) if refused else sound(what)

    def _made_with(self) -> Sequence[Query]:
        """The fields of a bill that is made from the row alone; Save would fill them in."""
        request = self._scheme.target.make_request
        model = request.get("Model") if isinstance(request, Mapping) else None
        if not isinstance(model, Mapping):
            return ()
        keys = tuple(dict.fromkeys(_model_keys(model)))
        where = filters.id_in(self._forms.bill_id, ["0"])
        order = (self._forms.bill_id,)
        return (Query(self._scheme.target.form, (self._forms.bill_id, *keys), where, order, self._forms.page_rows),)

    def _missing(self, query: Query) -> tuple[Sequence[str], Diagnosis | None]:
        """The fields that the form lacks: K3Cloud names one at a time, so the question is asked again without it."""
        names: list[str] = []
        while True:
            answer = self._ask(query)
            if not isinstance(answer, _Refused):
                return names, None
            match = _FIELD.search(answer.why.vendor)
            if answer.why.code is not Code.ERP_FIELD or match is None:
                return names, answer.why
            if match[1] in names:  # it stands in the filter, too: the rest cannot be asked
                return names, None
            names.append(match[1])
            left = tuple(key for key in query.keys if key.upper() != match[1].upper())
            if not any(left):
                return names, None
            order = tuple(key for key in query.order if key.upper() != match[1].upper())
            query = replace(query, keys=left, order=order)

    # ---- lookups and organisations

    def _lookups(self, sample: Sample) -> tuple[Mapping[str, Sequence[Cell]], list[Check]]:
        found: dict[str, Sequence[Cell]] = {}
        checks: list[Check] = []
        for lookup in self._scheme.lookups:
            keys = sample.lookups.get(lookup.name, ())
            match self._target.lookup(lookup.name, keys):
                case Done(results):
                    found[lookup.name] = [value for values in results.values() for value in values]
                    checks += self._of_lookup(lookup, {key: len(results.get(key, ())) for key in keys})
                case failure if _is_refusal(failure):
                    checks.append(finding(f"lookup {lookup.name}", _refusal(lookup.within, failure.diagnosis)))
                case failure:
                    raise _FailedError(failure)
        return found, checks

    def _of_lookup(self, lookup: Lookup, results: Mapping[LookupKey, int]) -> list[Check]:
        what = f"lookup {lookup.name}"
        wrong = [(key, many) for key, many in results.items() if not _is_fine(lookup, many)]
        told = [
            Diagnosis.of(
                Code.CHECK_LOOKUP,
                lookup=lookup.name,
                form=lookup.within,
                asked=", ".join(map(masked, key)),
                results=many,
            )
            for key, many in wrong[:_MOST_TOLD]
        ]
        return [finding(what, why) for why in told] or [sound(what)]

    def _no_payments(self) -> list[Check]:
        lookups = self._scheme.lookups
        return [unseen("lookups", Diagnosis.of(Code.CHECK_NO_PAYMENTS))] if lookups else []

    def _organisations(self, found: Mapping[str, Sequence[Cell]]) -> list[Check]:
        """Those that lookups of an organisation's internal id (FUseOrgId) have found."""
        names = [one.name for one in self._scheme.lookups if one.find.upper().endswith("ORGID")]
        ids = sorted({str(value) for name in names for value in found.get(name, ())})
        if not ids or not self._forms.organisation_form:
            return []
        key = self._forms.organisation_id
        keys = (key, "FNumber", "FName", "FFORBIDSTATUS", "FDOCUMENTSTATUS")
        where = filters.id_in(key, ids)
        answer = self._ask(Query(self._forms.organisation_form, keys, where, (key,), self._forms.page_rows))
        if isinstance(answer, _Refused):
            return [unseen("organisations", Diagnosis.of(Code.CHECK_NO_ORGANISATIONS, vendor=answer.why.vendor))]
        shown = {line.text(key).strip(): line for line in answer}
        if not shown:
            return [unseen("organisations", Diagnosis.of(Code.CHECK_NO_ORGANISATIONS, vendor="[]"))]
        told = [
            Diagnosis.of(Code.CHECK_ORGANISATION, found=_name(shown.get(one), one), what=what)
            for one in ids
            if (what := _unusable(shown.get(one)))
        ]
        return [finding("organisations", why) for why in told] or [sound("organisations")]

    # ---- the rule, and what cannot be seen

    def _rule(self, bill: BillRef | None) -> Check:
        """No call lists rules; a bill's link says which one made it."""
        wanted = self._rule_of_the_scheme()
        if not wanted:
            return sound("conversion rule: none is named")
        nothing = unseen("conversion rule", Diagnosis.of(Code.CHECK_NO_RULE, wanted=wanted))
        key = self._forms.link_rule
        if bill is None or not key:
            return nothing
        where = filters.id_in(self._forms.bill_id, [bill.key.id])
        keys, order = (self._forms.bill_id, key), (self._forms.bill_id,)
        answer = self._ask(Query(bill.key.form, keys, where, order, self._forms.page_rows))
        rules = [] if isinstance(answer, _Refused) else sorted({line.text(key).strip() for line in answer} - {""})
        if not rules:
            return nothing
        if all(one.casefold() == wanted.casefold() for one in rules):
            return sound("conversion rule")
        name = bill.number or bill.key.id
        return finding(
            "conversion rule", Diagnosis.of(Code.CHECK_RULE, bill=name, wanted=wanted, found=", ".join(rules))
        )

    def _rule_of_the_scheme(self) -> str:
        request = self._scheme.target.make_request
        named = request.get("RuleId") if isinstance(request, Mapping) else None
        if named is None or self._scheme.target.make != "push":
            return ""
        return str(render(named, {"param": self._scheme.parameters})).strip()

    def _rights(self) -> Check:
        return unseen("rights to write", Diagnosis.of(Code.CHECK_NO_RIGHTS, form=self._scheme.target.form))

    def _ask(self, query: Query) -> Sequence[Line] | _Refused:
        match lines_of(self._client, query):
            case Done(lines):
                return lines
            case failure if _is_refusal(failure):
                return _Refused(failure.diagnosis)
            case failure:
                raise _FailedError(failure)


def _is_refusal(failure: Failure) -> bool:
    """K3Cloud's own well-formed no, which a payment would hear as well; a credential is no matter of one scheme."""
    why = failure.diagnosis
    if "msg_code" not in dict(why.details) or why.kind is Kind.CREDENTIAL:
        return False
    if isinstance(failure, DefinitelyNot):
        return not failure.transient
    return bool(_NO_SUCH.search(why.vendor))


def _refusal(form: str, why: Diagnosis) -> Diagnosis:
    code = Code.CHECK_REFUSED if why.code is Code.ERP_RIGHT else Code.CHECK_FORM
    return Diagnosis.of(code, form=form, vendor=why.vendor)


def _is_fine(lookup: Lookup, results: int) -> bool:
    policy = lookup.on_many if results else lookup.on_none
    return results == 1 or policy is OnMiss.DEFAULT


def _unusable(line: Line | None) -> str:
    if line is None:
        return "is not shown to the integration user"
    if line.text("FFORBIDSTATUS").strip() == _FORBIDDEN:
        return "is forbidden"
    return "is not audited" if line.text("FDOCUMENTSTATUS").strip() not in {_AUDITED, ""} else ""


def _name(line: Line | None, key: str) -> str:
    return f"{line.text('FNumber')} {line.text('FName')}".strip() if line else key


def _model_keys(model: Mapping[str, Tree]) -> Sequence[str]:
    """Field keys of a Model, those of its entries among them; of a reference the field, not its attribute."""
    keys: list[str] = []
    for key, tree in model.items():
        if isinstance(tree, tuple):
            keys += [one for row in tree if isinstance(row, Mapping) for one in _model_keys(row)]
        else:
            keys.append(key)
    return keys
