"""Whole HTTP answers of Maycur for its judges, and what they made of them."""

import json
from typing import Any

from paysync.adapters.replies import Page, Reply
from paysync.core.codes import Code
from paysync.core.outcomes import Done, Outcome


def said(status: int = 200, **envelope: Any) -> Reply:
    """An answer with this envelope."""
    return Reply(status, json.dumps(envelope, ensure_ascii=False).encode())


def ack(data: Any, **more: Any) -> Reply:
    """A clean ACK."""
    return said(code="ACK", message=None, success=True, data=data, **more)


def nack(message: Any, status: int = 200, **more: Any) -> Reply:
    """A refusal."""
    return said(status, code="NACK", message=message, data=None, **more)


def code_of(outcome: Outcome[Any]) -> Code:
    """Why it is not done."""
    assert not isinstance(outcome, Done), outcome
    return outcome.diagnosis.code


def rows_of(outcome: Outcome[Page]) -> list[Any]:
    """The rows of what is done."""
    assert isinstance(outcome, Done), outcome
    return list(outcome.value.rows)
