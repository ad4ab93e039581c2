"""What an item of the table is made of: its key, its attributes, compound values as JSON text. Pure.

Every item has `pk` and `sk`:

| item | pk | sk | attributes |
| --- | --- | --- | --- |
| row | PAY#… | ROW | see rowitems.py |
| history | PAY#… | H#at#fence#order event#print | `e` (all of the entry) |
| whole row of the source | PAY#… | RAW, RAW#digest | `digest`, `text` |
| lock of a source document | LOCK#… | LOCK | `owner` |
| claim of a bill | BILL#… | CLAIM | `owner` |
| watermark | WATERMARK#scheme | cursor | `at`, `version`, `w` |
| pause | PAUSE#scheme | PAUSE | `until`, `strikes`, `why` |
| counters | COUNT#scheme | shard | one number per state |
| login token | TOKEN#name | TOKEN | see tokens.py |
| shape of a source's rows | SHAPE#scheme | SHAPE | `shape`, `print` |
| report of reconcile | REPORT#scheme | at | `report` |
| report of the target's check | CHECK#scheme | at | `report` |
| collection | COLL#collection | CURRENT, SHELF#… | see collected.py |

What is empty is absent. Numbers with a point are text, instants are ISO text of fixed width, compound values are JSON
arrays. Readers ignore what they do not know, so that an older code can read what a newer one wrote.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from paysync.core.diagnosis import Code, Diagnosis

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Item: TypeAlias = dict[str, AttributeValueTypeDef]
    Read: TypeAlias = Mapping[str, AttributeValueTypeDef]
else:
    Item, Read = dict, Mapping

ROW: Final = "ROW"
RAW: Final = "RAW"
LOCK: Final = "LOCK"
CLAIM: Final = "CLAIM"
HISTORY: Final = "H#"
_HALF_PAIR: Final = re.compile("[\ud800-\udfff]")


def s(text: str) -> "AttributeValueTypeDef":
    """A text attribute. Half a surrogate pair, which JSON can name and UTF-8 cannot, becomes `?`."""
    return {"S": text if text.isascii() else text.encode(errors="replace").decode()}


def n(number: int) -> "AttributeValueTypeDef":
    """A number attribute; whole numbers only."""
    return {"N": str(number)}


def key(pk: object, sk: str) -> Item:
    """What names one item."""
    return {"pk": s(str(pk)), "sk": s(sk)}


def packed(value: object) -> str:
    """A compound value as text; half a surrogate pair is kept as an escape."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if text.isascii() or not _HALF_PAIR.search(text):
        return text
    return json.dumps(value, separators=(",", ":"))


def unpacked(item: Read, name: str) -> Any:
    """A compound value of an item, or None."""
    return json.loads(item[name]["S"]) if name in item else None


def diagnosis_parts(diagnosis: Diagnosis | None) -> list[object] | None:
    """A diagnosis as a compound value."""
    return None if diagnosis is None else [str(diagnosis.code), *([name, value] for name, value in diagnosis.details)]


def diagnosis_from(parts: Sequence[Any] | None) -> Diagnosis | None:
    """The diagnosis of a compound value."""
    if not parts:
        return None
    details = tuple((name, value) for name, value in parts[1:])
    try:
        return Diagnosis(Code(parts[0]), details)
    except ValueError:  # written by a newer code: the row must stay readable
        return Diagnosis(Code.DEFECT, (*details, ("what", f"unknown code {parts[0]}")))
