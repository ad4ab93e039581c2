"""What the simulated tenant has on its books: transactions, reimbursement forms, paying accounts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from simulators.common.jsontext import Json, JsonObject
from simulators.maycur import rows
from simulators.maycur.documents import DocumentStatus, Status, document_status
from simulators.maycur.rows import Form, Payment, RowError
from simulators.maycur.settings import Bounds
from simulators.maycur.shelf import Shelf

_DERIVED = frozenset({"_listed", "_removed"})


@dataclass(slots=True)
class Books:
    """The rows, found by sequence, by key, by document, and by the moment that the lists filter."""

    payments: dict[int, Payment] = field(default_factory=dict)
    forms: dict[int, Form] = field(default_factory=dict)
    accounts: set[str] = field(default_factory=set)  # maintained paying accounts; empty: any is accepted
    _paid: Shelf = field(default_factory=Shelf)
    _created: Shelf = field(default_factory=Shelf)
    _by_code: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _by_document: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _forms_by_code: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _last_sequence: int = 0

    # what there is --------------------------------------------------------------------------------------------------

    def payments_with_code(self, code: str) -> list[Payment]:
        """Every row with this `paymentBizCode`; more than one where a duplicate was asked for."""
        return [self.payments[sequence] for sequence in self._by_code.get(code, ())]

    def payments_of(self, document: str) -> list[Payment]:
        """Every transaction of a document, removed ones excepted."""
        found = (self.payments[sequence] for sequence in self._by_document.get(document, ()))
        return [each for each in found if not each.removed]

    def forms_with_code(self, code: str) -> list[Form]:
        """Every reimbursement form with this number."""
        return [self.forms[sequence] for sequence in self._forms_by_code.get(code, ())]

    def status_of(self, document: str) -> DocumentStatus | None:
        """The derived status of a document, None if it has no transaction."""
        transactions = [Status(each.status) for each in self.payments_of(document)]
        return document_status(transactions) if transactions else None

    def documents(self) -> list[str]:
        """The codes of all documents with transactions."""
        return [document for document, sequences in self._by_document.items() if sequences]

    def paid_between(self, start: int | None, end: int | None, bounds: Bounds) -> range:
        """Places of the paid rows of a window, oldest first; `paid_at` turns a place into a row."""
        return self._paid.window(start, end, bounds)

    def paid_at(self, place: int) -> Payment:
        """The paid row at a place."""
        return self.payments[self._paid.sequence_at(place)]

    def created_between(self, start: int | None, end: int | None, bounds: Bounds) -> range:
        """Places of the forms created in a window, oldest first."""
        return self._created.window(start, end, bounds)

    def form_at(self, place: int) -> Form:
        """The form at a place."""
        return self.forms[self._created.sequence_at(place)]

    @property
    def listed(self) -> int:
        """How many rows the paid list has in all."""
        return len(self._paid)

    # what changes them ----------------------------------------------------------------------------------------------

    def load_payments(self, documents: Iterable[JsonObject]) -> list[Payment]:
        """File many transactions, all or none of them."""
        made: list[Payment] = []
        taken = set(self.payments)
        following = self._last_sequence
        for number, document in enumerate(documents, start=1):
            try:
                row = rows.payment(document, sequence=following + 1)
            except RowError as error:
                message = f"payment {number}: {error}"
                raise RowError(message) from None
            if row.sequence in taken:
                message = f"payment {number}: _sequence {row.sequence} is taken"
                raise RowError(message)
            taken.add(row.sequence)
            following = max(following, row.sequence)
            made.append(row)
        self._last_sequence = following
        for row in made:
            self._remember(row)
        self._paid.add_all((row.moment, row.sequence) for row in made if row.listed and row.moment is not None)
        return made

    def load_forms(self, documents: Iterable[JsonObject]) -> list[Form]:
        """File many reimbursement forms, all or none of them."""
        made: list[Form] = []
        for number, document in enumerate(documents, start=1):
            try:
                made.append(rows.form(document, sequence=self._last_sequence + number))
            except RowError as error:
                message = f"reimbursement {number}: {error}"
                raise RowError(message) from None
        self._last_sequence += len(made)
        for row in made:
            self.forms[row.sequence] = row
            self._forms_by_code[str(row.code)].append(row.sequence)
        self._created.add_all((row.moment, row.sequence) for row in made if row.moment is not None)
        return made

    def change_payment(self, row: Payment, changes: JsonObject) -> Payment:
        """Put other values into a row. It moves if its time does, and is listed or not by its new status."""
        kept = {**row.fields, **row.controls()}
        if "_paidTime" not in changes and rows.epoch_ms(changes.get("auditTimeStamp")) is not None:
            kept.pop("_paidTime")
        merged = {name: value for name, value in {**kept, **changes}.items() if name not in _DERIVED}
        changed = rows.payment(merged, sequence=row.sequence)
        if changed.sequence != row.sequence:
            message = "_sequence cannot be changed"
            raise RowError(message)
        changed.removed = row.removed
        self._forget(row)
        self._remember(changed)
        if changed.listed and changed.moment is not None:
            self._paid.add(changed.moment, changed.sequence)
        return changed

    def change_form(self, row: Form, changes: JsonObject) -> Form:
        """Put other values into a form, its status for instance."""
        kept = {**row.fields, **row.controls()}
        merged = {name: value for name, value in {**kept, **changes}.items() if name not in _DERIVED}
        changed = rows.form(merged, sequence=row.sequence)
        self.remove_form(row)
        changed.removed = False
        self.forms[row.sequence] = changed
        self._forms_by_code[str(changed.code)].append(row.sequence)
        self._created.add(changed.moment or 0, row.sequence)
        return changed

    def remove_payment(self, row: Payment) -> None:
        """Take a row off the list, as voiding or reopening it may do; the books keep it."""
        if row.listed and row.moment is not None:
            self._paid.discard(row.moment, row.sequence)
        row.removed = True

    def remove_form(self, row: Form) -> None:
        """Take a form off the list; the books keep it."""
        self._created.discard(row.moment or 0, row.sequence)
        self._forms_by_code[str(row.code)].remove(row.sequence)
        row.removed = True

    def duplicate(self, row: Payment) -> Payment:
        """The same transaction once more, next to the first."""
        controls: dict[str, Json] = {**row.controls()}
        for name in ("_sequence", *_DERIVED):
            controls.pop(name, None)
        return self.load_payments([{**row.fields, **controls}])[0]

    # ----------------------------------------------------------------------------------------------------------------

    def _remember(self, row: Payment) -> None:
        self.payments[row.sequence] = row
        self._by_code[str(row.code)].append(row.sequence)
        self._by_document[row.document].append(row.sequence)

    def _forget(self, row: Payment) -> None:
        if row.listed and row.moment is not None:
            self._paid.discard(row.moment, row.sequence)
        self._by_code[str(row.code)].remove(row.sequence)
        self._by_document[row.document].remove(row.sequence)
