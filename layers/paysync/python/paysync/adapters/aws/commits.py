"""A change of the ledger as one transaction, and its refusal as an answer.

What each action guards:

- **row**: fence and state are still those that the change was made from. Only what differs is written, so `changed`
  and `wake_at`, which are others' too, are never put back to what they were; a change that means to touch `changed`
  holds only while it is the one that it saw.
- **lock, taken**: free, ours already, or held by the settled payment that it may be taken from.
- **lock, freed**: ours or gone already. Another's lock is not ours to delete, and that it is another's does not make
  the change wrong: it was taken from us by the rule above. The change is then made again without this action.
- **claim**: the bill is nobody's or ours.
- **counters** move in the same transaction as the state: they are exact, not eventually right.
"""

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Final, TypeAlias

from paysync.adapters.aws.companions import counters_key, history_item, owner_from
from paysync.adapters.aws.items import CLAIM, LOCK, ROW, Item, key, n, s
from paysync.adapters.aws.rowitems import difference, row_from
from paysync.adapters.aws.transactions import Action, Reason, Transactions
from paysync.core.errors import DefectError
from paysync.core.keys import SourceKey
from paysync.core.records import Change, LockStep, Payment, Refused, Row
from paysync.core.states import State

OWNER: Final = {"#owner": "owner"}
UNOWNED: Final = "attribute_not_exists(pk) OR #owner = :me"


class Part(Enum):
    """What an action of a transaction is about."""

    ROW = auto()
    HISTORY = auto()
    COUNTERS = auto()
    TAKE = auto()
    FREE = auto()
    CLAIM = auto()


Parts: TypeAlias = "dict[Part, Action]"


def parts_of(change: Change, token: str, shard: int, write: Transactions) -> Parts:
    """The actions of one change. `token` goes onto the row, so that a repetition knows its own work."""
    before, after = change.before, change.after
    parts: Parts = {
        Part.ROW: _row(change, token, write),
        Part.HISTORY: write.put(history_item(before.key, change.entry)),
    }
    if after.state is not before.state:
        parts[Part.COUNTERS] = count(write, before.key.scheme, shard, {after.state: 1, before.state: -1})
    me = s(str(before.key))
    if change.lock is LockStep.TAKE:
        parts[Part.TAKE] = _take(change, write)
    elif change.lock is LockStep.FREE and before.payment.facts:
        lock = key(before.payment.facts.source, LOCK)
        parts[Part.FREE] = write.delete(lock, UNOWNED, OWNER, me=me)
    if change.claim:
        parts[Part.CLAIM] = write.put({**key(change.claim, CLAIM), "owner": me}, UNOWNED, OWNER, me=me)
    return parts


def refusal(parts: Parts, reasons: Sequence[Reason]) -> Refused:
    """Exactly what stood against the change."""
    failed = {part: reason.old for part, reason in zip(parts, reasons, strict=True) if reason.failed}
    row, lock, bill = failed.get(Part.ROW), failed.get(Part.TAKE), failed.get(Part.CLAIM)
    if Part.ROW in failed and row is None:
        raise DefectError.of(what="a change of a row that is not in the ledger")
    return Refused(
        row=row_from(row) if row else None,
        lock_owner=owner_from(lock) if lock else None,
        bill_owner=owner_from(bill) if bill else None,
    )


def was_ours(parts: Parts, reasons: Sequence[Reason], token: str) -> bool:
    """Whether the refusal only says that we had made the change before and lost the answer."""
    old = reasons[list(parts).index(Part.ROW)].old
    return old is not None and old.get("w", {}).get("S") == token


def only_lock_is_anothers(parts: Parts, reasons: Sequence[Reason]) -> bool:
    """Whether nothing but the freeing of a lock that is not ours stood against the change."""
    return [part for part, reason in zip(parts, reasons, strict=True) if reason.failed] == [Part.FREE]


def count(write: Transactions, scheme: str, shard: int, changes: Mapping[State, int]) -> Action:
    """Move a shard of a scheme's counters."""
    names = {f"#{state}": str(state) for state in changes}
    values: Item = {f":{state}": n(by) for state, by in changes.items()}
    adds = ", ".join(f"#{state} :{state}" for state in changes)
    return write.update(counters_key(scheme, shard), f"ADD {adds}", "", names, values)


def source_of(payment: Payment) -> SourceKey:
    """The document to lock; a payment without one never gets so far."""
    if payment.facts is None:
        raise DefectError.of(what="a lock for a payment without a source", key=str(payment.key))
    return payment.facts.source


# ------------------------------------------------------------------------------------------------------------------


def _row(change: Change, token: str, write: Transactions) -> Action:
    sets, removes = difference(change.before, change.after)
    sets["w"] = s(token)
    guard, values = _guard(change)
    expression = "SET " + ", ".join(f"#{name} = :{name}" for name in sets)
    if removes:
        expression += " REMOVE " + ", ".join(f"#{name}" for name in removes)
    names = {f"#{name}": name for name in (*sets, *removes, "fence", "state")}
    values |= {f":{name}": value for name, value in sets.items()}
    return write.update(key(change.before.key, ROW), expression, guard, names, values)


def _guard(change: Change) -> tuple[str, Item]:
    before: Row = change.before
    guard = "#fence = :was_fence AND #state = :was_state"
    values: Item = {":was_fence": n(before.fence), ":was_state": s(before.state)}
    if before.changed != change.after.changed and before.changed is not None:
        guard += " AND chg_dig = :was_changed"
        values[":was_changed"] = s(before.changed.digest)
    if change.unchanged_content or (before.changed is None and change.after.changed is not None):
        guard += " AND attribute_not_exists(chg)"
    return guard, values


def _take(change: Change, write: Transactions) -> Action:
    me = s(str(change.before.key))
    lock: Item = {**key(source_of(change.after.payment), LOCK), "owner": me}
    if change.lock_from is None:
        return write.put(lock, UNOWNED, OWNER, me=me)
    former = s(str(change.lock_from))
    return write.put(lock, f"{UNOWNED} OR #owner = :former", OWNER, me=me, former=former)
