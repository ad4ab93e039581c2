"""What stands beside a row: its history and its raw row, locks, claims, cursors, pauses, counters. Pure."""

import json
from hashlib import blake2s
from typing import Final

from paysync.adapters.aws.items import (
    HISTORY,
    RAW,
    Item,
    Read,
    diagnosis_from,
    diagnosis_parts,
    key,
    n,
    packed,
    s,
    unpacked,
)
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.keys import PaymentKey
from paysync.core.records import Entry, Pause, Payment, Watermark
from paysync.core.states import Event, State
from paysync.core.times import from_iso, iso

_LONGEST_RAW: Final = 350_000

_CAUSAL: Final = (
    Event.SEEN,
    Event.CHANGED,
    Event.REOPENED,
    Event.RESUMED,
    Event.CLAIMED,
    Event.BILL_FOUND,
    Event.INTENT_WRITTEN,
    Event.ANSWER_LOST,
    Event.TURNED_AWAY,
    Event.REPUSH_ALLOWED,
    Event.BILL_MADE,
    Event.BILL_ADOPTED,
    Event.SAVED,
    Event.SUBMITTED,
    Event.COMPLETED,
    Event.UNRESOLVED,
    Event.PARKED,
    Event.REFUSED,
    Event.DELIVERED,
    Event.WAITED,
    Event.CLOSED,
    Event.NOTED,
    Event.CALLED_BACK,
)
"""What comes first when one hand does several things within a millisecond."""
_KNOWN: Final = frozenset(map(str, Event))
_ORDER: Final = {event: place for place, event in enumerate(_CAUSAL)}


def raw_item(payment: Payment, sk: str = RAW) -> Item:
    """The whole row of the source. DynamoDB takes 400 KB; what is longer is cut, visibly: it must not stop fetch."""
    text = payment.raw
    if len(data := text.encode(errors="replace")) > _LONGEST_RAW:
        text = data[:_LONGEST_RAW].decode(errors="ignore") + f" …[cut, {len(payment.raw)} characters in all]"
    return {**key(payment.key, sk), "digest": s(payment.digest), "text": s(text)}


def history_item(whose: PaymentKey, entry: Entry) -> Item:
    """A line of history. Its place follows from its content: written twice it stands once, and is never overwritten."""
    text = packed(
        [
            iso(entry.at),
            str(entry.event),
            str(entry.state),
            entry.fence,
            entry.actor,
            diagnosis_parts(entry.diagnosis),
            entry.note,
            entry.bill,
        ]
    )
    return {**key(whose, history_place(entry, text)), "e": s(text)}


def history_place(entry: Entry, text: str) -> str:
    """Sorts by time, then by the fence, then by what causes what."""
    print_ = blake2s(text.encode(), digest_size=4).hexdigest()
    return f"{HISTORY}{iso(entry.at)}#{entry.fence:08d}#{_ORDER[entry.event]:02d} {entry.event}#{print_}"


def causal(entry: Entry) -> tuple[object, ...]:
    """The order of history for who keeps entries as they are."""
    return entry.at, entry.fence, _ORDER[entry.event]


def entry_from(item: Read) -> Entry:
    """The line of history that an item keeps."""
    at, event, state, fence, actor, diagnosis, note, bill = json.loads(item["e"]["S"])[:8]
    if event not in _KNOWN:  # written by a newer code: the history must stay readable
        event, note = Event.NOTED, f"{event}: {note}"
    return Entry(from_iso(at), Event(event), State(state), fence, actor, diagnosis_from(diagnosis), note, bill)


def owner_from(item: Read) -> PaymentKey:
    """Who holds a lock or a claim."""
    return PaymentKey.parse(item["owner"]["S"])


def watermark_key(scheme: str, cursor: str) -> Item:
    """Where a cursor stands in the table."""
    return key(f"WATERMARK#{scheme}", cursor)


def watermark_item(mark: Watermark, token: str) -> Item:
    """A cursor as an item."""
    place = watermark_key(mark.scheme, mark.cursor)
    return {**place, "at": s(iso(mark.at)), "version": n(mark.version), "w": s(token)}


def watermark_from(scheme: str, item: Read) -> Watermark:
    """The cursor that an item keeps."""
    return Watermark(scheme, item["sk"]["S"], from_iso(item["at"]["S"]), int(item["version"]["N"]))


def pause_key(scheme: str) -> Item:
    """Where a scheme's pause stands."""
    return key(f"PAUSE#{scheme}", "PAUSE")


def pause_item(scheme: str, pause: Pause) -> Item:
    """A pause as an item."""
    why = packed(diagnosis_parts(pause.diagnosis))
    return {**pause_key(scheme), "until": s(iso(pause.until)), "strikes": n(pause.strikes), "why": s(why)}


def pause_from(item: Read) -> Pause:
    """The pause that an item keeps."""
    diagnosis = diagnosis_from(unpacked(item, "why")) or Diagnosis(Code.PAUSED)
    return Pause(from_iso(item["until"]["S"]), int(item["strikes"]["N"]), diagnosis)


def counters_key(scheme: str, shard: int) -> Item:
    """Where a shard of a scheme's counters stands."""
    return key(f"COUNT#{scheme}", f"{shard:02d}")
