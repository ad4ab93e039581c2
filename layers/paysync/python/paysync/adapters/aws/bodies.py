"""What travels on the queues, as text and back. Pure. Fixed forms (design.md 7): checks outside rely on them."""

import json
import re
from typing import Any, Final

from paysync.core.keys import PaymentKey
from paysync.core.records import Letter, Message

_LONGEST_ATTRIBUTE: Final = 256
_LONGEST_KEY: Final = 1024
"""Bytes; the ledger's index over days has the key as its sort key."""
_FORBIDDEN: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""SQS takes these characters and no others, in bodies and in attributes."""


def main_body(message: Message) -> str:
    """A body of the main queue."""
    return _text(_fields(message))


def letter_body(letter: Letter) -> str:
    """A body of the dead-letter queue: a main body that says which attempt was refused, and why."""
    return _text({**_fields(letter.message), "diagnosis": letter.diagnosis.as_json()})


def letter_attributes(letter: Letter) -> dict[str, str]:
    """What a person filters dead letters by, without opening the body."""
    diagnosis = letter.diagnosis
    return {
        "scheme": attribute(letter.message.key.scheme),
        "key": attribute(letter.message.key.code),
        "code": attribute(diagnosis.code),
        "class": attribute(diagnosis.kind),
        "reason": attribute(diagnosis.vendor or diagnosis.problem("en")),
    }


def attribute(text: str) -> str:
    """`text` as SQS takes it: no forbidden character, not empty, short."""
    return _FORBIDDEN.sub("?", text)[:_LONGEST_ATTRIBUTE] or "-"


def parse_body(text: str) -> Message | None:
    """The message of a body of either queue, or None. Further keys do not matter; the types of ours do."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _message(body) if isinstance(body, dict) else None


def parse_code(text: str) -> str:
    """The diagnosis code in a dead letter's body, or nothing."""
    try:
        return str(json.loads(text)["diagnosis"]["code"])
    except (ValueError, RecursionError, KeyError, TypeError):
        return ""


# ------------------------------------------------------------------------------------------------------------------


def _fields(message: Message) -> dict[str, object]:
    fields: dict[str, object] = {
        "scheme": message.key.scheme,
        "key": message.key.code,
        "digest": message.digest,
    }
    return fields if message.attempt is None else fields | {"attempt": message.attempt}


def _message(body: dict[str, Any]) -> Message | None:
    scheme, code, digest, attempt = (body.get(name) for name in ("scheme", "key", "digest", "attempt"))
    if not (isinstance(scheme, str) and isinstance(code, str) and isinstance(digest, str)):
        return None
    if attempt is not None and (type(attempt) is not int or attempt < 0):
        return None
    key = PaymentKey(scheme, code)
    return Message(key, digest, attempt) if _names_a_row(key) else None


def _names_a_row(key: PaymentKey) -> bool:
    """`#` separates the parts of a ledger key; one that is too long would make DynamoDB refuse the whole batch."""
    if not key.scheme or not key.code or "#" in key.scheme:
        return False
    return len(str(key).encode(errors="replace")) <= _LONGEST_KEY


def _text(fields: dict[str, object]) -> str:
    text = json.dumps(fields, ensure_ascii=False)
    return json.dumps(fields) if _FORBIDDEN.search(text) else text
