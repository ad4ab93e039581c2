"""I7 as a policy: after a Push whose end is not known, a next one only by a person's word or by the attested exception.

It goes by the events in the ledger and by what K3Cloud truly answered and showed, never by a judgement of the core.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NoReturn

from paysync.core.bills import BillHead
from paysync.core.keys import BillKey, PaymentKey
from paysync.core.records import Change, Row
from paysync.core.states import Event, State
from simulation.faults import Fault
from simulation.pair import FORMS

if TYPE_CHECKING:
    from paysync.core.times import Instant
    from simulation.world import World

_APART: Final = timedelta(minutes=2)
_LOOKS: Final = 2
_ENDS: Final = frozenset({Event.BILL_MADE, Event.BILL_FOUND, Event.BILL_ADOPTED})
_REFUSALS: Final = frozenset({Event.TURNED_AWAY, Event.REFUSED, Event.PARKED})


class Doubts:
    """What is not known of the Pushes of one world."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.open: dict[PaymentKey, list[Instant]] = {}
        """Payments with an intent whose end is not in the ledger, and when K3Cloud has since shown no bill of it."""
        self.allowed: set[PaymentKey] = set()
        """Those that were pushed again by the tenant's attestation."""

    def committed(self, change: Change, stands: Row, *, refused: bool) -> None:
        """`refused`: whether K3Cloud has truly refused the last Push of who makes this change."""
        key, event = change.before.key, change.entry.event
        if event is Event.INTENT_WRITTEN:
            if key in self.open:
                self._fail(key, "a new intent although it is not known what came of the last Push")
            self.open[key] = []
        elif key not in self.open:
            if event is Event.REPUSH_ALLOWED:
                self._fail(key, "a second Push was allowed although nothing is in doubt")
        elif event is Event.ANSWER_LOST:
            self.open[key] = []
        elif event is Event.REPUSH_ALLOWED:
            self._watch_permission(key)
        elif event in _ENDS or _is_a_persons_word(change) or (refused and _is_recorded(change, stands)):
            del self.open[key]

    def looked(self, key: PaymentKey, shown: Sequence[BillHead]) -> None:
        """K3Cloud was asked which bills there are of a payment's source."""
        looks = self.open.get(key)
        row = self.world.ledger.table.get(key)
        if looks is None or row is None or row.state is not State.IN_DOUBT or self._is_a_person():
            return
        known = {*(row.intent.baseline if row.intent else ()), *row.not_ours}
        claims, form = self.world.ledger.claims, FORMS[key.scheme]
        if all(h.voided or h.id in known or claims.get(BillKey(form, h.id), key) != key for h in shown):
            looks.append(self.world.now)

    def _watch_permission(self, key: PaymentKey) -> None:
        policies, looks = self.world.schemes[key.scheme].policies, self.open.pop(key)
        if policies.on_unresolved != "repush_once" or not policies.attestation:
            self._fail(key, "a second Push was allowed, which nobody has attested to be safe")
        if key in self.allowed:
            self._fail(key, "one more Push was allowed once more")
        if len(looks) < _LOOKS:
            self._fail(key, f"a second Push was allowed after {len(looks)} looks that showed no bill")
        skewed = self.world.struck[Fault.AHEAD] or self.world.struck[Fault.BEHIND]
        if looks[-1] - looks[0] < _APART and not skewed:
            self._fail(key, f"a second Push was allowed after looks within {looks[-1] - looks[0]}")
        self.allowed.add(key)

    def _is_a_person(self) -> bool:
        return self.world.current is None or not self.world.current.name.startswith("push-")

    def _fail(self, key: PaymentKey, what: str) -> NoReturn:
        self.world.checker.fail("I7", key, what)


def _is_a_persons_word(change: Change) -> bool:
    """Only one decision says that the last Push has made no bill: to accept other content does not, nor to replay."""
    entry = change.entry
    return entry.event is Event.REOPENED and entry.actor.startswith("op-") and entry.note.startswith("confirm none ")


def _is_recorded(change: Change, stands: Row) -> bool:
    return change.entry.event in _REFUSALS and change.before.state is State.INTENT and stands.doubt is None
