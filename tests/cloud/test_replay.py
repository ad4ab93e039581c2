"""Dead letters on the deployed stack: sent again by whatever way, any number of times, they book once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cloud.command import paysync
from cloud.deployed import codes

if TYPE_CHECKING:
    from cloud.deployed import Deployed

pytestmark = pytest.mark.cloud


@pytest.mark.parametrize("way", ["paysync replay", "start-message-move-task"])
def test_dead_letters_sent_three_times_book_once_what_was_mended(stack: Deployed, way: str) -> None:
    """Two applications that were not audited are mended, a third is not; all three are sent again three times."""
    rows = [stack.pay("7.77", status="B")[0] for _ in range(3)]
    keys, numbers = codes(rows), [row["payeeTargetBusinessCode"] for row in rows]
    stack.run()
    assert {one["diagnosis"]["code"] for one in stack.show(keys)} == {"source.not_audited"}
    assert stack.messages(stack.outputs.dlq_url) >= len(keys)
    for number in numbers[:2]:
        stack.k3cloud.post(f"applications/{number}", {"status": "C"})

    for _ in range(3):
        if way == "paysync replay":
            paysync("replay", *keys, "--yes")
        else:
            stack.redrive()
        stack.run()

    assert stack.states(keys) == ["DONE", "DONE", "REJECTED"]
    stack.assert_books_agree(keys)
    assert keys[2] not in stack.bills()
    stack.k3cloud.post(f"applications/{numbers[2]}", {"status": "C"})
    paysync("replay", keys[2], "--yes")
    stack.run()
    assert stack.states(keys[2:]) == ["DONE"]
    stack.assert_books_agree(keys)
