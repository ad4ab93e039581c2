"""Any system as a target: one call makes a document; questions only as far as the scheme says how to ask them."""

from collections.abc import Mapping, Sequence
from typing import Final

from paysync.adapters.creating import CreatingTarget, lacks
from paysync.adapters.http import answers
from paysync.adapters.http.client import Call, HttpClient
from paysync.adapters.http.headers import Sealed
from paysync.adapters.replies import Reply
from paysync.core.bills import Bill, BillHead, BillTotal, Inquiry, Json, Made
from paysync.core.errors import DefectError
from paysync.core.exchanges import BODY, HEADERS, KEY, PATH, Finding, Reading
from paysync.core.keys import PaymentKey
from paysync.core.money import exact
from paysync.core.outcomes import Done, Outcome
from paysync.core.scheme import Scheme, Tree
from paysync.core.templates import render
from paysync.core.times import Instant

_GET: Final = "GET"


class HttpTarget(CreatingTarget):
    """`core.ports.Target` for one scheme. Each document is asked for by a call of its own."""

    def __init__(self, client: HttpClient, scheme: Scheme, headers: Sealed) -> None:
        if scheme.target.exchange is None:
            raise DefectError.of("a scheme of another connector")
        self._client = client
        self._headers = headers
        self._parameters = scheme.parameters
        self._exchange = scheme.target.exchange
        self._save = scheme.target.save

    def existing(
        self,
        asked: Sequence[Inquiry],
        *,
        creators: bool = False,  # noqa: ARG002 - a document carries our reference, whoever made it
    ) -> Outcome[Mapping[PaymentKey, Sequence[BillHead]]]:
        """Every document that carries our reference, voided ones too; one call each."""
        finding, until = self._finding(), self._client.deadline()
        found: dict[PaymentKey, Sequence[BillHead]] = {}
        for one in asked:
            match self._found(finding, one.reference, until):
                case Done(heads):
                    found[one.payment] = heads
                case failure:
                    return failure
        return Done(found)

    def bills(self, ids: Sequence[str]) -> Outcome[Mapping[str, Bill]]:
        """Those documents that exist among `ids`; one call each."""
        until = self._client.deadline()
        found: dict[str, Bill] = {}
        for bill_id in dict.fromkeys(ids):
            match self._bill(self._reading(), bill_id, until):
                case Done(bill):
                    if bill is not None:
                        found[bill_id] = bill
                case failure:
                    return failure
        return Done(found)

    def bills_by_reference(self, references: Sequence[str]) -> Outcome[Mapping[str, Sequence[BillTotal]]]:
        """For each reference every document that carries it, with the amount that reading it shows."""
        finding, reading = self._finding(), self._reading()
        found: dict[str, Sequence[BillTotal]] = {}
        for reference in references:
            match self._found(finding, reference, self._client.deadline()):
                case Done(heads):
                    totals: list[BillTotal] = []
                    for head in heads:
                        match self._bill(reading, head.id, self._client.deadline()):
                            case Done(bill):
                                totals.append(self._total(head, bill))
                            case failure:
                                return failure
                    found[reference] = totals
                case failure:
                    return failure
        return Done(found)

    def make(self, request: Mapping[str, Json]) -> Outcome[Made]:
        """Make one document. Sent exactly once."""
        path, body, headers, key = (request.get(part) for part in (PATH, BODY, HEADERS, KEY))
        if not isinstance(path, str) or not isinstance(body, dict) or not isinstance(key, str):
            raise DefectError.of("a making request of another connector")
        own = {name: str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}
        create = self._exchange.create
        call = Call(create.method, path, body, {**self._headers.values, **own})
        reply = self._client.once(call, until=self._client.deadline())
        return answers.made(reply, create, key) if isinstance(reply, Reply) else reply

    def _found(self, finding: Finding, reference: str, until: Instant) -> Outcome[Sequence[BillHead]]:
        scope = {"payment": {"key": reference}, "param": self._parameters}
        call = self._get(finding.endpoint, finding.request, scope)
        return self._client.read(call, lambda reply: answers.heads(reply, finding, reference), until=until)

    def _bill(self, reading: Reading, bill_id: str, until: Instant) -> Outcome[Bill | None]:
        fields = [field for field, _ in self._save.expect] if self._save else []
        reference = self._exchange.find.reference if self._exchange.find else ""
        call = self._get(reading.endpoint, {}, {"bill": {"id": bill_id}, "param": self._parameters})
        return self._client.read(
            call, lambda reply: answers.bill(reply, reading, bill_id, fields, reference), until=until
        )

    def _get(self, endpoint: Tree, request: Tree, scope: Mapping[str, object]) -> Call:
        path, query = render(endpoint, scope), render(request, scope)
        return Call(_GET, str(path), query if isinstance(query, dict) else {}, self._headers.values)

    def _total(self, head: BillHead, bill: Bill | None) -> BillTotal:
        amount = self._save.expect[0][0] if self._save else ""
        cell = bill.cells.get(amount) if bill else None
        return BillTotal(
            id=head.id,
            number=head.number,
            status=head.status,
            voided=head.voided or bill is None or bill.head.voided,
            reference=head.reference,
            day="",
            amount=None if cell is None else exact(str(cell)),
        )

    def _finding(self) -> Finding:
        if self._exchange.find is None:
            raise lacks("find")
        return self._exchange.find

    def _reading(self) -> Reading:
        if self._exchange.read is None:
            raise lacks("read")
        return self._exchange.read
