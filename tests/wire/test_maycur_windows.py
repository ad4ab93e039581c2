"""Whole windows of Maycur's list over real sockets, from tenants of every kind, and the probe that tells them apart."""

import itertools
from datetime import timedelta
from typing import Any, Final

import pytest

from paysync.core.paging import Failed, Leaf, Stuck, leaves
from paysync.core.probe import PROBE_PAGE_SIZE, Why, probe
from paysync.core.scheme import Paging
from paysync.core.times import Window
from wire.maycur_tenant import (
    HOUR,
    TRUTH,
    WINDOW,
    Stack,
    key_of,
    payment,
)

pytestmark = pytest.mark.wire

TENANTS: Final = [
    *({"paging_reading": r, "page_zero": z} for r, z in itertools.product("ABCD", ["refused", "clamped", "empty"])),
    *({"paging_reading": r, "bounds": b, "order": "oldest"} for r, b in itertools.product("AB", ["[]", "()", "(]"])),
    *({"paging_reading": r, "page_size_cap": 4, "row_path": "data.list"} for r in "ABCD"),
    *({"paging_reading": r, "order": "unstable", "paging_fields": True} for r in "ABCD"),
    {"amounts": "string", "times": "string", "empty": "null"},
]


@pytest.mark.parametrize("tenant", TENANTS, ids=lambda tenant: " ".join(map(str, tenant.values())))
@pytest.mark.parametrize("confirmed", [False, True], ids=["union", "confirmed"])
def test_a_window_is_read_completely_from_any_tenant(
    stack: Stack,
    tenant: dict[str, Any],
    confirmed: bool,  # noqa: FBT001 - drawn
) -> None:
    """Sixty payments in bursts: every one of the window comes, in pieces without a gap, and none from far outside."""
    stack.simulator.settings(**tenant)
    moments = [-1, 0, 0, 1, HOUR - 1, HOUR, *(n // 5 * 61_001 for n in range(54))]
    stack.simulator.load(payments=[payment(number, at) for number, at in enumerate(moments)])
    paging = TRUTH[tenant.get("paging_reading", "A")] if confirmed else Paging.UNION
    source = stack.source(page_size=10, null_means_empty="empty" in tenant)
    found, reached = set(), WINDOW.start
    for piece in leaves(WINDOW, source.page, paging=paging, page_size=10, key_of=key_of):
        assert isinstance(piece, Leaf) or tenant.get("page_size_cap"), piece
        assert not isinstance(piece, Failed), piece
        assert piece.window.start == reached
        reached = piece.window.end
        found |= {key_of(row) for row in piece.rows}
    assert reached == WINDOW.end
    inside = {f"PT{number:06d}" for number, at in enumerate(moments) if 0 <= at < HOUR}
    assert inside <= found
    assert found <= inside | {"PT000000", "PT000005"}


def test_a_burst_in_one_millisecond_is_stuck_and_does_not_stop_the_rest(stack: Stack) -> None:
    """Sixty rows of one moment do not fit a page of fifty: all are read, the watermark waits, later rows come."""
    rows = [payment(number, 1000) for number in range(60)]
    stack.simulator.load(payments=[*rows, payment(99, 2000)])
    source = stack.source()
    pieces = list(leaves(WINDOW, source.page, paging=Paging.UNION, page_size=50, key_of=key_of))
    stuck = [piece for piece in pieces if isinstance(piece, Stuck)]
    assert stuck
    assert all(piece.settled for piece in stuck)
    assert len({key_of(row) for row in stuck[0].rows}) == 60
    assert "PT000099" in {key_of(row) for piece in pieces if isinstance(piece, Leaf) for row in piece.rows}


@pytest.mark.parametrize("reading", "ABCD")
def test_rows_that_come_and_go_between_two_calls_take_no_other_along(stack: Stack, reading: str) -> None:
    """The server's own scripts insert, void and change rows while a window is read."""
    stack.simulator.settings(paging_reading=reading)
    scripted = [
        {"after_calls": 1, "insert": payment(70, 500)},
        {"after_calls": 2, "remove": "PT000003"},
        {"after_calls": 3, "insert": payment(71, HOUR * 2)},
        {"after_calls": 5, "change": "PT000004", "set": {"payableAmount": 7}},
        {"after_calls": 6, "duplicate": "PT000005"},
        {"after_calls": 8, "remove": "PT000006"},
    ]
    stack.simulator.load(payments=[payment(n, n * 1000) for n in range(40)], scripted=scripted)
    source = stack.source(page_size=10)
    pieces = list(leaves(WINDOW, source.page, paging=Paging.UNION, page_size=10, key_of=key_of))
    assert all(isinstance(piece, Leaf) for piece in pieces)
    found = {key_of(row) for piece in pieces if not isinstance(piece, Failed) for row in piece.rows}
    assert {f"PT{n:06d}" for n in range(40) if n not in {3, 6}} <= found
    assert stack.simulator.calls()["scripts_failed"] == []


@pytest.mark.parametrize(("reading", "zero"), [*itertools.product("ABCD", ["refused", "clamped", "empty"])])
def test_the_probe_finds_the_reading(stack: Stack, reading: str, zero: str) -> None:
    """Six calls with two rows a page decide; the tenant's own refusal of "0" is no failure."""
    stack.simulator.settings(paging_reading=reading, page_zero=zero)
    stack.simulator.load(payments=[payment(n, n * 1000) for n in range(6)])
    source = stack.source(page_size=PROBE_PAGE_SIZE)
    verdict = probe(lambda number: source.page(WINDOW, number), key_of=key_of)
    assert (verdict.paging, verdict.why) == (TRUTH[reading], Why.DECIDED)
    assert stack.counts("paid_list") == 6


def test_the_probe_decides_nothing_on_a_shuffling_tenant(stack: Stack) -> None:
    """It says why, and the union stays."""
    stack.simulator.settings(order="unstable")
    stack.simulator.load(payments=[payment(n, n * 1000) for n in range(30)])
    source = stack.source(page_size=PROBE_PAGE_SIZE)
    verdict = probe(lambda number: source.page(WINDOW, number), key_of=key_of)
    assert (verdict.paging, verdict.why) == (Paging.UNION, Why.UNSTABLE)


def test_a_limit_on_the_span_is_met_by_halving_where_the_setting_says_so(stack: Stack) -> None:
    """Otherwise the refusal fails the run, in the vendor's words."""
    stack.simulator.settings(max_span_seconds=7200 + 1)
    stack.simulator.load(payments=[payment(1, 5), payment(2, 7 * HOUR)])
    window = Window(WINDOW.start, WINDOW.start + timedelta(hours=8))
    source = stack.source()
    (failed,) = leaves(window, source.page, paging=Paging.UNION, page_size=50, key_of=key_of)
    assert isinstance(failed, Failed)
    assert "7201" in failed.failure.diagnosis.vendor
    pieces = list(leaves(window, source.page, paging=Paging.UNION, page_size=50, key_of=key_of, halve_refused=True))
    assert len(pieces) == 4
    assert {key_of(row) for piece in pieces if isinstance(piece, Leaf) for row in piece.rows} == {
        "PT000001",
        "PT000002",
    }
